//! The time of a clock: what it has counted, and when a length of it is over.
//!
//! In a calendar, milliseconds of working time are counted. Without one all time counts: then `1 day` is the same
//! clock time tomorrow in the zone of the contact, moved on by however long the clock stood.

use flow_graph::program::Sla;
use flow_graph::{Span, Timestamp};

use crate::contact::journey::{Clock, ClockState};
use crate::time::working;
use crate::turn::Turn;

/// When a length of time from the start of a clock is over, if it runs on from now. Never: the calendar is never open.
pub(crate) fn due(turn: &Turn<'_>, sla: &Sla, clock: &Clock, length: Span) -> Timestamp {
    let hours = sla.calendar.and_then(|calendar| turn.engine.calendar(calendar));
    match hours {
        Some(hours) => {
            let left = length.nominal_ms().saturating_sub(clock.spent_ms);
            if left <= 0 {
                return clock.since;
            }
            working::add(hours, clock.since, left).unwrap_or(Timestamp::MAX)
        }
        None => turn.add(clock.started, length).plus(clock.stood_ms),
    }
}

/// What a clock has counted up to now.
pub(crate) fn elapsed(turn: &Turn<'_>, sla: &Sla, clock: &Clock) -> i64 {
    counted(turn, sla, clock).spent_ms
}

/// A clock with what it has counted, or how long it stood, up to now.
pub(crate) fn counted(turn: &Turn<'_>, sla: &Sla, clock: &Clock) -> Clock {
    let mut clock = clock.clone();
    let (from, to) = (clock.since, turn.now);
    match clock.state {
        // After the breach it goes on counting: how late it was met is reported.
        ClockState::Running | ClockState::Breached => {
            let hours = sla.calendar.and_then(|calendar| turn.engine.calendar(calendar));
            let spent = hours.map_or(to.since(from), |hours| working::elapsed(hours, from, to));
            clock.spent_ms = clock.spent_ms.saturating_add(spent);
        }
        ClockState::Paused => clock.stood_ms = clock.stood_ms.saturating_add(to.since(from)),
        ClockState::Met | ClockState::MetLate => {}
    }
    clock.since = to;
    clock
}
