//! Segments.

use flow_graph::program::Segment;
use flow_graph::{Expr, Value};

use super::{Check, Scope};
use crate::syntax::tree::ItemKind;

impl Check<'_> {
    pub(super) fn segments(&mut self) {
        for (id, item) in self.names.items::<Segment>() {
            // Of what could not be read only the name counts.
            let mut condition = None;
            if let ItemKind::Segment(it) = &item.kind {
                condition = it.condition.as_ref().map(|tree| self.condition(&Scope::contact(), tree));
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
