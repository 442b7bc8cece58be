//! `send`: the run wishes to send and stays; the gates decide when the turn has come to its effects.

use crate::contact::journey::{Doing, Sending};
use crate::contact::small;
use crate::journey::runs::{Next, Place};
use crate::turn::Turn;

/// Wishes to send.
pub(crate) fn arrive(turn: &mut Turn<'_>, place: Place<'_>) -> Next {
    let now = turn.now;
    if let Some(run) = turn.contact.journey.run_mut(place.serial) {
        small::push(&mut run.visited, run.step);
        run.doing = Doing::Sending(Sending { wished: now, held: None, capped: None, again: false });
    }
    let cause = turn.cause.clone();
    turn.wishes.push((place.serial, cause));
    Next::Stay
}
