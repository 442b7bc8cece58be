//! The state of a hit rule of a score.

use flow_graph::Timestamp;
use flow_graph::Value;
use flow_graph::program::{HitRule, ScoreCap};
use serde::{Deserialize, Serialize};

use super::figure::Window;
use crate::time::Zone;

/// The state of a hit rule.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Hits {
    /// The decayed points of all hits.
    pub(crate) sum: Decayed,
    /// Only with a cap or `once per`: what is needed to take back what a hit had got.
    kept: Option<Box<Kept>>,
}

/// The hits of a rule whose points hang on one another.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Kept {
    /// Those that count, by time, with what each got.
    hits: Vec<(Timestamp, f64)>,
    /// `once per`: the earliest time of each value, sorted by [`Value::order`]; the missing value is one of them.
    firsts: Vec<(Value, Timestamp)>,
}

impl Hits {
    /// Of no hit.
    #[must_use]
    pub(crate) fn new(rule: &HitRule) -> Self {
        let kept = (rule.cap.is_some() || rule.once_per.is_some()).then(Box::default);
        Self { sum: Decayed::default(), kept }
    }

    /// Takes a hit at its own time; `value` is that of `once per`.
    pub(crate) fn hit(&mut self, rule: &HitRule, zone: &Zone, at: Timestamp, value: Option<&Value>) {
        let Some(kept) = &mut self.kept else {
            self.sum.add(at, rule.points, rule.half_life_ms);
            return;
        };
        match kept.insert(at, value) {
            Inserted::Not => {}
            Inserted::Last(index) => {
                let points = kept.grant(rule, zone, index);
                self.sum.add(at, points, rule.half_life_ms);
            }
            Inserted::Among => self.count_again(rule, zone),
        }
    }

    /// Counts all hits anew: a hit came late, or the zone is another.
    pub(crate) fn count_again(&mut self, rule: &HitRule, zone: &Zone) {
        let Some(kept) = &mut self.kept else { return };
        self.sum = Decayed::default();
        for index in 0..kept.hits.len() {
            let points = kept.grant(rule, zone, index);
            if let Some(&(at, _)) = kept.hits.get(index) {
                self.sum.add(at, points, rule.half_life_ms);
            }
        }
    }
}

enum Inserted {
    /// It does not count: its value had an earlier hit.
    Not,
    /// Behind all others, at this position.
    Last(usize),
    /// Before others, or instead of a later one.
    Among,
}

impl Kept {
    fn insert(&mut self, at: Timestamp, value: Option<&Value>) -> Inserted {
        let mut replaces = false;
        if let Some(value) = value {
            match self.firsts.binary_search_by(|(known, _)| known.order(value)) {
                Ok(found) => {
                    let Some((_, first)) = self.firsts.get_mut(found) else { return Inserted::Not };
                    if *first <= at {
                        return Inserted::Not;
                    }
                    let later = std::mem::replace(first, at);
                    // Equal times are as good as each other: all hits of a rule have the same points.
                    if let Ok(gone) = self.hits.binary_search_by(|(time, _)| time.cmp(&later)) {
                        self.hits.remove(gone);
                    }
                    replaces = true;
                }
                Err(place) => self.firsts.insert(place, (value.clone(), at)),
            }
        }
        let index = self.hits.partition_point(|&(time, _)| time <= at);
        self.hits.insert(index, (at, 0.0));
        if replaces || index + 1 < self.hits.len() { Inserted::Among } else { Inserted::Last(index) }
    }

    /// Gives the hit at a position its points: all, or what the earlier ones have left of the cap.
    fn grant(&mut self, rule: &HitRule, zone: &Zone, index: usize) -> f64 {
        let points = match rule.cap {
            None => rule.points,
            Some(cap) => {
                let left = (cap.points.abs() - self.used(cap, zone, index)).max(0.0);
                rule.points.signum() * rule.points.abs().min(left)
            }
        };
        if let Some(hit) = self.hits.get_mut(index) {
            hit.1 = points;
        }
        points
    }

    /// What the hits before a position have used of the cap at its time.
    fn used(&self, cap: ScoreCap, zone: &Zone, index: usize) -> f64 {
        let Some(&(now, _)) = self.hits.get(index) else { return 0.0 };
        let window = Window { zone, span: cap.per, now };
        let earlier = self.hits.get(..index).unwrap_or_default();
        window.inside(earlier, |hit| hit.0).map(|hit| hit.1.abs()).sum()
    }
}

/// A sum that halves in each half-life: its value at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Decayed {
    value: f64,
    at: Timestamp,
}

impl Default for Decayed {
    fn default() -> Self {
        Self { value: 0.0, at: Timestamp::MIN }
    }
}

impl Decayed {
    /// Its value at an instant not before the last hit.
    #[must_use]
    pub(crate) fn value(self, now: Timestamp, half_life_ms: Option<i64>) -> f64 {
        self.value * remaining(now.since(self.at), half_life_ms)
    }

    /// Adds points at their own time, in whatever order they come.
    pub(crate) fn add(&mut self, at: Timestamp, points: f64, half_life_ms: Option<i64>) {
        let sum = if at >= self.at {
            let before = self.value(at, half_life_ms);
            self.at = at;
            before + points
        } else {
            self.value + points * remaining(self.at.since(at), half_life_ms)
        };
        self.value = sum.clamp(-LARGEST, LARGEST);
    }
}

/// Sums are held here: far from what any project means, and far from infinity.
pub(crate) const LARGEST: f64 = 1e200;

/// The share that is left of points after some time.
fn remaining(elapsed_ms: i64, half_life_ms: Option<i64>) -> f64 {
    match half_life_ms {
        None => 1.0,
        Some(half_life) => libm::exp2(-(elapsed_ms.max(0) as f64) / (half_life.max(1) as f64)),
    }
}
