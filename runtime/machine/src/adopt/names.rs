//! From the numbers of one program to those of another, by name.

use std::sync::Arc;

use flow_graph::program::{
    Channel, Event as EventType, Field, Lifecycle, Message, Score, Segment, Sequence, Sla, Topic,
};
use flow_graph::{Id, Program, Table, Type, Value};

use crate::input::Event;

/// Two programs, and what is called what in them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names<'p> {
    /// Before.
    pub(crate) old: &'p Program,
    /// After.
    pub(crate) new: &'p Program,
}

impl<'p> Names<'p> {
    /// What something is called now: its name, or where a `moved` clause says it went.
    pub(crate) fn now(&self, kind: &str, name: &'p str) -> &'p str {
        self.moved(&format!("{kind}.{name}")).and_then(|to| to.strip_prefix(kind)?.strip_prefix('.')).unwrap_or(name)
    }

    /// Where a `moved` clause says that an address went.
    pub(crate) fn moved(&self, address: &str) -> Option<&'p str> {
        self.new.moved.iter().find(|moved| moved.from == address).map(|moved| moved.to.as_str())
    }

    pub(crate) fn sequence(&self, id: Id<Sequence>) -> Option<Id<Sequence>> {
        let name = self.now("sequence", &self.old.sequences.get(id)?.name);
        by_name(&self.new.sequences, name, |it| &it.name)
    }

    pub(crate) fn segment(&self, id: Id<Segment>) -> Option<Id<Segment>> {
        let name = self.now("segment", &self.old.segments.get(id)?.name);
        by_name(&self.new.segments, name, |it| &it.name)
    }

    pub(crate) fn score(&self, id: Id<Score>) -> Option<Id<Score>> {
        let name = self.now("score", &self.old.scores.get(id)?.name);
        by_name(&self.new.scores, name, |it| &it.name)
    }

    pub(crate) fn lifecycle(&self, id: Id<Lifecycle>) -> Option<Id<Lifecycle>> {
        let name = self.now("lifecycle", &self.old.lifecycles.get(id)?.name);
        by_name(&self.new.lifecycles, name, |it| &it.name)
    }

    pub(crate) fn topic(&self, id: Id<Topic>) -> Option<Id<Topic>> {
        let name = self.now("topic", &self.old.topics.get(id)?.name);
        by_name(&self.new.topics, name, |it| &it.name)
    }

    pub(crate) fn message(&self, id: Id<Message>) -> Option<Id<Message>> {
        let name = self.now("message", &self.old.messages.get(id)?.name);
        by_name(&self.new.messages, name, |it| &it.name)
    }

    /// The position of a band now.
    pub(crate) fn band(&self, id: Id<Score>, band: u16) -> Option<u16> {
        let old = self.old.scores.get(id)?;
        let name = &old.bands.get(usize::from(band))?.name;
        let moved = self.moved(&format!("score.{}.band.{name}", old.name));
        let name = moved.and_then(|to| to.rsplit('.').next()).unwrap_or(name);
        let bands = &self.new.scores.get(self.score(id)?)?.bands;
        (0_u16..).zip(bands).find(|(_, known)| known.name == *name).map(|(position, _)| position)
    }

    /// The position of a stage now.
    pub(crate) fn stage(&self, id: Id<Lifecycle>, stage: u16) -> Option<u16> {
        let old = self.old.lifecycles.get(id)?;
        let name = old.stages.get(usize::from(stage))?;
        let moved = self.moved(&format!("lifecycle.{}.stage.{name}", old.name));
        let name = moved.and_then(|to| to.rsplit('.').next()).unwrap_or(name);
        let stages = &self.new.lifecycles.get(self.lifecycle(id)?)?.stages;
        (0_u16..).zip(stages).find(|(_, known)| *known == name).map(|(position, _)| position)
    }

