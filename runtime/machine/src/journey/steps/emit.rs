//! `emit`: makes an event, an input of the same contact at the same instant.
//!
//! Its message id is the identity of the step's visit, so that a replay makes the same event.

use std::sync::Arc;

use flow_graph::program::Event as EventType;
use flow_graph::{Expr, Id, Value};

use super::Actor;
use crate::decision::DecisionKind;
use crate::input::Event;
use crate::turn::{Signal, Turn};

/// Makes the event; it is taken as soon as the phase that makes it is over.
pub(crate) fn perform(turn: &mut Turn<'_>, actor: &Actor, kind: Id<EventType>, fields: &[(u16, Expr)]) {
    let Some(declared) = turn.program().events.get(kind) else { return };
    let mut values = vec![Value::Missing; declared.fields.len()];
    for (slot, value) in fields {
        if let Some(place) = values.get_mut(usize::from(*slot)) {
            *place = turn.value(value, actor.scope());
        }
    }
    let event = Arc::new(Event {
        kind,
        id: Arc::from(actor.identity.as_str()),
        time: turn.now,
        values: values.into_boxed_slice(),
        meta: None,
    });
    turn.decide(actor.item, actor.at, DecisionKind::Emit(Arc::clone(&event)));
    turn.signal(Signal::Emitted(event));
}
