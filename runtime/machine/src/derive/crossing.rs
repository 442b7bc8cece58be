//! When a decaying score first crosses a line: to the millisecond at which the machine's own evaluation turns.
//!
//! Between two of its turning points a sum of exponentials is monotone, so a condition that holds on one side of a
//! line turns at most once in between, and bisection finds where. The turning points come from a recursion: a sum of
//! `n` exponentials divided by one of them is a constant and `n - 1` exponentials; its derivative has `n - 1` terms,
//! whose roots part the time into pieces with at most one root each.

use flow_graph::Timestamp;

use super::score::clip;
use crate::contact::facts::hits::Decayed;

/// After so many half-lives nothing is left in a floating number.
const EXHAUSTED: f64 = 1_100.0;

/// What a hit rule adds to a score.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Term {
    pub(crate) sum: Decayed,
    pub(crate) half_life_ms: Option<i64>,
}

impl Term {
    pub(crate) fn at(&self, now: Timestamp) -> f64 {
        self.sum.value(now, self.half_life_ms)
    }
}

/// A score from an instant on, while nothing arrives and its facts stay as they are.
#[derive(Debug, Clone)]
pub(crate) struct Curve {
    pub(crate) now: Timestamp,
    /// The facts.
    pub(crate) constant: f64,
    /// In the order of the rules: the sum has to be the machine's own.
    pub(crate) terms: Vec<Term>,
    pub(crate) range: Option<(f64, f64)>,
}

impl Curve {
    /// The score at an instant, added up exactly as [`super::score::value`] does.
    pub(crate) fn at(&self, now: Timestamp) -> f64 {
        clip(self.unclipped(now), self.range)
    }

    /// The same not held in the range.
    pub(crate) fn unclipped(&self, now: Timestamp) -> f64 {
        self.terms.iter().fold(self.constant, |sum, term| sum + term.at(now))
    }

    /// Whether it changes at all.
    pub(crate) fn moves(&self) -> bool {
        self.terms.iter().any(|term| term.half_life_ms.is_some() && term.at(self.now) != 0.0)
    }

    /// What it adds up from: points now, and the rate at which they decay.
    pub(crate) fn parts(&self) -> Vec<Part> {
        let rate = |half_life: i64| std::f64::consts::LN_2 / (half_life.max(1) as f64);
        let parts = self.terms.iter().map(|term| (term.at(self.now), term.half_life_ms.map_or(0.0, rate)));
        simplified(parts.chain([(self.constant, 0.0)]).collect())
    }
}

/// An exponential: its value now, and the rate per millisecond at which it decays; rate 0 is a constant.
pub(crate) type Part = (f64, f64);

/// Slowest first, those of equal rate as one, and none that is nothing.
pub(crate) fn simplified(mut parts: Vec<Part>) -> Vec<Part> {
    parts.sort_by(|a, b| a.1.total_cmp(&b.1));
    parts.dedup_by(|next, kept| {
        let same = next.1 == kept.1;
        if same {
            kept.0 += next.0;
        }
        same
    });
    parts.retain(|part| part.0 != 0.0);
    parts
}

/// The first millisecond after `curve.now` at which a condition on the score is another than now. The condition has
/// to hold on an interval of values, or on what lies beyond one; `levels` are the ends of the interval.
pub(crate) fn first(curve: &Curve, levels: &[f64], condition: &dyn Fn(f64) -> bool) -> Option<Timestamp> {
    if !curve.moves() {
        return None;
    }
    let before = condition(curve.at(curve.now));
    let turned = |at: Timestamp| condition(curve.at(at)) != before;
    let parts = curve.parts();
    at_a_level(curve.now, &parts, levels, &turned).or_else(|| first_turn(curve.now, &parts, None, &turned))
}

/// One exponential beside a constant: the formula says where it meets a level, to the rounding.
fn at_a_level(now: Timestamp, parts: &[Part], levels: &[f64], turned: &dyn Fn(Timestamp) -> bool) -> Option<Timestamp> {
    let (constant, (points, rate)) = match *parts {
        [moving] if moving.1 > 0.0 => (0.0, moving),
        [(constant, 0.0), moving] => (constant, moving),
        _ => return None,
    };
    let meets = levels.iter().map(|level| libm::log(points / (level - constant)) / rate);
    let earliest = meets.filter(|after| *after > 0.0 && after.is_finite()).fold(f64::INFINITY, f64::min);
    if earliest > EXHAUSTED / rate {
        return None;
    }
    let meets = now.plus(whole_ms(earliest));
    let (from, to) = (meets.plus(-2).max(now), meets.plus(3));
    (!turned(from) && turned(to)).then(|| bisect(from, to, turned))
}

