//! What came in to a daemon, as calls in Segment's shape that any program can read: names and values, and no numbers of
//! the program that took them.

use std::path::Path;

use flow_graph::program::{Event as EventType, Field, Wire};
use flow_graph::{Program, Timestamp, Value};
use flow_machine::Event;
use flow_machine::input::Meta;
use flow_runtime::ingest::Incoming;
use flow_runtime::values;
use serde_json::{Map, Value as Json, json};

use crate::log::{Kind, entries};
use crate::store::StoreError;
use crate::store::sqlite::Reader;

/// Texts of a campaign, in the order of [`Meta::utm`].
const CAMPAIGN: [&str; 5] = ["source", "medium", "name", "content", "term"];
/// Texts of a page, in the order of [`Meta::page`].
const PAGE: [&str; 4] = ["url", "path", "title", "referrer"];

/// Hands on each call that a store has, in the order in which they came: one line of JSON each. What was erased or
/// thrown away is not there. A daemon may run with the store meanwhile.
///
/// # Errors
/// When the store cannot be read, or has a program that cannot.
pub fn calls(path: &Path, take: &mut dyn FnMut(&str)) -> Result<(), StoreError> {
    let reader = Reader::open(path)?;
    let mut programs: Vec<(u32, Program)> = Vec::new();
    for deployed in reader.deployed()? {
        let program = serde_json::from_str::<Program>(&deployed.program);
        let program = program.map_err(|error| {
            StoreError::new(format!("a program in the store `{}` cannot be read: {error}", path.display()))
        })?;
        programs.push((deployed.number, program));
    }
    let mut from = 1;
    loop {
        let blocks = reader.blocks(from)?;
        let Some(last) = blocks.last() else { return Ok(()) };
        let next = last.end();
        for block in &blocks {
            let Some((_, program)) = programs.iter().find(|(number, _)| *number == block.program) else { continue };
            for entry in entries(&block.bytes, block.start).filter(|entry| entry.place >= from) {
                if let Kind::Input { at, incoming, .. } = entry.kind {
                    take(&call(program, at, &incoming).to_string());
                }
            }
        }
        if next <= from {
            return Ok(());
        }
        from = next;
    }
}

/// A call as somebody could have sent it.
fn call(program: &Program, at: Timestamp, incoming: &Incoming) -> Json {
    let mut call = Map::new();
    let mut context = Map::new();
    let event = incoming.event.as_deref().and_then(|event| Some((event, program.events.get(event.kind)?)));
    let kind = match event {
        None if incoming.who.previous.is_some() => "alias",
        None => "identify",
        Some((_, known)) => match known.wire {
            Wire::Track(_) | Wire::BuiltIn => "track",
            Wire::Page => "page",
            Wire::Screen => "screen",
            Wire::Group => "group",
        },
    };
    call.insert("type".to_owned(), json!(kind));
    let who = &incoming.who;
    for (key, id) in [("userId", &who.user), ("anonymousId", &who.anonymous), ("previousId", &who.previous)] {
        call.extend(id.as_deref().map(|id| (key.to_owned(), json!(id))));
    }
    if !incoming.id.is_empty() {
        call.insert("messageId".to_owned(), json!(&*incoming.id));
    }
    call.insert("timestamp".to_owned(), json!(incoming.time.to_string()));
    call.insert("receivedAt".to_owned(), json!(at.to_string()));
    if let Some((event, known)) = event {
        if let Wire::Track(name) = &known.wire {
            call.insert("event".to_owned(), json!(name));
        } else if known.wire == Wire::BuiltIn {
            call.insert("event".to_owned(), json!(known.name));
        }
        let place = if kind == "group" { "traits" } else { "properties" };
        call.insert(place.to_owned(), Json::Object(fields(program, event, known)));
        if let Some(meta) = &event.meta {
            said(meta, &mut context);
        }
    }
    let known: Map<String, Json> = incoming
        .changes
        .iter()
        .filter_map(|(id, value)| program.fields.get(*id).map(|field| (field.wire.clone(), of(program, field, value))))
        .collect();
    if !known.is_empty() {
        let place = if kind == "identify" { &mut call } else { &mut context };
        place.insert("traits".to_owned(), Json::Object(known));
    }
    if let (Some(zone), Some(field)) = (&incoming.zone, program.zone_field.and_then(|id| program.fields.get(id))) {
        context.insert("timezone".to_owned(), of(program, field, zone));
    }
    if !context.is_empty() {
        call.insert("context".to_owned(), Json::Object(context));
    }
    Json::Object(call)
}

fn fields(program: &Program, event: &Event, known: &EventType) -> Map<String, Json> {
    let known = known.fields.iter().zip(&event.values).filter(|(_, value)| value.is_known());
    known.map(|(field, value)| (field.wire.clone(), of(program, field, value))).collect()
}

fn of(program: &Program, field: &Field, value: &Value) -> Json {
    values::json(program, Some(&field.ty), value)
}

fn said(meta: &Meta, context: &mut Map<String, Json>) {
    let texts = |names: &[&str], texts: &[Option<std::sync::Arc<str>>]| -> Map<String, Json> {
        let there =
            names.iter().zip(texts).filter_map(|(name, text)| Some(((*name).to_owned(), json!(&**text.as_ref()?))));
        there.collect()
    };
    for (key, texts) in [("campaign", texts(&CAMPAIGN, &meta.utm)), ("page", texts(&PAGE, &meta.page))] {
        if !texts.is_empty() {
            context.insert(key.to_owned(), Json::Object(texts));
        }
    }
}
