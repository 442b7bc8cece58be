//! The program: what a project means, ready to run.
//!
//! All names are resolved to numbers of tables. Names are kept for what people read: decisions, reports, `why`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::expr::Expr;
use crate::table::{Id, Table};
use crate::time::Span;
use crate::value::Type;

pub mod behaviour;
pub mod lifecycle;
pub mod message;
pub mod migration;
pub mod score;
pub mod sequence;
pub mod sla;

pub use behaviour::{Behaviour, Measure, Reach};
pub use lifecycle::{Cause, Expect, Lifecycle, Transition};
pub use message::{Cap, CapPolicy, Channel, ChannelKind, Connector, Consent, Limits, Message, Topic};
pub use migration::{Earlier, Moved, Retired, RetiredThen};
pub use score::{Band, FitRule, HitRule, Score, ScoreCap, Segment};
pub use sequence::{Again, Argument, Goal, Sequence, SetAction, Step, StepId, StepKind, WaitUntil, Way};
pub use sla::{Calendar, CalendarWindow, Reminder, Route, Sla, Team};

/// Version of the serialised form. A reader refuses a larger one.
pub const FORMAT_VERSION: u32 = 1;

/// A compiled project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Program {
    /// [`FORMAT_VERSION`] of whoever wrote it.
    pub format_version: u32,
    /// Settings of the project.
    pub project: Project,
    /// The files that locations point into.
    pub files: Table<SourceFile>,
    /// Enums.
    pub enums: Table<EnumType>,
    /// Fields of the contact; the number is the slot.
    pub fields: Table<Field>,
    /// Which field of the contact holds its e-mail address: the first of type `email`.
    pub email_field: Option<Id<Field>>,
    /// Which field of the contact holds its zone: the first of type `timezone`.
    pub zone_field: Option<Id<Field>>,
    /// Events, the built-in ones first (see [`builtin`]).
    pub events: Table<Event>,
    /// Figures over events; equal ones are shared.
    pub behaviours: Table<Behaviour>,
    /// Scores.
    pub scores: Table<Score>,
    /// Segments.
    pub segments: Table<Segment>,
    /// Lifecycles.
    pub lifecycles: Table<Lifecycle>,
    /// Topics.
    pub topics: Table<Topic>,
    /// Channels of the settings.
    pub channels: Table<Channel>,
    /// Connectors of the settings.
    pub connectors: Table<Connector>,
    /// Messages.
    pub messages: Table<Message>,
    /// Limits on what one person receives.
    pub limits: Limits,
    /// Sequences.
    pub sequences: Table<Sequence>,
    /// Sequences as earlier programs had them, for those who are still inside.
    #[serde(default, skip_serializing_if = "Table::is_empty")]
    pub earlier: Table<Earlier>,
    /// Calendars.
    pub calendars: Table<Calendar>,
    /// Teams.
    pub teams: Table<Team>,
    /// Service levels.
    pub slas: Table<Sla>,
    /// Scores and segments in an order in which each comes after all that it reads.
    pub order: Vec<Derived>,
    /// `moved` clauses.
    pub moved: Vec<Moved>,
    /// `retired` clauses.
    pub retired: Vec<Retired>,
    /// Template files by path, those that others include too.
    pub templates: BTreeMap<String, String>,
}

impl Program {
    /// A program of a project in which nothing is declared yet.
    #[must_use]
    pub fn empty(project: Project) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            project,
            files: Table::default(),
            enums: Table::default(),
            fields: Table::default(),
            email_field: None,
            zone_field: None,
            events: Table::default(),
            behaviours: Table::default(),
            scores: Table::default(),
            segments: Table::default(),
            lifecycles: Table::default(),
            topics: Table::default(),
            channels: Table::default(),
            connectors: Table::default(),
            messages: Table::default(),
            limits: Limits { caps: Vec::new(), quiet: None, quiet_at: None, when_capped: CapPolicy::Skip },
            sequences: Table::default(),
            earlier: Table::default(),
            calendars: Table::default(),
            teams: Table::default(),
            slas: Table::default(),
            order: Vec::new(),
            moved: Vec::new(),
            retired: Vec::new(),
            templates: BTreeMap::new(),
        }
    }

    /// A sequence as a run follows it: as it is now, or as an earlier program had it.
    #[must_use]
    pub fn version(&self, sequence: Id<Sequence>, earlier: Option<Id<Earlier>>) -> Option<&Sequence> {
        match earlier {
            None => self.sequences.get(sequence),
            Some(earlier) => self.earlier.get(earlier).map(|earlier| &earlier.sequence),
        }
    }

    /// All definitions of sequences, those of earlier programs too.
    pub fn versions(&self) -> impl Iterator<Item = &Sequence> {
        self.sequences.iter().chain(self.earlier.iter().map(|earlier| &earlier.sequence))
    }
}

