//! What a behaviour is worth at an instant, and when that changes by itself.

use flow_graph::program::{Behaviour, Measure, Program, Reach};
use flow_graph::{Timestamp, Type, Value};

use super::View;
use super::arith::{number, rounded};
use crate::contact::facts::figure::{Figure, Sum, Window};

/// The slot of the field that is measured.
pub(crate) fn slot(measure: Measure) -> Option<u16> {
    match measure {
        Measure::Count | Measure::FirstTime | Measure::LastTime => None,
        Measure::Sum(slot)
        | Measure::Min(slot)
        | Measure::Max(slot)
        | Measure::Avg(slot)
        | Measure::First(slot)
        | Measure::Last(slot)
        | Measure::Distinct(slot) => Some(slot),
    }
}

/// The value of a behaviour.
pub(crate) fn read(view: &View<'_>, behaviour: &Behaviour, state: &Figure) -> Value {
    match state {
        Figure::Count(count) => Value::Int(*count),
        Figure::Sum(sum) => {
            let sum = sum.as_deref().copied().unwrap_or_default();
            sum.read(behaviour.measure, view.measured(behaviour.event, behaviour.measure))
        }
        Figure::One(None) | Figure::At(Timestamp::MIN) => Value::Missing,
        Figure::One(Some(one)) => one.1.clone(),
        Figure::At(at) => Value::Instant(*at),
        Figure::Distinct(values) => int(values.len()),
        Figure::Time(_) | Figure::Times(_) => {
            let Some(window) = window(view, behaviour) else { return Value::Missing };
            times_inside(behaviour.measure, window, state.times())
        }
        Figure::Value(_) | Figure::Values(_) => {
            let Some(window) = window(view, behaviour) else { return Value::Missing };
            let ty = view.measured(behaviour.event, behaviour.measure);
            values_inside(ty, behaviour, window, state.values())
        }
    }
}

/// The value of a behaviour before its first event, whenever that is asked.
pub(crate) fn of_none(program: &Program, behaviour: &Behaviour) -> Value {
    let field = |slot| program.events.get(behaviour.event)?.fields.get(usize::from(slot));
    let ty = slot(behaviour.measure).and_then(field).map(|field| &field.ty);
    match behaviour.measure {
        Measure::Count | Measure::Distinct(_) => Value::Int(0),
        Measure::Sum(_) | Measure::Avg(_) => Sum::default().read(behaviour.measure, ty),
        Measure::Min(_)
        | Measure::Max(_)
        | Measure::First(_)
        | Measure::Last(_)
        | Measure::FirstTime
        | Measure::LastTime => Value::Missing,
    }
}

/// When the next event leaves the window of a behaviour.
pub(crate) fn next_leave(view: &View<'_>, behaviour: &Behaviour, state: &Figure) -> Option<Timestamp> {
    let window = window(view, behaviour)?;
    match state {
        Figure::Time(_) | Figure::Times(_) => window.next_leave(state.times(), |at| *at),
        Figure::Value(_) | Figure::Values(_) => window.next_leave(state.values(), |entry| entry.0),
        Figure::Count(_) | Figure::Sum(_) | Figure::One(_) | Figure::At(_) | Figure::Distinct(_) => None,
    }
}

fn window<'a>(view: &View<'a>, behaviour: &Behaviour) -> Option<Window<'a>> {
    match behaviour.reach {
        Reach::Ever => None,
        Reach::Last(span) => Some(Window { zone: view.zone(), span, now: view.now }),
    }
}

fn times_inside(measure: Measure, window: Window<'_>, times: &[Timestamp]) -> Value {
    let mut inside = window.inside(times, |at| *at);
    let time = match measure {
        Measure::FirstTime => inside.next(),
        Measure::LastTime => inside.next_back(),
        Measure::Count
        | Measure::Sum(_)
        | Measure::Min(_)
        | Measure::Max(_)
        | Measure::Avg(_)
        | Measure::First(_)
        | Measure::Last(_)
        | Measure::Distinct(_) => return int(inside.count()),
    };
    time.map_or(Value::Missing, |at| Value::Instant(*at))
}

fn values_inside(ty: Option<&Type>, behaviour: &Behaviour, window: Window<'_>, values: &[(Timestamp, Value)]) -> Value {
    let mut inside = window.inside(values, |entry| entry.0).map(|entry| &entry.1);
    let one = match behaviour.measure {
        Measure::Sum(_) | Measure::Avg(_) => {
            let mut sum = Sum::default();
            inside.for_each(|value| sum.add(value));
            return sum.read(behaviour.measure, ty);
        }
        Measure::Distinct(_) => {
            let mut different: Vec<&Value> = inside.collect();
            different.sort_by(|a, b| a.order(b));
            different.dedup_by(|a, b| a.order(b).is_eq());
            return int(different.len());
        }
        Measure::Min(_) => inside.min_by(|a, b| a.order(b)),
        Measure::Max(_) => inside.max_by(|a, b| a.order(b)),
        Measure::First(_) => inside.next(),
        Measure::Last(_) => inside.next_back(),
        Measure::Count | Measure::FirstTime | Measure::LastTime => None,
    };
    one.cloned().unwrap_or(Value::Missing)
}

fn int(count: usize) -> Value {
    i64::try_from(count).map_or(Value::Missing, Value::Int)
}

impl Sum {
    pub(crate) fn add(&mut self, value: &Value) {
        if let Some((whole, fraction)) = parts(value) {
            self.whole += i128::from(whole);
            self.fraction += fraction;
            self.count = self.count.saturating_add(1);
        }
    }

    fn read(&self, measure: Measure, ty: Option<&Type>) -> Value {
        let mean = matches!(measure, Measure::Avg(_));
        if mean && self.count == 0 {
            return Value::Missing;
        }
        let amount = |make: fn(i64) -> Value| {
            let whole = if mean { rounded(self.whole, i128::from(self.count)) } else { i64::try_from(self.whole).ok() };
            whole.map_or(Value::Missing, make)
        };
        match ty {
            Some(Type::Money) => amount(Value::Money),
            Some(Type::Duration) => amount(Value::Duration),
            Some(Type::Int) if !mean => amount(Value::Int),
            _ => {
                let sum = self.whole as f64 + self.fraction;
                number(if mean { sum / self.count as f64 } else { sum })
            }
        }
    }
}

/// The whole number and the fraction that a value adds to a sum; none for what cannot be summed.
pub(crate) fn parts(value: &Value) -> Option<(i64, f64)> {
    match value {
        Value::Int(n) | Value::Money(n) | Value::Duration(n) => Some((*n, 0.0)),
        Value::Number(x) => Some((0, *x)),
        Value::Missing
        | Value::Bool(_)
        | Value::Text(_)
        | Value::Enum(_)
        | Value::Date(_)
        | Value::Instant(_)
        | Value::Set(_) => None,
    }
}

/// A number, an amount in minor units or milliseconds, as the coordinate that comparisons use.
pub(crate) fn as_number(value: &Value) -> Option<f64> {
    parts(value).map(|(whole, fraction)| whole as f64 + fraction)
}
