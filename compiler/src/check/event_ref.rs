//! References to events: `page_viewed where path starts with "/pricing"`, `opened(cart_reminder)`.

use flow_graph::expr::CompareOp;
use flow_graph::program::{Event, Message, builtin};
use flow_graph::{Expr, Id, Value};

use super::logic::all;
use super::proofs::Place;
use super::{Check, Scope};
use crate::diagnostic::{Code, Diagnostic};
use crate::prove::Around;
use crate::source::Name;
use crate::syntax::tree::expr::{EventRef, Expr as Tree, ExprKind};

impl Check<'_> {
    /// The event and its whole condition: what stands behind `where`, the message in parentheses, and that a person
    /// did it. `scope` is what the place around sees. `None` when there is no such event, which has been said.
    pub(crate) fn event_ref(&mut self, scope: &Scope, reference: &EventRef) -> Option<(Id<Event>, Option<Expr>)> {
        let event = self.find::<Event>(&reference.name);
        let message = reference.message.as_ref().map(|message| self.of_message(&reference.name, event, message));
        let event = event?;
        let mut parts = Vec::new();
        if let Some(message) = message {
            parts.extend(message);
        }
        let said = reference.filter.as_deref().is_some_and(mentions_human);
        if (event == builtin::OPENED || event == builtin::CLICKED) && !said {
            parts.push(human());
        }
        if let Some(filter) = reference.filter.as_deref() {
            let condition = self.condition(&scope.looking_at(event), filter);
            let around = Around { event: Some(event), remembered: true, even_days: false };
            self.ask(Place::Where, filter.span, &condition, around);
            parts.push(condition);
        }
        let filter = all(parts);
        Some((event, (filter != Expr::Const(Value::Bool(true))).then_some(filter)))
    }

    fn of_message(&mut self, name: &Name, event: Option<Id<Event>>, message: &Name) -> Option<Expr> {
        let id = self.find::<Message>(message);
        let of_messages = event.is_none_or(|event| event.index() < builtin::SUBSCRIBED.index());
        if !of_messages {
            let wrong = format!("`{}` is not an event of a message", name.value);
            let mut wrong = Diagnostic::new(Code::NotOfMessage, message.span, wrong);
            if let Some(declared) = event.and_then(|event| self.names.declared(event)) {
                wrong = wrong.label(declared, "the event is declared here");
            }
            let names = "`delivered`, `opened`, `clicked`, `bounced`, `complained` and `unsubscribed`";
            self.report(wrong.help(format!("only {names} take a message in parentheses; else write `where …`")));
            return None;
        }
        id?;
        Some(Expr::Compare {
            op: CompareOp::Equal,
            left: Box::new(Expr::This(builtin::MESSAGE)),
            right: Box::new(Expr::Const(Value::text(&message.value))),
        })
    }
}

/// Whether a person did it; where nothing is said, one did.
pub(super) fn human() -> Expr {
    sure(builtin::HUMAN)
}

/// A field of a built-in event that counts as true when it is missing.
pub(super) fn sure(slot: u16) -> Expr {
    Expr::Default { value: Box::new(Expr::This(slot)), fallback: Box::new(Expr::Const(Value::Bool(true))) }
}

/// Whether a condition speaks of `human` itself: then the author decides.
fn mentions_human(tree: &Tree) -> bool {
    match &tree.kind {
        ExprKind::Path(names) => names.last().is_some_and(|name| name.value == "human"),
        ExprKind::Not(inner) | ExprKind::Negate(inner) => mentions_human(inner),
        ExprKind::Binary { left, right, .. } => mentions_human(left) || mentions_human(right),
        ExprKind::In { value, list, .. } => mentions_human(value) || mentions_human(list),
        ExprKind::Matches { value, .. } | ExprKind::Known { value, .. } => mentions_human(value),
        ExprKind::If { condition, then, otherwise } => {
            [condition, then, otherwise].into_iter().any(|e| mentions_human(e))
        }
        ExprKind::List(items) => items.iter().any(mentions_human),
        ExprKind::Literal(_)
        | ExprKind::Aggregate { .. }
        | ExprKind::Did { .. }
        | ExprKind::TimeSinceLast(_)
        | ExprKind::InSegment(_)
        | ExprKind::Score { .. }
        | ExprKind::IsBand { .. }
        | ExprKind::Stage { .. }
        | ExprKind::InSequence(_) => false,
    }
}
