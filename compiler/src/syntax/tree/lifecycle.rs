//! Lifecycles: stages, transitions, expected velocity.

use super::expr::{Duration, Expr};
use super::trigger::Trigger;
use crate::source::{Name, Span, Spanned};

/// `lifecycle buyer { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct LifecycleItem {
    /// Its name.
    pub name: Name,
    /// `stages subscriber, lead, mql`: every such clause, so that a second one can be named.
    pub stages: Vec<Spanned<Vec<Stage>>>,
    /// `start subscriber`
    pub start: Vec<Name>,
    /// The transitions, in order: the first listed wins.
    pub transitions: Vec<TransitionClause>,
    /// `expect lead -> mql within 30 days`
    pub expects: Vec<ExpectClause>,
}

/// One stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// Its name.
    pub name: Name,
}

/// `lead, mql -> sql on sales_accepted`
#[derive(Debug, Clone, PartialEq)]
pub struct TransitionClause {
    /// Where from.
    pub from: FromStages,
    /// Where to.
    pub to: Name,
    /// Why.
    pub cause: TransitionCause,
    /// The whole clause.
    pub span: Span,
}

/// Where a transition starts.
#[derive(Debug, Clone, PartialEq)]
pub enum FromStages {
    /// `any`
    Any(Span),
    /// `lead, mql`
    Named(Vec<Name>),
}

/// Why a transition happens.
#[derive(Debug, Clone, PartialEq)]
pub enum TransitionCause {
    /// `when condition`, `when condition for 14 days`
    When {
        /// The condition.
        condition: Expr,
        /// How long it must have held without a break.
        hold: Option<Spanned<Duration>>,
    },
    /// `on trigger, trigger`
    On(Vec<Trigger>),
}

/// `expect lead -> mql within 30 days`
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectClause {
    /// Where from.
    pub from: Name,
    /// Where to.
    pub to: Name,
    /// How soon.
    pub within: Spanned<Duration>,
    /// The whole clause.
    pub span: Span,
}
