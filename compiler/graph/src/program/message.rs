//! Channels, connectors, topics, messages and limits.

use serde::{Deserialize, Serialize};

use super::Location;
use crate::table::Id;
use crate::time::{ClockWindow, Span};

/// A channel of the settings. Its secrets are not here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Its name.
    pub name: String,
    /// How messages leave.
    pub kind: ChannelKind,
}

/// Kinds of channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// Needs the contact's e-mail address.
    Smtp,
    /// Signed HTTP; needs no address.
    Webhook,
    /// To the terminal; needs no address.
    Console,
    /// To a file; needs no address.
    File,
}

/// A connector of the settings. Its secrets are not here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connector {
    /// Its name.
    pub name: String,
}

/// A topic of messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// Which consent it needs.
    pub consent: Consent,
    /// Not advertising: passes caps, quiet hours and holdouts.
    pub transactional: bool,
    /// Where it stands.
    pub at: Location,
}

/// Which consent a topic needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// Only who has said yes.
    OptIn,
    /// All but those who have said no.
    OptOut,
    /// None needed, and none can be withdrawn.
    None,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Its name.
    pub name: String,
    /// Its doc comment.
    pub doc: Option<String>,
    /// How it leaves.
    pub channel: Id<Channel>,
    /// What it is about.
    pub topic: Id<Topic>,
    /// Template of the subject.
    pub subject: Option<String>,
    /// Template of the body.
    pub body: String,
    /// Path of the body's file, which decides the escaping; an inline body is plain text.
    pub body_file: Option<String>,
    /// Template of the plain part; else it is derived from the body.
    pub text: Option<String>,
    /// Higher goes first when a cap leaves room for one.
    pub priority: i64,
    /// Where it stands.
    pub at: Location,
}

/// Limits on what one person receives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Rolling caps.
    pub caps: Vec<Cap>,
    /// When nothing is sent, in the zone of the contact.
    pub quiet: Option<ClockWindow>,
    /// Where `quiet` stands.
    pub quiet_at: Option<Location>,
    /// What becomes of a message that a cap holds back.
    pub when_capped: CapPolicy,
}

/// At most `count` messages of a channel per window: one sent at `t` counts until `t + per`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Cap {
    /// The channel.
    pub channel: Id<Channel>,
    /// How many.
    pub count: u32,
    /// In which window.
    pub per: Span,
    /// Where it stands.
    pub at: Location,
}

/// What becomes of a message that a cap holds back.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CapPolicy {
    /// It is dropped at once.
    Skip,
    /// It waits that long for room, then it is dropped.
    WaitUpTo(Span),
}
