//! What has changed since scores and segments were last derived: only what hangs on it is derived anew.

use flow_graph::Id;
use flow_graph::program::{Derived, Event as EventType};

use crate::engine::Engine;

/// What has changed since scores and segments were last derived.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Stale {
    /// Anything may have.
    pub(crate) all: bool,
    /// An event was counted.
    event: Option<Id<EventType>>,
    /// Time has brought something about.
    time: bool,
    /// Fields of the contact.
    pub(crate) fields: bool,
    /// A stage.
    pub(crate) stages: bool,
    /// Runs have begun or ended.
    pub(crate) runs: bool,
}

impl Stale {
    /// Anything may have changed.
    pub(crate) const ALL: Self =
        Self { all: true, event: None, time: false, fields: false, stages: false, runs: false };

    /// Nothing has changed, unless time has brought something about.
    pub(crate) fn by_time(due: bool) -> Self {
        Self { time: due, ..Self::default() }
    }

    /// An event was counted.
    pub(crate) fn counted(&mut self, event: Id<EventType>) {
        self.all |= self.event.is_some_and(|other| other != event);
        self.event = Some(event);
    }

    /// What to derive anew, in the program's order.
    pub(crate) fn which(self, engine: &Engine) -> &[Derived] {
        let all = engine.program().order.as_slice();
        if self.all {
            return all;
        }
        let readers = engine.readers();
        let event = self.event.map_or(&[][..], |event| engine.plan(event).map_or(all, |plan| &plan.derived));
        let mut found = event;
        for (changed, which) in [
            (self.time, &readers.time),
            (self.fields, &readers.fields),
            (self.stages, &readers.stages),
            (self.runs, &readers.runs),
        ] {
            if !changed || which.is_empty() {
                continue;
            }
            if !found.is_empty() {
                return all;
            }
            found = which;
        }
        found
    }
}
