//! Runs: how one begins, goes on from step to step, and ends.

use std::sync::Arc;

use flow_graph::program::{Location, Sequence, Step, StepId};
use flow_graph::{Id, Value};
use thin_vec::ThinVec;

use super::{hash, steps};
use crate::contact::journey::{Doing, Run};
use crate::contact::small;
use crate::decision::{DecisionKind, ExitReason, Gate, Item, Send};
use crate::input::Event;
use crate::trace::Point;
use crate::turn::Turn;

/// How a run ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ending {
    /// At its goal.
    Goal {
        /// In time.
        converted: bool,
        /// The line responsible.
        at: Location,
    },
    /// Without it.
    Exit {
        /// Why.
        reason: ExitReason,
        /// The line responsible.
        at: Location,
    },
}

/// What follows from a step.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Next {
    /// The run goes on at a step, or is at its end.
    To(Option<StepId>),
    /// The run stays.
    Stay,
    /// The run ends.
    End(ExitReason),
}

/// Where a run stands, with what it needs there at hand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'p> {
    /// The run.
    pub(crate) serial: u32,
    /// Its sequence.
    pub(crate) sequence: Id<Sequence>,
    /// The step.
    pub(crate) step: &'p Step,
}

/// Begins a run at the first step.
pub(crate) fn begin(turn: &mut Turn<'_>, id: Id<Sequence>, key: Option<Value>, trigger: Option<Arc<Event>>) {
    let Some(sequence) = turn.program().sequences.get(id) else { return };
    let salt = turn.engine.holdout(id);
    let share = sequence.holdout.zip(salt);
    let holdout = share.is_some_and(|(share, salt)| hash::point(turn, salt) < share);
    let now = turn.now;
    let owner = Arc::clone(&turn.contact.id);
    let journey = &mut turn.contact.journey;
    let (serial, number) = journey.number(id);
    let run = Run {
        sequence: id,
        version: None,
        serial,
        owner,
        number,
        key: key.clone(),
        trigger,
        entered: now,
        holdout,
        step: 0,
        since: now,
        doing: Doing::Moving,
        visited: ThinVec::new(),
        seen: ThinVec::new(),
    };
    small::push(&mut journey.runs, run);
    turn.runs_changed();
    turn.decide(Item::Sequence(id), sequence.enter_at, DecisionKind::Enrolled { sequence: id, key, holdout });
    advance(turn, serial, if sequence.steps.is_empty() { None } else { Some(0) });
}

/// Goes on at a step, and from there as far as the run gets in this turn.
pub(crate) fn advance(turn: &mut Turn<'_>, serial: u32, to: Option<StepId>) {
    let Some(run) = turn.contact.journey.run(serial) else { return };
    let sequence = run.sequence;
    let Some(version) = turn.version(run) else { return };
    let steps = &version.steps;
    let mut next = to;
    // Steps lead forward: a way longer than all of them together was written by no compiler.
    for _ in 0..=steps.len() {
        let Some((to, step)) = next.and_then(|to| Some((to, steps.get(usize::from(to))?))) else { break };
        let now = turn.now;
        let Some(run) = turn.contact.journey.run_mut(serial) else { return };
        (run.step, run.since, run.doing) = (to, now, Doing::Moving);
        if run.version.is_none() {
            turn.note(Point::Step(sequence, to));
        }
        turn.doubt(|apart| apart.step(sequence, to));
        match steps::arrive(turn, Place { serial, sequence, step }) {
            Next::To(to) => next = to,
            Next::Stay => return,
            Next::End(reason) => return end(turn, serial, Ending::Exit { reason, at: step.at }),
        }
    }
    let at = turn.contact.journey.run(serial).and_then(|run| steps.get(usize::from(run.step))).map(|step| step.at);
    end(turn, serial, Ending::Exit { reason: ExitReason::Finished, at: at.unwrap_or(version.at) });
}

/// Ends a run; a message of it that still wished to leave is dropped.
pub(crate) fn end(turn: &mut Turn<'_>, serial: u32, ending: Ending) {
    let Some(position) = turn.contact.journey.runs.iter().position(|run| run.serial == serial) else { return };
    let (Ending::Goal { at, .. } | Ending::Exit { at, .. }) = ending;
    let send = turn.contact.journey.run(serial).and_then(|run| wish(turn, run));
    let run = turn.contact.journey.runs.remove(position);
    let sequence = run.sequence;
    let item = Item::Sequence(sequence);
    turn.runs_changed();
    if let Some(send) = send {
        turn.decide(item, at, DecisionKind::Dropped { send, gate: Gate::Wanted });
    }
    let key = run.key;
    turn.decide(
        item,
        at,
        match ending {
            Ending::Goal { converted, .. } => DecisionKind::Goal { sequence, key, converted },
            Ending::Exit { reason, .. } => DecisionKind::Exited { sequence, key, reason },
        },
    );
}

/// The message that a run wishes to send, if it stands at one.
pub(crate) fn wish(turn: &Turn<'_>, run: &Run) -> Option<Send> {
    if !matches!(run.doing, Doing::Sending(_)) {
        return None;
    }
    let sequence = turn.version(run)?;
    let step = sequence.steps.get(usize::from(run.step))?;
    let flow_graph::program::StepKind::Send(message) = step.kind else { return None };
    let key = identity(turn, run)?;
    Some(Send { message, sequence: run.sequence, version: run.version, step: run.step, key, data: None })
}

/// The identity of what a run does at its step: `contact/sequence/run/step id/visit`.
pub(crate) fn identity(turn: &Turn<'_>, run: &Run) -> Option<String> {
    let sequence = turn.version(run)?;
    let step = sequence.steps.get(usize::from(run.step))?;
    // Made for each message, as often as it is decided: much cheaper than by `format!`.
    let mut identity = String::with_capacity(run.owner.len() + sequence.name.len() + step.id.len() + NUMBERS);
    for text in [&*run.owner, "/", &sequence.name, "/"] {
        identity.push_str(text);
    }
    push_number(&mut identity, u64::from(run.number));
    for text in ["/", &step.id, "/"] {
        identity.push_str(text);
    }
    push_number(&mut identity, run.visit() as u64);
    Some(identity)
}

/// Room for the numbers of nearly every identity, and what stands between its parts.
const NUMBERS: usize = 10;

/// In decimal digits.
fn push_number(text: &mut String, number: u64) {
    if number >= 10 {
        push_number(text, number / 10);
    }
    text.extend(char::from_digit((number % 10) as u32, 10));
}
