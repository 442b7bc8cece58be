//! `wait D` and `wait until …`: a run stays until an instant.

use super::Until;
use crate::contact::journey::Doing;
use crate::decision::ExitReason;
use crate::journey::runs::{Next, Place};
use crate::turn::Turn;

/// Goes on at once when the instant is here already.
pub(crate) fn arrive(turn: &mut Turn<'_>, place: Place<'_>) -> Next {
    let until = turn.contact.journey.run(place.serial).and_then(|run| super::until(turn, run));
    turn.note_way(place.serial, usize::from(matches!(until, Some(Until::Passed { .. }))));
    match until {
        Some(Until::At(until)) if until > turn.now => {
            if let Some(run) = turn.contact.journey.run_mut(place.serial) {
                run.doing = Doing::Waiting { until: Some(until) };
            }
            Next::Stay
        }
        Some(Until::Passed { exit: true }) => Next::End(ExitReason::MomentPassed),
        Some(Until::At(_) | Until::Open | Until::Passed { exit: false }) | None => Next::To(place.step.next),
    }
}
