//! Values and their types.

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::program::EnumType;
use crate::table::Id;

/// The type of a field or an expression; whether it may be missing is said beside it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    /// `text`
    Text,
    /// `int`: 64 bits.
    Int,
    /// `number`: a binary fraction.
    Number,
    /// `bool`
    Bool,
    /// `money`: whole minor units of the project's currency.
    Money,
    /// `percent`: 75 % is 75.
    Percent,
    /// `date`: no zone.
    Date,
    /// `datetime`: an instant.
    DateTime,
    /// `duration`: elapsed milliseconds.
    Duration,
    /// `email`: local part as it is, domain in lower case.
    Email,
    /// `phone`: as written.
    Phone,
    /// `url`
    Url,
    /// `country`: two capital letters (ISO 3166-1).
    Country,
    /// `timezone`: a name of the IANA database.
    TimeZone,
    /// An enum.
    Enum(Id<EnumType>),
    /// `set of T`
    Set(Box<Type>),
}

impl Type {
    /// The word for it; enums and sets have none of their own.
    #[must_use]
    pub fn word(&self) -> Option<&'static str> {
        match self {
            Self::Text => Some("text"),
            Self::Int => Some("int"),
            Self::Number => Some("number"),
            Self::Bool => Some("bool"),
            Self::Money => Some("money"),
            Self::Percent => Some("percent"),
            Self::Date => Some("date"),
            Self::DateTime => Some("datetime"),
            Self::Duration => Some("duration"),
            Self::Email => Some("email"),
            Self::Phone => Some("phone"),
            Self::Url => Some("url"),
            Self::Country => Some("country"),
            Self::TimeZone => Some("timezone"),
            Self::Enum(_) | Self::Set(_) => None,
        }
    }
}

/// A value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Not there.
    Missing,
    /// `bool`
    Bool(bool),
    /// `int`
    Int(i64),
    /// `number`, `percent`; never NaN.
    Number(f64),
    /// `money` in minor units.
    Money(i64),
    /// `text`, `email`, `phone`, `url`, `country`, `timezone`
    Text(Arc<str>),
    /// A value of an enum, by its position.
    Enum(u16),
    /// `date`
    Date(Date),
    /// `datetime`
    Instant(Timestamp),
    /// `duration` in milliseconds.
    Duration(i64),
    /// `set of T`: sorted by [`Value::order`], each once.
    Set(Arc<[Value]>),
}

impl Value {
    /// A text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(Arc::from(text))
    }

    /// A set of the members, sorted, each once.
    #[must_use]
    pub fn set(mut members: Vec<Self>) -> Self {
        members.sort_by(Self::order);
        members.dedup_by(|a, b| a.order(b).is_eq());
        Self::Set(members.into())
    }

    /// Whether there is a value.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Missing)
    }

    /// A total order: by kind, then by value. `int` and `number` compare as numbers.
    #[must_use]
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        use std::cmp::Ordering;
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Int(a), Self::Int(b))
            | (Self::Money(a), Self::Money(b))
            | (Self::Duration(a), Self::Duration(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.partial_cmp(b).unwrap_or(Ordering::Equal),
            #[expect(clippy::cast_precision_loss, reason = "an int beyond 2^53 beside a fraction has no exact answer")]
            (Self::Int(a), Self::Number(b)) => (*a as f64).partial_cmp(b).unwrap_or(Ordering::Equal),
            #[expect(clippy::cast_precision_loss, reason = "an int beyond 2^53 beside a fraction has no exact answer")]
            (Self::Number(a), Self::Int(b)) => a.partial_cmp(&(*b as f64)).unwrap_or(Ordering::Equal),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Enum(a), Self::Enum(b)) => a.cmp(b),
            (Self::Date(a), Self::Date(b)) => a.cmp(b),
            (Self::Instant(a), Self::Instant(b)) => a.cmp(b),
            (Self::Set(a), Self::Set(b)) => {
                let by_member = a.iter().zip(b.iter()).map(|(x, y)| x.order(y)).find(|o| o.is_ne());
                by_member.unwrap_or_else(|| a.len().cmp(&b.len()))
            }
            _ => self.kind().cmp(&other.kind()),
        }
    }

    fn kind(&self) -> u8 {
        match self {
            Self::Missing => 0,
            Self::Bool(_) => 1,
            Self::Int(_) | Self::Number(_) => 2,
            Self::Money(_) => 3,
            Self::Text(_) => 4,
            Self::Enum(_) => 5,
            Self::Date(_) => 6,
            Self::Instant(_) => 7,
            Self::Duration(_) => 8,
            Self::Set(_) => 9,
        }
    }
}
