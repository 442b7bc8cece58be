//! Waits: what lets waiting runs go on.
//!
//! First what the time brings, then what happens: the end of a limit does not belong to it.

use flow_graph::program::{StepId, StepKind};

use super::runs::{self, Ending};
use super::steps::{self, Until, wait_for};
use crate::contact::journey::{Doing, Run, Sending};
use crate::decision::{ExitReason, Gate};
use crate::turn::{Serials, Signal, Turn};

/// Lets runs go on that wait for an instant that is here, or for a signal of the batch.
pub(crate) fn settle(turn: &mut Turn<'_>, batch: &[Signal]) {
    if !turn.contact.journey.has_runs() {
        (turn.contact.journey.follow, turn.contact.journey.moved) = (false, false);
        return;
    }
    turn.cause = turn.origin.clone();
    follow(turn);
    for serial in serials(turn) {
        let Some(run) = turn.contact.journey.run(serial) else { continue };
        if let Doing::Waiting { until: Some(until) } = run.doing
            && until <= turn.now
        {
            let next = after(turn, run);
            note_timeout(turn, serial);
            runs::advance(turn, serial, next);
        }
    }
    for signal in batch {
        if !turn.concerns_runs(signal) {
            continue;
        }
        turn.cause = signal.cause();
        for serial in serials(turn) {
            let Some(run) = turn.contact.journey.run(serial) else { continue };
            let seen = look_ahead(turn, run, signal);
            let target = taken(turn, run, signal);
            if let Some(run) = turn.contact.journey.run_mut(serial) {
                run.seen.extend(seen);
            }
            if let Some((way, target)) = target {
                turn.note_way(serial, way);
                runs::advance(turn, serial, target);
            }
        }
    }
}

/// Computes the instants of waits anew when fields have changed, and with them perhaps the zone or the moment. In a
/// silent turn only what lies ahead is moved; what would let a run go on is left to the next ordinary one.
pub(crate) fn follow(turn: &mut Turn<'_>) {
    if !turn.contact.journey.follow {
        return;
    }
    turn.contact.journey.follow = turn.silent;
    let moved = turn.contact.journey.moved;
    turn.contact.journey.moved = moved && turn.silent;
    for serial in serials(turn) {
        let Some(run) = turn.contact.journey.run(serial) else { continue };
        match run.doing {
            Doing::Moving | Doing::Waiting { until: None } => {}
            Doing::Waiting { until: Some(_) } => renew(turn, serial),
            Doing::Sending(sending) => {
                // Quiet hours and caps go by the zone: they are asked again.
                let timed = sending.held.is_some_and(|(gate, _)| matches!(gate, Gate::Quiet | Gate::Cap));
                let again = sending.again || moved && timed;
                if let Some(run) = turn.contact.journey.run_mut(serial) {
                    run.doing = Doing::Sending(Sending { again, ..sending });
                }
            }
        }
    }
}

/// Computes the instant anew at which a waiting run goes on, never earlier than now.
pub(crate) fn renew(turn: &mut Turn<'_>, serial: u32) {
    let Some(run) = turn.contact.journey.run(serial) else { return };
    let next = after(turn, run);
    let until = match steps::until(turn, run) {
        Some(Until::At(until)) if until <= turn.now && turn.silent => return,
        Some(Until::Passed { .. }) if turn.silent => return,
        Some(Until::At(until)) => Some(until.max(turn.now)),
        Some(Until::Open) | None => None,
        Some(Until::Passed { exit: false }) => {
            turn.note_way(serial, 1);
            return runs::advance(turn, serial, next);
        }
        Some(Until::Passed { exit: true }) => {
            let step = turn.version(run).and_then(|it| it.steps.get(usize::from(run.step)));
            let Some(at) = step.map(|step| step.at) else { return };
            turn.note_way(serial, 1);
            return runs::end(turn, serial, Ending::Exit { reason: ExitReason::MomentPassed, at });
        }
    };
    if let Some(run) = turn.contact.journey.run_mut(serial) {
        run.doing = Doing::Waiting { until };
    }
}

/// Where a run goes on when its time is up.
fn after(turn: &Turn<'_>, run: &Run) -> Option<StepId> {
    let step = turn.version(run)?.steps.get(usize::from(run.step))?;
    if let StepKind::WaitFor { timeout, .. } = &step.kind { *timeout } else { step.next }
}

/// The end of the limit is a way too.
fn note_timeout(turn: &mut Turn<'_>, serial: u32) {
    let Some(run) = turn.contact.journey.run(serial) else { return };
    let step = turn.version(run).and_then(|it| it.steps.get(usize::from(run.step)));
    if let Some(StepKind::WaitFor { branches, .. }) = step.map(|step| &step.kind) {
        turn.note_way(serial, branches.len());
    }
}

/// Which branch a signal takes of a run that waits for it, and where that leads.
fn taken(turn: &Turn<'_>, run: &Run, signal: &Signal) -> Option<(usize, Option<StepId>)> {
    let Doing::Waiting { .. } = run.doing else { return None };
    let step = turn.version(run)?.steps.get(usize::from(run.step))?;
    let StepKind::WaitFor { branches, .. } = &step.kind else { return None };
    let branch = usize::from(wait_for::branch(turn, run, branches, signal)?);
    branches.get(branch).map(|(_, target)| (branch, *target))
}

/// What a signal means to the `since entry` waits that a run may still come to.
fn look_ahead(turn: &Turn<'_>, run: &Run, signal: &Signal) -> Vec<(StepId, u16)> {
    let Some(sequence) = turn.version(run) else { return Vec::new() };
    let mut seen = Vec::new();
    for (id, step) in (0_u16..).zip(&sequence.steps) {
        let StepKind::WaitFor { since_entry: true, branches, .. } = &step.kind else { continue };
        if run.seen.iter().all(|known| known.0 != id) {
            seen.extend(wait_for::branch(turn, run, branches, signal).map(|branch| (id, branch)));
        }
    }
    seen
}

fn serials(turn: &Turn<'_>) -> Serials {
    turn.contact.journey.runs.iter().map(|run| run.serial).collect()
}
