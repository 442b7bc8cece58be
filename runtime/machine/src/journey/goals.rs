//! Goals and exits: they act at once, wherever a run stands.
//!
//! Decisions where the language is silent:
//! * Of a goal and an exit that one signal reaches, the goal counts.
//! * A goal counts as converted when what reached it happened (by event time) from the beginning of the run, or of the
//!   event that began it, up to but not at the end of `within`. Outside it still ends the run.
//! * A run that has ended cannot reach its goal any more.

use flow_graph::program::Sequence;

use crate::contact::journey::Run;
use crate::decision::ExitReason;
use crate::journey::runs::{self, Ending};
use crate::turn::{Scope, Signal, Turn};

/// Ends the runs whose goal or exit is in a batch of signals.
pub(crate) fn settle(turn: &mut Turn<'_>, batch: &[Signal]) {
    for signal in batch {
        if turn.contact.journey.runs.is_empty() {
            return;
        }
        turn.cause = signal.cause();
        let serials: Vec<u32> = turn.contact.journey.runs.iter().map(|run| run.serial).collect();
        for serial in serials {
            let Some(run) = turn.contact.journey.run(serial) else { continue };
            if let Some(ending) = ending(turn, run, signal) {
                runs::end(turn, serial, ending);
            }
        }
    }
}

fn ending(turn: &Turn<'_>, run: &Run, signal: &Signal) -> Option<Ending> {
    let sequence = turn.program().sequences.get(run.sequence)?;
    let scope = Scope::of(run);
    if let Some(goal) = &sequence.goal
        && turn.fires_any(&goal.triggers, signal, scope)
    {
        return Some(Ending::Goal { converted: in_time(turn, sequence, run, signal), at: goal.at });
    }
    let exit = sequence.exit_on.iter().find(|(trigger, _)| turn.fires(trigger, signal, scope))?;
    Some(Ending::Exit { reason: ExitReason::ExitOn, at: exit.1 })
}

fn in_time(turn: &Turn<'_>, sequence: &Sequence, run: &Run, signal: &Signal) -> bool {
    let happened = signal.event().map_or(turn.now, |event| event.time);
    let from = run.trigger.as_ref().map_or(run.entered, |trigger| trigger.time.min(run.entered));
    let within = sequence.goal.as_ref().and_then(|goal| goal.within);
    from <= happened && within.is_none_or(|within| happened < turn.add(run.entered, within))
}
