//! Working time: how much of it lies between two instants, and when so much of it will have passed.

use flow_graph::program::{Calendar, CalendarWindow};
use flow_graph::{ClockWindow, Timestamp};
use jiff::civil::Date;

use super::clock::{BEFORE, opening};
use super::{DAY_MS, Zone, day_after, local, zone};

/// How far [`add`] looks: a calendar that is not open by then never is.
const SEARCH_DAYS: i64 = 366 * 50;

/// A calendar made ready.
#[derive(Debug, Clone)]
pub struct Hours {
    zone: &'static Zone,
    open: Vec<CalendarWindow>,
    except: Vec<Date>,
}

impl Hours {
    /// Of a calendar of the program; none when its zone is unknown.
    #[must_use]
    pub fn new(calendar: &Calendar) -> Option<Self> {
        let mut except = calendar.except.clone();
        except.sort_unstable();
        Some(Self { zone: zone(&calendar.zone)?, open: calendar.open.clone(), except })
    }

    fn windows(&self, date: Date) -> impl Iterator<Item = ClockWindow> {
        let closed = self.except.binary_search(&date).is_ok();
        let on = self.open.iter().filter(move |open| !closed && open.days.contains(date.weekday()));
        on.map(|open| open.window)
    }
}

/// The first instant at which so much working time has passed since `from`; none when the calendar never has that
/// much. No time at all has passed at once.
#[must_use]
pub fn add(hours: &Hours, from: Timestamp, ms: i64) -> Option<Timestamp> {
    if ms <= 0 {
        return Some(from);
    }
    let mut left = ms;
    for stretch in Stretches::new(hours, from, SEARCH_DAYS) {
        let length = stretch.1.since(stretch.0);
        if left <= length {
            return Some(stretch.0.plus(left));
        }
        left -= length;
    }
    None
}

/// The working time between two instants, in milliseconds; none when `to` is not after `from`.
#[must_use]
pub fn elapsed(hours: &Hours, from: Timestamp, to: Timestamp) -> i64 {
    if to <= from {
        return 0;
    }
    let days = (to.since(from) / DAY_MS).saturating_add(3).min(SEARCH_DAYS);
    let stretches = Stretches::new(hours, from, days).take_while(|stretch| stretch.0 < to);
    stretches.map(|(begin, end)| end.min(to).since(begin)).sum()
}

/// The open stretches after an instant, in order, none overlapping another.
struct Stretches<'a> {
    hours: &'a Hours,
    day: Option<Date>,
    days_left: i64,
    /// Up to here everything was given out.
    done: Timestamp,
    /// Windows that begin on the days looked at so far and end after `done`, by their beginning.
    pending: Vec<(Timestamp, Timestamp)>,
}

impl<'a> Stretches<'a> {
    fn new(hours: &'a Hours, from: Timestamp, days: i64) -> Self {
        let day = day_after(local(hours.zone, from).date(), -BEFORE);
        let mut new = Self { hours, day, days_left: days.saturating_add(BEFORE + 1), done: from, pending: Vec::new() };
        for _ in 0..=BEFORE {
            new.look_at_next_day();
        }
        new
    }

    fn look_at_next_day(&mut self) {
        let Some(date) = self.day.filter(|_| self.days_left > 0) else {
            self.days_left = 0;
            return;
        };
        self.days_left -= 1;
        self.day = day_after(date, 1);
        let openings = self.hours.windows(date).filter_map(|window| opening(self.hours.zone, date, window));
        self.pending.extend(openings.filter(|opening| opening.1 > self.done));
        self.pending.sort_unstable();
    }
}

impl Iterator for Stretches<'_> {
    type Item = (Timestamp, Timestamp);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            // A day ahead is known: whatever begins before the pending window has been looked at.
            self.look_at_next_day();
            if self.pending.is_empty() {
                if self.days_left == 0 {
                    return None;
                }
                continue;
            }
            let (begin, end) = self.pending.remove(0);
            let begin = begin.max(self.done);
            if begin < end {
                self.done = end;
                return Some((begin, end));
            }
        }
    }
}
