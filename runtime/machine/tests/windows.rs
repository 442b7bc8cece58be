//! Behaviours against the whole log: every measure, ever and in windows, at random instants, with events in any order.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod oracle;

use std::sync::Arc;

use flow_graph::program::{Measure, Reach};
use flow_graph::{Expr, Program, Span, Timestamp, Value};
use flow_machine::contact::Facts;
use flow_machine::facts::Taken;
use flow_machine::{Contact, Engine};
use oracle::{Hit, INT, LIMIT, Log, MONEY, NUMBER, TEXT, ZONE, ZONES};
use proptest::prelude::*;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn measures() -> Vec<Measure> {
    let mut all = vec![Measure::Count, Measure::FirstTime, Measure::LastTime];
    for slot in [INT, NUMBER, MONEY] {
        all.extend([Measure::Sum(slot), Measure::Avg(slot), Measure::Min(slot), Measure::Max(slot)]);
    }
    for slot in [INT, TEXT] {
        all.extend([Measure::First(slot), Measure::Last(slot), Measure::Distinct(slot)]);
    }
    all
}

const REACHES: [Reach; 7] = [
    Reach::Ever,
    Reach::Last(Span::Elapsed(36 * HOUR)),
    Reach::Last(Span::Calendar { months: 0, days: 1 }),
    Reach::Last(Span::Calendar { months: 0, days: 7 }),
    Reach::Last(Span::Calendar { months: 1, days: 0 }),
    Reach::Last(Span::Calendar { months: 1, days: 2 }),
    Reach::Last(Span::Elapsed(0)),
];

fn program() -> Program {
    let mut program = oracle::program();
    for reach in REACHES {
        for measure in measures() {
            oracle::behaviour(&mut program, measure, reach, None);
        }
    }
    program
}

/// Days around which clocks change, months end and a day is skipped.
fn start() -> impl Strategy<Value = i64> {
    let days = [
        "2026-03-05T00:00:00Z",
        "2026-03-27T00:00:00Z",
        "2026-10-23T00:00:00Z",
        "2024-01-28T00:00:00Z",
        "2011-12-28T00:00:00Z",
        "2026-02-12T00:00:00Z",
    ];
    proptest::sample::select(days.map(oracle::ms).to_vec())
}

