//! Containers for what most contacts have little of: one word while empty, and no more room than is needed.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

/// Adds an entry at a place; room grows by halves, since most stay short.
pub(crate) fn insert<T>(entries: &mut ThinVec<T>, place: usize, entry: T) {
    if entries.len() == entries.capacity() {
        entries.reserve_exact((entries.len() / 2).max(1));
    }
    entries.insert(place.min(entries.len()), entry);
}

/// Adds an entry at the end.
pub(crate) fn push<T>(entries: &mut ThinVec<T>, entry: T) {
    insert(entries, entries.len(), entry);
}

/// So many places are looked at one by one.
const NEAR: usize = 8;

/// States of those of many things that have one, by their number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Sparse<T> {
    /// By rising number.
    entries: ThinVec<(u32, T)>,
}

impl<T> Default for Sparse<T> {
    fn default() -> Self {
        Self { entries: ThinVec::new() }
    }
}

impl<T> Sparse<T> {
    /// How many have a state.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The state of a number.
    #[inline]
    pub(crate) fn get(&self, number: usize) -> Option<&T> {
        let place = self.place(number).ok()?;
        self.entries.get(place).map(|entry| &entry.1)
    }

    /// The state of a number, made when there is none.
    pub(crate) fn get_or(&mut self, number: usize, make: impl FnOnce() -> T) -> Option<&mut T> {
        let place = match self.place(number) {
            Ok(place) => place,
            Err(place) => {
                insert(&mut self.entries, place, (u32::try_from(number).ok()?, make()));
                place
            }
        };
        self.entries.get_mut(place).map(|entry| &mut entry.1)
    }

    /// Sets the state of a number.
    pub(crate) fn set(&mut self, number: usize, state: T) {
        match (self.place(number), u32::try_from(number)) {
            (Ok(place), _) => {
                if let Some(entry) = self.entries.get_mut(place) {
                    entry.1 = state;
                }
            }
            (Err(place), Ok(number)) => insert(&mut self.entries, place, (number, state)),
            (Err(_), Err(_)) => {}
        }
    }

    /// All states with their numbers.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (usize, &mut T)> {
        self.entries.iter_mut().map(|entry| (entry.0 as usize, &mut entry.1))
    }

    /// Where a number is, or would be.
    #[inline]
    fn place(&self, number: usize) -> Result<usize, usize> {
        // It has no more before it than there are smaller numbers: where most have a state it is there, or near.
        let end = number.saturating_add(1).min(self.entries.len());
        let before = self.entries.get(..end).unwrap_or_default();
        for (place, entry) in before.iter().enumerate().rev().take(NEAR) {
            match (entry.0 as usize).cmp(&number) {
                Ordering::Equal => return Ok(place),
                Ordering::Less => return Err(place + 1),
                Ordering::Greater => {}
            }
        }
        if end <= NEAR {
            return Err(0);
        }
        self.entries.binary_search_by(|entry| (entry.0 as usize).cmp(&number))
    }
}

/// Yes or no for each number; no at first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bits {
    low: u64,
    more: ThinVec<u64>,
}

impl Bits {
    /// Whether a number is in it.
    #[inline]
    pub(crate) fn has(&self, number: usize) -> bool {
        let word = match number / 64 {
            0 => self.low,
            word => self.more.get(word - 1).copied().unwrap_or(0),
        };
        word >> (number % 64) & 1 == 1
    }

    /// Puts a number in or takes it out.
    pub(crate) fn set(&mut self, number: usize, is: bool) {
        let word = match number / 64 {
            0 => &mut self.low,
            word => {
                if self.more.len() < word && is {
                    self.more.resize(word, 0);
                }
                let Some(word) = self.more.get_mut(word - 1) else { return };
                word
            }
        };
        let bit = 1 << (number % 64);
        if is { *word |= bit } else { *word &= !bit }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_found() {
        let mut sparse = Sparse::default();
        let mut bits = Bits::default();
        for number in (0..200).rev().step_by(3) {
            sparse.set(number, number * 2);
            bits.set(number, true);
        }
        bits.set(199, false);
        for number in 0..200 {
            let is = (199 - number) % 3 == 0;
            assert_eq!(sparse.get(number).copied(), is.then_some(number * 2));
            assert_eq!(bits.has(number), is && number != 199);
        }
        assert_eq!(sparse.get_or(4, || 7).copied(), Some(if (199 - 4) % 3 == 0 { 8 } else { 7 }));
        assert_eq!(sparse.get(1_000), None);
        assert!(!bits.has(1_000));
    }
}
