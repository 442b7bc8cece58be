//! A prepared log: calls in Segment's shape, read once and written down so that they are read again fast.
//!
//! It keeps what calls say and not what a program makes of it: names and values as they came, so any program can read
//! it. Whole numbers take seven bits a byte, the lowest first; others are little-endian.
//!
//! ```text
//! "FLOWLOG\n" · version (4 bytes)
//! block …     bytes (4) · check (8) · calls: texts of the block, then call after call
//! 0 (4)       the end of the blocks
//! dictionary  keys · shapes of calls · ids
//! where the dictionary begins (8) · its check (8) · calls in all (8) · "FLOWEND\n"
//! ```
//!
//! * A *shape* is what many calls have in common: their keys, how they are nested, and of which kind each value is. A
//!   call is the number of its shape and its values.
//! * Ids of contacts have numbers, and it is known of each whether a call ever names it together with another one (1),
//!   and whether it never turns out to be somebody else for all that (2): then no log has to be kept of its contact.
//! * Instants at the top of a call are numbers where they say their offset.
//! * Calls that no program can use (no JSON, no call) are not in it; whoever writes it is told.

mod read;
mod write;

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

pub(crate) use read::Unpacker;
pub use write::{Packed, Writer};

use super::json::Node;
use super::ties::Joining;

/// The version of the form.
pub const VERSION: u32 = 1;
/// How a prepared log is called by its ending.
pub const ENDING: &str = "flowlog";

const MAGIC: &[u8; 8] = b"FLOWLOG\n";
const END: &[u8; 8] = b"FLOWEND\n";
/// Bytes before the first block.
const HEAD: u64 = 12;
/// Bytes behind the dictionary.
const FOOT: u64 = 32;
/// The longest block that is believed.
const MAX_BLOCK: usize = 64 << 20;

/// No call names an id together with another one.
const ALONE: u8 = 0;
/// It may turn out to lead to another contact.
const JOINS: u8 = 1;
/// Calls name it together with another one, and it never does.
const TOGETHER: u8 = 2;

/// What all calls of a prepared log have in common.
#[derive(Debug, Default)]
pub struct Dictionary {
    keys: String,
    shapes: Vec<Shape>,
    ids: Vec<Id>,
    calls: u64,
}

/// The id of a contact.
#[derive(Debug)]
pub(super) struct Id {
    pub(super) text: Arc<str>,
    /// It never leads to another contact.
    pub(super) alone: bool,
    /// A call names it together with another one.
    together: bool,
}

/// What calls have in common: their nodes, values still to be filled in.
#[derive(Debug, Default)]
struct Shape {
    nodes: Vec<Node>,
    /// The nodes that have values.
    values: Vec<(usize, Kind)>,
}

/// What is written of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Null = 0,
    Bool = 1,
    Int = 2,
    Float = 3,
    Text = 4,
    Id = 5,
    Moment = 6,
    List = 7,
    Object = 8,
}

impl Kind {
    const ALL: [Self; 9] =
        [Self::Null, Self::Bool, Self::Int, Self::Float, Self::Text, Self::Id, Self::Moment, Self::List, Self::Object];
}

impl Dictionary {
    /// How many calls there are.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// How many ids of contacts there are.
    #[must_use]
    pub fn ids(&self) -> usize {
        self.ids.len()
    }

    /// Whether calls name anybody by two ids.
    #[must_use]
    pub fn unites(&self) -> bool {
        self.ids.iter().any(|id| id.together)
    }

    /// The ids that calls name together with another one.
    pub(super) fn named_together(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().filter(|id| id.together).map(|id| &*id.text)
    }

    /// Where there are other files beside it: who may turn out to be somebody else by all of them.
    pub fn settle(&mut self, joining: &Joining) {
        self.ids.iter_mut().for_each(|id| id.alone &= !joining.may(&id.text));
    }

    /// Opens a prepared log: looks through its head and its end, and stands at its first block then. `None`: it is no
    /// prepared log, and stands where it stood.
    ///
    /// # Errors
    /// When it cannot be read, is damaged, was not written to its end, or is of a later version.
    pub fn open(file: &mut (impl Read + Seek)) -> io::Result<Option<Self>> {
        let mut head = [0; 12];
        let start = file.stream_position()?;
        let mut got = 0;
        while let Some(rest) = head.get_mut(got..).filter(|rest| !rest.is_empty()) {
            match file.read(rest)? {
                0 => break,
                read => got += read,
            }
        }
        if !head.starts_with(MAGIC) {
            file.seek(SeekFrom::Start(start))?;
            return Ok(None);
        }
        let version = head.last_chunk().map_or(0, |version| u32::from_le_bytes(*version));
        if version > VERSION {
            let later =
                format!("it is of version {version}, and this `flow` reads {VERSION}: prepare the events again");
            return Err(damaged(&later));
        }
        let length = file.seek(SeekFrom::End(0))?;
        let unfinished = "it was not written to its end: prepare the events again";
        if length < HEAD + FOOT {
            return Err(damaged(unfinished));
        }
        file.seek(SeekFrom::Start(length - FOOT))?;
        let mut foot = [0; 32];
        file.read_exact(&mut foot)?;
        let number =
            |at: usize| foot.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes);
        let (begins, check, calls) = (number(0), number(8), number(16));
        if !foot.ends_with(END) || begins < HEAD || begins > length - FOOT {
            return Err(damaged(unfinished));
        }
        file.seek(SeekFrom::Start(begins))?;
        let mut bytes = vec![0; usize::try_from(length - FOOT - begins).map_err(|_| damaged("it is too large"))?];
        file.read_exact(&mut bytes)?;
        let dictionary = (checked(&bytes) == check).then(|| read::dictionary(&bytes)).flatten();
        let mut dictionary = dictionary.ok_or_else(|| damaged("it is damaged: prepare the events again"))?;
        dictionary.calls = calls;
        file.seek(SeekFrom::Start(HEAD))?;
        Ok(Some(dictionary))
    }
}

fn damaged(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_owned())
}

/// Reads the next block; `false` at the end of the blocks.
pub(crate) fn next_block(file: &mut impl Read, block: &mut Vec<u8>) -> io::Result<bool> {
    let mut word = [0; 4];
    file.read_exact(&mut word)?;
    let length = usize::try_from(u32::from_le_bytes(word)).unwrap_or(usize::MAX);
    block.clear();
    if length == 0 {
        return Ok(false);
    }
    if length > MAX_BLOCK {
        return Err(damaged("it is damaged: prepare the events again"));
    }
    let mut check = [0; 8];
    file.read_exact(&mut check)?;
    block.resize(length, 0);
    file.read_exact(block)?;
    if checked(block) != u64::from_le_bytes(check) {
        return Err(damaged("it is damaged: prepare the events again"));
    }
    Ok(true)
}

/// Tells whether bytes are those that were written: each eight of them are multiplied and rotated in. It is there for
/// damage, and no protection from anybody.
fn checked(bytes: &[u8]) -> u64 {
    let mut hash = bytes.len() as u64 ^ 0x9e37_79b9_7f4a_7c15;
    let mut mix = |word: u64| hash = (hash ^ word).wrapping_mul(0xff51_afd7_ed55_8ccd).rotate_left(29);
    let (words, rest) = bytes.as_chunks::<8>();
    words.iter().for_each(|word| mix(u64::from_le_bytes(*word)));
    rest.iter().for_each(|byte| mix(u64::from(*byte)));
    hash ^ (hash >> 32)
}

impl PartialEq for Dictionary {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Dictionary {}

#[cfg(test)]
mod tests;
