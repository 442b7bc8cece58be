//! The gates of a send, and the phase that decides who passes.
//!
//! All wishes and all held sends that are due compete: what is transactional goes first, then the highest priority, then
//! the earlier wish, then the name of the sequence. Each passes the gates in their order; what a gate holds is decided
//! again from the start.
//!
//! Decisions where the language is silent:
//! * A dropped message does not end its run: it goes on behind the step. At the gate `wanted` the run ends.
//! * Messages of transactional topics pass holdout, quiet hours and caps, and caps do not count them.
//! * A held message is recorded again only when the gate or the instant changes.

pub(crate) mod address;
pub(crate) mod cap;
pub(crate) mod consent;
pub(crate) mod holdout;
pub(crate) mod quiet;
pub(crate) mod suppressed;
pub(crate) mod wanted;

use flow_graph::program::{Channel, Location, Message, Sequence, Step, StepKind, Topic};
use flow_graph::{Id, Timestamp};

use crate::contact::journey::{Doing, Run, Sending, Sent};
use crate::contact::small;
use crate::decision::{Cause, DecisionKind, ExitReason, Gate, Item};
use crate::journey::runs::{self, Ending};
use crate::journey::steps;
use crate::turn::Turn;
use crate::twins::Apart;

/// The gates that the machine decides, in their order. `rate` and `render` are decided where messages leave.
const GATES: [(Gate, Check); 7] = [
    (Gate::Suppressed, suppressed::check),
    (Gate::Consent, consent::check),
    (Gate::Address, address::check),
    (Gate::Holdout, holdout::check),
    (Gate::Wanted, wanted::check),
    (Gate::Quiet, quiet::check),
    (Gate::Cap, cap::check),
];

/// What a gate has to say about a send.
type Check = fn(&Turn<'_>, &Case<'_>) -> Verdict;

/// A send before the gates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case<'c> {
    /// The run that wishes it.
    pub(crate) run: &'c Run,
    /// What it wishes.
    pub(crate) sending: Sending,
    /// The sequence of the run.
    pub(crate) sequence: &'c Sequence,
    /// The step where the run stands.
    pub(crate) step: &'c Step,
    /// Number of the message.
    pub(crate) id: Id<Message>,
    /// The message.
    pub(crate) message: &'c Message,
    /// Its topic.
    pub(crate) topic: &'c Topic,
    /// Its channel.
    pub(crate) channel: &'c Channel,
}

/// What a gate says.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Verdict {
    /// On to the next gate.
    Pass,
    /// Not now.
    Hold {
        /// Decided again then.
        until: Timestamp,
        /// The item responsible.
        item: Item,
        /// The line responsible.
        at: Location,
    },
    /// Never; the run goes on.
    Drop {
        /// By which gate, where it speaks for another one.
        gate: Option<Gate>,
        /// The item responsible.
        item: Item,
        /// The line responsible.
        at: Location,
    },
    /// Never; the run ends.
    End {
        /// Why.
        reason: ExitReason,
        /// The line responsible.
        at: Location,
    },
}

/// Decides sends that are due, up to the first whose run goes on. True when anything can follow from it.
///
/// One at a time: what a message leads to, the next send of its run too, is known before the next one is decided. So
/// a cap's last place goes to the highest priority, wherever in its sequence that stands.
pub(crate) fn settle(turn: &mut Turn<'_>) -> bool {
    if !turn.contact.journey.has_runs() {
        turn.cause = turn.origin.clone();
        return turn.touched;
    }
    let due = due(turn);
    turn.doubt(|apart| apart.messages() && !due.is_empty());
    for serial in due {
        if !decide(turn, serial) {
            continue;
        }
        // What follows is because of what let the message go, or be dropped.
        turn.cause = cause(turn, serial);
        if let Some(run) = turn.contact.journey.run_mut(serial) {
            run.doing = Doing::Moving;
        }
        let run = turn.contact.journey.run(serial);
        let sequence = run.and_then(|run| turn.version(run));
        let next = run.zip(sequence).and_then(|(run, it)| it.steps.get(usize::from(run.step))?.next);
        runs::advance(turn, serial, next);
        turn.cause = turn.origin.clone();
        return true;
    }
    turn.cause = turn.origin.clone();
    turn.touched
}

