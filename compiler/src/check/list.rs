//! Lists: `in [a, b]`, and sets that are written out.

use flow_graph::expr::CompareOp;
use flow_graph::{Expr, Type, Value};

use super::logic::{any, not};
use super::{Check, Scope, Ty, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::expr::{Expr as Tree, ExprKind};

impl Check<'_> {
    /// `x in [a, b]`, `x not in tags`
    pub(super) fn membership(&mut self, scope: &Scope, value: &Tree, list: &Tree, negated: bool, span: Span) -> Typed {
        let found = if let ExprKind::List(items) = &list.kind {
            self.in_list(scope, value, items, (negated, list.span))
        } else {
            self.in_set(scope, value, list, negated)
        };
        match found {
            Some(expr) if negated => Typed::bool(not(expr), span),
            Some(expr) => Typed::bool(expr, span),
            None => Typed::error(span),
        }
    }

    /// A list as a value: a set of constants.
    pub(super) fn list(&mut self, scope: &Scope, items: &[Tree], span: Span, expected: Option<&Ty>) -> Typed {
        let mut member = None;
        if let Some(Ty::Of(Type::Set(wanted))) = expected {
            member = Some(Ty::Of((**wanted).clone()));
        }
        let mut values = Vec::new();
        for item in items {
            let typed = self.expr(scope, item, member.as_ref());
            let wanted = Typed { ty: member.clone().unwrap_or(typed.ty.clone()), ..typed.clone() };
            let Some(ty) = self.common(&wanted, &typed, "a list", item.span) else { return Typed::error(span) };
            let Some(value) = typed.constant() else {
                let wrong = Diagnostic::new(Code::NotConstant, item.span, "a list may hold constants only");
                self.report(wrong.help("write the values themselves"));
                return Typed::error(span);
            };
            values.push(value.clone());
            member.get_or_insert(ty);
        }
        let set = Expr::Const(Value::set(values));
        match member {
            Some(Ty::Of(ty)) => Typed::of(set, Type::Set(Box::new(ty)), span),
            Some(Ty::Error | Ty::NameOf(_) | Ty::Elapsed | Ty::CalendarSpan | Ty::EmptySet) => Typed::error(span),
            None => Typed::new(set, Ty::EmptySet, span),
        }
    }

    fn in_list(&mut self, scope: &Scope, value: &Tree, items: &[Tree], (negated, at): (bool, Span)) -> Option<Expr> {
        let value = self.expr(scope, value, None);
        if items.is_empty() {
            let (code, word) = if negated { (Code::AlwaysTrue, "always") } else { (Code::NeverTrue, "never") };
            self.report(Diagnostic::new(code, at, format!("the list is empty, so this is {word} true")));
            return None;
        }
        let mut constants = Vec::new();
        let mut others = Vec::new();
        if !matches!(value.expr, Expr::Score { .. }) && self.moves(&value.expr) {
            self.moving_member(&value);
            return None;
        }
        let mut sound = true;
        for item in items {
            let typed = self.expr(scope, item, Some(&value.ty));
            if self.common(&value, &typed, "`in`", item.span).is_none() {
                sound = false;
            } else if let Some(constant) = typed.constant() {
                self.must_be_in_range(&typed, value.range, value.declared);
                constants.push(constant.clone());
            } else if negated && !self.must_be_there(&typed, "`not in`") {
                sound = false;
            } else {
                others.push(typed.expr);
            }
        }
        sound &= !negated || self.must_differ(&value, "not in", &constants, value.span.to(at));
        if !sound || value.is_error() {
            return None;
        }
        let mut parts = Vec::new();
        if !constants.is_empty() {
            constants.sort_by(Value::order);
            constants.dedup_by(|a, b| a.order(b).is_eq());
            parts.push(Expr::OneOf { value: Box::new(value.expr.clone()), list: constants });
        }
        parts.extend(others.into_iter().map(|other| Expr::Compare {
            op: CompareOp::Equal,
            left: Box::new(value.expr.clone()),
            right: Box::new(other),
        }));
        Some(any(parts))
    }

    fn in_set(&mut self, scope: &Scope, value: &Tree, list: &Tree, negated: bool) -> Option<Expr> {
        let set = self.expr(scope, list, None);
        let Ty::Of(Type::Set(member)) = &set.ty else {
            if !set.is_error() {
                let found = self.describe(&set.ty);
                let message = format!("`in` needs a list or a set, this is {found}");
                let wrong = Diagnostic::new(Code::TypeMismatch, list.span, message);
                let wrong = set.declared.into_iter().fold(wrong, |w, at| w.label(at, "declared here"));
                self.report(wrong.help("write a list: `in [a, b]`"));
            }
            return None;
        };
        let wanted = Ty::Of((**member).clone());
        let value = self.expr(scope, value, Some(&wanted));
        let one = Typed { ty: wanted, ..set.clone() };
        self.common(&one, &value, "`in`", value.span)?;
        if negated && !(self.must_be_there(&value, "`not in`") && self.must_be_there(&set, "`not in`")) {
            return None;
        }
        Some(Expr::Contains { set: Box::new(set.expr), member: Box::new(value.expr) })
    }
}
