//! Suppressed: nothing is sent to an address that bounced for good, complained or was erased.

use super::{Case, Verdict};
use crate::contact::journey::consent;
use crate::decision::Item;
use crate::turn::Turn;

/// Drops when the address of a channel that needs one is suppressed.
pub(crate) fn check(turn: &Turn<'_>, case: &Case<'_>) -> Verdict {
    if !consent::needs_address(case.channel) {
        return Verdict::Pass;
    }
    let address = consent::address(turn.program(), &turn.contact.facts);
    if address.is_some_and(|address| turn.contact.journey.consents.is_suppressed(&address)) {
        return Verdict::Drop { gate: None, item: Item::Message(case.id), at: case.message.at };
    }
    Verdict::Pass
}
