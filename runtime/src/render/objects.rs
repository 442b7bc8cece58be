//! Values of the language inside templates: amounts, dates and times that print well and compare.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use flow_graph::program::{Field, Program};
use flow_graph::{Timestamp, Type, Value as Known};
use flow_machine::Event;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use minijinja::Value;
use minijinja::value::{DynObject, Object, ObjectRepr};

use crate::values;

/// How values look to one contact.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) program: &'a Program,
    pub(super) zone: &'a TimeZone,
}

impl View<'_> {
    pub(super) fn fields<'v>(self, fields: impl Iterator<Item = (&'v Field, &'v Known)>) -> Value {
        map(fields.map(|(field, value)| (field.name.clone(), self.value(Some(&field.ty), value))))
    }

    pub(super) fn event(self, event: &Event) -> Value {
        let texts = |names: [&'static str; 5], values: &[Option<Arc<str>>]| {
            let text = |value: &Option<Arc<str>>| value.as_deref().map_or(Value::from(()), Value::from);
            map(names.iter().zip(values).map(|(name, value)| ((*name).to_owned(), text(value))))
        };
        let [url, path, title, referrer] = flow_graph::template::PAGE;
        let meta = event.meta.as_deref().cloned().unwrap_or_default();
        let fields = self.program.events.get(event.kind).map_or(&[][..], |kind| &kind.fields);
        let declared = fields.iter().zip(&event.values);
        let mut parts: Vec<_> =
            declared.map(|(field, value)| (field.name.clone(), self.value(Some(&field.ty), value))).collect();
        // What every event has goes before a declared field of the same name: later entries win.
        parts.push(("time".to_owned(), self.value(Some(&Type::DateTime), &Known::Instant(event.time))));
        parts.push(("id".to_owned(), Value::from(&*event.id)));
        parts.push(("utm".to_owned(), texts(flow_graph::template::UTM, &meta.utm)));
        parts.push(("page".to_owned(), texts([url, path, title, referrer, ""], &meta.page)));
        map(parts)
    }

    pub(super) fn value(self, ty: Option<&Type>, value: &Known) -> Value {
        match value {
            Known::Missing if matches!(ty, Some(Type::Set(_))) => Value::from(Vec::<Value>::new()),
            Known::Missing => Value::from(()),
            Known::Bool(value) => Value::from(*value),
            Known::Int(value) => Value::from(*value),
            Known::Number(value) => number(*value),
            Known::Money(units) => {
                Value::from_object(Money { units: *units, text: values::money(self.program, *units) })
            }
            Known::Text(text) => Value::from(Arc::clone(text)),
            Known::Enum(position) => match values::enum_name(self.program, ty, *position) {
                Some(name) => Value::from(name),
                None => Value::from(*position),
            },
            Known::Date(date) => Value::from_object(Day(*date)),
            Known::Instant(at) => Value::from_object(Moment { at: *at, zone: self.zone.clone() }),
            Known::Duration(ms) => Value::from_object(Length(*ms)),
            Known::Set(members) => members.iter().map(|member| self.value(values::member_type(ty), member)).collect(),
        }
    }
}

/// A map: of equal names the last one stays. (Collected pairs would be a sequence of pairs.)
fn map(pairs: impl IntoIterator<Item = (String, Value)>) -> Value {
    Value::from(pairs.into_iter().collect::<BTreeMap<_, _>>())
}

/// A whole number prints without a fraction.
fn number(value: f64) -> Value {
    /// Up to here every whole number has an exact fraction.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "the range and the fraction are checked")]
    if value.fract() == 0.0 && value.abs() < EXACT { Value::from(value as i64) } else { Value::from(value) }
}

/// An amount.
#[derive(Debug)]
pub(super) struct Money {
    units: i64,
    text: String,
}

/// A date.
#[derive(Debug)]
pub(super) struct Day(pub(super) Date);

/// An instant in the zone of the contact.
#[derive(Debug)]
pub(super) struct Moment {
    at: Timestamp,
    zone: TimeZone,
}

/// A length of time in milliseconds.
#[derive(Debug)]
struct Length(i64);

impl Moment {
    /// The local time.
    pub(super) fn local(&self) -> Option<DateTime> {
        jiff::Timestamp::from_millisecond(self.at.0).ok().map(|at| self.zone.to_datetime(at))
    }
}

impl Object for Money {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        other.downcast_ref::<Self>().map(|other| self.units.cmp(&other.units))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Object for Day {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        other.downcast_ref::<Self>().map(|other| self.0.cmp(&other.0))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Object for Moment {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        other.downcast_ref::<Self>().map(|other| self.at.cmp(&other.at))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.local() {
            Some(local) => write!(f, "{}", local.strftime("%Y-%m-%d %H:%M")),
            None => write!(f, "{}", self.at),
        }
    }
}

impl Object for Length {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        other.downcast_ref::<Self>().map(|other| self.0.cmp(&other.0))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", flow_graph::Span::Elapsed(self.0))
    }
}
