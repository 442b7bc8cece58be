//! Any sequence of inputs over the examples and scenarios: the invariants hold after each step, the same inputs give
//! the same decisions, it does not matter whether wakes are walked through or jumped over, and a state that was
//! written and read goes on as if nothing had happened.

#![expect(clippy::indexing_slicing, clippy::panic, reason = "a check of tests; a finding is a panic")]

mod deed;

use std::sync::{Arc, LazyLock};

use arbitrary::Unstructured;
use flow_graph::{Program, Timestamp};
use flow_machine::decision::Outcome;
use flow_machine::input::{Attributes, Event, Merge};
use flow_machine::{Contact, Decision, DecisionKind, Engine, Input, Transition, invariants, step};

use crate::{project, root, texts};
use deed::{Deed, What};

/// Wakes that are walked through, at most: some programs never come to rest, and a day of theirs may be long.
const WAKES: u32 = 3_000;
/// How long the contacts are watched after the last input: the longest waits and windows of the examples end.
const REST: i64 = 200 * 86_400_000;
/// Whom the inputs speak of.
const NAMES: [&str; 3] = ["ana", "bob", "cy"];

/// The programs that are run: each example and each scenario.
static ENGINES: LazyLock<Vec<Engine>> = LazyLock::new(|| {
    let mut engines = Vec::new();
    for example in ["cdnow", "saas", "shop"] {
        engines.push(flow_compiler::compile(&project(&root().join("examples").join(example))).program);
    }
    let folder = root().join("tests/scenarios");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".flow") && name != "world.flow")
        .collect();
    names.sort();
    for name in names {
        let (settings, world, text) = (read("flow.toml"), read("world.flow"), read(&name));
        let sources = texts(&[("flow.toml", &settings), ("world.flow", &world), (&name, &text)]);
        engines.push(flow_compiler::compile(&sources).program);
    }
    engines.into_iter().flatten().filter_map(|program| Engine::new(Arc::new(program)).ok()).collect()
});

/// Makes inputs of the bytes and drives contacts with them in three ways.
///
/// # Panics
/// When something is not as it has to be: that is a finding.
pub fn drives(bytes: &[u8]) {
    let mut chance = Unstructured::new(bytes);
    let engines: &[Engine] = &ENGINES;
    assert!(engines.len() > 20, "only {} programs", engines.len());
    let Ok(engine) = chance.choose(engines) else { return };
    let deeds = deed::deeds(engine.program(), &mut chance);
    let mut walked = World::new(engine, Way::Walk);
    let (done, rested) = walked.play(&deeds, true);
    let deeds = deeds.get(..done).unwrap_or_default();
    if !rested {
        walked = World::new(engine, Way::Walk);
        walked.play(deeds, false);
    }
    for way in [Way::Jump, Way::Reload] {
        let mut other = World::new(engine, way);
        other.play(deeds, rested);
        for ((name, a), b) in NAMES.iter().zip(&walked.people).zip(&other.people) {
            assert_eq!(a.said, b.said, "{name} {way:?}: other decisions");
            assert_eq!(a.contact, b.contact, "{name} {way:?}: another state");
        }
    }
}

/// How time passes between two inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Each wake is a step of its own.
    Walk,
    /// The next input comes, however late.
    Jump,
    /// As `Jump`, and each state is written and read after each step.
    Reload,
}

struct World<'a> {
    engine: &'a Engine,
    way: Way,
    people: Vec<Person>,
    wakes: u32,
}

/// A contact with what was decided about it.
struct Person {
    contact: Contact,
    log: Vec<(Timestamp, Arc<Event>)>,
    said: Vec<Decision>,
    merged: bool,
}

impl<'a> World<'a> {
    fn new(engine: &'a Engine, way: Way) -> Self {
        let person = |name: &&str| Person {
            contact: Contact::new(engine, *name),
            log: Vec::new(),
            said: Vec::new(),
            merged: false,
        };
        Self { engine, way, people: NAMES.iter().map(person).collect(), wakes: 0 }
    }

