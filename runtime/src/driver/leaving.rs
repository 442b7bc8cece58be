//! Contacts that turn out to be one: one of them leaves its place, and is merged into the other.

use std::sync::Arc;

use flow_machine::input::Merge;
use flow_machine::{Contact, Input};

use super::Observer;
use super::beside::Other;
use super::partition::{Partition, SlotNumber, Turn};
use crate::identity::ContactNumber;
use crate::log::{Entry, Log};

/// A contact that leaves its partition to be merged into another one.
#[derive(Debug)]
pub(crate) struct Leaving {
    /// Its number.
    pub(crate) number: ContactNumber,
    state: Contact,
    log: Luggage,
    /// The same under the program before, where it is another one.
    other: Option<(Contact, Luggage)>,
}

#[derive(Debug)]
enum Luggage {
    /// Its log stays where it is, and goes to another contact of the same partition.
    Here(Log),
    /// Its log goes to another partition.
    Away(Vec<Entry>),
}

impl Partition {
    /// A contact leaves, `away` to another partition or for another contact of this one: what is left of it has no
    /// turns.
    pub(crate) fn leave(&mut self, slot: SlotNumber, away: bool) -> Option<Leaving> {
        let gone = usize::try_from(slot).ok().and_then(|at| self.slots.get_mut(at))?;
        let shell = Contact::new(&self.engine, Arc::clone(&gone.contact.id));
        let state = std::mem::replace(&mut gone.contact, shell);
        let log = std::mem::take(&mut gone.log);
        gone.merged = true;
        self.wakes.set(slot, None);
        let pack = |log| if away { Luggage::Away(self.logs.entries(log)) } else { Luggage::Here(log) };
        let other = self.beside.as_mut().and_then(|beside| beside.take(slot));
        let other = other.map(|other| (other.contact, pack(other.log)));
        Some(Leaving { number: gone.number, state, log: pack(log), other })
    }

    pub(super) fn join(&mut self, into: SlotNumber, other: Leaving, turn: Turn, observer: &mut impl Observer) {
        self.counts.merged += 1;
        let theirs = self.unpack(other.log);
        let Some(slot) = usize::try_from(into).ok().and_then(|at| self.slots.get_mut(at)) else { return };
        let number = slot.number;
        if let Some(beside) = &mut self.beside {
            beside.counts.merged += 1;
            // Each program merges what it has.
            if beside.other(into).is_none() {
                beside.part(into, Other::new(slot.contact.clone(), slot.log));
            }
        }
        let before = slot.log;
        slot.log = self.logs.united(before, theirs);
        let (logs, united) = ((before, theirs), slot.log);
        let kept = observer.united(number, other.number);
        let log = kept.unwrap_or_else(|| self.logs.entries(united));
        if self.beside.is_some() {
            let (state, theirs) = match other.other {
                Some((state, log)) => (state, self.unpack(log)),
                None => (other.state.clone(), theirs),
            };
            self.join_before(into, (state, theirs), (logs, united));
        }
        self.step(into, Input::Merge(Box::new(Merge { other: other.state, log })), turn, observer);
    }

    /// What the program before has is merged with the next step. `known`: logs that are united already, and to what.
    fn join_before(&mut self, into: SlotNumber, (state, theirs): (Contact, Log), known: ((Log, Log), Log)) {
        let Some(beside) = &mut self.beside else { return };
        let Some(other) = beside.other_mut(into) else { return };
        let (logs, united) = known;
        other.log = if logs == (other.log, theirs) { united } else { self.logs.united(other.log, theirs) };
        let log = self.logs.entries(other.log);
        beside.instead = Some(Input::Merge(Box::new(Merge { other: state, log })));
    }

    fn unpack(&mut self, luggage: Luggage) -> Log {
        match luggage {
            Luggage::Here(log) => log,
            Luggage::Away(entries) => entries.iter().fold(Log::default(), |mut log, (at, event)| {
                self.logs.push(&mut log, *at, event);
                log
            }),
        }
    }
}
