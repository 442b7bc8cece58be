//! What a change does to the people inside, worked out without changing anything.
//!
//! Each contact is carried over as a copy, as a deploy would do it, and what becomes of it is counted: so the numbers
//! are those of the deploy, as long as nothing happens in between. Nothing of a contact is kept but some names.

mod people;
mod tally;
mod token;

use std::collections::BTreeSet;
use std::sync::Arc;

use flow_graph::{Program, Timestamp};
use flow_machine::adopt::{Change, Rehearsed, Version};
use flow_machine::engine::EngineError;
use flow_machine::{Contact, Engine, Transition};

pub use people::{
    Enrolled, Fate, IdleClause, Leaves, Membership, People, Place, PlaceFate, Sampled, StageChange, Stranding,
};
pub use token::Token;

use crate::log::Entry;
use tally::Tally;

/// So many contacts are named where some are told apart from all.
pub const SAMPLE: usize = 5;

/// A change that is tried on one contact after the other.
#[derive(Debug)]
pub struct Rehearsal {
    old: Arc<Engine>,
    program: Program,
    change: Change,
    inhabited: BTreeSet<Version>,
    at: Timestamp,
    tally: Tally,
    before: Transition,
    after: Transition,
    /// Somebody was in a version that was not foreseen.
    again: bool,
}

impl Rehearsal {
    /// Begins at an instant. `inhabited` names the versions of sequences that somebody is in.
    ///
    /// # Errors
    /// When the new program cannot be run.
    pub fn new(
        old: Arc<Engine>,
        program: Program,
        inhabited: BTreeSet<Version>,
        at: Timestamp,
    ) -> Result<Self, EngineError> {
        let change = Change::new(Arc::clone(&old), &program, inhabited.clone())?;
        Ok(Self {
            old,
            program,
            change,
            inhabited,
            at,
            tally: Tally::default(),
            before: Transition::default(),
            after: Transition::default(),
            again: false,
        })
    }

    /// Whether contacts have to come with what they have done.
    #[must_use]
    pub fn reads_log(&self) -> bool {
        self.change.reads_log()
    }

    /// Tries the change on a copy of a contact. They come in the order in which they were first seen.
    pub fn add(&mut self, contact: Contact, log: Option<&[Entry]>) {
        if self.again {
            return;
        }
        let Self { change, at, before, after, .. } = self;
        let rehearsed: Rehearsed = change.rehearse(contact, log, *at, before, after);
        if rehearsed.unforeseen.is_empty() {
            self.tally.add(&rehearsed, after);
        } else {
            self.inhabited.extend(rehearsed.unforeseen);
            self.again = true;
        }
    }

    /// Whether all contacts have to come once more, because somebody is where nobody was foreseen: as time passed, who
    /// was outside has gone in.
    ///
    /// # Errors
    /// When the new program cannot be run.
    pub fn begin_again(&mut self) -> Result<bool, EngineError> {
        if !std::mem::take(&mut self.again) {
            return Ok(false);
        }
        self.change = Change::new(Arc::clone(&self.old), &self.program, self.inhabited.clone())?;
        self.tally = Tally::default();
        Ok(true)
    }

    /// What it came to.
    #[must_use]
    pub fn finish(self) -> People {
        self.tally.people(&self.change, self.at)
    }
}
