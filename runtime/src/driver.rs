//! The virtual clock: inputs in the order in which they come, and every timer of every contact between them.
//!
//! Arrival: an input arrives when it says it did (`receivedAt`), else at its own time; never before what came
//! before it. So an input with an older time is an event out of order that arrives now. Everything due up to an
//! instant, of all contacts, happens before an input of that instant; of one instant, contacts go in the order in
//! which they were first seen. The same inputs give the same decisions, byte for byte.
//!
//! A driver shares nothing with another one: a partition of the contacts is a driver of its own.

pub mod deploy;
mod wakes;

use std::borrow::Cow;
use std::sync::Arc;

use flow_graph::program::Field;
use flow_graph::{Id, Timestamp, Value};
use flow_machine::adopt::Change;
use flow_machine::decision::Outcome;
use flow_machine::input::{Attributes, Merge};
use flow_machine::{Contact, Decision, DecisionKind, Engine, Input, Trace, Transition};
use serde::Serialize;

use crate::identity::{ContactNumber, People, Resolved};
use crate::ingest::{Incoming, Who};
use crate::log::Log;
use crate::render::{Content, Renderer};
use deploy::Deployed;
use wakes::Wakes;

/// What a driver is told beside its inputs.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// What arrives later is not taken, and the clock stops here.
    pub until: Option<Timestamp>,
    /// Contacts may turn out to be one. Without it no log is kept, which saves memory where inputs have user ids
    /// only, as rows of a table do; an alias has no effect then.
    pub merges: bool,
    /// The program may change on the way: the log is kept for what a new one counts.
    pub deploys: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { until: None, merges: true, deploys: false }
    }
}

impl Options {
    fn keeps_log(self) -> bool {
        self.merges || self.deploys
    }

    /// The ids of an input that count: those that could unite contacts only where contacts may be united.
    #[must_use]
    pub fn ids(self, who: &Who) -> Cow<'_, Who> {
        if self.merges || (who.previous.is_none() && (who.user.is_none() || who.anonymous.is_none())) {
            return Cow::Borrowed(who);
        }
        let mut who = who.clone();
        who.previous = None;
        who.anonymous = who.anonymous.filter(|_| who.user.is_none());
        Cow::Owned(who)
    }
}

/// How much has happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Inputs that were taken.
    pub inputs: u64,
    /// Of them: events or attributes older than `late_after`.
    pub late: u64,
    /// Of them: seen before.
    pub duplicates: u64,
    /// Inputs after the end of the run.
    pub after_end: u64,
    /// Contacts that were merged into another one.
    pub merged: u64,
    /// Turns of the machine.
    pub turns: u64,
}

/// Who listens.
pub trait Observer {
    /// Something was decided.
    fn decided(&mut self, decided: Decided<'_>);

    /// An input has arrived; what it leads to is told next.
    fn arriving(&mut self, arriving: Arriving<'_>) {
        let _ = arriving;
    }

    /// Another program has taken over: what is decided next is in its numbers.
    fn deployed(&mut self, change: &Change) {
        let _ = change;
    }

    /// An input was taken: all that it led to at once has been told.
    fn taken(&mut self, contact: ContactNumber, outcome: Outcome) {
        let _ = (contact, outcome);
    }
}

/// A decision with whom it is about.
#[derive(Debug)]
pub struct Decided<'a> {
    /// The contact.
    pub contact: ContactNumber,
    /// Its id.
    pub id: &'a Arc<str>,
    /// What was decided.
    pub decision: Decision,
    /// What was composed for it.
    pub content: Option<Content>,
}

/// An input with whom it is about.
#[derive(Debug, Clone, Copy)]
pub struct Arriving<'a> {
    /// The contact.
    pub contact: ContactNumber,
    /// Its id.
    pub id: &'a Arc<str>,
    /// When it is taken.
    pub at: Timestamp,
    /// The input.
    pub incoming: &'a Incoming,
    /// Who is merged into the contact by it.
    pub merged: &'a [ContactNumber],
}

