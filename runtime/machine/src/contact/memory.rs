//! What this process remembers of a contact beside its state: nothing in it decides anything that the state does not.

use flow_graph::Timestamp;

/// What is remembered; forgotten when the state is written.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Memory {
    /// Where the zone was found.
    pub(crate) zone: Found,
    /// The last turn left nothing open: until [`Still::until`] only the news of a turn can change anything.
    pub(crate) settled: bool,
    /// Since when nothing that is derived moves by itself.
    pub(crate) still: Still,
}

/// Up to when conditions, segments and bands stay as they are if nothing arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Still {
    pub(crate) until: Timestamp,
    /// What changes then.
    pub(crate) by: Mover,
}

/// What changes when stillness ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mover {
    /// Nothing ever does.
    Nothing,
    /// The condition of a transition.
    Transition,
    /// A score or a segment: its position in [`crate::Engine::timed`].
    Derived(u32),
}

impl Default for Still {
    fn default() -> Self {
        Self { until: Timestamp::MAX, by: Mover::Nothing }
    }
}

impl Still {
    /// Ends at an instant, if that is earlier and still to come.
    pub(crate) fn end(&mut self, now: Timestamp, at: Option<Timestamp>, by: Mover) {
        if let Some(at) = at
            && at > now
            && at < self.until
        {
            *self = Self { until: at, by };
        }
    }
}

/// Where the zone of a contact was found.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Found {
    /// Not looked for yet.
    #[default]
    Unknown,
    /// It is the project's.
    Project,
    /// It is its own: the position among the zones of this process.
    Own(u16),
}

/// A memory is no part of the state.
impl PartialEq for Memory {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
