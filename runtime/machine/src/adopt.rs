//! A contact follows a changed program.
//!
//! State is carried over by name; `moved` clauses say where a name went. Steps are known by their identity. Nobody is
//! left on a step that is gone: without a clause for those who wait there the contact is refused, and
//! [`stranded`] says beforehand which steps that would be.
//!
//! Decisions where the language is silent:
//! * Everything due up to now happens under the old program first.
//! * Fields whose type has changed are empty; an enum follows the names of its values.
//! * Behaviours and score rules that have not changed keep their state. Changed and new ones are computed from the log;
//!   without a log they start empty.
//! * A stage that is gone without a clause becomes the nearest earlier stage that is still there, else the start.
//! * What changes because of the new program (segments, bands, transitions that hold now) is recorded with the program
//!   as its cause and triggers nothing. Only `enroll existing` begins runs.
//! * A step that is another kind now is come to anew. A wait is recomputed from when the person reached it; when that is
//!   over it goes on now.
//! * `in flight finish`: a run is bound to one program, so finishing the old version is not possible yet. A contact
//!   inside such a sequence is refused as long as its steps differ ([`WhyStranded::Finish`]); nothing is done wrongly.

mod carry;
mod facts;
mod names;
mod steps;

use std::sync::Arc;

use flow_graph::program::{Sequence, Trigger};
use flow_graph::{Id, Timestamp};

pub use steps::{Stranded, WhyStranded, stranded};

use crate::contact::Contact;
use crate::contact::journey::{Doing, Run};
use crate::decision::{Cause, ExitReason, Transition};
use crate::engine::Engine;
use crate::input::Event;
use crate::journey::runs::{self, Ending};
use crate::journey::{entries, lifecycle, waits};
use crate::step;
use crate::turn::Turn;
use names::Names;
use steps::Landing;

/// What becomes of a run under the new program.
#[derive(Debug)]
enum Fate {
    /// It stays where it stands.
    Stay,
    /// It goes on at another step.
    Go(u16),
    /// It ends.
    Exit,
}

/// Carries a contact over to a new program. `log` holds its events as the old program numbers them, in the order of
/// arrival with the instants of arrival.
///
/// # Errors
/// When the contact would stand on a step that is gone. Whoever asks keeps the contact as it was and discards `out`.
pub fn adopt(
    old: &Engine,
    new: &Engine,
    mut contact: Contact,
    log: Option<&[(Timestamp, Arc<Event>)]>,
    now: Timestamp,
    out: &mut Transition,
) -> Result<Contact, Stranded> {
    out.decisions.clear();
    let now = now.max(contact.now);
    step::catch_up(old, &mut contact, now, out);
    let names = Names { old: old.program(), new: new.program() };
    let mut runs = Vec::new();
    for run in &contact.journey.runs {
        let landing = steps::landing(&names, run.sequence, run.step)?;
        runs.push(carry_run(&names, run, landing));
    }
    let runs = without_doubles(runs.into_iter().flatten());
    let mut adopted = Contact {
        id: Arc::clone(&contact.id),
        now,
        born: contact.born,
        facts: crate::contact::Facts::new(new),
        journey: carry::journey(&names, &contact.journey),
    };
    facts::carry(&names, new, &contact, &mut adopted, log);
    let fresh = carry::new_lifecycles(&names);
    adopted.journey.runs = runs.iter().map(|(run, _)| run.clone()).collect();
    if adopted.born {
        let mut turn = Turn::new(new, &mut adopted, now, out);
        turn.cause = Cause::Program;
        turn.origin = Cause::Program;
        turn.silent = true;
        turn.refresh();
        for id in fresh {
            let Some(fresh) = turn.program().lifecycles.get(id) else { continue };
            lifecycle::enter(&mut turn, id, None, fresh.start, fresh.at);
        }
        lifecycle::settle(&mut turn, &mut Vec::new());
        turn.refresh();
        turn.silent = false;
        for (run, fate) in runs {
            place(&mut turn, &run, &fate);
        }
        enroll_existing(&mut turn, &names);
        turn.finish();
    }
    out.next_wake = adopted.journey.wake;
    Ok(adopted)
}

/// Where a key is gone from the program, several runs become one: the oldest stays.
fn without_doubles(runs: impl Iterator<Item = (Run, Fate)>) -> Vec<(Run, Fate)> {
    let mut kept: Vec<(Run, Fate)> = Vec::new();
    for (run, fate) in runs {
        let taken = kept.iter().any(|(known, _)| known.sequence == run.sequence && known.key == run.key);
        kept.push((run, if taken { Fate::Exit } else { fate }));
    }
    kept
}

fn carry_run(names: &Names<'_>, run: &Run, landing: Landing) -> Option<(Run, Fate)> {
    let (sequence, step, fate) = match landing {
        Landing::Stay { sequence, step } => (sequence, step, Fate::Stay),
        Landing::Go { sequence, step } => (sequence, step, Fate::Go(step)),
        Landing::Exit { sequence } => (sequence?, 0, Fate::Exit),
    };
    Some((carry::run(names, run, sequence, step), fate))
}

fn place(turn: &mut Turn<'_>, run: &Run, fate: &Fate) {
    let Some(sequence) = turn.program().sequences.get(run.sequence) else { return };
    match fate {
        Fate::Stay if matches!(run.doing, Doing::Waiting { .. }) => waits::renew(turn, run.serial),
        Fate::Stay => {}
        Fate::Go(step) => runs::advance(turn, run.serial, Some(*step)),
        Fate::Exit => {
            runs::end(turn, run.serial, Ending::Exit { reason: ExitReason::Retired, at: sequence.at });
        }
    }
}

/// A new sequence takes those who are where its triggers lead.
fn enroll_existing(turn: &mut Turn<'_>, names: &Names<'_>) {
    for (id, sequence) in turn.program().sequences.enumerate() {
        if sequence.enroll_existing && is_new(names, id) && sequence.enter.iter().any(|it| stands(turn, it)) {
            entries::enter(turn, id, sequence, None);
        }
    }
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
