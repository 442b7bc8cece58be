//! A contact follows a changed program.
//!
//! State is carried over by name; `moved` clauses say where a name went. Steps are known by their identity. Nobody is
//! left on a step that is gone: without a clause for those who wait there the contact is refused, and
//! [`Change::stranded`] says beforehand which steps that would be.
//!
//! Decisions where the language is silent:
//! * Everything due up to now happens under the old program first.
//! * Fields whose type has changed are empty; an enum follows the names of its values.
//! * Behaviours and score rules that have not changed keep their state. Changed and new ones are computed from the log;
//!   without a log they start empty.
//! * A stage that is gone without a clause becomes the nearest earlier stage that is still there, else the start.
//! * What changes because of the new program (segments, bands, transitions that hold now) is recorded with the program
//!   as its cause and triggers nothing. Only `enroll existing` begins runs.
//! * A step that is another kind now is come to anew. A wait is recomputed from when the person reached it; when that is
//!   over it goes on now.
//! * `in flight finish`: who is inside goes on in the sequence as it was (see [`freeze`]). Keys, `once` and `again` are
//!   those of one sequence for all its versions. It is the new program that says so: where it does not, those who
//!   finish an earlier version follow it like everybody else. A version that nobody follows is dropped.
//! * Under a name that a sequence did not have before, its runs get new numbers (see [`carry::number`]).
//! * Of a step without a label a clause speaks by its words: `send cart_reminder` is `send_cart_reminder`.

mod carry;
mod clauses;
mod facts;
mod fates;
mod freeze;
mod names;
mod place;
mod steps;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use flow_graph::program::{Earlier, Program, Sequence};
use flow_graph::{Id, Timestamp};

pub use clauses::{Idle, WhyIdle};
pub use fates::{Fate, Fated, Moves, Renewed};
pub use steps::{Stranded, Version, WhyStranded};

use crate::contact::{Contact, Facts, Memory};
use crate::decision::Transition;
use crate::engine::{Engine, EngineError};
use crate::input::Event;
use crate::step;
use crate::turn::Turn;
use freeze::{Freezer, Kept};
use names::Names;
use steps::{Landing, Landings};

/// A program that takes the place of another.
#[derive(Debug)]
pub struct Change {
    old: Arc<Engine>,
    new: Arc<Engine>,
    /// Versions that people are in.
    inhabited: BTreeSet<Version>,
    /// Of them, those that people finish: their numbers in the new program, or what that lacks.
    finishing: BTreeMap<Version, Kept<Id<Earlier>>>,
}

/// A contact under the new program, and what became of its runs.
#[derive(Debug)]
pub struct Adopted {
    /// The contact.
    pub contact: Contact,
    /// What became of each run that it had.
    pub fates: Vec<Fated>,
    /// Sequences that it has entered because of `enroll existing`.
    pub enrolled: Vec<Id<Sequence>>,
}

impl Adopted {
    /// How many runs became what.
    #[must_use]
    pub fn moves(&self) -> Moves {
        Moves::of(&self.fates, self.enrolled.len())
    }
}

/// What would become of a contact.
#[derive(Debug)]
pub struct Rehearsed {
    /// It, without the runs that would be stranded.
    pub adopted: Adopted,
    /// Runs that would be stranded.
    pub stranded: Vec<Stranded>,
    /// Versions in which it is and of which the change did not know that anybody is in them.
    pub unforeseen: Vec<Version>,
}

impl Change {
    /// Prepares the change. `inhabited` names every version of a sequence that somebody is in: of those that people
    /// shall finish the new program gets a copy.
    ///
    /// # Errors
    /// When the new program cannot be run.
    pub fn new(old: Arc<Engine>, program: &Program, inhabited: BTreeSet<Version>) -> Result<Self, EngineError> {
        let names = Names { old: old.program(), new: program };
        let mut freezer = Freezer::new(names);
        let mut finishing = BTreeMap::new();
        for &version in &inhabited {
            let Some(of) = names.sequence(version.0) else { continue };
            let finish = program.sequences.get(of).is_some_and(|new| new.in_flight_finish);
            let Some(was) = names.old.version(version.0, version.1).filter(|_| finish) else { continue };
            if let Some(frozen) = freezer.freeze(was, of).transpose() {
                finishing.insert(version, frozen);
            }
        }
        let new = Arc::new(Engine::new(Arc::new(freezer.into_program()))?);
        Ok(Self { old, new, inhabited, finishing })
    }

