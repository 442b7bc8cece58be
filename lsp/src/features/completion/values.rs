//! Values that can be written: those of a type, and examples of literals.

use flow_compiler::{country, settings};
use flow_graph::{Program, Type};

use super::around;
use super::{Completion, What};
use crate::features::context::Context;
use crate::features::shapes::{Expected, Value, of};
use crate::features::tokens::Kind as TokenKind;
use crate::snapshot::Snapshot;

/// The values of the type that is wanted at the cursor.
pub(super) fn of_type(program: &Program, context: &Context<'_>, items: &mut Vec<Completion>) {
    let Some(ty) = around::wanted(program, context) else { return };
    match ty {
        Type::Set(inner) => values(program, inner, items),
        Type::Text
        | Type::Int
        | Type::Number
        | Type::Bool
        | Type::Money
        | Type::Percent
        | Type::Date
        | Type::DateTime
        | Type::Duration
        | Type::Email
        | Type::Phone
        | Type::Url
        | Type::Country
        | Type::TimeZone
        | Type::Enum(_) => values(program, ty, items),
    }
}

fn values(program: &Program, ty: &Type, items: &mut Vec<Completion>) {
    match ty {
        Type::Enum(id) => {
            let Some(found) = program.enums.get(*id) else { return };
            let item = |name| Completion::new(name, What::Value, 0).detail(found.name.as_str()).part(&found.name);
            items.extend(found.values.iter().map(item));
        }
        Type::Country => {
            items.extend(country::all().map(|code| Completion::new(code, What::Value, 1).detail("country")));
        }
        Type::Bool => items.extend(["true", "false"].map(|word| Completion::new(word, What::Value, 0))),
        Type::TimeZone => items.extend(zones().map(|zone| {
            let written = format!("\"{zone}\"");
            Completion::new(written, What::Value, 1).detail("time zone")
        })),
        Type::Text
        | Type::Int
        | Type::Number
        | Type::Money
        | Type::Percent
        | Type::Date
        | Type::DateTime
        | Type::Duration
        | Type::Email
        | Type::Phone
        | Type::Url
        | Type::Set(_) => {}
    }
}

/// All names of time zones.
pub(super) fn zones() -> impl Iterator<Item = String> {
    settings::zone::database().available().map(|zone| zone.as_str().to_owned())
}

/// Examples of a literal, below all that the project itself offers.
pub(super) fn literal(snapshot: &Snapshot, context: &Context<'_>, value: Value, items: &mut Vec<Completion>) {
    let program = &snapshot.recent().program;
    let mut add = |label: &str, snippet: &str, detail: &str| {
        items.push(Completion::new(label, What::Value, 5).snippet(snippet).detail(detail));
    };
    match value {
        Value::Duration => {
            add("1 day", "${1:1} day", "calendar time");
            add("7 days", "${1:7} days", "calendar time");
            add("2h", "${1:2}h", "elapsed time");
            add("30m", "${1:30}m", "elapsed time");
        }
        Value::Percent => add("5%", "${1:5}%", "a share"),
        Value::Clock => add("09:00", "${1:09:00}", "a time of day"),
        Value::Date => add("2026-01-05", "${1:2026-01-05}", "a date"),
        Value::DateTime => add("2026-01-05T10:00", "${1:2026-01-05T10:00}", "an instant"),
        Value::Text => add("\"…\"", "\"$1\"", "a text"),
        Value::Path => {
            let templates =
                snapshot.sources.iter().filter(|(_, file)| file.kind == flow_compiler::source::FileKind::Template);
            items.extend(templates.map(|(_, file)| Completion::new(format!("\"{}\"", file.path), What::File, 0)));
        }
        Value::Zone => {
            let own = program.project.timezone.as_str();
            let rank = |zone: &str| if zone == own { 0 } else { 1 };
            items.extend(zones().map(|zone| Completion::new(format!("\"{zone}\""), What::Value, rank(&zone))));
        }
        Value::Number | Value::Any => {}
    }
    if value == Value::Any
        && around::wanted(program, context) == Some(&Type::Money)
        && !program.project.currency.is_empty()
    {
        let currency = &program.project.currency;
        let item = Completion::new(format!("50 {currency}"), What::Value, 5);
        items.push(item.snippet(format!("${{1:50}} {currency}")).detail("money"));
    }
}

/// The unit behind a number, where a length of time is wanted: `wait 7 ‸`.
pub(super) fn units(context: &Context<'_>, items: &mut Vec<Completion>) {
    let Some(last) = context.last().filter(|last| last.kind == TokenKind::Number) else { return };
    let before = u32::try_from(last.start).unwrap_or(u32::MAX);
    let before = Context::new(context.text, before);
    let wants = before.frame().and_then(|frame| of(frame.block).map(|automaton| automaton.expected(&frame.state)));
    if wants.is_some_and(|wants| wants.contains(&Expected::Literal(Value::Duration))) {
        let one = context.word(last) == "1";
        let units = if one { ["day", "week", "month", "year"] } else { ["days", "weeks", "months", "years"] };
        items.extend(units.map(|unit| Completion::new(unit, What::Word, 0).detail("calendar time")));
    }
}
