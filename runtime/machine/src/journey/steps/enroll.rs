//! `enroll in`: asks for a run of another sequence, with the event that began this one. Its own rules decide.

use flow_graph::Id;
use flow_graph::program::Sequence;

use crate::journey::runs::{Next, Place};
use crate::turn::{Signal, Turn};

/// Asks; the entries of the next batch answer.
pub(crate) fn arrive(turn: &mut Turn<'_>, place: Place<'_>, sequence: Id<Sequence>) -> Next {
    let trigger = turn.contact.journey.run(place.serial).and_then(|run| run.trigger.clone());
    turn.signal(Signal::Enroll { sequence, by: place.sequence, trigger });
    Next::To(place.step.next)
}
