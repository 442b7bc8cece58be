//! What is kept: the log, the states of contacts behind it, what leaves, what was refused.
//!
//! One commit is one transaction. The log and what leaves because of it stand in the same one; so what was
//! acknowledged is there after a crash, and what was decided leaves once. States are written behind, some with each
//! commit ([`Piece`]): whoever starts loads them and runs what the log has since.

pub mod memory;
pub mod sqlite;

use std::sync::Arc;

use flow_graph::Timestamp;
use flow_machine::Contact;
use flow_runtime::driver::Counts;
use flow_runtime::identity::{ContactNumber, News};
use flow_runtime::ingest::{Reason, Scope};
use flow_runtime::summary::Tally;
use serde::{Deserialize, Serialize};

use crate::delivery::Delivery;
use crate::erasure::{Erased, Erasure};
use crate::http::keys::KeyChange;
use crate::log::{Block, Place};

/// The version of the form of a store. A newer one is refused; an older one is brought forward.
pub const STORE_VERSION: u32 = 3;

/// What is kept together or not at all.
#[derive(Debug, Default)]
pub struct Commit {
    /// What was added to the log.
    pub blocks: Vec<Arc<Block>>,
    /// What shall leave; what is known under its key already is the same, and stays as it is.
    pub deliveries: Vec<Delivery>,
    /// What should have left and cannot be composed, with why.
    pub failures: Vec<(Delivery, String)>,
    /// What was refused.
    pub rejects: Vec<Reject>,
    /// What had been refused and is taken with this commit, by its numbers in the store.
    pub replayed: Vec<i64>,
    /// What became of deliveries.
    pub settled: Vec<Settled>,
    /// States of contacts.
    pub states: Vec<State>,
    /// All states up to a place are written now.
    pub mark: Option<Mark>,
    /// The program that runs from the blocks of this commit on.
    pub program: Option<Deployed>,
    /// Administrative acts.
    pub acts: Vec<Act>,
    /// What becomes of keys.
    pub keys: Vec<KeyChange>,
    /// People who are taken out of everything, that of this commit too; the mark is behind all that they did.
    pub erasures: Vec<Erasure>,
    /// The fingerprint of the program that the folder of the daemon holds.
    pub folder: Option<String>,
}

impl Commit {
    /// There is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { blocks, deliveries, failures, rejects, replayed, settled, states, mark, program, acts, .. } = self;
        blocks.is_empty()
            && deliveries.is_empty()
            && failures.is_empty()
            && rejects.is_empty()
            && replayed.is_empty()
            && settled.is_empty()
            && states.is_empty()
            && mark.is_none()
            && program.is_none()
            && acts.is_empty()
            && self.keys.is_empty()
            && self.folder.is_none()
            && self.erasures.is_empty()
    }
}

/// The state of a contact as the log up to a place makes it.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Its number.
    pub number: ContactNumber,
    /// All entries before this place are in it.
    pub upto: Place,
    /// Its latest entry.
    pub place: Place,
    /// It, written by [`write_contact`].
    pub contact: Vec<u8>,
}

/// All states up to a place are written; what else is known there.
#[derive(Debug, Clone)]
pub struct Mark {
    /// The place.
    pub upto: Place,
    /// The number of the program that runs.
    pub program: u32,
    /// Where the clock stood.
    pub now: Timestamp,
    /// Inputs and turns.
    pub counts: Counts,
    /// What was counted for reports, written.
    pub tally: Vec<u8>,
    /// What became known of who is who since the mark before.
    pub news: Vec<News>,
}

/// A call, or a value of one, that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// Its number in the store; 0 before it has one.
    pub id: i64,
    /// When.
    #[serde(serialize_with = "crate::text::instant")]
    pub at: Timestamp,
    /// Where it came in: `http`, or the name of a file.
    pub source: String,
    /// What is lost.
    pub scope: Scope,
    /// Why, as a stable word.
    pub reason: Reason,
    /// Why, for people.
    pub detail: String,
    /// The call as it came.
    pub raw: String,
}

