//! Contacts under two programs of one shape, each held once for as long as both do the same with it: see
//! [`flow_machine::twins`].

use std::sync::Arc;

use flow_graph::Timestamp;
use flow_machine::decision::Outcome;
use flow_machine::{Contact, Input, Transition, Twins};

use super::Counts;
use super::partition::SlotNumber;
use crate::log::Log;
use crate::render::Renderer;

/// How many turns two contacts have before it is asked whether they are the same again: that costs a part of a turn.
const TURNS: u32 = 8;

/// What a partition has beside its contacts, which are those of the program after.
#[derive(Debug)]
pub(crate) struct Beside {
    twins: Arc<Twins>,
    /// That of the program before.
    pub(super) renderer: Arc<Renderer>,
    others: Vec<Option<Box<Other>>>,
    /// What the program before decides for itself.
    pub(super) transition: Transition,
    /// Both have had the last step for themselves.
    pub(super) alone: bool,
    /// They have from now on.
    pub(super) parted: bool,
    /// What the program before takes in place of the next input.
    pub(super) instead: Option<Input>,
    pub(super) counts: Counts,
}

/// A contact as it is under the program before, where it is another one.
#[derive(Debug)]
pub(super) struct Other {
    pub(super) contact: Contact,
    pub(super) log: Log,
    turns: u32,
}

impl Other {
    pub(super) fn new(contact: Contact, log: Log) -> Box<Self> {
        Box::new(Self { contact, log, turns: 0 })
    }
}

impl Beside {
    pub(crate) fn new(twins: Arc<Twins>, renderer: Arc<Renderer>) -> Self {
        Self {
            twins,
            renderer,
            others: Vec::new(),
            transition: Transition::default(),
            alone: false,
            parted: false,
            instead: None,
            counts: Counts::default(),
        }
    }

    pub(super) fn twins(&self) -> &Arc<Twins> {
        &self.twins
    }

    /// A contact as it is under the program before, where it is another one.
    pub(super) fn other(&self, slot: SlotNumber) -> Option<&Other> {
        self.others.get(usize::try_from(slot).ok()?)?.as_deref()
    }

    pub(super) fn other_mut(&mut self, slot: SlotNumber) -> Option<&mut Other> {
        self.others.get_mut(usize::try_from(slot).ok()?)?.as_deref_mut()
    }

    /// From now on there are two.
    pub(super) fn part(&mut self, slot: SlotNumber, other: Box<Other>) {
        let Ok(at) = usize::try_from(slot) else { return };
        if self.others.len() <= at {
            self.others.resize_with(at + 1, || None);
        }
        if let Some(place) = self.others.get_mut(at) {
            *place = Some(other);
        }
        self.parted = true;
    }

    /// The other one is taken away.
    pub(super) fn take(&mut self, slot: SlotNumber) -> Option<Box<Other>> {
        self.others.get_mut(usize::try_from(slot).ok()?)?.take()
    }

    /// Steps a contact; when either of two has to be woken next.
    pub(super) fn step(
        &mut self,
        (slot, contact, log): (SlotNumber, &mut Contact, Log),
        input: Input,
        now: Timestamp,
        out: &mut Transition,
    ) -> Option<Timestamp> {
        self.counts.turns += 1;
        let instead = self.instead.take();
        let twins = Arc::clone(&self.twins);
        if let Some(other) = self.others.get_mut(usize::try_from(slot).ok()?).and_then(Option::as_mut) {
            let theirs = instead.unwrap_or_else(|| input.clone());
            flow_machine::step(twins.head(), contact, input, now, out);
            flow_machine::step(twins.base(), &mut other.contact, theirs, now, &mut self.transition);
            other.turns += 1;
            self.alone = true;
        } else {
            let other = twins.step(contact, input, now, (&mut self.transition, out));
            self.alone = other.is_some();
            if let Some(other) = other {
                self.part(slot, Other::new(other, log));
            }
        }
        if !self.alone {
            return out.next_wake;
        }
        [out.next_wake, self.transition.next_wake].into_iter().flatten().min()
    }

    /// What became of the last input under the program before, where that is `outcome` under the program after.
    pub(super) fn outcome(&self, outcome: Outcome) -> Outcome {
        if self.alone { self.transition.outcome } else { outcome }
    }

    /// After some turns it is looked whether two contacts are the same again.
    pub(super) fn reunite(&mut self, slot: SlotNumber, contact: &mut Contact, log: Log) {
        let due = |other: &Other| other.turns >= TURNS && other.log == log;
        let Some(place) = usize::try_from(slot).ok().and_then(|at| self.others.get_mut(at)) else { return };
        let Some(other) = place.as_mut().filter(|other| due(other)) else { return };
        other.turns = 0;
        if self.twins.reunite(contact, &other.contact) {
            *place = None;
        }
    }
}
