//! Two programs of the same shape over one contact, which is computed once for as long as both do the same with it.
//!
//! Most changes of a program concern few contacts, and those not always. So a contact is held once and stepped by one
//! of the programs, and wherever a turn comes to something in which the two are different ([`Apart`]), there is a
//! doubt: then the other program has the same turn, from where the contact stood when its input had been taken. If it
//! decides the same and leaves the same, nothing was different. If not, there are two contacts from then on, until they
//! are the same again.
//!
//! * The two are of the same shape: all tables have the same entries by name, in the same order. So a state means the
//!   same to both, and it is enough that it is equal.
//! * Both look at all that one of them would look at ([`Engine`]'s plans are united), and what time changes is due when
//!   it is by either: to look without need leads to nothing.
//! * What is taken of an input, message ids, fields, figures, is the same in both but for events that figures or points
//!   count differently; for those, and for the first turn of a contact, the whole turn is had by both.

mod apart;

use std::sync::Arc;

use flow_graph::{Program, Timestamp};

pub(crate) use apart::Apart;

use crate::contact::Contact;
use crate::contact::memory::Memory;
use crate::decision::{Decision, DecisionKind, Transition};
use crate::engine::{Engine, EngineError};
use crate::input::Input;
use crate::step;
use crate::turn::beside::{Beside, Known, Start};
use crate::turn::{Begin, News, Turn};

/// Two programs of the same shape, made ready to run side by side.
#[derive(Debug)]
pub struct Twins {
    base: Arc<Engine>,
    head: Arc<Engine>,
    apart: Apart,
}

/// What is told of a step under each program: before and after.
pub type Told<'t> = (&'t mut Transition, &'t mut Transition);

impl Twins {
    /// Makes two programs ready. None: they are not of one shape.
    ///
    /// # Errors
    /// When one of them holds what no compiler writes.
    pub fn new(base: &Program, head: &Program) -> Result<Option<Self>, EngineError> {
        let Some(apart) = Apart::between(base, head) else { return Ok(None) };
        let (first, second) = (Arc::new(base.clone()), Arc::new(head.clone()));
        let (mut base, mut head) = (Engine::new(Arc::clone(&first))?, Engine::new(Arc::clone(&second))?);
        let plain = Engine::new(first)?;
        base.look_as(&head);
        head.look_as(&plain);
        Ok(Some(Self { base: Arc::new(base), head: Arc::new(head), apart }))
    }

    /// The program before.
    #[must_use]
    pub fn base(&self) -> &Arc<Engine> {
        &self.base
    }

    /// The program after.
    #[must_use]
    pub fn head(&self) -> &Arc<Engine> {
        &self.head
    }

    /// Whether a score may have another value under each program though the contact is the same.
    #[must_use]
    pub fn scores_differ(&self) -> bool {
        self.apart.scores()
    }

    /// Steps a contact that is the same under both programs. Where it is not the same any more, the contact is that of
    /// the program after, and the other one is handed back. Where it is, all is told under the program after.
    pub fn step(&self, contact: &mut Contact, input: Input, now: Timestamp, told: Told<'_>) -> Option<Contact> {
        let (before, after) = told;
        step::begin(contact, now, before);
        let now = step::begin(contact, now, after);
        let mut parted = None;
        while parted.is_none()
            && let Some(due) = contact.journey.wake.filter(|due| *due <= now)
        {
            parted = self.turn(contact, Begin::Time, due, (before, after));
        }
        match parted {
            Some(mut other) => {
                // What is due under one is not due under the other any more.
                step::catch_up(&self.head, contact, now, after);
                step::catch_up(&self.base, &mut other, now, before);
                step::take(&self.head, contact, input.clone(), now, after);
                step::take(&self.base, &mut other, input, now, before);
                parted = Some(other);
            }
            None => parted = self.take(contact, input, now, (before, after)),
        }
        after.next_wake = contact.journey.wake;
        before.next_wake = parted.as_ref().map_or(after.next_wake, |other| other.journey.wake);
        parted
    }

    /// Whether two contacts are the same again: then the other one is not needed any more.
    pub fn reunite(&self, contact: &mut Contact, other: &Contact) -> bool {
        let same = same(contact, other);
        if same {
            contact.memory = Memory::default();
            contact.journey.wake = earlier(contact.journey.wake, other.journey.wake);
        }
        same
    }

    fn take(&self, contact: &mut Contact, input: Input, now: Timestamp, told: Told<'_>) -> Option<Contact> {
        if !contact.born || self.apart.begins(self.head.program(), &input) {
            return self.by_both(contact, input, now, told);
        }
        match input {
            Input::Event(event) => self.turn(contact, Begin::Event(event), now, told),
            Input::Attributes(attributes) => self.turn(contact, Begin::Attributes(attributes), now, told),
            Input::Wake | Input::Adopted => {
                contact.now = now;
                None
            }
            Input::Merge(_) => self.by_both(contact, input, now, told),
        }
    }

