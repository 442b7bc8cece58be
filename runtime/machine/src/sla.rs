//! Service levels: one clock each, in working time where a calendar says so.
//!
//! What is due comes first (a reminder, the breach), then what starts and meets, then what makes clocks stand.
//!
//! Decisions where the language is silent:
//! * A breached clock is over: a new start begins a new one. Until then it can be met, late.
//! * What happens at the very instant of the breach comes after it.
//! * A signal that starts a clock does not meet it; one that meets a running clock does not start the next.
//! * Reminders that a pause of the clock moves are moved with it; none goes out after the clock is met.

pub(crate) mod time;

use std::sync::Arc;

use flow_graph::program::{Location, Sla, StepKind};
use flow_graph::{Id, Value};

use crate::contact::journey::{Clock, ClockState};
use crate::contact::small;
use crate::decision::{DecisionKind, Item};
use crate::journey::steps::{self, Actor};
use crate::turn::{Scope, Signal, Turn};

/// Handles what is due and a batch of signals.
pub(crate) fn settle(turn: &mut Turn<'_>, batch: &[Signal]) {
    if turn.program().slas.is_empty() {
        return;
    }
    turn.cause = turn.origin.clone();
    for (id, sla) in turn.program().slas.enumerate() {
        due(turn, id, sla);
    }
    for signal in batch {
        turn.cause = signal.cause();
        for (id, sla) in turn.program().slas.enumerate() {
            turn.before_start(id, signal);
            if !met(turn, id, sla, signal) {
                start(turn, id, sla, signal);
            }
        }
    }
    pause(turn);
}

/// Lets clocks stand and run on, by the facts as they are now.
pub(crate) fn pause(turn: &mut Turn<'_>) {
    for (id, sla) in turn.program().slas.enumerate() {
        let Some(clock) = turn.contact.journey.clock(id).filter(|clock| clock.is_open()) else { continue };
        let stands = sla.pause.as_ref().is_some_and(|pause| turn.holds(pause, Scope::default()));
        if stands != (clock.state == ClockState::Paused) {
            let mut clock = time::counted(turn, sla, clock);
            clock.state = if stands { ClockState::Paused } else { ClockState::Running };
            put(turn, clock);
        }
    }
}

/// Reminders and the breach of a running clock, as far as their time has come.
fn due(turn: &mut Turn<'_>, id: Id<Sla>, sla: &Sla) {
    for (position, reminder) in (0_u16..).zip(&sla.reminders) {
        let Some(clock) = running(turn, id).filter(|clock| clock.reminded <= position) else { continue };
        if time::due(turn, sla, clock, reminder.after) > turn.now {
            break;
        }
        let mut clock = clock.clone();
        let per = clock.per.clone();
        clock.reminded = position + 1;
        let part = format!("remind/{position}");
        put(turn, clock.clone());
        turn.decide(Item::Sla(id), reminder.at, DecisionKind::SlaReminded { sla: id, reminder: position, per });
        act(turn, sla, &clock, &reminder.actions, &part);
    }
    let Some(clock) = running(turn, id) else { return };
    if time::due(turn, sla, clock, sla.within) > turn.now {
        return;
    }
    let mut clock = time::counted(turn, sla, clock);
    clock.state = ClockState::Breached;
    let per = clock.per.clone();
    put(turn, clock.clone());
    turn.decide(Item::Sla(id), sla.met_at, DecisionKind::SlaBreached { sla: id, per });
    act(turn, sla, &clock, &sla.breach, "breach");
}

/// Meets a clock. False when there is none to meet.
fn met(turn: &mut Turn<'_>, id: Id<Sla>, sla: &Sla, signal: &Signal) -> bool {
    let open = |clock: &&Clock| clock.is_open() || clock.state == ClockState::Breached;
    let Some(clock) = turn.contact.journey.clock(id).filter(open) else { return false };
    if !turn.fires_any(&sla.met, signal, scope(clock)) {
        return false;
    }
    let late = clock.state == ClockState::Breached;
    let elapsed_ms = time::elapsed(turn, sla, clock);
    let mut clock = time::counted(turn, sla, clock);
    clock.state = if late { ClockState::MetLate } else { ClockState::Met };
    let per = clock.per.clone();
    put(turn, clock);
    turn.decide(Item::Sla(id), sla.met_at, DecisionKind::SlaMet { sla: id, elapsed_ms, late, per });
    true
}

/// Starts a clock, unless one is running.
fn start(turn: &mut Turn<'_>, id: Id<Sla>, sla: &Sla, signal: &Signal) {
    let last = turn.contact.journey.clock(id);
    let number = last.map_or(1, |last| last.number.saturating_add(1));
    if last.is_some_and(Clock::is_open) || !turn.fires_any(&sla.start, signal, Scope::default()) {
        return;
    }
    let trigger = signal.event().cloned();
    let looked = Scope { this: trigger.as_deref(), trigger: trigger.as_deref(), key: None };
    let per = sla.per.as_ref().map_or(Value::Missing, |per| turn.value(per, looked));
    let clock = Clock {
        sla: id,
        started: turn.now,
        state: ClockState::Running,
        since: turn.now,
        spent_ms: 0,
        stood_ms: 0,
        reminded: 0,
        per: per.clone(),
        trigger,
        number,
    };
    let due = time::due(turn, sla, &clock, sla.within);
    put(turn, clock);
    turn.decide(Item::Sla(id), sla.at, DecisionKind::SlaStarted { sla: id, due, per });
}

fn act(turn: &mut Turn<'_>, sla: &Sla, clock: &Clock, actions: &[(StepKind, Location)], part: &str) {
    for (position, (kind, at)) in actions.iter().enumerate() {
        let actor = Actor {
            item: Item::Sla(clock.sla),
            at: *at,
            trigger: clock.trigger.clone(),
            key: None,
            identity: format!("{}/{}/{}/{part}/{position}", turn.contact.id, sla.name, clock.number),
            holdout: false,
        };
        steps::perform(turn, &actor, kind);
    }
}

fn running<'t>(turn: &'t Turn<'_>, id: Id<Sla>) -> Option<&'t Clock> {
    turn.contact.journey.clock(id).filter(|clock| clock.state == ClockState::Running)
}

fn scope(clock: &Clock) -> Scope<'_> {
    Scope { this: None, trigger: clock.trigger.as_ref().map(Arc::as_ref), key: None }
}

fn put(turn: &mut Turn<'_>, clock: Clock) {
    let clocks = &mut turn.contact.journey.clocks;
    match clocks.iter_mut().find(|known| known.sla == clock.sla) {
        Some(known) => *known = clock,
        None => small::push(clocks, clock),
    }
}
