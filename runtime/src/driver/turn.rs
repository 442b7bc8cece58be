//! The machine as the driver sees it.

use flow_graph::program::Field;
use flow_graph::{Id, Timestamp, Value};
use flow_machine::{Contact, Engine, Input, Transition};

/// One turn. The transition is overwritten.
pub(super) fn step(_: &Engine, contact: &mut Contact, _: Input, now: Timestamp, transition: &mut Transition) {
    *transition = Transition::default();
    contact.now = now;
}

/// The value of a field of a contact.
pub(super) fn field(contact: &Contact, field: Id<Field>) -> &Value {
    contact.facts.field(field)
}
