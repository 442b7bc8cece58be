//! The clock of a service level.

use std::sync::Arc;

use flow_graph::program::Sla;
use flow_graph::{Id, Timestamp, Value};
use serde::{Deserialize, Serialize};

use crate::input::Event;

/// The clock of a service level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    /// Which.
    pub sla: Id<Sla>,
    /// When it started.
    pub started: Timestamp,
    /// What it does.
    pub state: ClockState,
    /// Since when it has been doing that: running or standing.
    pub since: Timestamp,
    /// Counted up to `since`, in the calendar, milliseconds.
    pub spent_ms: i64,
    /// It stood so long up to `since`, all time counted, milliseconds.
    pub stood_ms: i64,
    /// How many reminders went out.
    pub reminded: u16,
    /// Reported under this, as it was at the start.
    pub per: Value,
    /// The event that started it.
    pub trigger: Option<Arc<Event>>,
    /// How many clocks of this service level have started, this one included.
    pub number: u32,
}

/// What a clock does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockState {
    /// It runs.
    Running,
    /// It stands while `pause while` holds.
    Paused,
    /// It was met in time.
    Met,
    /// The time ran out; it can still be met, late.
    Breached,
    /// It was met after the breach.
    MetLate,
}

impl Clock {
    /// Runs or stands: not decided yet.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self.state {
            ClockState::Running | ClockState::Paused => true,
            ClockState::Met | ClockState::Breached | ClockState::MetLate => false,
        }
    }
}
