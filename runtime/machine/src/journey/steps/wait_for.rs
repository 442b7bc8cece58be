//! `wait up to` and `wait for`: a run stays until something happens or the time is up.
//!
//! Decisions where the language is silent:
//! * The end of the limit does not belong to it: what happens at that very instant comes after the timeout.
//! * `since entry` looks back to what happened after the run began; of several branches the one that happened first
//!   is taken, of two at once the one listed first. Conditions are tested when things happen, not when looked back.

use flow_graph::program::{StepId, Trigger};

use super::Until;
use crate::contact::journey::{Doing, Run};
use crate::journey::runs::{Next, Place};
use crate::turn::{Scope, Signal, Turn};

/// Branches: what is waited for, and where it leads.
pub(crate) type Branches = [(Vec<Trigger>, Option<StepId>)];

/// Goes on at once when it has happened since the entry and that counts.
pub(crate) fn arrive(turn: &mut Turn<'_>, place: Place<'_>, branches: &Branches) -> Next {
    let Some(run) = turn.contact.journey.run(place.serial) else { return Next::Stay };
    let seen = run.seen.iter().find(|seen| seen.0 == run.step).map(|seen| usize::from(seen.1));
    if let Some((branch, (_, target))) = seen.and_then(|branch| Some((branch, branches.get(branch)?))) {
        turn.note_way(place.serial, branch);
        return Next::To(*target);
    }
    let until = match super::until(turn, run) {
        Some(Until::At(until)) => Some(until),
        Some(Until::Open | Until::Passed { .. }) | None => None,
    };
    if let Some(run) = turn.contact.journey.run_mut(place.serial) {
        // A limit that is over at once still goes through the turn's look at what is due.
        run.doing = Doing::Waiting { until };
    }
    turn.touched |= until.is_some_and(|until| until <= turn.now);
    Next::Stay
}

/// The first branch that a signal takes.
pub(crate) fn branch(turn: &Turn<'_>, run: &Run, branches: &Branches, signal: &Signal) -> Option<u16> {
    let scope = Scope::of(run);
    let taken = (0_u16..).zip(branches).find(|(_, (triggers, _))| turn.fires_any(triggers, signal, scope));
    taken.map(|(position, _)| position)
}
