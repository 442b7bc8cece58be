//! Clauses for people who are inside while a program changes. Addresses are kept as names: they speak of the old
//! program, which the new one does not know.

use serde::{Deserialize, Serialize};

use super::{Location, Sequence};
use crate::table::Id;

/// `moved segment.engaged to segment.active`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The old address: `segment.engaged`, `sequence.cart.step.nudge`.
    pub from: String,
    /// The new address.
    pub to: String,
    /// Where it stands.
    pub at: Location,
}

/// `retired sequence.cart.step.old_offer { exit }`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retired {
    /// The old address.
    pub address: String,
    /// What becomes of the people there.
    pub then: RetiredThen,
    /// Where it stands.
    pub at: Location,
}

/// What becomes of the people at a retired step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetiredThen {
    /// Their run ends.
    Exit,
    /// They go on at the step with this identity.
    ContinueAt(String),
}

/// A sequence as an earlier program had it, in the numbers of this one: whoever began it goes on in it
/// (`in flight finish`). No compiler writes it; it is carried over when a program takes the place of another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Earlier {
    /// What it is called now, and who enters.
    pub of: Id<Sequence>,
    /// How it was; nothing begins a run of it.
    pub sequence: Sequence,
}
