//! Turns: sequences, sends and lifecycles at the instants where they are easiest to get wrong.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm, reason = "tests")]

mod world;

use flow_graph::program::lifecycle::Cause as Why;
use flow_graph::program::{Again, Cap, CapPolicy, SetAction, StepKind, Trigger};
use flow_graph::{ClockWindow, Expr, Id, Program, Span, Value};
use flow_machine::Input;
use flow_machine::decision::{DecisionKind, Gate, Outcome};
use jiff::civil::Time;

use world::*;

/// A keyed cart sequence: wait an hour, remind, wait a day, remind again; an order of the cart is its goal.
fn carts() -> Program {
    let mut program = program();
    let first = message(&mut program, "first", 50);
    let second = message(&mut program, "second", 50);
    let mut carts = sequence(
        "carts",
        vec![on(CART)],
        vec![
            ("wait 1h", StepKind::Wait(hours(1))),
            ("send first", StepKind::Send(first)),
            ("wait 1 day", StepKind::Wait(days(1))),
            ("send second", StepKind::Send(second)),
        ],
    );
    carts.key = Some(vec![(CART, 0)]);
    carts.again = Again::After(days(7));
    carts.goal = Some(goal(vec![on_where(ORDER, equal(Expr::This(0), Expr::Key))], Some(days(5))));
    program.sequences.push(carts);
    program
}

fn quiet(program: &mut Program, from: i8, to: i8) {
    program.limits.quiet = Some(ClockWindow { from: Time::constant(from, 0, 0, 0), to: Time::constant(to, 0, 0, 0) });
    program.limits.quiet_at = Some(here());
}

fn cap(program: &mut Program, count: u32, per: Span, when: CapPolicy) {
    program.limits.caps.push(Cap { channel: Id::new(0), count, per, at: here() });
    program.limits.when_capped = when;
}

#[test]
fn goal_while_waiting_ends_that_run_alone() {
    let mut world = World::new(carts()).reachable(NOON);
    world.event(at(0), CART, vec![text("c1")]);
    world.event(at(0), CART, vec![text("c2")]);
    world.event(at(2), ORDER, vec![text("c1")]);
    world.walk(at(100));
    let names: Vec<_> = world.sent();
    assert_eq!(names, [("first", 1.0), ("first", 1.0), ("second", 25.0)].map(|(name, at)| (name.to_owned(), at)));
    assert_eq!(world.words().iter().filter(|word| *word == "goal true").count(), 1);
}

#[test]
fn same_instant_entries_make_one_run() {
    let mut world = World::new(carts()).reachable(NOON);
    world.event(at(0), CART, vec![text("c1")]);
    world.event(at(0), CART, vec![text("c1")]);
    world.event(at(3), CART, vec![Value::Missing]);
    world.walk(at(48));
    world.event(at(50), CART, vec![text("c1")]);
    world.event(at(7 * 24 - 1), CART, vec![text("c1")]);
    assert_eq!(world.words().iter().filter(|word| *word == "enrolled").count(), 1);
    world.event(at(7 * 24), CART, vec![text("c1")]);
    assert_eq!(world.words().iter().filter(|word| *word == "enrolled").count(), 2);
}

#[test]
fn goal_outside_its_window_ends_without_converting() {
    let mut program = carts();
    let id = program.sequences.ids().next().unwrap();
    program.sequences[id].goal.as_mut().unwrap().within = Some(hours(2));
    let mut world = World::new(program).reachable(NOON);
    world.event(at(0), CART, vec![text("c1")]);
    world.event(at(2), ORDER, vec![text("c1")]);
    assert_eq!(world.words().last().unwrap(), "goal false");
}

#[test]
fn exit_while_held_drops_the_message() {
    let mut program = carts();
    quiet(&mut program, 12, 20);
    let id = program.sequences.ids().next().unwrap();
    program.sequences[id].exit_on = vec![(on(PING), here())];
    let mut world = World::new(program).reachable(at(-1));
    world.event(at(0), CART, vec![text("c1")]);
    world.event(at(3), PING, vec![]);
    world.walk(at(100));
    assert_eq!(world.words(), ["enrolled", "held quiet", "dropped wanted", "exited ExitOn"]);
}

