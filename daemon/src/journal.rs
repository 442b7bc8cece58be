//! What happens to a daemon while it runs, a line each, for whoever keeps a journal of it. No line holds personal data:
//! deliveries go by their numbers, people by none.

use std::sync::{Arc, OnceLock};

use flow_graph::Timestamp;
use serde::Serialize;

use crate::clock::Clock;
use crate::store::Act;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Happened {
    /// It is up.
    Started {
        /// Where it listens.
        address: String,
        /// Contacts that it knows.
        contacts: usize,
        /// It has gone on where another one stopped.
        resumed: bool,
        /// The fingerprint of the program that runs.
        program: String,
    },
    /// An administrative act.
    Act {
        /// The name of the token, or `cli`.
        who: String,
        /// What: a stable word.
        what: String,
        /// Of what.
        detail: String,
    },
    /// A delivery was tried and has not left.
    DeliveryFailed {
        /// Its number.
        delivery: i64,
        /// `message`, `call` or `notice`.
        kind: &'static str,
        /// What of: the message, `connector.action`, the team.
        name: String,
        /// How often it was tried.
        tries: u32,
        /// Why.
        why: String,
        /// When it is tried again; none: it is given up.
        #[serde(serialize_with = "crate::text::maybe")]
        again_at: Option<Timestamp>,
    },
    /// Nothing can be kept.
    NothingKept {
        /// Why.
        why: String,
    },
    /// What comes in is kept again.
    KeptAgain,
    /// It is over, and all that was taken is kept.
    Stopped,
}

impl From<&Act> for Happened {
    fn from(act: &Act) -> Self {
        Self::Act { who: act.who.clone(), what: act.what.clone(), detail: act.detail.clone() }
    }
}

impl Happened {
    /// How much it matters: `error` wants somebody, `warn` wants somebody if it goes on.
    #[must_use]
    pub fn level(&self) -> &'static str {
        match self {
            Self::NothingKept { .. } | Self::DeliveryFailed { again_at: None, .. } => "error",
            Self::DeliveryFailed { again_at: Some(_), .. } => "warn",
            Self::Started { .. } | Self::Act { .. } | Self::KeptAgain | Self::Stopped => "info",
        }
    }
}

/// A line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// When, by the daemon's clock.
    #[serde(serialize_with = "crate::text::instant")]
    pub at: Timestamp,
    /// `info`, `warn` or `error`.
    pub level: &'static str,
    /// What.
    #[serde(flatten)]
    pub happened: Happened,
}

/// Whoever writes lines down. It is called by threads that have more to do, and must not keep them.
pub type Sink = Arc<dyn Fn(&Line) + Send + Sync>;

/// Where what happens is told; nowhere, until somebody listens.
#[derive(Default)]
pub struct Journal {
    listener: OnceLock<(Clock, Sink)>,
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journal").field("is_kept", &self.listener.get().is_some()).finish()
    }
}

impl Journal {
    /// From now on somebody listens; whoever came first stays.
    pub(crate) fn keep(&self, clock: Clock, sink: Sink) {
        let _ = self.listener.set((clock, sink));
    }

    /// Tells what happened. It is made only where somebody listens.
    pub(crate) fn note(&self, happened: impl FnOnce() -> Happened) {
        if let Some((clock, sink)) = self.listener.get() {
            let happened = happened();
            sink(&Line { at: clock.now(), level: happened.level(), happened });
        }
    }
}
