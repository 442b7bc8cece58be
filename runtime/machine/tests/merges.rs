//! Two contacts become one.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm, reason = "tests")]

mod world;

use flow_graph::program::lifecycle::Cause as Why;
use flow_graph::program::{Consent, StepKind, Trigger, builtin};
use flow_graph::{Expr, Program, Timestamp, Value};
use flow_machine::input::Merge;
use flow_machine::{Contact, Input};

use world::*;

/// A keyed cart sequence, a segment, and a lifecycle that ends with an order.
fn carts() -> Program {
    let mut program = program();
    let note = message(&mut program, "note", 50);
    let keen = at_least(&mut program, "keen", CART, days(30), 2);
    let mut carts = sequence(
        "carts",
        vec![on(CART)],
        vec![("wait 1 day", StepKind::Wait(days(1))), ("send note", StepKind::Send(note))],
    );
    carts.key = Some(vec![(CART, 0)]);
    program.sequences.push(carts);
    program.sequences.push(sequence(
        "greet",
        vec![Trigger::EnteredSegment(keen)],
        vec![("wait", StepKind::Wait(days(9)))],
    ));
    program.lifecycles.push(lifecycle(
        "use",
        &["new", "buyer", "friend"],
        vec![
            transition(0, 1, Why::On(vec![on(ORDER)])),
            transition(1, 2, Why::When { condition: Expr::InSegment(keen), hold: None }),
        ],
    ));
    program
}

fn merge(world: &mut World, mut other: World, at: Timestamp) -> World {
    let mut log = world.history.clone();
    log.append(&mut other.history);
    log.sort_by_key(|entry| entry.0);
    world.history = log.clone();
    let absorbed = std::mem::replace(&mut other.contact, Contact::new(&other.engine, "gone"));
    world.step(at, Input::Merge(Box::new(Merge { other: absorbed, log })));
    other
}

#[test]
fn inside_the_same_keyed_run_the_older_stays() {
    let mut ana = World::new(carts()).reachable(NOON);
    let mut a1 = World::named(carts(), "a1");
    a1.event(at(0), CART, vec![text("c1")]);
    a1.event(at(1), CART, vec![text("c2")]);
    a1.walk(at(5));
    ana.event(at(3), CART, vec![text("c1")]);
    ana.event(at(4), ORDER, vec![text("c0")]);
    let a1 = merge(&mut ana, a1, at(5));
    assert!(a1.words().contains(&"entered 0".to_owned()));
    ana.walk(at(8));
    // Its own run ends, the segment is recorded, nobody is greeted twice, and the further stage stays.
    assert_eq!(ana.words(), ["stage 0", "enrolled", "stage 1", "exited Merged", "entered 0"]);
    assert_eq!(ana.contact.journey.runs().len(), 3);
    ana.walk(at(100));
    assert_eq!(ana.sent(), [("note".to_owned(), 24.0), ("note".to_owned(), 25.0)]);
    let keys: Vec<_> = ana.contact.journey.runs().iter().map(|run| run.owner.clone()).collect();
    assert_eq!(keys, ["a1".into()]);
}

#[test]
fn a_contact_without_a_turn_takes_the_others_place() {
    let mut ana = World::new(carts());
    let mut a1 = World::named(carts(), "a1").reachable(NOON);
    a1.event(at(0), CART, vec![text("c1")]);
    a1.event(at(1), CART, vec![text("c2")]);
    merge(&mut ana, a1, at(2));
    assert_eq!(ana.words(), Vec::<String>::new());
    ana.walk(at(100));
    assert_eq!(ana.sent().len(), 2);
}

#[test]
fn consent_is_the_stricter_and_caps_are_united() {
    let build = || {
        let mut program = carts();
        let topic = program.topics.ids().next().unwrap();
        program.topics[topic].consent = Consent::OptIn;
        program
    };
    let mut ana = World::new(build()).reachable(NOON);
    let mut bob = World::named(build(), "bob");
    ana.event(at(0), builtin::SUBSCRIBED, vec![Value::Missing, Value::Bool(true), text("news")]);
    bob.event(at(-1), builtin::UNSUBSCRIBED, vec![]);
    ana.event(at(1), CART, vec![text("c1")]);
    merge(&mut ana, bob, at(2));
    ana.walk(at(100));
    assert_eq!(ana.words(), ["stage 0", "enrolled", "dropped consent", "exited Finished"]);
}

#[test]
fn figures_count_the_united_log_once() {
    let mut ana = World::new(carts());
    let mut a1 = World::named(carts(), "a1");
    a1.event(at(0), CART, vec![text("c1")]);
    ana.event(at(0), CART, vec![text("c2")]);
    merge(&mut ana, a1, at(1));
    assert_eq!(ana.words(), ["stage 0", "enrolled", "entered 0"]);
    // Out of the segment when the two leave the window, at the same instant.
    ana.walk(at(24 * 40));
    let left = ana.log.iter().find(|it| word(&it.kind) == "left 0").unwrap();
    assert_eq!(left.at, at(24 * 30));
}
