//! Message ids by their fingerprints: a few in a list, many in a table, in which one is found at its place.

use flow_graph::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thin_vec::ThinVec;

use crate::contact::small;

/// Up to so many are a list.
const LIST: usize = 16;
/// The smallest table; a table is at most three quarters full.
const TABLE: usize = 32;
/// Fewest ids before old ones are looked for.
const SWEEP: u32 = 8;
/// Nobody's entry: no message arrives before all time.
const VACANT: Entry = (0, Timestamp::MIN);

/// A fingerprint with its last arrival.
type Entry = (u64, Timestamp);

/// Fingerprints with their last arrival. Written as a list by rising fingerprint.
#[derive(Debug, Clone, Default)]
pub(super) struct Ids {
    /// Up to [`LIST`] in the order of their first arrival; else a table whose length is a power of two, in which each
    /// stands at the place that its lowest bits say, or as near behind it as there was room.
    entries: ThinVec<Entry>,
    /// How many there are.
    count: u32,
}

impl Ids {
    /// Notes an arrival, and says when the same id arrived last. From time to time what need not be `kept` is forgotten:
    /// when that is hangs on how many there are and not on how they lie, so a state that was written and read again goes
    /// on like one that was not.
    pub(super) fn arrive(&mut self, id: u64, now: Timestamp, kept: impl Fn(Timestamp) -> bool) -> Option<Timestamp> {
        let found = self.find(id);
        if let Some(entry) = found.and_then(|place| self.entries.get_mut(place)).filter(|entry| **entry != VACANT) {
            return Some(std::mem::replace(&mut entry.1, now));
        }
        self.add((id, now), found, kept);
        None
    }

    /// Takes over what another contact has seen.
    pub(super) fn unite(&mut self, other: &Self) {
        for (id, at) in other.sorted() {
            let last = self.arrive(id, at, |_| true);
            if let Some(last) = last.filter(|last| *last > at) {
                self.arrive(id, last, |_| true);
            }
        }
    }

    /// How many places there are.
    pub(super) fn places(&self) -> usize {
        self.entries.len()
    }

    /// Where an id stands, or where a table has room for it.
    fn find(&self, id: u64) -> Option<usize> {
        if self.entries.len() <= LIST {
            return self.entries.iter().position(|entry| entry.0 == id);
        }
        let mut place = self.place(id);
        loop {
            let entry = self.entries.get(place)?;
            if entry.0 == id || *entry == VACANT {
                return Some(place);
            }
            place = (place + 1) & (self.entries.len() - 1);
        }
    }

    fn place(&self, id: u64) -> usize {
        #[expect(clippy::cast_possible_truncation, reason = "the lowest bits are asked for")]
        let low = id as usize;
        low & (self.entries.len() - 1)
    }

    /// Adds one that is not there.
    fn add(&mut self, entry: Entry, room: Option<usize>, kept: impl Fn(Timestamp) -> bool) {
        let swept = self.count.is_multiple_of(step(self.count)) && self.sweep(kept);
        self.count = self.count.saturating_add(1);
        if self.entries.len() < LIST {
            return small::push(&mut self.entries, entry);
        }
        let full = self.entries.len() == LIST || self.count as usize > self.entries.len() / 4 * 3;
        let room = if swept { self.find(entry.0) } else { room };
        if let Some(slot) = room.filter(|_| !full).and_then(|place| self.entries.get_mut(place)) {
            *slot = entry;
            return;
        }
        let all = std::mem::take(self).entries;
        self.fill(all.into_iter().filter(|old| *old != VACANT).chain([entry]).collect());
    }

    /// Forgets what need not be kept; whether there was any.
    fn sweep(&mut self, kept: impl Fn(Timestamp) -> bool) -> bool {
        let stays = |entry: &Entry| *entry != VACANT && kept(entry.1);
        let staying = self.entries.iter().filter(|entry| stays(entry)).count();
        if staying == self.count as usize {
            return false;
        }
        if self.entries.len() <= LIST {
            self.entries.retain(|entry| stays(entry));
            self.count = u32::try_from(staying).unwrap_or(u32::MAX);
        } else {
            let all = std::mem::take(self).entries;
            self.fill(all.into_iter().filter(stays).collect());
        }
        true
    }

