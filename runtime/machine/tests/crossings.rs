//! Crossings, caps and leaves at known instants.

#![allow(clippy::unwrap_used, reason = "a test")]

mod oracle;

use flow_graph::expr::{ArithOp, CompareOp, ScorePart};
use flow_graph::program::{HitRule, Score, ScoreCap};
use flow_graph::{Expr, Id, Timestamp, Value};
use flow_machine::View;
use oracle::ZONES;
use oracle::drive::{Both, DAY, HOUR, Step, behaviours, compare, constant, days, event, plain, read, rule};

#[test]
fn one_half_life_is_half_to_the_millisecond() {
    let mut program = oracle::program();
    oracle::score(&mut program, plain(vec![rule(40.0, Some(14 * DAY))]));
    let at_least = compare(CompareOp::GreaterEqual, read(ScorePart::Total, 0), constant(20.0));
    let segment = oracle::segment(&mut program, at_least);
    let mut both = Both::new(program, oracle::ms("2026-03-20T10:00:00Z"));
    let start = both.now;
    event(&mut both);
    assert!(both.contact.facts.in_segment(segment));
    // At 14 days it is exactly 20; a millisecond later it is below.
    assert_eq!(both.timer, Some(start.plus(14 * DAY + 1)));
    both.go(start.plus(14 * DAY));
    assert!(both.contact.facts.in_segment(segment));
    both.go(start.plus(14 * DAY + 1));
    assert!(!both.contact.facts.in_segment(segment));
    assert_eq!((both.timer, both.wakes), (None, 1));
}

#[test]
fn what_rises_before_it_falls_is_woken_once() {
    let mut program = oracle::program();
    oracle::score(&mut program, plain(vec![rule(60.0, Some(14 * DAY)), rule(-20.0, Some(HOUR))]));
    let at_least = compare(CompareOp::GreaterEqual, read(ScorePart::Total, 0), constant(30.0));
    let segment = oracle::segment(&mut program, at_least);
    let mut both = Both::new(program, oracle::ms("2026-03-20T10:00:00Z"));
    let start = both.now;
    event(&mut both);
    assert!(both.contact.facts.in_segment(segment));
    both.go(start.plus(14 * DAY));
    assert_eq!((both.contact.facts.in_segment(segment), both.wakes), (true, 0));
    both.go(start.plus(14 * DAY + 1));
    assert_eq!((both.contact.facts.in_segment(segment), both.wakes), (false, 1));
}

#[test]
fn a_score_that_only_touches_its_range_leaves_it_in_time() {
    let mut program = oracle::program();
    let held = Score { range: Some((0.0, 100.0)), ..plain(vec![rule(250.0, Some(DAY))]) };
    oracle::score(&mut program, held.clone());
    oracle::score(&mut program, Score { hits: vec![rule(10.0, None)], ..held });
    let sum = Expr::Arith {
        op: ArithOp::Add,
        left: Box::new(read(ScorePart::Total, 0)),
        right: Box::new(read(ScorePart::Total, 1)),
    };
    let segment = oracle::segment(&mut program, compare(CompareOp::GreaterEqual, sum, constant(60.0)));
    let mut both = Both::new(program, oracle::ms("2026-03-20T10:00:00Z"));
    event(&mut both);
    let out = both.now.plus(DAY * 2 + 27_816_574);
    for _ in 0..300 {
        both.go(both.now.plus(HOUR));
        both.compare();
    }
    assert!(!both.contact.facts.in_segment(segment) && both.now > out);
    assert!(both.wakes <= 3, "{}", both.wakes);
}

#[test]
fn a_cap_per_day_follows_the_zone() {
    let mut program = oracle::program();
    let capped = HitRule { cap: Some(ScoreCap { points: 20.0, per: days(1) }), ..rule(15.0, None) };
    let id = oracle::score(&mut program, plain(vec![capped]));
    let mut both = Both::new(program, oracle::ms("2026-03-28T12:00:00Z"));
    event(&mut both);
    // In Berlin that day has 23 hours, so the first hit has left the window.
    both.go(both.now.plus(23 * HOUR));
    event(&mut both);
    let read = |both: &Both| View::new(&both.engine, &both.contact, both.now).score(id, ScorePart::Total);
    assert!(oracle::near(read(&both), 30.0));
    both.step(&Step::Zone { wait: 0, zone: ZONES.len() - 1 });
    assert!(oracle::near(read(&both), 20.0));
    both.compare();
}

#[test]
fn of_two_events_the_earlier_can_leave_later() {
    let mut program = oracle::program();
    behaviours(&mut program);
    let two = compare(CompareOp::GreaterEqual, Expr::Behaviour(Id::new(3)), Expr::Const(Value::Int(2)));
    let segment = oracle::segment(&mut program, two);
    let mut both = Both::new(program, oracle::ms("2026-01-29T22:00:00Z"));
    event(&mut both);
    both.go(Timestamp(oracle::ms("2026-01-31T00:00:00Z")));
    event(&mut both);
    // Both leave on 28 February: the one of the 31st at 01:00, that of the 29th at 23:00.
    assert_eq!(both.timer, Some(Timestamp(oracle::ms("2026-02-28T00:00:00Z"))));
    both.go(Timestamp(oracle::ms("2026-02-28T00:00:00Z")));
    assert!(!both.contact.facts.in_segment(segment));
}
