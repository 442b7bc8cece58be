//! The log: what came in and what was decided, of all contacts, in one row of bytes that only ever grows.
//!
//! An entry has a *place*, its distance from the beginning, and names the place of the entry before it of the same
//! contact. So the log is three things at once: what is run again after a crash, what a merge or a new program counts
//! anew from, and the story of each contact; and a contact keeps eight bytes for all of it.
//!
//! The bytes are kept in blocks of some [`BLOCK_BYTES`]; a block knows its first place, and the program whose numbers
//! its entries use. An entry never spans two blocks.

mod entry;
mod history;

use std::collections::VecDeque;
use std::sync::Arc;

use flow_graph::Timestamp;
use flow_machine::Decision;
use flow_machine::decision::Outcome;
use flow_runtime::identity::ContactNumber;
use flow_runtime::ingest::Incoming;

pub use entry::{Entry, Kind, entries};
pub use history::{Events, History};

/// The version of the form in which entries are written.
pub const LOG_VERSION: u32 = 1;

/// A block that is as long is closed: so much that few are needed, so little that one is read at once for one entry.
const BLOCK_BYTES: usize = 64 << 10;

/// Where an entry is. Places begin at 1; 0 is none.
pub type Place = u64;

/// A piece of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The place of its first entry.
    pub start: Place,
    /// Up to when everything has happened that stands in it and before it.
    pub at: Timestamp,
    /// The number of the program whose numbers its entries use.
    pub program: u32,
    /// Its entries.
    pub bytes: Vec<u8>,
}

impl Block {
    /// The place behind its last entry.
    #[must_use]
    pub fn end(&self) -> Place {
        self.start + self.bytes.len() as u64
    }
}

/// Whoever has the blocks that were written.
pub trait Blocks: std::fmt::Debug + Send + Sync {
    /// The block in which a place is; none where it was thrown away, or cannot be read.
    fn block(&self, place: Place) -> Option<Arc<Block>>;
}

/// Writes the log.
#[derive(Debug)]
pub struct Writer {
    /// By contact: its latest entry.
    places: Vec<Place>,
    /// The place of the next entry.
    next: Place,
    program: u32,
    open: Vec<u8>,
    closed: Vec<Block>,
    /// The blocks that were taken last, the oldest first: they may not be kept yet.
    taken: VecDeque<Vec<Arc<Block>>>,
}

/// Whoever takes blocks has kept them before it asks so many times more.
const UNKEPT: usize = 4;

impl Writer {
    /// A writer that goes on at a place.
    #[must_use]
    pub fn new(next: Place, program: u32, places: Vec<Place>) -> Self {
        Self { places, next: next.max(1), program, open: Vec::new(), closed: Vec::new(), taken: VecDeque::new() }
    }

    /// The place of the next entry.
    #[must_use]
    pub fn next(&self) -> Place {
        self.next
    }

    /// The latest entry of a contact; 0: it has none.
    #[must_use]
    pub fn place(&self, contact: ContactNumber) -> Place {
        usize::try_from(contact).ok().and_then(|at| self.places.get(at)).copied().unwrap_or_default()
    }

    /// From now on this is the latest entry of a contact.
    pub fn set_place(&mut self, contact: ContactNumber, place: Place) {
        let Ok(at) = usize::try_from(contact) else { return };
        if at >= self.places.len() {
            self.places.resize(at + 1, 0);
        }
        if let Some(slot) = self.places.get_mut(at) {
            *slot = place;
        }
    }

    /// An input that is taken.
    pub fn input(&mut self, contact: ContactNumber, at: Timestamp, incoming: &Incoming) -> Place {
        self.entry(contact, |bytes, before| entry::write_input(bytes, contact, before, at, incoming))
    }

    /// Says what became of the last input.
    pub fn mark(&mut self, input: Place, became: Outcome) {
        let (start, bytes) = match self.closed.last_mut() {
            Some(last) if input < last.end() => (last.start, &mut last.bytes),
            Some(_) | None => (self.next - self.open.len() as u64, &mut self.open),
        };
        let at = usize::try_from(input.saturating_sub(start)).ok();
        if let Some(byte) = at.and_then(|at| bytes.get_mut(at)) {
            *byte = entry::tag(became);
        }
    }

    /// Something was decided.
    pub fn decision(&mut self, contact: ContactNumber, decision: &Decision) -> Place {
        self.entry(contact, |bytes, before| entry::write_decision(bytes, contact, before, decision))
    }

    /// What another contact has done belongs to this one from now on.
    pub fn united(&mut self, contact: ContactNumber, other: ContactNumber) -> Place {
        let theirs = self.place(other);
        self.entry(contact, |bytes, before| entry::write_united(bytes, contact, before, theirs))
    }

    /// From now on entries are in the numbers of another program.
    pub(crate) fn deployed(&mut self, program: u32) {
        self.close(Timestamp::MIN);
        self.program = program;
    }

    /// The bytes that have not been taken yet; the clock stands at an instant.
    pub fn take(&mut self, at: Timestamp) -> Vec<Arc<Block>> {
        self.close(at);
        let closed = std::mem::take(&mut self.closed);
        let blocks: Vec<_> = closed.into_iter().map(|block| Arc::new(Block { at, ..block })).collect();
        if self.taken.len() == UNKEPT {
            self.taken.pop_front();
        }
        self.taken.push_back(blocks.clone());
        blocks
    }

    /// The block of a place that may not be kept yet.
    fn unkept(&self, place: Place) -> Option<Arc<Block>> {
        let holds = |block: &Block| block.start <= place && place < block.end();
        let open = || {
            let start = self.next - self.open.len() as u64;
            let block = || Block { start, at: Timestamp::MIN, program: self.program, bytes: self.open.clone() };
            (place >= start && place < self.next).then(|| Arc::new(block()))
        };
        let closed = || self.closed.iter().find(|block| holds(block)).cloned().map(Arc::new);
        self.taken.iter().flatten().find(|block| holds(block)).cloned().or_else(closed).or_else(open)
    }

    fn entry(&mut self, contact: ContactNumber, write: impl FnOnce(&mut Vec<u8>, Place)) -> Place {
        if self.open.len() >= BLOCK_BYTES {
            self.close(Timestamp::MIN);
        }
        let (place, length, before) = (self.next, self.open.len(), self.place(contact));
        write(&mut self.open, before);
        self.next += (self.open.len() - length) as u64;
        self.set_place(contact, place);
        place
    }

    fn close(&mut self, at: Timestamp) {
        if self.open.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.open);
        let start = self.next - bytes.len() as u64;
        self.closed.push(Block { start, at, program: self.program, bytes });
    }
}
