//! What a run does at a step: one file for each kind; here it is only dispatched.

pub(crate) mod call;
pub(crate) mod choose;
pub(crate) mod emit;
pub(crate) mod enroll;
pub(crate) mod notify;
pub(crate) mod send;
pub(crate) mod set;
pub(crate) mod split;
pub(crate) mod wait;
pub(crate) mod wait_for;
pub(crate) mod wait_until;

use std::sync::Arc;

use flow_graph::program::{Location, StepKind};
use flow_graph::{Timestamp, Value};

use super::runs::{Next, Place};
use crate::contact::journey::Run;
use crate::contact::small;
use crate::decision::{ExitReason, Item, RenderData};
use crate::input::Event;
use crate::turn::{Scope, Turn};

/// On whose behalf something is done: a run's, or a service level's.
#[derive(Debug)]
pub(crate) struct Actor {
    /// The item responsible.
    pub(crate) item: Item,
    /// The line responsible.
    pub(crate) at: Location,
    /// The event that began the run or the clock.
    pub(crate) trigger: Option<Arc<Event>>,
    /// The key of the run.
    pub(crate) key: Option<Value>,
    /// Identifies what is made.
    pub(crate) identity: String,
    /// Held out: nobody outside hears of it.
    pub(crate) holdout: bool,
}

impl Actor {
    /// What its expressions may look at.
    pub(crate) fn scope(&self) -> Scope<'_> {
        Scope { this: None, trigger: self.trigger.as_deref(), key: self.key.as_ref() }
    }
}

/// When a waiting run goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// At an instant.
    At(Timestamp),
    /// When something happens, however long it takes.
    Open,
    /// The moment was over before the run came to it, or there is none.
    Passed {
        /// The run ends; else it goes on.
        exit: bool,
    },
}

/// A run has come to a step.
pub(crate) fn arrive(turn: &mut Turn<'_>, place: Place<'_>) -> Next {
    let next = place.step.next;
    match &place.step.kind {
        StepKind::Wait(_) | StepKind::WaitUntil(_) => wait::arrive(turn, place),
        StepKind::WaitFor { branches, .. } => wait_for::arrive(turn, place, branches),
        StepKind::Send(_) => send::arrive(turn, place),
        StepKind::Choose { arms, otherwise } => choose::arrive(turn, place, arms, *otherwise),
        StepKind::Split { salt, arms } => split::arrive(turn, place, salt, arms),
        StepKind::Enroll(sequence) => enroll::arrive(turn, place, *sequence),
        StepKind::Exit => Next::End(ExitReason::ExitStep),
        StepKind::Set(_) | StepKind::Call { .. } | StepKind::Notify { .. } | StepKind::Emit { .. } => {
            if let Some(actor) = actor(turn, place) {
                perform(turn, &actor, &place.step.kind);
            }
            Next::To(next)
        }
    }
}

/// Does what takes no time: also for service levels.
pub(crate) fn perform(turn: &mut Turn<'_>, actor: &Actor, kind: &StepKind) {
    match kind {
        StepKind::Set(action) => set::perform(turn, actor, action),
        StepKind::Call { connector, action, arguments } => call::perform(turn, actor, *connector, action, arguments),
        StepKind::Notify { team, text } => notify::perform(turn, actor, *team, text),
        StepKind::Emit { event, fields } => emit::perform(turn, actor, *event, fields),
        // Takes time or needs a run: the compiler allows none of these outside a sequence.
        StepKind::Wait(_)
        | StepKind::WaitUntil(_)
        | StepKind::WaitFor { .. }
        | StepKind::Send(_)
        | StepKind::Choose { .. }
        | StepKind::Split { .. }
        | StepKind::Enroll(_)
        | StepKind::Exit => {}
    }
}

/// When a run that waits at its step goes on, seen from when it came there. None: its step is no wait.
pub(crate) fn until(turn: &Turn<'_>, run: &Run) -> Option<Until> {
    let step = turn.version(run)?.steps.get(usize::from(run.step))?;
    match &step.kind {
        StepKind::Wait(span) => Some(Until::At(turn.add(run.since, *span))),
        StepKind::WaitUntil(until) => Some(wait_until::until(turn, run, until)),
        StepKind::WaitFor { limit, .. } => {
            Some(limit.map_or(Until::Open, |limit| Until::At(turn.add(run.since, limit))))
        }
        StepKind::Send(_)
        | StepKind::Choose { .. }
        | StepKind::Split { .. }
        | StepKind::Set(_)
        | StepKind::Call { .. }
        | StepKind::Notify { .. }
        | StepKind::Emit { .. }
        | StepKind::Enroll(_)
        | StepKind::Exit => None,
    }
}

/// What templates are rendered with, as it is now.
pub(crate) fn render_data(turn: &Turn<'_>, trigger: Option<&Arc<Event>>, key: Option<&Value>) -> RenderData {
    RenderData {
        fields: turn.contact.facts.fields(turn.program().fields.len()),
        event: trigger.cloned(),
        key: key.cloned(),
    }
}

fn actor(turn: &mut Turn<'_>, place: Place<'_>) -> Option<Actor> {
    let run = turn.contact.journey.run_mut(place.serial)?;
    small::push(&mut run.visited, run.step);
    let run = turn.contact.journey.run(place.serial)?;
    Some(Actor {
        item: Item::Sequence(place.sequence),
        at: place.step.at,
        trigger: run.trigger.clone(),
        key: run.key.clone(),
        identity: super::runs::identity(turn, run)?,
        holdout: run.holdout,
    })
}
