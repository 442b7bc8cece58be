//! How long something took, of many: a median that needs no room for each of them.

use std::collections::BTreeMap;

/// Parts of an octave: a time is known to one in so many.
const PARTS: u64 = 64;

/// Times in classes that grow with them: each is as wide as a 64th of the times in it. So a quantile is known within
/// 1 %, and all of it takes some kilobytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spread {
    classes: BTreeMap<u16, u64>,
    count: u64,
}

impl Spread {
    /// Adds a time in milliseconds; one below zero counts as none at all.
    pub fn add(&mut self, milliseconds: i64) {
        *self.classes.entry(class(u64::try_from(milliseconds).unwrap_or(0))).or_default() += 1;
        self.count += 1;
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The time that half of them took at most, in milliseconds; none of none.
    #[must_use]
    pub fn median(&self) -> Option<u64> {
        let half = self.count.div_ceil(2);
        let mut below = 0;
        self.classes.iter().find_map(|(class, count)| {
            below += count;
            (below >= half).then(|| middle(*class))
        })
    }
}

/// Up to 64 each time has a class of its own; then 64 classes for each doubling.
fn class(time: u64) -> u16 {
    let octave = u64::from(time.checked_ilog2().unwrap_or(0)).saturating_sub(6);
    u16::try_from(octave * PARTS + (time >> octave)).unwrap_or(u16::MAX)
}

/// The time in the middle of a class.
fn middle(class: u16) -> u64 {
    let class = u64::from(class);
    let octave = (class / PARTS).saturating_sub(1);
    let first = (class - octave * PARTS) << octave;
    first + ((1 << octave) - 1) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_known_within_one_percent() {
        let mut seed = 7_u64;
        for largest in [1, 50, 64, 65, 1_000, 90_000_000, 4_000_000_000_000] {
            let (mut spread, mut all) = (Spread::default(), Vec::new());
            for _ in 0..1_001 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let time = (seed >> 11) % largest;
                all.push(time);
                spread.add(i64::try_from(time).unwrap());
            }
            all.sort_unstable();
            let (exact, known) = (all[500], spread.median().unwrap());
            assert!(known.abs_diff(exact) * 100 <= exact, "{largest}: {known} instead of {exact}");
        }
        assert_eq!(Spread::default().median(), None);
        let mut one = Spread::default();
        one.add(-5);
        assert_eq!((one.median(), one.count()), (Some(0), 1));
    }

    #[test]
    fn classes_follow_each_other() {
        let mut last = 0;
        for time in 0..100_000 {
            let class = class(time);
            assert!(class == last || class == last + 1, "{time}");
            last = class;
        }
    }
}
