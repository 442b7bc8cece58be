//! Tests in the language, resolved against the program that they test.

use serde::{Deserialize, Serialize};

use crate::expr::{CompareOp, Expr, ScorePart};
use crate::program::{Connector, Event, Field, Lifecycle, Message, Score, Segment, Sequence, Sla, StepId, Team};
use crate::table::Id;
use crate::time::{Span, Timestamp};
use crate::value::Value;

/// What `--vary` may change: kinds of what a test looks at. `fields` are the fields of the contact, and any other
/// condition.
pub const VARIES: [&str; 14] = [
    "sent", "held", "dropped", "segment", "score", "band", "stage", "sequence", "step", "fields", "sla", "called",
    "notified", "timing",
];

/// The gates that a send passes, in order.
pub const GATES: [&str; 9] =
    ["suppressed", "consent", "address", "holdout", "wanted", "quiet", "cap", "rate", "render"];

/// Those that hold a message instead of dropping it.
pub const HOLDING_GATES: [&str; 3] = ["quiet", "cap", "rate"];

/// One test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestCase {
    /// Its name.
    pub name: String,
    /// Path of its file.
    pub file: String,
    /// Its first line.
    pub line: u32,
    /// Its contacts by number.
    pub contacts: Vec<TestContact>,
    /// What happens and what is expected, in order.
    pub lines: Vec<TestLine>,
    /// What `--vary` may change.
    pub varies: Vec<String>,
}

/// A contact of a test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestContact {
    /// Its name, which is its id too.
    pub name: String,
    /// Its fields at the start.
    pub fields: Vec<(Id<Field>, Value)>,
}

/// One line of a test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestLine {
    /// When.
    pub when: When,
    /// What.
    pub what: Action,
    /// Its line in the file.
    pub line: u32,
    /// As written, on one line.
    pub text: String,
}

/// When a line takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// At the instant where the test stands.
    Now,
    /// At an instant.
    At(Timestamp),
    /// Later than where the test stands; days in the project's zone.
    After(Span),
}

/// What a line does. A contact is its position in [`TestCase::contacts`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Only moves the clock.
    Nothing,
    /// An event.
    Event {
        /// Whose.
        contact: u16,
        /// Which.
        event: Id<Event>,
        /// One value for each slot of the event, `Missing` where none is given.
        values: Vec<Value>,
        /// The message id.
        id: Option<String>,
        /// How long before its arrival it happened.
        ago: Option<Span>,
        /// It comes from this anonymous id instead.
        anonymous: Option<String>,
    },
    /// Attributes.
    Sets {
        /// Whose.
        contact: u16,
        /// Fields and values.
        fields: Vec<(Id<Field>, Value)>,
        /// How old the values are.
        ago: Option<Span>,
    },
    /// Two contacts become one.
    Merge {
        /// Who is gone afterwards.
        from: MergeFrom,
        /// Who stays.
        into: u16,
    },
    /// Something must be so.
    Expect {
        /// Of whom.
        contact: u16,
        /// What.
        expectation: Expectation,
    },
}

/// Who is merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MergeFrom {
    /// An anonymous id.
    Anonymous(String),
    /// Another contact of the test.
    Contact(u16),
}

/// What a test expects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expectation {
    /// `sent M`, with `times` exactly so often (0 for `not sent`), with `at` one at that instant.
    Sent {
        /// The message.
        message: Id<Message>,
        /// Exactly so often; none: at least once.
        times: Option<u32>,
        /// One of them at this instant.
        at: Option<Timestamp>,
    },
    /// `held M by quiet`: held at least once.
    Held {
        /// The message.
        message: Id<Message>,
        /// The gate's name.
        gate: Option<String>,
    },
    /// `dropped M by consent`: dropped at least once.
    Dropped {
        /// The message.
        message: Id<Message>,
        /// The gate's name.
        gate: Option<String>,
    },
    /// `in segment S`
    InSegment {
        /// The segment.
        segment: Id<Segment>,
        /// Whether it shall be so.
        expected: bool,
    },
    /// `score lead == 12` (compared after rounding to 9 decimals, since decay is a binary fraction)
    Score {
        /// The score.
        score: Id<Score>,
        /// Which part.
        part: ScorePart,
        /// Each must hold.
        checks: Vec<(CompareOp, f64)>,
    },
    /// `lead is hot`
    Band {
        /// The score.
        score: Id<Score>,
        /// Position of the band.
        band: u16,
    },
    /// `stage buyer is mql`
    Stage {
        /// The lifecycle.
        lifecycle: Id<Lifecycle>,
        /// Position of the stage.
        stage: u16,
    },
    /// `in sequence Q`
    InSequence {
        /// The sequence.
        sequence: Id<Sequence>,
        /// Whether it shall be so.
        expected: bool,
    },
    /// `at step LABEL`
    AtStep {
        /// Sequence and step, every one that bears the label.
        steps: Vec<(Id<Sequence>, StepId)>,
    },
    /// Any condition on the contact.
    Condition(Expr),
    /// `sla X met|breached|running`: of the latest clock.
    Sla {
        /// The service level.
        sla: Id<Sla>,
        /// Its state.
        state: SlaState,
    },
    /// `called crm.create_task`
    Called {
        /// The connector.
        connector: Id<Connector>,
        /// The action.
        action: String,
        /// Whether it shall be so.
        expected: bool,
    },
    /// `notified sales`
    Notified {
        /// The team.
        team: Id<Team>,
        /// Whether it shall be so.
        expected: bool,
    },
}

/// State of a service level's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlaState {
    /// Met in time (or after the breach: see `Breached`).
    Met,
    /// The time ran out before it was met.
    Breached,
    /// Still running, or paused.
    Running,
}
