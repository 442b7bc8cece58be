//! What a term can still be: missing or not, and which values.
//!
//! A domain always holds at least what is possible, and sometimes more: what is not understood leaves it as it is. So
//! an empty one is a proof, and one that is not empty is none.

use std::sync::Arc;

use flow_graph::Value;
use flow_graph::expr::{CompareOp, TextOp};

use super::numbers::{Numbers, Unit, number};
use super::texts::{self, Texts};

/// A question about one value; a missing one answers no.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    Known,
    Compare(CompareOp, Value),
    OneOf(Arc<[Value]>),
    Text(TextOp, Arc<str>),
    Matches(Arc<str>),
    Contains(Value),
}

/// The values that a term can still have, when it has one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Values {
    /// One of these.
    Few(Vec<Value>),
    Numbers(Numbers),
    Texts(Texts),
    /// A set with some members and without others.
    Set {
        has: Vec<Value>,
        lacks: Vec<Value>,
    },
    /// Anything.
    Any,
}

/// What a term can still be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Domain {
    /// It may be missing.
    pub(crate) missing: bool,
    /// What it may be else.
    pub(crate) values: Values,
}

impl Domain {
    /// True only when nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        !self.missing && self.values.is_empty()
    }

    /// It is missing for certain.
    pub(crate) fn is_missing(&self) -> bool {
        self.values.is_empty()
    }

    /// Keeps what answers a question in one way.
    pub(crate) fn keep(&mut self, test: &Test, holds: bool) {
        if holds {
            self.missing = false;
        }
        match (test, holds) {
            (Test::Known, true) => {}
            (Test::Known, false) => self.values = Values::Few(Vec::new()),
            (Test::Compare(..) | Test::OneOf(_) | Test::Text(..) | Test::Matches(_) | Test::Contains(_), _) => {
                self.values.keep(test, holds);
            }
        }
    }

    /// Keeps numbers by a comparison; what is no number is kept.
    pub(crate) fn keep_number(&mut self, op: CompareOp, c: f64) {
        match &mut self.values {
            Values::Few(list) => {
                list.retain(|value| {
                    number(value).is_none_or(|(n, _)| n.partial_cmp(&c).is_none_or(|order| op.holds(order)))
                });
            }
            Values::Numbers(numbers) => numbers.keep(op, c),
            Values::Texts(_) | Values::Set { .. } | Values::Any => {}
        }
    }

    /// The least and the greatest number, with whether each itself is left out.
    pub(crate) fn ends(&self) -> Option<((f64, bool), (f64, bool))> {
        match &self.values {
            Values::Numbers(numbers) => Some(numbers.ends()),
            Values::Few(list) => {
                let numbers: Option<Vec<f64>> = list.iter().map(|value| number(value).map(|(n, _)| n)).collect();
                let numbers = numbers?;
                let low = numbers.iter().copied().min_by(f64::total_cmp)?;
                let high = numbers.iter().copied().max_by(f64::total_cmp)?;
                Some(((low, false), (high, false)))
            }
            Values::Texts(_) | Values::Set { .. } | Values::Any => None,
        }
    }

    /// The one value that it can have, when it has one.
    pub(crate) fn only(&self) -> Option<&Value> {
        if let Values::Few(list) = &self.values
            && let [only] = list.as_slice()
        {
            Some(only)
        } else {
            None
        }
    }

    /// A value of it, if one is easily found; missing only where nothing else is possible.
    pub(crate) fn pick(&self) -> Option<Value> {
        let value = match &self.values {
            Values::Few(list) => list.first().cloned(),
            Values::Numbers(numbers) => numbers.pick(),
            Values::Texts(texts) => texts.pick(),
            Values::Set { has, .. } => Some(Value::set(has.clone())),
            Values::Any => Some(Value::text("")),
        };
        value.or_else(|| self.missing.then_some(Value::Missing))
    }
}

impl Values {
    fn is_empty(&self) -> bool {
        match self {
            Self::Few(list) => list.is_empty(),
            Self::Numbers(numbers) => numbers.is_empty(),
            Self::Texts(texts) => texts.is_empty(),
            Self::Set { has, lacks } => has.iter().any(|member| lacks.iter().any(|other| same(member, other))),
            Self::Any => false,
        }
    }

    fn keep(&mut self, test: &Test, holds: bool) {
        if let Self::Few(list) = self {
            list.retain(|value| test.holds(value) == holds);
            return;
        }
        match test {
            Test::Known => {}
            Test::Compare(op, value) => {
                let op = if holds { *op } else { opposite(*op) };
                match op {
                    CompareOp::Equal => self.one_of(std::slice::from_ref(value)),
                    CompareOp::NotEqual => self.none_of(std::slice::from_ref(value)),
                    CompareOp::Less | CompareOp::LessEqual | CompareOp::Greater | CompareOp::GreaterEqual => {
                        if let Some((c, _)) = number(value) {
                            self.settle(value);
                            if let Self::Numbers(numbers) = self {
                                numbers.keep(op, c);
                            }
                        }
                    }
                }
            }
            Test::OneOf(list) if holds => self.one_of(list),
            Test::OneOf(list) => self.none_of(list),
            Test::Text(op, part) => {
                self.as_texts().into_iter().for_each(|texts| texts.tests.push((*op, part.clone(), holds)));
            }
            Test::Matches(pattern) => {
                self.as_texts().into_iter().for_each(|texts| texts.patterns.push((pattern.clone(), holds)));
            }
            Test::Contains(member) => {
                if matches!(self, Self::Any) {
                    *self = Self::Set { has: Vec::new(), lacks: Vec::new() };
                }
                if let Self::Set { has, lacks } = self {
                    if holds { has } else { lacks }.push(member.clone());
                }
            }
        }
    }

