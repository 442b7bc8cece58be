//! Segments.

use flow_graph::program::Segment;
use flow_graph::{Expr, Value};

use super::proofs::Place;
use super::{Check, Scope};
use crate::prove::Around;
use crate::syntax::tree::ItemKind;

impl Check<'_> {
    pub(super) fn segments(&mut self) {
        for (id, item) in self.names.items::<Segment>() {
            // Of what could not be read only the name counts.
            let mut condition = None;
            if let ItemKind::Segment(it) = &item.kind {
                condition = it.condition.as_ref().map(|tree| self.condition(&Scope::contact(), tree));
                if let (Some(tree), Some(condition)) = (&it.condition, &condition) {
                    self.ask(Place::Segment(id), tree.span, condition, Around::default());
                }
            }
            let at = self.location(item.span);
            self.program.segments.push(Segment {
                name: self.names.name(id).to_owned(),
                doc: item.doc.clone(),
                condition: condition.unwrap_or(Expr::Const(Value::Bool(false))),
                at,
            });
        }
    }
}
