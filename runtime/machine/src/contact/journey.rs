//! Where a contact stands: stages, runs, service levels, what was sent and consented to.

use flow_graph::Id;
use flow_graph::program::{Lifecycle, Sequence};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;

/// Stages, runs, service levels, what was sent and consented to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Journey {
    /// The stage of each lifecycle.
    stages: Vec<u16>,
}

impl Journey {
    /// Everybody's start.
    #[must_use]
    pub fn new(engine: &Engine) -> Self {
        Self { stages: engine.program().lifecycles.iter().map(|lifecycle| lifecycle.start).collect() }
    }

    /// The stage of a lifecycle.
    #[must_use]
    pub fn stage(&self, lifecycle: Id<Lifecycle>) -> u16 {
        self.stages.get(lifecycle.index()).copied().unwrap_or(0)
    }

    /// Whether a run of a sequence is under way.
    #[must_use]
    pub fn in_sequence(&self, _sequence: Id<Sequence>) -> bool {
        false
    }
}
