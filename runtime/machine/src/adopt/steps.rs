//! Where runs land in the new program, and who would be stranded.

use std::collections::BTreeMap;

use flow_graph::Id;
use flow_graph::program::{Earlier, Location, RetiredThen, Sequence, Step, StepId, StepKind};

use super::freeze::Kept;
use super::names::Names;

/// A sequence as runs follow it: as it is, or as an earlier program had it.
pub type Version = (Id<Sequence>, Option<Id<Earlier>>);

/// Somebody stands, or could stand, on a step that the new program does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranded {
    /// The sequence, in the old program.
    pub version: Version,
    /// The step there.
    pub step: StepId,
    /// How a clause calls the step: `sequence.cart.step.nudge`.
    pub address: String,
    /// How a clause calls the sequence: `sequence.cart`.
    pub whole: String,
    /// The line of the step, as it is written.
    pub text: String,
    /// Where that is, in the old program.
    pub at: Location,
    /// Why.
    pub why: WhyStranded,
}

/// Why somebody is stranded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyStranded {
    /// The step is gone, and no clause says what becomes of the people there.
    Step,
    /// The sequence is gone, and no clause says what becomes of the people there.
    Sequence,
    /// A clause sends them to a step that is not there either.
    Clause,
    /// `in flight finish`: what they need to finish the old version is gone: `the message \`nudge\``.
    Lacks(String),
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
    /// Where it stands, in the old version.
    Finish {
        /// The sequence.
        sequence: Id<Sequence>,
        /// Its old version.
        version: Id<Earlier>,
    },
    /// It ends.
    Exit,
}

/// Where runs land.
#[derive(Debug)]
pub(crate) struct Landings<'c> {
    pub(crate) names: Names<'c>,
    /// Versions that people finish.
    pub(crate) finishing: &'c BTreeMap<Version, Kept<Id<Earlier>>>,
}

impl Landings<'_> {
    /// Where a run lands that stands at a step of the old program.
    pub(crate) fn of(&self, version: Version, position: StepId) -> Result<Landing, Stranded> {
        let names = &self.names;
        let old = names.old.version(version.0, version.1);
        let place = old.and_then(|old| Some((old, old.steps.get(usize::from(position))?)));
        let Some((old, step)) = place else { return Ok(Landing::Exit) };
        let addresses = addresses(&old.name, step);
        let whole = format!("sequence.{}", old.name);
        let refuse = |why| Stranded {
            version,
            step: position,
            address: addresses.first().cloned().unwrap_or_default(),
            whole: whole.clone(),
            text: step.text.clone(),
            at: step.at,
            why,
        };
        let home = names.sequence(version.0).and_then(|id| Some((id, names.new.sequences.get(id)?)));
        let finishes = home.and_then(|(id, _)| Some((id, self.finishing.get(&version)?)));
        match finishes {
            Some((sequence, Ok(version))) => return Ok(Landing::Finish { sequence, version: *version }),
            Some((_, Err(lack))) => return Err(refuse(WhyStranded::Lacks(lack.clone()))),
            None => {}
        }
        if let Some(target) = addresses.iter().find_map(|address| names.moved(address)) {
            let target = self.target(home, target).ok_or_else(|| refuse(WhyStranded::Clause))?;
            return Ok(land(step, target));
        }
        if let Some((sequence, (place, target))) = home.and_then(|(id, new)| Some((id, find_same(new, step)?))) {
            return Ok(land(step, (sequence, place, target)));
        }
        let retired_step = || addresses.iter().find_map(|address| retired(names, address));
        let retired_whole = || if home.is_none() { retired(names, &whole) } else { None };
        match retired_step().or_else(retired_whole) {
            Some(RetiredThen::Exit) => Ok(Landing::Exit),
            Some(RetiredThen::ContinueAt(target)) => {
                let (sequence, step, _) = self.target(home, target).ok_or_else(|| refuse(WhyStranded::Clause))?;
                Ok(Landing::Go { sequence, step })
            }
            None if home.is_none() => Err(refuse(WhyStranded::Sequence)),
            None => Err(refuse(WhyStranded::Step)),
        }
    }

    /// The step of which a clause speaks: of the sequence that it names, else of the one in which the run is.
    fn target(
        &self,
        home: Option<(Id<Sequence>, &'_ Sequence)>,
        address: &str,
    ) -> Option<(Id<Sequence>, StepId, &Step)> {
        let (sequence, step) = match address.split_once(".step.") {
            Some((sequence, step)) => {
                let name = sequence.strip_prefix("sequence.")?;
                (self.names.new.sequences.enumerate().find(|(_, it)| it.name == name)?.0, step)
            }
            None => (home?.0, address.strip_prefix("step.").unwrap_or(address)),
        };
        let (place, target) = find(self.names.new.sequences.get(sequence)?, step)?;
        Some((sequence, place, target))
    }
}

/// At a step of the same kind a run stays as it is; to one of another kind it comes anew.
fn land(before: &Step, (sequence, step, after): (Id<Sequence>, StepId, &Step)) -> Landing {
    match same_kind(&before.kind, &after.kind) {
        true => Landing::Stay { sequence, step },
        false => Landing::Go { sequence, step },
    }
}

/// The steps of a sequence at which people can be between two turns.
pub(crate) fn resting(sequence: &Sequence) -> impl Iterator<Item = StepId> {
    (0_u16..).zip(&sequence.steps).filter(|(_, step)| stays(&step.kind) != Stays::Never).map(|(position, _)| position)
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

/// How a clause may call a step, the best way first: by its label; without one by its words (`send cart_reminder` is
/// `send_cart_reminder`).
pub(crate) fn addresses(sequence: &str, step: &Step) -> Vec<String> {
    let words = step.id.split(|sign: char| !sign.is_alphanumeric() && sign != '_').filter(|word| !word.is_empty());
    let words = words.collect::<Vec<_>>().join("_");
    let names = step.label.iter().chain([&words, &step.id]);
    names.map(|name| format!("sequence.{sequence}.step.{name}")).collect()
}

fn retired<'p>(names: &Names<'p>, address: &str) -> Option<&'p RetiredThen> {
    names.new.retired.iter().find(|retired| retired.address == address).map(|retired| &retired.then)
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
