//! Holdout: who is held out is never messaged, so that the lift can be measured.
//!
//! A run that is held out walks the same steps at the same instants. What would reach the person is left out: `send`
//! is dropped here, `call` and `notify` are passed over in silence. `set`, `emit` and `enroll in` take place, since
//! other rules may build on them.

use super::{Case, Verdict};
use crate::decision::Item;
use crate::turn::Turn;

/// Drops when the run is held out and the topic is advertising.
pub(crate) fn check(_: &Turn<'_>, case: &Case<'_>) -> Verdict {
    if case.run.holdout && !case.topic.transactional {
        return Verdict::Drop { gate: None, item: Item::Sequence(case.run.sequence), at: case.sequence.at };
    }
    Verdict::Pass
}
