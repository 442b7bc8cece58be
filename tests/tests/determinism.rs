//! The same inputs give the same decisions, and contacts have nothing to do with each other.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::sync::Arc;

use flow_graph::Timestamp;
use flow_machine::Engine;
use flow_runtime::driver::{Decided, Driver, Observer, Options};
use flow_runtime::ingest::{Catalog, Format, Incoming, Inputs, Read, Who};
use flow_runtime::testing::Bench;
use flow_runtime::{Record, Renderer};
use flow_tests::{lines, project, root};

/// What was decided about each contact, in order.
#[derive(Debug)]
struct ByContact {
    engine: Arc<Engine>,
    records: BTreeMap<String, Vec<String>>,
}

impl Observer for ByContact {
    fn decided(&mut self, decided: Decided<'_>) {
        let record = Record::new(self.engine.program(), &decided);
        let line = serde_json::to_string(&record).unwrap();
        self.records.entry(record.contact.to_string()).or_default().push(line);
    }
}

#[test]
fn the_coffee_shop_decides_the_same_whoever_else_is_there() {
    let (engine, _) = compiled("shop");
    let inputs = inputs(&engine);
    let end = inputs.iter().map(Incoming::arrives).max().unwrap().plus(90 * 86_400_000);
    let together = decisions(&engine, inputs.clone(), end);
    assert!(together.len() > 10, "people are there: {}", together.len());
    assert_eq!(decisions(&engine, inputs.clone(), end), together, "the same twice");

    let mut apart = BTreeMap::new();
    let people = people(&inputs);
    for person in people.values() {
        let theirs = decisions(&engine, person.clone(), end);
        for (contact, records) in theirs {
            assert!(apart.insert(contact, records).is_none(), "a contact belongs to one person");
        }
    }
    for (contact, records) in &together {
        assert_eq!(apart.get(contact), Some(records), "{contact} alone");
    }
    assert_eq!(apart.len(), together.len());

    // What arrives at one instant arrives in another order: the people backwards, each with theirs in order.
    for minutes in [1, 60, 24 * 60] {
        let mut backwards: Vec<Incoming> = people.values().rev().flatten().cloned().collect();
        let mut forwards: Vec<Incoming> = people.values().flatten().cloned().collect();
        for batch in [&mut backwards, &mut forwards] {
            batch.iter_mut().for_each(|input| hold_back(input, minutes * 60_000));
            batch.sort_by_key(Incoming::arrives);
        }
        assert_eq!(decisions(&engine, backwards, end), decisions(&engine, forwards, end), "batches of {minutes} min");
    }
}

#[test]
fn the_tests_of_the_examples_happen_the_same_way_twice() {
    for example in ["cdnow", "saas", "shop"] {
        let (engine, tests) = compiled(example);
        let bench = Bench::new(engine);
        for case in &tests {
            assert_eq!(bench.play(case), bench.play(case), "{example}: {}", case.name);
        }
    }
}

fn compiled(example: &str) -> (Arc<Engine>, Vec<flow_graph::testcase::TestCase>) {
    let sources = project(&root().join("examples").join(example));
    let compiled = flow_compiler::compile(&sources);
    let program = compiled.program.unwrap_or_else(|| panic!("{example}:\n{}", lines(&sources, &compiled.diagnostics)));
    (Arc::new(Engine::new(Arc::new(program)).unwrap()), compiled.tests)
}

fn inputs(engine: &Arc<Engine>) -> Vec<Incoming> {
    let bytes = std::fs::read(root().join("examples/shop/events.jsonl")).unwrap();
    let reads = Inputs::new(Arc::new(Catalog::new(engine)), &bytes[..], "events", 0, &Format::Segment).unwrap();
    let taken = reads.filter_map(|read| match read.unwrap() {
        Read::Incoming(incoming) => Some(*incoming),
        Read::Rejected(_) => None,
    });
    let mut taken: Vec<Incoming> = taken.collect();
    taken.sort_by_key(Incoming::arrives);
    taken
}

fn decisions(engine: &Arc<Engine>, inputs: Vec<Incoming>, end: Timestamp) -> BTreeMap<String, Vec<String>> {
    let mut found = ByContact { engine: Arc::clone(engine), records: BTreeMap::new() };
    let options = Options { until: Some(end), ..Options::default() };
    let mut driver = Driver::new(Arc::clone(engine), Renderer::shared(engine), options);
    for input in inputs {
        driver.feed(&input, &mut found);
    }
    driver.finish(&mut found);
    found.records
}

/// The inputs of each person: of all ids that are ever named together.
fn people(inputs: &[Incoming]) -> BTreeMap<String, Vec<Incoming>> {
    let mut person: BTreeMap<String, String> = BTreeMap::new();
    for input in inputs {
        let ids = ids(&input.who);
        let known: Vec<String> = ids.iter().filter_map(|id| person.get(id).cloned()).collect();
        let name = known.first().or(ids.first()).unwrap().clone();
        person.values_mut().filter(|of| known.contains(of)).for_each(|of| of.clone_from(&name));
        ids.into_iter().for_each(|id| drop(person.insert(id, name.clone())));
    }
    let mut people: BTreeMap<String, Vec<Incoming>> = BTreeMap::new();
    for input in inputs {
        let id = ids(&input.who).swap_remove(0);
        people.entry(person.get(&id).unwrap().clone()).or_default().push(input.clone());
    }
    people
}

fn ids(who: &Who) -> Vec<String> {
    let kinds = [("user", &who.user), ("anonymous", &who.anonymous), ("user", &who.previous)];
    kinds.into_iter().filter_map(|(kind, id)| Some(format!("{kind} {}", id.as_ref()?))).collect()
}

/// Lets an input arrive at the end of a stretch of time, with all others of that stretch.
fn hold_back(input: &mut Incoming, stretch_ms: i64) {
    let at = input.arrives().0;
    input.arrival = Some(Timestamp(at - at.rem_euclid(stretch_ms) + stretch_ms));
}

#[test]
fn sequences_that_undo_each_other_end_and_leave_nothing_standing() {
    let text = r#"
contact { email: email?  tags: set of text }
event asked
topic news { consent none }
message letter { channel email  topic news  subject "News"  body "Hello" }
message last { channel email  topic news  subject "Last"  body "Hello" }
segment on { tags contains "on" }
sequence a { enter on entered segment on  again  set tags remove "on" }
sequence b { enter on left segment on  again  set tags add "on" }
sequence c { enter on asked  send letter  send last  wait 1h  send letter }
test "to and fro" {
  contact ana { email "ana@x.example"  tags ["on"] }
  at 2026-06-10T10:00
  ana sets { tags [] }
  ana does asked
  expect ana sent letter once
  expect ana sent last once
  after 1h expect ana sent letter 2 times
}
"#;
    for order in [text.to_owned(), text.replace("enter on asked", "enter on entered segment on")] {
        let sources = flow_tests::texts(&[("main.flow", &order)]);
        let compiled = flow_compiler::compile(&sources);
        let program = compiled.program.unwrap_or_else(|| panic!("{}", lines(&sources, &compiled.diagnostics)));
        let bench = Bench::new(Arc::new(Engine::new(Arc::new(program)).unwrap()));
        let failed: Vec<_> = compiled.tests.iter().filter_map(|case| bench.run(case)).collect();
        // All that was expected came; what is left to say is that the two went on without end.
        assert_eq!(failed.len(), 1);
        assert!(failed.iter().all(|failure| failure.actual.contains("without end")), "{failed:#?}");
    }
}
