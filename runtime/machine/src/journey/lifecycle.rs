//! Lifecycles: transitions fire until none is left.
//!
//! Decisions where the language is silent:
//! * The clock of `when … for D` runs while the condition holds *and* the contact is in one of the stages that the
//!   transition leaves: `mql -> lead when score lead < 40 for 14 days` gives everybody who becomes mql those 14 days.
//! * The condition must still hold at the instant at which the time is up.
//! * A signal of any kind (event, segment, band, stage) is consumed by the first `on` that takes it, once per lifecycle.

use flow_graph::program::{Cause as Why, Lifecycle, Location, Transition};
use flow_graph::{Id, Timestamp};

use crate::contact::small;
use crate::decision::{DecisionKind, Item};
use crate::eval::View;
use crate::trace::Point;
use crate::turn::{Batch, Scope, Signal, Turn};
use crate::twins::Apart;

/// Fires transitions for a batch of signals, which grows by what they cause.
pub(crate) fn settle(turn: &mut Turn<'_>, batch: &mut Batch) {
    let mut position = 0;
    loop {
        let signal = batch.get(position);
        if signal.is_none() && position > 0 {
            return;
        }
        // No condition can be another than when they were last looked at, and nothing waits for the signal.
        if turn.stir || signal.is_some_and(|signal| moves(turn, signal)) {
            let signal = signal.cloned();
            turn.cause = signal.as_ref().map_or_else(|| turn.origin.clone(), Signal::cause);
            let mut consumed = Vec::new();
            while fire_one(turn, signal.as_ref(), &mut consumed) {
                turn.refresh();
            }
            turn.stir = false;
        }
        turn.gather(batch);
        position += 1;
    }
}

/// Whether a transition may wait for a signal.
fn moves(turn: &Turn<'_>, signal: &Signal) -> bool {
    match signal {
        Signal::Emitted(event) | Signal::Event(event) => turn.engine.plan(event.kind).is_none_or(|plan| plan.moves),
        Signal::Entered(_) | Signal::Left(_) | Signal::Band(..) | Signal::Stage(..) => true,
        Signal::Enroll { .. } => false,
    }
}

/// Follows the conditions of `for` transitions: since when each has held without a break.
pub(crate) fn track(turn: &mut Turn<'_>) {
    turn.doubt(Apart::lifecycles);
    for (id, lifecycle) in turn.program().lifecycles.enumerate() {
        let stage = turn.contact.journey.stage(id);
        for (position, transition) in (0_u16..).zip(&lifecycle.transitions) {
            let Why::When { hold: Some(_), .. } = &transition.cause else { continue };
            let since = since(turn, id, position);
            let holds = transition.from.contains(&stage) && holds(turn, id, position);
            let journey = &mut turn.contact.journey;
            match (holds, since) {
                (true, None) => small::push(&mut journey.holds, (id, position, turn.now)),
                (false, Some(_)) => journey.holds.retain(|hold| (hold.0, hold.1) != (id, position)),
                (true, Some(_)) | (false, None) => continue,
            }
            turn.restless = true;
        }
    }
}

/// Since when the condition of a transition has held without a break.
pub(crate) fn since(turn: &Turn<'_>, lifecycle: Id<Lifecycle>, transition: u16) -> Option<Timestamp> {
    let held = turn.contact.journey.holds.iter().find(|hold| (hold.0, hold.1) == (lifecycle, transition));
    held.map(|hold| hold.2)
}

/// The contact is in another stage.
pub(crate) fn enter(turn: &mut Turn<'_>, id: Id<Lifecycle>, from: Option<u16>, to: u16, at: Location) {
    let now = turn.now;
    if let Some(stage) = turn.contact.journey.stages.get_mut(id.index()) {
        *stage = (to, now);
    }
    turn.entered.push((id, to));
    turn.touched = true;
    turn.stir = true;
    turn.restless = true;
    turn.stale.stages = true;
    turn.decide(Item::Lifecycle(id), at, DecisionKind::Stage { lifecycle: id, from, to });
    turn.signal(Signal::Stage(id, to));
}

/// Fires the first transition of the first lifecycle that can.
fn fire_one(turn: &mut Turn<'_>, signal: Option<&Signal>, consumed: &mut Vec<Id<Lifecycle>>) -> bool {
    track(turn);
    let mut barred = false;
    for (id, lifecycle) in turn.program().lifecycles.enumerate() {
        let stage = turn.contact.journey.stage(id);
        let takes = signal.filter(|_| !consumed.contains(&id));
        let can = (0_u16..).zip(&lifecycle.transitions).find(|(position, transition)| {
            if !transition.from.contains(&stage) {
                return false;
            }
            if turn.entered.contains(&(id, transition.to)) {
                barred |= matches!(transition.cause, Why::When { .. });
                return false;
            }
            fires(turn, id, *position, transition, takes)
        });
        let Some((position, transition)) = can else { continue };
        turn.note(Point::Transition(id, position));
        match &transition.cause {
            Why::On(_) => {
                consumed.push(id);
                enter(turn, id, Some(stage), transition.to, transition.at);
            }
            Why::When { .. } => {
                // What made a condition hold is what began the turn; no single signal did.
                let cause = std::mem::replace(&mut turn.cause, turn.origin.clone());
                enter(turn, id, Some(stage), transition.to, transition.at);
                turn.cause = cause;
            }
        }
        return true;
    }
    turn.barred = barred;
    false
}

fn fires(turn: &Turn<'_>, id: Id<Lifecycle>, position: u16, transition: &Transition, signal: Option<&Signal>) -> bool {
    match &transition.cause {
        Why::On(triggers) => signal.is_some_and(|signal| turn.fires_any(triggers, signal, Scope::default())),
        Why::When { hold: None, .. } => holds(turn, id, position),
        Why::When { hold: Some(hold), .. } => {
            since(turn, id, position).is_some_and(|since| turn.add(since, *hold) <= turn.now)
        }
    }
}

/// Whether the condition of a transition holds now.
fn holds(turn: &Turn<'_>, id: Id<Lifecycle>, position: u16) -> bool {
    let view = View::new(turn.engine, turn.contact, turn.now);
    turn.engine.transition(id, position).is_some_and(|condition| condition.holds(&view))
}
