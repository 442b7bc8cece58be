//! Scores and segments.

use serde::{Deserialize, Serialize};

use super::{Event, Location};
use crate::expr::Expr;
use crate::table::Id;
use crate::time::Span;

/// A segment: who is in it at every instant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Its name.
    pub name: String,
    /// Its doc comment.
    pub doc: Option<String>,
    /// Who is in it.
    pub condition: Expr,
    /// Where it stands.
    pub at: Location,
}

/// A score: `clip(fit + Σ points · 2^(-(now - t)/half-life))`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Its name.
    pub name: String,
    /// Its doc comment.
    pub doc: Option<String>,
    /// Both ends included; none: not clipped.
    pub range: Option<(f64, f64)>,
    /// Facts.
    pub fit: Vec<FitRule>,
    /// Events.
    pub hits: Vec<HitRule>,
    /// Bands by rising `from`.
    pub bands: Vec<Band>,
    /// Where it stands.
    pub at: Location,
}

/// `+20 when …`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FitRule {
    /// Points while it holds.
    pub points: f64,
    /// The condition.
    pub when: Expr,
    /// Where it stands.
    pub at: Location,
}

/// `+5 on …`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HitRule {
    /// Points of a hit at its own time.
    pub points: f64,
    /// The event.
    pub event: Id<Event>,
    /// Which of them; reads what a [`super::Behaviour`]'s filter may.
    pub filter: Option<Expr>,
    /// Half-life in milliseconds of elapsed time; none: no decay.
    pub half_life_ms: Option<i64>,
    /// `at most 20 per 7 days`
    pub cap: Option<ScoreCap>,
    /// `once per video`: the slot of the event's field; of equal values only the earliest hit counts.
    pub once_per: Option<u16>,
    /// Where it stands.
    pub at: Location,
}

/// `at most 20 per 7 days`: taken in the order of event time, a hit gets its points or what is left of `points`
/// after the hits that have not yet left the window at its time. With negative points the cap bounds the size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ScoreCap {
    /// At most, undecayed, in size.
    pub points: f64,
    /// In this window.
    pub per: Span,
}

/// A band of a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// Its name.
    pub name: String,
    /// Reached at this score from below.
    pub from: f64,
    /// Left when the score is below this; equal to `from` without hysteresis.
    pub until: f64,
    /// Where it stands.
    pub at: Location,
}
