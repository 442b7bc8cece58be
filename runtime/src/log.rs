//! The events of a contact with the instants of their arrival: what a merge computes anew from.

use std::sync::Arc;

use flow_graph::Timestamp;
use flow_machine::Event;
use flow_machine::adopt::Change;

/// The events of a contact in the order of arrival, those that its program emitted too.
#[derive(Debug, Clone, Default)]
pub struct Log {
    entries: Vec<(Timestamp, Arc<Event>)>,
}

impl Log {
    /// Adds what has arrived now.
    pub fn push(&mut self, at: Timestamp, event: Arc<Event>) {
        self.entries.push((at, event));
    }

    /// The events of both in the order of arrival; of one instant this one's come first.
    #[must_use]
    pub fn united(self, other: Self) -> Self {
        let mut entries = self.entries;
        entries.extend(other.entries);
        entries.sort_by_key(|&(at, _)| at);
        Self { entries }
    }

    /// The same events in the numbers of a new program; those that it does not know are left out.
    #[must_use]
    pub fn carried(&self, change: &Change) -> Self {
        let carried = self.entries.iter().filter_map(|(at, event)| Some((*at, change.event(event)?)));
        Self { entries: carried.collect() }
    }

    /// All of it.
    #[must_use]
    pub fn entries(&self) -> &[(Timestamp, Arc<Event>)] {
        &self.entries
    }
}
