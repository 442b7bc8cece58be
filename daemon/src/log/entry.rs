//! One entry of the log as bytes.
//!
//! ```text
//! kind (1 byte) · contact · the place of the entry before it of the same contact (0: there is none) · the rest
//! ```
//! Whole numbers take seven bits a byte, the lowest first.

use flow_graph::Timestamp;
use flow_machine::Decision;
use flow_machine::decision::Outcome;
use flow_runtime::identity::ContactNumber;
use flow_runtime::ingest::Incoming;
use flow_runtime::log::input;

use super::Place;

const INPUT: u8 = 1;
const REPEATED: u8 = 2;
const LATE: u8 = 3;
const DECISION: u8 = 4;
const UNITED: u8 = 5;
const GONE: u8 = 6;

/// One entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Where it is.
    pub place: Place,
    /// The place behind it.
    pub end: Place,
    /// Whose it is, as the contact was numbered then.
    pub contact: ContactNumber,
    /// The entry before it of the same contact; 0: there is none.
    pub before: Place,
    /// What it is.
    pub kind: Kind,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// An input.
    Input {
        /// When it was taken.
        at: Timestamp,
        /// What came in.
        incoming: Box<Incoming>,
        /// What became of it: a repetition counts for nothing.
        became: Outcome,
    },
    /// Something was decided.
    Decision(Box<Decision>),
    /// What another contact has done belongs to this one: its latest entry.
    United(Place),
    /// What stood here was erased.
    Gone,
}

/// Writes over an entry that stands at a place of some bytes, of which the first stands at `start`: where everything
/// else stands does not change. Nothing happens where there is none.
pub fn erase(bytes: &mut [u8], start: Place, place: Place) {
    let Some(rest) = place.checked_sub(start).and_then(|at| bytes.get_mut(usize::try_from(at).ok()?..)) else { return };
    let Some((Entry { end, contact, .. }, _)) = read(rest, place) else { return };
    let Some(entry) = usize::try_from(end - place).ok().and_then(|length| rest.get_mut(..length)) else { return };
    let mut gone = Vec::with_capacity(entry.len());
    head(&mut gone, GONE, contact, 0);
    // How much is left out: in one byte, or in three even where fewer would do, so that there is always a way.
    let room = entry.len() - gone.len();
    match u8::try_from(room.saturating_sub(1)) {
        Ok(short) if short < 0x80 => gone.push(short),
        Ok(_) | Err(_) => {
            let left = room.saturating_sub(3);
            let byte = |shift: usize| u8::try_from(left >> shift & 0x7f).unwrap_or(0);
            gone.extend([byte(0) | 0x80, byte(7) | 0x80, byte(14)]);
        }
    }
    gone.resize(entry.len(), 0);
    entry.copy_from_slice(&gone);
}

fn head(bytes: &mut Vec<u8>, kind: u8, contact: ContactNumber, before: Place) {
    bytes.push(kind);
    unsigned(bytes, contact.into());
    unsigned(bytes, before);
}

pub(super) fn write_input(
    bytes: &mut Vec<u8>,
    contact: ContactNumber,
    before: Place,
    at: Timestamp,
    incoming: &Incoming,
) {
    head(bytes, INPUT, contact, before);
    bytes.extend_from_slice(&at.0.to_le_bytes());
    input::write(bytes, at, incoming);
}

pub(super) fn write_decision(bytes: &mut Vec<u8>, contact: ContactNumber, before: Place, decision: &Decision) {
    head(bytes, DECISION, contact, before);
    let length = bytes.len();
    match postcard::to_extend(decision, std::mem::take(bytes)) {
        Ok(written) => *bytes = written,
        // Nothing in a decision can fail to be written; an entry that says nothing is better than a log that ends.
        Err(_) => bytes.truncate(length),
    }
}

pub(super) fn write_united(bytes: &mut Vec<u8>, contact: ContactNumber, before: Place, theirs: Place) {
    head(bytes, UNITED, contact, before);
    unsigned(bytes, theirs);
}

/// The first byte of an input of which something became.
pub(super) fn tag(became: Outcome) -> u8 {
    match became {
        Outcome::Accepted => INPUT,
        Outcome::Late => LATE,
        Outcome::Duplicate => REPEATED,
    }
}

/// The entries of some bytes, of which the first stands at a place. They end where the bytes are damaged.
pub fn entries(bytes: &[u8], start: Place) -> impl Iterator<Item = Entry> {
    let mut rest = bytes;
    let mut place = start;
    std::iter::from_fn(move || {
        let (entry, left) = read(rest, place)?;
        rest = left;
        place = entry.end;
        Some(entry)
    })
}

fn read(bytes: &[u8], place: Place) -> Option<(Entry, &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (contact, rest) = read_unsigned(rest)?;
    let (before, rest) = read_unsigned(rest)?;
    let (kind, rest) = match tag {
        INPUT | REPEATED | LATE => {
            let (at, rest) = rest.split_first_chunk()?;
            let at = Timestamp(i64::from_le_bytes(*at));
            let (incoming, taken) = input::read(rest, at)?;
            let became = match tag {
                REPEATED => Outcome::Duplicate,
                LATE => Outcome::Late,
                _ => Outcome::Accepted,
            };
            (Kind::Input { at, incoming: Box::new(incoming), became }, rest.get(taken..)?)
        }
        DECISION => {
            let (decision, rest) = postcard::take_from_bytes(rest).ok()?;
            (Kind::Decision(Box::new(decision)), rest)
        }
        UNITED => {
            let (theirs, rest) = read_unsigned(rest)?;
            (Kind::United(theirs), rest)
        }
        GONE => {
            let (length, rest) = read_unsigned(rest)?;
            (Kind::Gone, rest.get(usize::try_from(length).ok()?..)?)
        }
        _ => return None,
    };
    let end = place + (bytes.len() - rest.len()) as u64;
    Some((Entry { place, end, contact: ContactNumber::try_from(contact).ok()?, before, kind }, rest))
}

fn unsigned(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push((value & 0x7f) as u8);
}

fn read_unsigned(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (mut value, mut rest) = (0_u64, bytes);
    for shift in (0..u64::BITS).step_by(7) {
        let (&byte, left) = rest.split_first()?;
        rest = left;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some((value, rest));
        }
    }
    None
}