    /// Makes a list or a table of different ids.
    fn fill(&mut self, all: Vec<Entry>) {
        self.count = u32::try_from(all.len()).unwrap_or(u32::MAX);
        if all.len() <= LIST {
            self.entries = all.into_iter().collect();
            return;
        }
        // Not more than two thirds full, so that there is room for some more.
        let length = (all.len() + all.len() / 2).next_power_of_two().max(TABLE);
        self.entries = ThinVec::new();
        self.entries.reserve_exact(length);
        self.entries.resize(length, VACANT);
        for entry in all {
            let place = self.find(entry.0);
            if let Some(slot) = place.and_then(|place| self.entries.get_mut(place)) {
                *slot = entry;
            }
        }
    }

    /// By rising fingerprint.
    fn sorted(&self) -> Vec<Entry> {
        let mut all: Vec<Entry> = self.entries.iter().filter(|entry| **entry != VACANT).copied().collect();
        all.sort_unstable();
        all
    }
}

/// After how many more old ones are looked for, so that each is looked at a few times.
fn step(count: u32) -> u32 {
    (count / 4).checked_ilog2().map_or(SWEEP, |log| SWEEP.max(1 << log))
}

impl PartialEq for Ids {
    fn eq(&self, other: &Self) -> bool {
        self.sorted() == other.sorted()
    }
}

impl Serialize for Ids {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.sorted().serialize(to)
    }
}

impl<'de> Deserialize<'de> for Ids {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut all = Vec::<Entry>::deserialize(from)?;
        all.retain(|entry| *entry != VACANT);
        all.sort_unstable();
        // What was written has each once; of anything else the latest stays.
        all.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 = next.1;
            }
            same
        });
        let mut ids = Self::default();
        ids.fill(all);
        Ok(ids)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn ids_are_found_as_in_a_map_and_read_as_written() {
        let mut ids = Ids::default();
        let mut map = BTreeMap::new();
        let mut seed = 7_u64;
        for number in 0..6_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Few different low bits, so that places are fought for.
            let (id, now) = ((seed >> 60) << 20 | seed >> 57, Timestamp(number));
            assert_eq!(ids.arrive(id, now, |_| true), map.insert(id, now), "{number}");
            if number % 97 == 0 {
                let read: Ids = serde_json::from_str(&serde_json::to_string(&ids).unwrap()).unwrap();
                assert_eq!(read, ids);
                assert_eq!(read.sorted(), map.clone().into_iter().collect::<Vec<_>>());
            }
        }
        let mut other = Ids::default();
        other.arrive(3, Timestamp(9_000), |_| true);
        other.unite(&ids);
        ids.arrive(3, Timestamp(9_000), |_| true);
        assert_eq!(other, ids);
    }

    #[test]
    fn what_is_old_is_forgotten_before_room_is_made() {
        let mut ids = Ids::default();
        for number in 0..10_000 {
            let now = Timestamp(i64::try_from(number).unwrap());
            assert_eq!(ids.arrive(number * 77, now, |at| at.0 + 100 > now.0), None);
            assert_eq!(ids.arrive(number * 77, now, |_| true), Some(now));
        }
        assert!(ids.entries.len() <= 256, "{}", ids.entries.len());
        let mut few = Ids::default();
        for number in 0..1_000 {
            few.arrive(number, Timestamp(i64::try_from(number).unwrap()), |at| {
                at.0 + 5 > i64::try_from(number).unwrap()
            });
            assert!(few.entries.len() <= 8, "{}", few.entries.len());
        }
    }

    /// What is forgotten when does not hang on whether the state was written and read on the way.
    #[test]
    fn a_state_that_was_read_goes_on_like_one_that_was_not() {
        let mut seed = 3_u64;
        for window in [3, 15, 40, 100, 700] {
            let (mut ids, mut read) = (Ids::default(), Ids::default());
            for number in 0..4_000_i64 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                // Bursts, and times without any.
                let now = Timestamp(number + (number / 500) * 60);
                let kept = |at: Timestamp| now.0 < at.0 + window;
                assert_eq!(ids.arrive(seed >> 50, now, kept), read.arrive(seed >> 50, now, kept));
                if seed >> 40 & 0x3f == 0 {
                    read = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
                }
                assert_eq!(ids, read, "window {window}, arrival {number}");
            }
        }
    }
}
