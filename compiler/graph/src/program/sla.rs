//! Calendars, teams and service levels.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Location, StepKind, Trigger};
use crate::expr::Expr;
use crate::table::Id;
use crate::time::{ClockWindow, Span, Weekdays};

/// Working time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calendar {
    /// Its name.
    pub name: String,
    /// When it is open; windows may overlap. One that passes midnight belongs to the day on which it begins.
    pub open: Vec<CalendarWindow>,
    /// The zone.
    pub zone: String,
    /// Closed days, sorted.
    pub except: Vec<Date>,
    /// Where it stands.
    pub at: Location,
}

/// Open on these days in this window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarWindow {
    /// The days.
    pub days: Weekdays,
    /// The window.
    pub window: ClockWindow,
}

/// Whom `notify` reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// Its name.
    pub name: String,
    /// How.
    pub routes: Vec<Route>,
}

/// How a team is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// By mail.
    Email(String),
    /// By a connector.
    Webhook(String),
}

/// A service level: one clock per contact; a second start while it runs changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sla {
    /// Its name.
    pub name: String,
    /// Its doc comment.
    pub doc: Option<String>,
    /// Reported per value of this.
    pub per: Option<Expr>,
    /// What starts the clock.
    pub start: Vec<Trigger>,
    /// What meets it.
    pub met: Vec<Trigger>,
    /// How soon.
    pub within: Span,
    /// In whose working time (then `within` and reminders are elapsed time); else all time counts.
    pub calendar: Option<Id<Calendar>>,
    /// Reminders by rising time.
    pub reminders: Vec<Reminder>,
    /// What is done at the breach: `notify`, `call`, `emit`, `set`.
    pub breach: Vec<(StepKind, Location)>,
    /// The clock stands while this holds.
    pub pause: Option<Expr>,
    /// Share in 0..1 that shall be met.
    pub target: Option<f64>,
    /// Where it stands.
    pub at: Location,
    /// Where `met` stands.
    pub met_at: Location,
}

/// `remind at 45m { … }`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reminder {
    /// Counted like `within`.
    pub after: Span,
    /// What is done.
    pub actions: Vec<(StepKind, Location)>,
    /// Where it stands.
    pub at: Location,
}