    /// The old program.
    #[must_use]
    pub fn before(&self) -> &Arc<Engine> {
        &self.old
    }

    /// The new program, with the versions that people finish.
    #[must_use]
    pub fn engine(&self) -> &Arc<Engine> {
        &self.new
    }

    /// Steps at which people could be now, and which would strand them.
    #[must_use]
    pub fn stranded(&self) -> Vec<Stranded> {
        let old = self.old.program();
        let landings = self.landings();
        let now = old.sequences.ids().map(|id| (id, None));
        let earlier = self.inhabited.iter().copied().filter(|version| version.1.is_some());
        let mut stranded = Vec::new();
        for version in now.chain(earlier) {
            // Who would finish the old version is inside: where nobody is, nobody is stranded.
            let finish = landings.names.sequence(version.0).and_then(|id| self.new.program().sequences.get(id));
            if finish.is_some_and(|new| new.in_flight_finish) && !self.inhabited.contains(&version) {
                continue;
            }
            let steps = old.version(version.0, version.1).into_iter().flat_map(steps::resting);
            stranded.extend(steps.filter_map(|step| landings.of(version, step).err()));
        }
        stranded
    }

    /// Clauses of the new program that do nothing, because the old one has nothing of which they speak.
    #[must_use]
    pub fn idle(&self) -> Vec<Idle> {
        clauses::idle(self.old.program(), self.new.program())
    }

    /// An event in the numbers of the new program; none when it is not known there.
    #[must_use]
    pub fn event(&self, event: &Arc<Event>) -> Option<Arc<Event>> {
        self.names().carried(event)
    }

    /// A value of a field of the contact in the numbers of the new program; none when it is not known there.
    #[must_use]
    pub fn field(&self, field: Id<flow_graph::program::Field>, value: &flow_graph::Value) -> Option<Named> {
        let names = self.names();
        let new = names.field(field)?;
        let value = names.value(&names.old.fields.get(field)?.ty, &names.new.fields.get(new)?.ty, value);
        Some((new, value))
    }

    /// Where a sequence of the old program is in the new one.
    #[must_use]
    pub fn sequence(&self, id: Id<Sequence>) -> Option<Id<Sequence>> {
        self.names().sequence(id)
    }

    /// Where a message of the old program is in the new one.
    #[must_use]
    pub fn message(&self, id: Id<flow_graph::program::Message>) -> Option<Id<flow_graph::program::Message>> {
        self.names().message(id)
    }

    /// Where a stage of the old program is in the new one.
    #[must_use]
    pub fn stage(
        &self,
        id: Id<flow_graph::program::Lifecycle>,
        stage: u16,
    ) -> Option<(Id<flow_graph::program::Lifecycle>, u16)> {
        self.names().lifecycle(id).zip(self.names().stage(id, stage))
    }

    /// Where a service level of the old program is in the new one.
    #[must_use]
    pub fn sla(&self, id: Id<flow_graph::program::Sla>) -> Option<Id<flow_graph::program::Sla>> {
        self.names().sla(id)
    }

    /// Carries a contact over. `log` holds its events as the old program numbers them, in the order of arrival with the
    /// instants of arrival. What the old program still decides is in `before`, what the new one does in `after`.
    ///
    /// # Errors
    /// When the contact would stand on a step that is gone. Whoever asks keeps the contact as it was and discards
    /// the transitions.
    pub fn adopt(
        &self,
        mut contact: Contact,
        log: Option<&[(Timestamp, Arc<Event>)]>,
        now: Timestamp,
        before: &mut Transition,
        after: &mut Transition,
    ) -> Result<Adopted, Stranded> {
        let landings = self.arrive(&mut contact, now, before, after);
        let landings = landings.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(self.carry(contact, &landings, log, before, after))
    }

