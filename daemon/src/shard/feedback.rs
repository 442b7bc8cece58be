//! What comes back of a message, as an event of its contact.

use std::sync::Arc;

use flow_graph::program::{Event as EventType, builtin};
use flow_graph::{Id, Timestamp, Value};
use flow_machine::Event;
use flow_runtime::Incoming;
use flow_runtime::ingest::{Origin, Who};

use super::Shard;

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub struct Feedback {
    /// Which of the built-in events it is.
    pub event: Id<EventType>,
    /// What it says: slots of [`builtin::FIELDS`] and their values.
    pub says: Vec<(u16, Value)>,
    /// With the same one it counts once; empty: it counts each time.
    pub id: String,
    /// When.
    pub at: Timestamp,
}

impl Feedback {
    /// The call that tells it of a contact, by the id by which that goes.
    #[must_use]
    pub fn of(self, shard: &Shard, contact: &str) -> Incoming {
        let mut values = vec![Value::Missing; builtin::FIELDS.len()];
        for (slot, value) in self.says {
            if let Some(place) = values.get_mut(usize::from(slot)) {
                *place = value;
            }
        }
        let id: Arc<str> = Arc::from(self.id);
        let event = Event { kind: self.event, id: Arc::clone(&id), time: self.at, values: values.into(), meta: None };
        let contact = Some(Arc::from(contact));
        let who = match shard.is_user(contact.as_deref().unwrap_or_default()) {
            true => Who { user: contact, ..Who::default() },
            false => Who { anonymous: contact, ..Who::default() },
        };
        Incoming {
            who,
            arrival: None,
            time: self.at,
            id,
            event: Some(Arc::new(event)),
            changes: Vec::new(),
            zone: None,
            origin: Origin::default(),
        }
    }
}
