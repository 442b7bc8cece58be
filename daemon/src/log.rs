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
mod near;
mod recent;

use std::collections::VecDeque;
use std::sync::Arc;

use flow_graph::Timestamp;
use flow_machine::Decision;
use flow_machine::decision::Outcome;
use flow_runtime::identity::ContactNumber;
use flow_runtime::ingest::Incoming;

pub use entry::{Entry, Kind, entries, erase};
pub use history::{Events, History};
pub use near::Near;
pub use recent::Recent;

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
        // What was decided because of it may have closed blocks behind it.
        let holds = |block: &&mut Block| block.start <= input && input < block.end();
        let (start, bytes) = match self.closed.iter_mut().rev().find(holds) {
            Some(block) => (block.start, &mut block.bytes),
            None => (self.next - self.open.len() as u64, &mut self.open),
        };
        let at = input.checked_sub(start).and_then(|at| usize::try_from(at).ok());
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
        // Where there is nothing to keep nobody waits for it to be kept: that may be asked any number of times.
        if !blocks.is_empty() {
            if self.taken.len() == UNKEPT {
                self.taken.pop_front();
            }
            self.taken.push_back(blocks.clone());
        }
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

    /// All blocks that may not be kept yet, in order.
    fn unkept_blocks(&self) -> Vec<Arc<Block>> {
        let start = self.next - self.open.len() as u64;
        let open = Block { start, at: Timestamp::MIN, program: self.program, bytes: self.open.clone() };
        let closed = self.closed.iter().cloned().chain([open]).map(Arc::new);
        self.taken.iter().flatten().cloned().chain(closed).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use flow_graph::{Id, Value};
    use flow_machine::decision::{Cause, DecisionKind, Item, Why};
    use flow_runtime::ingest::{Origin, Who};

    #[derive(Debug)]
    struct Nowhere;

    impl Blocks for Nowhere {
        fn block(&self, _place: Place) -> Option<Arc<Block>> {
            None
        }
    }

    fn incoming(id: &str) -> Incoming {
        let who = Who { user: Some(Arc::from("u")), ..Who::default() };
        let (id, at) = (Arc::from(id), Timestamp(1_772_323_200_000));
        let (event, changes, zone, origin) = (None, Vec::new(), None, Origin::default());
        Incoming { who, arrival: Some(at), time: at, id, event, changes, zone, origin }
    }

    fn decision(length: usize) -> Decision {
        let why = Why {
            item: Item::Limits,
            at: flow_graph::program::Location { file: Id::new(0), line: 1 },
            cause: Cause::Time,
        };
        Decision {
            at: Timestamp(5),
            kind: DecisionKind::Set { field: Id::new(0), value: Value::text(&"x".repeat(length)) },
            why,
        }
    }

    /// The kinds of the entries of a contact, the latest first.
    fn story(writer: &Writer, contact: ContactNumber) -> Vec<String> {
        let history = History::new(writer.place(contact), &Nowhere).with(writer);
        let word = |kind: Kind| match kind {
            Kind::Input { incoming, became, .. } => format!("{} {became:?}", incoming.id),
            Kind::Decision(_) => "decision".to_owned(),
            Kind::United(_) => "united".to_owned(),
            Kind::Gone => "gone".to_owned(),
        };
        history.map(|(entry, _)| word(entry.kind)).collect()
    }

    #[test]
    fn what_became_of_an_input_is_written_where_the_input_is() {
        // So much is decided because of it that blocks are closed behind it.
        for decisions in [0, 1, 3, 9] {
            let mut writer = Writer::new(1, 1, Vec::new());
            writer.input(7, Timestamp(1), &incoming("before"));
            let input = writer.input(0, Timestamp(1), &incoming("a"));
            for _ in 0..decisions {
                writer.decision(0, &decision(BLOCK_BYTES / 2));
            }
            writer.mark(input, Outcome::Duplicate);
            let mut expected = vec!["decision"; decisions];
            expected.push("a Duplicate");
            assert_eq!(story(&writer, 0), expected);
            assert_eq!(story(&writer, 7), ["before Accepted"]);
            let blocks = writer.take(Timestamp(9));
            assert_eq!(story(&writer, 0), expected, "what may not be kept yet is there");
            assert!(blocks.windows(2).all(|two| matches!(two, [a, b] if a.end() == b.start)));
            let all = blocks.iter().flat_map(|block| entries(&block.bytes, block.start)).count();
            assert_eq!(all, decisions + 2);
        }
    }

    #[test]
    fn united_contacts_have_one_story() {
        let mut writer = Writer::new(1, 1, Vec::new());
        for (contact, id) in [(0, "a"), (1, "b"), (0, "c"), (2, "d"), (1, "e")] {
            writer.input(contact, Timestamp(1), &incoming(id));
        }
        writer.united(0, 1);
        writer.input(0, Timestamp(2), &incoming("f"));
        let expected = ["f Accepted", "united", "e Accepted", "c Accepted", "b Accepted", "a Accepted"];
        assert_eq!(story(&writer, 0), expected);
        writer.take(Timestamp(3));
        assert_eq!(story(&writer, 0), expected);
        for _ in 0..2 * UNKEPT {
            writer.take(Timestamp(4));
        }
        assert_eq!(story(&writer, 0), expected, "it may still not be kept, however often nothing is taken");
        for _ in 0..UNKEPT {
            writer.input(9, Timestamp(4), &incoming("x"));
            writer.take(Timestamp(4));
        }
        assert!(story(&writer, 0).is_empty(), "whoever keeps it is asked for what was kept long ago");
    }

    #[test]
    fn what_is_erased_leaves_everything_else_where_it_is() {
        for length in (0..300).chain([16_000, 20_000]) {
            let mut writer = Writer::new(1, 1, Vec::new());
            writer.input(300, Timestamp(1), &incoming("before"));
            let place = writer.decision(200, &decision(length));
            let united = writer.united(200, 300);
            writer.input(300, Timestamp(1), &incoming("after"));
            let block = writer.take(Timestamp(9)).remove(0);
            let mut bytes = block.bytes.clone();
            erase(&mut bytes, block.start, place);
            erase(&mut bytes, block.start, united);
            let (before, after): (Vec<_>, Vec<_>) =
                (entries(&block.bytes, block.start).collect(), entries(&bytes, block.start).collect());
            let places = |all: &[Entry]| all.iter().map(|it| (it.place, it.end, it.contact)).collect::<Vec<_>>();
            assert_eq!(places(&before), places(&after), "{length}");
            assert_eq!((&after[0], &after[3]), (&before[0], &before[3]));
            assert!(after[1].kind == Kind::Gone && after[2].kind == Kind::Gone && after[1].before == 0);
            assert!(!bytes.windows(4).any(|four| four == b"xxxx"));
        }
    }

    #[test]
    fn damaged_bytes_end_a_block_and_nothing_else() {
        let mut writer = Writer::new(1, 1, Vec::new());
        writer.input(0, Timestamp(1), &incoming("a"));
        writer.decision(0, &decision(40));
        let block = writer.take(Timestamp(9)).remove(0);
        let mut seed = 9_u64;
        for _ in 0..20_000 {
            let mut bytes = block.bytes.clone();
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = usize::try_from(seed >> 33).unwrap() % bytes.len();
            bytes[at] ^= u8::try_from(seed >> 20 & 0xff).unwrap();
            assert!(entries(&bytes, block.start).count() <= bytes.len());
        }
    }
}
