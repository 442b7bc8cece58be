//! Expressions of the old program in the numbers of the new one.

use flow_graph::program::{Behaviour, Event, Lifecycle, Measure, Score, Segment};
use flow_graph::{Expr, Id, Value};

use super::{Freezer, Kept, lack};

impl Freezer<'_> {
    /// An expression; `this` is the event that it looks at, where it looks at one.
    pub(super) fn expr(&mut self, expr: &Expr, this: Option<Id<Event>>) -> Kept<Expr> {
        Ok(match expr {
            Expr::Const(value) => Expr::Const(self.constant(value)?),
            Expr::Field(field) => Expr::Field(self.field(*field)?),
            Expr::This(slot) => match this {
                Some(event) => Expr::This(self.slot(event, *slot)?.1),
                None => return Err(lack("event", "?")),
            },
            Expr::Trigger(slots) => {
                let known: Vec<_> = slots.iter().filter_map(|&(event, slot)| self.slot(event, slot).ok()).collect();
                match slots.first() {
                    Some(&(event, slot)) if known.is_empty() => return self.slot(event, slot).map(|_| expr.clone()),
                    Some(_) | None => Expr::Trigger(known),
                }
            }
            Expr::ThisMeta(_) | Expr::TriggerMeta(_) | Expr::Key | Expr::Template(_) => expr.clone(),
            Expr::Behaviour(id) => Expr::Behaviour(self.behaviour(*id)?),
            Expr::SinceLast { behaviour, op, span } => {
                Expr::SinceLast { behaviour: self.behaviour(*behaviour)?, op: *op, span: *span }
            }
            Expr::Score { score, part } => Expr::Score { score: self.score(*score)?, part: *part },
            Expr::InBand { score, band } => {
                let (score, band) = self.band(*score, *band)?;
                Expr::InBand { score, band }
            }
            Expr::InSegment(segment) => Expr::InSegment(self.segment(*segment)?),
            Expr::InStage { lifecycle, stage, at_least } => {
                let (lifecycle, stage) = self.stage(*lifecycle, *stage)?;
                Expr::InStage { lifecycle, stage, at_least: *at_least }
            }
            Expr::InSequence(sequence) => {
                let name = self.names.old.sequences.get(*sequence).map_or("?", |it| it.name.as_str());
                Expr::InSequence(self.names.sequence(*sequence).ok_or_else(|| lack("sequence", name))?)
            }
            Expr::Not(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Compare { .. }
            | Expr::OneOf { .. }
            | Expr::TextTest { .. }
            | Expr::Matches { .. }
            | Expr::Contains { .. }
            | Expr::Arith { .. }
            | Expr::Shift { .. }
            | Expr::Default { .. }
            | Expr::Known(_)
            | Expr::If { .. } => self.composed(expr, this)?,
        })
    }

    /// An expression that is made of others.
    fn composed(&mut self, expr: &Expr, this: Option<Id<Event>>) -> Kept<Expr> {
        let mut part = |part: &Expr| self.expr(part, this);
        let mut boxed = |inner: &Expr| part(inner).map(Box::new);
        Ok(match expr {
            Expr::Not(inner) => Expr::Not(boxed(inner)?),
            Expr::Known(inner) => Expr::Known(boxed(inner)?),
            Expr::And(all) => Expr::And(all.iter().map(part).collect::<Kept<_>>()?),
            Expr::Or(all) => Expr::Or(all.iter().map(part).collect::<Kept<_>>()?),
            Expr::Compare { op, left, right } => Expr::Compare { op: *op, left: boxed(left)?, right: boxed(right)? },
            Expr::Arith { op, left, right } => Expr::Arith { op: *op, left: boxed(left)?, right: boxed(right)? },
            Expr::Matches { value, pattern } => Expr::Matches { value: boxed(value)?, pattern: pattern.clone() },
            Expr::TextTest { op, value, pattern } => {
                Expr::TextTest { op: *op, value: boxed(value)?, pattern: boxed(pattern)? }
            }
            Expr::Contains { set, member } => Expr::Contains { set: boxed(set)?, member: boxed(member)? },
            Expr::Shift { moment, by, back } => Expr::Shift { moment: boxed(moment)?, by: *by, back: *back },
            Expr::Default { value, fallback } => Expr::Default { value: boxed(value)?, fallback: boxed(fallback)? },
            Expr::If { condition, then, otherwise } => {
                Expr::If { condition: boxed(condition)?, then: boxed(then)?, otherwise: boxed(otherwise)? }
            }
            Expr::OneOf { value, list } => {
                let value = boxed(value)?;
                Expr::OneOf { value, list: list.iter().map(|it| self.constant(it)).collect::<Kept<_>>()? }
            }
            Expr::Const(_)
            | Expr::Field(_)
            | Expr::This(_)
            | Expr::ThisMeta(_)
            | Expr::Trigger(_)
            | Expr::TriggerMeta(_)
            | Expr::Key
            | Expr::Behaviour(_)
            | Expr::Score { .. }
            | Expr::InBand { .. }
            | Expr::InSegment(_)
            | Expr::InStage { .. }
            | Expr::InSequence(_)
            | Expr::SinceLast { .. }
            | Expr::Template(_) => expr.clone(),
        })
    }

    /// A constant. One of an enum is a position: it means the same only while no value before it has changed.
    fn constant(&self, value: &Value) -> Kept<Value> {
        let position = |value: &Value| matches!(value, Value::Enum(_));
        let inside = if let Value::Set(members) = value { members.iter().any(position) } else { position(value) };
        if inside && let Some(moved) = self.names.reordered_enum() {
            return Err(format!("the enum `{moved}` with its values in their order"));
        }
        Ok(value.clone())
    }

    /// A figure: one that the new program has, else it is added.
    fn behaviour(&mut self, id: Id<Behaviour>) -> Kept<Id<Behaviour>> {
        let Some(old) = self.names.old.behaviours.get(id) else { return Err(lack("figure", "?")) };
        let filter = old.filter.as_ref().map(|filter| self.expr(filter, Some(old.event))).transpose()?;
        let measure = match old.measure {
            Measure::Count | Measure::FirstTime | Measure::LastTime => old.measure,
            Measure::Sum(slot) => Measure::Sum(self.slot(old.event, slot)?.1),
            Measure::Min(slot) => Measure::Min(self.slot(old.event, slot)?.1),
            Measure::Max(slot) => Measure::Max(self.slot(old.event, slot)?.1),
            Measure::Avg(slot) => Measure::Avg(self.slot(old.event, slot)?.1),
            Measure::First(slot) => Measure::First(self.slot(old.event, slot)?.1),
            Measure::Last(slot) => Measure::Last(self.slot(old.event, slot)?.1),
            Measure::Distinct(slot) => Measure::Distinct(self.slot(old.event, slot)?.1),
        };
        let event = self.event(old.event)?;
        let same =
            |it: &Behaviour| it.event == event && it.filter == filter && it.measure == measure && it.reach == old.reach;
        let place = match self.names.new.behaviours.iter().chain(&self.behaviours).position(same) {
            Some(place) => place,
            None => {
                let at = self.at(old.at);
                self.behaviours.push(Behaviour { event, filter, measure, at, ..old.clone() });
                self.names.new.behaviours.len() + self.behaviours.len() - 1
            }
        };
        u32::try_from(place).map(Id::new).map_err(|_| lack("figure", &old.text))
    }

    pub(super) fn segment(&self, id: Id<Segment>) -> Kept<Id<Segment>> {
        let name = self.names.old.segments.get(id).map_or("?", |it| it.name.as_str());
        self.names.segment(id).ok_or_else(|| lack("segment", name))
    }

    fn score(&self, id: Id<Score>) -> Kept<Id<Score>> {
        let name = self.names.old.scores.get(id).map_or("?", |it| it.name.as_str());
        self.names.score(id).ok_or_else(|| lack("score", name))
    }

    pub(super) fn band(&self, id: Id<Score>, band: u16) -> Kept<(Id<Score>, u16)> {
        let score = self.score(id)?;
        self.names.band(id, band).map(|band| (score, band)).ok_or_else(|| {
            let of = self.names.old.scores.get(id);
            let name = of.and_then(|it| it.bands.get(usize::from(band))).map_or("?", |it| it.name.as_str());
            lack("band", &format!("{}.{name}", of.map_or("?", |it| &it.name)))
        })
    }

    pub(super) fn stage(&self, id: Id<Lifecycle>, stage: u16) -> Kept<(Id<Lifecycle>, u16)> {
        let of = self.names.old.lifecycles.get(id);
        let words = || {
            let name = of.and_then(|it| it.stages.get(usize::from(stage))).map_or("?", |it| it.as_str());
            lack("stage", &format!("{}.{name}", of.map_or("?", |it| &it.name)))
        };
        self.names.lifecycle(id).zip(self.names.stage(id, stage)).ok_or_else(words)
    }
}
