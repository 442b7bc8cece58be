//! Which message ids and which unique values a contact has had: as fingerprints of 64 bits.
//!
//! Fingerprints are compared within one contact only. With a thousand ids inside `duplicates_within`, a new one is taken
//! for a repetition by mistake once in 2^54 events: at a thousand million events a day, in fifty thousand years.

mod ids;

use flow_graph::{Span, Timestamp, Value};
use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

use crate::contact::small;
use crate::time::{self, Zone};
use ids::Ids;

/// Message ids with their last arrival, and unique values for ever.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    ids: Ids,
    /// By rising fingerprint.
    values: ThinVec<u64>,
}

impl Seen {
    /// Notes the arrival of a message and says whether it is a repetition: one whose id last arrived at `t` and
    /// `now < t + within`. Messages without an id never are.
    pub(crate) fn repeats(&mut self, id: &str, zone: &Zone, within: Span, now: Timestamp) -> bool {
        if id.is_empty() {
            return false;
        }
        let (_, most) = time::bounds(within);
        let last = self.ids.arrive(Print::of(id.as_bytes()).short(), now, |at| now < at.plus(most));
        last.is_some_and(|last| now < time::add(zone, last, within))
    }

    /// How many places for message ids there are.
    pub(crate) fn ids(&self) -> usize {
        self.ids.places()
    }

    /// Whether a unique value was seen before.
    pub(crate) fn has(&self, value: &Print) -> bool {
        self.values.binary_search(&value.short()).is_ok()
    }

    /// Notes a unique value.
    pub(crate) fn note(&mut self, value: Print) {
        self.note_short(value.short());
    }

    fn note_short(&mut self, value: u64) {
        if let Err(place) = self.values.binary_search(&value) {
            small::insert(&mut self.values, place, value);
        }
    }

    /// Takes over what another contact has seen.
    pub(crate) fn unite(&mut self, other: &Self) {
        self.ids.unite(&other.ids);
        other.values.iter().for_each(|value| self.note_short(*value));
    }
}

/// A fingerprint: FNV-1a of 128 bits, in two halves. It depends on the bytes alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Print(u64, u64);

impl Print {
    /// Of nothing.
    pub(crate) const EMPTY: Self = Self::split(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);

    /// Of some bytes.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self::EMPTY.with(bytes)
    }

    /// In 64 bits, each of which hangs on all of the 128 (the finaliser of `MurmurHash3`).
    pub(crate) fn short(self) -> u64 {
        let mut mixed = self.0.rotate_left(32) ^ self.1;
        mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        mixed ^ (mixed >> 33)
    }

    /// Goes on with more bytes.
    pub(crate) fn with(self, bytes: &[u8]) -> Self {
        const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
        let start = u128::from(self.0) << 64 | u128::from(self.1);
        Self::split(bytes.iter().fold(start, |hash, &byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME)))
    }

    /// Goes on with a value; nothing for a missing one.
    pub(crate) fn with_value(self, value: &Value) -> Option<Self> {
        Some(match value {
            Value::Missing => return None,
            Value::Bool(is) => self.with(&[1, u8::from(*is)]),
            Value::Int(n) => self.with(&[2]).with(&n.to_le_bytes()),
            Value::Number(x) => self.with(&[3]).with(&x.to_bits().to_le_bytes()),
            Value::Money(n) => self.with(&[4]).with(&n.to_le_bytes()),
            Value::Text(text) => self.with(&[5]).with(text.as_bytes()).with(&[0]),
            Value::Enum(position) => self.with(&[6]).with(&position.to_le_bytes()),
            Value::Date(date) => {
                let (year, month, day) = (date.year().to_le_bytes(), date.month(), date.day());
                self.with(&[7]).with(&year).with(&month.to_le_bytes()).with(&day.to_le_bytes())
            }
            Value::Instant(at) => self.with(&[8]).with(&at.0.to_le_bytes()),
            Value::Duration(ms) => self.with(&[9]).with(&ms.to_le_bytes()),
            Value::Set(members) => {
                let all = members.iter().try_fold(self.with(&[10]), Self::with_value);
                all?.with(&[11])
            }
        })
    }

    #[expect(clippy::cast_possible_truncation, reason = "the two halves of the number")]
    const fn split(hash: u128) -> Self {
        Self((hash >> 64) as u64, hash as u64)
    }
}
