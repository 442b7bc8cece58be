//! Segments and scores.

use super::expr::{Duration, EventRef, Expr};
use crate::source::{Name, Span, Spanned};

/// `segment x { condition }`
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentItem {
    /// Its name.
    pub name: Name,
    /// Who is in it; `None` when it could not be read.
    pub condition: Option<Expr>,
}

/// `score lead { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreItem {
    /// Its name.
    pub name: Name,
    /// `range 0..100`, both ends included; every clause that stands there, so that a second one can be named.
    pub range: Vec<Spanned<(f64, f64)>>,
    /// `half-life 14 days`
    pub half_life: Vec<Spanned<Duration>>,
    /// The rules, in order.
    pub rules: Vec<ScoreRule>,
    /// `bands { … }`
    pub bands: Vec<Spanned<Vec<Band>>>,
}

/// `+20 when …` or `+5 on … at most 20 per 7 days`
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreRule {
    /// The points, with their sign.
    pub points: Spanned<f64>,
    /// Fact or event.
    pub kind: ScoreRuleKind,
    /// The whole rule.
    pub span: Span,
}

/// The two kinds of rules.
#[derive(Debug, Clone, PartialEq)]
pub enum ScoreRuleKind {
    /// `when`: a fact about the contact.
    When(Expr),
    /// `on`: an event.
    On {
        /// The event.
        event: EventRef,
        /// `at most 20 per 7 days`: points, and the window in which they count.
        cap: Option<Spanned<(f64, Duration)>>,
        /// `once per video`: a field of the event.
        once_per: Option<Name>,
        /// `no decay`, `half-life 30 days`
        decay: Option<RuleDecay>,
    },
}

/// Decay of one rule.
#[derive(Debug, Clone, PartialEq)]
pub enum RuleDecay {
    /// `no decay`
    None(Span),
    /// `half-life 30 days`
    HalfLife(Spanned<Duration>),
}

/// `hot from 60 until 50`
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// Its name.
    pub name: Name,
    /// Reached at this score.
    pub from: Spanned<f64>,
    /// Left below this score; else below `from`.
    pub until: Option<Spanned<f64>>,
    /// All of it.
    pub span: Span,
}
