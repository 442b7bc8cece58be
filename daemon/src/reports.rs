//! What comes back: opens, clicks, consent, bounces, complaints.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use flow_graph::Timestamp;

/// What somebody did with a letter, or what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Reported,
    /// The key of the delivery, where it is known.
    pub key: Option<String>,
    /// The id of the contact, where it is known.
    pub contact: Option<String>,
    /// The address, where nothing else is known.
    pub address: Option<String>,
    /// The message, where it is known.
    pub message: Option<String>,
}

/// What a report says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reported {
    /// It arrived.
    Delivered,
    /// It was opened.
    Opened {
        /// By a person, as far as can be told.
        human: bool,
    },
    /// A link of it was followed.
    Clicked {
        /// Where the link leads.
        link: String,
        /// By a person, as far as can be told.
        human: bool,
    },
    /// It came back.
    Bounced {
        /// For good: the address is suppressed.
        hard: bool,
    },
    /// The person called it spam.
    Complained,
    /// Consent was given.
    Subscribed {
        /// To this topic.
        topic: String,
    },
    /// Consent was withdrawn.
    Unsubscribed {
        /// To this topic; without one to all.
        topic: Option<String>,
    },
}

/// A topic that a person can choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The topic.
    pub topic: String,
    /// The person receives it.
    pub granted: bool,
}

/// It cannot be done now; a later try may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unavailable;

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this cannot be done now")
    }
}

impl std::error::Error for Unavailable {}

/// An answer that may take its time.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Takes reports, and knows what the pages show.
pub trait Reports: Send + Sync + 'static {
    /// Takes a report. The answer says that it is kept for good: a person is told so.
    fn report(&self, report: Report) -> Answer<'_, Result<(), Unavailable>>;

    /// The topics that are not transactional, in the order of the program, and what the contact has chosen. None of
    /// them where the contact is not known.
    fn choices<'a>(&'a self, contact: &'a str) -> Answer<'a, Result<Vec<Choice>, Unavailable>>;

    /// When a delivery was handed over, where it is known.
    fn delivered_at<'a>(&'a self, key: &'a str) -> Answer<'a, Option<Timestamp>>;

    /// The time.
    fn now(&self) -> Timestamp;
}
