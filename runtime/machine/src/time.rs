//! Civil time: calendar spans, clock windows and working time, all in milliseconds.
//!
//! One rule holds everywhere: the wall-clock target is computed first, then converted. A clock time that is skipped
//! moves forward by the length of the gap; one that is repeated is its first occurrence. So a window that begins or
//! ends in a gap or a fold begins or ends at the instant this rule gives.

pub mod clock;
pub(crate) mod shifts;
pub mod working;
pub mod zones;

use flow_graph::{Span, Timestamp};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

pub use clock::{next_clock, quiet_until};
pub use shifts::Shifts;
pub use zones::{Clocks, Zone, zone};

/// A day of 24 hours in milliseconds.
pub const DAY_MS: i64 = 86_400_000;

/// More than any zone's offset ever changes by: the date line was crossed by a day, and a summer time beside it.
const OFFSETS_MS: i64 = 3 * DAY_MS;

/// The instant one span after another: calendar spans lead to the same clock time, at the end of a shorter month to
/// its last day. Held at the ends of time.
#[must_use]
pub fn add(zone: &impl Clocks, from: Timestamp, span: Span) -> Timestamp {
    moved(zone, from, span, 1)
}

/// The instant one span before another.
#[must_use]
pub fn subtract(zone: &impl Clocks, from: Timestamp, span: Span) -> Timestamp {
    moved(zone, from, span, -1)
}

/// The instant at which a zone's clocks show a date and a time.
#[must_use]
pub fn local_instant(zone: &impl Clocks, date: Date, time: Time) -> Timestamp {
    instant_of(zone, date.to_datetime(time)).unwrap_or(if date.year() > 1970 { Timestamp::MAX } else { Timestamp::MIN })
}

/// What a zone's clocks show at an instant; instants beyond what can be shown are held at the ends.
#[must_use]
pub fn local(zone: &impl Clocks, at: Timestamp) -> DateTime {
    let held = at.clamp(Timestamp::FIRST_VALID, Timestamp::LAST_VALID);
    let instant = jiff::Timestamp::from_millisecond(held.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let offset = zone.shifts().and_then(|shifts| shifts.offset(held));
    let offset = offset.and_then(|ms| Offset::from_seconds(i32::try_from(ms / 1_000).ok()?).ok());
    offset.map_or_else(|| zone.rules().to_datetime(instant), |offset| offset.to_datetime(instant))
}

/// The day a number of days after (or before) another, if the calendar has it.
#[must_use]
pub fn day_after(date: Date, days: i64) -> Option<Date> {
    date.checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

/// Whether a zone has the day at all: crossing the date line skips one.
#[must_use]
pub fn day_exists(zone: &impl Clocks, date: Date) -> bool {
    let next = day_after(date, 1);
    next.is_none_or(|next| local_instant(zone, date, Time::midnight()) < local_instant(zone, next, Time::midnight()))
}

/// The least and the most milliseconds that a span can take, in whichever zone.
#[must_use]
pub fn bounds(span: Span) -> (i64, i64) {
    match span {
        Span::Elapsed(ms) => (ms, ms),
        Span::Calendar { months: 0, days: 0 } => (0, 0),
        Span::Calendar { months, days } => {
            let (months, days) = (i64::from(months), i64::from(days));
            let least = months.saturating_mul(28).saturating_add(days).saturating_mul(DAY_MS);
            let most = months.saturating_mul(31).saturating_add(days).saturating_mul(DAY_MS);
            (least.saturating_sub(OFFSETS_MS), most.saturating_add(OFFSETS_MS))
        }
    }
}

/// A date moved by a calendar span; nothing for elapsed time or beyond the calendar.
#[must_use]
pub fn shift_date(date: Date, by: Span, back: bool) -> Option<Date> {
    match by {
        Span::Elapsed(_) => None,
        Span::Calendar { months, days } => {
            let sign = if back { -1 } else { 1 };
            let span = jiff::Span::new().try_months(sign * i64::from(months)).ok()?;
            let months_on = date.checked_add(span).ok()?;
            day_after(months_on, sign * i64::from(days))
        }
    }
}

fn moved(zone: &impl Clocks, from: Timestamp, span: Span, sign: i64) -> Timestamp {
    match span {
        Span::Elapsed(ms) => from.plus(ms.saturating_mul(sign)),
        Span::Calendar { months: 0, days: 0 } => from,
        Span::Calendar { months, days } => {
            calendar(zone, from, sign * i64::from(months), sign * i64::from(days)).unwrap_or_else(|| {
                // Beyond the calendar there is no clock time: only the order of instants matters there.
                from.plus(span.nominal_ms().saturating_mul(sign))
            })
        }
    }
}

fn calendar(zone: &impl Clocks, from: Timestamp, months: i64, days: i64) -> Option<Timestamp> {
    if from < Timestamp::FIRST_VALID || from > Timestamp::LAST_VALID {
        return None;
    }
    by_table(zone, from, months, days).or_else(|| by_rules(zone, from, months, days))
}

/// The usual case: everything lies within the table of clock changes.
fn by_table(zone: &impl Clocks, from: Timestamp, months: i64, days: i64) -> Option<Timestamp> {
    // Two thousand years: what is more is beyond the table in any case.
    let far = months.unsigned_abs() > 24_000 || days.unsigned_abs() > 730_000;
    let shifts = zone.shifts().filter(|_| !far)?;
    let mut wall = from.0 + shifts.offset(from)?;
    if months != 0 {
        wall = shifts::months_on(wall, months);
    }
    shifts.instant(wall + days * DAY_MS)
}

fn by_rules(zone: &impl Clocks, from: Timestamp, months: i64, days: i64) -> Option<Timestamp> {
    let mut there = local(zone, from);
    if months != 0 {
        there = there.checked_add(jiff::Span::new().try_months(months).ok()?).ok()?;
    }
    if days != 0 {
        there = there.checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
    }
    instant_of(zone, there)
}

fn instant_of(zone: &impl Clocks, there: DateTime) -> Option<Timestamp> {
    let quick = || {
        let time = there.time();
        let nanoseconds = i64::from(time.subsec_nanosecond());
        let seconds = i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second());
        let date = there.date();
        let days = shifts::days_of(date.year().into(), date.month().into(), date.day().into());
        let wall = days * DAY_MS + seconds * 1_000 + nanoseconds / 1_000_000;
        zone.shifts().filter(|_| nanoseconds % 1_000_000 == 0)?.instant(wall)
    };
    let by_rules = || zone.rules().to_ambiguous_timestamp(there).compatible().ok();
    quick().or_else(|| by_rules().map(|instant| Timestamp(instant.as_millisecond())))
}
