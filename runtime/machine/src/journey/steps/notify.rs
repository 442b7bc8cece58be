//! `notify`: tells a team. Of who is held out nobody is told.

use flow_graph::Id;
use flow_graph::program::Team;

use super::Actor;
use crate::decision::DecisionKind;
use crate::turn::Turn;

/// Tells the team, with the values as they are now.
pub(crate) fn perform(turn: &mut Turn<'_>, actor: &Actor, team: Id<Team>, text: &str) {
    if actor.holdout {
        return;
    }
    let data = super::render_data(turn, actor.trigger.as_ref(), actor.key.as_ref());
    turn.decide(actor.item, actor.at, DecisionKind::Notify { team, text: text.to_owned(), data });
}
