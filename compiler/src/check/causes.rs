//! Sequences that cause each other in a circle which no wait breaks: such a turn would never end.
//!
//! Followed are `emit` with what enters on that event, and `enroll in`. Conditions are not looked at, so a circle that
//! only a `where` could break is refused too: put a wait into it. A sequence that nobody can enter twice in one turn
//! breaks every circle: `once`, and `again after`, unless a key makes each run another one. Circles through `set`,
//! segments, bands and stages are not looked for: whether a membership really changes back hangs on values.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use flow_graph::Id;
use flow_graph::program::{Again, Sequence, Step, StepId, StepKind, Trigger};

use super::Check;
use crate::diagnostic::{Code, Diagnostic};

/// A step that begins a run of another sequence in the same turn.
#[derive(Debug, Clone)]
struct Cause {
    from: Id<Sequence>,
    step: StepId,
    to: Id<Sequence>,
    /// `` `a` emits `x`, which begins `b` ``
    words: String,
}

impl Check<'_> {
    pub(super) fn cause_loops(&mut self) {
        let mut causes: BTreeMap<Id<Sequence>, Vec<Cause>> = BTreeMap::new();
        for (id, sequence) in self.program.sequences.enumerate() {
            causes.insert(id, self.causes_of(id, &sequence.steps));
        }
        let mut reported = BTreeSet::new();
        for id in self.program.sequences.ids() {
            if reported.contains(&id) {
                continue;
            }
            if let Some(round) = circle(&causes, id) {
                reported.extend(round.iter().map(|cause| cause.from));
                self.endless(&round);
            }
        }
    }

    fn endless(&mut self, round: &[Cause]) {
        let Some(first) = round.first() else { return };
        let place = |check: &Self, cause: &Cause| check.flow.places.get(&(cause.from, cause.step)).copied();
        let Some(primary) = place(self, first) else { return };
        let message =
            format!("the sequence `{}` begins itself again in the same turn, without end", self.names.name(first.from));
        let mut wrong = Diagnostic::new(Code::CauseLoop, primary, message).here(first.words.clone());
        for cause in round.iter().skip(1) {
            if let Some(span) = place(self, cause) {
                wrong = wrong.label(span, cause.words.clone());
            }
        }
        let way: Vec<&str> = round.iter().map(|cause| cause.words.as_str()).collect();
        self.report(wrong.help(format!("at one instant {}, and so on: put a `wait` between", way.join(", then "))));
    }

    /// Whether one turn can begin two runs of a sequence.
    fn twice_in_a_turn(&self, id: Id<Sequence>) -> bool {
        self.program.sequences.get(id).is_some_and(|sequence| match sequence.again {
            Again::Always => true,
            Again::Once | Again::After(_) => sequence.key.is_some(),
        })
    }

    /// What a sequence begins before its first wait.
    fn causes_of(&self, from: Id<Sequence>, steps: &[Step]) -> Vec<Cause> {
        let mut causes = Vec::new();
        let name = self.names.name(from);
        for step in at_once(steps) {
            let Some(kind) = steps.get(usize::from(step)).map(|step| &step.kind) else { continue };
            if let StepKind::Enroll(to) = kind {
                if !self.twice_in_a_turn(*to) {
                    continue;
                }
                let words = format!("`{name}` enrolls in `{}`", self.names.name(*to));
                causes.push(Cause { from, step, to: *to, words });
            } else if let StepKind::Emit { event, .. } = kind {
                for (to, sequence) in self.program.sequences.enumerate() {
                    let begins = |trigger: &Trigger| matches!(trigger, Trigger::Event { event: by, .. } if by == event);
                    if sequence.enter.iter().any(begins) && self.twice_in_a_turn(to) {
                        let words = format!(
                            "`{name}` emits `{}`, which begins `{}`",
                            self.names.name(*event),
                            self.names.name(to)
                        );
                        causes.push(Cause { from, step, to, words });
                    }
                }
            }
        }
        causes
    }
}

/// The steps that a run can come to without time passing, from its first one on.
fn at_once(steps: &[Step]) -> BTreeSet<StepId> {
    let mut seen = BTreeSet::new();
    let mut open: VecDeque<StepId> = VecDeque::from([0]);
    while let Some(id) = open.pop_front() {
        let Some(step) = steps.get(usize::from(id)) else { continue };
        if !seen.insert(id) {
            continue;
        }
        match &step.kind {
            StepKind::Wait(_) | StepKind::WaitFor { .. } | StepKind::Exit => {}
            StepKind::Choose { arms, otherwise } => {
                open.extend(arms.iter().filter_map(|(_, target)| *target));
                open.extend(*otherwise);
            }
            StepKind::Split { arms, .. } => open.extend(arms.iter().filter_map(|arm| arm.target)),
            // A time of day may be now, and a message may leave at once.
            StepKind::WaitUntil(_)
            | StepKind::Send(_)
            | StepKind::Set(_)
            | StepKind::Call { .. }
            | StepKind::Notify { .. }
            | StepKind::Emit { .. }
            | StepKind::Enroll(_) => open.extend(step.next),
        }
    }
    seen
}

/// The shortest way from a sequence back to itself.
fn circle(causes: &BTreeMap<Id<Sequence>, Vec<Cause>>, start: Id<Sequence>) -> Option<Vec<Cause>> {
    let mut seen = BTreeSet::new();
    let mut open: VecDeque<(Id<Sequence>, Vec<Cause>)> = VecDeque::from([(start, Vec::new())]);
    while let Some((at, way)) = open.pop_front() {
        for cause in causes.get(&at).into_iter().flatten() {
            let mut further = way.clone();
            further.push(cause.clone());
            if cause.to == start {
                return Some(further);
            }
            if seen.insert(cause.to) {
                open.push_back((cause.to, further));
            }
        }
    }
    None
}
