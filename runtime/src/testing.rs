//! Runs tests of the language on the virtual clock: the same driver, the same machine, no network.
//!
//! A test begins at its first `at`; without one at [`START`]. Its contacts are known by their names from that
//! instant on. What a line does arrives at the instant where the test stands, after all that was due up to then.

pub mod coverage;
mod expect;

use std::sync::Arc;

use flow_graph::testcase::{Action, Expectation, MergeFrom, TestCase, TestLine, When};
use flow_graph::{Timestamp, Value};
use flow_machine::{Engine, Event, time};
use jiff::tz::TimeZone;
use serde::Serialize;

use self::coverage::Coverage;
use crate::driver::{Driver, Options};
use crate::identity::ContactNumber;
use crate::ingest::{Incoming, Origin, Who};
use crate::render::Renderer;
use crate::timeline::{Entry, Moment, Timeline};

/// Where a test begins that names no instant: 2026-01-01T00:00Z.
pub const START: Timestamp = Timestamp(1_767_225_600_000);
/// How much of the timeline goes with a failure: the latest entries before it.
const SHOWN: usize = 12;

/// Runs tests of one program; many threads may share it.
#[derive(Debug, Clone)]
pub struct Bench {
    engine: Arc<Engine>,
    renderer: Arc<Renderer>,
    zone: TimeZone,
}

/// What a test expected and did not find.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The line of the test.
    pub line: u32,
    /// That line as written.
    pub text: String,
    /// The zone of the project, in which a test is written. Instants stand in UTC all the same.
    pub zone: String,
    /// Where the test stood.
    pub at: String,
    /// What was expected.
    pub expected: String,
    /// What was found instead.
    pub actual: String,
    /// The latest that happened to the contact before.
    pub timeline: Vec<Moment>,
    /// The line of the program that is responsible, as far as it can be told.
    pub responsible: Option<Place>,
}

/// A test that was run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Played {
    /// What it expected first and did not find.
    pub failure: Option<Box<Failure>>,
    /// All that happened to its contacts, in order.
    pub timeline: Vec<Moment>,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

impl Bench {
    /// A bench for a program.
    #[must_use]
    pub fn new(engine: Arc<Engine>) -> Self {
        let renderer = Renderer::shared(&engine);
        let zone = TimeZone::get(&engine.program().project.timezone).unwrap_or(TimeZone::UTC);
        Self { engine, renderer, zone }
    }

    /// Runs one test up to its end or its first failure.
    #[must_use]
    pub fn run(&self, case: &TestCase) -> Option<Box<Failure>> {
        self.play(case).failure
    }

    /// Runs one test and keeps all that happened in it.
    #[must_use]
    pub fn play(&self, case: &TestCase) -> Played {
        let mut run = self.begin(case);
        let failure = run.go();
        Played { failure, timeline: run.timeline.entries().iter().map(Entry::moment).collect() }
    }

    /// Runs one test up to its end or its first failure, and says which places of the program it reached.
    #[must_use]
    pub fn cover(&self, case: &TestCase) -> (Option<Box<Failure>>, Coverage) {
        let mut run = self.begin(case);
        run.driver.trace();
        let failure = run.go();
        let mut coverage = Coverage::default();
        if let Some(trace) = run.driver.traced() {
            coverage.add(&trace);
        }
        (failure, coverage)
    }

    fn begin<'a>(&'a self, case: &'a TestCase) -> Run<'a> {
        let driver = Driver::new(Arc::clone(&self.engine), Arc::clone(&self.renderer), Options::default());
        Run { bench: self, case, driver, timeline: Timeline::new(&self.engine), now: first(case) }
    }
}

fn first(case: &TestCase) -> Timestamp {
    match case.lines.first().map(|line| line.when) {
        Some(When::At(at)) => at,
        Some(When::Now | When::After(_)) | None => START,
    }
}

/// One test under way.
struct Run<'a> {
    bench: &'a Bench,
    case: &'a TestCase,
    driver: Driver,
    timeline: Timeline<'a>,
    now: Timestamp,
}

