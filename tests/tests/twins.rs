//! Two programs over one contact, computed once for as long as both do the same: what each decides and leaves is what
//! it does alone, whatever is different in them.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::sync::Arc;

use flow_compiler::compile_unproved;
use flow_compiler::source::Sources;
use flow_graph::{Program, Timestamp};
use flow_machine::input::Attributes;
use flow_machine::{Contact, Decision, DecisionKind, Engine, Input, Transition, Twins, step};
use flow_runtime::Incoming;
use flow_runtime::ingest::{Catalog, Format, Inputs, Read};
use flow_tests::harness::events::{Dice, events};
use flow_tests::harness::tokens;
use flow_tests::{project, root, texts};
use serde_json::Value as Json;

const EXAMPLES: [&str; 3] = ["shop", "saas", "cdnow"];

/// How often what was computed.
#[derive(Debug, Default)]
struct Counts {
    /// Steps of contacts that were the same.
    together: usize,
    /// Steps of contacts that were not.
    apart: usize,
    parted: usize,
    reunited: usize,
}

/// A contact under each program alone, and under both.
struct Case<'c> {
    twins: &'c Twins,
    alone: [(Engine, Contact, Transition); 2],
    contact: Contact,
    other: Option<Contact>,
    told: [Transition; 2],
    turns: usize,
}

impl<'c> Case<'c> {
    fn new(twins: &'c Twins, id: &str, programs: [&Arc<Program>; 2]) -> Self {
        let alone = programs.map(|program| {
            let engine = Engine::new(Arc::clone(program)).expect("a program that runs");
            let contact = Contact::new(&engine, id);
            (engine, contact, Transition::default())
        });
        let contact = Contact::new(twins.head(), id);
        Self { twins, alone, contact, other: None, told: Default::default(), turns: 0 }
    }

    fn step(&mut self, input: &Input, now: Timestamp, counts: &mut Counts, what: &str) {
        for (engine, contact, out) in &mut self.alone {
            step(engine, contact, input.clone(), now, out);
        }
        let [before, after] = &mut self.told;
        let apart = if let Some(other) = &mut self.other {
            step(self.twins.head(), &mut self.contact, input.clone(), now, after);
            step(self.twins.base(), other, input.clone(), now, before);
            true
        } else {
            self.other = self.twins.step(&mut self.contact, input.clone(), now, (before, after));
            counts.parted += usize::from(self.other.is_some());
            self.other.is_some()
        };
        (counts.together, counts.apart) = (counts.together + usize::from(!apart), counts.apart + usize::from(apart));
        let [base, head] = &self.alone;
        let of_base = if apart { &self.told[0] } else { &self.told[1] };
        assert_eq!(said(&self.told[1]), said(&head.2), "after, {what} at {now}");
        assert_eq!(said(of_base), said(&base.2), "before, {what} at {now}");
        assert_eq!((self.told[1].outcome, of_base.outcome), (head.2.outcome, base.2.outcome), "{what}");
        self.turns += 1;
        if self.turns.is_multiple_of(4)
            && let Some(other) = self.other.take()
            && !self.twins.reunite(&mut self.contact, &other)
        {
            self.other = Some(other);
        }
        counts.reunited += usize::from(apart && self.other.is_none());
        assert_eq!(state(&self.contact), state(&head.1), "after, {what} at {now}");
        assert_eq!(state(self.other.as_ref().unwrap_or(&self.contact)), state(&base.1), "before, {what} at {now}");
    }
}

/// What was decided and when; how high a score is within its band is of no matter.
fn said(out: &Transition) -> Vec<(Timestamp, DecisionKind)> {
    let bare = |decision: &Decision| {
        let mut kind = decision.kind.clone();
        if let DecisionKind::Band { value, .. } = &mut kind {
            *value = 0.0;
        }
        (decision.at, kind)
    };
    out.decisions.iter().map(bare).collect()
}

/// The state but for when it is to be woken: by two programs that is the earlier instant.
fn state(contact: &Contact) -> Json {
    let mut json = serde_json::to_value(contact).expect("a state that can be written");
    json["now"] = Json::Null;
    json["journey"]["wake"] = Json::Null;
    json
}

