//! Clock windows: the next one, and how long a quiet one lasts.

use super::{Clocks, day_after, day_exists, local, local_instant};
use flow_graph::{ClockWindow, Timestamp, Weekdays};
use jiff::civil::Date;

/// Days looked at before today: a window that began then may still be open, even over a day that is skipped.
pub(super) const BEFORE: i64 = 2;

/// Days looked at after today: every weekday comes, even when one of them is skipped once.
const AFTER: i64 = 15;

/// Now when an allowed window is open, else the instant at which the next begins. `single`: the next time the clock
/// shows `window.from` on an allowed day, from now on. A window belongs to the day on which it begins. When no day is
/// allowed: never.
#[must_use]
pub fn next_clock(zone: &impl Clocks, now: Timestamp, days: Weekdays, window: ClockWindow, single: bool) -> Timestamp {
    let today = local(zone, now).date();
    let mut next = Timestamp::MAX;
    for offset in -BEFORE..=AFTER {
        let Some(date) = day_after(today, offset) else { continue };
        if !days.contains(date.weekday()) {
            continue;
        }
        let Some((begin, end)) = opening(zone, date, window) else { continue };
        if !single && end <= begin {
            // A gap has swallowed it: 02:15..03:00 where 02:00 to 03:00 is skipped.
            continue;
        }
        if begin >= now {
            next = next.min(begin);
            // Later days begin later, but for windows that a clock change moves onto each other.
            if offset > 1 {
                break;
            }
        } else if !single && now < end {
            return now;
        }
    }
    next
}

/// When the quiet window that is open ends; none when none is.
#[must_use]
pub fn quiet_until(zone: &impl Clocks, now: Timestamp, window: ClockWindow) -> Option<Timestamp> {
    let today = local(zone, now).date();
    let open = (-BEFORE..=1).filter_map(|offset| opening(zone, day_after(today, offset)?, window));
    open.filter(|&(begin, end)| begin <= now && now < end).map(|(_, end)| end).max()
}

/// First instant inside and first outside of the window that begins on a date; none when the zone skips that date.
pub(super) fn opening(zone: &impl Clocks, date: Date, window: ClockWindow) -> Option<(Timestamp, Timestamp)> {
    if !day_exists(zone, date) {
        return None;
    }
    let last = if window.from < window.to { date } else { day_after(date, 1)? };
    Some((local_instant(zone, date, window.from), local_instant(zone, last, window.to)))
}
