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
//! * Of a step without a label a clause speaks by its words: `send cart_reminder` is `send_cart_reminder`.

mod carry;
mod facts;
mod freeze;
mod names;
mod steps;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use flow_graph::program::{Earlier, Program, Sequence, Trigger};
use flow_graph::{Id, Timestamp};

pub use steps::{Stranded, Version, WhyStranded};

use crate::contact::journey::{Doing, Run};
use crate::contact::{Contact, Facts, Memory};
use crate::decision::{Cause, ExitReason, Transition};
use crate::engine::{Engine, EngineError};
use crate::input::Event;
use crate::journey::runs::{self, Ending};
use crate::journey::{entries, lifecycle, waits};
use crate::step;
use crate::turn::{Batch, Turn};
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
    /// What became of its runs.
    pub moves: Moves,
}

/// What became of runs when the program changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Moves {
    /// Stayed where they were, nothing of it changed.
    pub stayed: u64,
    /// Stayed at a wait that ends at another time now.
    pub recomputed: u64,
    /// Went on at another step, or in a sequence with another name.
    pub moved: u64,
    /// Finish the version in which they are.
    pub finishing: u64,
    /// Ended, because their step or their sequence is retired.
    pub exited: u64,
    /// Began, because of `enroll existing`.
    pub enrolled: u64,
}

impl Moves {
    /// Adds those of another contact.
    pub fn add(&mut self, more: Self) {
        self.stayed += more.stayed;
        self.recomputed += more.recomputed;
        self.moved += more.moved;
        self.finishing += more.finishing;
        self.exited += more.exited;
        self.enrolled += more.enrolled;
    }
}