    /// The turn of the program after, and of the other one where it may be another.
    fn turn(&self, contact: &mut Contact, begin: Begin, now: Timestamp, told: Told<'_>) -> Option<Contact> {
        let (before, after) = told;
        after.notes.clear();
        let known = after.decisions.len();
        let mut turn = Turn::new(&self.head, contact, now, after);
        turn.beside = Some(Beside { engine: &self.base, apart: &self.apart });
        let news = turn.take(begin)?;
        let start = turn.start();
        turn.go_on(news.clone());
        if after.notes.doubt { self.again(contact, (news, start), now, (before, after, known)) } else { None }
    }

    /// Both have the input, each with a contact of its own.
    fn by_both(&self, contact: &mut Contact, input: Input, now: Timestamp, told: Told<'_>) -> Option<Contact> {
        let (before, after) = told;
        let known = after.decisions.len();
        let mut other = contact.clone();
        step::take(&self.head, contact, input.clone(), now, after);
        step::take(&self.base, &mut other, input, now, before);
        self.settle(contact, other, (before, after, known), true)
    }

    /// The program before has the same turn, from where the contact stood when its input had been taken.
    fn again(
        &self,
        contact: &mut Contact,
        (news, start): (News, Start),
        now: Timestamp,
        (before, after, known): (&mut Transition, &mut Transition, usize),
    ) -> Option<Contact> {
        let notes = std::mem::take(&mut after.notes);
        let derived = Known::of(&contact.facts);
        // Facts are many, and nearly no turn changes them itself: then both have the same ones, in turn.
        let changed = notes.facts.is_some();
        let facts = notes.facts.unwrap_or_else(|| std::mem::take(&mut contact.facts));
        let journey = notes.journey.unwrap_or_else(|| contact.journey.clone());
        let mut other = start.contact(contact, facts, journey);
        notes.derived.unwrap_or_else(|| derived.clone()).exchange(&mut other.facts);
        let mut turn = Turn::new(&self.base, &mut other, now, before);
        turn.beside = Some(Beside { engine: &self.head, apart: &self.apart });
        turn.start_at(start);
        turn.go_on(news);
        before.outcome = after.outcome;
        let notes = std::mem::take(&mut before.notes);
        if changed {
            return self.settle(contact, other, (before, after, known), true);
        }
        if let Some(facts) = notes.facts {
            contact.facts = facts;
            derived.exchange(&mut contact.facts);
            return self.settle(contact, other, (before, after, known), true);
        }
        let equal = Known::of(&other.facts) == derived;
        std::mem::swap(&mut contact.facts, &mut other.facts);
        let theirs = derived.exchange(&mut contact.facts);
        let mut parted = self.settle(contact, other, (before, after, known), !equal);
        if let Some(other) = &mut parted {
            other.facts = contact.facts.clone();
            theirs.exchange(&mut other.facts);
        }
        parted
    }

    /// Compares what has come of a turn. `facts`: those may be different.
    fn settle(
        &self,
        contact: &mut Contact,
        other: Contact,
        (before, after, known): (&mut Transition, &mut Transition, usize),
        facts: bool,
    ) -> Option<Contact> {
        let decided = after.decisions.get(known..).unwrap_or_default();
        let alike = decided.len() == before.decisions.len()
            && decided.iter().zip(&before.decisions).all(|(one, other)| decide_alike(one, other));
        let left = (after.cut_off, after.outcome) == (before.cut_off, before.outcome)
            && contact.born == other.born
            && contact.journey.is_as(&other.journey);
        if alike && left && (!facts || contact.facts == other.facts) {
            before.decisions.clear();
            contact.journey.wake = earlier(contact.journey.wake, other.journey.wake);
            if facts {
                // What either remembers hangs on what it looked at alone.
                contact.memory = Memory::default();
            }
            contact.memory.settled &= other.memory.settled;
            return None;
        }
        let shared = after.decisions.iter().take(known).cloned();
        before.decisions.splice(0..0, shared);
        Some(other)
    }
}

/// Whether two contacts stand alike; what is remembered beside their state, and when they are to be woken, is no matter.
fn same(one: &Contact, other: &Contact) -> bool {
    one.born == other.born && one.journey.is_as(&other.journey) && one.facts == other.facts
}

/// Whether two decisions are the same; not the lines that led to them, nor how high a score is that is in the same band.
fn decide_alike(one: &Decision, other: &Decision) -> bool {
    let kinds = match (&one.kind, &other.kind) {
        (
            DecisionKind::Band { score, from, to, .. },
            DecisionKind::Band { score: other, from: other_from, to: other_to, .. },
        ) => (score, from, to) == (other, other_from, other_to),
        (kind, other) => kind == other,
    };
    one.at == other.at && kinds
}

fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    [one, other].into_iter().flatten().min()
}
