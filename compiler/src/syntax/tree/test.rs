//! Tests in the language.

use super::expr::{DateTime, Duration, Expr, Literal};
use crate::source::{Name, Span, Spanned};

/// `test "…" { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct TestItem {
    /// Its name, without quotes.
    pub name: Name,
    /// `contact ana { email "…" }`
    pub contacts: Vec<TestContact>,
    /// The lines, in order.
    pub lines: Vec<TestLine>,
    /// `varies sent, score`: what `--vary` may change.
    pub varies: Vec<Name>,
}

/// `contact ana { email "…"  country SE }`
#[derive(Debug, Clone, PartialEq)]
pub struct TestContact {
    /// Its name.
    pub name: Name,
    /// Its fields at the start.
    pub fields: Vec<TestField>,
    /// All of it.
    pub span: Span,
}

/// `email "…"`: a field and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct TestField {
    /// The field.
    pub name: Name,
    /// The value: a literal, a name of an enum, a list for a set.
    pub value: Expr,
}

/// `at T`, `after D`, and what happens or is looked at then; without a time, at the same instant as before.
#[derive(Debug, Clone, PartialEq)]
pub struct TestLine {
    /// When.
    pub when: Option<Spanned<TestTime>>,
    /// What; `None` for a line that only moves the clock.
    pub what: Option<TestStep>,
    /// The whole line.
    pub span: Span,
}

/// When a line of a test takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestTime {
    /// `at 2026-03-27T10:00`
    At(DateTime),
    /// `after 20h`
    After(Duration),
}

/// What a line of a test does.
#[derive(Debug, Clone, PartialEq)]
pub enum TestStep {
    /// `ana does cart_updated { … }`, `ana clicked cart_reminder`, `ana unsubscribes promotions`
    Does {
        /// Who.
        contact: Name,
        /// What.
        event: TestEvent,
        /// `id "m1"`
        id: Option<Name>,
        /// `80h ago`: event time before arrival
        ago: Option<Spanned<Duration>>,
        /// `as anonymous "a1"`
        anonymous: Option<Name>,
    },
    /// `ana sets { … }`, with `80h ago` when the values are old
    Sets {
        /// Who.
        contact: Name,
        /// What.
        fields: Vec<TestField>,
        /// Time of the values before arrival.
        ago: Option<Spanned<Duration>>,
    },
    /// `merge "a1" into ana`
    Merge {
        /// The anonymous id, or another contact of the test.
        from: Name,
        /// Who stays.
        into: Name,
    },
    /// `expect ana …`
    Expect {
        /// Who.
        contact: Name,
        /// What must be so.
        expectation: Spanned<Expectation>,
    },
}

/// An event in a test.
#[derive(Debug, Clone, PartialEq)]
pub enum TestEvent {
    /// `does cart_updated { … }`
    Does {
        /// The event.
        name: Name,
        /// Its fields.
        fields: Vec<TestField>,
    },
    /// `clicked cart_reminder`, `opened cart_reminder`, `bounced`, with `by machine` for an event that no person made
    Channel {
        /// `delivered`, `opened`, `clicked`, `bounced`, `complained`
        name: Name,
        /// The message.
        message: Option<Name>,
        /// `by machine`
        machine: Option<Span>,
    },
    /// `subscribes promotions`, `unsubscribes`
    Consent {
        /// `subscribes`
        granted: bool,
        /// The topic; else all.
        topic: Option<Name>,
        /// The verb.
        verb: Span,
    },
}

/// What a test expects of a contact.
#[derive(Debug, Clone, PartialEq)]
pub enum Expectation {
    /// `sent M`, `not sent M`, `sent M once`, `sent M 2 times`, `sent M at T`
    Sent {
        /// The message.
        message: Name,
        /// `not`
        negated: bool,
        /// `once`, `2 times`
        times: Option<u32>,
        /// `at T`
        at: Option<Spanned<DateTime>>,
    },
    /// `held M by quiet`
    Held {
        /// The message.
        message: Name,
        /// The gate.
        gate: Option<Name>,
    },
    /// `dropped M by consent`
    Dropped {
        /// The message.
        message: Name,
        /// The gate.
        gate: Option<Name>,
    },
    /// `in segment S`, `not in segment S`
    InSegment {
        /// The segment.
        segment: Name,
        /// `not`
        negated: bool,
    },
    /// `score lead == 12`, `score lead.fit >= 5`
    Score {
        /// The score.
        score: Name,
        /// `fit`, `engagement`
        part: Option<Name>,
        /// How it is compared.
        check: NumberCheck,
    },
    /// `lead is hot`
    Band {
        /// The score.
        score: Name,
        /// The band.
        band: Name,
    },
    /// `stage buyer is mql`
    Stage {
        /// The lifecycle.
        lifecycle: Name,
        /// The stage.
        stage: Name,
    },
    /// `in sequence Q`, `not in sequence Q`
    InSequence {
        /// The sequence.
        sequence: Name,
        /// `not`
        negated: bool,
    },
    /// `at step LABEL`, `at step cart_recovery.last_call`
    AtStep {
        /// The sequence, where it is said.
        sequence: Option<Name>,
        /// The label.
        step: Name,
    },
    /// `industry == saas`, `phone is missing`: any condition on the contact.
    Condition(Expr),
    /// `sla X met|breached|running`
    Sla {
        /// The service level.
        sla: Name,
        /// `met`, `breached`, `running`
        state: Name,
    },
    /// `called crm.create_task`, `not called crm.create_task`
    Called {
        /// The connector.
        connector: Name,
        /// The action.
        action: Name,
        /// `not`
        negated: bool,
    },
    /// `notified sales`, `not notified sales`
    Notified {
        /// The team.
        team: Name,
        /// `not`
        negated: bool,
    },
}

/// How a number is compared.
#[derive(Debug, Clone, PartialEq)]
pub enum NumberCheck {
    /// `== 12`, `>= 12`, …
    Compare(super::expr::BinaryOp, Spanned<Literal>),
    /// `between 0 and 30`, both included
    Between(Spanned<Literal>, Spanned<Literal>),
}
