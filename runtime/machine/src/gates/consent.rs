//! Consent: what a topic needs, the contact must have said.

use super::{Case, Verdict};
use crate::decision::Item;
use crate::turn::Turn;

/// Drops without the consent that the topic needs.
pub(crate) fn check(turn: &Turn<'_>, case: &Case<'_>) -> Verdict {
    if turn.contact.journey.consents.allows(case.topic, case.message.topic) {
        return Verdict::Pass;
    }
    Verdict::Drop { gate: None, item: Item::Topic(case.message.topic), at: case.topic.at }
}
