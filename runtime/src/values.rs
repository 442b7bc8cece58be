//! Values of the language as JSON and as text for people.

use flow_graph::program::{Argument, Connector, Event, Location, Program, StepKind};
use flow_graph::{Expr, Id, Type, Value};
use serde_json::Value as Json;

/// A value as JSON: money as a number of major units, an enum as the name of its value, an instant in RFC 3339 (UTC,
/// milliseconds), a duration in milliseconds, a set as a sorted list, a missing value as null.
#[must_use]
pub fn json(program: &Program, ty: Option<&Type>, value: &Value) -> Json {
    match value {
        Value::Missing => Json::Null,
        Value::Bool(value) => Json::from(*value),
        Value::Int(value) | Value::Duration(value) => Json::from(*value),
        Value::Number(value) => number(*value),
        Value::Money(units) => money_json(program, *units),
        Value::Text(text) => Json::from(&**text),
        Value::Enum(position) => enum_name(program, ty, *position).map_or_else(|| Json::from(*position), Json::from),
        Value::Date(date) => Json::from(date.to_string()),
        Value::Instant(at) => Json::from(at.to_string()),
        Value::Set(members) => members.iter().map(|member| json(program, member_type(ty), member)).collect(),
    }
}

/// A value as people read it: `49.90 EUR`, `75`, `2h`.
#[must_use]
pub fn text(program: &Program, ty: Option<&Type>, value: &Value) -> String {
    match value {
        Value::Missing => "nothing".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::Money(units) => money(program, *units),
        Value::Text(text) => text.to_string(),
        Value::Enum(position) => {
            enum_name(program, ty, *position).map_or_else(|| position.to_string(), ToOwned::to_owned)
        }
        Value::Date(date) => date.to_string(),
        Value::Instant(at) => at.to_string(),
        Value::Duration(ms) => flow_graph::Span::Elapsed(*ms).to_string(),
        Value::Set(members) => {
            let members: Vec<_> = members.iter().map(|member| text(program, member_type(ty), member)).collect();
            format!("[{}]", members.join(", "))
        }
    }
}

/// Whether a value is computed from a field that is personal.
#[must_use]
pub fn is_personal(program: &Program, expr: &Expr) -> bool {
    let mut personal = false;
    expr.walk(&mut |expr| {
        if let Expr::Field(id) = expr {
            personal |= program.fields.get(*id).is_some_and(|field| field.personal);
        }
    });
    personal
}

/// Whether a field of an event is personal.
#[must_use]
pub fn is_personal_slot(program: &Program, event: Id<Event>, slot: u16) -> bool {
    let field = program.events.get(event).and_then(|event| event.fields.get(usize::from(slot)));
    field.is_some_and(|field| field.personal)
}

/// `49.90 EUR`
#[must_use]
pub fn money(program: &Program, units: i64) -> String {
    format!("{} {}", decimal(units, program.project.currency_digits), program.project.currency)
}

/// Minor units as a decimal number.
#[must_use]
pub fn decimal(units: i64, digits: u8) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let scale = 10_u64.saturating_pow(digits.into());
    let size = units.unsigned_abs();
    let (major, minor) = (size / scale, size % scale);
    if digits == 0 {
        format!("{sign}{major}")
    } else {
        format!("{sign}{major}.{minor:0>width$}", width = usize::from(digits))
    }
}

/// The name of a value of an enum.
#[must_use]
pub fn enum_name<'p>(program: &'p Program, ty: Option<&Type>, position: u16) -> Option<&'p str> {
    let Type::Enum(id) = ty? else { return None };
    program.enums.get(*id)?.values.get(usize::from(position)).map(String::as_str)
}

/// The type of the members of a set.
#[must_use]
pub fn member_type(ty: Option<&Type>) -> Option<&Type> {
    if let Some(Type::Set(inner)) = ty { Some(inner) } else { None }
}

/// The type of an expression, where its parts say it: enough to name the values of enums.
#[must_use]
pub fn type_of<'p>(program: &'p Program, expr: &'p Expr) -> Option<&'p Type> {
    if let Expr::Field(field) = expr {
        program.fields.get(*field).map(|field| &field.ty)
    } else if let Expr::Trigger(slots) = expr {
        let (event, slot) = slots.first()?;
        slot_type(program, *event, *slot)
    } else if let Expr::Default { value, .. } = expr {
        type_of(program, value)
    } else if let Expr::If { then, otherwise, .. } = expr {
        type_of(program, then).or_else(|| type_of(program, otherwise))
    } else {
        None
    }
}

/// The type of a field of an event.
#[must_use]
pub fn slot_type(program: &Program, event: Id<Event>, slot: u16) -> Option<&Type> {
    program.events.get(event)?.fields.get(usize::from(slot)).map(|field| &field.ty)
}

/// The arguments of the call that stands at a place.
#[must_use]
pub fn arguments_at<'p>(
    program: &'p Program,
    at: Location,
    connector: Id<Connector>,
    action: &str,
) -> Option<&'p [Argument]> {
    let steps = program.versions().flat_map(|sequence| &sequence.steps).map(|step| (&step.kind, step.at));
    let actions = program.slas.iter().flat_map(|sla| {
        sla.reminders.iter().flat_map(|reminder| &reminder.actions).chain(&sla.breach).map(|(kind, at)| (kind, *at))
    });
    steps.chain(actions).filter(|(_, place)| *place == at).find_map(|(kind, _)| {
        let StepKind::Call { connector: asked, action: what, arguments } = kind else { return None };
        (*asked == connector && what == action).then_some(arguments.as_slice())
    })
}

fn number(value: f64) -> Json {
    serde_json::Number::from_f64(value).map_or(Json::Null, Json::Number)
}

fn money_json(program: &Program, units: i64) -> Json {
    // The shortest fraction that stands for the decimal text: exact up to fifteen digits.
    decimal(units, program.project.currency_digits).parse().map_or(Json::Null, number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        assert_eq!(decimal(4990, 2), "49.90");
        assert_eq!(decimal(-5, 2), "-0.05");
        assert_eq!(decimal(1200, 0), "1200");
        let program = crate::sample::program();
        assert_eq!(json(&program, None, &Value::Money(4990)).to_string(), "49.9");
        assert_eq!(text(&program, Some(&Type::Enum(Id::new(0))), &Value::Enum(1)), "pro");
    }
}