/// Drives contacts through time.
#[derive(Debug)]
pub struct Driver {
    engine: Arc<Engine>,
    renderer: Arc<Renderer>,
    options: Options,
    people: People,
    slots: Vec<Slot>,
    wakes: Wakes,
    now: Timestamp,
    counts: Counts,
    transition: Transition,
    /// Programs that took the place of others, and when.
    changes: Vec<(Timestamp, Arc<Change>)>,
    deployed: Vec<Deployed>,
}

/// A contact with what the driver keeps of it.
#[derive(Debug)]
struct Slot {
    contact: Contact,
    log: Log,
    merged: bool,
}

impl Driver {
    /// A driver without contacts. The renderer is shared between drivers of one program.
    #[must_use]
    pub fn new(engine: Arc<Engine>, renderer: Arc<Renderer>, options: Options) -> Self {
        Self {
            engine,
            renderer,
            options,
            people: People::default(),
            slots: Vec::new(),
            wakes: Wakes::default(),
            now: Timestamp::FIRST_VALID,
            counts: Counts::default(),
            transition: Transition::default(),
            changes: Vec::new(),
            deployed: Vec::new(),
        }
    }

    /// Notes from now on which places of the program take part.
    pub fn trace(&mut self) {
        self.transition.trace.get_or_insert_default();
    }

    /// What was noted since.
    #[must_use]
    pub fn traced(self) -> Option<Trace> {
        self.transition.trace.map(|trace| *trace)
    }

    /// Takes one input at its arrival; everything due before happens first.
    pub fn feed(&mut self, incoming: &Incoming, observer: &mut impl Observer) {
        let at = incoming.arrives().max(self.now);
        if self.options.until.is_some_and(|until| at > until) {
            self.counts.after_end += 1;
            return;
        }
        self.run_until(at, observer);
        let current = self.current(incoming);
        let incoming = current.as_ref().unwrap_or(incoming);
        let Some(resolved) = self.people.resolve(&self.options.ids(&incoming.who)) else { return };
        self.counts.inputs += 1;
        self.meet(&resolved);
        let (contact, merged) = (resolved.contact, resolved.merged.as_slice());
        if let Some(slot) = self.slot(contact) {
            observer.arriving(Arriving { contact, id: &slot.contact.id, at, incoming, merged });
        }
        for &other in merged {
            self.merge(contact, other, observer);
        }
        let outcome = self.take(contact, incoming, observer);
        match outcome {
            Outcome::Accepted => {}
            Outcome::Late => self.counts.late += 1,
            Outcome::Duplicate => self.counts.duplicates += 1,
        }
        observer.taken(contact, outcome);
    }

    /// Lets time pass: everything due up to an instant happens, that instant too.
    pub fn run_until(&mut self, until: Timestamp, observer: &mut impl Observer) {
        let until = until.min(Timestamp::LAST_VALID);
        while let Some((at, contact)) = self.wakes.pop_due(until) {
            self.now = self.now.max(at);
            self.step(contact, Input::Wake, observer);
        }
        self.now = self.now.max(until);
    }

    /// The end of the inputs: goes on to the end of the run, where one was set, and else stays at the last input.
    pub fn finish(&mut self, observer: &mut impl Observer) {
        if let Some(until) = self.options.until {
            self.run_until(until, observer);
        }
    }

    /// Where the clock stands.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// How much has happened.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// What is run.
    #[must_use]
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Who is who.
    #[must_use]
    pub fn people(&self) -> &People {
        &self.people
    }

    /// The contacts that were not merged into others, in the order in which they were first seen.
    pub fn contacts(&self) -> impl Iterator<Item = &Contact> {
        self.slots.iter().filter(|slot| !slot.merged).map(|slot| &slot.contact)
    }

    /// A contact by its number.
    #[must_use]
    pub fn contact(&self, number: ContactNumber) -> Option<&Contact> {
        self.slot(number).map(|slot| &slot.contact)
    }

    fn slot(&self, number: ContactNumber) -> Option<&Slot> {
        self.slots.get(usize::try_from(number).ok()?)
    }

    /// Makes room for a contact that was not there before.
    fn meet(&mut self, resolved: &Resolved) {
        if let Some(id) = &resolved.created {
            let contact = Contact::new(&self.engine, Arc::clone(id));
            self.slots.push(Slot { contact, log: Log::default(), merged: false });
            self.wakes.add();
        }
    }

