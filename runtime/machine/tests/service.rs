//! Service levels: working time, reminders, pauses, late answers.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm, reason = "tests")]

mod world;

use flow_graph::program::{Calendar, CalendarWindow, Reminder, Sla, StepKind, Team};
use flow_graph::{ClockWindow, Expr, Program, Span, Weekdays};
use flow_machine::decision::DecisionKind;
use jiff::civil::Time;

use world::*;

/// A ping is to be answered by an order within some time of nine to five; a reminder after half of it.
fn answered(within: Span, working: bool) -> Program {
    let mut program = program();
    let team = program.teams.push(Team { name: "sales".into(), routes: vec![] });
    let window = ClockWindow { from: Time::constant(9, 0, 0, 0), to: Time::constant(17, 0, 0, 0) };
    let calendar = program.calendars.push(Calendar {
        name: "hours".into(),
        open: vec![CalendarWindow { days: Weekdays::WORKING, window }],
        zone: "UTC".into(),
        except: vec![],
        at: here(),
    });
    let tell = || vec![(StepKind::Notify { team, text: "now".into() }, here())];
    program.slas.push(Sla {
        name: "answer".into(),
        doc: None,
        per: Some(Expr::Field(PLAN)),
        start: vec![on(PING)],
        met: vec![on(ORDER)],
        within,
        calendar: working.then_some(calendar),
        reminders: vec![Reminder { after: hours(1), actions: tell(), at: here() }],
        breach: tell(),
        pause: Some(equal(Expr::Field(PLAN), Expr::Const(text("paused")))),
        target: None,
        at: here(),
        met_at: here(),
    });
    program
}

fn told(world: &World) -> Vec<(String, f64)> {
    world.pick(|kind| match kind {
        DecisionKind::Notify { .. } | DecisionKind::Set { .. } => None,
        kind => Some(word(kind)),
    })
}

fn expected(words: &[(&str, f64)]) -> Vec<(String, f64)> {
    words.iter().map(|(word, at)| ((*word).to_owned(), *at)).collect()
}

#[test]
fn working_time_runs_over_the_night() {
    let mut world = World::new(answered(hours(2), true));
    // 16:30: half an hour today, an hour and a half tomorrow.
    world.event(NOON.plus(9 * HOUR / 2), PING, vec![]);
    world.event(at(5), PING, vec![]);
    world.walk(at(100));
    let breach = 24.0 - 3.0 + 1.5;
    assert_eq!(
        told(&world),
        expected(&[("sla started", 4.5), ("sla reminded", breach - 1.0), ("sla breached", breach)])
    );
    assert_eq!(world.words().iter().filter(|word| *word == "notify").count(), 2);
    // Late, and then anew.
    world.event(at(100), ORDER, vec![]);
    world.event(at(101), PING, vec![]);
    world.event(NOON.plus(203 * HOUR / 2), ORDER, vec![]);
    let met = world.pick(|kind| match kind {
        DecisionKind::SlaMet { elapsed_ms, late, .. } => Some((*elapsed_ms, *late)),
        _ => None,
    });
    // Monday 16:30 to Friday 16:00: half an hour, three days of eight hours, and seven hours.
    assert_eq!(met, [((63 * HOUR / 2, true), 100.0), ((0, false), 101.5)]);
    assert_eq!(world.words().iter().filter(|word| *word == "sla started").count(), 2);
}

#[test]
fn the_clock_stands_while_paused() {
    for working in [true, false] {
        let mut world = World::new(answered(hours(2), working));
        world.event(at(0), PING, vec![]);
        world.set(NOON.plus(HOUR / 2), PLAN, text("paused"));
        world.walk(at(2));
        world.set(at(2), PLAN, text("on"));
        world.walk(at(100));
        assert_eq!(
            told(&world),
            expected(&[("sla started", 0.0), ("sla reminded", 2.5), ("sla breached", 3.5)]),
            "{working}"
        );
    }
}

#[test]
fn calendar_days_without_a_calendar() {
    let mut program = answered(days(1), false);
    program.project.timezone = "Europe/Berlin".into();
    let mut world = World::new(program);
    // Saturday 28 March 2026, 12:00 in Berlin; the clocks change in the night.
    let start = flow_graph::Timestamp(1_774_695_600_000);
    world.event(start, PING, vec![]);
    world.walk(start.plus(10 * DAY));
    let breach = world.log.iter().find(|it| matches!(it.kind, DecisionKind::SlaBreached { .. })).unwrap();
    assert_eq!(breach.at, start.plus(23 * HOUR));
}

#[test]
fn met_in_time_is_silent_afterwards() {
    let mut world = World::new(answered(hours(2), true));
    world.event(at(0), PING, vec![]);
    world.event(NOON.plus(HOUR / 2), ORDER, vec![]);
    world.walk(at(100));
    assert_eq!(told(&world), expected(&[("sla started", 0.0), ("sla met late=false", 0.5)]));
    assert_eq!(world.contact.journey.next_wake(), None);
}
