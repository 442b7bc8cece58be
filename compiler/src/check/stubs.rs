//! Bodies that follow.
use flow_graph::Type;

use super::{Check, Scope, Ty, Typed};
use crate::source::{Name, Span, Spanned};
use crate::syntax::tree::expr::{Aggregate, BinaryOp, EventRef, Expr as Tree, Literal, Reach};

#[expect(clippy::unused_self, reason = "follows")]
impl Check<'_> {
    pub(super) fn list(&mut self, _: &Scope, _: &[Tree], span: Span, _: Option<&Ty>) -> Typed {
        Typed::error(span)
    }
    pub(super) fn text_test(&mut self, _: &Scope, _: &Spanned<BinaryOp>, _: &Tree, _: &Tree, span: Span) -> Typed {
        Typed::error(span)
    }
    pub(super) fn arithmetic(&mut self, _: &Scope, _: &Spanned<BinaryOp>, l: &Tree, _: &Tree, _: Option<&Ty>) -> Typed {
        Typed::error(l.span)
    }
    pub(super) fn comparison(&mut self, _: &Scope, _: &Spanned<BinaryOp>, _: &Tree, _: &Tree, span: Span) -> Typed {
        Typed::error(span)
    }
    pub(super) fn negate(&mut self, _: &Scope, _: &Tree, span: Span, _: Option<&Ty>) -> Typed {
        Typed::error(span)
    }
    pub(super) fn membership(&mut self, _: &Scope, _: &Tree, _: &Tree, _: bool, span: Span) -> Typed {
        Typed::error(span)
    }
    pub(super) fn matches(&mut self, _: &Scope, _: &Tree, _: &Name, span: Span) -> Typed {
        Typed::error(span)
    }
    pub(super) fn aggregate(
        &mut self,
        _: &Scope,
        _: &Spanned<Aggregate>,
        _: &EventRef,
        _: (Option<&Name>, Option<&Reach>),
        span: Span,
    ) -> Typed {
        Typed::error(span)
    }
    pub(super) fn did(&mut self, _: &Scope, _: bool, _: &EventRef, _: Option<&Reach>, span: Span) -> Typed {
        Typed::error(span)
    }
    pub(super) fn since_last(&mut self, _: &Scope, _: &EventRef, span: Span) -> Typed {
        Typed::error(span)
    }
    pub(super) fn pair_of(&mut self, a: (&Scope, &Tree), b: (&Scope, &Tree), e: Option<&Ty>) -> (Typed, Typed) {
        (self.expr(a.0, a.1, e), self.expr(b.0, b.1, e))
    }
    pub(super) fn common(&mut self, a: &Typed, _: &Typed, _: &str, _: Span) -> Option<Ty> {
        Some(a.ty.clone())
    }
    pub(super) fn literal(&mut self, _: &Literal, span: Span, _: Option<&Ty>) -> Typed {
        Typed::error(span)
    }
    pub(super) fn path(&mut self, _: &Scope, _: &[Name], span: Span, _: Option<&Ty>) -> Typed {
        Typed::error(span)
    }
    /// A value for something of a type (`set`, `emit`, a test's fields): what does not fit is reported.
    pub(crate) fn value(&mut self, scope: &Scope, tree: &Tree, ty: &Type, declared: Option<Span>) -> Typed {
        let _ = declared;
        self.expr(scope, tree, Some(&Ty::Of(ty.clone())))
    }
    /// A date or an instant, possibly missing, for `wait until`.
    pub(crate) fn moment(&mut self, scope: &Scope, tree: &Tree) -> Typed {
        self.expr(scope, tree, None)
    }
    pub(super) fn enums(&mut self) {}
    pub(super) fn contact(&mut self) {}
    pub(super) fn events(&mut self) {}
    pub(super) fn segments(&mut self) {}
    pub(super) fn scores(&mut self) {}
    pub(super) fn lifecycles(&mut self) {}
    pub(super) fn order(&mut self) {}
    pub(super) fn describe(&self, _: &Ty) -> String {
        String::new()
    }
}