    fn merge(&mut self, into: ContactNumber, other: ContactNumber, observer: &mut impl Observer) {
        let Some(gone) = usize::try_from(other).ok().and_then(|at| self.slots.get_mut(at)) else { return };
        let shell = Contact::new(&self.engine, Arc::clone(&gone.contact.id));
        let state = std::mem::replace(&mut gone.contact, shell);
        let theirs = std::mem::take(&mut gone.log);
        gone.merged = true;
        self.wakes.set(other, None);
        self.counts.merged += 1;
        let Some(slot) = usize::try_from(into).ok().and_then(|at| self.slots.get_mut(at)) else { return };
        slot.log = std::mem::take(&mut slot.log).united(theirs);
        let log = slot.log.entries().to_vec();
        self.step(into, Input::Merge(Box::new(Merge { other: state, log })), observer);
    }

    /// Attributes first, then the event: who places an order has said before where to.
    fn take(&mut self, contact: ContactNumber, incoming: &Incoming, observer: &mut impl Observer) -> Outcome {
        let mut changes = incoming.changes.clone();
        changes.extend(self.zone_hint(contact, incoming));
        let mut outcome = Outcome::Accepted;
        // Who was never seen is born by what says nothing of them, too; else it is no turn.
        let born = self.slot(contact).is_some_and(|slot| slot.contact.born);
        if !changes.is_empty() || (incoming.event.is_none() && !born) {
            // Beside an event the id is the event's: the attributes would make it its own duplicate.
            let id = if incoming.event.is_none() { Arc::clone(&incoming.id) } else { Arc::from("") };
            outcome = self.step(contact, Input::Attributes(Attributes { id, time: incoming.time, changes }), observer);
        }
        if let Some(event) = &incoming.event {
            outcome = self.step(contact, Input::Event(Arc::clone(event)), observer);
        }
        outcome
    }

    /// The zone of the device, while the contact has none.
    fn zone_hint(&self, contact: ContactNumber, incoming: &Incoming) -> Option<(Id<Field>, Value)> {
        let zone = incoming.zone.as_ref()?;
        let field = self.engine.program().zone_field?;
        let said = incoming.changes.iter().any(|(changed, _)| *changed == field);
        let known = self.slot(contact)?.contact.facts.field(field).is_known();
        (!said && !known).then(|| (field, zone.clone()))
    }

    fn step(&mut self, contact: ContactNumber, input: Input, observer: &mut impl Observer) -> Outcome {
        let Some(slot) = usize::try_from(contact).ok().and_then(|at| self.slots.get_mut(at)) else {
            return Outcome::Accepted;
        };
        let event = if let Input::Event(event) = &input { Some(Arc::clone(event)) } else { None };
        flow_machine::step(&self.engine, &mut slot.contact, input, self.now, &mut self.transition);
        self.counts.turns += 1;
        debug_assert_eq!(flow_machine::invariants::check(&self.engine, &slot.contact), [""; 0]);
        let outcome = self.transition.outcome;
        if self.options.keeps_log()
            && outcome != Outcome::Duplicate
            && let Some(event) = event
        {
            slot.log.push(self.now, event);
        }
        // What would be due at once was done in this turn: a wake of the past must not stop the clock.
        let wake = self.transition.next_wake.map(|wake| wake.max(self.now.plus(1)));
        self.wakes.set(contact, wake);
        self.tell(contact, observer);
        outcome
    }

    /// Hands on what was decided about a contact.
    fn tell(&mut self, contact: ContactNumber, observer: &mut impl Observer) {
        let Some(slot) = usize::try_from(contact).ok().and_then(|at| self.slots.get_mut(at)) else { return };
        for decision in self.transition.decisions.drain(..) {
            if self.options.keeps_log()
                && let DecisionKind::Emit(event) = &decision.kind
            {
                slot.log.push(decision.at, Arc::clone(event));
            }
            let (decision, content) = self.renderer.compose(&self.engine, decision);
            observer.decided(Decided { contact, id: &slot.contact.id, decision, content });
        }
    }
}
