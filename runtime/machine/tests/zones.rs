//! The table of clock changes against the rules of the zones themselves: every zone of the database, around every
//! change of its clocks.

#![allow(clippy::unwrap_used, reason = "a test")]

use flow_graph::{Span, Timestamp};
use flow_machine::time::{self, Zone};
use jiff::ToSpan as _;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const HOUR: i64 = 3_600_000;

fn instant(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(at.0).unwrap()
}

fn resolved(rules: &TimeZone, wall: DateTime) -> i64 {
    rules.to_ambiguous_timestamp(wall).compatible().unwrap().as_millisecond()
}

/// What the clocks show, the instant of what they show, and calendar time from there on.
fn check(zone: &Zone, rules: &TimeZone, at: Timestamp) {
    let wall = rules.to_datetime(instant(at));
    let name = rules.iana_name().unwrap_or_default();
    assert_eq!(time::local(zone, at), wall, "{name} at {at}");
    let back = time::local_instant(zone, wall.date(), wall.time());
    assert_eq!(back.0, resolved(rules, wall), "{name} at {wall}");
    for (months, days) in [(0, 1), (0, 30), (1, 0), (13, 2)] {
        let there = wall.checked_add(i64::from(months).months()).unwrap().checked_add(i64::from(days).days()).unwrap();
        let span = Span::Calendar { months, days };
        assert_eq!(time::add(zone, at, span).0, resolved(rules, there), "{name} at {at} and {span}");
    }
    let back = wall.checked_sub(7.days()).unwrap();
    let week = Span::Calendar { months: 0, days: 7 };
    assert_eq!(time::subtract(zone, at, week).0, resolved(rules, back), "{name} a week before {at}");
}

#[test]
fn the_table_says_what_the_rules_say() {
    let mut changes = 0_u32;
    for name in jiff::tz::db().available() {
        let zone = time::zone(name.as_str()).unwrap();
        let rules = TimeZone::get(name.as_str()).unwrap();
        let begin = jiff::Timestamp::from_second(-6_000_000_000).unwrap();
        // Beyond the end of the table too.
        let end = jiff::Timestamp::from_second(4_134_000_000).unwrap();
        let all: Vec<i64> = rules
            .following(begin)
            .map(|it| it.timestamp().as_millisecond())
            .take_while(|at| *at < end.as_millisecond())
            .collect();
        // The rules of to-day repeat: their first years and their last are enough.
        let (first, last) = (all.iter().take(60), all.iter().rev().take(8));
        for change in first.chain(last) {
            changes += 1;
            for away in [-24 * HOUR, -HOUR, -1_001, -1, 0, 1, HOUR / 2, HOUR, 25 * HOUR] {
                check(zone, &rules, Timestamp(change + away));
            }
        }
        for at in [-50_000_000_000_000, -2_208_988_800_001, 0, 4_102_444_799_999, 4_102_444_800_000, 9_000_000_000_000]
        {
            check(zone, &rules, Timestamp(at));
        }
    }
    assert!(changes > 10_000, "{changes}");
}
