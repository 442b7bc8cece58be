//! Sequences: blocks are flattened into steps that name the next one.

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use super::{Connector, Event, Field, Location, Message, Team, Topic, Trigger};
use crate::expr::Expr;
use crate::table::Id;
use crate::time::{ClockWindow, Span, Weekdays};

/// Position of a step within its sequence.
pub type StepId = u16;

/// A sequence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sequence {
    /// Its name.
    pub name: String,
    /// Its doc comment.
    pub doc: Option<String>,
    /// What begins a run.
    pub enter: Vec<Trigger>,
    /// The key of a run: for each event that can begin it, the slot there; none: one run per contact.
    pub key: Option<Vec<(Id<Event>, u16)>>,
    /// Nobody enters, and nothing is sent, while this holds.
    pub unless: Option<Expr>,
    /// A run ends when this holds on entry or before a send.
    pub exit_when: Option<Expr>,
    /// Whether a second run may begin.
    pub again: Again,
    /// Ends a run at once and counts as converted.
    pub goal: Option<Goal>,
    /// Ends a run at once.
    pub exit_on: Vec<(Trigger, Location)>,
    /// Share in 0..1 of contacts that are never messaged.
    pub holdout: Option<f64>,
    /// Runs that are inside when the program changes finish the old one.
    pub in_flight_finish: bool,
    /// When it is new, contacts that fulfil an `entered segment` or `entered stage` trigger already enter too.
    pub enroll_existing: bool,
    /// The steps; a run begins at the first.
    pub steps: Vec<Step>,
    /// Where it stands.
    pub at: Location,
    /// Where `enter` stands.
    pub enter_at: Location,
}

/// Whether a second run with the same key may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Again {
    /// Never.
    Once,
    /// Whenever none is under way.
    Always,
    /// When none is under way and the last began at least this long ago.
    After(Span),
}

/// What a sequence is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    /// Any of these reaches it.
    pub triggers: Vec<Trigger>,
    /// Only within this time from the entry does it count as converted; it always ends the run.
    pub within: Option<Span>,
    /// Where it stands.
    pub at: Location,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its stable identity: the label, else kind and principal name (`send cart_reminder`), behind the path of the
    /// blocks around it (`split offer/discount/send cart_discount`); a repetition gets `#2`.
    pub id: String,
    /// `step NAME:`
    pub label: Option<String>,
    /// What it does.
    pub kind: StepKind,
    /// The step after it; none: the end. Kinds that branch name their own.
    pub next: Option<StepId>,
    /// Its first line as written.
    pub text: String,
    /// Where it stands.
    pub at: Location,
    /// The ways that lead on from a `choose`, a `split` or a wait for something, in the order of its arms or branches;
    /// last `otherwise` or `timeout`, which is there in any case where it can be taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ways: Vec<Way>,
}

/// A way that leads on from a step, as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// `when in segment vip`, `50% control`, `on clicked(guide)`, `otherwise`, `timeout`.
    pub text: String,
    /// Where it stands; for an `otherwise` or a `timeout` that is not written: where the step does.
    pub at: Location,
}

/// The kinds of steps. A target `None` is the end of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Waits for a length of time from when the run came here.
    Wait(Span),
    /// Waits for a time of day or a moment.
    WaitUntil(WaitUntil),
    /// Waits for something to happen.
    WaitFor {
        /// How long at most.
        limit: Option<Span>,
        /// What happened since the entry counts too (the latest event of each kind is remembered from the entry on).
        since_entry: bool,
        /// What is waited for, and where it leads.
        branches: Vec<(Vec<Trigger>, Option<StepId>)>,
        /// Where the end of the limit leads.
        timeout: Option<StepId>,
    },
    /// Sends a message; the run stays until it is sent or dropped.
    Send(Id<Message>),
    /// Takes the first branch whose condition holds.
    Choose {
        /// Conditions and targets.
        arms: Vec<(Expr, Option<StepId>)>,
        /// Otherwise.
        otherwise: Option<StepId>,
    },
    /// Takes a branch by the hash of the contact.
    Split {
        /// The salt: `sequence.split`.
        salt: String,
        /// Names, shares in 0..1 that add up to 1, and targets.
        arms: Vec<SplitArm>,
    },
    /// Changes the contact.
    Set(SetAction),
    /// Asks a connector to do something.
    Call {
        /// Which.
        connector: Id<Connector>,
        /// What.
        action: String,
        /// With what.
        arguments: Vec<Argument>,
    },
    /// Tells a team.
    Notify {
        /// Which.
        team: Id<Team>,
        /// A template.
        text: String,
    },
    /// Makes an event.
    Emit {
        /// Which.
        event: Id<Event>,
        /// Its fields: slot and value.
        fields: Vec<(u16, Expr)>,
    },
    /// Begins a run of another sequence.
    Enroll(Id<Sequence>),
    /// Ends the run.
    Exit,
}

/// An arm of a split. Ranges grow from fixed ends: see the machine's split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SplitArm {
    /// Its name.
    pub name: String,
    /// In 0..1.
    pub share: f64,
    /// Its first step.
    pub target: Option<StepId>,
}

/// What `wait until` waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitUntil {
    /// The next time of day, on one of the days; inside a window: at once.
    Clock {
        /// On which days.
        days: Weekdays,
        /// The window; for a single time `from == to`.
        window: ClockWindow,
        /// A single time of day, not a window.
        single: bool,
    },
    /// A date or an instant.
    Moment {
        /// A date or an instant.
        value: Expr,
        /// The clock time for a date; else midnight.
        at: Option<Time>,
        /// When it is past or missing: the run ends (true) or goes on (false).
        otherwise_exit: bool,
    },
}

/// What a `set` step changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetAction {
    /// A field gets a value.
    To(Id<Field>, Expr),
    /// A set gets a member.
    Add(Id<Field>, Expr),
    /// A set loses a member.
    Remove(Id<Field>, Expr),
    /// A field is missing from now on.
    Clear(Id<Field>),
    /// Consent is granted or withdrawn.
    Consent(Id<Topic>, bool),
}

/// What a connector is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Argument {
    /// The name.
    pub name: String,
    /// The value.
    pub value: Expr,
}
