//! `set`: changes the contact, as of now.

use flow_graph::program::{Field, SetAction};
use flow_graph::{Id, Value};

use super::Actor;
use crate::decision::DecisionKind;
use crate::turn::Turn;

/// Changes a field or a consent; what follows from it is handled in the same turn.
pub(crate) fn perform(turn: &mut Turn<'_>, actor: &Actor, action: &SetAction) {
    match action {
        SetAction::To(field, value) => {
            let value = turn.value(value, actor.scope());
            set(turn, actor, *field, value);
        }
        SetAction::Add(field, member) => {
            let member = turn.value(member, actor.scope());
            let mut members = members(turn, *field);
            if member.is_known() {
                members.push(member);
            }
            set(turn, actor, *field, Value::set(members));
        }
        SetAction::Remove(field, member) => {
            let member = turn.value(member, actor.scope());
            let mut members = members(turn, *field);
            members.retain(|known| known.order(&member).is_ne());
            set(turn, actor, *field, Value::set(members));
        }
        SetAction::Clear(field) => set(turn, actor, *field, Value::Missing),
        SetAction::Consent(topic, granted) => {
            let now = turn.now;
            turn.contact.journey.consents.say(*topic, *granted, now);
            turn.touched = true;
            turn.decide(actor.item, actor.at, DecisionKind::SetConsent { topic: *topic, granted: *granted });
        }
    }
}

fn members(turn: &Turn<'_>, field: Id<Field>) -> Vec<Value> {
    if let Value::Set(members) = turn.contact.facts.field(field) { members.to_vec() } else { Vec::new() }
}

fn set(turn: &mut Turn<'_>, actor: &Actor, field: Id<Field>, value: Value) {
    turn.set_field(field, value.clone());
    turn.decide(actor.item, actor.at, DecisionKind::Set { field, value });
}
