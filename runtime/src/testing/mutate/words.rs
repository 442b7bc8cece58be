//! The words in which the change of a condition is told.

use flow_graph::program::{Event, Program};
use flow_graph::words::{Scope, Words as Written};
use flow_graph::{Expr, Id, Value};

/// Writes parts of a condition; `event` is the event that its `where` looks at.
pub(super) struct Words<'p> {
    pub(super) program: &'p Program,
    pub(super) event: Option<Id<Event>>,
}

impl<'p> Words<'p> {
    /// An expression.
    pub(super) fn of(&self, expr: &Expr) -> String {
        self.written().expr(expr, self.scope())
    }

    /// The words of a figure that is a condition as it was written: `did x in last 7 days`.
    pub(super) fn did(&self, expr: &Expr) -> Option<&str> {
        let Expr::Behaviour(id) = expr else { return None };
        let text = self.program.behaviours.get(*id)?.text.as_str();
        (text.starts_with("did ") || text.starts_with("never did ")).then_some(text)
    }

    /// A list of constants beside the value that is looked for in it.
    pub(super) fn list(&self, value: &Expr, list: &[Value]) -> String {
        self.written().list_beside(list, value, self.scope())
    }

    /// One side of a comparison: a constant is of the type of the other side.
    pub(super) fn side(&self, expr: &Expr, other: &Expr) -> String {
        if let Expr::Const(value) = expr { self.written().beside(value, other, self.scope()) } else { self.of(expr) }
    }

    fn written(&self) -> Written<'p> {
        Written::plain(self.program)
    }

    fn scope(&self) -> Scope {
        Scope { this: self.event }
    }
}
