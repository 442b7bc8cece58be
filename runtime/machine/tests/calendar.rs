//! Calendar spans, clock windows and working time against a walk through every minute around clock changes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use flow_graph::program::{Calendar, CalendarWindow, Location};
use flow_graph::{ClockWindow, Id, Span, Timestamp, Weekdays};
use flow_machine::time::{self, Clocks as _, working};
use jiff::civil::{Date, DateTime, Time};
use proptest::prelude::*;

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// Zones and days near which their clocks change.
const CHANGES: [(&str, &str); 12] = [
    ("Europe/Berlin", "2026-03-29T00:00:00Z"),
    ("Europe/Berlin", "2026-10-25T00:00:00Z"),
    ("America/New_York", "2026-03-08T00:00:00Z"),
    ("America/New_York", "2026-11-01T00:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-05T00:00:00Z"),
    ("Australia/Lord_Howe", "2026-10-04T00:00:00Z"),
    ("Pacific/Auckland", "2026-09-27T00:00:00Z"),
    ("Asia/Kathmandu", "1986-01-01T00:00:00Z"),
    ("Africa/Casablanca", "2026-02-15T00:00:00Z"),
    ("Africa/Casablanca", "2026-03-22T00:00:00Z"),
    ("Pacific/Apia", "2011-12-30T00:00:00Z"),
    ("America/Sao_Paulo", "2018-11-04T00:00:00Z"),
];

/// Every minute of nine weeks.
struct Walk {
    name: &'static str,
    zone: &'static time::Zone,
    middle: i64,
    start: i64,
    /// What the clocks show.
    local: Vec<DateTime>,
    first: HashMap<DateTime, i64>,
    /// The minutes before which clocks jumped forward.
    gaps: Vec<usize>,
    dates: BTreeSet<Date>,
}

static WALKS: LazyLock<Vec<Walk>> = LazyLock::new(|| CHANGES.iter().map(|(zone, day)| Walk::new(zone, day)).collect());

impl Walk {
    fn new(name: &'static str, middle: &str) -> Self {
        let zone = time::zone(name).unwrap();
        let middle = middle.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let start = middle - 30 * DAY;
        let minutes = 65 * DAY / MINUTE;
        let local: Vec<DateTime> = (0..minutes)
            .map(|n| zone.rules().to_datetime(jiff::Timestamp::from_millisecond(start + n * MINUTE).unwrap()))
            .collect();
        let mut first = HashMap::new();
        for (n, local) in local.iter().enumerate() {
            first.entry(*local).or_insert(start + n as i64 * MINUTE);
        }
        let step = |n: &usize| local[*n].duration_since(local[n - 1]).as_millis() > i128::from(MINUTE);
        let gaps = (1..local.len()).filter(step).collect();
        let dates = local.iter().map(|local| local.date()).collect();
        Self { name, zone, middle, start, local, first, gaps, dates }
    }

    /// The instant of a clock time by looking for it.
    fn resolve(&self, target: DateTime) -> i64 {
        if let Some(at) = self.first.get(&target) {
            return *at;
        }
        let gap = self.gaps.iter().find(|n| self.local[**n - 1] < target && target < self.local[**n]).unwrap();
        // Forward by the length of the gap: as if the clocks had not been changed yet.
        let before = self.start + (*gap as i64 - 1) * MINUTE;
        before + i64::try_from(target.duration_since(self.local[gap - 1]).as_millis()).unwrap()
    }

    fn index(&self, at: i64) -> usize {
        usize::try_from((at - self.start) / MINUTE).unwrap()
    }

    /// The windows that begin on a day the zone has.
    fn windows(&self, days: Weekdays, window: ClockWindow, except: &[Date]) -> Vec<(i64, i64)> {
        let inner = self.dates.iter().skip(1).take(self.dates.len() - 3);
        let open = inner.filter(|date| days.contains(date.weekday()) && !except.contains(date));
        let ends = |date: &Date| {
            let last = if window.from < window.to { *date } else { date.tomorrow().unwrap() };
            (self.resolve(date.to_datetime(window.from)), self.resolve(last.to_datetime(window.to)))
        };
        open.map(ends).collect()
    }
}

fn clock() -> impl Strategy<Value = Time> {
    let near =
        (0_i8..24, proptest::sample::select(vec![0_i8, 15, 30, 45, 59])).prop_map(|(h, m)| Time::new(h, m, 0, 0));
    let night = (0_i8..4, 0_i8..60).prop_map(|(h, m)| Time::new(h, m, 0, 0));
    prop_oneof![near, night].prop_map(Result::unwrap)
}

