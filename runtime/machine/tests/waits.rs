//! Waits: for things to happen, for times of day, for moments that move; splits and holdouts.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm, reason = "tests")]

mod world;

use flow_graph::program::sequence::SplitArm;
use flow_graph::program::{SetAction, StepKind, Trigger, WaitUntil};
use flow_graph::{ClockWindow, Expr, Id, Program, Value, Weekdays};
use flow_machine::decision::DecisionKind;
use jiff::civil::{Date, Time, date};

use world::*;

/// On a ping: wait up to a day for an order; its branch or the timeout sends.
fn waiting(since_entry: bool, first: StepKind) -> Program {
    let mut program = program();
    let (yes, no) = (message(&mut program, "yes", 50), message(&mut program, "no", 50));
    let wait = StepKind::WaitFor {
        limit: Some(days(1)),
        since_entry,
        branches: vec![(vec![on(ORDER)], Some(2))],
        timeout: Some(3),
    };
    let mut steps = sequence(
        "a",
        vec![on(PING)],
        vec![("first", first), ("wait", wait), ("send yes", StepKind::Send(yes)), ("send no", StepKind::Send(no))],
    );
    steps.steps[2].next = None;
    program.sequences.push(steps);
    program
}

#[test]
fn waits_for_what_happens_from_here_on() {
    let mut world = World::new(waiting(false, StepKind::Wait(hours(5)))).reachable(NOON);
    world.event(at(0), PING, vec![]);
    world.event(at(2), ORDER, vec![]);
    world.walk(at(100));
    assert_eq!(world.sent(), [("no".to_owned(), 29.0)]);
}

#[test]
fn since_entry_looks_back() {
    let mut world = World::new(waiting(true, StepKind::Wait(hours(5)))).reachable(NOON);
    world.event(at(-1), ORDER, vec![]);
    world.event(at(0), PING, vec![]);
    world.event(at(2), ORDER, vec![]);
    world.walk(at(100));
    assert_eq!(world.sent(), [("yes".to_owned(), 5.0)]);
}

#[test]
fn the_end_of_a_limit_does_not_belong_to_it() {
    for (hour, message, sent) in [(23, "yes", 23.0), (24, "no", 24.0)] {
        let mut world = World::new(waiting(false, StepKind::Wait(hours(0)))).reachable(NOON);
        world.event(at(0), PING, vec![]);
        world.event(at(hour), ORDER, vec![]);
        world.walk(at(100));
        assert_eq!(world.sent(), [(message.to_owned(), sent)]);
    }
}

/// On a ping: wait until a week before the renewal at nine, then send.
fn renewal(exit: bool) -> Program {
    let mut program = program();
    let note = message(&mut program, "note", 50);
    let moment = Expr::Shift { moment: Box::new(Expr::Field(RENEWAL)), by: days(7), back: true };
    let wait = WaitUntil::Moment { value: moment, at: Some(Time::constant(9, 0, 0, 0)), otherwise_exit: exit };
    program.sequences.push(sequence(
        "a",
        vec![on(PING)],
        vec![("wait until renewal", StepKind::WaitUntil(wait)), ("send note", StepKind::Send(note))],
    ));
    program
}

fn renewing(exit: bool, renewal_date: Option<Date>) -> World {
    let mut world = World::new(renewal(exit)).reachable(NOON);
    if let Some(date) = renewal_date {
        world.set(NOON, RENEWAL, Value::Date(date));
    }
    world.event(at(0), PING, vec![]);
    world
}

#[test]
fn past_and_missing_moments_take_the_other_way() {
    for moment in [None, Some(date(2026, 1, 12))] {
        let mut world = renewing(true, moment);
        world.walk(at(1_000));
        assert_eq!(world.words(), ["enrolled", "exited MomentPassed"], "{moment:?}");
        let mut world = renewing(false, moment);
        world.walk(at(1_000));
        assert_eq!(world.sent(), [("note".to_owned(), 0.0)]);
    }
}

#[test]
fn a_moment_is_followed_when_it_moves() {
    // A week before the 15th is the 8th, 09:00 in UTC: 69 hours after the noon of the 5th.
    let mut world = renewing(true, Some(date(2026, 1, 15)));
    world.set(at(24), RENEWAL, Value::Date(date(2026, 1, 20)));
    world.set(at(48), ZONE, text("America/New_York"));
    world.walk(at(1_000));
    assert_eq!(world.sent(), [("note".to_owned(), 69.0 + 5.0 * 24.0 + 5.0)]);
    // Moved to before now, but not before the wait began: it has come.
    let mut world = renewing(true, Some(date(2026, 2, 15)));
    world.set(at(48), RENEWAL, Value::Date(date(2026, 1, 13)));
    assert_eq!(world.sent(), [("note".to_owned(), 48.0)]);
    // Taken away.
    let mut world = renewing(true, Some(date(2026, 2, 15)));
    world.set(at(48), RENEWAL, Value::Missing);
    assert_eq!(world.words().last().unwrap(), "exited MomentPassed");
}

