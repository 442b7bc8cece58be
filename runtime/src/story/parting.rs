//! Where a run that is over took another way than the one to a message.

use std::collections::BTreeSet;

use flow_graph::program::{Message, Sequence, Step, StepId, StepKind};
use flow_graph::{Id, Timestamp};

use crate::record::{Kind, Record};

/// The step at which the latest run of a sequence left every way to a message. Which way was taken is known of a
/// split, since it is recorded; elsewhere it is told by what the run did behind the step.
pub(super) fn parting<'p>(sequence: &'p Sequence, message: Id<Message>, run: &Trace<'_>) -> Option<&'p Step> {
    let leads = |from: &Option<StepId>| {
        reach(sequence, *from).iter().any(|step| sequence.steps.get(*step).is_some_and(|step| sends(step, message)))
    };
    for step in &sequence.steps {
        let (to, away): (Vec<_>, Vec<_>) = ways(&step.kind).into_iter().partition(|(_, target)| leads(target));
        if to.is_empty() || away.is_empty() {
            continue;
        }
        let was_away = match &step.kind {
            StepKind::Split { salt, .. } => {
                let arm = run.arm(salt)?;
                away.iter().any(|(name, _)| *name == Some(arm))
            }
            StepKind::Wait(_)
            | StepKind::WaitUntil(_)
            | StepKind::WaitFor { .. }
            | StepKind::Send(_)
            | StepKind::Choose { .. }
            | StepKind::Set(_)
            | StepKind::Call { .. }
            | StepKind::Notify { .. }
            | StepKind::Emit { .. }
            | StepKind::Enroll(_)
            | StepKind::Exit => {
                let all = |ways: &[Way<'_>]| -> BTreeSet<usize> {
                    ways.iter().flat_map(|(_, target)| reach(sequence, *target)).collect()
                };
                let only: Vec<_> = all(&to).difference(&all(&away)).copied().collect();
                !only.iter().any(|step| sequence.steps.get(*step).is_some_and(|step| run.did(step)))
            }
        };
        if was_away {
            return Some(step);
        }
    }
    None
}

/// What a run did, as far as it is recorded.
pub(super) struct Trace<'a> {
    records: Vec<&'a Record>,
}

impl<'a> Trace<'a> {
    /// The run of a sequence that ended with a record.
    pub(super) fn of(sequence: &Sequence, records: &[&'a Record], end: &Record) -> Self {
        let began = |record: &&&Record| {
            record.kind == Kind::Enrolled && record.name == sequence.name && record.detail("key") == end.detail("key")
        };
        let began: Option<Timestamp> = records.iter().filter(began).map(|record| record.at).max();
        let item = format!("sequence {}", sequence.name);
        let own = records.iter().filter(|record| record.why.item == item && Some(record.at) >= began);
        Self { records: own.copied().collect() }
    }

    fn did(&self, step: &Step) -> bool {
        let done = |record: &&&Record| !matches!(record.kind, Kind::Enrolled | Kind::Exited | Kind::Goal);
        self.records.iter().filter(done).any(|record| record.why.line == step.at.line)
    }

    fn arm(&self, salt: &str) -> Option<&str> {
        let latest = self.records.iter().rev().find(|record| record.kind == Kind::Split && record.name == salt);
        latest.map(|record| record.text("arm"))
    }
}

/// A way out of a step that branches: its name, where it has one, and where it leads.
type Way<'p> = (Option<&'p str>, Option<StepId>);

fn ways(kind: &StepKind) -> Vec<Way<'_>> {
    match kind {
        StepKind::WaitFor { branches, timeout, limit, .. } => {
            let mut ways: Vec<Way<'_>> = branches.iter().map(|(_, target)| (None, *target)).collect();
            ways.extend(limit.map(|_| (None, *timeout)));
            ways
        }
        StepKind::Choose { arms, otherwise } => {
            arms.iter().map(|(_, target)| (None, *target)).chain([(None, *otherwise)]).collect()
        }
        StepKind::Split { arms, .. } => arms.iter().map(|arm| (Some(arm.name.as_str()), arm.target)).collect(),
        StepKind::Wait(_)
        | StepKind::WaitUntil(_)
        | StepKind::Send(_)
        | StepKind::Set(_)
        | StepKind::Call { .. }
        | StepKind::Notify { .. }
        | StepKind::Emit { .. }
        | StepKind::Enroll(_)
        | StepKind::Exit => Vec::new(),
    }
}

/// All steps from one on.
fn reach(sequence: &Sequence, from: Option<StepId>) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut open = vec![from];
    while let Some(step) = open.pop() {
        let Some(position) = step.map(usize::from) else { continue };
        let Some(step) = sequence.steps.get(position) else { continue };
        if found.insert(position) {
            open.push(step.next.filter(|_| step.kind != StepKind::Exit));
            open.extend(ways(&step.kind).into_iter().map(|(_, target)| target));
        }
    }
    found
}

fn sends(step: &Step, message: Id<Message>) -> bool {
    step.kind == StepKind::Send(message)
}