fn window() -> impl Strategy<Value = ClockWindow> {
    prop_oneof![
        8 => (clock(), clock()).prop_map(|(from, to)| ClockWindow { from, to }),
        1 => clock().prop_map(|from| ClockWindow { from, to: from }),
    ]
}

fn days() -> impl Strategy<Value = Weekdays> {
    prop_oneof![Just(Weekdays::ALL), Just(Weekdays::WORKING), (1_u8..128).prop_map(Weekdays)]
}

/// Minutes from the middle: mostly within a few days of the clock change.
fn near() -> impl Strategy<Value = i64> {
    prop_oneof![3 => -3 * 1440_i64..3 * 1440, 1 => -8 * 1440_i64..8 * 1440]
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn days_later_is_the_same_clock_time(which in 0..CHANGES.len(), minute in near(), days in 1_u32..12, back: bool) {
        let walk = &WALKS[which];
        let from = walk.middle + minute * MINUTE;
        let there = walk.local[walk.index(from)];
        let span = Span::Calendar { months: 0, days };
        let by = jiff::Span::new().days(if back { -i64::from(days) } else { i64::from(days) });
        let expected = walk.resolve(there.checked_add(by).unwrap());
        let moved = if back { time::subtract } else { time::add };
        let found = moved(walk.zone, Timestamp(from), span);
        prop_assert_eq!(found, Timestamp(expected), "{} {}", walk.name, there);
        // Bounds hold in whichever zone, and a span of nothing leads nowhere.
        let (least, most) = time::bounds(span);
        prop_assert!(back || (from + least <= found.0 && found.0 <= from + most));
        let nothing = Span::Calendar { months: 0, days: 0 };
        prop_assert_eq!(moved(walk.zone, Timestamp(from), nothing), Timestamp(from));
    }

    #[test]
    fn a_clock_time_is_found(which in 0..CHANGES.len(), day in -5_i64..5, time in clock()) {
        let walk = &WALKS[which];
        let date = walk.local[walk.index(walk.middle)].date();
        let date = date.checked_add(jiff::Span::new().days(day)).unwrap();
        let found = time::local_instant(walk.zone, date, time);
        prop_assert_eq!(found, Timestamp(walk.resolve(date.to_datetime(time))));
    }

    #[test]
    fn the_next_window_is_the_first_open_minute(
        which in 0..CHANGES.len(), minute in near(), days in days(), window in window(), single: bool,
    ) {
        let walk = &WALKS[which];
        let now = walk.middle + minute * MINUTE;
        let windows = walk.windows(days, window, &[]);
        let open = |at: i64| {
            windows.iter().any(|(begin, end)| if single { *begin == at } else { *begin <= at && at < *end })
        };
        let expected = (0..).map(|n| now + n * MINUTE).find(|at| open(*at)).unwrap();
        let found = time::next_clock(walk.zone, Timestamp(now), days, window, single);
        prop_assert_eq!(found, Timestamp(expected), "{} {:?}", walk.name, walk.local[walk.index(now)]);
    }

    #[test]
    fn quiet_ends_where_its_window_ends(which in 0..CHANGES.len(), minute in near(), window in window()) {
        let walk = &WALKS[which];
        let now = walk.middle + minute * MINUTE;
        let windows = walk.windows(Weekdays::ALL, window, &[]);
        let around = windows.iter().filter(|(begin, end)| *begin <= now && now < *end);
        let expected = around.map(|(_, end)| Timestamp(*end)).max();
        prop_assert_eq!(time::quiet_until(walk.zone, Timestamp(now), window), expected, "{}", walk.name);
    }

    #[test]
    fn working_time_is_the_number_of_open_minutes(
        which in 0..CHANGES.len(), minute in near(), length in 0_i64..6 * 1440, amount in 0_i64..2000, rest in 0_i64..MINUTE,
        open in proptest::collection::vec((days(), window()), 1..4), closed in proptest::collection::vec(-8_i64..8, 0..3),
    ) {
        let walk = &WALKS[which];
        let middle = walk.local[walk.index(walk.middle)].date();
        let except: Vec<Date> =
            closed.iter().map(|day| middle.checked_add(jiff::Span::new().days(*day)).unwrap()).collect();
        let at = Location { file: Id::new(0), line: 1 };
        let windows: Vec<CalendarWindow> =
            open.iter().map(|(days, window)| CalendarWindow { days: *days, window: *window }).collect();
        let calendar =
            Calendar { name: "c".into(), open: windows, zone: walk.name.into(), except: except.clone(), at };
        let hours = working::Hours::new(&calendar).unwrap();
        let stretches: Vec<(i64, i64)> =
            open.iter().flat_map(|(days, window)| walk.windows(*days, *window, &except)).collect();
        let is_open = |at: i64| stretches.iter().any(|(begin, end)| *begin <= at && at < *end);

        let from = walk.middle + minute * MINUTE;
        let count = (0..length).filter(|n| is_open(from + n * MINUTE)).count() as i64;
        let to = from + length * MINUTE;
        prop_assert_eq!(working::elapsed(&hours, Timestamp(from), Timestamp(to)), count * MINUTE);
        prop_assert_eq!(working::elapsed(&hours, Timestamp(to), Timestamp(from)), 0);

        let found = working::add(&hours, Timestamp(from), amount * MINUTE);
        let last = walk.start + 63 * DAY;
        let mut left = amount;
        let mut expected = (amount == 0).then_some(from);
        let mut here = from;
        while expected.is_none() && here < last {
            left -= i64::from(is_open(here));
            here += MINUTE;
            expected = (left == 0).then_some(here);
        }
        if let Some(expected) = expected {
            prop_assert_eq!(found, Some(Timestamp(expected)), "{}", walk.name);
        }
        // To the millisecond: what has passed after so much working time is so much.
        let precise = amount * MINUTE + rest;
        if let Some(due) = working::add(&hours, Timestamp(from), precise) {
            prop_assert_eq!(working::elapsed(&hours, Timestamp(from), due), precise);
            prop_assert!(precise == 0 || working::elapsed(&hours, Timestamp(from), due.plus(-1)) == precise - 1);
        }
    }
}

