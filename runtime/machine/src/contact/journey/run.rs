//! A run: one contact's way through a sequence.

use std::sync::Arc;

use flow_graph::program::{Earlier, Sequence, StepId};
use flow_graph::{Id, Timestamp, Value};
use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

use crate::decision::Gate;
use crate::input::Event;

/// One contact's way through a sequence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Which sequence.
    pub sequence: Id<Sequence>,
    /// It finishes the sequence as an earlier program had it; none: it follows the program.
    #[serde(default)]
    pub version: Option<Id<Earlier>>,
    /// Its number within the contact; how the machine refers to it.
    pub serial: u32,
    /// The contact that began it: not always who holds it now, since contacts merge.
    pub owner: Arc<str>,
    /// Which run of the sequence by that contact, from 1.
    pub number: u32,
    /// Its key.
    pub key: Option<Value>,
    /// The event that began it.
    pub trigger: Option<Arc<Event>>,
    /// When it began.
    pub entered: Timestamp,
    /// Never messaged.
    pub holdout: bool,
    /// Where it stands.
    pub step: StepId,
    /// Since when it stands there.
    pub since: Timestamp,
    /// What it does there.
    pub doing: Doing,
    /// Steps it has done something at, in order: the visit is part of an identity.
    pub visited: ThinVec<StepId>,
    /// For `wait … since entry` steps: the branch that happened first since the entry.
    pub seen: ThinVec<(StepId, u16)>,
}

/// What a run does at its step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    /// It is on its way; only within a turn.
    Moving,
    /// It waits: for an instant, for something to happen, or for both.
    Waiting {
        /// The instant.
        until: Option<Timestamp>,
    },
    /// It waits for its message to be sent or dropped.
    Sending(Sending),
}

/// A message that wishes to leave.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sending {
    /// Since when.
    pub wished: Timestamp,
    /// What holds it, and when it is decided again.
    pub held: Option<(Gate, Timestamp)>,
    /// When a cap held it first: `wait up to` counts from here.
    pub capped: Option<Timestamp>,
    /// Facts that decide have changed: it is decided again in the next ordinary turn.
    pub again: bool,
}

impl Run {
    /// When it goes on by itself.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        match self.doing {
            Doing::Moving => None,
            Doing::Waiting { until } => until,
            Doing::Sending(sending) => Some(sending.held.map_or(sending.wished, |held| held.1)),
        }
    }

    /// How often it has been to its step, this time included.
    #[must_use]
    pub fn visit(&self) -> usize {
        self.visited.iter().filter(|step| **step == self.step).count().max(1)
    }
}
