//! Chance without chance: a salted hash of the contact picks a point in 0..1.
//!
//! The hash is FNV-1a with 64 bits over the salt, a byte `0xff` (which no text holds) and the id of the contact, mixed
//! by the finaliser of `MurmurHash3` so that every bit of the input reaches every bit of the point. It is part of the
//! language's meaning: changing it would move people to other arms.
//!
//! Ranges of a split lie side by side in the order in which the arms are written: `[0, a)`, `[a, a + b)`, …, up to 1.
//! The first grows from 0, the last from 1, and what lies between two arms is one border. Moving a share between two
//! neighbours moves that border alone, so exactly the people between its old and its new place change their arm:
//! fewer is not possible. 50/50 → 60/40 moves 10 %, and so does taking a new last arm out of the last one.
//!
//! The point, not the arm, is remembered at the first exposure: it stays when contacts merge (the earliest exposure
//! wins) and when an item is renamed.

use std::sync::Arc;

use flow_graph::program::Sequence;
use flow_graph::program::sequence::SplitArm;

use crate::contact::journey::Exposure;
use crate::contact::small;
use crate::turn::Turn;

/// The point of the contact for a salt, remembered from the first time on.
pub(crate) fn point(turn: &mut Turn<'_>, salt: &Arc<str>) -> f64 {
    if let Some(exposure) = turn.contact.journey.exposures.iter().find(|exposure| exposure.salt == *salt) {
        return exposure.point;
    }
    let point = hashed(salt, &turn.contact.id);
    small::push(&mut turn.contact.journey.exposures, Exposure { salt: Arc::clone(salt), point, at: turn.now });
    point
}

/// The salt of a sequence's holdout.
pub(crate) fn holdout_salt(sequence: &Sequence) -> String {
    format!("{}.holdout", sequence.name)
}

/// The arm whose range holds a point.
pub(crate) fn arm(arms: &[SplitArm], point: f64) -> Option<&SplitArm> {
    let mut border = 0.0;
    let inside = arms.iter().find(|arm| {
        border += arm.share;
        point < border
    });
    // Shares add up to 1 but for rounding: the last arm reaches up to 1 in any case.
    inside.or_else(|| arms.iter().rev().find(|arm| arm.share > 0.0)).or(arms.last())
}

/// A point in 0..1, the same for ever for a salt and an id.
fn hashed(salt: &str, id: &str) -> f64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in salt.bytes().chain([0xff]).chain(id.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^= hash >> 33;
    // 53 bits fit a fraction exactly.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit exactly")]
    let point = (hash >> 11) as f64 / (1_u64 << 53) as f64;
    point
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arms(shares: &[f64]) -> Vec<SplitArm> {
        let arm = |(i, share): (usize, &f64)| SplitArm { name: format!("a{i}"), share: *share, target: None };
        shares.iter().enumerate().map(arm).collect()
    }

    fn moved(before: &[f64], after: &[f64]) -> usize {
        let (before, after) = (arms(before), arms(after));
        let points = (0..10_000).map(|i| hashed("q.offer", &format!("user{i}")));
        points.filter(|point| arm(&before, *point).unwrap().name != arm(&after, *point).unwrap().name).count()
    }

    #[test]
    fn points_fill_the_range_evenly() {
        let below = (0..10_000).filter(|i| hashed("q.offer", &format!("user{i}")) < 0.3).count();
        assert!((2_850..3_150).contains(&below), "{below}");
        let again = hashed("q.offer", "user1");
        assert!((hashed("q.offer", "user1") - again).abs() < f64::EPSILON);
        assert!((hashed("q.other", "user1") - again).abs() > f64::EPSILON);
    }

    #[test]
    fn a_border_moves_only_those_between() {
        for (before, after) in [
            (&[0.5, 0.5][..], &[0.6, 0.4][..]),
            (&[0.2, 0.3, 0.5][..], &[0.2, 0.4, 0.4][..]),
            (&[0.5, 0.5][..], &[0.5, 0.4, 0.1][..]),
        ] {
            let count = moved(before, after);
            assert!((900..1_100).contains(&count), "{before:?} {after:?} {count}");
        }
        assert_eq!(moved(&[0.5, 0.5], &[0.5, 0.5]), 0);
    }

    #[test]
    fn rounding_leaves_nobody_out() {
        assert_eq!(arm(&arms(&[0.1; 10]), 0.999_999_999_999_999_9).unwrap().name, "a9");
        assert_eq!(arm(&arms(&[1.0, 0.0]), 0.999_999_999_999_999_9).unwrap().name, "a0");
    }
}
