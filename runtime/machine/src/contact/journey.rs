//! Where a contact stands: stages, runs, service levels, what was sent and consented to.

pub mod clock;
pub mod consent;
pub mod exposure;
pub mod run;

use std::ops::{Deref, DerefMut};
use std::sync::LazyLock;

use flow_graph::program::{Channel, Lifecycle, Sequence, Sla};
use flow_graph::{Id, Timestamp, Value};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smallvec::SmallVec;
use thin_vec::ThinVec;

pub use clock::{Clock, ClockState};
pub use consent::Consents;
pub use exposure::Exposure;
pub use run::{Doing, Run, Sending};

use super::small;
use crate::engine::Engine;

/// Stages, runs, service levels, what was sent and consented to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Journey {
    /// The stage of each lifecycle and since when.
    pub(crate) stages: SmallVec<[(u16, Timestamp); 1]>,
    /// Fields have changed since waits were last looked at.
    pub(crate) follow: bool,
    /// The zone has changed since held messages were last looked at.
    pub(crate) moved: bool,
    /// When something changes by itself next, as computed at the end of the last turn.
    pub(crate) wake: Option<Timestamp>,
    /// What most contacts have nothing of.
    path: Path,
}

/// What a contact has only when something was begun with it; read and written as if it were a part of [`Journey`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Begun {
    /// Conditions of `for` transitions that hold: lifecycle, transition, since when without a break.
    pub(crate) holds: ThinVec<(Id<Lifecycle>, u16, Timestamp)>,
    /// Runs under way, oldest first.
    pub(crate) runs: ThinVec<Run>,
    /// Entries that `once` and `again after` look back to.
    pub(crate) entries: ThinVec<Entry>,
    /// How many runs of each sequence have begun: they are numbered from 1.
    pub(crate) begun: ThinVec<(Id<Sequence>, u32)>,
    /// The number within this contact that the next run gets.
    pub(crate) next_serial: u32,
    /// Messages that a cap still counts.
    pub(crate) sent: ThinVec<Sent>,
    /// Consent by topic, and addresses that are suppressed.
    pub(crate) consents: Consents,
    /// Splits and holdouts that the contact has been exposed to.
    pub(crate) exposures: ThinVec<Exposure>,
    /// The latest clock of each service level that ever started.
    pub(crate) clocks: ThinVec<Clock>,
}

/// Nothing while there is nothing.
#[derive(Debug, Clone, Default)]
struct Path(Option<Box<Begun>>);

static NOTHING: LazyLock<Begun> = LazyLock::new(Begun::default);

impl Deref for Journey {
    type Target = Begun;

    fn deref(&self) -> &Begun {
        self.path.0.as_deref().unwrap_or_else(|| &NOTHING)
    }
}

impl DerefMut for Journey {
    fn deref_mut(&mut self) -> &mut Begun {
        self.path.0.get_or_insert_default()
    }
}

impl PartialEq for Path {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => one == other,
            (None, None) => true,
            (Some(one), None) | (None, Some(one)) => **one == *NOTHING,
        }
    }
}

impl Serialize for Path {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.as_deref().unwrap_or_else(|| &NOTHING).serialize(to)
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let begun = Begun::deserialize(from)?;
        Ok(Self((begun != *NOTHING).then(|| Box::new(begun))))
    }
}

/// That a run began.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Of which sequence.
    pub sequence: Id<Sequence>,
    /// With which key.
    pub key: Option<Value>,
    /// When, the latest time.
    pub at: Timestamp,
}

/// A message that left.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sent {
    /// Through which channel.
    pub channel: Id<Channel>,
    /// When.
    pub at: Timestamp,
}

impl Journey {
    /// Everybody's start.
    #[must_use]
    pub fn new(engine: &Engine) -> Self {
        let stages = engine.program().lifecycles.iter().map(|lifecycle| (lifecycle.start, Timestamp::MIN)).collect();
        Self { stages, ..Self::default() }
    }

