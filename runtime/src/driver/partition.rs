//! Contacts with their timers: what a driver does once it is known whom an input speaks of, and when it arrives.
//!
//! A partition shares nothing with another one, and contacts have nothing to do with each other: so it does not matter
//! which contacts are in one partition, or how far another one is. What is decided is told with its [`Turn`], by which
//! the decisions of several partitions are put into the order in which one would have told them.

use std::sync::Arc;

use flow_graph::program::Field;
use flow_graph::{Id, Timestamp, Value};
use flow_machine::adopt::Change;
use flow_machine::contact;
use flow_machine::decision::Outcome;
use flow_machine::input::Attributes;
use flow_machine::{Contact, Engine, Event, Input, Transition};

use super::beside::Beside;
use super::deploy::Carried;
use super::leaving::Leaving;
use super::wakes::Wakes;
use super::{Arriving, Counts, Observer};
use crate::identity::ContactNumber;
use crate::ingest::Incoming;
use crate::log::{Log, Logs};
use crate::rehearsal::Rehearsal;
use crate::render::Renderer;

/// The place of a contact in its partition, in the order in which the contacts of it were first seen.
pub(crate) type SlotNumber = u32;

/// Where a turn stands among all turns of a run: turns happen in this order, whoever has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn {
    /// When.
    pub at: Timestamp,
    /// An input; everything due at its instant happens before it.
    pub input: bool,
    /// The number of the input, else of the contact.
    pub number: u64,
}

/// What is known of an input: whom it speaks of, and when it is taken.
#[derive(Debug)]
pub(crate) struct Placed {
    /// When it is taken.
    pub(crate) at: Timestamp,
    /// Its number among all inputs of the run.
    pub(crate) number: u64,
    /// Whom it speaks of.
    pub(crate) contact: ContactNumber,
    /// Where the contact is.
    pub(crate) slot: SlotNumber,
    /// The contact is seen for the first time: the id that it goes by.
    pub(crate) created: Option<Arc<str>>,
}

/// Contacts with their timers.
#[derive(Debug)]
pub(crate) struct Partition {
    pub(super) engine: Arc<Engine>,
    pub(super) renderer: Arc<Renderer>,
    keeps_log: bool,
    pub(super) slots: Vec<Slot>,
    pub(super) logs: Logs,
    pub(super) wakes: Wakes,
    now: Timestamp,
    pub(super) counts: Counts,
    pub(super) transition: Transition,
    /// The first contact that had a turn which was cut off.
    pub(super) cut_off: Option<SlotNumber>,
    /// Another program under which the same happens.
    pub(super) beside: Option<Box<Beside>>,
}

/// A contact with what is kept of it.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) contact: Contact,
    pub(super) number: ContactNumber,
    pub(super) log: Log,
    /// Its events are kept for when it turns out to be another contact, too.
    pub(super) keeps_log: bool,
    pub(super) merged: bool,
}

impl Partition {
    /// A partition without contacts.
    pub(crate) fn new(engine: Arc<Engine>, renderer: Arc<Renderer>, keeps_log: bool) -> Self {
        Self {
            engine,
            renderer,
            keeps_log,
            slots: Vec::new(),
            logs: Logs::default(),
            wakes: Wakes::default(),
            now: Timestamp::FIRST_VALID,
            counts: Counts::default(),
            transition: Transition::default(),
            cut_off: None,
            beside: None,
        }
    }

    /// The same under two programs of one shape; its contacts are those of the program after.
    pub(crate) fn of_twins(renderer: Arc<Renderer>, keeps_log: bool, beside: Beside) -> Self {
        let engine = Arc::clone(beside.twins().head());
        Self { beside: Some(Box::new(beside)), ..Self::new(engine, renderer, keeps_log) }
    }

    /// Takes a contact in as it stands; the clock is behind it or with it.
    pub(super) fn settle(&mut self, contact: Contact, number: ContactNumber, merged: bool) {
        let slot = SlotNumber::try_from(self.slots.len()).unwrap_or(SlotNumber::MAX);
        self.wakes.add();
        if !merged {
            self.wakes.set(slot, contact.journey.next_wake());
        }
        let keeps_log = self.keeps_log;
        self.slots.push(Slot { contact, number, log: Log::default(), keeps_log, merged });
    }

