//! The virtual clock: inputs in the order in which they come, and every timer of every contact between them.
//!
//! Arrival: an input arrives when it says it did (`receivedAt`), else at its own time; never before what came
//! before it. So an input with an older time is an event out of order that arrives now. Everything due up to an
//! instant, of all contacts, happens before an input of that instant; of one instant, contacts go in the order in
//! which they were first seen. The same inputs give the same decisions, byte for byte.
//!
//! What belongs to a contact is in a [`Partition`], which knows of no others. A driver has one; where several processors
//! are there, [`crate::parallel`] has several, and the same comes of it.

pub(crate) mod beside;
pub mod deploy;
pub(crate) mod leaving;
pub(crate) mod partition;
pub mod restore;
mod tell;
mod wakes;

use std::borrow::Cow;
use std::sync::Arc;

use flow_graph::Timestamp;
use flow_machine::adopt::Change;
use flow_machine::contact::WARM_AT_ONCE;
use flow_machine::decision::Outcome;
use flow_machine::{Contact, Decision, Engine, Trace};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::identity::{ContactNumber, People, Resolved};
use crate::ingest::{Incoming, Who};
use crate::log::Entry;
use crate::render::{Content, Renderer};
use deploy::Deployed;
use leaving::Leaving;
pub use partition::Turn;
use partition::{Partition, Placed};

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
    pub(crate) fn keeps_log(self) -> bool {
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
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

impl Counts {
    /// An input was taken, and this became of it.
    fn became(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Accepted => {}
            Outcome::Late => self.late += 1,
            Outcome::Duplicate => self.duplicates += 1,
        }
    }

    /// Adds what has happened elsewhere.
    pub(crate) fn add(&mut self, more: Self) {
        self.inputs += more.inputs;
        self.late += more.late;
        self.duplicates += more.duplicates;
        self.after_end += more.after_end;
        self.merged += more.merged;
        self.turns += more.turns;
    }
}

/// Who listens.
pub trait Observer {
    /// Something was decided.
    fn decided(&mut self, decided: Decided<'_>);

    /// Somebody looks at what is composed for a decision. Where nobody does it is not composed, but what is decided
    /// stays the same.
    fn wants_content(&self) -> bool {
        true
    }

    /// An input has arrived; what it leads to is told next.
    fn arriving(&mut self, arriving: Arriving<'_>) {
        let _ = arriving;
    }

    /// One contact becomes part of another one. Who keeps a log of its own unites theirs, and says what is in it by
    /// now; without the input that is being taken.
    fn united(&mut self, contact: ContactNumber, other: ContactNumber) -> Option<Vec<Entry>> {
        let _ = (contact, other);
        None
    }

    /// A contact is carried over to another program, or that is tried.
    fn carrying(&mut self, contact: ContactNumber) {
        let _ = contact;
    }

    /// The events of a contact, where the observer keeps a log of its own.
    fn events(&mut self, contact: ContactNumber) -> Option<Vec<Entry>> {
        let _ = contact;
        None
    }

    /// Another program has taken over: what is decided next is in its numbers.
    fn deployed(&mut self, change: &Change) {
        let _ = change;
    }

    /// An input was taken: all that it led to at once has been told.
    fn taken(&mut self, contact: ContactNumber, outcome: Outcome) {
        let _ = (contact, outcome);
    }

    /// The same under the program before, where there are two.
    fn taken_before(&mut self, contact: ContactNumber, outcome: Outcome) {
        let _ = (contact, outcome);
    }

    /// A contact was the same under two programs, and is not from what is told next on.
    fn parted(&mut self, contact: ContactNumber) {
        let _ = contact;
    }
}

/// By which of two programs something was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// By both, or by the only one.
    Both,
    /// By the program before.
    Base,
    /// By the program after.
    Head,
}

/// A decision with whom it is about.
#[derive(Debug)]
pub struct Decided<'a> {
    /// By which program.
    pub side: Side,
    /// The turn in which it was decided.
    pub turn: Turn,
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
    options: Options,
    people: People,
    partition: Partition,
    counts: Counts,
    /// Programs that took the place of others, and when.
    changes: Vec<(Timestamp, Arc<Change>)>,
    deployed: Vec<Deployed>,
}

impl Driver {
    /// A driver without contacts. The renderer is shared between drivers of one program.
    #[must_use]
    pub fn new(engine: Arc<Engine>, renderer: Arc<Renderer>, options: Options) -> Self {
        Self {
            options,
            people: People::default(),
            partition: Partition::new(engine, renderer, options.keeps_log()),
            counts: Counts::default(),
            changes: Vec::new(),
            deployed: Vec::new(),
        }
    }

