//! From lines of files to typed inputs; a line that cannot be used becomes a [`Rejection`], never an error.

pub(crate) mod blocks;
pub(crate) mod calls;
pub mod catalog;
mod convert;
pub mod csv;
mod formats;
pub(crate) mod json;
mod lines;
mod moment;
pub mod prepared;
pub mod request;
mod scan;
pub(crate) mod segment;
pub(crate) mod stream;
#[cfg(test)]
mod tests;
pub mod ties;

use std::sync::Arc;

use flow_graph::program::Field;
use flow_graph::{Id, Timestamp, Value};
use flow_machine::Event;
use serde::{Deserialize, Serialize};

pub use catalog::Catalog;
pub use csv::{Mapping, MappingError};
pub use stream::{Format, Inputs, Read};

/// Longest line in bytes.
pub const MAX_LINE_BYTES: usize = 1 << 20;
/// Deepest nesting of JSON.
pub const MAX_DEPTH: usize = 64;
/// Longest text of a field in bytes.
pub const MAX_TEXT_BYTES: usize = 16 << 10;
/// Longest id of a contact or a message in bytes.
pub const MAX_ID_BYTES: usize = 512;
/// Most members of a set.
pub const MAX_SET_MEMBERS: usize = 1_000;

/// One call of somebody, with all that it says.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    /// Who.
    pub who: Who,
    /// When it arrived, where the input says so; else it arrives at its own time.
    pub arrival: Option<Timestamp>,
    /// When it happened.
    pub time: Timestamp,
    /// The message id; empty: none.
    pub id: Arc<str>,
    /// What happened, if anything.
    pub event: Option<Arc<Event>>,
    /// What is known from now on.
    pub changes: Vec<(Id<Field>, Value)>,
    /// The zone of the device: taken while the contact has no zone of its own.
    pub zone: Option<Value>,
    /// Where it stood.
    pub origin: Origin,
}

impl Incoming {
    /// When it arrives: as it says, else at its own time.
    #[must_use]
    pub fn arrives(&self) -> Timestamp {
        self.arrival.unwrap_or(self.time)
    }
}

/// Who an input speaks of. At least one is there, except in a call that was rejected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Who {
    /// The id of a known user.
    pub user: Option<Arc<str>>,
    /// The id of a device or a session.
    pub anonymous: Option<Arc<str>>,
    /// An id under which the same user was known before.
    pub previous: Option<Arc<str>>,
    /// It is known beforehand that the contact never turns out to be another one, too.
    pub alone: bool,
}

/// Where an input stood: number of the file, in the order in which files were given, and line from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The file, from 0.
    pub file: u32,
    /// The line, from 1.
    pub line: u32,
}

/// An input, or a part of one, that was not used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// The file.
    pub file: Arc<str>,
    /// Its line, from 1.
    pub line: u32,
    /// What is lost: all of the call, or one value of it.
    pub scope: Scope,
    /// Why, as a stable word.
    pub reason: Reason,
    /// Why, for people.
    pub detail: String,
    /// The line as it was; bytes that are no UTF-8 are replaced, a line that is too long is cut.
    pub raw: String,
}

/// What a rejection takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The whole call.
    Call,
    /// One value; the rest of the call is used.
    Value,
}

/// Why something was rejected. The words are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The line is longer than [`MAX_LINE_BYTES`].
    LineTooLong,
    /// Not UTF-8.
    NotUtf8,
    /// Not JSON.
    NotJson,
    /// Deeper than [`MAX_DEPTH`].
    TooDeep,
    /// JSON, but not a call.
    NotACall,
    /// A quotation mark of CSV is never closed.
    UnclosedQuote,
    /// The row has another number of columns than the first line.
    ColumnCount,
    /// Nobody it speaks of.
    MissingContact,
    /// An id that is no text, or too long.
    InvalidId,
    /// No time.
    MissingTime,
    /// No time that can be read.
    InvalidTime,
    /// No event of the project arrives under this name.
    UnknownEvent,
    /// A field that must be there is not.
    MissingField,
    /// A value is not of the type of its field.
    InvalidValue,
    /// A number outside its range.
    OutOfRange,
    /// An amount in another currency.
    WrongCurrency,
    /// The field may only be written by its connector.
    OwnedField,
    /// Longer than [`MAX_TEXT_BYTES`], or more members than [`MAX_SET_MEMBERS`].
    ValueTooLong,
    /// It speaks of somebody who was erased.
    Erased,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::LineTooLong,
        Self::NotUtf8,
        Self::NotJson,
        Self::TooDeep,
        Self::NotACall,
        Self::UnclosedQuote,
        Self::ColumnCount,
        Self::MissingContact,
        Self::InvalidId,
        Self::MissingTime,
        Self::InvalidTime,
        Self::UnknownEvent,
        Self::MissingField,
        Self::InvalidValue,
        Self::OutOfRange,
        Self::WrongCurrency,
        Self::OwnedField,
        Self::ValueTooLong,
        Self::Erased,
    ];

    /// The stable word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::LineTooLong => "line_too_long",
            Self::NotUtf8 => "not_utf8",
            Self::NotJson => "not_json",
            Self::TooDeep => "too_deep",
            Self::NotACall => "not_a_call",
            Self::UnclosedQuote => "unclosed_quote",
            Self::ColumnCount => "column_count",
            Self::MissingContact => "missing_contact",
            Self::InvalidId => "invalid_id",
            Self::MissingTime => "missing_time",
            Self::InvalidTime => "invalid_time",
            Self::UnknownEvent => "unknown_event",
            Self::MissingField => "missing_field",
            Self::InvalidValue => "invalid_value",
            Self::OutOfRange => "out_of_range",
            Self::WrongCurrency => "wrong_currency",
            Self::OwnedField => "owned_field",
            Self::ValueTooLong => "value_too_long",
            Self::Erased => "erased",
        }
    }
}

/// A rejection that does not know yet where it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) scope: Scope,
    pub(crate) reason: Reason,
    pub(crate) detail: String,
}

impl Refusal {
    pub(crate) fn call(reason: Reason, detail: impl Into<String>) -> Self {
        Self { scope: Scope::Call, reason, detail: detail.into() }
    }

    pub(crate) fn value(self) -> Self {
        Self { scope: Scope::Value, ..self }
    }

    /// With where it stood.
    pub(crate) fn into_rejection(self, file: &Arc<str>, line: u32, raw: &[u8]) -> Rejection {
        Rejection {
            file: Arc::clone(file),
            line,
            scope: self.scope,
            reason: self.reason,
            detail: self.detail,
            raw: String::from_utf8_lossy(raw).into_owned(),
        }
    }
}
