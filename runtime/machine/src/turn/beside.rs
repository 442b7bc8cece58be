//! A turn beside which another program is asked whether it would do the same: see [`crate::twins`].
//!
//! Wherever the two programs are different, and the turn comes there, it is noted that there is a doubt. What was known
//! before anything could become different is kept, so that the other program can have the same turn.

use flow_graph::Id;
use flow_graph::program::{Derived, Sequence, Sla};
use thin_vec::ThinVec;

use super::{Scope, Signal, Stale, Turn};
use crate::contact::journey::{Clock, ClockState, Journey};
use crate::contact::memory::{Found, Memory};
use crate::contact::small::Bits;
use crate::contact::{Contact, Facts};
use crate::derive::{self, Change};
use crate::engine::Engine;
use crate::input::Event;
use crate::twins::Apart;

/// The other program, and where it is different.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beside<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) apart: &'a Apart,
}

/// What such a turn notes.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// The other program may do something else.
    pub(crate) doubt: bool,
    /// Bands and segments before anything was derived anew.
    pub(crate) derived: Option<Known>,
    /// The journey before anything was set off.
    pub(crate) journey: Option<Journey>,
    /// The facts before the turn itself has changed them.
    pub(crate) facts: Option<Facts>,
}

/// What is derived: bands and segments.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Known {
    bands: ThinVec<Option<u16>>,
    members: Bits,
}

/// How a turn stands once its input was taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    silent: bool,
    settled: bool,
    stale: Stale,
    stir: bool,
    restless: bool,
    memory: Memory,
}

impl Notes {
    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.doubt = false;
        (self.derived, self.journey, self.facts) = (None, None, None);
    }
}

impl Known {
    /// As it is.
    pub(crate) fn of(facts: &Facts) -> Self {
        Self { bands: facts.bands.clone(), members: facts.members.clone() }
    }

    /// As it was before some changes.
    fn before(facts: &Facts, changes: &[Change]) -> Self {
        let mut known = Self::of(facts);
        for change in changes.iter().rev() {
            match change {
                Change::Entered(segment) => known.members.set(segment.index(), false),
                Change::Left(segment) => known.members.set(segment.index(), true),
                Change::Band { score, from, .. } => {
                    if let Some(band) = known.bands.get_mut(score.index()) {
                        *band = *from;
                    }
                }
            }
        }
        known
    }

    /// Puts it in its place; what was there.
    pub(crate) fn exchange(self, facts: &mut Facts) -> Self {
        Self {
            bands: std::mem::replace(&mut facts.bands, self.bands),
            members: std::mem::replace(&mut facts.members, self.members),
        }
    }
}

impl Start {
    /// As the contact that another program begins with.
    pub(crate) fn contact(self, contact: &Contact, facts: Facts, journey: Journey) -> Contact {
        let id = std::sync::Arc::clone(&contact.id);
        Contact { id, now: contact.now, born: contact.born, facts, journey, memory: self.memory }
    }
}

impl<'a> Turn<'a> {
    /// How the turn stands now.
    pub(crate) fn start(&self) -> Start {
        Start {
            silent: self.silent,
            settled: self.settled,
            stale: self.stale,
            stir: self.stir,
            restless: self.restless,
            memory: self.contact.memory,
        }
    }

    /// Stands as another turn did.
    pub(crate) fn start_at(&mut self, start: Start) {
        (self.silent, self.settled, self.stale) = (start.silent, start.settled, start.stale);
        (self.stir, self.restless) = (start.stir, start.restless);
    }

    /// The other program may do something else, if it is different there.
    #[inline]
    pub(crate) fn doubt(&mut self, there: impl FnOnce(&Apart) -> bool) {
        if let Some(beside) = self.beside
            && there(beside.apart)
        {
            self.out.notes.doubt = true;
        }
    }

