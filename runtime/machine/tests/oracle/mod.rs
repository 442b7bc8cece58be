//! A slow and obvious machine: it keeps the whole log and looks through it for every answer.
#![allow(dead_code, reason = "each test uses a part")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    clippy::cast_possible_truncation,
    reason = "a test"
)]

pub(crate) mod drive;
pub(crate) mod scores;

use std::sync::Arc;

use flow_graph::program::{
    Behaviour, Derived, Event as EventType, Field, Location, Measure, Project, Reach, Score, Segment, SourceFile, Wire,
    builtin,
};
use flow_graph::{Expr, Id, Program, Span, Table, Timestamp, Type, Value};
use flow_machine::{Contact, Engine, Event, View};
use jiff::tz::TimeZone;

/// Zones with all kinds of clock changes.
pub(crate) const ZONES: [&str; 8] = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Pacific/Apia",
    "UTC",
];

/// The event of all tests, behind the built-in ones.
pub(crate) const SEEN: Id<EventType> = Id::new(7);

/// Slots of its fields.
pub(crate) const INT: u16 = 0;
pub(crate) const NUMBER: u16 = 1;
pub(crate) const MONEY: u16 = 2;
pub(crate) const TEXT: u16 = 3;
/// Unique.
pub(crate) const ORDER: u16 = 4;

/// The field of the contact that holds the zone, and one that filters read.
pub(crate) const ZONE: Id<Field> = Id::new(0);
pub(crate) const LIMIT: Id<Field> = Id::new(1);

pub(crate) fn location() -> Location {
    Location { file: Id::new(0), line: 1 }
}

/// A program with one event and nothing derived.
pub(crate) fn program() -> Program {
    let mut fields = Table::default();
    fields.push(field("timezone", Type::TimeZone));
    fields.push(field("limit", Type::Int));
    let mut events = Table::default();
    for name in builtin::NAMES {
        let ty = |name: &str| if matches!(name, "human" | "hard") { Type::Bool } else { Type::Text };
        let fields = builtin::FIELDS.iter().map(|name| field(name, ty(name))).collect();
        events.push(EventType { name: name.into(), wire: Wire::BuiltIn, fields });
    }
    let mut order = field("order", Type::Text);
    order.unique = true;
    events.push(EventType {
        name: "seen".into(),
        wire: Wire::Track("seen".into()),
        fields: vec![
            field("int", Type::Int),
            field("number", Type::Number),
            field("money", Type::Money),
            field("text", Type::Text),
            order,
        ],
    });
    let mut files = Table::default();
    files.push(SourceFile { path: "world.flow".into() });
    Program {
        files,
        fields,
        zone_field: Some(ZONE),
        events,
        ..Program::empty(Project {
            name: "test".into(),
            timezone: "Europe/Berlin".into(),
            currency: "EUR".into(),
            currency_digits: 2,
            late_after: Span::Elapsed(72 * 3_600_000),
            duplicates_within: Span::Calendar { months: 0, days: 30 },
        })
    }
}

fn field(name: &str, ty: Type) -> Field {
    Field {
        name: name.into(),
        wire: name.into(),
        ty,
        optional: true,
        range: None,
        personal: false,
        unique: false,
        owner: None,
    }
}

pub(crate) fn behaviour(program: &mut Program, measure: Measure, reach: Reach, filter: Option<Expr>) -> Id<Behaviour> {
    program.behaviours.push(Behaviour { text: String::new(), event: SEEN, filter, measure, reach, at: location() })
}

pub(crate) fn segment(program: &mut Program, condition: Expr) -> Id<Segment> {
    let id = program.segments.push(Segment { name: "s".into(), doc: None, condition, at: location() });
    program.order.push(Derived::Segment(id));
    id
}

pub(crate) fn score(program: &mut Program, score: Score) -> Id<Score> {
    let id = program.scores.push(score);
    program.order.push(Derived::Score(id));
    id
}

/// An event as the tests make it up.
#[derive(Debug, Clone)]
pub(crate) struct Hit {
    pub(crate) arrival: Timestamp,
    pub(crate) time: Timestamp,
    pub(crate) id: String,
    /// int, number, money, text, order
    pub(crate) values: [Value; 5],
}

impl Hit {
    pub(crate) fn event(&self) -> Arc<Event> {
        Arc::new(Event {
            kind: SEEN,
            id: self.id.as_str().into(),
            time: self.time,
            values: self.values.to_vec().into(),
            meta: None,
        })
    }
}