/// Settings of the project that decide what it does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Project {
    /// Its name.
    pub name: String,
    /// The zone where a contact has no valid one.
    pub timezone: String,
    /// Three letters.
    pub currency: String,
    /// Digits behind the point of the currency (EUR 2, JPY 0).
    pub currency_digits: u8,
    /// Older events correct state and never trigger.
    pub late_after: Span,
    /// A message id seen again within this is dropped.
    pub duplicates_within: Span,
}

/// A file that locations point into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Path relative to the project's folder.
    pub path: String,
}

/// A line of a file, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Location {
    /// The file.
    pub file: Id<SourceFile>,
    /// The line.
    pub line: u32,
}

/// An enum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnumType {
    /// Its name.
    pub name: String,
    /// Its values, in order.
    pub values: Vec<String>,
}

/// A field of the contact or of an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// The trait or property under which it arrives.
    pub wire: String,
    /// Its type.
    pub ty: Type,
    /// May be missing.
    pub optional: bool,
    /// Allowed numbers, both ends included (money in major units).
    pub range: Option<(f64, f64)>,
    /// Personal data.
    pub personal: bool,
    /// Events: a second event with this value is a duplicate.
    pub unique: bool,
    /// Contact: the connector that alone may write it.
    pub owner: Option<String>,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its name.
    pub name: String,
    /// How it arrives.
    pub wire: Wire,
    /// Its fields; the position is the slot.
    pub fields: Vec<Field>,
}

/// How an event arrives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wire {
    /// A track call with this name.
    Track(String),
    /// A `page` call.
    Page,
    /// A `screen` call.
    Screen,
    /// A `group` call.
    Group,
    /// One of the built-in events; it arrives as a track call with its own name too.
    BuiltIn,
}

/// The built-in events: the first entries of [`Program::events`], in this order, each with the fields
/// [`builtin::FIELDS`].
pub mod builtin {
    use super::Event;
    use crate::table::Id;

    /// Their names; the number of an event is its position here.
    pub const NAMES: [&str; 7] =
        ["delivered", "opened", "clicked", "bounced", "complained", "unsubscribed", "subscribed"];
    /// `delivered`
    pub const DELIVERED: Id<Event> = Id::new(0);
    /// `opened`
    pub const OPENED: Id<Event> = Id::new(1);
    /// `clicked`
    pub const CLICKED: Id<Event> = Id::new(2);
    /// `bounced`
    pub const BOUNCED: Id<Event> = Id::new(3);
    /// `complained`
    pub const COMPLAINED: Id<Event> = Id::new(4);
    /// `unsubscribed`
    pub const UNSUBSCRIBED: Id<Event> = Id::new(5);
    /// `subscribed`
    pub const SUBSCRIBED: Id<Event> = Id::new(6);
    /// Fields of each built-in event, all but `human` optional: `message` (text: the name of the message), `human`
    /// (bool), `topic` (text: the name of a topic), `link` (url), `hard` (bool: a bounce that will not mend).
    pub const FIELDS: [&str; 5] = ["message", "human", "topic", "link", "hard"];
    /// Slot of `message`.
    pub const MESSAGE: u16 = 0;
    /// Slot of `human`; missing counts as true.
    pub const HUMAN: u16 = 1;
    /// Slot of `topic`.
    pub const TOPIC: u16 = 2;
    /// Slot of `link`.
    pub const LINK: u16 = 3;
    /// Slot of `hard`; missing counts as true.
    pub const HARD: u16 = 4;
}

/// What is derived from facts and events, in evaluation order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Derived {
    /// A score.
    Score(Id<Score>),
    /// A segment.
    Segment(Id<Segment>),
}

/// What starts, ends or moves something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// An event; the condition may use [`Expr::This`], and all else that a condition can.
    Event {
        /// Which.
        event: Id<Event>,
        /// `where`; the message and the human default of channel events are part of it.
        filter: Option<Expr>,
    },
    /// `entered segment x`
    EnteredSegment(Id<Segment>),
    /// `left segment x`
    LeftSegment(Id<Segment>),
    /// `lead becomes hot`
    BecomesBand {
        /// The score.
        score: Id<Score>,
        /// Position of the band.
        band: u16,
    },
    /// `entered stage buyer.mql`
    EnteredStage {
        /// The lifecycle.
        lifecycle: Id<Lifecycle>,
        /// Position of the stage.
        stage: u16,
    },
}