    /// The stage of a lifecycle.
    #[must_use]
    pub fn stage(&self, lifecycle: Id<Lifecycle>) -> u16 {
        self.stages.get(lifecycle.index()).map_or(0, |stage| stage.0)
    }

    /// Since when the contact has been in its stage of a lifecycle.
    #[must_use]
    pub fn stage_since(&self, lifecycle: Id<Lifecycle>) -> Option<Timestamp> {
        self.stages.get(lifecycle.index()).map(|stage| stage.1)
    }

    /// Whether a run of a sequence is under way.
    #[must_use]
    pub fn in_sequence(&self, sequence: Id<Sequence>) -> bool {
        self.has_runs() && self.runs.iter().any(|run| run.sequence == sequence)
    }

    /// Whether it is another one, but for when something changes by itself.
    pub(crate) fn is_as(&self, other: &Self) -> bool {
        let of = |it: &Self| (it.follow, it.moved);
        of(self) == of(other) && self.stages == other.stages && self.path == other.path
    }

    /// Whether anything was ever begun.
    pub(crate) fn has_begun(&self) -> bool {
        self.path.0.is_some()
    }

    /// Whether a run is under way.
    #[must_use]
    pub(crate) fn has_runs(&self) -> bool {
        self.path.0.as_ref().is_some_and(|begun| !begun.runs.is_empty())
    }

    /// With other runs, entries and all that was begun.
    pub(crate) fn with(self, begun: Begun) -> Self {
        Self { path: Path(Some(Box::new(begun))), ..self }
    }

    /// All that was begun, and nothing is left.
    pub(crate) fn into_begun(self) -> Begun {
        self.path.0.map(|begun| *begun).unwrap_or_default()
    }

    /// Runs under way, oldest first.
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// The latest clock of a service level.
    #[must_use]
    pub fn clock(&self, sla: Id<Sla>) -> Option<&Clock> {
        self.clocks.iter().find(|clock| clock.sla == sla)
    }

    /// Consent by topic, and addresses that are suppressed.
    #[must_use]
    pub fn consents(&self) -> &Consents {
        &self.consents
    }

    /// When something changes by itself next.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.wake
    }

    pub(crate) fn run(&self, serial: u32) -> Option<&Run> {
        self.runs.iter().find(|run| run.serial == serial)
    }

    pub(crate) fn run_mut(&mut self, serial: u32) -> Option<&mut Run> {
        self.runs.iter_mut().find(|run| run.serial == serial)
    }

    /// The next number within this contact, and within the sequence.
    pub(crate) fn number(&mut self, sequence: Id<Sequence>) -> (u32, u32) {
        let serial = self.next_serial;
        self.next_serial = self.next_serial.saturating_add(1);
        if let Some(begun) = self.begun.iter_mut().find(|begun| begun.0 == sequence) {
            begun.1 = begun.1.saturating_add(1);
            return (serial, begun.1);
        }
        small::push(&mut self.begun, (sequence, 1));
        (serial, 1)
    }

    /// When a run of a sequence with this key last began.
    pub(crate) fn last_entry(&self, sequence: Id<Sequence>, key: Option<&Value>) -> Option<Timestamp> {
        self.entries.iter().find(|entry| entry.sequence == sequence && entry.key.as_ref() == key).map(|entry| entry.at)
    }
}

impl Begun {
    /// Notes when a run of a sequence with this key last began.
    pub(crate) fn note_entry(&mut self, sequence: Id<Sequence>, key: Option<&Value>, at: Timestamp) {
        let known = self.entries.iter_mut().find(|entry| entry.sequence == sequence && entry.key.as_ref() == key);
        match known {
            Some(entry) => entry.at = entry.at.max(at),
            None => small::push(&mut self.entries, Entry { sequence, key: key.cloned(), at }),
        }
    }
}
