//! A decision as a record: one JSON object a line, and one calm line for people.
//!
//! ```json
//! {"v":1,"at":"2026-03-27T10:00:00.000Z","contact":"u1","kind":"send","name":"cart_reminder","sequence":"cart",…,
//!  "why":{"item":"sequence cart","file":"programs.flow","line":12,"cause":"cart_updated","event_id":"m1",…}}
//! ```
//!
//! `v` is the version of the form. Within a version keys may be added, never removed or given another meaning; so a
//! reader passes over keys and kinds that it does not know. Values look as [`crate::values::json`] says. What a
//! message says stands in no record, and neither does the value of a field that is `personal`.

mod details;
mod line;
mod why;

use std::sync::Arc;

use flow_graph::program::Program;
use flow_graph::{Id, Timestamp};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value as Json;

use crate::driver::Decided;
use crate::identity::ContactNumber;

pub(crate) use details::exit_word;
pub use why::Reason;

/// Version of the form of a record.
pub const RECORD_VERSION: u32 = 1;

/// The kinds of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A message leaves. `name`: the message.
    Send,
    /// A message is held, until it is decided again. `name`: the message.
    Held,
    /// A message is dropped. `name`: the message.
    Dropped,
    /// A connector is asked. `name`: `connector.action`.
    Call,
    /// A team is told. `name`: the team.
    Notify,
    /// A field, or the consent to a topic (`consent TOPIC`), was set. `name`: the field.
    Set,
    /// An event was made. `name`: the event.
    Emit,
    /// `name`: the segment.
    EnteredSegment,
    /// `name`: the segment.
    LeftSegment,
    /// A stage was entered. `name`: the lifecycle.
    Stage,
    /// A band was entered or left. `name`: the score.
    Band,
    /// A run began. `name`: the sequence.
    Enrolled,
    /// A run ended without its goal. `name`: the sequence.
    Exited,
    /// A run reached its goal. `name`: the sequence.
    Goal,
    /// An arm of a split was taken. `name`: the split, behind its sequence.
    Split,
    /// `name`: the service level.
    SlaStarted,
    /// `name`: the service level.
    SlaMet,
    /// `name`: the service level.
    SlaReminded,
    /// `name`: the service level.
    SlaBreached,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::Send,
        Self::Held,
        Self::Dropped,
        Self::Call,
        Self::Notify,
        Self::Set,
        Self::Emit,
        Self::EnteredSegment,
        Self::LeftSegment,
        Self::Stage,
        Self::Band,
        Self::Enrolled,
        Self::Exited,
        Self::Goal,
        Self::Split,
        Self::SlaStarted,
        Self::SlaMet,
        Self::SlaReminded,
        Self::SlaBreached,
    ];

    /// The word in a record.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Held => "held",
            Self::Dropped => "dropped",
            Self::Call => "call",
            Self::Notify => "notify",
            Self::Set => "set",
            Self::Emit => "emit",
            Self::EnteredSegment => "entered_segment",
            Self::LeftSegment => "left_segment",
            Self::Stage => "stage",
            Self::Band => "band",
            Self::Enrolled => "enrolled",
            Self::Exited => "exited",
            Self::Goal => "goal",
            Self::Split => "split",
            Self::SlaStarted => "sla_started",
            Self::SlaMet => "sla_met",
            Self::SlaReminded => "sla_reminded",
            Self::SlaBreached => "sla_breached",
        }
    }
}

/// One decision as it is written down.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// When.
    pub at: Timestamp,
    /// Number of the contact.
    pub number: ContactNumber,
    /// Id of the contact.
    pub contact: Arc<str>,
    /// What.
    pub kind: Kind,
    /// What of.
    pub name: String,
    /// What else belongs to the kind, in a fixed order.
    pub details: Vec<(&'static str, Json)>,
    /// Why.
    pub why: Reason,
}

impl Record {
    /// The record of a decision.
    #[must_use]
    pub fn new(program: &Program, decided: &Decided<'_>) -> Self {
        let (kind, name, details) = details::of(program, &decided.decision.kind, decided.content.as_ref());
        Self {
            at: decided.decision.at,
            number: decided.contact,
            contact: Arc::clone(decided.id),
            kind,
            name,
            details,
            why: Reason::new(program, &decided.decision.why),
        }
    }

    /// A detail, where the kind has it.
    #[must_use]
    pub fn detail(&self, key: &str) -> Option<&Json> {
        self.details.iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// A detail that is a text.
    #[must_use]
    pub fn text(&self, key: &str) -> &str {
        self.detail(key).and_then(Json::as_str).unwrap_or_default()
    }

    /// What happened and why, in one line without the instant and the contact.
    #[must_use]
    pub fn line(&self) -> String {
        line::of(self)
    }

    /// What happened, without the reason.
    #[must_use]
    pub fn what(&self) -> String {
        line::what(self)
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("v", &RECORD_VERSION)?;
        map.serialize_entry("at", &self.at.to_string())?;
        map.serialize_entry("contact", &*self.contact)?;
        map.serialize_entry("kind", self.kind.word())?;
        map.serialize_entry("name", &self.name)?;
        for (key, value) in &self.details {
            map.serialize_entry(key, value)?;
        }
        map.serialize_entry("why", &self.why)?;
        map.end()
    }
}

/// The name of an entry of a table; of a number that is not in it, a question mark.
fn name<T>(table: &flow_graph::Table<T>, id: Id<T>, of: impl Fn(&T) -> &String) -> String {
    table.get(id).map_or_else(|| "?".to_owned(), |entry| of(entry).clone())
}
