//! The two kinds of edges: what reads what, and what causes what.

/// An edge. *Reads* leads from who reads to what is read, *causes* from the cause to its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Edge {
    /// The meaning of one depends on the value of the other.
    Reads,
    /// One makes the other happen.
    Causes {
        /// In which way.
        how: How,
        /// Time passes in between, or the outside world answers: never in the same turn.
        waits: bool,
    },
}

impl Edge {
    /// Causes within the turn.
    #[must_use]
    pub fn at_once(how: How) -> Self {
        Self::Causes { how, waits: false }
    }

    /// Causes at a later instant.
    #[must_use]
    pub fn later(how: How) -> Self {
        Self::Causes { how, waits: true }
    }
}

/// In which way one thing causes another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// A trigger begins a run of a sequence.
    Enters,
    /// A trigger is the goal of a sequence: its run ends.
    Reaches,
    /// A trigger ends a run of a sequence.
    Exits,
    /// A trigger lets a run go on that waits for it. A run has to have come to its wait first, so this counts as time
    /// that passes.
    Continues,
    /// A step leads to the next one, a sequence to its first, the last to the end.
    Then,
    /// A step leads to a branch.
    Branches,
    /// A step sends a message.
    Sends,
    /// A step changes a field of the contact; a connector supplies one.
    Writes,
    /// A step grants or withdraws consent to a topic.
    Consents,
    /// A step makes an event.
    Emits,
    /// A step begins a run of another sequence.
    Enrolls,
    /// A step asks a connector to do something; a team is told through one.
    Calls,
    /// A step tells a team.
    Notifies,
    /// A trigger moves a contact along a transition.
    Fires,
    /// A transition leads to a stage.
    Becomes,
    /// A trigger starts the clock of a service level.
    Starts,
    /// A trigger meets a service level.
    Meets,
    /// The clock of a service level comes to a reminder.
    Reminds,
    /// The clock of a service level runs out.
    Breaches,
    /// A channel reports on a message.
    Reports,
}

impl How {
    /// The word for it, as a verb: `sends`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Enters => "enters",
            Self::Reaches => "reaches",
            Self::Exits => "exits",
            Self::Continues => "continues",
            Self::Then => "then",
            Self::Branches => "branches",
            Self::Sends => "sends",
            Self::Writes => "writes",
            Self::Consents => "consents",
            Self::Emits => "emits",
            Self::Enrolls => "enrolls",
            Self::Calls => "calls",
            Self::Notifies => "notifies",
            Self::Fires => "fires",
            Self::Becomes => "becomes",
            Self::Starts => "starts",
            Self::Meets => "meets",
            Self::Reminds => "reminds",
            Self::Breaches => "breaches",
            Self::Reports => "reports",
        }
    }
}