/// What becomes of a run under the new program.
#[derive(Debug, Clone, Copy)]
enum Fate {
    /// It stays where it stands.
    Stay,
    /// It stays, under another name.
    Renamed,
    /// It goes on at another step.
    Go(u16),
    /// It finishes its version.
    Finish,
    /// It ends.
    Exit,
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
        before.decisions.clear();
        after.decisions.clear();
        let now = now.max(contact.now);
        step::catch_up(&self.old, &mut contact, now, before);
        let landings = self.landings();
        let places = contact.journey.runs.iter().map(|run| landings.of((run.sequence, run.version), run.step));
        let places = places.collect::<Result<Vec<_>, _>>()?;
        let mut moves = Moves::default();
        leave(&self.old, &mut contact, &places, now, before);
        let (gone, places): (Vec<_>, Vec<_>) = places.into_iter().partition(|place| *place == Landing::Exit);
        moves.exited += u64::try_from(gone.len()).unwrap_or(u64::MAX);
        let names = &landings.names;
        let runs = contact.journey.runs.iter().zip(places).filter_map(|(run, place)| carry_run(names, run, place));
        let runs = without_doubles(runs);
        let mut adopted = Contact {
            id: Arc::clone(&contact.id),
            now,
            born: contact.born,
            facts: Facts::new(&self.new),
            journey: carry::journey(names, &contact.journey),
            memory: Memory::default(),
        };
        facts::carry((&self.old, &self.new), names, &contact, &mut adopted, log);
        adopted.journey.runs = runs.iter().map(|(run, _)| run.clone()).collect();
        if adopted.born {
            settle(Turn::new(&self.new, &mut adopted, now, after), names, &runs, &mut moves);
        }
        after.next_wake = adopted.journey.wake;
        Ok(Adopted { contact: adopted, moves })
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

/// Runs end as the old program has them: the new one does not know where they stand.
fn leave(old: &Engine, contact: &mut Contact, places: &[Landing], now: Timestamp, out: &mut Transition) {
    let gone = contact.journey.runs.iter().zip(places).filter(|(_, place)| **place == Landing::Exit);
    let gone: Vec<_> = gone.map(|(run, _)| run.clone()).collect();
    if gone.is_empty() {
        return;
    }
    let mut turn = Turn::new(old, contact, now, out);
    turn.cause = Cause::Program;
    turn.origin = Cause::Program;
    for run in gone {
        let Some(sequence) = turn.version(&run) else { continue };
        let at = sequence.steps.get(usize::from(run.step)).map_or(sequence.at, |step| step.at);
        runs::end(&mut turn, run.serial, Ending::Exit { reason: ExitReason::Retired, at });
    }
}

/// What the new program makes of a contact at once.
fn settle(mut turn: Turn<'_>, names: &Names<'_>, runs: &[(Run, Fate)], moves: &mut Moves) {
    turn.cause = Cause::Program;
    turn.origin = Cause::Program;
    turn.silent = true;
    turn.refresh();
    for id in carry::new_lifecycles(names) {
        let Some(fresh) = turn.program().lifecycles.get(id) else { continue };
        lifecycle::enter(&mut turn, id, None, fresh.start, fresh.at);
    }
    lifecycle::settle(&mut turn, &mut Batch::new());
    turn.refresh();
    turn.silent = false;
    for (run, fate) in runs {
        place(&mut turn, run, *fate, moves);
    }
    enroll_existing(&mut turn, names, moves);
    turn.finish();
}

/// Where a key is gone from the program, several runs become one: the oldest stays.
fn without_doubles(runs: impl Iterator<Item = (Run, Fate)>) -> Vec<(Run, Fate)> {
    let mut kept: Vec<(Run, Fate)> = Vec::new();
    for (run, fate) in runs {
        let taken = kept.iter().any(|(known, _)| known.sequence == run.sequence && known.key == run.key);
        kept.push((run, if taken { Fate::Exit } else { fate }));
    }
    kept
}

fn carry_run(names: &Names<'_>, run: &Run, landing: Landing) -> Option<(Run, Fate)> {
    let (sequence, step, fate) = match landing {
        Landing::Finish { sequence, version } => {
            return Some((carry::finishing(names, run, sequence, version), Fate::Finish));
        }
        Landing::Stay { sequence, step } => (sequence, step, stay(names, run, sequence, step)),
        Landing::Go { sequence, step } => (sequence, step, Fate::Go(step)),
        Landing::Exit => return None,
    };
    Some((carry::run(names, run, sequence, step), fate))
}

/// Staying under another name is a move too.
fn stay(names: &Names<'_>, run: &Run, sequence: Id<Sequence>, step: u16) -> Fate {
    let name = |sequence: Option<&Sequence>, step: u16| {
        let sequence = sequence?;
        Some((sequence.name.clone(), sequence.steps.get(usize::from(step))?.id.clone()))
    };
    let before = name(names.old.version(run.sequence, run.version), run.step);
    let after = name(names.new.sequences.get(sequence), step);
    if before == after { Fate::Stay } else { Fate::Renamed }
}

fn place(turn: &mut Turn<'_>, run: &Run, fate: Fate, moves: &mut Moves) {
    let Some(sequence) = turn.program().sequences.get(run.sequence) else { return };
    match fate {
        Fate::Stay | Fate::Renamed => {
            if matches!(run.doing, Doing::Waiting { .. }) {
                waits::renew(turn, run.serial);
            }
            let changed = turn.contact.journey.run(run.serial).is_none_or(|now| now.doing != run.doing);
            let renamed = matches!(fate, Fate::Renamed);
            moves.moved += u64::from(renamed);
            moves.recomputed += u64::from(changed && !renamed);
            moves.stayed += u64::from(!changed && !renamed);
        }
        Fate::Finish => moves.finishing += 1,
        Fate::Go(step) => {
            moves.moved += 1;
            runs::advance(turn, run.serial, Some(step));
        }
        Fate::Exit => {
            moves.exited += 1;
            runs::end(turn, run.serial, Ending::Exit { reason: ExitReason::Retired, at: sequence.at });
        }
    }
}

/// A new sequence takes those who are where its triggers lead.
fn enroll_existing(turn: &mut Turn<'_>, names: &Names<'_>, moves: &mut Moves) {
    let before = turn.contact.journey.next_serial;
    for (id, sequence) in turn.program().sequences.enumerate() {
        if sequence.enroll_existing && is_new(names, id) && sequence.enter.iter().any(|it| stands(turn, it)) {
            entries::enter(turn, id, sequence, None);
        }
    }
    moves.enrolled += u64::from(turn.contact.journey.next_serial - before);
}

fn is_new(names: &Names<'_>, id: Id<Sequence>) -> bool {
    names.old.sequences.ids().all(|old| names.sequence(old) != Some(id))
}

fn stands(turn: &Turn<'_>, trigger: &Trigger) -> bool {
    match trigger {
        Trigger::EnteredSegment(segment) => turn.contact.facts.in_segment(*segment),
        Trigger::EnteredStage { lifecycle, stage } => turn.contact.journey.stage(*lifecycle) == *stage,
        Trigger::BecomesBand { score, band } => turn.contact.facts.band(*score) == Some(*band),
        Trigger::Event { .. } | Trigger::LeftSegment(_) => false,
    }
}