#[test]
fn held_by_quiet_leaves_at_its_end() {
    let mut program = carts();
    quiet(&mut program, 12, 20);
    let mut world = World::new(program).reachable(at(-1));
    world.event(at(0), CART, vec![text("c1")]);
    world.walk(at(100));
    assert_eq!(world.sent(), [("first".to_owned(), 8.0), ("second".to_owned(), 32.0)]);
}

#[test]
fn two_messages_for_one_slot_go_by_priority() {
    let mut program = program();
    let (low, high) = (message(&mut program, "low", 10), message(&mut program, "high", 90));
    program.sequences.push(sequence("a", vec![on(PING)], vec![("send low", StepKind::Send(low))]));
    program.sequences.push(sequence("b", vec![on(PING)], vec![("send high", StepKind::Send(high))]));
    cap(&mut program, 1, days(1), CapPolicy::WaitUpTo(days(2)));
    let mut world = World::new(program).reachable(NOON);
    world.event(at(0), PING, vec![]);
    world.walk(at(100));
    assert_eq!(world.sent(), [("high".to_owned(), 0.0), ("low".to_owned(), 24.0)]);
}

#[test]
fn capped_for_too_long_is_dropped_exactly_then() {
    let mut program = program();
    let note = message(&mut program, "note", 50);
    program.sequences.push(sequence("a", vec![on(PING)], vec![("send note", StepKind::Send(note))]));
    cap(&mut program, 1, days(3), CapPolicy::WaitUpTo(hours(30)));
    let mut world = World::new(program).reachable(NOON);
    world.event(at(0), PING, vec![]);
    world.event(at(5), PING, vec![]);
    world.walk(at(200));
    let dropped = world.pick(|kind| match kind {
        DecisionKind::Dropped { gate, .. } => Some(*gate),
        _ => None,
    });
    assert_eq!(dropped, [(Gate::Cap, 35.0)]);
    assert_eq!(world.words().iter().filter(|word| *word == "held cap").count(), 1);
}

#[test]
fn cap_reached_while_held_by_quiet() {
    let mut program = program();
    let (low, high) = (message(&mut program, "low", 10), message(&mut program, "high", 90));
    program.sequences.push(sequence("a", vec![on(PING)], vec![("send low", StepKind::Send(low))]));
    program.sequences.push(sequence("b", vec![on(CART)], vec![("send high", StepKind::Send(high))]));
    cap(&mut program, 1, days(1), CapPolicy::WaitUpTo(days(2)));
    quiet(&mut program, 21, 8);
    let mut world = World::new(program).reachable(NOON);
    world.event(at(10), PING, vec![]);
    world.event(at(11), CART, vec![text("c1")]);
    world.walk(at(200));
    // Both wait for 08:00; the higher one takes the slot, the other waits for 08:00 of the day after.
    assert_eq!(world.sent(), [("high".to_owned(), 20.0), ("low".to_owned(), 44.0)]);
    assert_eq!(
        world.words(),
        [
            "enrolled",
            "held quiet",
            "enrolled",
            "held quiet",
            "send",
            "exited Finished",
            "held cap",
            "send",
            "exited Finished"
        ]
    );
}

#[test]
fn hold_interrupted_on_day_13_starts_again() {
    let mut program = program();
    let quiet = at_least(&mut program, "active", PING, days(14), 1);
    let idle = Expr::Not(Box::new(Expr::InSegment(quiet)));
    program.lifecycles.push(lifecycle(
        "use",
        &["user", "lost"],
        vec![transition(0, 1, Why::When { condition: idle, hold: Some(days(14)) })],
    ));
    let mut world = World::new(program);
    world.event(at(0), CART, vec![]);
    world.event(at(13 * 24), PING, vec![]);
    world.walk(at(80 * 24));
    let stages = world.pick(|kind| match kind {
        DecisionKind::Stage { to, .. } => Some(*to),
        _ => None,
    });
    // Active from day 13 to day 27, then idle for 14 days.
    assert_eq!(stages, [(0, 0.0), (1, 41.0 * 24.0)]);
}

