//! Steps of a sequence, and the actions that a service level may take too.

use super::expr::{DateTime, Duration, Expr};
use super::message::TextLiteral;
use super::trigger::Trigger;
use crate::source::{Name, Span, Spanned};

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// `step last_call:`
    pub label: Option<Name>,
    /// What it does.
    pub kind: StepKind,
    /// All of it, with its label and its block.
    pub span: Span,
    /// Its first line only: what a diagnostic points at.
    pub head: Span,
}

/// The kinds of steps.
#[derive(Debug, Clone, PartialEq)]
pub enum StepKind {
    /// `wait 1h`
    Wait(Spanned<Duration>),
    /// `wait until …`
    WaitUntil(WaitUntil),
    /// `wait up to 1 day { on … { } timeout { } }`, `wait for { on … { } }`, `wait for order_placed`
    WaitFor(WaitFor),
    /// `send cart_reminder`
    Send(Name),
    /// `choose { when … { } otherwise { } }`
    Choose(Choose),
    /// `split offer { 50% control { } 50% discount { } }`
    Split(Split),
    /// `set …`
    Set(Set),
    /// `call crm.create_task { title: "…" }`
    Call(Call),
    /// `notify sales "…"`
    Notify(Notify),
    /// `emit cart_recovery_ended { … }`
    Emit(Emit),
    /// `enroll in nurture`
    Enroll(Name),
    /// `exit`
    Exit,
}

impl StepKind {
    /// The blocks of steps inside it, in the order of the text.
    #[must_use]
    pub fn blocks(&self) -> Vec<&Block> {
        match self {
            Self::WaitFor(wait) => wait.branches.iter().map(|branch| &branch.block).chain(&wait.timeout).collect(),
            Self::Choose(choose) => choose.arms.iter().map(|(_, block)| block).chain(&choose.otherwise).collect(),
            Self::Split(split) => split.arms.iter().map(|arm| &arm.block).collect(),
            Self::Wait(_)
            | Self::WaitUntil(_)
            | Self::Send(_)
            | Self::Set(_)
            | Self::Call(_)
            | Self::Notify(_)
            | Self::Emit(_)
            | Self::Enroll(_)
            | Self::Exit => Vec::new(),
        }
    }
}

/// `wait until …`
#[derive(Debug, Clone, PartialEq)]
pub enum WaitUntil {
    /// `wait until weekday 09:00..17:00`, `wait until mon 09:00`, `wait until 09:00`: the next time that fits.
    Clock {
        /// Days of the week; empty: any day.
        days: Vec<Spanned<DayRange>>,
        /// The time of day.
        time: ClockTarget,
    },
    /// `wait until 2026-05-01T10:00 else exit`, `wait until contact.renewal_date - 7 days at 09:00 else exit`
    Moment {
        /// A date or an instant, possibly missing.
        value: MomentValue,
        /// `at 09:00`, when the value is a date.
        at: Option<Spanned<jiff::civil::Time>>,
        /// `else exit`, `else continue`: what to do when it is past or missing.
        otherwise: Option<Spanned<Otherwise>>,
    },
}

/// What `wait until` waits for.
#[derive(Debug, Clone, PartialEq)]
pub enum MomentValue {
    /// A literal.
    Literal(Spanned<DateTime>),
    /// An expression of type date or datetime.
    Expr(Expr),
}

/// A time of day, or a window of them.
#[derive(Debug, Clone, PartialEq)]
pub enum ClockTarget {
    /// `09:00`
    At(Spanned<jiff::civil::Time>),
    /// `09:00..17:00`: go on at once if inside
    Within(Spanned<(jiff::civil::Time, jiff::civil::Time)>),
}

/// `mon`, `mon..fri`, `weekday`, `weekend`, `day`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayRange {
    /// One day.
    Day(jiff::civil::Weekday),
    /// From one to another, both included; may pass the end of the week.
    Range(jiff::civil::Weekday, jiff::civil::Weekday),
    /// `weekday`: monday to friday
    Weekday,
    /// `weekend`: saturday and sunday
    Weekend,
}

/// What becomes of a moment that is past or missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Otherwise {
    /// `exit`
    Exit,
    /// `continue`
    Continue,
}

/// `wait up to 1 day { … }` and `wait for …`
#[derive(Debug, Clone, PartialEq)]
pub struct WaitFor {
    /// `up to 1 day`; `None` for `wait for`.
    pub limit: Option<Spanned<Duration>>,
    /// `since entry`: look back to the entry.
    pub since_entry: Option<Span>,
    /// `on trigger { … }`
    pub branches: Vec<WaitBranch>,
    /// `timeout { … }`
    pub timeout: Option<Block>,
}

/// `on clicked(cart_reminder) { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct WaitBranch {
    /// Any of these.
    pub triggers: Vec<Trigger>,
    /// What then.
    pub block: Block,
}

/// `{ … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Its steps.
    pub steps: Vec<Step>,
    /// With the brackets.
    pub span: Span,
}

/// `choose { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Choose {
    /// `when condition { … }`, the first that holds is taken.
    pub arms: Vec<(Expr, Block)>,
    /// `otherwise { … }`
    pub otherwise: Option<Block>,
}

/// `split offer { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// Its name: the salt hangs on it, so people stay in their arm.
    pub name: Name,
    /// The arms, in order.
    pub arms: Vec<SplitArm>,
}

/// `50% control { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct SplitArm {
    /// In percent.
    pub share: Spanned<f64>,
    /// Its name.
    pub name: Name,
    /// Its steps.
    pub block: Block,
}

/// `set …`
#[derive(Debug, Clone, PartialEq)]
pub enum Set {
    /// `set industry to saas`
    To {
        /// The field.
        field: Name,
        /// The value.
        value: Expr,
    },
    /// `set tags add "x"`, `set tags remove "x"`
    Member {
        /// The field, a set.
        field: Name,
        /// `remove`
        remove: bool,
        /// The member.
        value: Expr,
    },
    /// `set phone clear`
    Clear {
        /// The field.
        field: Name,
    },
    /// `set consent promotions granted|withdrawn`
    Consent {
        /// The topic.
        topic: Name,
        /// `granted`
        granted: bool,
    },
}

/// `call crm.create_task { title: "…" }`
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The connector of `flow.toml`.
    pub connector: Name,
    /// What it shall do.
    pub action: Name,
    /// What it is told.
    pub fields: Vec<Argument>,
}

/// `notify sales "…"`
#[derive(Debug, Clone, PartialEq)]
pub struct Notify {
    /// Who.
    pub team: Name,
    /// What: a template.
    pub text: TextLiteral,
}

/// `emit cart_recovery_ended { value: 3 }`
#[derive(Debug, Clone, PartialEq)]
pub struct Emit {
    /// The event.
    pub event: Name,
    /// Its fields.
    pub fields: Vec<Argument>,
}

/// `title: "Call {{ contact.first_name }}"`
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// The name.
    pub name: Name,
    /// The value; a text is a template.
    pub value: Expr,
}
