//! Inputs made of bytes: all that a file could bring, and none that reading one refuses.

use std::sync::Arc;

use arbitrary::{Result, Unstructured};
use flow_graph::program::{Event as EventType, Field, builtin};
use flow_graph::{Id, Program, Timestamp, Type, Value};
use flow_machine::input::Event;
use jiff::civil::date;

use super::{NAMES, names};

/// One input for one of the contacts.
#[derive(Debug, Clone)]
pub(super) struct Deed {
    /// When it arrives; earlier than the last one is taken as that.
    pub(super) at: Timestamp,
    /// For whom.
    pub(super) person: usize,
    /// What.
    pub(super) what: What,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    Event(Event),
    Attributes(Arc<str>, Timestamp, Vec<(Id<Field>, Value)>),
    Wake,
    Merge(usize),
}

/// A friday in Berlin, before the clocks go forward.
const BEGIN: Timestamp = Timestamp(1_774_605_600_000);
const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;
/// More inputs find nothing that fewer do not.
const DEEDS: usize = 40;
const TEXTS: [&str; 8] = ["", "c1", "c2", "saas", "/pricing", "a@x.example", "é\u{202e}🚀\0", "Europe/Berlin"];
const ZONES: [&str; 4] = ["Pacific/Auckland", "America/New_York", "Pacific/Apia", "Nowhere"];
const WHOLE: [i64; 8] = [0, 1, 5, 80, -1, i64::MAX, i64::MIN, 1 << 53];
const FRACTIONS: [f64; 8] = [0.0, 0.5, 75.0, -1.0, 1e300, -1e300, f64::MIN_POSITIVE, -0.0];

/// All inputs that the bytes give.
pub(super) fn deeds(program: &Program, chance: &mut Unstructured<'_>) -> Vec<Deed> {
    let mut deeds = Vec::new();
    let mut now = BEGIN;
    while !chance.is_empty() && deeds.len() < DEEDS {
        let Ok(deed) = deed(program, chance, &mut now) else { break };
        deeds.push(deed);
    }
    deeds
}

fn deed(program: &Program, chance: &mut Unstructured<'_>, now: &mut Timestamp) -> Result<Deed> {
    let gap = match chance.int_in_range(0..=15_u8)? {
        0..=4 => 0,
        5..=7 => i64::from(u16::from_le_bytes([chance.arbitrary()?, chance.arbitrary()?])) * MINUTE,
        8 => DAY,
        9 => 3_600_000,
        10 => 7 * DAY,
        11 => 90 * DAY,
        12 => -DAY,
        13 => i64::from(chance.arbitrary::<u16>()?),
        14 => 366 * DAY,
        _ if chance.ratio(1, 16)? => *chance.choose(&[30 * 366 * DAY, i64::MAX, i64::MIN])?,
        _ => 1,
    };
    let at = Timestamp(now.0.saturating_add(gap)).clamp(Timestamp::FIRST_VALID, Timestamp::LAST_VALID);
    *now = at.max(*now);
    let person = chance.choose_index(NAMES.len())?;
    let what = match chance.int_in_range(0..=9_u8)? {
        0..=5 => What::Event(event(program, chance, at)?),
        6 | 7 => {
            let mut changes = Vec::new();
            for _ in 0..=chance.int_in_range(0..=3_u8)? {
                changes.extend(change(program, chance)?);
            }
            What::Attributes(message_id(chance)?, time(chance, at)?, changes)
        }
        8 => What::Wake,
        _ => What::Merge(chance.choose_index(NAMES.len())?),
    };
    Ok(Deed { at, person, what })
}

/// When something happened that arrives at an instant.
fn time(chance: &mut Unstructured<'_>, at: Timestamp) -> Result<Timestamp> {
    let time = match chance.int_in_range(0..=9_u8)? {
        0..=5 => at,
        6 => at.plus(-i64::from(chance.arbitrary::<u16>()?) * MINUTE),
        7 => at.plus(-80 * DAY),
        8 => at.plus(DAY),
        _ => *chance.choose(&[Timestamp::FIRST_VALID, Timestamp::LAST_VALID, Timestamp(0), at.plus(-1)])?,
    };
    Ok(time.clamp(Timestamp::FIRST_VALID, Timestamp::LAST_VALID))
}

fn message_id(chance: &mut Unstructured<'_>) -> Result<Arc<str>> {
    Ok(Arc::from(*chance.choose(&["", "", "", "m1", "m2"])?))
}

