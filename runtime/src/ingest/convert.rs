//! Values of the types of the program, from JSON and from cells of a table.

use std::sync::Arc;

use flow_graph::program::{Field, Program};
use flow_graph::{Type, Value};
use jiff::tz::TimeZone;

use super::json::{Json, Kind};
use super::{MAX_SET_MEMBERS, MAX_TEXT_BYTES, Reason, Refusal, formats, moment};

/// What conversion needs to know.
#[derive(Clone, Copy)]
pub(crate) struct Converter<'a> {
    pub(crate) program: &'a Program,
    pub(crate) zone: &'a TimeZone,
}

impl Converter<'_> {
    /// Whether the value of a field is a text as it stands in JSON, that is never refused.
    pub(crate) fn is_text(self, field: &Field, json: Json<'_>) -> bool {
        matches!(field.ty, Type::Text) && json.as_text().is_some_and(|text| text.len() <= MAX_TEXT_BYTES)
    }

    /// The value of a field from JSON that is not null.
    pub(crate) fn json(self, field: &Field, json: Json<'_>) -> Result<Value, Refusal> {
        if let (Type::Text, Some(shared)) = (&field.ty, json.shared())
            && shared.len() <= MAX_TEXT_BYTES
        {
            return Ok(Value::Text(Arc::clone(shared)));
        }
        let value = if let Type::Set(inner) = &field.ty {
            self.json_set(field, inner, json)?
        } else {
            let kind = json.kind();
            self.json_one(&field.ty, kind).ok_or_else(|| self.wrong(field, &show_json(kind)))?
        };
        self.checked(field, value)
    }

    /// The value of a field from a cell that is not empty; members of a set stand between `|`.
    pub(crate) fn cell(self, field: &Field, cell: &str) -> Result<Value, Refusal> {
        let one = |ty: &Type, cell: &str| {
            self.cell_one(ty, cell).ok_or_else(|| self.wrong(field, &format!("`{}`", short(cell))))
        };
        let value = if let Type::Set(inner) = &field.ty {
            let members: Result<Vec<_>, _> = cell.split('|').map(|part| one(inner, part)).collect();
            Value::set(members?)
        } else {
            one(&field.ty, cell)?
        };
        self.checked(field, value)
    }

    fn json_set(self, field: &Field, inner: &Type, json: Json<'_>) -> Result<Value, Refusal> {
        let one = |member: Kind<'_>| self.json_one(inner, member).ok_or_else(|| self.wrong(field, &show_json(member)));
        let values: Result<Vec<_>, _> = match json.members() {
            Some(members) => members.map(Json::kind).filter(|member| *member != Kind::Null).map(one).collect(),
            None => std::iter::once(one(json.kind())).collect(),
        };
        Ok(Value::set(values?))
    }

    /// `None`: not of this type.
    fn json_one(self, ty: &Type, json: Kind<'_>) -> Option<Value> {
        match (ty, json) {
            (Type::Bool, Kind::Bool(value)) => Some(Value::Bool(value)),
            (Type::Int, Kind::Int(value)) => Some(Value::Int(value)),
            (Type::Int, Kind::Float(value)) => moment::whole(value).map(Value::Int),
            (Type::Number | Type::Percent, Kind::Int(value)) => Some(Value::Number(to_float(value))),
            (Type::Number | Type::Percent, Kind::Float(value)) => Some(Value::Number(value)),
            (Type::Money, Kind::Int(value)) => {
                10_i64.checked_pow(self.digits().into()).and_then(|scale| value.checked_mul(scale)).map(Value::Money)
            }
            (Type::Money, Kind::Float(value)) => formats::money_number(value, self.digits()).map(Value::Money),
            (Type::Duration, Kind::Int(value)) => Some(Value::Duration(value)),
            (Type::Duration, Kind::Float(value)) => moment::whole(value).map(Value::Duration),
            // Numbers of orders and customers often arrive as numbers: what is a text to us stays one.
            (Type::Text, Kind::Int(value)) => Some(Value::text(&value.to_string())),
            (Type::Int | Type::Number | Type::Percent | Type::Bool, Kind::Text(_)) => None,
            (_, Kind::Text(text)) => self.text(ty, text),
            _ => None,
        }
    }

    fn cell_one(self, ty: &Type, cell: &str) -> Option<Value> {
        let cell = cell.trim();
        match ty {
            Type::Bool => match cell {
                "true" => Some(Value::Bool(true)),
                "false" => Some(Value::Bool(false)),
                _ => None,
            },
            Type::Int => cell.parse().ok().map(Value::Int),
            Type::Number | Type::Percent => {
                cell.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Number)
            }
            Type::Duration => {
                cell.parse().map(Value::Duration).ok().or_else(|| moment::duration(cell).map(Value::Duration))
            }
            Type::Text
            | Type::Money
            | Type::Date
            | Type::DateTime
            | Type::Email
            | Type::Phone
            | Type::Url
            | Type::Country
            | Type::TimeZone
            | Type::Enum(_)
            | Type::Set(_) => self.text(ty, cell),
        }
    }

    /// Types that arrive as text.
    fn text(self, ty: &Type, text: &str) -> Option<Value> {
        match ty {
            Type::Text => Some(Value::text(text)),
            Type::Money => formats::money_text(text, self.digits()).map(Value::Money),
            Type::Date => moment::date(text).map(Value::Date),
            Type::DateTime => moment::instant(text, self.zone).map(Value::Instant),
            Type::Duration => moment::duration(text).map(Value::Duration),
            Type::Email => formats::email(text).as_deref().map(Value::text),
            Type::Phone => formats::phone(text).map(Value::text),
            Type::Url => formats::url(text).map(Value::text),
            Type::Country => formats::country(text).as_deref().map(Value::text),
            Type::TimeZone => formats::timezone(text).as_deref().map(Value::text),
            Type::Enum(id) => {
                let position = self.program.enums.get(*id)?.values.iter().position(|value| value == text)?;
                u16::try_from(position).ok().map(Value::Enum)
            }
            Type::Int | Type::Number | Type::Bool | Type::Percent | Type::Set(_) => None,
        }
    }

    fn checked(self, field: &Field, value: Value) -> Result<Value, Refusal> {
        let long = |value: &Value| matches!(value, Value::Text(text) if text.len() > MAX_TEXT_BYTES);
        let too_much = if let Value::Set(members) = &value {
            members.len() > MAX_SET_MEMBERS || members.iter().any(long)
        } else {
            long(&value)
        };
        if too_much {
            let detail = format!("`{}` is longer than {MAX_TEXT_BYTES} bytes or {MAX_SET_MEMBERS} members", field.wire);
            return Err(Refusal::call(Reason::ValueTooLong, detail));
        }
        let Some((low, high)) = field.range else { return Ok(value) };
        let number = match &value {
            Value::Int(value) => to_float(*value),
            Value::Number(value) => *value,
            Value::Money(units) => to_float(*units) / 10_f64.powi(self.digits().into()),
            Value::Missing
            | Value::Bool(_)
            | Value::Text(_)
            | Value::Enum(_)
            | Value::Date(_)
            | Value::Instant(_)
            | Value::Duration(_)
            | Value::Set(_) => return Ok(value),
        };
        if (low..=high).contains(&number) {
            return Ok(value);
        }
        let shown = if field.personal { "outside".to_owned() } else { number.to_string() };
        Err(Refusal::call(Reason::OutOfRange, format!("`{}` is {shown}, allowed is {low}..{high}", field.wire)))
    }

    fn digits(self) -> u8 {
        self.program.project.currency_digits
    }

    fn wrong(self, field: &Field, shown: &str) -> Refusal {
        let shown = if field.personal { "something else" } else { shown };
        Refusal::call(
            Reason::InvalidValue,
            format!("`{}` is not {}: it is {shown}", field.wire, self.type_name(&field.ty)),
        )
    }

    fn type_name(self, ty: &Type) -> String {
        let name = match ty {
            Type::Text => "a text",
            Type::Int => "a whole number",
            Type::Number => "a number",
            Type::Bool => "true or false",
            Type::Money => "an amount of money",
            Type::Percent => "a percentage",
            Type::Date => "a date",
            Type::DateTime => "a time (RFC 3339)",
            Type::Duration => "a duration (ISO 8601 or milliseconds)",
            Type::Email => "an e-mail address",
            Type::Phone => "a telephone number",
            Type::Url => "a URL",
            Type::Country => "a country (two letters)",
            Type::TimeZone => "a time zone",
            Type::Enum(id) => {
                return self.program.enums.get(*id).map_or_else(String::new, |e| format!("one of `{}`", e.name));
            }
            Type::Set(inner) => return format!("a set, each member {}", self.type_name(inner)),
        };
        name.to_owned()
    }
}

#[expect(clippy::cast_precision_loss, reason = "a whole number beyond 2^53 has no exact fraction")]
fn to_float(value: i64) -> f64 {
    value as f64
}

fn show_json(json: Kind<'_>) -> String {
    match json {
        Kind::Bool(value) => format!("`{value}`"),
        Kind::Int(value) => format!("`{value}`"),
        Kind::Float(value) => format!("`{value}`"),
        Kind::Text(text) => format!("the text `{}`", short(text)),
        Kind::Null | Kind::List | Kind::Object => json.words().to_owned(),
    }
}

fn short(text: &str) -> String {
    const SHOWN: usize = 40;
    let mut shown: String = text.chars().take(SHOWN).filter(|c| !c.is_control()).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}
