//! What leaves: what the outbox keeps, what a channel is handed, and what it says of it.

use std::time::Duration;

use flow_graph::Timestamp;
use flow_graph::program::Route;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// Something that shall leave, composed; it does not change however often it is tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// Its identity: the same for each try, after a restart too. A provider is given it, so that it can tell a
    /// repetition. Unique among all deliveries; letters, digits and `/._-:@`, and whatever the id of a contact holds.
    pub key: String,
    /// The id of the contact.
    pub contact: String,
    /// When it was decided.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

impl Delivery {
    /// A notice as one delivery for each route, with a key of its own: a failure of one repeats no other. What goes by
    /// one way already stays as it is.
    #[must_use]
    pub fn by_routes(self, routes: &[Route]) -> Vec<Self> {
        let What::Notice { team, text, route: None } = &self.what else { return vec![self] };
        if routes.is_empty() {
            return vec![self];
        }
        let one = |(number, route): (usize, &Route)| Self {
            key: format!("{}/{}", self.key, number + 1),
            what: What::Notice { team: team.clone(), text: text.clone(), route: Some(route.clone()) },
            ..self.clone()
        };
        routes.iter().enumerate().map(one).collect()
    }
}

/// What leaves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// A message to the contact.
    Message(Message),
    /// A connector is asked to do something.
    Call {
        /// The connector of the settings.
        connector: String,
        /// What it shall do.
        action: String,
        /// With what.
        arguments: Map<String, Json>,
    },
    /// A team is told.
    Notice {
        /// The team.
        team: String,
        /// What.
        text: String,
        /// By which of its routes; without one by all of them. [`Channels::split`](crate::channel::Channels::split)
        /// makes one delivery for each, so that a failure of one repeats no other.
        #[serde(default)]
        route: Option<Route>,
    },
}

impl What {
    /// What kind of delivery it is, and what of: the message, `connector.action`, the team.
    #[must_use]
    pub fn named(&self) -> (&'static str, String) {
        match self {
            Self::Message(message) => ("message", message.name.clone()),
            Self::Call { connector, action, .. } => ("call", format!("{connector}.{action}")),
            Self::Notice { team, .. } => ("notice", team.clone()),
        }
    }
}

/// A message to a contact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Its name.
    pub name: String,
    /// The channel of the settings.
    pub channel: String,
    /// The topic under which it is sent.
    pub topic: String,
    /// Of a topic that nobody can unsubscribe from.
    pub transactional: bool,
    /// The address, where the contact has one.
    pub to: Option<String>,
    /// The subject, where it has one.
    pub subject: Option<String>,
    /// The body.
    pub body: String,
    /// The body is HTML; else it is text.
    pub html: bool,
    /// The plain part, where the author wrote one.
    pub text: Option<String>,
}

/// What became of a try.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was handed over.
    Delivered {
        /// What the other side calls it.
        reference: Option<String>,
        /// What a connector answered: an event for the contact, where it is one.
        answer: Option<Json>,
    },
    /// Not now; another try makes sense.
    Later {
        /// Why, without personal data.
        why: String,
        /// Not before this has passed, where the other side says so.
        after: Option<Duration>,
    },
    /// Not, and no try will change that.
    Never {
        /// Why, without personal data.
        why: String,
        /// The address itself was refused: a hard bounce.
        bounced: bool,
    },
}

impl Outcome {
    /// Another try makes sense.
    pub(crate) fn later(why: impl Into<String>) -> Self {
        Self::Later { why: why.into(), after: None }
    }

    /// No try will change it; the address is not to blame.
    pub(crate) fn never(why: impl Into<String>) -> Self {
        Self::Never { why: why.into(), bounced: false }
    }
}
