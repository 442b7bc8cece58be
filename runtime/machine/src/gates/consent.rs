//! Consent: what a topic needs, the contact must have said.

use flow_graph::program::Consent;

use super::{Case, Verdict};
use crate::decision::Item;
use crate::turn::Turn;

/// Drops without the consent that the topic needs.
pub(crate) fn check(turn: &Turn<'_>, case: &Case<'_>) -> Verdict {
    let word = turn.contact.journey.consents.word(case.message.topic);
    let allowed = match case.topic.consent {
        Consent::OptIn => word == Some(true),
        Consent::OptOut => word != Some(false),
        Consent::None => true,
    };
    if allowed {
        return Verdict::Pass;
    }
    Verdict::Drop { gate: None, item: Item::Topic(case.message.topic), at: case.topic.at }
}
