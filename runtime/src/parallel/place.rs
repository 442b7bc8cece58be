//! Whom an input speaks of, when it arrives, and which partition has the contact: what has to be known in the order of
//! all inputs.

use std::sync::mpsc::sync_channel;

use flow_graph::Timestamp;

use super::work::{Batch, Joining, Task};
use crate::driver::partition::{Placed, SlotNumber};
use crate::driver::{Counts, Options};
use crate::identity::{ContactNumber, People, Resolved};
use crate::ingest::Incoming;

/// Places inputs.
pub(super) struct Placer<L> {
    options: Options,
    people: People,
    homes: Vec<Home>,
    partitions: Vec<Filling<L>>,
    now: Timestamp,
    first: Option<Timestamp>,
    counts: Counts,
}

/// Where a contact is. It stays there until it is merged into another one.
#[derive(Debug, Clone, Copy)]
struct Home {
    partition: u32,
    slot: SlotNumber,
}

/// A partition as it is seen from here.
struct Filling<L> {
    /// How many contacts it has.
    contacts: SlotNumber,
    tasks: Vec<Task<L>>,
}

impl<L> Placer<L> {
    pub(super) fn new(options: Options, partitions: usize) -> Self {
        Self {
            options,
            people: People::default(),
            homes: Vec::new(),
            partitions: (0..partitions).map(|_| Filling { contacts: 0, tasks: Vec::new() }).collect(),
            now: Timestamp::FIRST_VALID,
            first: None,
            counts: Counts::default(),
        }
    }

    /// Inputs that were taken, and those after the end.
    pub(super) fn counts(&self) -> Counts {
        self.counts
    }

    /// Where the clock of all stands.
    pub(super) fn now(&self) -> Timestamp {
        self.now
    }

    /// When the first input was taken.
    pub(super) fn first(&self) -> Option<Timestamp> {
        self.first
    }

    /// Who is who.
    pub(super) fn into_people(self) -> People {
        self.people
    }

    /// Lets time pass.
    pub(super) fn run_until(&mut self, until: Timestamp) {
        self.now = self.now.max(until.min(Timestamp::LAST_VALID));
    }

    /// Says whom an input speaks of, and keeps it for their partition.
    pub(super) fn place(&mut self, incoming: Incoming) {
        let at = incoming.arrives().max(self.now);
        if self.options.until.is_some_and(|until| at > until) {
            self.counts.after_end += 1;
            return;
        }
        self.now = at;
        let Some(resolved) = self.people.resolve(&self.options.ids(&incoming.who)) else { return };
        self.counts.inputs += 1;
        self.first.get_or_insert(at);
        if resolved.created.is_some() {
            self.settle(&resolved);
        }
        let Some(home) = self.home(resolved.contact) else { return };
        let joining = resolved.merged.iter().filter_map(|&other| self.join(other, home, at)).collect();
        let Resolved { contact, created, merged } = resolved;
        let number = self.counts.inputs;
        let placed = Placed { at, number, contact, slot: home.slot, created };
        if let Some(partition) = self.partition(home) {
            partition.tasks.push(Task::Take { incoming, placed, joining, merged });
        }
    }

    /// What has been placed since this was asked last, for each partition in their order.
    pub(super) fn batches(&mut self) -> impl Iterator<Item = Batch<L>> {
        let until = self.now;
        self.partitions.iter_mut().map(move |partition| {
            let next = Vec::with_capacity(partition.tasks.len());
            Batch { tasks: std::mem::replace(&mut partition.tasks, next), until }
        })
    }

    /// A new contact goes where those are who turn out to be the same; else partitions take turns.
    fn settle(&mut self, resolved: &Resolved) {
        let count = u32::try_from(self.partitions.len()).unwrap_or(1).max(1);
        let near = resolved.merged.first().and_then(|&other| self.home(other));
        let partition = near.map_or(resolved.contact % count, |home| home.partition);
        let mut home = Home { partition, slot: 0 };
        if let Some(partition) = self.partition(home) {
            home.slot = partition.contacts;
            partition.contacts += 1;
        }
        self.homes.push(home);
    }

    /// Another contact is to be merged into one that is at home there.
    fn join(&mut self, other: ContactNumber, into: Home, at: Timestamp) -> Option<Joining<L>> {
        let home = self.home(other)?;
        if home.partition == into.partition {
            return Some(Joining::Here(home.slot));
        }
        let (to, from) = sync_channel(1);
        self.partition(home)?.tasks.push(Task::Leave { slot: home.slot, at, to: Some(to) });
        Some(Joining::From(from))
    }

    fn home(&self, contact: ContactNumber) -> Option<Home> {
        self.homes.get(usize::try_from(contact).ok()?).copied()
    }

    fn partition(&mut self, home: Home) -> Option<&mut Filling<L>> {
        self.partitions.get_mut(usize::try_from(home.partition).ok()?)
    }
}
