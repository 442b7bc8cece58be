//! When the clocks of a zone change, as a table: exactly what the zone's rules say, and much faster to ask.
//!
//! It holds every change from the beginning of time up to [`END`]; later ones are left to the rules themselves.
//! Wall-clock time is counted in milliseconds too, as if the clocks on the wall were those of UTC.

use flow_graph::Timestamp;
use jiff::tz::TimeZone;

use super::DAY_MS;

/// 2100-01-01T00:00:00Z: where the table ends.
const END: i64 = 4_102_444_800_000;

/// 1900-01-01T00:00:00Z: from here on the table is looked up by its buckets.
const BUCKETS_FROM: i64 = -2_208_988_800_000;

/// A bucket is 2^33 milliseconds, about 99 days: rarely more than one change.
const BUCKET_BITS: u32 = 33;

/// No two offsets of a zone with a table are further apart.
const SPREAD_MS: i64 = 26 * 3_600_000;

/// All changes of a zone's clocks up to [`END`].
#[derive(Debug)]
pub struct Shifts {
    /// Instants from which offsets hold.
    instants: Steps,
    /// Wall-clock times from which the same offsets count: in a gap and in a fold it is still the one before.
    walls: Steps,
    /// Offsets in milliseconds.
    offsets: Vec<i64>,
}

impl Shifts {
    /// Of a zone; none where wall-clock times do not tell offsets apart in a simple way.
    pub(crate) fn new(zone: &TimeZone) -> Option<Self> {
        let offset_ms = |offset: jiff::tz::Offset| i64::from(offset.seconds()) * 1_000;
        let mut offsets = vec![offset_ms(zone.to_offset(jiff::Timestamp::MIN))];
        let (mut instants, mut walls) = (vec![i64::MIN], vec![i64::MIN]);
        for change in zone.following(jiff::Timestamp::MIN) {
            let at = change.timestamp().as_millisecond();
            if at >= END {
                break;
            }
            let (before, after) = (*offsets.last()?, offset_ms(change.offset()));
            if before == after {
                continue;
            }
            let wall = at + before.max(after);
            if *walls.last()? >= wall {
                return None;
            }
            instants.push(at);
            walls.push(wall);
            offsets.push(after);
        }
        let spread = offsets.iter().max()? - offsets.iter().min()?;
        (spread <= SPREAD_MS).then(|| Self { instants: Steps::new(instants), walls: Steps::new(walls), offsets })
    }

    /// The offset at an instant in milliseconds; none beyond the table.
    pub(crate) fn offset(&self, at: Timestamp) -> Option<i64> {
        let inside = Timestamp::FIRST_VALID <= at && at.0 < END;
        if inside { self.offsets.get(self.instants.find(at.0)).copied() } else { None }
    }

    /// The instant at which the clocks show a wall-clock time: a skipped one moves forward by the length of the gap,
    /// of a repeated one it is the first. None near the ends of the table.
    pub(crate) fn instant(&self, wall: i64) -> Option<Timestamp> {
        if !(Timestamp::FIRST_VALID.0 + 2 * DAY_MS..END - 2 * DAY_MS).contains(&wall) {
            return None;
        }
        let offset = self.offsets.get(self.walls.find(wall))?;
        Some(Timestamp(wall - offset))
    }

    /// The offset from one instant up to another, when it is the same all the time.
    fn steady(&self, from: i64, to: i64) -> Option<i64> {
        if from < Timestamp::FIRST_VALID.0 || to >= END {
            return None;
        }
        let found = self.instants.find(from);
        let changes = self.instants.at.get(found + 1).is_some_and(|next| *next <= to);
        if changes { None } else { self.offsets.get(found).copied() }
    }

    /// The instant such that exactly what is later is less than so many days before `now`; none when a change of the
    /// clocks is near either end, where the order of instants need not be kept.
    pub(crate) fn days_before(&self, now: Timestamp, days_ms: i64) -> Option<Timestamp> {
        let about = now.0.checked_sub(days_ms)?;
        let then = self.steady(about.checked_sub(3 * DAY_MS)?, about + 3 * DAY_MS)?;
        let here = self.steady(now.0 - 5 * DAY_MS, now.0.checked_add(5 * DAY_MS)?)?;
        Some(Timestamp(about - then + here))
    }

    /// Whether some days after an instant, which lead to `there`, come before some days after any later instant.
    pub(crate) fn keeps_order(&self, from: Timestamp, there: Timestamp) -> bool {
        let near = || self.steady(from.0, from.0.checked_add(5 * DAY_MS)?);
        let far = || self.steady(there.0.checked_sub(6 * DAY_MS)?, there.0.checked_add(6 * DAY_MS)?);
        near().is_some() && far().is_some()
    }
}

/// Rising numbers, and which of them is the last that is not above another number.
#[derive(Debug)]
struct Steps {
    /// The first is below everything.
    at: Vec<i64>,
    /// For each bucket the step at its beginning.
    buckets: Vec<u32>,
}

impl Steps {
    fn new(at: Vec<i64>) -> Self {
        let mut buckets = Vec::new();
        let mut begin = BUCKETS_FROM;
        let mut step: u32 = 0;
        while begin <= END + DAY_MS {
            while at.get(step as usize + 1).is_some_and(|next| *next <= begin) {
                step += 1;
            }
            buckets.push(step);
            begin += 1 << BUCKET_BITS;
        }
        Self { at, buckets }
    }

    fn find(&self, number: i64) -> usize {
        let bucket = usize::try_from((number - BUCKETS_FROM) >> BUCKET_BITS).ok().and_then(|at| self.buckets.get(at));
        let Some(&bucket) = bucket else {
            return self.at.partition_point(|step| *step <= number).saturating_sub(1);
        };
        let mut step = bucket as usize;
        while self.at.get(step + 1).is_some_and(|next| *next <= number) {
            step += 1;
        }
        step
    }
}

/// Days since 1970-01-01 of a date of the Gregorian calendar, month from 1. (Howard Hinnant, "chrono-compatible
/// low-level date algorithms", `days_from_civil`.)
pub(super) fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month from 1 and day of a number of days since 1970-01-01. (The same, `civil_from_days`.)
pub(super) fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

/// A wall-clock time so many months on, at the end of a shorter month on its last day.
pub(super) fn months_on(wall: i64, months: i64) -> i64 {
    let (days, of_day) = (wall.div_euclid(DAY_MS), wall.rem_euclid(DAY_MS));
    let (year, month, day) = date_of(days);
    let months = year * 12 + month - 1 + months;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    let (next_year, next_month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    let first = days_of(year, month, 1);
    let last = days_of(next_year, next_month, 1) - 1;
    (first + day - 1).min(last) * DAY_MS + of_day
}
