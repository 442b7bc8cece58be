//! Address: a channel of mail needs one.

use super::{Case, Verdict};
use crate::contact::journey::consent;
use crate::decision::Item;
use crate::turn::Turn;

/// Drops when there is no address to send to.
pub(crate) fn check(turn: &Turn<'_>, case: &Case<'_>) -> Verdict {
    let known = consent::address(turn.program(), &turn.contact.facts).is_some();
    if known || !consent::needs_address(case.channel) {
        return Verdict::Pass;
    }
    Verdict::Drop { gate: None, item: Item::Message(case.id), at: case.message.at }
}