/// Runs whose message is due, in the order in which they are decided.
fn due(turn: &Turn<'_>) -> Vec<u32> {
    let mut wishes: Vec<_> = turn
        .contact
        .journey
        .runs
        .iter()
        .filter_map(|run| {
            let Doing::Sending(sending) = run.doing else { return None };
            (sending.again || sending.held.is_none_or(|held| held.1 <= turn.now)).then_some(())?;
            let case = case(turn, run, sending)?;
            let rank = (!case.topic.transactional, std::cmp::Reverse(case.message.priority), sending.wished);
            Some((rank, case.sequence.name.as_str(), run.serial))
        })
        .collect();
    wishes.sort_unstable();
    wishes.into_iter().map(|wish| wish.2).collect()
}

/// Decides one send. True when its run can go on.
fn decide(turn: &mut Turn<'_>, serial: u32) -> bool {
    turn.cause = cause(turn, serial);
    let Some(run) = turn.contact.journey.run(serial).cloned() else { return false };
    let Doing::Sending(mut sending) = run.doing else { return false };
    let Some(mut send) = runs::wish(turn, &run) else { return false };
    let Some(case) = case(turn, &run, sending) else { return false };
    let verdict = verdict(turn, &case);
    turn.ask_beside(Apart::limits, |turn| essence(self::verdict(turn, &case)));
    match verdict {
        None => {
            send.data = Some(steps::render_data(turn, run.trigger.as_ref(), run.key.as_ref()));
            turn.ask_beside(Apart::limits, |turn| cap::kept(turn, case.message.channel));
            if !case.topic.transactional && cap::counts(turn, case.message.channel) {
                let sent = Sent { channel: case.message.channel, at: turn.now };
                small::push(&mut turn.contact.journey.sent, sent);
            }
            turn.decide(Item::Sequence(run.sequence), case.step.at, DecisionKind::Send(send));
            true
        }
        Some((gate, Verdict::Hold { until, item, at })) => {
            if gate == Gate::Cap {
                sending.capped.get_or_insert(turn.now);
            }
            let news = sending.held != Some((gate, until));
            (sending.held, sending.again) = (Some((gate, until)), false);
            if let Some(run) = turn.contact.journey.run_mut(serial) {
                run.doing = Doing::Sending(sending);
            }
            if news {
                turn.decide(item, at, DecisionKind::Held { send, gate, until });
            }
            false
        }
        Some((gate, Verdict::Drop { gate: other, item, at })) => {
            turn.decide(item, at, DecisionKind::Dropped { send, gate: other.unwrap_or(gate) });
            true
        }
        Some((_, Verdict::End { reason, at })) => {
            runs::end(turn, serial, Ending::Exit { reason, at });
            false
        }
        Some((_, Verdict::Pass)) => false,
    }
}

/// What the first gate that does not let a send pass has to say.
fn verdict(turn: &Turn<'_>, case: &Case<'_>) -> Option<(Gate, Verdict)> {
    GATES.iter().map(|(gate, check)| (*gate, check(turn, case))).find(|(_, it)| !it.passes())
}

/// A verdict without the lines that are responsible.
type Essence = Option<(Gate, Option<Timestamp>, Option<Gate>, Option<ExitReason>)>;

fn essence(verdict: Option<(Gate, Verdict)>) -> Essence {
    verdict.map(|(gate, verdict)| match verdict {
        Verdict::Pass => (gate, None, None, None),
        Verdict::Hold { until, .. } => (gate, Some(until), None, None),
        Verdict::Drop { gate: other, .. } => (gate, None, Some(other.unwrap_or(gate)), None),
        Verdict::End { reason, .. } => (gate, None, None, Some(reason)),
    })
}

fn case<'c>(turn: &Turn<'c>, run: &'c Run, sending: Sending) -> Option<Case<'c>> {
    let program = turn.program();
    let sequence = turn.version(run)?;
    let step = sequence.steps.get(usize::from(run.step))?;
    let StepKind::Send(id) = step.kind else { return None };
    let message = program.messages.get(id)?;
    let topic = program.topics.get(message.topic)?;
    let channel = program.channels.get(message.channel)?;
    Some(Case { run, sending, sequence, step, id, message, topic, channel })
}

/// Why a message is decided now: what led its run here in this turn, else what began the turn.
fn cause(turn: &Turn<'_>, serial: u32) -> Cause {
    let wish = turn.wishes.iter().rev().find(|wish| wish.0 == serial);
    wish.map_or_else(|| turn.origin.clone(), |wish| wish.1.clone())
}

impl Verdict {
    fn passes(&self) -> bool {
        match self {
            Self::Pass => true,
            Self::Hold { .. } | Self::Drop { .. } | Self::End { .. } => false,
        }
    }
}