    /// How many inputs were taken before there were too many wakes, and whether all came to rest after them.
    fn play(&mut self, deeds: &[Deed], rest: bool) -> (usize, bool) {
        let mut last = Timestamp::FIRST_VALID;
        for (done, deed) in deeds.iter().enumerate() {
            // Arrival never goes back, whatever an input says.
            last = last.max(deed.at);
            if self.way == Way::Walk && !self.walk(last) {
                return (done, false);
            }
            self.act(deed, last);
        }
        let end = if rest { last.plus(REST).min(Timestamp::LAST_VALID) } else { last };
        if self.way == Way::Walk && !self.walk(end) {
            return (deeds.len(), false);
        }
        for person in 0..self.people.len() {
            self.step(person, Input::Wake, end);
        }
        (deeds.len(), rest)
    }

    /// Steps through each wake up to an instant. False: there are too many.
    fn walk(&mut self, to: Timestamp) -> bool {
        for person in 0..self.people.len() {
            while let Some(wake) = self.people[person].contact.journey.next_wake().filter(|wake| *wake <= to) {
                self.wakes += 1;
                if self.wakes > WAKES {
                    return false;
                }
                self.step(person, Input::Wake, wake);
            }
        }
        true
    }

    fn act(&mut self, deed: &Deed, now: Timestamp) {
        let person = deed.person;
        if self.people[person].merged {
            return;
        }
        match &deed.what {
            What::Event(event) => {
                let event = Arc::new(event.clone());
                if self.step(person, Input::Event(Arc::clone(&event)), now) != Outcome::Duplicate {
                    self.people[person].log.push((now, event));
                }
            }
            What::Attributes(id, time, changes) => {
                let attributes = Attributes { id: id.clone(), time: *time, changes: changes.clone() };
                self.step(person, Input::Attributes(attributes), now);
            }
            What::Wake => _ = self.step(person, Input::Wake, now),
            What::Merge(other) if *other != person && !self.people[*other].merged => self.merge(person, *other, now),
            What::Merge(_) => {}
        }
    }

    fn merge(&mut self, into: usize, other: usize, now: Timestamp) {
        // What is still due for both is told in their own names, whichever way time has passed.
        self.step(into, Input::Wake, now);
        self.step(other, Input::Wake, now);
        let empty = Contact::new(self.engine, NAMES[other]);
        let gone = &mut self.people[other];
        gone.merged = true;
        let state = std::mem::replace(&mut gone.contact, empty);
        let theirs = std::mem::take(&mut gone.log);
        let log = &mut self.people[into].log;
        log.extend(theirs);
        log.sort_by_key(|entry| entry.0);
        let log = log.clone();
        self.step(into, Input::Merge(Box::new(Merge { other: state, log })), now);
    }

    fn step(&mut self, person: usize, input: Input, now: Timestamp) -> Outcome {
        let person = &mut self.people[person];
        let mut out = Transition::default();
        step(self.engine, &mut person.contact, input, now, &mut out);
        assert_eq!(invariants::check(self.engine, &person.contact), [""; 0]);
        assert!(out.decisions.is_sorted_by_key(|decision| decision.at), "decisions go back in time");
        assert!(out.decisions.iter().all(|decision| decision.at <= now), "decided in the future");
        assert!(out.next_wake.is_none_or(|wake| wake > now), "woken in the past");
        for decision in &out.decisions {
            if let DecisionKind::Emit(event) = &decision.kind {
                person.log.push((decision.at, Arc::clone(event)));
            }
        }
        person.said.append(&mut out.decisions);
        if self.way == Way::Reload {
            let text = serde_json::to_string(&person.contact).unwrap_or_else(|error| panic!("not written: {error}"));
            person.contact = serde_json::from_str(&text).unwrap_or_else(|error| panic!("not read: {error}"));
        }
        out.outcome
    }
}

/// The names that a program's own fields speak of, beside any text.
fn names(program: &Program) -> Vec<&str> {
    let messages = program.messages.iter().map(|message| message.name.as_str());
    messages.chain(program.topics.iter().map(|topic| topic.name.as_str())).collect()
}
