//! `split`: a branch by the hash of the contact, see [`crate::journey::hash`].

use std::sync::Arc;

use flow_graph::program::sequence::SplitArm;

use crate::decision::{DecisionKind, Item};
use crate::journey::hash;
use crate::journey::runs::{Next, Place};
use crate::turn::Turn;

/// Takes the arm whose range holds the contact's point.
pub(crate) fn arrive(turn: &mut Turn<'_>, place: Place<'_>, salt: &str, arms: &[SplitArm]) -> Next {
    let point = hash::point(turn, &Arc::from(salt));
    let Some(arm) = hash::arm(arms, point) else { return Next::To(place.step.next) };
    turn.note_way(place.serial, arms.iter().position(|it| it.name == arm.name).unwrap_or_default());
    turn.decide(
        Item::Sequence(place.sequence),
        place.step.at,
        DecisionKind::Split { sequence: place.sequence, split: salt.to_owned(), arm: arm.name.clone() },
    );
    Next::To(arm.target)
}
