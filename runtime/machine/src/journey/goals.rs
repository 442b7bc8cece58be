//! Goals and exits: they act at once, wherever a run stands.
//!
//! Decisions where the language is silent:
//! * Of a goal and an exit in one batch the goal counts, also where what exits came first and led to the goal.
//! * A goal counts as converted when what reached it happened (by event time) from the beginning of the run, or of the
//!   event that began it, up to but not at the end of `within`. Outside it still ends the run.
//! * A run that has ended cannot reach its goal any more.

use flow_graph::program::Sequence;

use crate::contact::journey::Run;
use crate::decision::ExitReason;
use crate::journey::runs::{self, Ending};
use crate::turn::{Scope, Serials, Signal, Turn};

/// Ends the runs whose goal or exit is in a batch of signals: of both at once, the goal counts.
pub(crate) fn settle(turn: &mut Turn<'_>, batch: &[Signal]) {
    if !turn.contact.journey.has_runs() || !batch.iter().any(|signal| turn.concerns_runs(signal)) {
        return;
    }
    let serials: Serials = turn.contact.journey.runs.iter().map(|run| run.serial).collect();
    for serial in serials {
        let Some(run) = turn.contact.journey.run(serial) else { continue };
        let ending = goal(turn, run, batch).or_else(|| exit(turn, run, batch));
        if let Some((signal, ending)) = ending {
            turn.cause = signal.cause();
            runs::end(turn, serial, ending);
        }
    }
}

/// The first signal of a batch that is the goal of a run.
fn goal<'b>(turn: &Turn<'_>, run: &Run, batch: &'b [Signal]) -> Option<(&'b Signal, Ending)> {
    let sequence = turn.version(run)?;
    let goal = sequence.goal.as_ref()?;
    let signal = batch.iter().find(|signal| turn.fires_any(&goal.triggers, signal, Scope::of(run)))?;
    Some((signal, Ending::Goal { converted: in_time(turn, sequence, run, signal), at: goal.at }))
}

/// The first signal of a batch that is an exit of a run.
fn exit<'b>(turn: &Turn<'_>, run: &Run, batch: &'b [Signal]) -> Option<(&'b Signal, Ending)> {
    let exits = &turn.version(run)?.exit_on;
    let fires = |signal: &&Signal| exits.iter().find(|(trigger, _)| turn.fires(trigger, signal, Scope::of(run)));
    let (signal, exit) = batch.iter().find_map(|signal| Some((signal, fires(&signal)?)))?;
    Some((signal, Ending::Exit { reason: ExitReason::ExitOn, at: exit.1 }))
}

fn in_time(turn: &Turn<'_>, sequence: &Sequence, run: &Run, signal: &Signal) -> bool {
    let happened = signal.event().map_or(turn.now, |event| event.time);
    let from = run.trigger.as_ref().map_or(run.entered, |trigger| trigger.time.min(run.entered));
    let within = sequence.goal.as_ref().and_then(|goal| goal.within);
    from <= happened && within.is_none_or(|within| happened < turn.add(run.entered, within))
}
