//! Generated contacts: events of a program whose values lie around the borders that its conditions draw.

use std::fmt::Write as _;

use flow_graph::program::{Event, Field, Program, Wire, builtin};
use flow_graph::{Timestamp, Type};
use serde_json::{Value as Json, json};

/// A friday in Berlin, before the clocks go forward.
const BEGIN: i64 = 1_774_605_600_000;
const HOUR: i64 = 3_600_000;

/// Constants that stand anywhere in a program.
#[derive(Debug, Default)]
struct Borders {
    numbers: Vec<f64>,
    texts: Vec<String>,
}

/// A sequence of numbers that look like chance, the same for the same seed (SplitMix64, Steele et al. 2014).
#[derive(Debug)]
pub struct Dice(pub u64);

impl Dice {
    /// A number below `n`, which is not 0.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) >> 33).unwrap_or(0) % n.max(1)
    }

    /// One of several.
    pub fn pick<'t, T>(&mut self, all: &'t [T]) -> Option<&'t T> {
        all.get(self.below(all.len()))
    }
}

/// Calls in Segment's shape, as JSON Lines in the order of their time: so many contacts with so many calls each.
#[must_use]
pub fn events(program: &Program, contacts: usize, calls: usize, seed: u64) -> String {
    let mut dice = Dice(seed);
    let mut borders = Borders::default();
    note(&serde_json::to_value(program).unwrap_or_default(), &mut borders);
    let mut all: Vec<(i64, String)> = Vec::new();
    for contact in 0..contacts {
        let mut at = BEGIN + i64::try_from(dice.below(48)).unwrap_or(0) * HOUR;
        for _ in 0..calls {
            let gaps = [0, 1, 2, 5, 24, 24, 25, 48, 24 * 7, 24 * 8, 24 * 31];
            at += dice.pick(&gaps).copied().unwrap_or(1) * HOUR + i64::try_from(dice.below(90)).unwrap_or(0) * 60_000;
            let call = call(program, &borders, &mut dice, contact);
            all.push((at, line(call, contact, at, all.len())));
        }
    }
    all.sort();
    all.into_iter().fold(String::new(), |mut text, (_, line)| {
        let _ = writeln!(text, "{line}");
        text
    })
}

fn line(mut call: Json, contact: usize, at: i64, number: usize) -> String {
    if let Some(call) = call.as_object_mut() {
        call.insert("userId".to_owned(), json!(format!("u{contact}")));
        call.insert("messageId".to_owned(), json!(format!("m{number}")));
        call.insert("timestamp".to_owned(), json!(Timestamp(at).to_string()));
    }
    call.to_string()
}

fn call(program: &Program, borders: &Borders, dice: &mut Dice, contact: usize) -> Json {
    if dice.below(5) == 0 {
        let mut traits = fields(program, borders, dice, program.fields.iter());
        if let (Some(field), Some(traits)) =
            (program.email_field.and_then(|id| program.fields.get(id)), traits.as_object_mut())
        {
            traits.insert(field.wire.clone(), json!(format!("u{contact}@example.com")));
        }
        return json!({ "type": "identify", "traits": traits });
    }
    let events: Vec<&Event> = program.events.iter().collect();
    let Some(event) = dice.pick(&events) else { return json!({}) };
    let mut properties = fields(program, borders, dice, event.fields.iter());
    if let (true, Some(properties)) = (builtin::NAMES.contains(&event.name.as_str()), properties.as_object_mut()) {
        let messages: Vec<&String> = program.messages.iter().map(|it| &it.name).collect();
        let topics: Vec<&String> = program.topics.iter().map(|it| &it.name).collect();
        properties.insert("message".to_owned(), json!(dice.pick(&messages)));
        properties.insert("topic".to_owned(), json!(dice.pick(&topics)));
        properties.remove("link");
    }
    match &event.wire {
        Wire::Track(name) => json!({ "type": "track", "event": name, "properties": properties }),
        Wire::BuiltIn => json!({ "type": "track", "event": event.name, "properties": properties }),
        Wire::Page => json!({ "type": "page", "name": "a page", "properties": properties }),
        Wire::Screen => json!({ "type": "screen", "name": "a screen", "properties": properties }),
        Wire::Group => json!({ "type": "group", "groupId": "g1", "traits": properties }),
    }
}

fn fields<'p>(program: &Program, borders: &Borders, dice: &mut Dice, all: impl Iterator<Item = &'p Field>) -> Json {
    let mut found = serde_json::Map::new();
    for field in all {
        if field.optional && dice.below(4) == 0 {
            continue;
        }
        found.insert(field.wire.clone(), value(program, borders, dice, field));
    }
    Json::Object(found)
}

fn value(program: &Program, borders: &Borders, dice: &mut Dice, field: &Field) -> Json {
    let (low, high) = field.range.unwrap_or((0.0, 1e6));
    let around = dice.pick(&borders.numbers).copied().unwrap_or(1.0);
    let number = (around + [-1.0, 0.0, 0.0, 1.0].get(dice.below(4)).copied().unwrap_or(0.0)).clamp(low, high);
    match &field.ty {
        Type::Text | Type::Phone => json!(dice.pick(&borders.texts).map_or("x", String::as_str)),
        Type::Email => json!("ana@example.com"),
        Type::Url => json!("https://example.com/"),
        Type::Int => json!(number.round()),
        Type::Number | Type::Percent => json!(number),
        // Constants of money are in minor units.
        Type::Money => json!((number / 100.0).clamp(low, high)),
        Type::Bool => json!(dice.below(2) == 0),
        Type::Date => json!(["2026-04-01", "2026-06-30", "2027-01-01"].get(dice.below(3))),
        Type::DateTime => json!("2026-04-02T10:00:00Z"),
        Type::Duration => json!("2h"),
        Type::Country => json!(["DE", "SE", "US"].get(dice.below(3))),
        Type::TimeZone => json!(["Europe/Berlin", "America/New_York", "Asia/Tokyo"].get(dice.below(3))),
        Type::Enum(id) => json!(program.enums.get(*id).and_then(|it| dice.pick(&it.values))),
        Type::Set(_) => json!([dice.pick(&borders.texts)]),
    }
}

/// Constants as a program's JSON form holds them: `{ "int": 3 }`, `{ "text": "saas" }`.
fn note(json: &Json, borders: &mut Borders) {
    match json {
        Json::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("int" | "number" | "money", Json::Number(number)) => borders.numbers.extend(number.as_f64()),
                    ("text", Json::String(text)) if map.len() == 1 => borders.texts.push(text.clone()),
                    _ => note(value, borders),
                }
            }
        }
        Json::Array(all) => all.iter().for_each(|value| note(value, borders)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}
