//! Conditions made ready: what is compared is fused with how, and nothing is copied to look at it.
//!
//! A condition says exactly what its expression says, and when it can change by itself; what has no faster form is
//! asked of the expression.

use std::sync::Arc;

use flow_graph::expr::CompareOp;
use flow_graph::program::{Behaviour, Field, Measure, Program, Reach, Segment};
use flow_graph::{Expr, Id, Timestamp, Value};

use super::{View, change, figure};
use crate::contact::facts::figure::Figure;

/// A condition made ready.
#[derive(Debug)]
pub struct Condition(Test);

#[derive(Debug)]
enum Test {
    All(Box<[Test]>),
    Any(Box<[Test]>),
    Not(Box<Test>),
    Segment(Id<Segment>),
    /// A field holds this text, or another one.
    Text {
        field: Id<Field>,
        text: Arc<str>,
        equal: bool,
    },
    /// A field against a whole number of one kind.
    Whole {
        field: Id<Field>,
        kind: Kind,
        op: CompareOp,
        number: i64,
        bound: Value,
    },
    /// A figure against a constant.
    Figure {
        behaviour: Id<Behaviour>,
        op: CompareOp,
        bound: Value,
        /// Before the first event.
        blank: bool,
        /// A number of events in a window: while none arrives it can only fall.
        falls: bool,
    },
    /// False before the first event of a behaviour.
    After(Id<Behaviour>, Expr),
    Other(Expr),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Int,
    Money,
    Duration,
    Enum,
    Instant,
}

impl Condition {
    /// Makes a condition of a program ready.
    #[must_use]
    pub fn new(program: &Program, expr: &Expr) -> Self {
        Self(Test::new(program, expr))
    }

    /// Whether it holds now; a missing one does not.
    #[must_use]
    #[inline]
    pub fn holds(&self, view: &View<'_>) -> bool {
        self.0.holds(view)
    }

    /// The earliest instant after now at which it can change when nothing arrives; never later than it does.
    #[must_use]
    pub fn next(&self, view: &View<'_>) -> Option<Timestamp> {
        self.0.next(view)
    }
}

impl Test {
    fn new(program: &Program, expr: &Expr) -> Self {
        let all = |parts: &[Expr]| parts.iter().map(|part| Self::new(program, part)).collect();
        #[expect(clippy::wildcard_enum_match_arm, reason = "all others are asked of the expression")]
        match expr {
            Expr::And(parts) => Self::All(all(parts)),
            Expr::Or(parts) => Self::Any(all(parts)),
            Expr::Not(inner) => Self::Not(Box::new(Self::new(program, inner))),
            Expr::InSegment(segment) => Self::Segment(*segment),
            Expr::SinceLast { behaviour, .. } => Self::After(*behaviour, expr.clone()),
            Expr::Compare { op, left, right } => match (&**left, &**right) {
                (Expr::Field(field), Expr::Const(bound)) => Self::of_field(*field, *op, bound, expr),
                (Expr::Behaviour(behaviour), Expr::Const(bound)) => Self::of_figure(program, *behaviour, *op, bound),
                _ => Self::Other(expr.clone()),
            },
            _ => Self::Other(expr.clone()),
        }
    }

    fn of_field(field: Id<Field>, op: CompareOp, bound: &Value, expr: &Expr) -> Self {
        if let (Value::Text(text), CompareOp::Equal | CompareOp::NotEqual) = (bound, op) {
            return Self::Text { field, text: Arc::clone(text), equal: op == CompareOp::Equal };
        }
        match whole(bound) {
            Some((kind, number)) => Self::Whole { field, kind, op, number, bound: bound.clone() },
            None => Self::Other(expr.clone()),
        }
    }

    fn of_figure(program: &Program, id: Id<Behaviour>, op: CompareOp, bound: &Value) -> Self {
        let falls = program.behaviours.get(id).is_some_and(|behaviour| {
            matches!((behaviour.measure, behaviour.reach), (Measure::Count | Measure::Distinct(_), Reach::Last(_)))
        });
        let none = program.behaviours.get(id).map_or(Value::Missing, |it| figure::of_none(program, it));
        Self::Figure { behaviour: id, op, bound: bound.clone(), blank: compare(op, &none, bound), falls }
    }

    #[inline]
    fn holds(&self, view: &View<'_>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(view)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(view)),
            Self::Not(inner) => !inner.holds(view),
            Self::Segment(segment) => view.contact.facts.in_segment(*segment),
            Self::Text { field, text, equal } => {
                let value = view.contact.facts.field(*field);
                if let Value::Text(known) = value {
                    (**known == **text) == *equal
                } else {
                    // Of another kind: another value.
                    !*equal && value.is_known()
                }
            }
            Self::Whole { field, kind, op, number, bound } => {
                let value = view.contact.facts.field(*field);
                match whole(value) {
                    Some((known, value)) if known == *kind => op.holds(value.cmp(number)),
                    _ => compare(*op, value, bound),
                }
            }
            Self::Figure { behaviour, op, bound, blank, .. } => match state(view, *behaviour) {
                None => *blank,
                Some(_) => compare(*op, &view.behaviour(*behaviour), bound),
            },
            Self::After(behaviour, expr) => state(view, *behaviour).is_some() && view.holds(expr),
            Self::Other(expr) => view.holds(expr),
        }
    }

    fn next(&self, view: &View<'_>) -> Option<Timestamp> {
        match self {
            Self::All(parts) => next_of_many(view, parts, false),
            Self::Any(parts) => next_of_many(view, parts, true),
            Self::Not(inner) => inner.next(view),
            Self::Segment(_) | Self::Text { .. } | Self::Whole { .. } => None,
            Self::Figure { behaviour: id, op, bound, falls, .. } => {
                let state = state(view, *id)?;
                let behaviour = view.engine.program().behaviours.get(*id)?;
                if *falls && change::fallen(*op, &figure::read(view, behaviour, state), bound) {
                    return None;
                }
                figure::next_leave(view, behaviour, state)
            }
            Self::After(behaviour, expr) => {
                state(view, *behaviour)?;
                change::next(view, expr)
            }
            Self::Other(expr) => change::next(view, expr),
        }
    }
}

/// As [`change`] has it for expressions: while some hold it back, all of those have to turn first.
fn next_of_many(view: &View<'_>, many: &[Test], decides: bool) -> Option<Timestamp> {
    let mut last_holding: Option<Timestamp> = None;
    let mut holding = false;
    for test in many.iter().filter(|test| test.holds(view) == decides) {
        holding = true;
        let turns = test.next(view)?;
        last_holding = last_holding.max(Some(turns));
    }
    if holding { last_holding } else { many.iter().filter_map(|test| test.next(view)).min() }
}

#[inline]
fn state<'v>(view: &View<'v>, behaviour: Id<Behaviour>) -> Option<&'v Figure> {
    view.contact.facts.figures.get(behaviour.index())
}

fn compare(op: CompareOp, value: &Value, bound: &Value) -> bool {
    value.is_known() && bound.is_known() && op.holds(value.order(bound))
}

/// A value that is a whole number, with its kind.
#[inline]
fn whole(value: &Value) -> Option<(Kind, i64)> {
    match value {
        Value::Int(number) => Some((Kind::Int, *number)),
        Value::Money(number) => Some((Kind::Money, *number)),
        Value::Duration(number) => Some((Kind::Duration, *number)),
        Value::Enum(position) => Some((Kind::Enum, i64::from(*position))),
        Value::Instant(at) => Some((Kind::Instant, at.0)),
        Value::Missing | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Date(_) | Value::Set(_) => None,
    }
}