    fn one_of(&mut self, list: &[Value]) {
        let known = std::mem::replace(self, Self::Any);
        let list = list.iter().filter(|value| known.allows(value)).cloned().collect();
        // Of sets that are equal to a constant nothing else is known.
        *self = if matches!(known, Self::Set { .. }) { known } else { Self::Few(list) };
    }

    fn none_of(&mut self, list: &[Value]) {
        for value in list {
            self.settle(value);
            match (&mut *self, value) {
                (Self::Few(few), _) => few.retain(|known| !same(known, value)),
                (Self::Numbers(numbers), _) => {
                    number(value).into_iter().for_each(|(c, _)| numbers.keep(CompareOp::NotEqual, c));
                }
                (Self::Texts(texts), Value::Text(text)) => texts.others.push(text.clone()),
                (Self::Texts(_) | Self::Set { .. } | Self::Any, _) => {}
            }
        }
    }

    /// A term of which nothing is known is of the kind of what it is compared with.
    fn settle(&mut self, value: &Value) {
        if !matches!(self, Self::Any) {
            return;
        }
        match value {
            // An int may be compared with a fraction.
            Value::Int(_) | Value::Number(_) => *self = Self::Numbers(Numbers::all(Unit::Number)),
            Value::Money(_) => *self = Self::Numbers(Numbers::all(Unit::Money)),
            Value::Date(_) => *self = Self::Numbers(Numbers::all(Unit::Date)),
            Value::Instant(_) => *self = Self::Numbers(Numbers::all(Unit::Instant)),
            Value::Duration(_) => *self = Self::Numbers(Numbers::all(Unit::Duration)),
            Value::Text(_) => *self = Self::Texts(Texts::default()),
            Value::Bool(_) => *self = Self::Few(vec![Value::Bool(false), Value::Bool(true)]),
            Value::Missing | Value::Enum(_) | Value::Set(_) => {}
        }
    }

    fn allows(&self, value: &Value) -> bool {
        match self {
            Self::Few(list) => list.iter().any(|known| same(known, value)),
            Self::Numbers(numbers) => number(value).is_none_or(|(c, _)| numbers.contains(c)),
            Self::Texts(texts) => {
                let Value::Text(text) = value else { return true };
                texts.others.iter().all(|other| other != text)
                    && texts.tests.iter().all(|(op, part, holds)| texts::test(*op, text, part) == *holds)
                    && texts.patterns.iter().all(|(pattern, holds)| matches(pattern, text) == *holds)
            }
            Self::Set { .. } | Self::Any => true,
        }
    }

    fn as_texts(&mut self) -> Option<&mut Texts> {
        if matches!(self, Self::Any) {
            *self = Self::Texts(Texts::default());
        }
        if let Self::Texts(texts) = self { Some(texts) } else { None }
    }
}

impl Test {
    /// The answer for a value, as the machine gives it.
    pub(crate) fn holds(&self, value: &Value) -> bool {
        if !value.is_known() {
            return false;
        }
        match self {
            Self::Known => true,
            Self::Compare(op, other) => other.is_known() && op.holds(value.order(other)),
            Self::OneOf(list) => list.iter().any(|member| same(member, value)),
            Self::Text(op, part) => matches!(value, Value::Text(text) if texts::test(*op, text, part)),
            Self::Matches(pattern) => matches!(value, Value::Text(text) if matches(pattern, text)),
            Self::Contains(member) => {
                matches!(value, Value::Set(members) if members.iter().any(|known| same(known, member)))
            }
        }
    }
}

/// The comparison that holds of two values when this one does not.
pub(crate) fn opposite(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Equal => CompareOp::NotEqual,
        CompareOp::NotEqual => CompareOp::Equal,
        CompareOp::Less => CompareOp::GreaterEqual,
        CompareOp::LessEqual => CompareOp::Greater,
        CompareOp::Greater => CompareOp::LessEqual,
        CompareOp::GreaterEqual => CompareOp::Less,
    }
}

fn same(a: &Value, b: &Value) -> bool {
    a.order(b).is_eq()
}

/// Anchored at both ends, as the machine does it; what is no expression has been reported and matches nothing.
fn matches(pattern: &str, text: &str) -> bool {
    let anchored = || regex::Regex::new(&format!(r"\A(?:{pattern})\z"));
    let commented = |_| regex::Regex::new(&format!("\\A(?:{pattern}\n)\\z"));
    anchored().or_else(commented).is_ok_and(|regex| regex.is_match(text))
}
