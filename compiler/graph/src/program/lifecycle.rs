//! Lifecycles.

use serde::{Deserialize, Serialize};

use super::{Location, Trigger};
use crate::expr::Expr;
use crate::time::Span;

/// A lifecycle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lifecycle {
    /// Its name.
    pub name: String,
    /// Its doc comment.
    pub doc: Option<String>,
    /// Names of the stages, in order; a stage is known by its position.
    pub stages: Vec<String>,
    /// Where everybody starts.
    pub start: u16,
    /// In order: the first that can fire wins.
    pub transitions: Vec<Transition>,
    /// How soon a stage is expected to be reached.
    pub expects: Vec<Expect>,
    /// Where it stands.
    pub at: Location,
}

/// A transition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transition {
    /// From any of these stages (`any` lists all but the target).
    pub from: Vec<u16>,
    /// To this one.
    pub to: u16,
    /// Why.
    pub cause: Cause,
    /// The clause as written, on one line.
    pub text: String,
    /// Where it stands.
    pub at: Location,
}

/// Why a transition happens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// While a condition holds; with `hold` only when it has held that long without a break.
    When {
        /// The condition.
        condition: Expr,
        /// How long.
        hold: Option<Span>,
    },
    /// At any of these.
    On(Vec<Trigger>),
}

/// `expect lead -> mql within 30 days`
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Expect {
    /// Where from.
    pub from: u16,
    /// Where to.
    pub to: u16,
    /// How soon.
    pub within: Span,
    /// Where it stands.
    pub at: Location,
}
