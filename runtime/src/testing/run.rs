//! Plays a script on the virtual clock.

use std::sync::Arc;

use flow_graph::Timestamp;
use flow_graph::testcase::{Expectation, TestLine};

use super::coverage::Coverage;
use super::script::{Beat, Script, What, name};
use super::{Bench, Failure, Place, expect};
use crate::driver::{Driver, Options};
use crate::identity::ContactNumber;
use crate::timeline::{Entry, Moment, Timeline};

/// How much of the timeline goes with a failure: the latest entries before it.
const SHOWN: usize = 12;

/// One script under way.
pub(super) struct Run<'a> {
    bench: &'a Bench,
    driver: Driver,
    pub(super) timeline: Timeline<'a>,
    /// The first line that set off something without end.
    endless: Option<Box<Failure>>,
}

impl<'a> Run<'a> {
    pub(super) fn new(bench: &'a Bench) -> Self {
        let driver = Driver::new(Arc::clone(&bench.engine), Arc::clone(&bench.renderer), Options::default());
        Self { bench, driver, timeline: Timeline::new(&bench.engine), endless: None }
    }

    /// Notes which places of the program take part.
    pub(super) fn trace(&mut self) {
        self.driver.trace();
    }

    /// What was noted.
    pub(super) fn coverage(self) -> Coverage {
        let mut coverage = Coverage::default();
        if let Some(trace) = self.driver.traced() {
            coverage.add(&trace);
        }
        coverage
    }

    /// Plays up to the end or the first failure; that something never ended is told where all that was expected came.
    pub(super) fn play(&mut self, script: &Script<'_>) -> Option<Box<Failure>> {
        script.beats.iter().find_map(|beat| self.beat(script, beat)).or_else(|| self.endless.take())
    }

    fn beat(&mut self, script: &Script<'_>, beat: &Beat<'_>) -> Option<Box<Failure>> {
        self.driver.run_until(beat.at, &mut self.timeline);
        match &beat.what {
            What::Pass => {}
            What::Feed(_, incoming) => self.driver.feed(incoming, &mut self.timeline),
            What::Look(contact, expectation) => {
                let line = script.line(beat)?;
                return self.expect(line, beat.at, name(script.case, *contact), expectation);
            }
        }
        if self.endless.is_none()
            && let Some((contact, line)) = self.driver.cut_off().zip(script.line(beat))
        {
            self.endless = Some(Box::new(self.failure(line, beat.at, contact, Found::endless())));
        }
        None
    }

    fn expect(&self, line: &TestLine, now: Timestamp, name: &str, wanted: &Expectation) -> Option<Box<Failure>> {
        let people = self.driver.people();
        // A contact of a test is a user; a rerun may make it a visitor of that name first.
        let number = people.find_user(name).or_else(|| people.find_anonymous(name))?;
        let look = expect::Look {
            engine: &self.bench.engine,
            contact: self.driver.contact(number)?,
            records: self.timeline.records(people, number).collect(),
            now,
        };
        if look.holds(wanted) {
            return None;
        }
        let (expected, actual) = (look.expected(wanted), look.actual(wanted));
        let found = Found { expected, actual, responsible: look.responsible(wanted) };
        Some(Box::new(self.failure(line, now, number, found)))
    }

    fn failure(&self, line: &TestLine, now: Timestamp, contact: ContactNumber, found: Found) -> Failure {
        let Found { expected, actual, responsible } = found;
        Failure {
            line: line.line,
            text: line.text.clone(),
            zone: self.bench.engine.program().project.timezone.clone(),
            at: now.to_string(),
            expected,
            actual,
            timeline: self.moments(contact),
            responsible,
        }
    }

    fn moments(&self, contact: ContactNumber) -> Vec<Moment> {
        let all: Vec<_> = self.timeline.of(self.driver.people(), contact).map(Entry::moment).collect();
        let skipped = all.len().saturating_sub(SHOWN);
        all.into_iter().skip(skipped).collect()
    }
}

/// What was expected and what was found instead.
struct Found {
    expected: String,
    actual: String,
    responsible: Option<Place>,
}

impl Found {
    /// The causes of a line go round.
    fn endless() -> Self {
        Self {
            expected: "what this leads to comes to an end".to_owned(),
            actual: "one thing leads to the next without end: it was cut off after 1,000".to_owned(),
            responsible: None,
        }
    }
}
