//! Expressions: what they are worth now, and when that can change by itself.

pub(crate) mod arith;
mod change;
pub(crate) mod condition;
pub(crate) mod figure;
pub(crate) mod reach;
mod sums;
pub(crate) mod timed;
pub(crate) mod walk;

pub use walk::each_expr;

use std::borrow::Cow;

pub use condition::Condition;
use flow_graph::expr::{CompareOp, EventMeta, ScorePart, TextOp};
use flow_graph::program::{Event as EventType, Measure, Score};
use flow_graph::{Expr, Id, Timestamp, Value};

use crate::contact::Contact;
use crate::derive::score;
use crate::engine::Engine;
use crate::input::Event;
use crate::time::{self, Zone};

/// What an expression sees.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The program.
    pub engine: &'a Engine,
    /// The contact.
    pub contact: &'a Contact,
    /// The instant.
    pub now: Timestamp,
    /// The event that is being looked at, inside `where`.
    pub this: Option<&'a Event>,
    /// The event that began the run.
    pub trigger: Option<&'a Event>,
    /// The key of the run.
    pub key: Option<&'a Value>,
}

impl<'a> View<'a> {
    /// A contact at an instant, with no event and no run.
    #[must_use]
    pub fn new(engine: &'a Engine, contact: &'a Contact, now: Timestamp) -> Self {
        Self { engine, contact, now, this: None, trigger: None, key: None }
    }

    /// The same with an event that is being looked at.
    #[must_use]
    pub fn with_this(self, event: &'a Event) -> Self {
        Self { this: Some(event), ..self }
    }

    /// The same at another instant.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        Self { now, ..self }
    }

    /// Whether a condition holds; a missing one does not.
    #[must_use]
    pub fn holds(&self, expr: &Expr) -> bool {
        match expr {
            Expr::And(all) => all.iter().all(|expr| self.holds(expr)),
            Expr::Or(any) => any.iter().any(|expr| self.holds(expr)),
            Expr::Not(inner) => !self.holds(inner),
            Expr::Compare { op, left, right } => self.compare(*op, left, right),
            Expr::OneOf { value, list } => {
                let value = self.look(value);
                value.is_known() && list.binary_search_by(|member| member.order(&value)).is_ok()
            }
            Expr::TextTest { op, value, pattern } => match (&*self.look(value), &*self.look(pattern)) {
                (Value::Text(text), Value::Text(part)) => test_text(*op, text, part),
                _ => false,
            },
            Expr::Matches { value, pattern } => match (&*self.look(value), self.engine.pattern(pattern)) {
                (Value::Text(text), Some(regex)) => regex.is_match(text),
                _ => false,
            },
            Expr::Contains { set, member } => match (&*self.look(set), &*self.look(member)) {
                (_, Value::Missing) => false,
                (Value::Set(members), member) => members.binary_search_by(|one| one.order(member)).is_ok(),
                _ => false,
            },
            Expr::SinceLast { behaviour, op, span } => matches!(
                self.behaviour(*behaviour),
                Value::Instant(last) if op.holds(self.now.cmp(&time::add(self.zone(), last, *span)))
            ),
            Expr::InBand { score, band } => self.contact.facts.band(*score) == Some(*band),
            Expr::InSegment(segment) => self.contact.facts.in_segment(*segment),
            Expr::InStage { lifecycle, stage, at_least } => {
                let is = self.contact.journey.stage(*lifecycle);
                if *at_least { is >= *stage } else { is == *stage }
            }
            Expr::InSequence(sequence) => self.contact.journey.in_sequence(*sequence),
            Expr::Known(inner) => self.look(inner).is_known(),
            Expr::If { condition, then, otherwise } => self.holds(if self.holds(condition) { then } else { otherwise }),
            Expr::Const(_)
            | Expr::Field(_)
            | Expr::This(_)
            | Expr::ThisMeta(_)
            | Expr::Trigger(_)
            | Expr::TriggerMeta(_)
            | Expr::Key
            | Expr::Behaviour(_)
            | Expr::Score { .. }
            | Expr::Arith { .. }
            | Expr::Shift { .. }
            | Expr::Default { .. }
            | Expr::Template(_) => self.value(expr) == Value::Bool(true),
        }
    }

    /// The value of an expression.
    #[must_use]
    pub fn value(&self, expr: &Expr) -> Value {
        match expr {
            Expr::Const(value) => value.clone(),
            Expr::Field(field) => self.contact.facts.field(*field).clone(),
            Expr::This(slot) => self.this.map_or(Value::Missing, |event| slot_of(event, *slot)),
            Expr::ThisMeta(meta) => self.this.map_or(Value::Missing, |event| meta_of(event, *meta)),
            Expr::Trigger(slots) => self.trigger.map_or(Value::Missing, |event| among(event, slots)),
            Expr::TriggerMeta(meta) => self.trigger.map_or(Value::Missing, |event| meta_of(event, *meta)),
            Expr::Key => self.key.cloned().unwrap_or(Value::Missing),
            Expr::Behaviour(behaviour) => self.behaviour(*behaviour),
            Expr::Score { score, part } => Value::Number(self.score(*score, *part)),
            Expr::Arith { op, left, right } => arith::apply(*op, &self.value(left), &self.value(right)),
            Expr::Shift { moment, by, back } => match (self.value(moment), *back) {
                (Value::Date(date), back) => time::shift_date(date, *by, back).map_or(Value::Missing, Value::Date),
                (Value::Instant(at), true) => shown(time::subtract(self.zone(), at, *by)),
                (Value::Instant(at), false) => shown(time::add(self.zone(), at, *by)),
                _ => Value::Missing,
            },
            Expr::Default { value, fallback } => {
                let value = self.value(value);
                if value.is_known() { value } else { self.value(fallback) }
            }
            Expr::If { condition, then, otherwise } => self.value(if self.holds(condition) { then } else { otherwise }),
            Expr::Template(text) => Value::text(text),
            Expr::InBand { .. }
            | Expr::InSegment(_)
            | Expr::InStage { .. }
            | Expr::InSequence(_)
            | Expr::Not(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Compare { .. }
            | Expr::OneOf { .. }
            | Expr::TextTest { .. }
            | Expr::Matches { .. }
            | Expr::Contains { .. }
            | Expr::SinceLast { .. }
            | Expr::Known(_) => Value::Bool(self.holds(expr)),
        }
    }

    /// The earliest instant after now at which the value can change when nothing arrives; never later than it does,
    /// now and then earlier.
    #[must_use]
    pub fn next_change(&self, expr: &Expr) -> Option<Timestamp> {
        change::next(self, expr)
    }

    /// A score or one of its parts.
    #[must_use]
    pub fn score(&self, id: Id<Score>, part: ScorePart) -> f64 {
        score::value(self, id, part)
    }

    pub(crate) fn zone(&self) -> &'a Zone {
        self.contact.zone(self.engine)
    }

    pub(crate) fn compare(&self, op: CompareOp, left: &Expr, right: &Expr) -> bool {
        let (left, right) = (self.look(left), self.look(right));
        left.is_known() && right.is_known() && op.holds(left.order(&right))
    }

    /// The value of an expression, borrowed where it stands somewhere.
    fn look<'v>(&'v self, expr: &'v Expr) -> Cow<'v, Value> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "all others are worked out")]
        match expr {
            Expr::Const(value) => Cow::Borrowed(value),
            Expr::Field(field) => Cow::Borrowed(self.contact.facts.field(*field)),
            Expr::This(slot) => {
                let value = self.this.and_then(|event| event.values.get(usize::from(*slot)));
                Cow::Borrowed(value.unwrap_or(&Value::Missing))
            }
            Expr::Key => Cow::Borrowed(self.key.unwrap_or(&Value::Missing)),
            _ => Cow::Owned(self.value(expr)),
        }
    }

    pub(crate) fn behaviour(&self, id: Id<flow_graph::program::Behaviour>) -> Value {
        let Some(behaviour) = self.engine.program().behaviours.get(id) else { return Value::Missing };
        match self.contact.facts.figures.get(id.index()) {
            Some(state) => figure::read(self, behaviour, state),
            None => figure::of_none(self.engine.program(), behaviour),
        }
    }

    /// The type of what a measure measures, if it measures a field.
    pub(crate) fn measured(&self, event: Id<EventType>, measure: Measure) -> Option<&'a flow_graph::Type> {
        let slot = figure::slot(measure)?;
        let fields = &self.engine.program().events.get(event)?.fields;
        fields.get(usize::from(slot)).map(|field| &field.ty)
    }
}

