//! Filters and tests of our own, and what may be printed.

use jiff::fmt::strtime;
use minijinja::value::{Rest, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Value};

use super::objects::{Day, Moment, Money};
use crate::values;

/// Makes them known.
pub(super) fn register(environment: &mut Environment<'static>, currency: &str, digits: u8) {
    let currency = currency.to_owned();
    for name in ["default", "d"] {
        environment.add_filter(name, |value: Value, fallback: Rest<Value>| default(value, &fallback));
    }
    environment.add_filter("money", move |value: Value| money(&value, &currency, digits));
    environment.add_filter("date", |value: Value, format: Option<String>| date(&value, format.as_deref()));
    environment.add_filter("clock", |value: Value| clock(&value));
    environment.add_filter("urlencode", |value: Value| urlencode(&value.to_string()));
    environment.add_filter("string", |value: Value| value.to_string());
    environment.add_filter("unique", |values: Vec<Value>| unique(values));
    environment.add_test("defined", |value: Value| !is_missing(&value));
    environment.add_test("undefined", |value: Value| is_missing(&value));
    environment.add_test("none", |value: Value| is_missing(&value));
    environment.set_formatter(|out, state, value| {
        if is_missing(value) {
            return Err(Error::new(ErrorKind::UndefinedError, "a missing value cannot be printed"));
        }
        // The language writes them small.
        if value.kind() == ValueKind::Bool {
            return out.write_str(if value.is_true() { "true" } else { "false" }).map_err(Error::from);
        }
        minijinja::escape_formatter(out, state, value)
    });
}

fn is_missing(value: &Value) -> bool {
    value.is_undefined() || value.is_none()
}

fn default(value: Value, fallback: &Rest<Value>) -> Value {
    if is_missing(&value) { fallback.first().cloned().unwrap_or_else(|| Value::from("")) } else { value }
}

fn money(value: &Value, currency: &str, digits: u8) -> Result<Value, Error> {
    if value.downcast_object_ref::<Money>().is_some() {
        return Ok(value.clone());
    }
    let number = if value.kind() == ValueKind::Number { f64::try_from(value.clone()).ok() } else { None };
    let units = number.map(|number| (number * 10_f64.powi(digits.into())).round_ties_even());
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    let units = units.filter(|units| units.abs() < 9e15).map(|units| units as i64);
    match units {
        Some(units) => Ok(Value::from(format!("{} {currency}", values::decimal(units, digits)))),
        None => Err(wrong("money", "a number")),
    }
}

fn date(value: &Value, format: Option<&str>) -> Result<String, Error> {
    let format = format.unwrap_or("%Y-%m-%d");
    let formatted = if let Some(Day(date)) = value.downcast_object_ref::<Day>() {
        strtime::format(format, *date)
    } else {
        let local = value.downcast_object_ref::<Moment>().and_then(Moment::local);
        strtime::format(format, local.ok_or_else(|| wrong("date", "a date or a datetime"))?)
    };
    formatted.map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))
}

fn clock(value: &Value) -> Result<String, Error> {
    let local = value.downcast_object_ref::<Moment>().and_then(Moment::local);
    let local = local.ok_or_else(|| wrong("clock", "a datetime"))?;
    Ok(local.strftime("%H:%M").to_string())
}

fn urlencode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => {
                encoded.push('%');
                encoded.extend(
                    [byte >> 4, byte & 15]
                        .map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0').to_ascii_uppercase()),
                );
            }
        }
    }
    encoded
}

fn unique(values: Vec<Value>) -> Value {
    let mut seen: Vec<Value> = Vec::with_capacity(values.len());
    for value in values {
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    Value::from(seen)
}

fn wrong(filter: &str, needed: &str) -> Error {
    Error::new(ErrorKind::InvalidOperation, format!("the filter `{filter}` needs {needed}"))
}
