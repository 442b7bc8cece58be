//! Runs on their way into the new program: each ends, stays, or goes on somewhere.

use flow_graph::Id;
use flow_graph::program::{Sequence, StepId, Trigger};

use super::fates::{self, Fate, Fated};
use super::names::Names;
use super::steps::{Landing, Version};
use crate::contact::Contact;
use crate::contact::journey::{Doing, Run};
use crate::decision::{Cause, ExitReason, Transition};
use crate::engine::Engine;
use crate::journey::runs::{self, Ending};
use crate::journey::{entries, lifecycle, waits};
use crate::turn::{Batch, Turn};

/// How a run goes on under the new program.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// Where it stands.
    Stay,
    /// Where it stands, under another name.
    Renamed,
    /// At another step.
    Go(u16),
    /// In the version in which it is.
    Finish,
    /// It ends.
    Exit,
}

/// A run on its way into the new program.
#[derive(Debug)]
pub(super) struct Carried {
    pub(super) run: Run,
    way: Way,
    /// Where it stood in the old program.
    pub(super) from: (Version, StepId),
}

/// Runs end as the old program has them: the new one does not know where they stand.
pub(super) fn leave(old: &Engine, contact: &mut Contact, landings: &[Landing], out: &mut Transition) -> Vec<Fated> {
    let gone = contact.journey.runs.iter().zip(landings).filter(|(_, landing)| **landing == Landing::Exit);
    let gone: Vec<_> = gone.map(|(run, _)| run.clone()).collect();
    if gone.is_empty() {
        return Vec::new();
    }
    let now = contact.now;
    let mut turn = Turn::new(old, contact, now, out);
    turn.cause = Cause::Program;
    turn.origin = Cause::Program;
    for run in &gone {
        let at = turn.version(run).map(|it| it.steps.get(usize::from(run.step)).map_or(it.at, |step| step.at));
        let Some(at) = at else { continue };
        runs::end(&mut turn, run.serial, Ending::Exit { reason: ExitReason::Retired, at });
    }
    let exited = |run: &Run| Fated::new(((run.sequence, run.version), run.step), Fate::Exited);
    gone.iter().map(exited).collect()
}

/// What the new program makes of a contact at once; the sequences that it enters because of `enroll existing`.
pub(super) fn settle(
    mut turn: Turn<'_>,
    names: &Names<'_>,
    runs: &[Carried],
    fates: &mut Vec<Fated>,
) -> Vec<Id<Sequence>> {
    turn.cause = Cause::Program;
    turn.origin = Cause::Program;
    turn.silent = true;
    turn.refresh();
    for id in super::carry::new_lifecycles(names) {
        let Some(fresh) = turn.program().lifecycles.get(id) else { continue };
        lifecycle::enter(&mut turn, id, None, fresh.start, fresh.at);
    }
    lifecycle::settle(&mut turn, &mut Batch::new());
    turn.refresh();
    turn.silent = false;
    fates.extend(runs.iter().map(|carried| place(&mut turn, carried)));
    let enrolled = enroll_existing(&mut turn, names);
    turn.finish();
    enrolled
}

/// Where a key is gone from the program, several runs become one: the oldest stays.
pub(super) fn without_doubles(runs: impl Iterator<Item = Carried>) -> Vec<Carried> {
    let mut kept: Vec<Carried> = Vec::new();
    for carried in runs {
        let same = |known: &Carried| known.run.sequence == carried.run.sequence && known.run.key == carried.run.key;
        let way = if kept.iter().any(same) { Way::Exit } else { carried.way };
        kept.push(Carried { way, ..carried });
    }
    kept
}

/// A run at its place in the new program; none where it has ended.
pub(super) fn carry(names: &Names<'_>, run: &Run, landing: Landing) -> Option<Carried> {
    let from = ((run.sequence, run.version), run.step);
    let (sequence, step, way) = match landing {
        Landing::Finish { sequence, version } => {
            return Some(Carried {
                run: super::carry::finishing(names, run, sequence, version),
                way: Way::Finish,
                from,
            });
        }
        Landing::Stay { sequence, step } => (sequence, step, stay(names, run, sequence, step)),
        Landing::Go { sequence, step } => (sequence, step, Way::Go(step)),
        Landing::Exit => return None,
    };
    Some(Carried { run: super::carry::run(names, run, sequence, step), way, from })
}

/// Staying under another name is a move too.
fn stay(names: &Names<'_>, run: &Run, sequence: Id<Sequence>, step: u16) -> Way {
    let name = |sequence: Option<&Sequence>, step: u16| {
        let sequence = sequence?;
        Some((sequence.name.clone(), sequence.steps.get(usize::from(step))?.id.clone()))
    };
    let before = name(names.old.version(run.sequence, run.version), run.step);
    let after = name(names.new.sequences.get(sequence), step);
    if before == after { Way::Stay } else { Way::Renamed }
}

/// Lets a run go on, and says what became of it.
fn place(turn: &mut Turn<'_>, carried: &Carried) -> Fated {
    let Carried { run, way, from } = carried;
    let fated = |fate| Fated::new(*from, fate);
    let moved = |step| fated(Fate::Moved { sequence: run.sequence, step });
    match *way {
        Way::Stay | Way::Renamed => {
            if matches!(run.doing, Doing::Waiting { .. }) {
                waits::renew(turn, run.serial);
            }
            let wait = fates::renewed(run, turn.contact.journey.run(run.serial), turn.now);
            let fate = if wait.is_some() { fated(Fate::Recomputed) } else { fated(Fate::Stayed) };
            let fate = if matches!(way, Way::Renamed) { moved(run.step) } else { fate };
            Fated { wait, ..fate }
        }
        Way::Finish => fated(Fate::Finishing),
        Way::Go(step) => {
            runs::advance(turn, run.serial, Some(step));
            moved(step)
        }
        Way::Exit => {
            let at = turn.program().sequences.get(run.sequence).map(|sequence| sequence.at);
            if let Some(at) = at {
                runs::end(turn, run.serial, Ending::Exit { reason: ExitReason::Retired, at });
            }
            fated(Fate::Exited)
        }
    }
}

/// A new sequence takes those who are where its triggers lead.
fn enroll_existing(turn: &mut Turn<'_>, names: &Names<'_>) -> Vec<Id<Sequence>> {
    let mut enrolled = Vec::new();
    for (id, sequence) in turn.program().sequences.enumerate() {
        if sequence.enroll_existing && is_new(names, id) && sequence.enter.iter().any(|it| stands(turn, it)) {
            let before = turn.contact.journey.next_serial;
            entries::enter(turn, id, sequence, None);
            if turn.contact.journey.next_serial > before {
                enrolled.push(id);
            }
        }
    }
    enrolled
}

fn is_new(names: &Names<'_>, id: Id<Sequence>) -> bool {
    names.old.sequences.ids().all(|old| names.sequence(old) != Some(id))
}

fn stands(turn: &Turn<'_>, trigger: &Trigger) -> bool {
    match trigger {
        Trigger::EnteredSegment(segment) => turn.contact.facts.in_segment(*segment),
        Trigger::EnteredStage { lifecycle, stage } => turn.contact.journey.stage(*lifecycle) == *stage,
        Trigger::BecomesBand { score, band } => turn.contact.facts.band(*score) == Some(*band),
        Trigger::Event { .. } | Trigger::LeftSegment(_) => false,
    }
}
