//! Sequences: who enters, when they leave, and the steps between.

use super::expr::{Duration, Expr};
use super::step::Step;
use super::trigger::Trigger;
use crate::source::{Name, Span, Spanned};

/// `sequence cart_recovery { … }`: clauses that may stand once keep all that stand there.
#[derive(Debug, Clone, PartialEq)]
pub struct SequenceItem {
    /// Its name.
    pub name: Name,
    /// `enter on …, …`
    pub enter: Vec<Spanned<Vec<Trigger>>>,
    /// `key cart`
    pub key: Vec<Name>,
    /// `unless condition`
    pub unless: Vec<Expr>,
    /// `exit when condition`
    pub exit_when: Vec<Expr>,
    /// `once`, `again after D`, `again`
    pub again: Vec<Spanned<Again>>,
    /// `goal trigger within D`
    pub goal: Vec<GoalClause>,
    /// `exit on …, …`
    pub exit_on: Vec<Spanned<Vec<Trigger>>>,
    /// `holdout 5%`
    pub holdout: Vec<Spanned<f64>>,
    /// `in flight finish`
    pub in_flight_finish: Option<Span>,
    /// `enroll existing`
    pub enroll_existing: Option<Span>,
    /// The steps.
    pub steps: Vec<Step>,
}

/// Who may enter a second time.
#[derive(Debug, Clone, PartialEq)]
pub enum Again {
    /// `once`
    Once,
    /// `again`
    Always,
    /// `again after 7 days`, measured from the entry
    After(Duration),
}

/// `goal order_placed where cart == key within 5 days`
#[derive(Debug, Clone, PartialEq)]
pub struct GoalClause {
    /// What counts as reached.
    pub triggers: Vec<Trigger>,
    /// Counted from the entry.
    pub within: Option<Spanned<Duration>>,
    /// The whole clause.
    pub span: Span,
}