    /// Sets the clock where nothing is due before.
    pub(super) fn stand(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// When the first contact is due, if any is: not before this instant.
    pub(super) fn next_wake(&self) -> Option<Timestamp> {
        self.wakes.first()
    }

    /// Where the clock stands.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// What has happened here; inputs are counted where they are placed.
    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }

    /// The same under the program before.
    pub(crate) fn counts_before(&self) -> Counts {
        self.beside.as_ref().map_or(self.counts, |beside| beside.counts)
    }

    /// The contacts that were not merged into others, in the order in which they were first seen.
    pub(crate) fn contacts(&self) -> impl Iterator<Item = &Contact> {
        self.slots.iter().filter(|slot| !slot.merged).map(|slot| &slot.contact)
    }

    /// How many contacts have been here.
    pub(crate) fn slots(&self) -> SlotNumber {
        SlotNumber::try_from(self.slots.len()).unwrap_or(SlotNumber::MAX)
    }

    /// A contact with its number, if it was not merged into another one.
    pub(crate) fn standing(&self, slot: SlotNumber) -> Option<(ContactNumber, &Contact)> {
        self.slot(slot).filter(|slot| !slot.merged).map(|slot| (slot.number, &slot.contact))
    }

    /// The same contact under the program before, where it is another one.
    pub(crate) fn other(&self, slot: SlotNumber) -> Option<&Contact> {
        self.beside.as_ref()?.other(slot).map(|other| &other.contact)
    }

    /// Lets time pass: everything due up to an instant happens, that instant too.
    pub(crate) fn run_until(&mut self, until: Timestamp, observer: &mut impl Observer) {
        self.run_some(until, usize::MAX, observer);
    }

    /// The same, with no more turns than so many; whether the clock stands there now.
    pub(crate) fn run_some(&mut self, until: Timestamp, turns: usize, observer: &mut impl Observer) -> bool {
        let until = until.min(Timestamp::LAST_VALID);
        for _ in 0..turns {
            let Some((at, slot)) = self.wakes.pop_due(until) else {
                self.now = self.now.max(until);
                return true;
            };
            self.now = self.now.max(at);
            let number = self.slot(slot).map_or(0, |slot| slot.number).into();
            self.step(slot, Input::Wake, Turn { at: self.now, input: false, number }, observer);
        }
        false
    }

    /// Contacts that have turns next: their memory is fetched side by side.
    pub(crate) fn warm(&self, slots: impl Iterator<Item = SlotNumber> + Clone) {
        let others = slots.clone().filter_map(|slot| self.other(slot));
        contact::warm(slots.filter_map(|slot| self.contact(slot)).chain(others));
    }

    /// Takes an input, for which the clock stands where it arrives; first those who turn out to be the same are merged
    /// into its contact. The input is left without what was taken of it.
    pub(crate) fn take(
        &mut self,
        incoming: &mut Incoming,
        placed: &mut Placed,
        (joining, merged): (Vec<Leaving>, &[ContactNumber]),
        observer: &mut impl Observer,
    ) {
        let Placed { at, number, contact, slot, .. } = *placed;
        let turn = Turn { at, input: true, number };
        if let Some(id) = placed.created.take() {
            let contact_state = Contact::new(&self.engine, id);
            let keeps_log = self.keeps_log && !incoming.who.alone;
            let log = Log::default();
            self.slots.push(Slot { contact: contact_state, number: contact, log, keeps_log, merged: false });
            self.wakes.add();
        }
        if let Some(slot) = self.slot(slot) {
            observer.arriving(Arriving { contact, id: &slot.contact.id, at, incoming, merged });
        }
        for other in joining {
            self.join(slot, other, turn, observer);
        }
        let outcome = self.take_parts(slot, incoming, turn, observer);
        self.counts.became(outcome);
        observer.taken(contact, outcome);
        if let Some(beside) = &mut self.beside {
            let outcome = beside.outcome(outcome);
            beside.counts.became(outcome);
            observer.taken_before(contact, outcome);
        }
    }