fn event(program: &Program, chance: &mut Unstructured<'_>, at: Timestamp) -> Result<Event> {
    let kinds: Vec<Id<EventType>> = program.events.ids().collect();
    let kind = *chance.choose(&kinds)?;
    let mut values = Vec::new();
    let built_in = kind.index() < builtin::NAMES.len();
    for field in program.events.get(kind).map_or(&[][..], |event| &event.fields) {
        let absent = field.optional || built_in || matches!(field.ty, Type::Set(_));
        values.push(if absent && chance.ratio(1, 3)? {
            Value::Missing
        } else if built_in && field.ty == Type::Text {
            named(program, chance)?
        } else {
            value(program, chance, field)?
        });
    }
    Ok(Event { kind, id: message_id(chance)?, time: time(chance, at)?, values: values.into(), meta: None })
}

fn change(program: &Program, chance: &mut Unstructured<'_>) -> Result<Option<(Id<Field>, Value)>> {
    let fields: Vec<(Id<Field>, &Field)> = program.fields.enumerate().collect();
    if fields.is_empty() {
        return Ok(None);
    }
    let (id, field) = *chance.choose(&fields)?;
    let missing = field.optional && chance.ratio(1, 5)?;
    Ok(Some((id, if missing { Value::Missing } else { value(program, chance, field)? })))
}

/// The name of a message or topic, or of none.
fn named(program: &Program, chance: &mut Unstructured<'_>) -> Result<Value> {
    let names = names(program);
    if names.is_empty() || chance.ratio(1, 8)? {
        return Ok(Value::text("nothing"));
    }
    Ok(Value::text(chance.choose(&names)?))
}

fn value(program: &Program, chance: &mut Unstructured<'_>, field: &Field) -> Result<Value> {
    if let Type::Set(inner) = &field.ty {
        let mut members = Vec::new();
        for _ in 0..chance.int_in_range(0..=3_u8)? {
            members.push(one(program, chance, inner, None)?);
        }
        return Ok(Value::set(members));
    }
    one(program, chance, &field.ty, field.range)
}

fn one(program: &Program, chance: &mut Unstructured<'_>, ty: &Type, range: Option<(f64, f64)>) -> Result<Value> {
    Ok(match ty {
        Type::Text | Type::Phone | Type::Url => Value::text(chance.choose(&TEXTS)?),
        Type::Email => Value::text(chance.choose(&["a@x.example", "b@x.example"])?),
        Type::Country => Value::text(chance.choose(&["DE", "SE", "US"])?),
        Type::TimeZone => Value::text(chance.choose(&ZONES)?),
        Type::Bool => Value::Bool(chance.arbitrary()?),
        Type::Int => Value::Int(whole(chance, range)?),
        // Whole units, so that a range in units holds.
        Type::Money if range.is_some() => Value::Money(whole(chance, range)?.saturating_mul(100)),
        Type::Money => Value::Money(*chance.choose(&WHOLE)?),
        Type::Number | Type::Percent => {
            let number = *chance.choose(&FRACTIONS)?;
            Value::Number(range.map_or(number, |(low, high)| number.clamp(low, high)))
        }
        Type::Date => Value::Date(match chance.int_in_range(0..=4_u8)? {
            0 => date(-9999, 1, 1),
            1 => date(9999, 12, 31),
            2 => date(2026, 3, 29),
            _ => date(2026, chance.int_in_range(1..=12)?, chance.int_in_range(1..=28)?),
        }),
        Type::DateTime => Value::Instant(time(chance, BEGIN)?),
        Type::Duration => Value::Duration(*chance.choose(&WHOLE)?),
        Type::Enum(id) => {
            let values = program.enums.get(*id).map_or(1, |values| values.values.len().max(1));
            Value::Enum(u16::try_from(chance.choose_index(values)?).unwrap_or(0))
        }
        Type::Set(_) => Value::set(Vec::new()),
    })
}

fn whole(chance: &mut Unstructured<'_>, range: Option<(f64, f64)>) -> Result<i64> {
    let number = *chance.choose(&WHOLE)?;
    let Some((low, high)) = range else { return Ok(number) };
    #[expect(clippy::cast_possible_truncation, reason = "the cast is held at the ends")]
    Ok(number.clamp(low.ceil() as i64, high.floor().max(low) as i64))
}