/// The whole log, without duplicates.
#[derive(Debug, Default)]
pub(crate) struct Log {
    all: Vec<Hit>,
    pub(crate) kept: Vec<Hit>,
}

impl Log {
    /// Takes an event in a zone and says whether it is new.
    pub(crate) fn take(&mut self, hit: &Hit, zone: &TimeZone, within: Span) -> bool {
        let repeated = !hit.id.is_empty()
            && self
                .all
                .iter()
                .rfind(|old| old.id == hit.id)
                .is_some_and(|old| hit.arrival < add(zone, old.arrival, within));
        let order = &hit.values[usize::from(ORDER)];
        let known = order.is_known() && self.kept.iter().any(|old| old.values[usize::from(ORDER)] == *order);
        self.all.push(hit.clone());
        if repeated || known {
            return false;
        }
        let mut hit = hit.clone();
        hit.time = hit.time.min(hit.arrival);
        self.kept.push(hit);
        true
    }

    /// The figure over the log.
    pub(crate) fn figure(&self, zone: &TimeZone, now: Timestamp, measure: Measure, reach: Reach) -> Value {
        let mut inside: Vec<&Hit> = self.kept.iter().collect();
        if let Reach::Last(span) = reach {
            inside.retain(|hit| now < add(zone, hit.time, span));
        }
        // A stable sort: of equal times the earlier arrival stays first.
        inside.sort_by_key(|hit| hit.time);
        let times: Vec<Timestamp> = inside.iter().map(|hit| hit.time).collect();
        let values = |slot: u16| -> Vec<Value> {
            let all = inside.iter().map(|hit| hit.values[usize::from(slot)].clone());
            all.filter(Value::is_known).collect()
        };
        let or_missing = |value: Option<Value>| value.unwrap_or(Value::Missing);
        match measure {
            Measure::Count => Value::Int(inside.len() as i64),
            Measure::FirstTime => or_missing(times.first().map(|at| Value::Instant(*at))),
            Measure::LastTime => or_missing(times.last().map(|at| Value::Instant(*at))),
            Measure::First(slot) => or_missing(values(slot).first().cloned()),
            Measure::Last(slot) => or_missing(values(slot).last().cloned()),
            Measure::Min(slot) => or_missing(values(slot).into_iter().min_by(Value::order)),
            Measure::Max(slot) => or_missing(values(slot).into_iter().max_by(Value::order)),
            Measure::Distinct(slot) => {
                let mut different: Vec<Value> = vec![];
                for value in values(slot) {
                    if !different.contains(&value) {
                        different.push(value);
                    }
                }
                Value::Int(different.len() as i64)
            }
            Measure::Sum(slot) => sum(&values(slot), slot),
            Measure::Avg(slot) => {
                let values = values(slot);
                let count = values.len() as f64;
                match sum(&values, slot) {
                    _ if values.is_empty() => Value::Missing,
                    Value::Int(n) => Value::Number(n as f64 / count),
                    Value::Number(x) => Value::Number(x / count),
                    Value::Money(n) => Value::Money((n as f64 / count).round_ties_even() as i64),
                    other => panic!("{other:?}"),
                }
            }
        }
    }
}

fn sum(values: &[Value], slot: u16) -> Value {
    let whole = |value: &Value| match value {
        Value::Int(n) | Value::Money(n) => *n,
        other => panic!("{other:?}"),
    };
    match slot {
        INT => Value::Int(values.iter().map(whole).sum()),
        MONEY => Value::Money(values.iter().map(whole).sum()),
        _ => Value::Number(
            values.iter().map(|value| if let Value::Number(x) = value { *x } else { panic!("{value:?}") }).sum(),
        ),
    }
}

/// The calendar of the library, not ours.
pub(crate) fn add(zone: &TimeZone, from: Timestamp, span: Span) -> Timestamp {
    let there = jiff::Timestamp::from_millisecond(from.0).unwrap().to_zoned_datetime(zone.clone());
    let span = match span {
        Span::Elapsed(ms) => return Timestamp(from.0 + ms),
        Span::Calendar { months, days } => jiff::Span::new().months(i64::from(months)).days(i64::from(days)),
    };
    Timestamp(there.checked_add(span).unwrap().timestamp().as_millisecond())
}

/// Equal, floating numbers up to rounding.
pub(crate) fn close(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => near(*a, *b),
        _ => a == b,
    }
}

pub(crate) fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs()))
}

pub(crate) fn value(engine: &Engine, contact: &Contact, now: Timestamp, expr: &Expr) -> Value {
    View::new(engine, contact, now).value(expr)
}

pub(crate) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

pub(crate) fn ms(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}
