//! The state of one contact: facts, and the journey that follows from them.

pub mod facts;
pub mod journey;
pub(crate) mod memory;
pub(crate) mod small;
mod warm;

use std::sync::Arc;

use flow_graph::Timestamp;
use serde::{Deserialize, Serialize};

pub use facts::Facts;
pub use journey::Journey;
pub(crate) use memory::Memory;
pub use warm::{WARM_AT_ONCE, warm};

use crate::engine::Engine;

/// The state of one contact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// Its id: the user's, else the anonymous one.
    pub id: Arc<str>,
    /// Up to when everything due has happened.
    pub now: Timestamp,
    /// It has had a turn.
    pub born: bool,
    /// Attributes, behaviours, scores, segments.
    pub facts: Facts,
    /// Stages, runs, service levels, what was sent and consented to.
    pub journey: Journey,
    #[serde(skip)]
    pub(crate) memory: Memory,
}

impl Contact {
    /// A contact of which nothing is known. Its first turn enters the start stages and the segments that hold.
    #[must_use]
    pub fn new(engine: &Engine, id: impl Into<Arc<str>>) -> Self {
        Self {
            id: id.into(),
            now: Timestamp::MIN,
            born: false,
            facts: Facts::new(engine),
            journey: Journey::new(engine),
            memory: Memory::default(),
        }
    }
}
