//! Caps: at most so many messages of a channel in a rolling window.
//!
//! Decisions where the language is silent:
//! * A message is held until the earliest instant at which every cap of its channel has room.
//! * `wait up to D then skip` counts from the instant at which a cap first held the message; what stands in the way at
//!   its end, a cap or quiet hours, it is dropped then, by the cap. If there is room just then, it leaves.

use flow_graph::program::{Cap, CapPolicy, Channel, Location};
use flow_graph::{Id, Timestamp};

use super::{Case, Verdict};
use crate::contact::journey::Sent;
use crate::decision::{Gate, Item};
use crate::turn::Turn;

/// Holds or drops when a cap leaves no room.
pub(crate) fn check(turn: &Turn<'_>, case: &Case<'_>) -> Verdict {
    if case.topic.transactional {
        return Verdict::Pass;
    }
    let caps = turn.program().limits.caps.iter().filter(|cap| cap.channel == case.message.channel);
    let full = caps.filter_map(|cap| Some((room(turn, cap)?, cap.at))).max_by_key(|full| full.0);
    let Some((room, at)) = full else { return Verdict::Pass };
    match deadline(turn, case.sending.capped.unwrap_or(turn.now)) {
        Some(deadline) if deadline > turn.now => Verdict::Hold { until: room.min(deadline), item: Item::Limits, at },
        Some(_) | None => late(at),
    }
}

/// When a message that a cap held first at an instant is dropped. None: at once.
pub(crate) fn deadline(turn: &Turn<'_>, capped: Timestamp) -> Option<Timestamp> {
    match turn.program().limits.when_capped {
        CapPolicy::Skip => None,
        CapPolicy::WaitUpTo(span) => Some(turn.add(capped, span)),
    }
}

/// It has waited for room long enough.
pub(crate) fn late(at: Location) -> Verdict {
    Verdict::Drop { gate: Some(Gate::Cap), item: Item::Limits, at }
}

/// What [`counts`] would say, and which messages it would keep.
pub(crate) fn kept(turn: &Turn<'_>, channel: Id<Channel>) -> (bool, Vec<Sent>) {
    let caps = &turn.program().limits.caps;
    let kept = turn.contact.journey.sent.iter().filter(|sent| is_counted(turn, caps, sent));
    (caps.iter().any(|cap| cap.channel == channel), kept.copied().collect())
}

fn is_counted(turn: &Turn<'_>, caps: &[Cap], sent: &Sent) -> bool {
    caps.iter().any(|cap| cap.channel == sent.channel && turn.now < turn.add(sent.at, cap.per))
}

/// Whether any cap looks at a channel; forgets messages that no cap counts any more.
pub(crate) fn counts(turn: &mut Turn<'_>, channel: Id<Channel>) -> bool {
    let mut sent = std::mem::take(&mut turn.contact.journey.sent);
    let caps = &turn.program().limits.caps;
    sent.retain(|sent| is_counted(turn, caps, sent));
    turn.contact.journey.sent = sent;
    caps.iter().any(|cap| cap.channel == channel)
}

/// When a cap that is full has room again. None: it has room now.
fn room(turn: &Turn<'_>, cap: &Cap) -> Option<Timestamp> {
    let sent = turn.contact.journey.sent.iter().filter(|sent| sent.channel == cap.channel);
    let mut ends: Vec<Timestamp> = sent.map(|sent| turn.add(sent.at, cap.per)).filter(|end| *end > turn.now).collect();
    ends.sort_unstable();
    let allowed = usize::try_from(cap.count).unwrap_or(usize::MAX);
    if allowed == 0 {
        return Some(Timestamp::MAX);
    }
    ends.len().checked_sub(allowed).and_then(|over| ends.get(over).copied())
}
