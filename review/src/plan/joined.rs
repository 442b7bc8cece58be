//! Two programs in one, so that a condition of one can be compared with a condition of the other.
//!
//! The numbers are those of the later program; what only the earlier one has stands behind. A segment whose condition
//! was changed stands there twice: a condition of the earlier program asks the earlier one. Scores, stages and
//! sequences are asked by name, so that a condition is compared for what it says itself: what became of a score is a
//! change of its own.

use std::collections::BTreeMap;

use flow_graph::program::{Behaviour, EnumType, Event, Field, Lifecycle, Measure, Program, Score, Segment, Sequence};
use flow_graph::{Expr, Id, Table, Type, Value};

/// Two programs in one.
#[derive(Debug)]
pub(crate) struct Joined<'p> {
    old: &'p Program,
    /// The later program, with what only the earlier one has behind it.
    pub(crate) program: Program,
    segments: BTreeMap<usize, Id<Segment>>,
}

impl<'p> Joined<'p> {
    /// Joins two programs; the names of the earlier one are already those of the later one.
    pub(crate) fn new(old: &'p Program, new: &Program) -> Self {
        Self { old, program: new.clone(), segments: BTreeMap::new() }
    }

    /// A condition of the earlier program, in the numbers of the joined one. Nothing, where it has no meaning there: a
    /// field has another type, an enum other values, a band or a stage is gone.
    pub(crate) fn expr(&mut self, expr: &Expr, this: Option<Id<Event>>) -> Option<Expr> {
        let mut taken = expr.clone();
        let mut sound = true;
        taken.walk_mut(&mut |part| sound &= self.one(part, this).is_some());
        sound.then_some(taken)
    }

    /// An event of the earlier program.
    pub(crate) fn event(&mut self, id: Id<Event>) -> Option<Id<Event>> {
        let old = self.old.events.get(id)?;
        match by_name(&self.program.events, |it| it.name == old.name) {
            Some(found) => Some(found),
            None => {
                let fields = old.fields.iter().map(|field| self.carried(field)).collect::<Option<_>>()?;
                Some(self.program.events.push(Event { name: old.name.clone(), wire: old.wire.clone(), fields }))
            }
        }
    }