    /// Whether a value of one type is one of the other; of an enum as far as the other has that value.
    pub(crate) fn same_type(&self, before: &Type, after: &Type) -> bool {
        match (before, after) {
            (Type::Enum(old), Type::Enum(new)) => {
                let names = (self.old.enums.get(*old), self.new.enums.get(*new));
                names.0.zip(names.1).is_some_and(|(old, new)| old.name == new.name)
            }
            (Type::Set(before), Type::Set(after)) => self.same_type(before, after),
            (before, after) => before == after,
        }
    }

    /// An enum whose values are not the first ones of the enum with its name now.
    pub(crate) fn reordered_enum(&self) -> Option<&'p str> {
        let keeps = |old: &flow_graph::program::EnumType| {
            let new = self.new.enums.iter().find(|new| new.name == old.name);
            new.is_some_and(|new| new.values.starts_with(&old.values))
        };
        self.old.enums.iter().find(|old| !keeps(old)).map(|old| old.name.as_str())
    }

    pub(crate) fn channel(&self, id: Id<Channel>) -> Option<Id<Channel>> {
        by_name(&self.new.channels, &self.old.channels.get(id)?.name, |it| &it.name)
    }

    pub(crate) fn sla(&self, id: Id<Sla>) -> Option<Id<Sla>> {
        let name = self.now("sla", &self.old.slas.get(id)?.name);
        by_name(&self.new.slas, name, |it| &it.name)
    }

    pub(crate) fn field(&self, id: Id<Field>) -> Option<Id<Field>> {
        let name = self.now("contact", &self.old.fields.get(id)?.name);
        by_name(&self.new.fields, name, |it| &it.name)
    }

    pub(crate) fn event(&self, id: Id<EventType>) -> Option<Id<EventType>> {
        let name = self.now("event", &self.old.events.get(id)?.name);
        by_name(&self.new.events, name, |it| &it.name)
    }

    /// An event with the numbers of the new program; none when it is not known there.
    pub(crate) fn carried(&self, event: &Arc<Event>) -> Option<Arc<Event>> {
        let kind = self.event(event.kind)?;
        let (before, after) = (self.old.events.get(event.kind)?, self.new.events.get(kind)?);
        let value = |field: &Field| {
            let slot = before.fields.iter().position(|known| known.name == field.name)?;
            let known = before.fields.get(slot)?;
            Some(self.value(&known.ty, &field.ty, event.values.get(slot)?))
        };
        let values: Box<[Value]> = after.fields.iter().map(|field| value(field).unwrap_or(Value::Missing)).collect();
        Some(Arc::new(Event { kind, values, ..Event::clone(event) }))
    }

    /// A value under its new type; missing when it has none there.
    pub(crate) fn value(&self, before: &Type, after: &Type, value: &Value) -> Value {
        match (before, after, value) {
            (Type::Enum(old), Type::Enum(new), Value::Enum(position)) => {
                let name = self.old.enums.get(*old).and_then(|it| it.values.get(usize::from(*position)));
                let values = self.new.enums.get(*new).map(|it| it.values.as_slice()).unwrap_or_default();
                let place = name.and_then(|name| (0_u16..).zip(values).find(|(_, known)| *known == name));
                place.map_or(Value::Missing, |(position, _)| Value::Enum(position))
            }
            (Type::Enum(_), Type::Enum(_), _) => Value::Missing,
            (Type::Set(before), Type::Set(after), Value::Set(members)) => {
                let members = members.iter().map(|member| self.value(before, after, member));
                Value::set(members.filter(Value::is_known).collect())
            }
            (before, after, value) if before == after => value.clone(),
            _ => Value::Missing,
        }
    }
}

/// The entry of a table with a name.
pub(crate) fn by_name<'t, T>(table: &'t Table<T>, name: &str, of: fn(&'t T) -> &'t String) -> Option<Id<T>> {
    table.enumerate().find(|(_, entry)| of(entry) == name).map(|(id, _)| id)
}
