//! A driver that goes on where another one stood: contacts with their states, and then the inputs since.

use std::sync::Arc;

use flow_graph::Timestamp;
use flow_machine::decision::Outcome;
use flow_machine::{Contact, Engine};

use super::partition::Partition;
use super::{Counts, Driver, Observer, Options};
use crate::identity::{ContactNumber, People};
use crate::ingest::Incoming;
use crate::render::Renderer;

/// Where a driver stood.
#[derive(Debug)]
pub struct Standing {
    /// Who is who.
    pub people: People,
    /// The contacts by their numbers; one that was merged into another has no turns.
    pub contacts: Vec<Contact>,
    /// Inputs and turns.
    pub counts: Counts,
    /// Where the clock stood.
    pub now: Timestamp,
}

impl Driver {
    /// Goes on where another driver stood.
    #[must_use]
    pub fn restore(engine: Arc<Engine>, renderer: Arc<Renderer>, options: Options, standing: Standing) -> Self {
        let Standing { people, contacts, counts, now } = standing;
        let mut partition = Partition::new(engine, renderer, options.keeps_log());
        for (number, contact) in (0..).zip(contacts) {
            let merged = people.follow(number) != number || people.is_erased(number);
            partition.settle(contact, number, merged);
        }
        partition.stand(now);
        Self { options, people, partition, counts, changes: Vec::new(), deployed: Vec::new() }
    }

    /// Takes an input again that was taken before, with what became of it. Who is who follows from it in any case;
    /// where the state of its contact has it already nothing else does. `stands` gives the state of a contact that this
    /// input makes, where one was kept that has the input.
    pub fn retake(
        &mut self,
        (incoming, became): (Incoming, Outcome),
        has_it: impl FnOnce(ContactNumber) -> bool,
        stands: impl FnOnce(ContactNumber) -> Option<Contact>,
        observer: &mut impl Observer,
    ) {
        let at = incoming.arrives().max(self.now());
        self.run_until(at, observer);
        let Some(resolved) = self.people.resolve(&self.options.ids(&incoming.who)) else { return };
        self.counts.inputs += 1;
        let skip = match &resolved.created {
            None => has_it(resolved.contact),
            Some(_) => stands(resolved.contact)
                .map(|contact| self.partition.settle(contact, resolved.contact, false))
                .is_some(),
        };
        let leaving = self.leave(&resolved);
        if skip {
            self.counts.merged += u64::try_from(leaving.len()).unwrap_or(0);
            self.counts.became(became);
            return;
        }
        self.place(incoming, at, resolved, leaving, observer);
    }

    /// When the first contact is due, if any is: not before this instant.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.partition.next_wake()
    }
}
