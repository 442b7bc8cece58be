//! `and`, `or`, `not`, `if`, and what is known to be there after a condition.

use flow_graph::{Expr, Value};

use super::{Check, Scope, Ty, Typed};
use crate::source::Span;
use crate::syntax::tree::expr::Expr as Tree;

impl Check<'_> {
    pub(super) fn and(&mut self, scope: &Scope, left: &Tree, right: &Tree, span: Span) -> Typed {
        let l = self.bool_of(scope, left);
        let r = self.bool_of(&scope.knowing(facts(&l.expr, true)), right);
        if !l.is_error() && !r.is_error() {
            self.ask_and(span, (left.span, &l.expr), (right.span, &r.expr));
        }
        joined(l, r, span, all)
    }

    pub(super) fn or(&mut self, scope: &Scope, left: &Tree, right: &Tree, span: Span) -> Typed {
        let l = self.bool_of(scope, left);
        let r = self.bool_of(&scope.knowing(facts(&l.expr, false)), right);
        self.ask_alternative(left.span, &l.expr);
        self.ask_alternative(right.span, &r.expr);
        joined(l, r, span, any)
    }

    pub(super) fn not(&mut self, scope: &Scope, inner: &Tree, span: Span) -> Typed {
        let inner = self.bool_of(scope, inner);
        if inner.is_error() { Typed::error(span) } else { Typed::bool(not(inner.expr), span) }
    }

    /// `if a then b else c`
    pub(super) fn if_then(
        &mut self,
        scope: &Scope,
        condition: &Tree,
        (then, otherwise): (&Tree, &Tree),
        span: Span,
        expected: Option<&Ty>,
    ) -> Typed {
        let condition = self.bool_of(scope, condition);
        let when_true = scope.knowing(facts(&condition.expr, true));
        let when_false = scope.knowing(facts(&condition.expr, false));
        let (then, otherwise) = self.pair_of((&when_true, then), (&when_false, otherwise), expected);
        let Some(ty) = self.common(&then, &otherwise, "an `if`", span) else {
            return Typed::error(span);
        };
        if condition.is_error() {
            return Typed::error(span);
        }
        let optional = then.optional || otherwise.optional;
        let expr = match truth(&condition.expr) {
            Some(true) => then.expr,
            Some(false) => otherwise.expr,
            None => Expr::If {
                condition: Box::new(condition.expr),
                then: Box::new(then.expr),
                otherwise: Box::new(otherwise.expr),
            },
        };
        Typed::new(expr, ty, span).or_missing(optional)
    }
}

fn joined(l: Typed, r: Typed, span: Span, join: fn(Vec<Expr>) -> Expr) -> Typed {
    if l.is_error() || r.is_error() {
        return Typed::error(span);
    }
    Typed::bool(join(vec![l.expr, r.expr]), span)
}

/// All hold: flat, without what always holds.
pub(crate) fn all(parts: Vec<Expr>) -> Expr {
    let mut flat = Vec::new();
    for part in parts {
        match truth(&part) {
            Some(true) => {}
            Some(false) => return part,
            None => {
                if let Expr::And(inner) = part {
                    flat.extend(inner);
                } else {
                    flat.push(part);
                }
            }
        }
    }
    single(flat, true, Expr::And)
}

/// One holds: flat, without what never holds.
pub(crate) fn any(parts: Vec<Expr>) -> Expr {
    let mut flat = Vec::new();
    for part in parts {
        match truth(&part) {
            Some(false) => {}
            Some(true) => return part,
            None => {
                if let Expr::Or(inner) = part {
                    flat.extend(inner);
                } else {
                    flat.push(part);
                }
            }
        }
    }
    single(flat, false, Expr::Or)
}

/// The opposite, without a double `not`.
pub(crate) fn not(expr: Expr) -> Expr {
    if let Some(value) = truth(&expr) {
        return Expr::Const(Value::Bool(!value));
    }
    if let Expr::Not(inner) = expr { *inner } else { Expr::Not(Box::new(expr)) }
}

/// The outcome of a condition that is constant.
pub(crate) fn truth(expr: &Expr) -> Option<bool> {
    if let Expr::Const(Value::Bool(value)) = expr { Some(*value) } else { None }
}

fn single(mut parts: Vec<Expr>, empty: bool, join: fn(Vec<Expr>) -> Expr) -> Expr {
    match (parts.len(), parts.pop()) {
        (_, None) => Expr::Const(Value::Bool(empty)),
        (1, Some(only)) => only,
        (_, Some(last)) => {
            parts.push(last);
            join(parts)
        }
    }
}

/// What is certainly there when a condition holds, or when it does not. A comparison with a missing value is false,
/// so one that holds has both.
pub(crate) fn facts(condition: &Expr, holds: bool) -> Vec<Expr> {
    let mut found = Vec::new();
    collect(condition, holds, &mut found);
    found
}

fn collect(condition: &Expr, holds: bool, found: &mut Vec<Expr>) {
    match (condition, holds) {
        (Expr::Known(value), true) => found.push((**value).clone()),
        (Expr::And(parts), true) | (Expr::Or(parts), false) => {
            for part in parts {
                collect(part, holds, found);
            }
        }
        (Expr::Not(inner), _) => collect(inner, !holds, found),
        (Expr::Compare { left, right, .. }, true) => found.extend([(**left).clone(), (**right).clone()]),
        (Expr::TextTest { value, pattern, .. }, true) => found.extend([(**value).clone(), (**pattern).clone()]),
        (Expr::OneOf { value, .. } | Expr::Matches { value, .. }, true) => found.push((**value).clone()),
        _ => {}
    }
}