/// Compares both programs over some lines; false when they are not of one shape.
fn compare(before: &Program, after: &Program, lines: &[Incoming], what: &str, counts: &mut Counts) -> bool {
    let Some(twins) = Twins::new(before, after).expect("programs that run") else { return false };
    let programs = [Arc::new(before.clone()), Arc::new(after.clone())];
    let mut cases: BTreeMap<&str, Case<'_>> = BTreeMap::new();
    let mut last = Timestamp::FIRST_VALID;
    for incoming in lines {
        let id = incoming.who.user.as_deref().unwrap_or_default();
        let case = cases.entry(id).or_insert_with(|| Case::new(&twins, id, [&programs[0], &programs[1]]));
        let (time, changes) = (incoming.time, incoming.changes.clone());
        last = last.max(incoming.arrives());
        if !changes.is_empty() {
            let attributes = Attributes { id: Arc::clone(&incoming.id), time, changes };
            case.step(&Input::Attributes(attributes), incoming.arrives(), counts, what);
        }
        if let Some(event) = &incoming.event {
            case.step(&Input::Event(Arc::clone(event)), incoming.arrives(), counts, what);
        }
    }
    for case in cases.values_mut() {
        for days in [20, 90, 180] {
            case.step(&Input::Wake, last.plus(days * 86_400_000), counts, what);
        }
    }
    true
}

fn lines(program: &Program, text: &str) -> Vec<Incoming> {
    let engine = Arc::new(Engine::new(Arc::new(program.clone())).expect("a program that runs"));
    let inputs = Inputs::new(Arc::new(Catalog::new(&engine)), text.as_bytes(), "events", 0, &Format::Segment);
    let incoming = |read| if let Ok(Read::Incoming(incoming)) = read { Some(*incoming) } else { None };
    inputs.expect("a format").filter_map(incoming).collect()
}

fn mutate(name: &str, sources: &Sources, one_of: usize, seed: u64) -> (usize, usize, Counts) {
    let before = compile_unproved(sources).program.expect("a project that compiles");
    let inputs = lines(&before, &events(&before, 8, 40, seed));
    let mut dice = Dice(seed);
    let (mut tried, mut twins, mut counts) = (0, 0, Counts::default());
    for mutant in tokens::mutants(sources) {
        if dice.below(one_of) != 0 {
            continue;
        }
        let Some(after) = compile_unproved(&mutant.sources).program else { continue };
        tried += 1;
        twins += usize::from(compare(&before, &after, &inputs, &format!("{name}: {}", mutant.says), &mut counts));
        if tried % 3 == 0 {
            compare(&after, &before, &inputs, &format!("{name}, backwards: {}", mutant.says), &mut counts);
        }
    }
    (tried, twins, counts)
}

/// Whatever one word, number or sign less or other does to an example. `FLOW_TOKENS=all` tries each token, else it is
/// one of so many.
#[test]
fn a_change_of_a_token_is_computed_as_if_alone() {
    let all = std::env::var("FLOW_TOKENS").is_ok_and(|it| it == "all");
    let (mut tried, mut twins, mut total) = (0, 0, Counts::default());
    for (seed, name) in (1..).zip(EXAMPLES) {
        let sources = project(&root().join("examples").join(name));
        let (more, pairs, counts) = mutate(name, &sources, if all { 1 } else { 10 }, seed);
        (tried, twins) = (tried + more, twins + pairs);
        total.together += counts.together;
        total.apart += counts.apart;
        total.parted += counts.parted;
        total.reunited += counts.reunited;
    }
    println!("{tried} changes, {twins} of one shape; {total:?}");
    assert!(twins * 2 > tried, "{twins} of {tried} changes leave the shape as it is");
    assert!(total.together > 3 * total.apart && total.parted > 20 && total.reunited > 5, "{total:?}");
}

const WORLD: &str = include_str!("twins/world.flow");

/// The same for a project that has everything in it.
#[test]
fn all_that_there_is_is_computed_as_if_alone() {
    let all = std::env::var("FLOW_TOKENS").is_ok_and(|it| it == "all");
    let sources = texts(&[("world.flow", WORLD)]);
    let (tried, twins, counts) = mutate("world", &sources, if all { 1 } else { 4 }, 11);
    println!("{tried} changes, {twins} of one shape; {counts:?}");
    assert!(twins > 20 && counts.parted > 20 && counts.reunited > 5, "{twins} of {tried}: {counts:?}");
}
