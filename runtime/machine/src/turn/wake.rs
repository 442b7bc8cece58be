//! When something changes by itself next: one instant for the whole contact.
//!
//! It is computed anew at the end of each turn from everything that time can move: segments and bands, conditions of
//! transitions, `for` clocks, waits, held sends, clocks of service levels and what makes them stand. What is not due
//! after now is left out: it has had its turn.

use flow_graph::Timestamp;
use flow_graph::program::Cause;

use super::{Scope, Turn};
use crate::contact::journey::ClockState;
use crate::{journey, sla};

impl Turn<'_> {
    /// The earliest instant after now at which anything can change by itself.
    pub(crate) fn next_wake(&self) -> Option<Timestamp> {
        let runs = self.contact.journey.runs.iter().filter_map(crate::contact::journey::Run::due);
        let later = |at: &Timestamp| *at > self.now && *at < Timestamp::MAX;
        let all = self.derived_change().into_iter().chain(self.transitions()).chain(runs).chain(self.clocks());
        all.filter(later).min()
    }

    fn transitions(&self) -> Vec<Timestamp> {
        let mut instants = Vec::new();
        for (id, lifecycle) in self.program().lifecycles.enumerate() {
            let stage = self.contact.journey.stage(id);
            for (position, transition) in (0_u16..).zip(&lifecycle.transitions) {
                let Cause::When { condition, hold } = &transition.cause else { continue };
                if !transition.from.contains(&stage) {
                    continue;
                }
                instants.extend(self.next_change(condition, Scope::default()));
                let since = journey::lifecycle::since(self, id, position);
                instants.extend(hold.zip(since).map(|(hold, since)| self.add(since, hold)));
            }
        }
        instants
    }

    fn clocks(&self) -> Vec<Timestamp> {
        let mut instants = Vec::new();
        for clock in self.contact.journey.clocks.iter().filter(|clock| clock.is_open()) {
            let Some(level) = self.program().slas.get(clock.sla) else { continue };
            if let Some(pause) = &level.pause {
                instants.extend(self.next_change(pause, Scope::default()));
            }
            if clock.state == ClockState::Running {
                let next = level.reminders.get(usize::from(clock.reminded));
                instants.extend(next.map(|reminder| sla::time::due(self, level, clock, reminder.after)));
                instants.push(sla::time::due(self, level, clock, level.within));
            }
        }
        instants
    }
}
