//! What a step decides: the record of everything that changed or shall leave, each with its reason.

use std::sync::Arc;

use flow_graph::program::{
    Band, Connector, Earlier, Field, Lifecycle, Location, Message, Score, Segment, Sequence, Sla, StepId, Team, Topic,
};
use flow_graph::{Id, Timestamp, Value};
use serde::{Deserialize, Serialize};

use crate::input::Event;
use crate::trace::Trace;
use crate::turn::beside::Notes;

/// The result of one step.
#[derive(Debug, Default)]
pub struct Transition {
    /// What was decided, in order.
    pub decisions: Vec<Decision>,
    /// What became of the input.
    pub outcome: Outcome,
    /// When the contact has to be woken, if ever: the earliest instant at which anything can change by itself.
    pub next_wake: Option<Timestamp>,
    /// A turn went on for too long and was ended: its causes go round.
    pub cut_off: bool,
    /// Which places of the program took part, of all steps since it was set; none: nobody wants to know.
    pub trace: Option<Box<Trace>>,
    /// What another program would make of it.
    pub(crate) notes: Notes,
}

/// What became of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It took effect.
    #[default]
    Accepted,
    /// It took effect on facts, behaviours, scores and segments only: it was older than `late_after`.
    Late,
    /// Its message id or a `unique` value was seen before: nothing happened.
    Duplicate,
}

/// One decision. Written down it is without what templates are rendered with, and names the event that set it off
/// without its values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: DecisionKind,
    /// Why.
    pub why: Why,
}

/// Why something was decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Why {
    /// The item responsible.
    pub item: Item,
    /// The line responsible.
    pub at: Location,
    /// What set it off.
    pub cause: Cause,
}

/// The item responsible for a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Item {
    /// A segment.
    Segment(Id<Segment>),
    /// A score.
    Score(Id<Score>),
    /// A lifecycle.
    Lifecycle(Id<Lifecycle>),
    /// A sequence.
    Sequence(Id<Sequence>),
    /// A service level.
    Sla(Id<Sla>),
    /// The limits.
    Limits,
    /// A topic.
    Topic(Id<Topic>),
    /// A message.
    Message(Id<Message>),
}

/// What set a decision off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Cause {
    /// An event arrived (or was emitted).
    Event(#[serde(with = "brief")] Arc<Event>),
    /// Attributes changed.
    Attributes,
    /// Nothing but time passed.
    Time,
    /// A segment was entered.
    EnteredSegment(Id<Segment>),
    /// A segment was left.
    LeftSegment(Id<Segment>),
    /// A score reached a band.
    Band(Id<Score>, u16),
    /// A stage was entered.
    Stage(Id<Lifecycle>, u16),
    /// Another sequence enrolled the contact.
    Enrolled(Id<Sequence>),
    /// Two contacts became one.
    Merge,
    /// The program changed.
    Program,
    /// The contact was seen for the first time.
    Created,
}

/// The kinds of decisions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum DecisionKind {
    /// A message leaves.
    Send(Send),
    /// A message is held; it is decided again at `until`.
    Held {
        /// Which.
        send: Send,
        /// By which gate.
        gate: Gate,
        /// When it is decided again.
        until: Timestamp,
    },
    /// A message is dropped.
    Dropped {
        /// Which.
        send: Send,
        /// By which gate.
        gate: Gate,
    },
    /// A connector is asked to do something.
    Call {
        /// Which.
        connector: Id<Connector>,
        /// What.
        action: String,
        /// With what.
        arguments: Vec<(String, Filled)>,
        /// What its templates are rendered with.
        #[serde(skip)]
        data: RenderData,
    },
    /// A team is told.
    Notify {
        /// Which.
        team: Id<Team>,
        /// A template.
        text: String,
        /// What it is rendered with.
        #[serde(skip)]
        data: RenderData,
    },
    /// A field of the contact was set.
    Set {
        /// Which.
        field: Id<Field>,
        /// To what.
        value: Value,
    },
    /// Consent was set by a step.
    SetConsent {
        /// For what.
        topic: Id<Topic>,
        /// Granted or withdrawn.
        granted: bool,
    },
    /// An event was made.
    Emit(Arc<Event>),
    /// The contact is in a segment from now on.
    EnteredSegment(Id<Segment>),
    /// The contact is not in a segment any more.
    LeftSegment(Id<Segment>),
    /// The contact is in another stage; `from` is `None` at the first one.
    Stage {
        /// Of which lifecycle.
        lifecycle: Id<Lifecycle>,
        /// Before.
        from: Option<u16>,
        /// Now.
        to: u16,
    },
    /// A score is in another band; the value is that at the instant of the change.
    Band {
        /// Which score.
        score: Id<Score>,
        /// Before: none below the first band.
        from: Option<u16>,
        /// Now.
        to: Option<u16>,
        /// The score.
        value: f64,
    },
    /// A run began.
    Enrolled {
        /// Of which sequence.
        sequence: Id<Sequence>,
        /// With which key.
        key: Option<Value>,
        /// It is held out: never messaged.
        holdout: bool,
    },
    /// A run ended without its goal.
    Exited {
        /// Of which sequence.
        sequence: Id<Sequence>,
        /// With which key.
        key: Option<Value>,
        /// Why.
        reason: ExitReason,
    },
    /// A run reached its goal and ended.
    Goal {
        /// Of which sequence.
        sequence: Id<Sequence>,
        /// With which key.
        key: Option<Value>,
        /// It came in time and counts as converted.
        converted: bool,
    },
    /// An arm of a split was taken.
    Split {
        /// Of which sequence.
        sequence: Id<Sequence>,
        /// Which split: its salt.
        split: String,
        /// Which arm.
        arm: String,
    },
    /// A clock started.
    SlaStarted {
        /// Of which service level.
        sla: Id<Sla>,
        /// When it will be breached, as it looks now.
        due: Timestamp,
        /// Reported under this.
        per: Value,
    },
    /// It was met in time, or late (after the breach).
    SlaMet {
        /// Which.
        sla: Id<Sla>,
        /// Elapsed in the calendar, milliseconds.
        elapsed_ms: i64,
        /// After the breach.
        late: bool,
        /// Reported under this.
        per: Value,
    },
    /// A reminder went out.
    SlaReminded {
        /// Which.
        sla: Id<Sla>,
        /// Which reminder.
        reminder: u16,
        /// Reported under this.
        per: Value,
    },
    /// The time ran out.
    SlaBreached {
        /// Which.
        sla: Id<Sla>,
        /// Reported under this.
        per: Value,
    },
}

