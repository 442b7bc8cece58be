//! `wait until`: a time of day, or a moment that is computed.
//!
//! Decisions where the language is silent:
//! * While a run waits, the instant follows the facts: when a field changes it is computed again. A moment that lies
//!   between the arrival at the step and now has come; one before the arrival is past.
//! * A time of day is always sought from now on, so that a window that was said is kept when the zone changes.
//! * `at 09:00` belongs to a date; an instant has its own time.

use flow_graph::Value;
use flow_graph::program::WaitUntil;
use jiff::civil::Time;

use super::Until;
use crate::contact::journey::Run;
use crate::turn::{Scope, Turn};

/// When a run that waits for it goes on.
pub(crate) fn until(turn: &Turn<'_>, run: &Run, wait: &WaitUntil) -> Until {
    match wait {
        WaitUntil::Clock { days, window, single } => Until::At(turn.next_clock(*days, *window, *single)),
        WaitUntil::Moment { value, at, otherwise_exit } => {
            let moment = match turn.value(value, Scope::of(run)) {
                Value::Date(date) => turn.local(date, at.unwrap_or(Time::midnight())),
                Value::Instant(instant) => Some(instant),
                Value::Missing
                | Value::Bool(_)
                | Value::Int(_)
                | Value::Number(_)
                | Value::Money(_)
                | Value::Text(_)
                | Value::Enum(_)
                | Value::Duration(_)
                | Value::Set(_) => None,
            };
            match moment {
                Some(moment) if moment >= run.since => Until::At(moment),
                Some(_) | None => Until::Passed { exit: *otherwise_exit },
            }
        }
    }
}
