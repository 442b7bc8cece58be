//! Which message ids and which unique values a contact has had: as fingerprints of 128 bits.

use std::collections::{BTreeMap, BTreeSet};

use flow_graph::{Span, Timestamp, Value};
use serde::{Deserialize, Serialize};

use crate::time::{self, Zone};

/// Message ids with their last arrival, and unique values for ever.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Written as pairs: some formats have no keys but texts.
    #[serde(with = "pairs")]
    ids: BTreeMap<Print, Timestamp>,
    values: BTreeSet<Print>,
    /// Old ids are looked for when there are so many.
    sweep_at: usize,
}

/// Fewest ids before old ones are looked for.
const SWEEP_MIN: usize = 64;

impl Seen {
    /// Notes the arrival of a message and says whether it is a repetition: one whose id last arrived at `t` and
    /// `now < t + within`. Messages without an id never are.
    pub(crate) fn repeats(&mut self, id: &str, zone: &Zone, within: Span, now: Timestamp) -> bool {
        if id.is_empty() {
            return false;
        }
        self.sweep(within, now);
        let last = self.ids.insert(Print::of(id.as_bytes()), now);
        last.is_some_and(|last| now < time::add(zone, last, within))
    }

    /// Whether a unique value was seen before.
    pub(crate) fn has(&self, value: &Print) -> bool {
        self.values.contains(value)
    }

    /// Notes a unique value.
    pub(crate) fn note(&mut self, value: Print) {
        self.values.insert(value);
    }

    /// Takes over what another contact has seen.
    pub(crate) fn unite(&mut self, other: &Self) {
        for (&id, &at) in &other.ids {
            let own = self.ids.entry(id).or_insert(at);
            *own = at.max(*own);
        }
        self.values.extend(&other.values);
    }

    /// Forgets ids that count in no zone any more; seldom, so that each is looked at a few times only.
    fn sweep(&mut self, within: Span, now: Timestamp) {
        if self.ids.len() >= self.sweep_at.max(SWEEP_MIN) {
            let (_, most) = time::bounds(within);
            self.ids.retain(|_, at| now < at.plus(most));
            self.sweep_at = self.ids.len() * 2;
        }
    }
}

mod pairs {
    use std::collections::BTreeMap;

    use flow_graph::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::Print;

    pub(super) fn serialize<S: Serializer>(ids: &BTreeMap<Print, Timestamp>, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(ids)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<Print, Timestamp>, D::Error> {
        Ok(Vec::<(Print, Timestamp)>::deserialize(from)?.into_iter().collect())
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
