//! What starts, ends or moves something: events and changes of what is derived.

use super::expr::EventRef;
use crate::source::{Name, Span};

/// One trigger; where several are allowed they are separated by commas.
#[derive(Debug, Clone, PartialEq)]
pub struct Trigger {
    /// What it is.
    pub kind: TriggerKind,
    /// All of it.
    pub span: Span,
}

/// The kinds of triggers.
#[derive(Debug, Clone, PartialEq)]
pub enum TriggerKind {
    /// `cart_updated where items > 0`, `clicked(cart_reminder)`
    Event(EventRef),
    /// `entered segment vip`
    EnteredSegment(Name),
    /// `left segment vip`
    LeftSegment(Name),
    /// `lead becomes hot`
    BecomesBand {
        /// The score.
        score: Name,
        /// The band.
        band: Name,
    },
    /// `entered stage buyer.mql`
    EnteredStage {
        /// The lifecycle.
        lifecycle: Name,
        /// The stage.
        stage: Name,
    },
}
