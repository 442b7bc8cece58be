//! When something changes by itself next: one instant for the whole contact.
//!
//! It follows from everything that time can move: segments and bands, conditions of transitions, `for` clocks, waits,
//! held sends, clocks of service levels and what makes them stand. What is not due after now is left out: it has had
//! its turn.
//!
//! Up to when segments, bands and conditions stand still is remembered: an event that only counts asks those anew that
//! count it, and all of them only when one of those was to change first.

use flow_graph::Timestamp;
use flow_graph::program::{Cause, Derived};

use super::{Scope, Turn};
use crate::contact::journey::ClockState;
use crate::contact::memory::{Mover, Still};
use crate::engine::Engine;
use crate::engine::plan::EventPlan;
use crate::eval::View;
use crate::{derive, journey, sla};

impl Turn<'_> {
    /// The earliest instant after now at which anything can change by itself.
    pub(crate) fn next_wake(&self) -> Option<Timestamp> {
        let mut next = Timestamp::MAX;
        let mut take = |at: Timestamp| {
            if at > self.now && at < next {
                next = at;
            }
        };
        take(self.contact.memory.still.until);
        self.contact.journey.runs.iter().filter_map(crate::contact::journey::Run::due).for_each(&mut take);
        self.clocks(&mut take);
        (next < Timestamp::MAX).then_some(next)
    }

    /// Up to when what is derived, and what transitions ask, stays as it is.
    pub(crate) fn still(&self) -> Still {
        let mut still = Still::default();
        for (position, derived) in (0_u32..).zip(self.engine.timed()) {
            still.end(self.now, self.next_of(*derived), Mover::Derived(position));
        }
        self.transitions(&mut |at| still.end(self.now, Some(at), Mover::Transition));
        still
    }

    /// The same after an event that only counted.
    pub(crate) fn still_after(&self, plan: &EventPlan) -> Still {
        let mut still = self.contact.memory.still;
        if plan.timed.iter().any(|position| still.by == mover(*position)) {
            return self.still();
        }
        for position in &plan.timed {
            let derived = self.engine.timed().get(*position);
            let next = derived.and_then(|derived| self.next_of(*derived));
            still.end(self.now, next, mover(*position));
        }
        still
    }

    /// When what is derived can change, by this program or by one beside it.
    fn next_of(&self, derived: Derived) -> Option<Timestamp> {
        let next = |engine| derive::next_of(&View::new(engine, self.contact, self.now), derived);
        let own = next(self.engine);
        match self.beside.filter(|beside| beside.apart.derived(derived)) {
            None => own,
            Some(beside) => [own, next(beside.engine)].into_iter().flatten().min(),
        }
    }

    fn transitions(&self, take: &mut impl FnMut(Timestamp)) {
        self.transitions_of(self.engine, take);
        if let Some(beside) = self.beside.filter(|beside| beside.apart.lifecycles()) {
            self.transitions_of(beside.engine, take);
        }
    }

    fn transitions_of(&self, engine: &Engine, take: &mut impl FnMut(Timestamp)) {
        let view = View::new(engine, self.contact, self.now);
        for (id, lifecycle) in engine.program().lifecycles.enumerate() {
            let stage = self.contact.journey.stage(id);
            for (position, transition) in (0_u16..).zip(&lifecycle.transitions) {
                let Cause::When { hold, .. } = &transition.cause else { continue };
                if !transition.from.contains(&stage) {
                    continue;
                }
                let condition = engine.transition(id, position);
                condition.and_then(|condition| condition.next(&view)).into_iter().for_each(&mut *take);
                let since = journey::lifecycle::since(self, id, position);
                hold.zip(since).map(|(hold, since)| self.add(since, hold)).into_iter().for_each(&mut *take);
            }
        }
    }

    fn clocks(&self, take: &mut impl FnMut(Timestamp)) {
        for clock in self.contact.journey.clocks.iter().filter(|clock| clock.is_open()) {
            let Some(level) = self.program().slas.get(clock.sla) else { continue };
            if let Some(pause) = &level.pause {
                self.next_change(pause, Scope::default()).into_iter().for_each(&mut *take);
            }
            if clock.state == ClockState::Running {
                let next = level.reminders.get(usize::from(clock.reminded));
                let due = |after| sla::time::due(self, level, clock, after);
                next.map(|reminder| due(reminder.after)).into_iter().for_each(&mut *take);
                take(due(level.within));
            }
        }
    }
}

fn mover(position: usize) -> Mover {
    u32::try_from(position).map_or(Mover::Nothing, Mover::Derived)
}