    /// Nothing is known of a contact any more: what is left of it has no turns.
    pub(super) fn erase(&mut self, slot: SlotNumber) {
        let Some(gone) = usize::try_from(slot).ok().and_then(|at| self.slots.get_mut(at)) else { return };
        gone.contact = Contact::new(&self.engine, "");
        gone.log = Log::default();
        gone.merged = true;
        self.wakes.set(slot, None);
    }

    fn slot(&self, slot: SlotNumber) -> Option<&Slot> {
        self.slots.get(usize::try_from(slot).ok()?)
    }

    pub(crate) fn contact(&self, slot: SlotNumber) -> Option<&Contact> {
        self.slot(slot).map(|slot| &slot.contact)
    }

    /// Attributes first, then the event: who places an order has said before where to.
    fn take_parts(
        &mut self,
        slot: SlotNumber,
        incoming: &mut Incoming,
        turn: Turn,
        observer: &mut impl Observer,
    ) -> Outcome {
        let of = |contact: Option<&Contact>| contact.and_then(|contact| self.zone_hint(contact, incoming));
        let hint = of(self.contact(slot));
        let theirs = self.other(slot).map(|other| of(Some(other)));
        let mut changes = std::mem::take(&mut incoming.changes);
        let event = incoming.event.take();
        let born = self.contact(slot).is_some_and(|contact| contact.born);
        let mut outcome = Outcome::Accepted;
        let attributes = |changes: Vec<_>| {
            // Who was never seen is born by what says nothing of them, too; else it is no turn.
            if changes.is_empty() && (event.is_some() || born) {
                return Input::Wake;
            }
            // Beside an event the id is the event's: the attributes would make it its own duplicate.
            let id = if event.is_none() { Arc::clone(&incoming.id) } else { Arc::from("") };
            Input::Attributes(Attributes { id, time: incoming.time, changes })
        };
        let instead = theirs.filter(|theirs| *theirs != hint).map(|theirs| {
            let changes = changes.iter().cloned().chain(theirs).collect();
            attributes(changes)
        });
        changes.extend(hint);
        let input = attributes(changes);
        if matches!(input, Input::Attributes(_)) || instead.is_some() {
            if let Some(beside) = &mut self.beside {
                beside.instead = instead;
            }
            outcome = self.step(slot, input, turn, observer);
        }
        if let Some(event) = event {
            outcome = self.step_event(slot, event, turn, observer);
        }
        outcome
    }

    /// The zone of the device, while the contact has none.
    fn zone_hint(&self, contact: &Contact, incoming: &Incoming) -> Option<(Id<Field>, Value)> {
        let zone = incoming.zone.as_ref()?;
        let field = self.engine.program().zone_field?;
        let said = incoming.changes.iter().any(|(changed, _)| *changed == field);
        let known = contact.facts.field(field).is_known();
        (!said && !known).then(|| (field, zone.clone()))
    }

    fn step_event(&mut self, slot: SlotNumber, event: Arc<Event>, turn: Turn, observer: &mut impl Observer) -> Outcome {
        let keeps_log = self.slot(slot).is_some_and(|slot| slot.keeps_log);
        let kept = keeps_log.then(|| Arc::clone(&event));
        self.turn(slot, Input::Event(event));
        let outcome = self.transition.outcome;
        // What came in stands in the log before what was made of it.
        if let Some(event) = kept.filter(|_| outcome != Outcome::Duplicate) {
            self.keep(slot, self.now, &event);
        }
        self.tell(slot, turn, observer);
        outcome
    }

    pub(super) fn step(&mut self, slot: SlotNumber, input: Input, turn: Turn, observer: &mut impl Observer) -> Outcome {
        self.turn(slot, input);
        let outcome = self.transition.outcome;
        self.tell(slot, turn, observer);
        outcome
    }

