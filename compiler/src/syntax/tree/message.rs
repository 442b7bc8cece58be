//! Topics, messages and the limits on what one person receives.

use super::expr::Duration;
use crate::source::{Name, Span, Spanned};

/// `topic promotions { consent opt_in }`
#[derive(Debug, Clone, PartialEq)]
pub struct TopicItem {
    /// Its name.
    pub name: Name,
    /// `consent opt_in|opt_out|none`
    pub consent: Vec<Name>,
    /// `transactional`
    pub transactional: Option<Span>,
}

/// `message cart_reminder { … }`: each clause may stand once; all that stand there are kept.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageItem {
    /// Its name.
    pub name: Name,
    /// `channel email`
    pub channel: Vec<Name>,
    /// `topic promotions`
    pub topic: Vec<Name>,
    /// `subject "…"`: a template
    pub subject: Vec<TextLiteral>,
    /// `body file "templates/x.html"` or `body "…"`
    pub body: Vec<Body>,
    /// `text file "…"` or `text "…"`: the plain part, else derived
    pub text: Vec<Body>,
    /// `priority 50`
    pub priority: Vec<Spanned<i64>>,
}

/// A text in quotes, its escapes resolved; a template may stand in it.
#[derive(Debug, Clone, PartialEq)]
pub struct TextLiteral {
    /// The text.
    pub text: String,
    /// With the quotes.
    pub span: Span,
}

/// Where a body comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// `file "templates/x.html"`: the path in quotes
    File(Name),
    /// `"…"`
    Inline(TextLiteral),
}

/// `limits { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct LimitsItem {
    /// The word `limits`.
    pub keyword: Span,
    /// `email at most 1 per 1 day, 3 per 7 days`
    pub caps: Vec<CapClause>,
    /// `quiet 21:00..08:00 local`
    pub quiet: Vec<Spanned<(jiff::civil::Time, jiff::civil::Time)>>,
    /// `when capped: skip` or `when capped: wait up to 2 days then skip`
    pub when_capped: Vec<Spanned<WhenCapped>>,
}

/// `email at most 1 per 1 day, 3 per 7 days`
#[derive(Debug, Clone, PartialEq)]
pub struct CapClause {
    /// The channel.
    pub channel: Name,
    /// How many in which rolling window.
    pub caps: Vec<Spanned<(u32, Duration)>>,
    /// The whole clause.
    pub span: Span,
}

/// What becomes of a message that a cap holds back.
#[derive(Debug, Clone, PartialEq)]
pub enum WhenCapped {
    /// `skip`
    Skip,
    /// `wait up to D then skip`
    WaitUpTo(Spanned<Duration>),
}