fn slot_of(event: &Event, slot: u16) -> Value {
    event.values.get(usize::from(slot)).cloned().unwrap_or(Value::Missing)
}

fn among(event: &Event, slots: &[(Id<EventType>, u16)]) -> Value {
    let found = slots.iter().find(|(kind, _)| *kind == event.kind);
    found.map_or(Value::Missing, |&(_, slot)| slot_of(event, slot))
}

fn meta_of(event: &Event, what: EventMeta) -> Value {
    let utm = |index: usize| event.meta.as_ref().and_then(|meta| meta.utm.get(index).cloned().flatten());
    let page = |index: usize| event.meta.as_ref().and_then(|meta| meta.page.get(index).cloned().flatten());
    let text = match what {
        EventMeta::Time => return Value::Instant(event.time),
        EventMeta::Id => Some(&event.id).filter(|id| !id.is_empty()).cloned(),
        EventMeta::UtmSource => utm(0),
        EventMeta::UtmMedium => utm(1),
        EventMeta::UtmCampaign => utm(2),
        EventMeta::UtmContent => utm(3),
        EventMeta::UtmTerm => utm(4),
        EventMeta::PageUrl => page(0),
        EventMeta::PagePath => page(1),
        EventMeta::PageTitle => page(2),
        EventMeta::PageReferrer => page(3),
    };
    text.map_or(Value::Missing, Value::Text)
}

fn test_text(op: TextOp, text: &str, part: &str) -> bool {
    match op {
        TextOp::Contains => text.contains(part),
        TextOp::StartsWith => text.starts_with(part),
        TextOp::EndsWith => text.ends_with(part),
    }
}

/// An instant that can be shown; what lies beyond is missing.
fn shown(at: Timestamp) -> Value {
    let valid = Timestamp::FIRST_VALID <= at && at <= Timestamp::LAST_VALID;
    if valid { Value::Instant(at) } else { Value::Missing }
}