#[test]
fn late_events_trigger_nothing_but_are_not_lost() {
    let mut program = program();
    let seen = at_least(&mut program, "seen", PING, days(30), 1);
    program.lifecycles.push(lifecycle(
        "use",
        &["new", "user"],
        vec![transition(0, 1, Why::When { condition: Expr::InSegment(seen), hold: None })],
    ));
    let note = message(&mut program, "note", 50);
    let enter = vec![Trigger::EnteredSegment(seen)];
    program.sequences.push(sequence("a", enter, vec![("send note", StepKind::Send(note))]));
    let mut world = World::new(program).reachable(NOON);
    assert_eq!(world.event_from(at(100), at(20), PING, vec![]), Outcome::Late);
    world.walk(at(110));
    assert_eq!(world.words(), ["stage 0", "entered 0"]);
    world.event(at(120), CART, vec![]);
    assert_eq!(world.words(), ["stage 0", "entered 0", "stage 1"]);
}

#[test]
fn what_a_turn_causes_is_handled_in_it() {
    let mut program = program();
    let note = message(&mut program, "note", 50);
    let pro = equal(Expr::Field(PLAN), Expr::Const(text("pro")));
    let set = SetAction::To(PLAN, Expr::Const(text("pro")));
    program.sequences.push(sequence(
        "a",
        vec![on(PING)],
        vec![
            ("set plan", StepKind::Set(set)),
            ("emit order", StepKind::Emit { event: ORDER, fields: vec![(0, Expr::Const(text("c9")))] }),
        ],
    ));
    program.sequences.push(sequence(
        "b",
        vec![Trigger::EnteredStage { lifecycle: Id::new(0), stage: 1 }],
        vec![("wait", StepKind::Wait(hours(1))), ("send note", StepKind::Send(note))],
    ));
    program.lifecycles.push(lifecycle(
        "use",
        &["free", "paid", "buyer"],
        vec![transition(0, 1, Why::When { condition: pro, hold: None }), transition(1, 2, Why::On(vec![on(ORDER)]))],
    ));
    let mut world = World::new(program).reachable(NOON);
    world.event(at(0), PING, vec![]);
    world.walk(at(2));
    assert_eq!(
        world.words(),
        [
            "stage 0",
            "enrolled",
            "set",
            "emit",
            "exited Finished",
            "stage 1",
            "stage 2",
            "enrolled",
            "send",
            "exited Finished"
        ]
    );
}

#[test]
fn stepping_through_wakes_equals_jumping() {
    let build = || {
        let mut program = carts();
        let active = at_least(&mut program, "active", CART, days(2), 2);
        program.lifecycles.push(lifecycle(
            "use",
            &["new", "keen", "lost"],
            vec![
                transition(0, 1, Why::When { condition: Expr::InSegment(active), hold: Some(hours(5)) }),
                transition(
                    1,
                    2,
                    Why::When { condition: Expr::Not(Box::new(Expr::InSegment(active))), hold: Some(days(3)) },
                ),
            ],
        ));
        quiet(&mut program, 21, 8);
        cap(&mut program, 1, days(1), CapPolicy::WaitUpTo(days(2)));
        World::new(program).reachable(NOON)
    };
    let feed = |world: &mut World, walk: bool| {
        for (hour, cart) in [(0, "a"), (1, "b"), (9, "c"), (30, "a"), (31, "d"), (200, "b")] {
            if walk {
                world.walk(at(hour));
            }
            world.event(at(hour), CART, vec![text(cart)]);
        }
        if walk {
            world.walk(at(1_000));
        }
        world.step(at(1_000), Input::Wake);
    };
    let (mut walked, mut jumped) = (build(), build());
    feed(&mut walked, true);
    feed(&mut jumped, false);
    assert!(walked.wakes > 10);
    assert_eq!(walked.log, jumped.log);
    assert_eq!(walked.contact, jumped.contact);
}
