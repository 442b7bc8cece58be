//! What the caps of a channel allow, all of them together.
//!
//! A message counts until its window is over, so message number `j + n` comes a window after number `j` at the
//! earliest. Sending each as soon as all caps and quiet hours let it is therefore the fastest way, and what it comes to
//! is reached. Days of the calendar are as long as the contact's days, and hours are not where the clocks change.

use flow_graph::program::Cap;
use flow_graph::{ClockWindow, Span};
use jiff::civil::Time;

use super::{DAY, HOUR, shortest};

/// More messages than this are not counted one by one.
const MOST_STEPS: usize = 20_000;

/// What caps allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Allowed {
    /// At most so many, whatever the clocks do.
    pub(super) most: u64,
    /// At most so many where the clocks do not go back.
    pub(super) usual: u64,
}

/// What caps allow within so many milliseconds from a midnight on; none: there is no cap.
pub(super) fn allowed(caps: &[Cap], quiet: Option<ClockWindow>, time: i64) -> Option<Allowed> {
    let all: Vec<(u64, i64)> = caps.iter().map(rule).collect();
    let days: Vec<(u64, i64)> = caps.iter().filter(|cap| is_calendar(cap.per)).map(rule).collect();
    if all.is_empty() {
        return None;
    }
    let usual = fastest(&all, quiet, time);
    // An hour more of elapsed time has room for more by hours, and not for more by days.
    let longer = if days.len() == all.len() { usual } else { fastest(&all, None, time.saturating_add(HOUR)) };
    let by_days = if days.is_empty() { u64::MAX } else { fastest(&days, quiet, time) };
    Some(Allowed { most: usual.max(longer.min(by_days)), usual })
}

fn is_calendar(span: Span) -> bool {
    match span {
        Span::Calendar { .. } => true,
        Span::Elapsed(_) => false,
    }
}

fn rule(cap: &Cap) -> (u64, i64) {
    (u64::from(cap.count), shortest(cap.per))
}

/// How many leave in `[0, time)`, each as soon as it may.
fn fastest(caps: &[(u64, i64)], quiet: Option<ClockWindow>, time: i64) -> u64 {
    let mut sent: Vec<i64> = Vec::new();
    let mut now = 0;
    while sent.len() < MOST_STEPS {
        for (count, per) in caps {
            let count = usize::try_from(*count).unwrap_or(usize::MAX);
            if count == 0 {
                return 0;
            }
            if let Some(first) = sent.len().checked_sub(count).and_then(|at| sent.get(at)) {
                now = now.max(first.saturating_add(*per));
            }
        }
        match quiet.map_or(Some(now), |quiet| loud(quiet, now)) {
            Some(at) => now = at,
            None => return 0,
        }
        if now >= time {
            return u64::try_from(sent.len()).unwrap_or(u64::MAX);
        }
        sent.push(now);
    }
    // Never less than what is reached: as often as the window of each cap begins.
    let begins = |per: i64| u64::try_from(time.saturating_sub(1) / per.max(1)).unwrap_or(0).saturating_add(1);
    caps.iter().map(|(count, per)| count.saturating_mul(begins(*per))).min().unwrap_or(u64::MAX)
}

/// The first moment from then on that is not quiet; none: it is always quiet.
fn loud(quiet: ClockWindow, now: i64) -> Option<i64> {
    let (from, to) = (since_midnight(quiet.from), since_midnight(quiet.to));
    if from == to {
        return None;
    }
    let (midnight, of_day) = (now - now.rem_euclid(DAY), now.rem_euclid(DAY));
    let inside = if from < to { from <= of_day && of_day < to } else { of_day >= from || of_day < to };
    Some(match inside {
        false => now,
        true if of_day < to => midnight + to,
        true => midnight + DAY + to,
    })
}

/// How long quiet hours last at a time.
pub(super) fn length(quiet: Option<ClockWindow>) -> i64 {
    let length = |quiet: ClockWindow| (since_midnight(quiet.to) - since_midnight(quiet.from)).rem_euclid(DAY);
    quiet.map_or(0, |quiet| if quiet.from == quiet.to { DAY } else { length(quiet) })
}

fn since_midnight(time: Time) -> i64 {
    let seconds = i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    seconds * 1_000 + i64::from(time.subsec_nanosecond()) / 1_000_000
}

#[cfg(test)]
mod tests {
    use flow_graph::Id;
    use flow_graph::program::Location;

    use super::super::WEEK;
    use super::*;

    fn caps(rules: &[(u32, Span)]) -> Vec<Cap> {
        let at = Location { file: Id::new(0), line: 1 };
        rules.iter().map(|(count, per)| Cap { channel: Id::new(0), count: *count, per: *per, at }).collect()
    }

    fn days(days: u32) -> Span {
        Span::Calendar { months: 0, days }
    }

    fn hours(hours: i64) -> Span {
        Span::Elapsed(hours * HOUR)
    }

    #[test]
    fn what_caps_allow_in_a_week() {
        for (rules, usual, most) in [
            (vec![(1, days(1))], 7, 7),
            (vec![(3, days(7))], 3, 3),
            (vec![(1, days(1)), (3, days(7))], 3, 3),
            // Two on the first day, then one each third day: 0 0 | 3 3 | 6 6.
            (vec![(2, days(3))], 6, 6),
            // 0 0 1 1 | 3 3 4 4 | 6 6: more than `4 * 7/3`, less than `2 * 7`.
            (vec![(2, days(1)), (4, days(3))], 10, 10),
            (vec![(1, days(5)), (1, days(2))], 2, 2),
            (vec![(4, Span::Calendar { months: 1, days: 0 })], 4, 4),
            (vec![(0, days(1))], 0, 0),
            // A week of 169 hours begins an eighth window of 24.
            (vec![(1, hours(24))], 7, 8),
            (vec![(1, hours(24)), (7, days(7))], 7, 7),
            (vec![(1, hours(50))], 4, 4),
            (vec![(3, hours(168))], 3, 6),
        ] {
            let found = allowed(&caps(&rules), None, WEEK).unwrap();
            assert_eq!((found.usual, found.most), (usual, most), "{rules:?}");
        }
        assert_eq!(allowed(&[], None, WEEK), None);
    }

    #[test]
    fn quiet_hours_leave_room_for_less() {
        let night = ClockWindow { from: Time::constant(21, 0, 0, 0), to: Time::constant(8, 0, 0, 0) };
        let usual = |rules: &[(u32, Span)]| allowed(&caps(rules), Some(night), WEEK).unwrap().usual;
        // 08:00, 14:00, 20:00.
        assert_eq!(usual(&[(1, hours(6))]), 21);
        assert_eq!(usual(&[(1, hours(14))]), 7);
        assert_eq!(usual(&[(1, days(1))]), 7);
        let always = ClockWindow { from: Time::midnight(), to: Time::midnight() };
        assert_eq!(allowed(&caps(&[(1, days(1))]), Some(always), WEEK).unwrap().most, 0);
        assert_eq!((length(Some(night)), length(Some(always)), length(None)), (11 * HOUR, DAY, 0));
    }

    #[test]
    fn many_are_not_counted_one_by_one() {
        let found = allowed(&caps(&[(1_000_000, Span::Elapsed(1))]), None, WEEK).unwrap();
        assert_eq!(found.usual, 1_000_000 * 7 * 86_400_000);
    }
}
