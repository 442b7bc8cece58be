//! Sample contacts, and messages as they would get them.

use std::sync::Arc;

use flow_graph::program::{Event as EventType, Field, Message, Sequence, StepKind, Trigger};
use flow_graph::{Id, Program, Timestamp, Type, Value};
use flow_machine::Event;
use flow_machine::decision::RenderData;
use flow_runtime::{Content, Renderer};

/// Thursday, 5 March 2026, 10:00 UTC: far from any clock change.
const NOW: Timestamp = Timestamp(1_772_704_800_000);

/// A message as somebody would get it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shown {
    /// Who gets it.
    pub(crate) who: String,
    /// Its subject.
    pub(crate) subject: Option<String>,
    /// Its body.
    pub(crate) body: String,
    /// Its plain part, where the author wrote one.
    pub(crate) text: Option<String>,
}

/// The message for somebody of whom everything is known, and for a stranger of whom nothing but the address is. One of
/// them, where both are the same; what cannot be filled in is left out.
pub(crate) fn shown(program: &Program, renderer: &Renderer, id: Id<Message>) -> Vec<Shown> {
    let (event, key) = begins(program, id);
    let mut found: Vec<Shown> = Vec::new();
    for (known, who) in
        [(true, "somebody of whom everything is known"), (false, "somebody of whom only the address is known")]
    {
        let event = event.map(|kind| Arc::new(made(program, kind, known)));
        let key = event.as_deref().zip(key).and_then(|(event, slot)| event.values.get(usize::from(slot)).cloned());
        let fields = program.fields.iter().enumerate().map(|(number, field)| {
            let address = program.email_field.is_some_and(|id| id.index() == number);
            if known || address { value(program, field) } else { absent(field) }
        });
        let data = RenderData { fields: fields.collect(), event, key };
        let Ok(Content::Message { subject, body, text }) = renderer.message(program, id, &data) else { continue };
        let shown = Shown { who: who.to_owned(), subject, body, text };
        match found.first_mut() {
            Some(first) if (&first.subject, &first.body, &first.text) == (&shown.subject, &shown.body, &shown.text) => {
                first.who = "everybody".to_owned();
            }
            Some(_) | None => found.push(shown),
        }
    }
    found
}

/// The event that begins a sequence which sends the message, and the slot of its key.
fn begins(program: &Program, id: Id<Message>) -> (Option<Id<EventType>>, Option<u16>) {
    let sends = |sequence: &Sequence| sequence.steps.iter().any(|step| step.kind == StepKind::Send(id));
    let mut open: Vec<Id<Sequence>> =
        numbered(program).filter(|(_, sequence)| sends(sequence)).map(|(id, _)| id).collect();
    let mut seen = Vec::new();
    while let Some(next) = open.pop() {
        let Some(sequence) = program.sequences.get(next).filter(|_| !seen.contains(&next)) else { continue };
        seen.push(next);
        if let Some((event, slot)) = sequence.key.iter().flatten().next() {
            return (Some(*event), Some(*slot));
        }
        for trigger in &sequence.enter {
            if let Trigger::Event { event, .. } = trigger {
                return (Some(*event), None);
            }
        }
        // A run that another sequence begins has the event of that one.
        let begins = |other: &Sequence| other.steps.iter().any(|step| step.kind == StepKind::Enroll(next));
        open.extend(numbered(program).filter(|(_, other)| begins(other)).map(|(id, _)| id));
    }
    (None, None)
}

fn numbered(program: &Program) -> impl Iterator<Item = (Id<Sequence>, &Sequence)> {
    (0_u32..).zip(program.sequences.iter()).map(|(number, sequence)| (Id::new(number), sequence))
}

fn made(program: &Program, kind: Id<EventType>, known: bool) -> Event {
    let fields = program.events.get(kind).map_or(&[][..], |event| event.fields.as_slice());
    let values =
        fields.iter().map(|field| if known || !field.optional { value(program, field) } else { absent(field) });
    Event { kind, id: Arc::from("sample"), time: NOW, values: values.collect(), meta: None }
}

fn absent(field: &Field) -> Value {
    if matches!(field.ty, Type::Set(_)) { Value::set(Vec::new()) } else { Value::Missing }
}

/// A value that could be somebody's.
fn value(program: &Program, field: &Field) -> Value {
    let (low, high) = field.range.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
    let within = |wish: f64| wish.clamp(low, high);
    match &field.ty {
        Type::Text => Value::text(text(&field.name)),
        // Of a short range most of it: a rating of 4, a video watched to 80 %.
        Type::Int if (1.0..=100.0).contains(&(high - low)) => Value::Int(whole(low + 0.8 * (high - low))),
        Type::Int => Value::Int(whole(within(3.0))),
        Type::Duration => Value::Duration(3_600_000),
        Type::Number | Type::Percent => Value::Number(within(42.0)),
        Type::Bool => Value::Bool(true),
        Type::Money => {
            let unit = 10_i64.checked_pow(u32::from(program.project.currency_digits)).unwrap_or(1);
            Value::Money(whole(within(80.0)).saturating_mul(unit))
        }
        Type::Date => Value::Date(jiff::civil::date(2026, 5, 4)),
        Type::DateTime => Value::Instant(NOW),
        Type::Email => Value::text("ana@example.com"),
        Type::Phone => Value::text("+49 30 1234567"),
        Type::Url => Value::text("https://example.com/page"),
        Type::Country => Value::text("DE"),
        Type::TimeZone => Value::text(&program.project.timezone),
        Type::Enum(_) => Value::Enum(0),
        Type::Set(member) => {
            let field = Field { ty: (**member).clone(), range: None, ..field.clone() };
            Value::set(vec![value(program, &field)])
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the cast holds what is too large at the end of the range")]
fn whole(n: f64) -> i64 {
    n.ceil() as i64
}

/// A text that fits the name of its field.
fn text(name: &str) -> &'static str {
    let has = |part: &str| name.contains(part);
    if has("first_name") || name == "name" {
        "Ana"
    } else if has("last_name") || has("surname") {
        "Silva"
    } else if has("company") {
        "Northwind"
    } else if has("city") {
        "Lisbon"
    } else if has("path") {
        "/pricing"
    } else if has("title") {
        "Pricing"
    } else if has("product") {
        "House blend"
    } else if has("plan") {
        "team"
    } else if has("order") {
        "1042"
    } else {
        "sample"
    }
}