    /// Notes from now on which places of the program take part.
    pub fn trace(&mut self) {
        self.partition.transition.trace.get_or_insert_default();
    }

    /// What was noted since.
    #[must_use]
    pub fn traced(self) -> Option<Trace> {
        self.partition.transition.trace.map(|trace| *trace)
    }

    /// The first contact with a turn that went on for too long and was cut off, if there is any: its causes go round.
    #[must_use]
    pub fn cut_off(&self) -> Option<ContactNumber> {
        self.partition.cut_off
    }

    /// Takes one input at its arrival; everything due before happens first.
    pub fn feed(&mut self, incoming: &Incoming, observer: &mut impl Observer) {
        self.take(incoming.clone(), observer);
    }

    /// The same with an input that nobody needs any more.
    pub fn take(&mut self, mut incoming: Incoming, observer: &mut impl Observer) {
        let at = incoming.arrives().max(self.now());
        if self.options.until.is_some_and(|until| at > until) {
            self.counts.after_end += 1;
            return;
        }
        self.run_until(at, observer);
        self.current(&mut incoming);
        let Some(resolved) = self.people.resolve(&self.options.ids(&incoming.who)) else { return };
        self.counts.inputs += 1;
        let leaving = self.leave(&resolved);
        self.place(incoming, at, resolved, leaving, observer);
    }

    /// Fetches the contacts of the next inputs, no more than [`WARM_AT_ONCE`](flow_machine::contact::WARM_AT_ONCE), side
    /// by side. Nothing comes of it but speed.
    pub fn warm<'i>(&self, next: impl Iterator<Item = &'i Who>) {
        let numbers: SmallVec<[ContactNumber; WARM_AT_ONCE]> = next.filter_map(|who| self.people.find(who)).collect();
        self.partition.warm(numbers.iter().copied());
    }

    /// Those who turn out to be the contact of an input leave for it.
    fn leave(&mut self, resolved: &Resolved) -> Vec<Leaving> {
        resolved.merged.iter().filter_map(|&other| self.partition.leave(other, false)).collect()
    }

    /// Brings an input to its contact, with those who leave for it.
    fn place(
        &mut self,
        mut incoming: Incoming,
        at: Timestamp,
        resolved: Resolved,
        leaving: Vec<Leaving>,
        observer: &mut impl Observer,
    ) {
        // What a new program counts anew is in the log of everybody.
        incoming.who.alone &= !self.options.deploys;
        let Resolved { contact, created, merged } = resolved;
        let mut placed = Placed { at, number: self.counts.inputs, contact, slot: contact, created };
        self.partition.take(&mut incoming, &mut placed, (leaving, &merged), observer);
    }

    /// Lets time pass: everything due up to an instant happens, that instant too.
    pub fn run_until(&mut self, until: Timestamp, observer: &mut impl Observer) {
        self.partition.run_until(until, observer);
    }

    /// The same, with no more turns than so many; whether the clock stands there now. Until it does no input is taken
    /// without the others.
    pub fn run_some(&mut self, until: Timestamp, turns: usize, observer: &mut impl Observer) -> bool {
        self.partition.run_some(until, turns, observer)
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
        self.partition.now()
    }

    /// How much has happened.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = self.counts;
        counts.add(self.partition.counts());
        counts
    }

    /// What is run.
    #[must_use]
    pub fn engine(&self) -> &Arc<Engine> {
        &self.partition.engine
    }

    /// Who is who.
    #[must_use]
    pub fn people(&self) -> &People {
        &self.people
    }

    /// The same, to ask for its news.
    pub fn people_mut(&mut self) -> &mut People {
        &mut self.people
    }

    /// From now on nothing is known of some contacts, and no id leads to them.
    pub fn erase(&mut self, contacts: &[ContactNumber]) {
        self.people.erase(contacts);
        contacts.iter().for_each(|contact| self.partition.erase(*contact));
    }

    /// The contacts that were not merged into others, in the order in which they were first seen.
    pub fn contacts(&self) -> impl Iterator<Item = &Contact> {
        self.partition.contacts()
    }

    /// A contact by its number.
    #[must_use]
    pub fn contact(&self, number: ContactNumber) -> Option<&Contact> {
        self.partition.contact(number)
    }
}
