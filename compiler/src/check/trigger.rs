//! Triggers: events, and changes of what is derived.

use flow_graph::program::{Lifecycle, Score, Segment, Trigger};

use super::{Check, Scope};
use crate::syntax::tree::trigger::{Trigger as Tree, TriggerKind};

impl Check<'_> {
    /// One trigger; `None` when a name in it is unknown, which has been said.
    pub(crate) fn trigger(&mut self, scope: &Scope, trigger: &Tree) -> Option<Trigger> {
        match &trigger.kind {
            TriggerKind::Event(reference) => {
                let (event, filter) = self.event_ref(scope, reference)?;
                Some(Trigger::Event { event, filter })
            }
            TriggerKind::EnteredSegment(name) => self.find::<Segment>(name).map(Trigger::EnteredSegment),
            TriggerKind::LeftSegment(name) => self.find::<Segment>(name).map(Trigger::LeftSegment),
            TriggerKind::BecomesBand { score, band } => {
                let score = self.find::<Score>(score)?;
                let band = self.find_member(score, band)?;
                Some(Trigger::BecomesBand { score, band })
            }
            TriggerKind::EnteredStage { lifecycle, stage } => {
                let lifecycle = self.find::<Lifecycle>(lifecycle)?;
                let stage = self.find_member(lifecycle, stage)?;
                Some(Trigger::EnteredStage { lifecycle, stage })
            }
        }
    }

    /// Several triggers; those that are wrong are left out.
    pub(crate) fn triggers(&mut self, scope: &Scope, triggers: &[Tree]) -> Vec<Trigger> {
        triggers.iter().filter_map(|trigger| self.trigger(scope, trigger)).collect()
    }
}
