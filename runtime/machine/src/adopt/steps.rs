//! Where runs land in the new program, and who would be stranded.

use flow_graph::Id;
use flow_graph::program::{RetiredThen, Sequence, Step, StepId, StepKind};

use super::names::Names;
use crate::engine::Engine;

/// Somebody stands, or could stand, on a step that the new program does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranded {
    /// Name of the sequence, in the old program.
    pub sequence: String,
    /// Identity of the step, in the old program.
    pub step: String,
    /// Why.
    pub why: WhyStranded,
}

/// Why somebody is stranded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyStranded {
    /// The step or the sequence is gone, and no clause says what becomes of the people there.
    Gone,
    /// A clause sends them to a step that is not there either.
    Clause,
    /// `in flight finish`: they shall finish the old version, which is not possible yet.
    Finish,
}

/// Where a run lands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Landing {
    /// Where it stands.
    Stay {
        /// The sequence.
        sequence: Id<Sequence>,
        /// The step.
        step: StepId,
    },
    /// At a step that it comes to anew.
    Go {
        /// The sequence.
        sequence: Id<Sequence>,
        /// The step.
        step: StepId,
    },
    /// It ends; of a sequence that is gone nothing can be said any more.
    Exit {
        /// The sequence, where it is still there.
        sequence: Option<Id<Sequence>>,
    },
}

/// Steps where people can be when the program changes, and which would strand them.
#[must_use]
pub fn stranded(old: &Engine, new: &Engine) -> Vec<Stranded> {
    let names = Names { old: old.program(), new: new.program() };
    let mut stranded = Vec::new();
    for (id, sequence) in old.program().sequences.enumerate() {
        for (position, step) in (0_u16..).zip(&sequence.steps) {
            if holds_people(step) {
                stranded.extend(landing(&names, id, position).err());
            }
        }
    }
    stranded
}

/// Where a run lands that stands at a step of the old program.
pub(crate) fn landing(names: &Names<'_>, id: Id<Sequence>, position: StepId) -> Result<Landing, Stranded> {
    let old = names.old.sequences.get(id);
    let step = old.and_then(|old| old.steps.get(usize::from(position)));
    let refuse = |why| Stranded {
        sequence: old.map(|old| old.name.clone()).unwrap_or_default(),
        step: step.map(|step| step.id.clone()).unwrap_or_default(),
        why,
    };
    let (Some(old), Some(step)) = (old, step) else { return Err(refuse(WhyStranded::Gone)) };
    let new_id = names.sequence(id);
    let new = new_id.and_then(|new| names.new.sequences.get(new));
    let (Some(new_id), Some(new)) = (new_id, new) else {
        return match retired(names, &format!("sequence.{}", old.name)) {
            Some(RetiredThen::Exit) => Ok(Landing::Exit { sequence: None }),
            Some(RetiredThen::ContinueAt(_)) => Err(refuse(WhyStranded::Clause)),
            None => Err(refuse(WhyStranded::Gone)),
        };
    };
    if new.in_flight_finish && !same_steps(old, new) {
        return Err(refuse(WhyStranded::Finish));
    }
    let to = |step: StepId, anew: bool| match anew {
        true => Landing::Go { sequence: new_id, step },
        false => Landing::Stay { sequence: new_id, step },
    };
    let addresses = addresses(&old.name, step);
    if let Some(moved) = addresses.iter().find_map(|address| names.moved(address)) {
        let target = moved.split_once(".step.").map_or(moved, |(_, step)| step);
        let (place, target) = find(new, target).ok_or_else(|| refuse(WhyStranded::Clause))?;
        return Ok(to(place, !same_kind(&step.kind, &target.kind)));
    }
    if let Some((place, target)) = find_same(new, step) {
        return Ok(to(place, !same_kind(&step.kind, &target.kind)));
    }
    match addresses.iter().find_map(|address| retired(names, address)) {
        Some(RetiredThen::Exit) => Ok(Landing::Exit { sequence: Some(new_id) }),
        Some(RetiredThen::ContinueAt(target)) => {
            let target = target.split_once(".step.").map_or(target.as_str(), |(_, step)| step);
            let target = target.strip_prefix("step.").unwrap_or(target);
            find(new, target).map(|(place, _)| to(place, true)).ok_or_else(|| refuse(WhyStranded::Clause))
        }
        None => Err(refuse(WhyStranded::Gone)),
    }
}

/// The same step in another version: by label, else by identity.
pub(crate) fn find_same<'s>(sequence: &'s Sequence, step: &Step) -> Option<(StepId, &'s Step)> {
    let mut steps = (0_u16..).zip(&sequence.steps);
    let by_label = step
        .label
        .as_ref()
        .and_then(|label| (0_u16..).zip(&sequence.steps).find(|(_, known)| known.label.as_ref() == Some(label)));
    by_label.or_else(|| steps.find(|(_, known)| known.id == step.id))
}

fn find<'s>(sequence: &'s Sequence, name: &str) -> Option<(StepId, &'s Step)> {
    let named = |step: &Step| step.id == name || step.label.as_deref() == Some(name);
    (0_u16..).zip(&sequence.steps).find(|(_, step)| named(step))
}

/// How a clause may call a step.
fn addresses(sequence: &str, step: &Step) -> Vec<String> {
    let names = step.label.iter().chain([&step.id]);
    names.map(|name| format!("sequence.{sequence}.step.{name}")).collect()
}

fn retired<'p>(names: &Names<'p>, address: &str) -> Option<&'p RetiredThen> {
    names.new.retired.iter().find(|retired| retired.address == address).map(|retired| &retired.then)
}

/// Whether people can be there between two turns.
fn holds_people(step: &Step) -> bool {
    stays(&step.kind) != Stays::Never
}

/// Whether a run that stands at one step can stand at another one.
fn same_kind(before: &StepKind, after: &StepKind) -> bool {
    stays(before) == stays(after)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stays {
    Waiting,
    Sending,
    Never,
}

fn stays(kind: &StepKind) -> Stays {
    match kind {
        StepKind::Wait(_) | StepKind::WaitUntil(_) | StepKind::WaitFor { .. } => Stays::Waiting,
        StepKind::Send(_) => Stays::Sending,
        StepKind::Choose { .. }
        | StepKind::Split { .. }
        | StepKind::Set(_)
        | StepKind::Call { .. }
        | StepKind::Notify { .. }
        | StepKind::Emit { .. }
        | StepKind::Enroll(_)
        | StepKind::Exit => Stays::Never,
    }
}

fn same_steps(old: &Sequence, new: &Sequence) -> bool {
    let shape = |step: &Step| (step.id.clone(), step.text.clone(), step.next);
    old.steps.len() == new.steps.len() && old.steps.iter().map(shape).eq(new.steps.iter().map(shape))
}
