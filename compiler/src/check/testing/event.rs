//! What happens in a test: events of the project, of the channels, and consent.

use flow_graph::program::{Event, Message, Topic, builtin};
use flow_graph::{Id, Type, Value};

use super::Check;
use crate::diagnostic::{Code, Diagnostic};
use crate::names::lookup;
use crate::source::Name;
use crate::syntax::tree::test::{TestEvent, TestField};

impl Check<'_> {
    /// The event, and one value for each of its slots.
    pub(super) fn test_event(&mut self, tree: &TestEvent) -> Option<(Id<Event>, Vec<Value>)> {
        match tree {
            TestEvent::Does { name, fields } => self.does(name, fields),
            TestEvent::Channel { name, message, machine } => {
                let Some(event) = channel_event(&name.value) else {
                    let wrong = Diagnostic::new(
                        Code::UnknownName,
                        name.span,
                        format!("`{}` is nothing that a channel reports", name.value),
                    );
                    self.report(lookup::suggest(wrong, name, &CHANNEL_EVENTS));
                    return None;
                };
                let message = match message {
                    Some(message) => {
                        self.find::<Message>(message)?;
                        Value::text(&message.value)
                    }
                    None => Value::Missing,
                };
                let given = [(builtin::MESSAGE, message), (builtin::HUMAN, Value::Bool(machine.is_none()))];
                Some((event, self.slots(event, &given)))
            }
            TestEvent::Consent { granted, topic, verb: _ } => {
                let event = if *granted { builtin::SUBSCRIBED } else { builtin::UNSUBSCRIBED };
                let topic = match topic {
                    Some(topic) => {
                        self.find::<Topic>(topic)?;
                        Value::text(&topic.value)
                    }
                    None => Value::Missing,
                };
                Some((event, self.slots(event, &[(builtin::TOPIC, topic), (builtin::HUMAN, Value::Bool(true))])))
            }
        }
    }

    fn does(&mut self, name: &Name, fields: &[TestField]) -> Option<(Id<Event>, Vec<Value>)> {
        let event = self.find::<Event>(name)?;
        self.given_twice(fields);
        let mut given = Vec::new();
        for tree in fields {
            let Some(slot) = self.find_member(event, &tree.name) else { continue };
            let field = self.program.events.get(event).and_then(|event| event.fields.get(usize::from(slot)));
            let Some((ty, range)) = field.map(|field| (field.ty.clone(), field.range)) else { continue };
            let declared = self.names.member_declared(event, slot);
            given.extend(self.constant(&tree.value, &ty, range, declared).map(|value| (slot, value)));
        }
        let mut names: Vec<&str> = fields.iter().map(|field| field.name.value.as_str()).collect();
        if event.index() < builtin::NAMES.len() {
            // A person did it where nothing is said.
            if !names.contains(&"human") {
                names.push("human");
                given.push((builtin::HUMAN, Value::Bool(true)));
            }
        }
        self.fields_given(event, &names, name.span);
        Some((event, self.slots(event, &given)))
    }

    fn slots(&self, event: Id<Event>, given: &[(u16, Value)]) -> Vec<Value> {
        let Some(event) = self.program.events.get(event) else { return Vec::new() };
        let nothing = |ty: &Type| if matches!(ty, Type::Set(_)) { Value::set(Vec::new()) } else { Value::Missing };
        let empty = event.fields.iter().map(|field| nothing(&field.ty));
        let mut values: Vec<Value> = empty.collect();
        for (slot, value) in given {
            if let Some(place) = values.get_mut(usize::from(*slot)) {
                *place = value.clone();
            }
        }
        values
    }
}

/// What a channel reports, as a test writes it.
const CHANNEL_EVENTS: [&str; 5] = ["delivered", "opened", "clicked", "bounced", "complained"];

fn channel_event(word: &str) -> Option<Id<Event>> {
    let position = CHANNEL_EVENTS.iter().position(|name| *name == word)?;
    let position = builtin::NAMES.iter().position(|name| CHANNEL_EVENTS.get(position) == Some(name))?;
    u32::try_from(position).ok().map(Id::new)
}
