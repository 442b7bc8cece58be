//! Which places of a program took part, and that asking for it changes nothing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm, reason = "tests")]

mod world;

use std::sync::Arc;

use flow_graph::Id;
use flow_graph::program::{FitRule, HitRule, Score, StepKind};
use flow_machine::{Contact, Engine, Event, Input, Point, Trace, Transition, step};
use world::{CART, NOON, ORDER, PING, PLAN, at, equal, here, hours, on, text};

#[test]
fn a_trace_names_what_took_part_and_changes_nothing() {
    let (traced, decisions) = played(true);
    let (none, same) = played(false);
    assert_eq!(none, None);
    assert_eq!(decisions, same);
    let count = |point| traced.as_ref().and_then(|trace| trace.counts.get(&point)).copied().unwrap_or_default();
    let sequence = Id::new(0);
    assert_eq!(count(Point::Enter(sequence, 0)), 2);
    assert_eq!(count(Point::Enter(sequence, 1)), 0, "no ping came");
    assert_eq!(count(Point::Step(sequence, 0)), 2);
    assert_eq!((count(Point::Way(sequence, 0, 0)), count(Point::Way(sequence, 0, 1))), (1, 1), "order, then timeout");
    assert_eq!(count(Point::Step(sequence, 1)), 2);
    assert_eq!((count(Point::Way(sequence, 1, 0)), count(Point::Way(sequence, 1, 1))), (0, 2), "always otherwise");
    assert_eq!(count(Point::Hit(Id::new(0), 0)), 2, "a duplicate counts for nothing");
    assert_eq!(count(Point::Fit(Id::new(0), 0)), 0);
}

/// Two runs: one goes on by an order, one by the end of the limit.
fn played(asked: bool) -> (Option<Trace>, Vec<String>) {
    let mut program = world::program();
    let when = equal(flow_graph::Expr::Field(PLAN), flow_graph::Expr::Const(text("team")));
    let rule = FitRule { points: 5.0, when: when.clone(), at: here() };
    let hit =
        HitRule { points: 1.0, event: CART, filter: None, half_life_ms: None, cap: None, once_per: None, at: here() };
    program.scores.push(Score {
        name: "s".into(),
        doc: None,
        range: None,
        fit: vec![rule],
        hits: vec![hit],
        bands: vec![],
        at: here(),
    });
    let branches = vec![(vec![on(ORDER)], Some(1))];
    let wait = StepKind::WaitFor { limit: Some(hours(1)), since_entry: false, branches, timeout: Some(1) };
    let choose = StepKind::Choose { arms: vec![(when, None)], otherwise: None };
    program.sequences.push(world::sequence("q", vec![on(CART), on(PING)], vec![("wait", wait), ("choose", choose)]));
    let engine = Engine::new(Arc::new(program)).unwrap();
    let mut contact = Contact::new(&engine, "ana");
    let mut out = Transition::default();
    out.trace = asked.then(Box::default);
    let mut said = Vec::new();
    // The last order only lets the time pass.
    for (hour, kind, id) in [(0, CART, "a"), (0, CART, "a"), (0, ORDER, "b"), (2, CART, "c"), (9, ORDER, "d")] {
        let values = vec![flow_graph::Value::Missing; engine.program().events[kind].fields.len()].into();
        let event = Event { kind, id: id.into(), time: at(hour), values, meta: None };
        step(&engine, &mut contact, Input::Event(Arc::new(event)), at(hour).max(NOON), &mut out);
        said.extend(out.decisions.iter().map(|decision| world::word(&decision.kind)));
    }
    (out.trace.map(|trace| *trace), said)
}
