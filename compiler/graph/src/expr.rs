//! Expressions, everything resolved: slots instead of names, fixed types, constants folded.

use serde::{Deserialize, Serialize};

use crate::program::{Behaviour, Event, Field, Lifecycle, Score, Segment, Sequence};
use crate::table::Id;
use crate::time::Span;
use crate::value::Value;

/// An expression. A comparison with a missing value is false; so is a condition that is missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expr {
    /// A constant.
    Const(Value),
    /// A field of the contact.
    Field(Id<Field>),
    /// A field of the event that is being looked at: inside `where`.
    This(u16),
    /// What every event has, of the event that is being looked at.
    ThisMeta(EventMeta),
    /// A field of the event that began the run: for each event that can begin it, the slot there.
    Trigger(Vec<(Id<Event>, u16)>),
    /// What every event has, of the event that began the run.
    TriggerMeta(EventMeta),
    /// The key of the run.
    Key,
    /// A figure over the events of the contact.
    Behaviour(Id<Behaviour>),
    /// A score or one of its parts: a number.
    Score {
        /// Which.
        score: Id<Score>,
        /// All of it or a part.
        part: ScorePart,
    },
    /// Whether a score is in a band, by its position.
    InBand {
        /// Which score.
        score: Id<Score>,
        /// Position of the band.
        band: u16,
    },
    /// Whether the contact is in a segment.
    InSegment(Id<Segment>),
    /// Whether the contact is in a stage, or in that or a later one.
    InStage {
        /// Which lifecycle.
        lifecycle: Id<Lifecycle>,
        /// Position of the stage.
        stage: u16,
        /// That or a later one.
        at_least: bool,
    },
    /// Whether a run of a sequence is under way.
    InSequence(Id<Sequence>),
    /// `not`
    Not(Box<Expr>),
    /// All hold (an empty one does).
    And(Vec<Expr>),
    /// One holds (of an empty one, none does).
    Or(Vec<Expr>),
    /// A comparison of two values of one type (int and number mix); false when one is missing.
    Compare {
        /// How.
        op: CompareOp,
        /// Left.
        left: Box<Expr>,
        /// Right.
        right: Box<Expr>,
    },
    /// Whether a value is one of the constants (sorted by [`Value::order`]); false when it is missing.
    OneOf {
        /// The value.
        value: Box<Expr>,
        /// The constants.
        list: Vec<Value>,
    },
    /// A test of a text against a text; false when one is missing.
    TextTest {
        /// How.
        op: TextOp,
        /// The text.
        value: Box<Expr>,
        /// What is looked for.
        pattern: Box<Expr>,
    },
    /// Whether the whole of a text matches a regular expression (linear time).
    Matches {
        /// The text.
        value: Box<Expr>,
        /// The pattern: the machine anchors it at both ends.
        pattern: String,
    },
    /// Whether a set holds a member.
    Contains {
        /// The set; a missing one holds nothing.
        set: Box<Expr>,
        /// The member.
        member: Box<Expr>,
    },
    /// Arithmetic; missing when one side is, on overflow and on division by zero.
    Arith {
        /// Which.
        op: ArithOp,
        /// Left.
        left: Box<Expr>,
        /// Right.
        right: Box<Expr>,
    },
    /// A date or an instant moved by a length of time (calendar time in the zone of the contact).
    Shift {
        /// Date or instant.
        moment: Box<Expr>,
        /// By how much.
        by: Span,
        /// Backwards.
        back: bool,
    },
    /// How long ago the last event of a behaviour (measure `LastTime`) was, against a length of time:
    /// `last + span` compared with now, reversed: `time since last x > 30 days` holds from the instant after
    /// `last + 30 days` on, `>=` from that instant on. False when there was none.
    SinceLast {
        /// The behaviour.
        behaviour: Id<Behaviour>,
        /// How the elapsed time compares with the span.
        op: CompareOp,
        /// The span.
        span: Span,
    },
    /// `a ?? b`
    Default {
        /// The value.
        value: Box<Expr>,
        /// What stands in for a missing one.
        fallback: Box<Expr>,
    },
    /// `is known`
    Known(Box<Expr>),
    /// `if a then b else c`
    If {
        /// Condition.
        condition: Box<Expr>,
        /// Value when it holds.
        then: Box<Expr>,
        /// Value otherwise.
        otherwise: Box<Expr>,
    },
    /// A text with gaps; evaluates to the rendered text (only in arguments, notices and set steps). The machine
    /// hands the values on; whoever composes renders it.
    Template(String),
}

/// What every event has, declared or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventMeta {
    /// `time`: a datetime.
    Time,
    /// `id`: a text.
    Id,
    /// `utm.source`
    UtmSource,
    /// `utm.medium`
    UtmMedium,
    /// `utm.campaign`
    UtmCampaign,
    /// `utm.content`
    UtmContent,
    /// `utm.term`
    UtmTerm,
    /// `page.url`
    PageUrl,
    /// `page.path`
    PagePath,
    /// `page.title`
    PageTitle,
    /// `page.referrer`
    PageReferrer,
}

/// A score or one of its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScorePart {
    /// Fit and engagement, clipped to the range.
    Total,
    /// The sum of the `when` rules.
    Fit,
    /// The decayed sum of the `on` rules.
    Engagement,
}

/// Comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompareOp {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

impl CompareOp {
    /// As it is written.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
        }
    }

    /// Whether the comparison holds for an ordering.
    #[must_use]
    pub fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::LessEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterEqual => ordering.is_ge(),
        }
    }
}

/// Tests of texts; capital and small letters differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextOp {
    /// `contains`
    Contains,
    /// `starts with`
    StartsWith,
    /// `ends with`
    EndsWith,
}

/// Arithmetic. Money ± money, money × or ÷ number, money ÷ money (a number), numbers among themselves; `/` of two
/// ints is a number; text + text joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArithOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}