/// The first millisecond after `now`, and before `limit`, at which `turned` holds. In between two turning points of
/// the sum of `parts` it has to turn once at most.
pub(crate) fn first_turn(
    now: Timestamp,
    parts: &[Part],
    limit: Option<Timestamp>,
    turned: &dyn Fn(Timestamp) -> bool,
) -> Option<Timestamp> {
    let slowest = parts.iter().map(|part| part.1).find(|rate| *rate > 0.0)?;
    let last = limit.unwrap_or(Timestamp::LAST_VALID).since(now).saturating_sub(1);
    let end = whole_ms(EXHAUSTED / slowest).min(last);
    if end < 1 {
        return None;
    }
    let derived: Vec<Part> = parts.iter().filter(|part| part.1 > 0.0).map(|part| (part.0 * part.1, part.1)).collect();
    let mut known = now;
    for stop in stops(&roots(&derived, end as f64), end) {
        let stop = now.plus(stop);
        if stop > known {
            if turned(stop) {
                return Some(bisect(known, stop, turned));
            }
            known = stop;
        }
    }
    None
}

/// Milliseconds to look at: around each turning point, where rounding blurs which side it is on, and the end.
fn stops(turning: &[f64], end: i64) -> Vec<i64> {
    let around = turning.iter().flat_map(|&root| {
        let below = whole_ms(root.floor());
        [below.saturating_sub(1), below, below.saturating_add(1), below.saturating_add(2)]
    });
    let mut stops: Vec<i64> = around.filter(|&stop| 0 < stop && stop < end).chain([end]).collect();
    stops.sort_unstable();
    stops
}

/// The first instant at which `turned`, when it has not at `from` but has at `to`, and turns once in between.
fn bisect(mut from: Timestamp, mut to: Timestamp, turned: &dyn Fn(Timestamp) -> bool) -> Timestamp {
    // Crossings are mostly near: steps that double first, then halves.
    let mut step = 1 << 20;
    while from.plus(step) < to {
        if turned(from.plus(step)) {
            to = from.plus(step);
            break;
        }
        from = from.plus(step);
        step = step.saturating_mul(4);
    }
    while to.since(from) > 1 {
        let middle = from.plus(to.since(from) / 2);
        if turned(middle) {
            to = middle;
        } else {
            from = middle;
        }
    }
    to
}

/// The roots of `Σ c · e^(-rate · t)` for `0 < t < end`, by rising `t`; terms by rising rate.
fn roots(terms: &[(f64, f64)], end: f64) -> Vec<f64> {
    let Some((&(constant, slowest), faster)) = terms.split_first() else { return Vec::new() };
    // Descartes: no change of sign, no root.
    if faster.iter().all(|(points, _)| (*points < 0.0) == (constant < 0.0)) {
        return Vec::new();
    }
    let divided =
        |t: f64| faster.iter().fold(constant, |sum, (points, rate)| sum + points * libm::exp(-(rate - slowest) * t));
    let derived: Vec<(f64, f64)> =
        faster.iter().map(|&(points, rate)| (-points * (rate - slowest), rate - slowest)).collect();
    let mut ends = roots(&derived, end);
    ends.push(end);
    let mut found = Vec::new();
    let mut from = 0.0;
    for to in ends {
        let sign = divided(from) < 0.0;
        if (divided(to) < 0.0) != sign {
            let (mut low, mut high) = (from, to);
            // A quarter of a millisecond is finer than what is asked of it.
            while high - low > 0.25 {
                let middle = low + (high - low) / 2.0;
                if middle <= low || middle >= high {
                    break;
                }
                if (divided(middle) < 0.0) == sign { low = middle } else { high = middle }
            }
            found.push(low + (high - low) / 2.0);
        }
        from = to;
    }
    found
}

#[expect(clippy::cast_possible_truncation, reason = "the conversion holds at the ends")]
fn whole_ms(ms: f64) -> i64 {
    ms as i64
}