    fn turn(&mut self, number: SlotNumber, input: Input) {
        let Some(slot) = usize::try_from(number).ok().and_then(|at| self.slots.get_mut(at)) else { return };
        let wake = match &mut self.beside {
            None => {
                flow_machine::step(&self.engine, &mut slot.contact, input, self.now, &mut self.transition);
                self.transition.next_wake
            }
            Some(beside) => beside.step((number, &mut slot.contact, slot.log), input, self.now, &mut self.transition),
        };
        self.counts.turns += 1;
        if self.transition.cut_off {
            self.cut_off.get_or_insert(number);
        }
        debug_assert_eq!(flow_machine::invariants::check(&self.engine, &slot.contact), [""; 0]);
        // What would be due at once was done in this turn: a wake of the past must not stop the clock.
        self.wakes.set(number, wake.map(|wake| wake.max(self.now.plus(1))));
    }

    fn keep(&mut self, number: SlotNumber, at: Timestamp, event: &Event) {
        let Some(slot) = usize::try_from(number).ok().and_then(|at| self.slots.get_mut(at)) else { return };
        let before = slot.log;
        self.logs.push(&mut slot.log, at, event);
        match self.beside.as_mut().and_then(|beside| beside.other_mut(number)) {
            Some(other) if other.log == before => other.log = slot.log,
            Some(other) => self.logs.push(&mut other.log, at, event),
            None => {}
        }
    }

    /// Every contact as another program carries it over.
    ///
    /// # Errors
    /// When one of them would be stranded.
    pub(super) fn adopt(
        &self,
        change: &Change,
        observer: &mut impl Observer,
    ) -> Result<Vec<Carried>, flow_machine::adopt::Stranded> {
        let reads = change.reads_log();
        self.slots
            .iter()
            .map(|slot| {
                if slot.merged {
                    return Ok(Carried::shell(change, &slot.contact));
                }
                observer.carrying(slot.number);
                let own = || self.keeps_log.then(|| self.logs.entries(slot.log));
                let log = if reads { observer.events(slot.number).or_else(own) } else { None };
                Carried::new(change, slot.contact.clone(), log.as_deref(), self.now)
            })
            .collect()
    }

    /// Tries a change on every contact.
    pub(super) fn rehearse(&self, rehearsal: &mut Rehearsal, observer: &mut impl Observer) {
        let reads = rehearsal.reads_log();
        for slot in self.slots.iter().filter(|slot| !slot.merged) {
            observer.carrying(slot.number);
            let own = || self.keeps_log.then(|| self.logs.entries(slot.log));
            let log = if reads { observer.events(slot.number).or_else(own) } else { None };
            rehearsal.add(slot.contact.clone(), log.as_deref());
        }
    }

    /// Another program takes over with the contacts that it has carried over; tells what the old one decided, then
    /// what the new one does.
    pub(super) fn exchange(&mut self, change: &Change, carried: Vec<Carried>, observer: &mut impl Observer) {
        let mut logs = Logs::default();
        let mut after = Vec::with_capacity(carried.len());
        for (number, carried) in (0..).zip(carried) {
            self.transition = carried.before;
            self.tell(number, self.deploying(number), observer);
            let Some(slot) = usize::try_from(number).ok().and_then(|at| self.slots.get_mut(at)) else { continue };
            let before = std::mem::take(&mut slot.log);
            for (at, event) in self.logs.entries(before) {
                if let Some(event) = change.event(&event) {
                    logs.push(&mut slot.log, at, &event);
                }
            }
            slot.contact = carried.contact;
            after.push((number, carried.after));
        }
        self.logs = logs;
        self.renderer = Renderer::shared(change.engine());
        self.engine = Arc::clone(change.engine());
        observer.deployed(change);
        for (number, after) in after {
            let wake = after.next_wake.map(|wake| wake.max(self.now.plus(1)));
            self.wakes.set(number, wake);
            self.transition = after;
            self.tell(number, self.deploying(number), observer);
        }
    }

    fn deploying(&self, number: SlotNumber) -> Turn {
        Turn { at: self.now, input: false, number: number.into() }
    }
}
