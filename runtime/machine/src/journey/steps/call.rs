//! `call`: asks a connector to do something. Who is held out is passed over.

use flow_graph::program::{Argument, Connector};
use flow_graph::{Expr, Id};

use super::Actor;
use crate::decision::{DecisionKind, Filled};
use crate::turn::Turn;

/// Asks, with the values as they are now.
pub(crate) fn perform(
    turn: &mut Turn<'_>,
    actor: &Actor,
    connector: Id<Connector>,
    action: &str,
    arguments: &[Argument],
) {
    if actor.holdout {
        return;
    }
    let filled = |argument: &Argument| {
        if let Expr::Template(template) = &argument.value {
            return Filled::Template(template.clone());
        }
        Filled::Value(turn.value(&argument.value, actor.scope()))
    };
    let arguments = arguments.iter().map(|argument| (argument.name.clone(), filled(argument))).collect();
    let data = super::render_data(turn, actor.trigger.as_ref(), actor.key.as_ref());
    turn.decide(actor.item, actor.at, DecisionKind::Call { connector, action: action.to_owned(), arguments, data });
}