#[derive(Debug, Clone)]
enum Step {
    Event { wait: i64, ago: i64, id: u8, values: [Value; 5] },
    Zone { wait: i64, zone: usize },
    Look { wait: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    let wait = || prop_oneof![Just(0), 0..HOUR, 0..3 * DAY, 0..30 * DAY];
    // Half of the events come in order; some claim the future.
    let ago = prop_oneof![Just(0), Just(0), 0..DAY, 0..40 * DAY, -DAY..0];
    let known = |strategy: BoxedStrategy<Value>| prop_oneof![3 => strategy, 1 => Just(Value::Missing)];
    let values = (
        known((-5_i64..5).prop_map(Value::Int).boxed()),
        known((-50_i32..50).prop_map(|n| Value::Number(f64::from(n) / 8.0)).boxed()),
        known((-5_i64..500).prop_map(Value::Money).boxed()),
        known("[a-c]".prop_map(|text| Value::text(&text)).boxed()),
        prop_oneof![4 => Just(Value::Missing), 1 => "[a-h]".prop_map(|text| Value::text(&text))],
    );
    let event = (wait(), ago, 0_u8..30, values).prop_map(|(wait, ago, id, (a, b, c, d, e))| Step::Event {
        wait,
        ago,
        id,
        values: [a, b, c, d, e],
    });
    prop_oneof![
        5 => event,
        1 => (wait(), 0..ZONES.len()).prop_map(|(wait, zone)| Step::Zone { wait, zone }),
        3 => wait().prop_map(|wait| Step::Look { wait }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_figure_is_that_of_the_log(start in start(), steps in proptest::collection::vec(step(), 1..40)) {
        let engine = Engine::new(Arc::new(program())).unwrap();
        let mut contact = Contact::new(&engine, "ana");
        let mut log = Log::default();
        let mut zone = oracle::zone("Europe/Berlin");
        let mut now = Timestamp(start);
        for step in &steps {
            match step {
                Step::Event { wait, ago, id, values } => {
                    now = now.plus(*wait);
                    let id = if *id < 10 { format!("m{id}") } else { String::new() };
                    let hit = Hit { arrival: now, time: now.plus(-ago), id, values: values.clone() };
                    let new = log.take(&hit, &zone, engine.program().project.duplicates_within);
                    let taken = Facts::take_event(&engine, &mut contact, &hit.event(), now);
                    let late = hit.time.plus(72 * HOUR) < now;
                    prop_assert_eq!(taken, if new { Taken::New { late } } else { Taken::Duplicate });
                }
                Step::Zone { wait, zone: chosen } => {
                    now = now.plus(*wait);
                    zone = oracle::zone(ZONES[*chosen]);
                    Facts::set_field(&engine, &mut contact, ZONE, Value::text(ZONES[*chosen]), now);
                }
                Step::Look { wait } => now = now.plus(*wait),
            }
            for (id, behaviour) in engine.program().behaviours.enumerate() {
                let expected = log.figure(&zone, now, behaviour.measure, behaviour.reach);
                let found = oracle::value(&engine, &contact, now, &Expr::Behaviour(id));
                prop_assert!(oracle::close(&expected, &found), "{behaviour:?} at {now}: {expected:?} {found:?}");
            }
        }
        // Merged from the log it is the same.
        let hits: Vec<_> = log.kept.iter().map(|hit| (hit.arrival, hit.event())).collect();
        let mut again = contact.clone();
        Facts::rebuild(&engine, &mut again, &hits);
        for (id, behaviour) in engine.program().behaviours.enumerate() {
            let expected = log.figure(&zone, now, behaviour.measure, behaviour.reach);
            let found = oracle::value(&engine, &again, now, &Expr::Behaviour(id));
            prop_assert!(oracle::close(&expected, &found), "{behaviour:?} rebuilt: {expected:?} {found:?}");
        }
    }
}

#[test]
fn an_event_leaves_at_the_very_millisecond() {
    let mut program = oracle::program();
    let count =
        oracle::behaviour(&mut program, Measure::Count, Reach::Last(Span::Calendar { months: 0, days: 1 }), None);
    let engine = Engine::new(Arc::new(program)).unwrap();
    let mut contact = Contact::new(&engine, "ana");
    // The night in which Berlin's clocks go forward: the day has 23 hours.
    let at = Timestamp(oracle::ms("2026-03-28T12:00:00+01:00"));
    let hit = Hit { arrival: at, time: at, id: String::new(), values: std::array::from_fn(|_| Value::Missing) };
    Facts::take_event(&engine, &mut contact, &hit.event(), at);
    let leaves = at.plus(23 * HOUR);
    let read = |now| oracle::value(&engine, &contact, now, &Expr::Behaviour(count));
    assert_eq!(read(leaves.plus(-1)), Value::Int(1));
    assert_eq!(read(leaves), Value::Int(0));
}

#[test]
fn the_newest_value_of_a_field_wins_and_of_equal_ones_the_later_arrival() {
    let engine = Engine::new(Arc::new(oracle::program())).unwrap();
    let mut contact = Contact::new(&engine, "ana");
    let mut set = |value, time: i64, now: i64, id: &str| {
        let changes = vec![(LIMIT, Value::Int(value))];
        let attributes = flow_machine::input::Attributes { id: id.into(), time: Timestamp(time), changes };
        let new = Facts::take_attributes(&engine, &mut contact, attributes, Timestamp(now));
        (new, contact.facts.field(LIMIT).clone())
    };
    assert_eq!(set(1, 100, 200, ""), (true, Value::Int(1)));
    assert_eq!(set(2, 50, 210, ""), (true, Value::Int(1)));
    assert_eq!(set(3, 100, 220, "m"), (true, Value::Int(3)));
    assert_eq!(set(4, 230, 230, "m"), (false, Value::Int(3)));
    // What claims to come from the future counts from its arrival.
    assert_eq!(set(5, 900, 240, ""), (true, Value::Int(5)));
    assert_eq!(set(6, 300, 300, ""), (true, Value::Int(6)));
}

#[test]
fn a_message_id_counts_for_thirty_days_since_its_last_arrival() {
    let engine = Engine::new(Arc::new(oracle::program())).unwrap();
    let mut contact = Contact::new(&engine, "ana");
    // Thirty days in Berlin, one of them without an hour.
    let first = Timestamp(oracle::ms("2026-03-10T12:00:00+01:00"));
    let month = 30 * DAY - HOUR;
    let mut take = |now: Timestamp| {
        let values = std::array::from_fn(|_| Value::Missing);
        let hit = Hit { arrival: now, time: now, id: "m".into(), values };
        Facts::take_event(&engine, &mut contact, &hit.event(), now) != Taken::Duplicate
    };
    assert!(take(first));
    assert!(!take(first.plus(month - 1)));
    assert!(!take(first.plus(month)), "the repetition has counted as an arrival");
    assert!(take(first.plus(month + 30 * DAY)));
    assert!(take(first.plus(month + 60 * DAY)));
}
