//! What a contact has been exposed to: the point that decides a split or a holdout.

use std::sync::Arc;

use flow_graph::Timestamp;
use serde::{Deserialize, Serialize};

/// The first time a split or a holdout was decided for a contact.
///
/// What is kept is the point, not the arm: when shares change, only those move whose point changes its range. When
/// two contacts become one, the point of the earliest exposure stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exposure {
    /// The salt: which split or holdout.
    pub salt: Arc<str>,
    /// The point in 0..1.
    pub point: f64,
    /// When it was first decided.
    pub at: Timestamp,
}