    /// Where the other program is different, it is asked what it has to say.
    #[inline]
    pub(crate) fn ask_beside<T: PartialEq>(&mut self, there: fn(&Apart) -> bool, ask: impl Fn(&Self) -> T) {
        let Some(beside) = self.beside.filter(|beside| there(beside.apart)) else { return };
        let said = ask(self);
        let engine = std::mem::replace(&mut self.engine, beside.engine);
        let other = ask(self);
        self.engine = engine;
        self.out.notes.doubt |= said != other;
    }

    /// Keeps what is known before anything is set off.
    #[inline]
    pub(crate) fn remember(&mut self) {
        let Some(Beside { apart, .. }) = self.beside else { return };
        let notes = &mut self.out.notes;
        notes.derived.get_or_insert_with(|| Known::of(&self.contact.facts));
        notes.journey = Some(self.contact.journey.clone());
        let journey = &self.contact.journey;
        let runs = journey.runs.iter().any(|run| apart.step(run.sequence, run.step));
        let counts = |clock: &&Clock| clock.is_open() || clock.state == ClockState::Breached;
        let clocks = journey.clocks.iter().filter(counts).any(|clock| apart.sla(clock.sla));
        self.out.notes.doubt |= runs || clocks;
    }

    /// Keeps what was known before some changes, which are all that has happened since the input was taken.
    pub(crate) fn remember_before(&mut self, changes: &[Change]) {
        if self.beside.is_some() && (self.out.notes.doubt || !changes.is_empty()) {
            self.out.notes.derived = Some(Known::before(&self.contact.facts, changes));
        }
    }

    /// The turn itself is about to change facts.
    #[inline]
    pub(crate) fn keep_facts(&mut self) {
        if self.beside.is_some() {
            self.out.notes.facts.get_or_insert_with(|| self.contact.facts.clone());
        }
    }

    /// An event that the turn itself has made is about to be taken.
    #[inline]
    pub(crate) fn before_event(&mut self, event: &Event) {
        self.keep_facts();
        self.doubt(|apart| apart.counted(event.kind));
    }

    /// A signal is offered to a sequence.
    #[inline]
    pub(crate) fn before_offer(&mut self, id: Id<Sequence>, signal: &Signal) {
        self.doubt_if_either(
            |apart| apart.sequence(id),
            |turn, engine| {
                let sequence = engine.program().sequences.get(id);
                sequence.is_some_and(|sequence| crate::journey::entries::asks(turn, engine, (id, sequence), signal))
            },
        );
    }

    /// A signal may start the clock of a service level.
    #[inline]
    pub(crate) fn before_start(&mut self, id: Id<Sla>, signal: &Signal) {
        self.doubt_if_either(
            |apart| apart.sla(id),
            |turn, engine| {
                let fires = |trigger| turn.fires_under(engine, trigger, signal, Scope::default());
                engine.program().slas.get(id).is_some_and(|sla| sla.start.iter().any(fires))
            },
        );
    }

    /// Where the other program is different: whether one of the two does something here.
    fn doubt_if_either(&mut self, there: impl Fn(&Apart) -> bool, does: impl Fn(&Self, &'a Engine) -> bool) {
        let Some(beside) = self.beside.filter(|beside| there(beside.apart)) else { return };
        let either = does(self, self.engine) || does(self, beside.engine);
        self.out.notes.doubt |= either;
    }

    /// Derives anew, and asks what the other program makes of it.
    pub(crate) fn rederive_both(&mut self, which: &[Derived]) -> Vec<Change> {
        let Some(beside) = self.beside else { return Vec::new() };
        if matches!(self.contact.memory.zone, Found::Unknown) {
            self.contact.find_zone(self.engine);
        }
        let mut changes = Vec::new();
        for derived in which {
            if beside.apart.derived(*derived) {
                let verdict = |engine| derive::verdict(engine, self.contact, self.now, *derived);
                self.out.notes.doubt |= verdict(self.engine) != verdict(beside.engine);
            }
            changes.extend(derive::refresh_one(self.engine, self.contact, self.now, *derived));
        }
        changes
    }
}