    /// What [`Self::adopt`] would do, whoever would be stranded: the runs of those end.
    pub fn rehearse(
        &self,
        mut contact: Contact,
        log: Option<&[(Timestamp, Arc<Event>)]>,
        now: Timestamp,
        before: &mut Transition,
        after: &mut Transition,
    ) -> Rehearsed {
        let landings = self.arrive(&mut contact, now, before, after);
        let versions: BTreeSet<Version> = contact.journey.runs.iter().map(|run| (run.sequence, run.version)).collect();
        let unforeseen = versions.difference(&self.inhabited).copied().collect();
        let mut stranded = Vec::new();
        let landings: Vec<_> = landings
            .into_iter()
            .map(|landing| {
                landing.unwrap_or_else(|found| {
                    stranded.push(found);
                    Landing::Exit
                })
            })
            .collect();
        let mut adopted = self.carry(contact, &landings, log, before, after);
        // Those end so that the rest can be looked at: it is not what becomes of them.
        for found in &stranded {
            let ends = |fated: &Fated| (fated.version, fated.step) == (found.version, found.step);
            if let Some(at) = adopted.fates.iter().position(|fated| fated.fate == Fate::Exited && ends(fated)) {
                adopted.fates.remove(at);
            }
        }
        Rehearsed { adopted, stranded, unforeseen }
    }

    /// Whether anything is to be computed from what contacts have done: else their logs need not be read.
    #[must_use]
    pub fn reads_log(&self) -> bool {
        facts::reads_log((&self.old, &self.new), &self.names())
    }

    /// Whether it is known that somebody is in a version.
    #[must_use]
    pub fn foresees(&self, version: Version) -> bool {
        self.inhabited.contains(&version)
    }

    /// Everything due up to now happens under the old program; then it is said where each run lands.
    fn arrive(
        &self,
        contact: &mut Contact,
        now: Timestamp,
        before: &mut Transition,
        after: &mut Transition,
    ) -> Vec<Result<Landing, Stranded>> {
        before.decisions.clear();
        after.decisions.clear();
        let now = now.max(contact.now);
        step::catch_up(&self.old, contact, now, before);
        contact.now = now;
        let landings = self.landings();
        contact.journey.runs.iter().map(|run| landings.of((run.sequence, run.version), run.step)).collect()
    }

    /// Carries a contact over whose runs land so.
    fn carry(
        &self,
        mut contact: Contact,
        landings: &[Landing],
        log: Option<&[(Timestamp, Arc<Event>)]>,
        before: &mut Transition,
        after: &mut Transition,
    ) -> Adopted {
        let now = contact.now;
        let mut fates = place::leave(&self.old, &mut contact, landings, before);
        let names = &self.names();
        let stays = landings.iter().filter(|landing| **landing != Landing::Exit);
        let runs =
            contact.journey.runs.iter().zip(stays).filter_map(|(run, landing)| place::carry(names, run, *landing));
        let mut runs = place::without_doubles(runs);
        let mut adopted = Contact {
            id: Arc::clone(&contact.id),
            now,
            born: contact.born,
            facts: Facts::new(&self.new),
            journey: carry::journey(names, &contact.journey),
            memory: Memory::default(),
        };
        carry::number(names, &mut adopted.journey, &mut runs);
        facts::carry((&self.old, &self.new), names, &contact, &mut adopted, log);
        adopted.journey.runs = runs.iter().map(|carried| carried.run.clone()).collect();
        let mut enrolled = Vec::new();
        if adopted.born {
            enrolled = place::settle(Turn::new(&self.new, &mut adopted, now, after), names, &runs, &mut fates);
        }
        after.next_wake = adopted.journey.wake;
        Adopted { contact: adopted, fates, enrolled }
    }

    fn names(&self) -> Names<'_> {
        Names { old: self.old.program(), new: self.new.program() }
    }

    fn landings(&self) -> Landings<'_> {
        Landings { names: self.names(), finishing: &self.finishing }
    }
}

/// A field with its value.
pub type Named = (Id<flow_graph::program::Field>, flow_graph::Value);