#[test]
fn a_time_of_day_in_the_zone_of_the_contact() {
    let mut program = program();
    let note = message(&mut program, "note", 50);
    let window = ClockWindow { from: Time::constant(9, 0, 0, 0), to: Time::constant(9, 0, 0, 0) };
    let clock = WaitUntil::Clock { days: Weekdays::WORKING, window, single: true };
    program.sequences.push(sequence(
        "a",
        vec![on(PING)],
        vec![("wait until", StepKind::WaitUntil(clock)), ("send note", StepKind::Send(note))],
    ));
    let mut world = World::new(program).reachable(NOON);
    world.set(NOON, ZONE, text("Pacific/Auckland"));
    // Friday the 9th, 12:00 in UTC, is Saturday 01:00 in Auckland; Monday 09:00 there is Sunday 20:00 in UTC.
    world.event(at(96), PING, vec![]);
    world.walk(at(1_000));
    assert_eq!(world.sent(), [("note".to_owned(), 96.0 + 56.0)]);
}

fn split(shares: &[f64], holdout: Option<f64>) -> Program {
    let mut program = program();
    let note = message(&mut program, "note", 50);
    let arm = |(i, share): (usize, &f64)| SplitArm { name: format!("arm{i}"), share: *share, target: Some(1) };
    let arms = shares.iter().enumerate().map(arm).collect();
    let mut steps = sequence(
        "a",
        vec![on(PING)],
        vec![
            ("split", StepKind::Split { salt: "a.offer".into(), arms }),
            ("send note", StepKind::Send(note)),
            ("set plan", StepKind::Set(SetAction::To(PLAN, Expr::Const(text("pro"))))),
        ],
    );
    steps.holdout = holdout;
    program.sequences.push(steps);
    program
}

#[test]
fn splits_move_only_those_between_the_borders() {
    let arms = |shares: &[f64]| -> Vec<String> {
        (0..400)
            .map(|i| {
                let mut world = World::named(split(shares, None), &format!("user{i}"));
                world.event(at(0), PING, vec![]);
                world.words().iter().find(|word| word.starts_with("split")).unwrap().clone()
            })
            .collect()
    };
    let (before, after) = (arms(&[0.5, 0.5]), arms(&[0.6, 0.4]));
    let moved = before.iter().zip(&after).filter(|(a, b)| a != b).count();
    assert!((25..55).contains(&moved), "{moved}");
    assert!(before.iter().zip(&after).all(|(a, b)| a == b || b == "split arm0"));
}

#[test]
fn who_is_held_out_walks_but_is_never_messaged() {
    let mut held_out = 0;
    for i in 0..200 {
        let mut world = World::named(split(&[1.0], Some(0.25)), &format!("user{i}")).reachable(NOON);
        world.event(at(0), PING, vec![]);
        let words = world.words();
        if words.contains(&"held out".to_owned()) {
            held_out += 1;
            assert_eq!(words, ["held out", "split arm0", "dropped holdout", "set", "exited Finished"]);
        } else {
            assert_eq!(words, ["enrolled", "split arm0", "send", "set", "exited Finished"]);
        }
    }
    assert!((30..70).contains(&held_out), "{held_out}");
}

#[test]
fn an_entered_sequence_begins_another_with_its_event() {
    let mut program = program();
    let note = message(&mut program, "note", 50);
    program.sequences.push(sequence("a", vec![on(CART)], vec![("enroll in b", StepKind::Enroll(Id::new(1)))]));
    let mut second = sequence("b", vec![], vec![("send note", StepKind::Send(note))]);
    second.key = Some(vec![(CART, 0)]);
    second.unless = Some(Expr::InSequence(Id::new(0)));
    program.sequences.push(second);
    let mut world = World::new(program).reachable(NOON);
    world.event(at(0), CART, vec![text("c7")]);
    let sent = world.pick(|kind| match kind {
        DecisionKind::Send(send) => Some((send.key.clone(), send.data.as_ref()?.key.clone())),
        _ => None,
    });
    assert_eq!(sent, [(("ana/b/1/send note/1".to_owned(), Some(text("c7"))), 0.0)]);
}

#[test]
fn a_loop_without_a_wait_ends() {
    let mut program = program();
    let emit = StepKind::Emit { event: PING, fields: vec![] };
    program.sequences.push(sequence("a", vec![on(PING)], vec![("emit ping", emit)]));
    let entered = vec![Trigger::EnteredStage { lifecycle: Id::new(0), stage: 0 }];
    program.sequences.push(sequence("b", entered, vec![("wait", StepKind::Wait(hours(1)))]));
    let mut world = World::new(program).reachable(NOON);
    world.event(at(0), PING, vec![]);
    assert!(world.log.len() < 5_000);
    world.walk(at(10));
}