#[test]
fn months_end_on_their_last_day() {
    let zone = time::zone("Europe/Berlin").unwrap();
    let at = |text: &str| Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
    let month = Span::Calendar { months: 1, days: 0 };
    assert_eq!(time::add(zone, at("2026-01-31T09:00:00+01:00"), month), at("2026-02-28T09:00:00+01:00"));
    assert_eq!(time::add(zone, at("2026-02-28T09:00:00+01:00"), month), at("2026-03-28T09:00:00+01:00"));
    assert_eq!(time::subtract(zone, at("2026-03-31T09:00:00+02:00"), month), at("2026-02-28T09:00:00+01:00"));
    let both = Span::Calendar { months: 1, days: 1 };
    assert_eq!(time::add(zone, at("2026-01-31T09:00:00+01:00"), both), at("2026-03-01T09:00:00+01:00"));
}

#[test]
fn nothing_panics_at_the_ends_of_time() {
    let zone = time::zone("Pacific/Apia").unwrap();
    let window = ClockWindow { from: Time::constant(21, 0, 0, 0), to: Time::constant(8, 0, 0, 0) };
    let spans = [
        Span::Elapsed(i64::MAX),
        Span::Calendar { months: u32::MAX, days: u32::MAX },
        Span::Calendar { months: 1, days: 0 },
    ];
    let instants = [Timestamp::MIN, Timestamp::FIRST_VALID, Timestamp(0), Timestamp::LAST_VALID, Timestamp::MAX];
    for at in instants {
        for span in spans {
            assert!(time::add(zone, at, span) >= at, "{at} {span:?}");
            assert!(time::subtract(zone, at, span) <= at, "{at} {span:?}");
        }
        let _ = time::next_clock(zone, at, Weekdays::ALL, window, false);
        let _ = time::quiet_until(zone, at, window);
    }
    let never = time::next_clock(zone, Timestamp(0), Weekdays::NONE, window, false);
    assert_eq!(never, Timestamp::MAX);
}

#[test]
fn a_calendar_that_is_never_open_says_so() {
    let at = Location { file: Id::new(0), line: 1 };
    let calendar = Calendar { name: "c".into(), open: vec![], zone: "UTC".into(), except: vec![], at };
    let hours = working::Hours::new(&calendar).unwrap();
    assert_eq!(working::add(&hours, Timestamp(0), 1), None);
    assert_eq!(working::elapsed(&hours, Timestamp(0), Timestamp::LAST_VALID), 0);
}