impl Run<'_> {
    fn go(&mut self) -> Option<Box<Failure>> {
        self.introduce();
        self.case.lines.iter().find_map(|line| self.line(line))
    }

    fn introduce(&mut self) {
        for contact in &self.case.contacts {
            let incoming = Incoming { changes: contact.fields.clone(), ..self.says(&contact.name, self.now) };
            self.driver.feed(&incoming, &mut self.timeline);
        }
    }

    fn line(&mut self, line: &TestLine) -> Option<Box<Failure>> {
        self.now = match line.when {
            When::Now => self.now,
            When::At(at) => at.max(self.now),
            When::After(span) => time::add(&self.bench.zone, self.now, span),
        };
        self.driver.run_until(self.now, &mut self.timeline);
        match &line.what {
            Action::Nothing => {}
            Action::Event { contact, event, values, id, ago, anonymous } => {
                let time = ago.map_or(self.now, |ago| time::subtract(&self.bench.zone, self.now, ago));
                let id: Arc<str> = Arc::from(id.as_deref().unwrap_or_default());
                let mut incoming = self.says(self.name(*contact), time);
                if let Some(anonymous) = anonymous {
                    incoming.who = Who { anonymous: Some(Arc::from(anonymous.as_str())), ..Who::default() };
                }
                let values: Box<[Value]> = values.as_slice().into();
                let event = Event { kind: *event, id: Arc::clone(&id), time, values, meta: None };
                self.feed(&Incoming { id, event: Some(Arc::new(event)), ..incoming });
            }
            Action::Sets { contact, fields, ago } => {
                let time = ago.map_or(self.now, |ago| time::subtract(&self.bench.zone, self.now, ago));
                let incoming = self.says(self.name(*contact), time);
                self.feed(&Incoming { changes: fields.clone(), ..incoming });
            }
            Action::Merge { from, into } => {
                let previous = match from {
                    MergeFrom::Anonymous(id) => id,
                    MergeFrom::Contact(contact) => self.name(*contact),
                };
                let mut incoming = self.says(self.name(*into), self.now);
                incoming.who.previous = Some(Arc::from(previous));
                self.feed(&incoming);
            }
            Action::Expect { contact, expectation } => return self.expect(line, *contact, expectation),
        }
        None
    }

    fn expect(&self, line: &TestLine, contact: u16, expectation: &Expectation) -> Option<Box<Failure>> {
        let number = self.driver.people().find_user(self.name(contact))?;
        let look = expect::Look {
            engine: &self.bench.engine,
            contact: self.driver.contact(number)?,
            records: self.timeline.records(self.driver.people(), number).collect(),
            now: self.now,
        };
        if look.holds(expectation) {
            return None;
        }
        Some(Box::new(Failure {
            line: line.line,
            text: line.text.clone(),
            zone: self.bench.engine.program().project.timezone.clone(),
            at: self.now.to_string(),
            expected: look.expected(expectation),
            actual: look.actual(expectation),
            timeline: self.moments(number),
            responsible: look.responsible(expectation),
        }))
    }

    fn moments(&self, contact: ContactNumber) -> Vec<Moment> {
        let all: Vec<_> = self.timeline.of(self.driver.people(), contact).map(Entry::moment).collect();
        let skipped = all.len().saturating_sub(SHOWN);
        all.into_iter().skip(skipped).collect()
    }

    fn feed(&mut self, incoming: &Incoming) {
        self.driver.feed(incoming, &mut self.timeline);
    }

    fn name(&self, contact: u16) -> &str {
        self.case.contacts.get(usize::from(contact)).map_or("?", |contact| &contact.name)
    }

    /// An input of a contact that says nothing yet.
    fn says(&self, contact: &str, time: Timestamp) -> Incoming {
        Incoming {
            who: Who { user: Some(Arc::from(contact)), ..Who::default() },
            arrival: Some(self.now),
            time,
            id: Arc::from(""),
            event: None,
            changes: Vec::new(),
            zone: None,
            origin: Origin::default(),
        }
    }
}
