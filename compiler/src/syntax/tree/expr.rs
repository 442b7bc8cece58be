//! Expressions and literals.

use crate::source::{Name, Span, Spanned};

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `12`, `"text"`, `75%`, `2026-01-05`, …
    Literal(Literal),
    /// A dotted path of one or more names: `industry`, `contact.country`, `event.value`, `utm.source`, `key`.
    Path(Vec<Name>),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `not x`
    Not(Box<Expr>),
    /// `-x`
    Negate(Box<Expr>),
    /// `a and b`, `a == b`, `a ?? b`, …
    Binary {
        /// The operator.
        op: Spanned<BinaryOp>,
        /// Left operand.
        left: Box<Expr>,
        /// Right operand.
        right: Box<Expr>,
    },
    /// `x in [a, b]`, `x not in [a, b]`
    In {
        /// What is looked for.
        value: Box<Expr>,
        /// The list.
        list: Box<Expr>,
        /// `not in`
        negated: bool,
    },
    /// `x matches "regex"`
    Matches {
        /// The text.
        value: Box<Expr>,
        /// The pattern, without quotes.
        pattern: Name,
    },
    /// `x is known`, `x is missing`
    Known {
        /// What is looked at.
        value: Box<Expr>,
        /// `is missing`
        negated: bool,
    },
    /// `if a then b else c`
    If {
        /// Condition.
        condition: Box<Expr>,
        /// Value when it holds.
        then: Box<Expr>,
        /// Value otherwise.
        otherwise: Box<Expr>,
    },
    /// `count(page_viewed where … in last 7 days)`, `sum(order_placed.value ever)`, `last(order_placed.time)`
    Aggregate {
        /// Which.
        function: Spanned<Aggregate>,
        /// Of which events.
        event: EventRef,
        /// The field behind the dot, for all but `count`.
        field: Option<Name>,
        /// How far back; `first` and `last` mean ever when there is none.
        reach: Option<Reach>,
    },
    /// `did order_placed in last 30 days`, `never did order_placed`
    Did {
        /// `never did`
        never: bool,
        /// Of which events.
        event: EventRef,
        /// How far back; a bare `never did` means ever.
        reach: Option<Reach>,
    },
    /// `time since last order_placed`
    TimeSinceLast(EventRef),
    /// `in segment vip`
    InSegment(Name),
    /// `score lead`, `score lead.fit`, `score lead.engagement`
    Score {
        /// The score.
        score: Name,
        /// `fit` or `engagement`.
        part: Option<Name>,
    },
    /// `lead is hot`
    IsBand {
        /// The score.
        score: Name,
        /// The band.
        band: Name,
    },
    /// `stage buyer is mql`, `stage buyer at least mql`
    Stage {
        /// The lifecycle.
        lifecycle: Name,
        /// `at least`
        at_least: bool,
        /// The stage.
        stage: Name,
    },
    /// `in sequence nurture`
    InSequence(Name),
}

/// Operators between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    /// `and`
    And,
    /// `or`
    Or,
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
    /// `contains`
    Contains,
    /// `starts with`
    StartsWith,
    /// `ends with`
    EndsWith,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `??`
    Default,
}

/// Functions over the events of a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregate {
    /// How many.
    Count,
    /// Sum of a field.
    Sum,
    /// Smallest value.
    Min,
    /// Largest value.
    Max,
    /// Mean.
    Avg,
    /// Value of the earliest event.
    First,
    /// Value of the latest event.
    Last,
    /// How many different values.
    Distinct,
}

/// `page_viewed where path starts with "/pricing"`, `opened(cart_reminder)`
#[derive(Debug, Clone, PartialEq)]
pub struct EventRef {
    /// The event.
    pub name: Name,
    /// The message in parentheses, for the events of channels.
    pub message: Option<Name>,
    /// The condition behind `where`.
    pub filter: Option<Box<Expr>>,
    /// All of it.
    pub span: Span,
}

/// How far back behaviour is looked at.
#[derive(Debug, Clone, PartialEq)]
pub enum Reach {
    /// `ever`
    Ever(Span),
    /// `in last 7 days`
    Last(Spanned<Duration>),
}

/// A literal.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `"text"`, escapes resolved.
    Text(String),
    /// `12`
    Int(i64),
    /// `3.5`
    Number(f64),
    /// `75%` (75, not 0.75)
    Percent(f64),
    /// `49.90 EUR`
    Money {
        /// The amount as written, without the currency: exact, since binary fractions are not.
        amount: String,
        /// Three capital letters.
        currency: String,
    },
    /// `true`
    Bool(bool),
    /// `2026-01-05`
    Date(jiff::civil::Date),
    /// `2026-01-05T10:00`, with an optional offset in minutes (`Z` is 0)
    DateTime(DateTime),
    /// `09:00`
    Clock(jiff::civil::Time),
    /// `7 days`, `90s`
    Duration(Duration),
}

/// A date with a time; without an offset it is in the zone that the place of use says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime {
    /// Date and clock time.
    pub local: jiff::civil::DateTime,
    /// Offset from UTC in minutes, when written.
    pub offset_minutes: Option<i32>,
}

/// A duration as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duration {
    /// How many.
    pub amount: u32,
    /// Of what.
    pub unit: DurationUnit,
}

/// Units of duration. The first three are elapsed time, the others calendar time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DurationUnit {
    /// `s`
    Second,
    /// `m`
    Minute,
    /// `h`
    Hour,
    /// `day`, `days`
    Day,
    /// `week`, `weeks`
    Week,
    /// `month`, `months`
    Month,
    /// `year`, `years`
    Year,
}
