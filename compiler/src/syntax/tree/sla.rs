//! Calendars, teams and service levels.

use super::expr::{Duration, Expr};
use super::message::TextLiteral;
use super::step::{DayRange, Step};
use super::trigger::Trigger;
use crate::source::{Name, Span, Spanned};

/// `calendar sales_hours { mon..fri 09:00..18:00 zone "Europe/Berlin" except [2026-12-25] }`
#[derive(Debug, Clone, PartialEq)]
pub struct CalendarItem {
    /// Its name.
    pub name: Name,
    /// When it is open.
    pub open: Vec<OpenClause>,
    /// `zone "Europe/Berlin"`
    pub zone: Vec<Name>,
    /// `except [2026-12-25, 2026-12-26]`
    pub except: Vec<Spanned<jiff::civil::Date>>,
}

/// `mon..fri 09:00..18:00`
#[derive(Debug, Clone, PartialEq)]
pub struct OpenClause {
    /// The days; empty: every day.
    pub days: Vec<Spanned<DayRange>>,
    /// From, to; may pass midnight.
    pub window: Spanned<(jiff::civil::Time, jiff::civil::Time)>,
}

/// `team sales { email "sales@acme.example" }`
#[derive(Debug, Clone, PartialEq)]
pub struct TeamItem {
    /// Its name.
    pub name: Name,
    /// How it is reached.
    pub routes: Vec<TeamRoute>,
}

/// How a team is reached.
#[derive(Debug, Clone, PartialEq)]
pub enum TeamRoute {
    /// `email "sales@acme.example"`
    Email(TextLiteral),
    /// `webhook crm`
    Webhook(Name),
}

/// `sla mql_follow_up { … }`: clauses that may stand once keep all that stand there.
#[derive(Debug, Clone, PartialEq)]
pub struct SlaItem {
    /// Its name.
    pub name: Name,
    /// `per contact.owner`: a field of the contact
    pub per: Vec<Expr>,
    /// `start on …`
    pub start: Vec<Spanned<Vec<Trigger>>>,
    /// `met on … within 1h of sales_hours`
    pub met: Vec<MetClause>,
    /// `remind at 45m { … }`
    pub reminders: Vec<RemindClause>,
    /// `breach { … }`
    pub breach: Vec<Vec<Step>>,
    /// `pause while condition`
    pub pause: Vec<Expr>,
    /// `target 95%`
    pub target: Vec<Spanned<f64>>,
}

/// `met on sales_contacted within 1h of sales_hours`
#[derive(Debug, Clone, PartialEq)]
pub struct MetClause {
    /// Any of these.
    pub triggers: Vec<Trigger>,
    /// How soon.
    pub within: Spanned<Duration>,
    /// In whose working time; else all time counts.
    pub calendar: Option<Name>,
    /// The whole clause.
    pub span: Span,
}

/// `remind at 45m { notify … }`
#[derive(Debug, Clone, PartialEq)]
pub struct RemindClause {
    /// Counted like `within`.
    pub at: Spanned<Duration>,
    /// `notify`, `call`, `emit`, `set`
    pub actions: Vec<Step>,
    /// The whole clause.
    pub span: Span,
}
