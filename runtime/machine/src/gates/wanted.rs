//! Wanted: `unless` and `exit when` are asked again before each send. Goals and exits have ended the run already.

use super::{Case, Verdict};
use crate::decision::ExitReason;
use crate::turn::{Scope, Turn};

/// Ends the run when one of the two holds now.
pub(crate) fn check(turn: &Turn<'_>, case: &Case<'_>) -> Verdict {
    let scope = Scope::of(case.run);
    let clauses = [(&case.sequence.exit_when, ExitReason::ExitWhen), (&case.sequence.unless, ExitReason::Unless)];
    let speaks = |condition: &Option<_>| condition.as_ref().is_some_and(|condition| turn.holds(condition, scope));
    match clauses.into_iter().find(|(condition, _)| speaks(condition)) {
        Some((_, reason)) => Verdict::End { reason, at: case.sequence.at },
        None => Verdict::Pass,
    }
}
