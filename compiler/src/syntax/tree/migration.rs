//! Clauses for people who are inside while a program changes.

use crate::source::{Name, Span, Spanned};

/// `moved sequence.cart.step.nudge to sequence.cart.step.reminder`
#[derive(Debug, Clone, PartialEq)]
pub struct MovedItem {
    /// The old address.
    pub from: Address,
    /// The new address.
    pub to: Address,
}

/// `retired sequence.cart.step.old_offer { exit }`
#[derive(Debug, Clone, PartialEq)]
pub struct RetiredItem {
    /// What is gone.
    pub address: Address,
    /// What becomes of the people there.
    pub then: Spanned<RetiredThen>,
}

/// What becomes of the people at a retired step.
#[derive(Debug, Clone, PartialEq)]
pub enum RetiredThen {
    /// `exit`
    Exit,
    /// `continue at step.last_call`
    ContinueAt(Name),
}

/// `segment.engaged`, `sequence.cart.step.nudge`
#[derive(Debug, Clone, PartialEq)]
pub struct Address {
    /// The parts between the dots.
    pub parts: Vec<Name>,
    /// All of it.
    pub span: Span,
}