/// A message on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Send {
    /// Which message.
    pub message: Id<Message>,
    /// Of which sequence.
    pub sequence: Id<Sequence>,
    /// As which earlier program had it, for a run that finishes that.
    pub version: Option<Id<Earlier>>,
    /// At which step.
    pub step: StepId,
    /// The identity of the send: `contact/sequence/run/step id/visit`. Stable over restarts, edits and deploys.
    pub key: String,
    /// What its templates are rendered with; only for one that leaves.
    #[serde(skip)]
    pub data: Option<RenderData>,
}

/// What templates are rendered with: as it was when it was decided.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RenderData {
    /// The fields of the contact.
    pub fields: Box<[Value]>,
    /// The event that began the run, or that set the action off.
    pub event: Option<Arc<Event>>,
    /// The key of the run.
    pub key: Option<Value>,
}

/// The value of an argument.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Filled {
    /// A value.
    Value(Value),
    /// A template still to be rendered.
    Template(String),
}

/// Why a run ended without its goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExitReason {
    /// The last step was done.
    Finished,
    /// A step `exit`.
    ExitStep,
    /// `exit on`
    ExitOn,
    /// `exit when`
    ExitWhen,
    /// `unless` held before a send.
    Unless,
    /// A moment was past or missing: `else exit`.
    MomentPassed,
    /// Two contacts became one and the other's run stays.
    Merged,
    /// The step or the sequence is gone from the program.
    Retired,
    /// The contact was erased.
    Erased,
}

/// The gates of a send, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// The address is suppressed: hard bounce, complaint, erased.
    Suppressed,
    /// No consent to the topic.
    Consent,
    /// No address, or none that can be delivered to.
    Address,
    /// The contact is held out.
    Holdout,
    /// Not wanted any more: goal or exit.
    Wanted,
    /// Quiet hours.
    Quiet,
    /// A cap.
    Cap,
    /// The rate limit of the channel (the daemon's).
    Rate,
    /// The template could not be rendered.
    Render,
}

impl Gate {
    /// All of them, in order.
    pub const ALL: [Self; 9] = [
        Self::Suppressed,
        Self::Consent,
        Self::Address,
        Self::Holdout,
        Self::Wanted,
        Self::Quiet,
        Self::Cap,
        Self::Rate,
        Self::Render,
    ];

    /// As people read it: `quiet`, `cap`, …
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Suppressed => "suppressed",
            Self::Consent => "consent",
            Self::Address => "address",
            Self::Holdout => "holdout",
            Self::Wanted => "wanted",
            Self::Quiet => "quiet",
            Self::Cap => "cap",
            Self::Rate => "rate",
            Self::Render => "render",
        }
    }
}

/// The band of a score by its position, where there is one.
#[must_use]
pub fn band(bands: &[Band], position: Option<u16>) -> Option<&Band> {
    bands.get(usize::from(position?))
}

/// An event as the cause of a decision is written down: which one, and when. What it said stands where it came in.
mod brief {
    use std::sync::Arc;

    use flow_graph::Timestamp;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::input::Event;

    pub(super) fn serialize<S: Serializer>(event: &Arc<Event>, serializer: S) -> Result<S::Ok, S::Error> {
        (event.kind, &event.id, event.time).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<Event>, D::Error> {
        let (kind, id, time) = <(_, Arc<str>, Timestamp)>::deserialize(deserializer)?;
        Ok(Arc::new(Event { kind, id, time, values: Box::default(), meta: None }))
    }
}
