//! Lifecycles: transitions fire until none is left.
//!
//! Decisions where the language is silent:
//! * The clock of `when … for D` runs while the condition holds *and* the contact is in one of the stages that the
//!   transition leaves: `mql -> lead when score lead < 40 for 14 days` gives everybody who becomes mql those 14 days.
//! * The condition must still hold at the instant at which the time is up.
//! * A signal of any kind (event, segment, band, stage) is consumed by the first `on` that takes it, once per lifecycle.

use flow_graph::program::{Cause as Why, Lifecycle, Location, Transition};
use flow_graph::{Id, Timestamp};

use crate::decision::{DecisionKind, Item};
use crate::trace::Point;
use crate::turn::{Scope, Signal, Turn};

/// Fires transitions for a batch of signals, which grows by what they cause.
pub(crate) fn settle(turn: &mut Turn<'_>, batch: &mut Vec<Signal>) {
    let mut position = 0;
    loop {
        let signal = batch.get(position).cloned();
        if signal.is_none() && position > 0 {
            return;
        }
        turn.cause = signal.as_ref().map_or_else(|| turn.origin.clone(), Signal::cause);
        let mut consumed = Vec::new();
        while fire_one(turn, signal.as_ref(), &mut consumed) {
            turn.refresh();
        }
        turn.gather(batch);
        position += 1;
    }
}

/// Follows the conditions of `for` transitions: since when each has held without a break.
pub(crate) fn track(turn: &mut Turn<'_>) {
    for (id, lifecycle) in turn.program().lifecycles.enumerate() {
        let stage = turn.contact.journey.stage(id);
        for (position, transition) in (0_u16..).zip(&lifecycle.transitions) {
            let Why::When { condition, hold: Some(_) } = &transition.cause else { continue };
            let since = since(turn, id, position);
            let holds = transition.from.contains(&stage) && turn.holds(condition, Scope::default());
            let holding = &mut turn.contact.journey.holds;
            match (holds, since) {
                (true, None) => holding.push((id, position, turn.now)),
                (false, Some(_)) => holding.retain(|hold| (hold.0, hold.1) != (id, position)),
                (true, Some(_)) | (false, None) => {}
            }
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
    turn.decide(Item::Lifecycle(id), at, DecisionKind::Stage { lifecycle: id, from, to });
    turn.signal(Signal::Stage(id, to));
}

/// Fires the first transition of the first lifecycle that can.
fn fire_one(turn: &mut Turn<'_>, signal: Option<&Signal>, consumed: &mut Vec<Id<Lifecycle>>) -> bool {
    track(turn);
    for (id, lifecycle) in turn.program().lifecycles.enumerate() {
        let stage = turn.contact.journey.stage(id);
        let takes = signal.filter(|_| !consumed.contains(&id));
        let can = (0_u16..).zip(&lifecycle.transitions).find(|(position, transition)| {
            transition.from.contains(&stage)
                && !turn.entered.contains(&(id, transition.to))
                && fires(turn, id, *position, transition, takes)
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
    false
}

fn fires(turn: &Turn<'_>, id: Id<Lifecycle>, position: u16, transition: &Transition, signal: Option<&Signal>) -> bool {
    match &transition.cause {
        Why::On(triggers) => signal.is_some_and(|signal| turn.fires_any(triggers, signal, Scope::default())),
        Why::When { condition, hold: None } => turn.holds(condition, Scope::default()),
        Why::When { hold: Some(hold), .. } => {
            since(turn, id, position).is_some_and(|since| turn.add(since, *hold) <= turn.now)
        }
    }
}
