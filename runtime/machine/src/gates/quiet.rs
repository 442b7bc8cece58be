//! Quiet hours: held until they end, in the zone of the contact.

use super::{Case, Verdict, cap};
use crate::decision::Item;
use crate::turn::Turn;

/// Holds during quiet hours, but not beyond the time that a cap leaves.
pub(crate) fn check(turn: &Turn<'_>, case: &Case<'_>) -> Verdict {
    let limits = &turn.program().limits;
    let Some(window) = limits.quiet.filter(|_| !case.topic.transactional) else { return Verdict::Pass };
    let Some(end) = turn.quiet_until(window) else { return Verdict::Pass };
    let at = limits.quiet_at.unwrap_or(case.message.at);
    match case.sending.capped.and_then(|capped| cap::deadline(turn, capped)) {
        Some(deadline) if deadline <= turn.now => cap::late(at),
        Some(deadline) => Verdict::Hold { until: end.min(deadline), item: Item::Limits, at },
        None => Verdict::Hold { until: end, item: Item::Limits, at },
    }
}
