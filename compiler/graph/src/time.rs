//! Instants, the two kinds of duration, clock windows and sets of weekdays.

use jiff::civil::{Time, Weekday};
use serde::{Deserialize, Serialize};

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Before every real instant.
    pub const MIN: Self = Self(i64::MIN);
    /// After every real instant.
    pub const MAX: Self = Self(i64::MAX);
    /// The largest instant that can be shown, the end of the year 9998: input beyond it is refused.
    pub const LAST_VALID: Self = Self(253_370_764_799_999);
    /// The smallest instant that can be shown, the start of the year 1.
    pub const FIRST_VALID: Self = Self(-62_135_596_800_000);

    /// `self + ms`, held at the ends.
    #[must_use]
    pub fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to `self`, held at the ends.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl std::fmt::Display for Timestamp {
    /// RFC 3339 in UTC with milliseconds: `2026-03-27T10:00:00.000Z`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(instant) => write!(f, "{instant:.3}"),
            Err(_) => write!(f, "{}ms", self.0),
        }
    }
}

/// A length of time. The two kinds are never mixed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// Elapsed time in milliseconds: `48h`.
    Elapsed(i64),
    /// Calendar time in the zone of the contact: `2 days`, `1 month`. Months first, then days.
    Calendar {
        /// Months (a year is 12).
        months: u32,
        /// Days (a week is 7).
        days: u32,
    },
}

impl Span {
    /// Milliseconds when a day is 24 h and a month 30 days: for decay and for estimates only.
    #[must_use]
    pub fn nominal_ms(self) -> i64 {
        match self {
            Self::Elapsed(ms) => ms,
            Self::Calendar { months, days } => (i64::from(months) * 30 + i64::from(days)).saturating_mul(86_400_000),
        }
    }
}

impl std::fmt::Display for Span {
    /// As an author writes it: `90s`, `48h`, `7 days`, `1 month`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let plural = |n: u32| if n == 1 { "" } else { "s" };
        match *self {
            Self::Elapsed(ms) if ms % 3_600_000 == 0 => write!(f, "{}h", ms / 3_600_000),
            Self::Elapsed(ms) if ms % 60_000 == 0 => write!(f, "{}m", ms / 60_000),
            Self::Elapsed(ms) if ms % 1_000 == 0 => write!(f, "{}s", ms / 1_000),
            Self::Elapsed(ms) => write!(f, "{ms}ms"),
            Self::Calendar { months: 0, days } => write!(f, "{days} day{}", plural(days)),
            Self::Calendar { months, days: 0 } if months % 12 == 0 => {
                write!(f, "{} year{}", months / 12, plural(months / 12))
            }
            Self::Calendar { months, days: 0 } => write!(f, "{months} month{}", plural(months)),
            Self::Calendar { months, days } => {
                write!(f, "{months} month{} {days} day{}", plural(months), plural(days))
            }
        }
    }
}

/// A stretch of the day: `from` belongs to it, `to` does not; `21:00..08:00` passes midnight; equal ends: all day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockWindow {
    /// First moment inside.
    pub from: Time,
    /// First moment outside.
    pub to: Time,
}

impl ClockWindow {
    /// Whether a time of day lies inside.
    #[must_use]
    pub fn contains(&self, time: Time) -> bool {
        if self.from < self.to { self.from <= time && time < self.to } else { time >= self.from || time < self.to }
    }
}

/// A set of weekdays, one bit each, monday first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Weekdays(pub u8);

impl Weekdays {
    /// Every day.
    pub const ALL: Self = Self(0b111_1111);
    /// None.
    pub const NONE: Self = Self(0);
    /// Monday to friday.
    pub const WORKING: Self = Self(0b001_1111);
    /// Saturday and sunday.
    pub const WEEKEND: Self = Self(0b110_0000);

    /// With one more day.
    #[must_use]
    pub fn with(self, day: Weekday) -> Self {
        Self(self.0 | 1 << day.to_monday_zero_offset())
    }

    /// Whether a day is in it.
    #[must_use]
    pub fn contains(self, day: Weekday) -> bool {
        self.0 & 1 << day.to_monday_zero_offset() != 0
    }
}
