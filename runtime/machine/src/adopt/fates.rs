//! What becomes of runs when the program changes.

use flow_graph::program::{Sequence, StepId};
use flow_graph::{Id, Timestamp};
use serde::{Deserialize, Serialize};

use super::steps::Version;
use crate::contact::journey::{Doing, Run};

/// What became of one run: exactly one of these for each that there was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fated {
    /// The sequence in which it was, in the numbers of the old program.
    pub version: Version,
    /// The step there at which it stood.
    pub step: StepId,
    /// What became of it.
    pub fate: Fate,
    /// It waits, and the wait ends at another time now.
    pub wait: Option<Renewed>,
}

/// What became of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It stayed where it was, nothing of it changed.
    Stayed,
    /// It stayed at a wait that ends at another time now.
    Recomputed,
    /// It went on at another step, or in a sequence with another name: here, in the numbers of the new program.
    Moved {
        /// The sequence.
        sequence: Id<Sequence>,
        /// The step.
        step: StepId,
    },
    /// It finishes the version in which it is.
    Finishing,
    /// It ended, because its step or its sequence is retired, or because another run took its place.
    Exited,
}

/// A wait that ends at another time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renewed {
    /// When it ended before; none: only by an event.
    pub before: Option<Timestamp>,
    /// When it ends now; none: only by an event.
    pub after: Option<Timestamp>,
    /// That is over: the run goes on at once.
    pub at_once: bool,
}

/// How many runs became what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moves {
    /// Stayed where they were, nothing of it changed.
    pub stayed: u64,
    /// Stayed at a wait that ends at another time now.
    pub recomputed: u64,
    /// Went on at another step, or in a sequence with another name.
    pub moved: u64,
    /// Finish the version in which they are.
    pub finishing: u64,
    /// Ended, because their step or their sequence is retired.
    pub exited: u64,
    /// Began, because of `enroll existing`.
    pub enrolled: u64,
}

impl Fated {
    pub(super) fn new((version, step): (Version, StepId), fate: Fate) -> Self {
        Self { version, step, fate, wait: None }
    }
}

impl Moves {
    /// Counts fates, and sequences that were entered.
    #[must_use]
    pub fn of(fates: &[Fated], enrolled: usize) -> Self {
        let mut moves = Self { enrolled: u64::try_from(enrolled).unwrap_or(u64::MAX), ..Self::default() };
        for fated in fates {
            match fated.fate {
                Fate::Stayed => moves.stayed += 1,
                Fate::Recomputed => moves.recomputed += 1,
                Fate::Moved { .. } => moves.moved += 1,
                Fate::Finishing => moves.finishing += 1,
                Fate::Exited => moves.exited += 1,
            }
        }
        moves
    }

    /// Adds those of another contact.
    pub fn add(&mut self, more: Self) {
        self.stayed += more.stayed;
        self.recomputed += more.recomputed;
        self.moved += more.moved;
        self.finishing += more.finishing;
        self.exited += more.exited;
        self.enrolled += more.enrolled;
    }

    /// All runs that there were.
    #[must_use]
    pub fn runs(&self) -> u64 {
        let Self { stayed, recomputed, moved, finishing, exited, enrolled: _ } = self;
        stayed + recomputed + moved + finishing + exited
    }
}

/// What became of the wait of a run that stays; none where it is as it was. One that is not there any more, or does
/// something else, went on.
pub(super) fn renewed(before: &Run, after: Option<&Run>, now: Timestamp) -> Option<Renewed> {
    let until = |run: &Run| match run.doing {
        Doing::Waiting { until } => Some(until),
        Doing::Moving | Doing::Sending(_) => None,
    };
    if after.is_some_and(|after| after.doing == before.doing) {
        return None;
    }
    let waits = after.filter(|after| after.step == before.step).and_then(until);
    let after = waits.unwrap_or(Some(now));
    let at_once = waits.is_none() || after.is_some_and(|after| after <= now);
    Some(Renewed { before: until(before).flatten(), after, at_once })
}
