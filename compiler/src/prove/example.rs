//! Events as a test of the language writes them, made so that a condition holds of them.

use flow_graph::program::{Event, Field};
use flow_graph::words::Words;
use flow_graph::{Expr, Id, Program, Type, Value};

use super::{Answer, Around, Prover, Subject};

/// The fields of an event of which a condition holds, as they stand between the brackets of `ana does x { … }`. `number`
/// tells events of one test apart where a field has to.
#[must_use]
pub fn fields(program: &Program, event: Id<Event>, filter: Option<&Expr>, number: u32) -> String {
    let around = Around { event: Some(event), remembered: false, even_days: false };
    let witness = match filter.map(|filter| Prover::new(program).can_hold(filter, around)) {
        Some(Answer::Yes(witness)) => witness.values,
        Some(Answer::No | Answer::CannotTell) | None => Vec::new(),
    };
    let wanted = witness.into_iter().filter_map(|(term, value)| match term.subject {
        Subject::Value(Expr::This(slot)) => Some((slot, value)),
        Subject::Value(_) | Subject::Band(_) | Subject::Stage(_) => None,
    });
    fields_with(program, event, &wanted.collect::<Vec<_>>(), number)
}

/// The same with values of some fields, by their slots; what has to be there and has none gets one.
#[must_use]
pub fn fields_with(program: &Program, event: Id<Event>, wanted: &[(u16, Value)], number: u32) -> String {
    let all = program.events.get(event).map(|event| event.fields.as_slice()).unwrap_or_default();
    let written = all.iter().zip(0_u16..).filter_map(|(field, slot)| {
        let value = match wanted.iter().find(|(of, _)| *of == slot) {
            Some((_, Value::Missing)) => return None,
            Some((_, value)) => Words::plain(program).value(value, Some(&field.ty)),
            None if field.optional => return None,
            None => sample(program, field, number),
        };
        Some(format!("{} {value}", field.name))
    });
    written.collect::<Vec<_>>().join("  ")
}

/// A value that a field can have.
fn sample(program: &Program, field: &Field, number: u32) -> String {
    let low = field.range.map_or(1.0, |(low, high)| if low <= 1.0 && 1.0 <= high { 1.0 } else { low });
    match &field.ty {
        Type::Text | Type::Phone => format!("\"{}-{number}\"", field.name),
        Type::Email => "\"ana@example.com\"".to_owned(),
        Type::Url => "\"https://example.com/\"".to_owned(),
        Type::Int | Type::Number => format!("{low}"),
        Type::Percent => format!("{low}%"),
        Type::Money => format!("{low} {}", program.project.currency),
        Type::Bool => "true".to_owned(),
        Type::Date => "2026-03-03".to_owned(),
        Type::DateTime => "2026-03-03T10:00".to_owned(),
        Type::Duration => "1h".to_owned(),
        Type::Country => "DE".to_owned(),
        Type::TimeZone => format!("\"{}\"", program.project.timezone),
        Type::Enum(id) => program.enums.get(*id).and_then(|found| found.values.first()).cloned().unwrap_or_default(),
        Type::Set(_) => "[]".to_owned(),
    }
}