    fn one(&mut self, part: &mut Expr, this: Option<Id<Event>>) -> Option<()> {
        match part {
            Expr::Const(value) => return self.constant(value),
            Expr::OneOf { list, .. } => return list.iter().try_for_each(|value| self.constant(value)),
            Expr::Field(id) => *id = self.field(*id)?,
            Expr::This(slot) => *slot = self.slot(this?, *slot)?,
            Expr::Trigger(slots) => {
                for (event, slot) in slots {
                    (*slot, *event) = (self.slot(*event, *slot)?, self.event(*event)?);
                }
            }
            Expr::Behaviour(id) | Expr::SinceLast { behaviour: id, .. } => *id = self.behaviour(*id)?,
            Expr::Score { score, .. } => *score = self.score(*score)?,
            Expr::InBand { score, band } => (*band, *score) = (self.band(*score, *band)?, self.score(*score)?),
            Expr::InSegment(id) => *id = self.segment(*id)?,
            Expr::InStage { lifecycle, stage, .. } => {
                (*stage, *lifecycle) = (self.stage(*lifecycle, *stage)?, self.lifecycle(*lifecycle)?);
            }
            Expr::InSequence(id) => *id = self.sequence(*id)?,
            Expr::ThisMeta(_)
            | Expr::TriggerMeta(_)
            | Expr::Key
            | Expr::Not(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Compare { .. }
            | Expr::TextTest { .. }
            | Expr::Matches { .. }
            | Expr::Contains { .. }
            | Expr::Arith { .. }
            | Expr::Shift { .. }
            | Expr::Default { .. }
            | Expr::Known(_)
            | Expr::If { .. }
            | Expr::Template(_) => {}
        }
        Some(())
    }

    /// A value of an enum is a position: it means the same only while no value before it has changed.
    fn constant(&self, value: &Value) -> Option<()> {
        let position = |value: &Value| matches!(value, Value::Enum(_));
        let inside = if let Value::Set(members) = value { members.iter().any(position) } else { position(value) };
        let keeps = |old: &EnumType| {
            let new = self.program.enums.iter().find(|new| new.name == old.name);
            new.is_none_or(|new| new.values.starts_with(&old.values))
        };
        (!inside || self.old.enums.iter().all(keeps)).then_some(())
    }

    fn ty(&mut self, ty: &Type) -> Option<Type> {
        if let Type::Enum(id) = ty {
            let old = self.old.enums.get(*id)?;
            let found = by_name(&self.program.enums, |it| it.name == old.name);
            return Some(Type::Enum(found.unwrap_or_else(|| self.program.enums.push(old.clone()))));
        }
        if let Type::Set(member) = ty {
            return Some(Type::Set(Box::new(self.ty(member)?)));
        }
        Some(ty.clone())
    }

    fn carried(&mut self, field: &Field) -> Option<Field> {
        Some(Field { ty: self.ty(&field.ty)?, ..field.clone() })
    }

    fn field(&mut self, id: Id<Field>) -> Option<Id<Field>> {
        let carried = self.carried(self.old.fields.get(id)?)?;
        match by_name(&self.program.fields, |it| it.name == carried.name) {
            // Whether it may be missing, and its range, are those of the later program.
            Some(found) => (self.program.fields.get(found)?.ty == carried.ty).then_some(found),
            None => Some(self.program.fields.push(carried)),
        }
    }

    fn slot(&mut self, event: Id<Event>, slot: u16) -> Option<u16> {
        let carried = self.carried(self.old.events.get(event)?.fields.get(usize::from(slot))?)?;
        let event = self.event(event)?;
        let fields = &mut self.program.events.get_mut(event)?.fields;
        match fields.iter().position(|it| it.name == carried.name) {
            Some(found) => (fields.get(found)?.ty == carried.ty).then(|| u16::try_from(found).ok())?,
            None => {
                fields.push(carried);
                u16::try_from(fields.len() - 1).ok()
            }
        }
    }

    fn behaviour(&mut self, id: Id<Behaviour>) -> Option<Id<Behaviour>> {
        let old = self.old.behaviours.get(id)?;
        let filter = match &old.filter {
            Some(filter) => Some(self.expr(filter, Some(old.event))?),
            None => None,
        };
        let slot = |joined: &mut Self, slot| joined.slot(old.event, slot);
        let measure = match old.measure {
            Measure::Count | Measure::FirstTime | Measure::LastTime => old.measure,
            Measure::Sum(of) => Measure::Sum(slot(self, of)?),
            Measure::Min(of) => Measure::Min(slot(self, of)?),
            Measure::Max(of) => Measure::Max(slot(self, of)?),
            Measure::Avg(of) => Measure::Avg(slot(self, of)?),
            Measure::First(of) => Measure::First(slot(self, of)?),
            Measure::Last(of) => Measure::Last(slot(self, of)?),
            Measure::Distinct(of) => Measure::Distinct(slot(self, of)?),
        };
        let event = self.event(old.event)?;
        let same =
            |it: &Behaviour| it.event == event && it.filter == filter && it.measure == measure && it.reach == old.reach;
        let found = by_name(&self.program.behaviours, same);
        Some(found.unwrap_or_else(|| {
            self.program.behaviours.push(Behaviour { event, filter: filter.clone(), measure, ..old.clone() })
        }))
    }

    /// A segment that means something else now is asked as it was.
    fn segment(&mut self, id: Id<Segment>) -> Option<Id<Segment>> {
        if let Some(known) = self.segments.get(&id.index()) {
            return Some(*known);
        }
        let old = self.old.segments.get(id)?;
        let condition = self.expr(&old.condition, None)?;
        let same = |it: &Segment| it.name == old.name && it.condition == condition;
        let found = by_name(&self.program.segments, same);
        let found = found
            .unwrap_or_else(|| self.program.segments.push(Segment { condition: condition.clone(), ..old.clone() }));
        self.segments.insert(id.index(), found);
        Some(found)
    }

    fn score(&mut self, id: Id<Score>) -> Option<Id<Score>> {
        let old = self.old.scores.get(id)?;
        let found = by_name(&self.program.scores, |it| it.name == old.name);
        // Of a score that is gone nothing but its bands is asked.
        let bare = || Score { fit: Vec::new(), hits: Vec::new(), ..old.clone() };
        Some(found.unwrap_or_else(|| self.program.scores.push(bare())))
    }

    fn band(&mut self, id: Id<Score>, band: u16) -> Option<u16> {
        let name = &self.old.scores.get(id)?.bands.get(usize::from(band))?.name;
        let score = self.score(id)?;
        let bands = &self.program.scores.get(score)?.bands;
        u16::try_from(bands.iter().position(|it| it.name == *name)?).ok()
    }

    fn lifecycle(&mut self, id: Id<Lifecycle>) -> Option<Id<Lifecycle>> {
        let old = self.old.lifecycles.get(id)?;
        let found = by_name(&self.program.lifecycles, |it| it.name == old.name);
        let bare = || Lifecycle { transitions: Vec::new(), expects: Vec::new(), ..old.clone() };
        Some(found.unwrap_or_else(|| self.program.lifecycles.push(bare())))
    }

    fn stage(&mut self, id: Id<Lifecycle>, stage: u16) -> Option<u16> {
        let name = self.old.lifecycles.get(id)?.stages.get(usize::from(stage))?;
        let lifecycle = self.lifecycle(id)?;
        let stages = &self.program.lifecycles.get(lifecycle)?.stages;
        u16::try_from(stages.iter().position(|it| it == name)?).ok()
    }

    fn sequence(&mut self, id: Id<Sequence>) -> Option<Id<Sequence>> {
        let old = self.old.sequences.get(id)?;
        by_name(&self.program.sequences, |it| it.name == old.name)
    }
}

fn by_name<T>(table: &Table<T>, is: impl Fn(&T) -> bool) -> Option<Id<T>> {
    table.enumerate().find(|(_, entry)| is(entry)).map(|(id, _)| id)
}
