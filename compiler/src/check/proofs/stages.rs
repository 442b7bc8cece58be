//! Lifecycles: stages that nobody comes to, transitions that another one always forestalls, promises that cannot be kept.

use std::collections::BTreeSet;

use flow_graph::Id;
use flow_graph::program::{Cause, Event, Lifecycle, StepKind, Transition, Trigger};

use super::Proofs;
use crate::diagnostic::{Code, Diagnostic};
use crate::prove::{Around, is_at_most};
use crate::source::Span;

impl Proofs<'_> {
    pub(super) fn lifecycles(&mut self) {
        for (id, lifecycle) in self.program.lifecycles.enumerate() {
            let Some(places) = self.check.asked.transitions.get(&id) else { continue };
            self.unreached(id, lifecycle, places);
            for late in 0..lifecycle.transitions.len() {
                self.forestalled(lifecycle, places, late);
            }
            self.promises(id, lifecycle);
        }
    }

    /// Stages that no way leads to. Of several that lead to each other only the first in the row is told.
    fn unreached(&mut self, id: Id<Lifecycle>, lifecycle: &Lifecycle, places: &[Span]) {
        let reached = reachable(lifecycle, lifecycle.start);
        let lost: Vec<u16> = numbers(lifecycle).filter(|stage| !reached.contains(stage)).collect();
        let into = |stage: u16| lifecycle.transitions.iter().zip(places).filter(move |(it, _)| it.to == stage);
        let roots: Vec<u16> = lost.iter().copied().filter(|stage| into(*stage).next().is_none()).collect();
        let told = if roots.is_empty() { lost.into_iter().take(1).collect() } else { roots };
        for stage in told {
            let name = self.stage_name(lifecycle, stage);
            let Some(at) = self.check.names.member_declared(id, stage) else { continue };
            let message = format!("nobody ever comes to the stage `{name}`");
            let mut wrong = Diagnostic::new(Code::StageUnreached, at, message);
            for (_, place) in into(stage).take(2) {
                wrong = wrong.label(*place, "nobody is there to take this way");
            }
            let start = self.stage_name(lifecycle, lifecycle.start);
            if lifecycle.transitions.iter().all(|transition| !transition.from.contains(&lifecycle.start))
                && let Some(at) = self.check.names.member_declared(id, lifecycle.start)
            {
                wrong = wrong.label(at, format!("everybody starts as `{start}`, and nothing leads on from there"));
            }
            self.report(wrong.help(format!("add a transition to it: `{start} -> {name} on …`, or remove the stage")));
        }
    }

    /// A transition before which an earlier one fires, whatever stage it is in.
    fn forestalled(&mut self, lifecycle: &Lifecycle, places: &[Span], late: usize) {
        let (Some(transition), Some(place)) = (lifecycle.transitions.get(late), places.get(late)) else { return };
        if let Cause::When { condition, .. } = &transition.cause
            && (super::is_constant(condition)
                || self.hangs_on_settled(condition)
                || self.never(condition, Around::default()))
        {
            return;
        }
        let mut earlier: Vec<Span> = Vec::new();
        for stage in &transition.from {
            let before = lifecycle.transitions.iter().zip(places).take(late);
            let mut first = before.filter(|(it, _)| it.from.contains(stage));
            let Some((_, at)) = first.find(|(it, _)| self.goes_first(lifecycle, it, transition, *stage)) else {
                return;
            };
            if !earlier.contains(at) {
                earlier.push(*at);
            }
        }
        let message = "this transition never fires: an earlier one always goes first";
        let mut wrong = Diagnostic::new(Code::HiddenTransition, *place, message);
        for at in earlier {
            wrong = wrong.label(at, "goes first whenever the later one could");
        }
        self.report(wrong.help("of two that could both fire the first listed wins: change their order or a condition"));
    }

    /// Whether one transition fires from a stage whenever a later one could.
    fn goes_first(&self, lifecycle: &Lifecycle, first: &Transition, second: &Transition, stage: u16) -> bool {
        // A stage is entered once in a turn: who comes from there in the same turn can only take the second way.
        let back = first.to != second.to && reachable(lifecycle, first.to).contains(&stage);
        if back && !self.entered_by_the_same(lifecycle, first.to, second) {
            return false;
        }
        let implied =
            |first: &flow_graph::Expr, second: &flow_graph::Expr| self.prover.implies(second, first, Around::default());
        match (&first.cause, &second.cause) {
            (Cause::When { condition: a, hold: None }, Cause::When { condition: b, .. }) => implied(a, b),
            (Cause::When { condition: a, hold: Some(short) }, Cause::When { condition: b, hold: Some(long) }) => {
                // Both clocks run: the first has to run at least as long.
                second.from.iter().all(|stage| first.from.contains(stage)) && is_at_most(*short, *long) && implied(a, b)
            }
            (Cause::On(a), Cause::On(b)) => b.iter().all(|second| a.iter().any(|first| self.covers(first, second))),
            (Cause::When { .. }, Cause::On(_) | Cause::When { .. }) | (Cause::On(_), Cause::When { .. }) => false,
        }
    }

    /// Whether a stage is only ever entered by the one event that a transition waits for, and that no step makes: then
    /// nobody has been there before in the same turn.
    fn entered_by_the_same(&self, lifecycle: &Lifecycle, stage: u16, second: &Transition) -> bool {
        let event = |cause: &Cause| -> Option<Id<Event>> {
            let Cause::On(triggers) = cause else { return None };
            let events = triggers.iter().map(|trigger| match trigger {
                Trigger::Event { event, .. } => Some(*event),
                Trigger::EnteredSegment(_)
                | Trigger::LeftSegment(_)
                | Trigger::BecomesBand { .. }
                | Trigger::EnteredStage { .. } => None,
            });
            let events = events.collect::<Option<BTreeSet<_>>>()?;
            events.first().copied().filter(|_| events.len() == 1)
        };
        let Some(awaited) = event(&second.cause) else { return false };
        let mut into = lifecycle.transitions.iter().filter(|transition| transition.to == stage);
        let steps = self.program.versions().flat_map(|sequence| &sequence.steps).map(|step| &step.kind);
        let actions = self
            .program
            .slas
            .iter()
            .flat_map(|sla| sla.breach.iter().chain(sla.reminders.iter().flat_map(|reminder| &reminder.actions)));
        let mut kinds = steps.chain(actions.map(|(kind, _)| kind));
        into.all(|transition| event(&transition.cause) == Some(awaited))
            && !kinds.any(|kind| matches!(kind, StepKind::Emit { event, .. } if *event == awaited))
    }

    /// `expect A -> B` where no way leads from A to B.
    fn promises(&mut self, id: Id<Lifecycle>, lifecycle: &Lifecycle) {
        let Some(places) = self.check.asked.expects.get(&id) else { return };
        for (expect, place) in lifecycle.expects.iter().zip(places) {
            if reachable(lifecycle, expect.from).contains(&expect.to) {
                continue;
            }
            let (from, to) = (self.stage_name(lifecycle, expect.from), self.stage_name(lifecycle, expect.to));
            let message = format!("no transition leads from `{from}` to `{to}`, not even by way of others");
            let wrong = Diagnostic::new(Code::ExpectImpossible, *place, message);
            self.report(wrong.help(format!("add `{from} -> {to} …`, or expect a way that there is")));
        }
    }

    fn stage_name(&self, lifecycle: &Lifecycle, stage: u16) -> String {
        lifecycle.stages.get(usize::from(stage)).cloned().unwrap_or_default()
    }
}

fn numbers(lifecycle: &Lifecycle) -> impl Iterator<Item = u16> + use<> {
    0..u16::try_from(lifecycle.stages.len()).unwrap_or(u16::MAX)
}

/// Stages that transitions lead to from one, itself included.
fn reachable(lifecycle: &Lifecycle, from: u16) -> BTreeSet<u16> {
    let mut reached = BTreeSet::from([from]);
    // Each round adds a stage or is the last.
    for _ in 0..lifecycle.stages.len() {
        for transition in &lifecycle.transitions {
            if transition.from.iter().any(|stage| reached.contains(stage)) {
                reached.insert(transition.to);
            }
        }
    }
    reached
}
