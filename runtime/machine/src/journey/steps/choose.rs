//! `choose`: the first branch whose condition holds.

use flow_graph::Expr;
use flow_graph::program::StepId;

use crate::journey::runs::{Next, Place};
use crate::turn::{Scope, Turn};

/// Takes a branch by the facts as they are now, what the turn has changed included.
pub(crate) fn arrive(
    turn: &mut Turn<'_>,
    place: Place<'_>,
    arms: &[(Expr, Option<StepId>)],
    otherwise: Option<StepId>,
) -> Next {
    turn.refresh();
    let Some(run) = turn.contact.journey.run(place.serial) else { return Next::Stay };
    let taken = arms.iter().position(|(condition, _)| turn.holds(condition, Scope::of(run)));
    turn.note_way(place.serial, taken.unwrap_or(arms.len()));
    Next::To(taken.and_then(|taken| arms.get(taken)).map_or(otherwise, |(_, target)| *target))
}
