//! Clauses for people who are inside while a program changes. Addresses are kept as names: they speak of the old
//! program, which the new one does not know.

use serde::{Deserialize, Serialize};

use super::Location;

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
