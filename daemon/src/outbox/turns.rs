//! No more leave by one way than it takes: who comes too soon gets an instant of its own, and is tried again then.
//!
//! The generic cell rate algorithm (ITU-T I.371): of each way it is known when the next one is due if all came evenly;
//! one that comes earlier than that by more than a second has to wait. So a second's worth may leave at once, and the
//! others each have their turn; what leaves by other ways does not stand behind them.

use std::collections::BTreeMap;

use flow_graph::Timestamp;
use rustc_hash::FxHashMap;

/// By how much the even order may be run ahead of, in milliseconds.
const AHEAD: f64 = 1_000.0;

/// Whose turn it is.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// Of each way: when the next one is due if all come evenly, in milliseconds since 1970.
    next: BTreeMap<String, f64>,
    /// Who has an instant of its own.
    given: FxHashMap<i64, Timestamp>,
}

impl Turns {
    /// The instant at which a delivery may leave by a way, where that is later than now.
    pub(super) fn wait(&mut self, id: i64, (way, per_second): (String, f64), now: Timestamp) -> Option<Timestamp> {
        if let Some(given) = self.given.remove(&id) {
            if given > now {
                self.given.insert(id, given);
                return Some(given);
            }
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of this age are exact")]
        let at = now.0 as f64;
        let next = self.next.entry(way).or_insert(at);
        let slot = next.max(at);
        *next = slot + 1_000.0 / per_second.max(f64::MIN_POSITIVE);
        let early = slot - AHEAD - at;
        if early < 0.0 {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "a float that is too large ends at the largest number")]
        let given = now.plus((early.ceil() as i64).max(1)).min(Timestamp::LAST_VALID);
        self.given.insert(id, given);
        Some(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seconds_worth_leaves_at_once_and_the_others_one_by_one() {
        let mut turns = Turns::default();
        let way = || ("channels.email".to_owned(), 10.0);
        let now = Timestamp(1_780_000_000_000);
        let waits: Vec<_> = (0..40).map(|id| turns.wait(id, way(), now).map_or(0, |at| at.0 - now.0)).collect();
        assert_eq!(waits.iter().filter(|wait| **wait == 0).count(), 10);
        assert!(waits.windows(2).skip(11).all(|two| two[1] - two[0] == 100), "{waits:?}");
        assert_eq!(turns.wait(3, ("channels.push".to_owned(), 10.0), now), None, "another way");
        // Who has a turn waits for it, and pays for it once.
        let given = turns.wait(12, way(), now).unwrap();
        assert_eq!(turns.wait(12, way(), given), None);
        assert!(turns.wait(99, way(), now).unwrap().0 - now.0 >= waits[39]);
        // After a pause there is no more than a second's worth.
        let later = now.plus(3_600_000);
        assert_eq!((100..140).filter(|id| turns.wait(*id, way(), later).is_none()).count(), 10);
    }
}
