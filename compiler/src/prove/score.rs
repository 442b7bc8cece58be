//! Between which numbers a score, or a part of one, always lies.
//!
//! A fact gives its points or nothing, so the fit lies between the sum of what is taken and the sum of what is given.
//! Points of events have one sign for each rule and only decay, so the engagement is bounded on the side on which no
//! rule pulls. A cap bounds it on the other side where the points of one window are half forgotten before the next:
//! `at most P per W` with half-life `H` never reaches more than `P · Σ 2^-(k·W/H)`. A range bounds the total.

use flow_graph::expr::ScorePart;
use flow_graph::program::{HitRule, Score};

use super::spans;

/// Sums of fractions may be off by this share.
const ROUNDING: f64 = 1e-9;

/// The least and the greatest value; infinite where there is no bound.
pub(crate) fn bounds(score: &Score, part: ScorePart) -> (f64, f64) {
    let (fit, engagement) = (fit(score), engagement(score));
    let (low, high) = match part {
        ScorePart::Fit => fit,
        ScorePart::Engagement => engagement,
        ScorePart::Total => (fit.0 + engagement.0, fit.1 + engagement.1),
    };
    let (low, high) = (widened(low, -1.0), widened(high, 1.0));
    match score.range.filter(|_| part == ScorePart::Total) {
        Some((least, most)) => (low.clamp(least.min(most), most), high.clamp(least.min(most), most)),
        None => (low, high),
    }
}

fn fit(score: &Score) -> (f64, f64) {
    let points = score.fit.iter().map(|rule| rule.points);
    points.fold((0.0, 0.0), |(low, high), points| (low + points.min(0.0), high + points.max(0.0)))
}

fn engagement(score: &Score) -> (f64, f64) {
    let mut bounds = (0.0, 0.0);
    for rule in &score.hits {
        let most = most(rule);
        if rule.points < 0.0 {
            bounds.0 -= most;
        } else {
            bounds.1 += most;
        }
    }
    bounds
}

/// The most that the hits of a rule are worth together, in size.
fn most(rule: &HitRule) -> f64 {
    let (Some(cap), Some(half_life)) = (rule.cap, rule.half_life_ms) else { return f64::INFINITY };
    #[expect(clippy::cast_precision_loss, reason = "an estimate that is rounded up")]
    let windows = (spans::bounds(cap.per).0 as f64) / (half_life.max(1) as f64);
    if windows <= 0.0 {
        return f64::INFINITY;
    }
    // The first window holds the cap's points, and each one before it as many, decayed by one window more.
    cap.points.abs() * (1.0 + 1.0 / (1.0 - (-windows).exp2()))
}

/// Whole sums are exact; others are widened by what rounding can do.
fn widened(bound: f64, sign: f64) -> f64 {
    if bound.fract() == 0.0 || bound.is_infinite() { bound } else { bound + sign * bound.abs() * ROUNDING }
}