/// A delivery on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Queued {
    /// Its number in the store.
    pub id: i64,
    /// What leaves.
    pub delivery: Delivery,
    /// How often it was tried.
    pub attempts: u32,
}

/// What became of a delivery that was tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// Its number in the store.
    pub id: i64,
    /// How often it was tried, this time too.
    pub attempts: u32,
    /// When.
    pub at: Timestamp,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a try.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// It has left.
    Left {
        /// What the other side calls it.
        reference: Option<String>,
    },
    /// It is tried again.
    Again {
        /// Not before.
        next: Timestamp,
        /// Why.
        why: String,
    },
    /// It is not tried again by itself.
    Dead {
        /// Why.
        why: String,
    },
}

/// A program that took over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployed {
    /// Its number in the store, from 1.
    pub number: u32,
    /// When.
    pub at: Timestamp,
    /// Who had it take over.
    pub who: String,
    /// The commit of its sources, where that is known.
    pub commit: Option<String>,
    /// Its fingerprint.
    pub fingerprint: String,
    /// It, as JSON.
    pub program: String,
}

/// An administrative act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Act {
    /// When.
    #[serde(serialize_with = "crate::text::instant")]
    pub at: Timestamp,
    /// Who: the name of a token, or `cli`.
    pub who: String,
    /// What: a stable word.
    pub what: String,
    /// Of what, without personal data.
    pub detail: String,
}

/// What a store has when somebody starts.
#[derive(Debug, Default)]
pub struct Kept {
    /// The programs that have run, in order.
    pub programs: Vec<Deployed>,
    /// The latest mark; its news are those of all marks.
    pub mark: Option<Mark>,
    /// The states, by the numbers of their contacts.
    pub states: Vec<State>,
    /// The place behind the last entry.
    pub end: Place,
    /// Who was erased.
    pub erased: Arc<Erased>,
}

/// Where things are kept.
pub trait Store: Send {
    /// Keeps all of a commit, durably, or nothing of it.
    ///
    /// # Errors
    /// When it cannot be kept. Whoever asked must not go on as if it were.
    fn commit(&mut self, commit: &Commit) -> Result<(), StoreError>;

    /// What is there.
    ///
    /// # Errors
    /// When it cannot be read, or is damaged.
    fn load(&mut self) -> Result<Kept, StoreError>;

    /// The blocks from a place on, in order, some at once: those that begin at `from` or hold it. Empty at the end.
    ///
    /// # Errors
    /// When they cannot be read.
    fn blocks(&mut self, from: Place) -> Result<Vec<Block>, StoreError>;

    /// Deliveries that are due up to an instant, the longest due first, no more than so many; without those named.
    ///
    /// # Errors
    /// When they cannot be read.
    fn due(&mut self, until: Timestamp, most: usize, without: &[i64]) -> Result<Vec<Queued>, StoreError>;
}

/// Why something could not be kept or read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreError {
    /// What went wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl StoreError {
    /// Something went wrong.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// What is kept is not what was written.
    #[must_use]
    pub fn damaged(what: &str) -> Self {
        Self::new(format!("the store is damaged: {what}"))
            .help("put a backup in its place; `flow store check` says what can still be read")
    }
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for StoreError {}

/// A contact as it is kept.
#[must_use]
pub fn write_contact(contact: &Contact) -> Vec<u8> {
    postcard::to_stdvec(contact).unwrap_or_default()
}

/// A contact as it was kept.
///
/// # Errors
/// When it is damaged.
pub fn read_contact(number: ContactNumber, bytes: &[u8]) -> Result<Contact, StoreError> {
    postcard::from_bytes(bytes).map_err(|_| StoreError::damaged(&format!("the state of contact {number}")))
}

/// Counts as they are kept.
#[must_use]
pub fn write_tally(tally: &Tally) -> Vec<u8> {
    postcard::to_stdvec(tally).unwrap_or_default()
}

/// Counts as they were kept.
///
/// # Errors
/// When they are damaged.
pub fn read_tally(bytes: &[u8]) -> Result<Tally, StoreError> {
    postcard::from_bytes(bytes).map_err(|_| StoreError::damaged("what was counted"))
}
