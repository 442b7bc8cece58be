//! Figures over the events of one contact.

use serde::{Deserialize, Serialize};

use super::{Event, Location};
use crate::expr::Expr;
use crate::table::Id;
use crate::time::Span;

/// A figure over the events of one contact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Behaviour {
    /// As the author wrote it, on one line.
    pub text: String,
    /// Of which events.
    pub event: Id<Event>,
    /// Which of them: reads the event ([`Expr::This`]) and fields of the contact as they are when it arrives, nothing
    /// else.
    pub filter: Option<Expr>,
    /// What of them.
    pub measure: Measure,
    /// How far back.
    pub reach: Reach,
    /// Where it stands first.
    pub at: Location,
}

/// What is measured. Values that are missing are passed over; of no value `sum`, `count` and `distinct` are 0, the
/// others missing. The slot is a field of the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// How many events: an int.
    Count,
    /// Sum: of the field's type.
    Sum(u16),
    /// Smallest value.
    Min(u16),
    /// Largest value.
    Max(u16),
    /// Mean: a number, or money rounded half to even.
    Avg(u16),
    /// Value of the earliest event (by event time, then arrival) that has one.
    First(u16),
    /// Value of the latest event (by event time, then arrival) that has one.
    Last(u16),
    /// How many different values: an int.
    Distinct(u16),
    /// Time of the earliest event.
    FirstTime,
    /// Time of the latest event.
    LastTime,
}

/// How far back. An event at `t` is inside `Last(span)` while `now < t + span`; it leaves at the instant `t + span`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// All events.
    Ever,
    /// Events within the span before now.
    Last(Span),
}
