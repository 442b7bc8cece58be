//! Arithmetic, moving dates, and values for something of a known type.

use flow_graph::expr::ArithOp;
use flow_graph::{Expr, Type, Value};

use super::compare::is_text;
use super::literal::constant;
use super::{Check, Scope, Ty, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Span, Spanned};
use crate::syntax::tree::expr::{BinaryOp, Duration, Expr as Tree, ExprKind, Literal};

impl Check<'_> {
    /// `+`, `-`, `*`, `/`
    pub(super) fn arithmetic(
        &mut self,
        scope: &Scope,
        op: &Spanned<BinaryOp>,
        left: &Tree,
        right: &Tree,
        expected: Option<&Ty>,
    ) -> Typed {
        let span = left.span.to(right.span);
        if let Some(by) = duration(right).filter(|_| matches!(op.value, BinaryOp::Add | BinaryOp::Subtract)) {
            let moment = self.expr(scope, left, None);
            if let Ty::Of(Type::Date | Type::DateTime) = moment.ty {
                if !self.must_be_there(&moment, "arithmetic") {
                    return Typed::error(span);
                }
                return self.shifted(moment, op.value, by, span);
            }
        }
        let (l, r) = match op.value {
            BinaryOp::Add | BinaryOp::Subtract => self.pair_of((scope, left), (scope, right), expected),
            BinaryOp::Multiply
            | BinaryOp::Divide
            | BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual
            | BinaryOp::Contains
            | BinaryOp::StartsWith
            | BinaryOp::EndsWith
            | BinaryOp::Default => (self.expr(scope, left, None), self.expr(scope, right, None)),
        };
        if l.is_error() || r.is_error() {
            return Typed::error(span);
        }
        let how = arith_op(op.value);
        let Some(ty) = result(how, &l.ty, &r.ty) else {
            let (a, b) = (self.describe(&l.ty), self.describe(&r.ty));
            let message = format!("`{}` cannot join {a} and {b}", self.text(op.span));
            let mut wrong = Diagnostic::new(Code::TypeMismatch, op.span, message).label(l.span, a).label(r.span, b);
            for declared in [l.declared, r.declared].into_iter().flatten() {
                wrong = wrong.label(declared, "declared here");
            }
            self.report(wrong);
            return Typed::error(span);
        };
        if !(self.must_be_there(&l, "arithmetic") & self.must_be_there(&r, "arithmetic")) {
            return Typed::error(span);
        }
        if how == ArithOp::Divide && r.constant().and_then(|v| self.major(v)) == Some(0.0) {
            self.report(Diagnostic::new(Code::NeverTrue, r.span, "this divides by zero, which gives nothing"));
            return Typed::error(span);
        }
        if how == ArithOp::Divide && self.moves(&r.expr) {
            self.moving_divisor(&r);
            return Typed::error(span);
        }
        // Of a division by zero and of an overflow there is no value.
        let divides = how == ArithOp::Divide && r.constant().is_none();
        let expr = Expr::Arith { op: how, left: Box::new(l.expr), right: Box::new(r.expr) };
        Typed::of(expr, ty, span).or_missing(divides)
    }

    /// `-x`
    pub(super) fn negate(&mut self, scope: &Scope, inner: &Tree, span: Span, expected: Option<&Ty>) -> Typed {
        let typed = self.expr(scope, inner, expected);
        match (&typed.ty, typed.constant()) {
            (Ty::Of(ty), Some(Value::Int(n))) => constant(Value::Int(n.saturating_neg()), ty.clone(), span),
            (Ty::Of(ty), Some(Value::Number(n))) => constant(Value::Number(-n), ty.clone(), span),
            (Ty::Of(ty), Some(Value::Money(n))) => constant(Value::Money(n.saturating_neg()), ty.clone(), span),
            (Ty::Of(ty @ (Type::Int | Type::Number | Type::Money)), None) => {
                if !self.must_be_there(&typed, "arithmetic") {
                    return Typed::error(span);
                }
                let zero = if *ty == Type::Money { Value::Money(0) } else { Value::Int(0) };
                let (left, right) = (Box::new(Expr::Const(zero)), Box::new(typed.expr));
                Typed::of(Expr::Arith { op: ArithOp::Subtract, left, right }, ty.clone(), span)
            }
            (Ty::Error, _) => Typed::error(span),
            (Ty::Of(_) | Ty::NameOf(_) | Ty::Elapsed | Ty::CalendarSpan | Ty::EmptySet, _) => {
                let found = self.describe(&typed.ty);
                self.report(Diagnostic::new(Code::TypeMismatch, span, format!("`-` needs a number, this is {found}")));
                Typed::error(span)
            }
        }
    }

    /// A date or an instant for `wait until`; here, and only here, a shifted one may be missing, since the step says
    /// what then.
    pub(crate) fn moment(&mut self, scope: &Scope, tree: &Tree) -> Typed {
        let typed = match &tree.kind {
            ExprKind::Binary { op, left, right }
                if duration(right).is_some() && matches!(op.value, BinaryOp::Add | BinaryOp::Subtract) =>
            {
                let moment = self.expr(scope, left, None);
                match (&moment.ty, duration(right)) {
                    (Ty::Of(Type::Date | Type::DateTime), Some(by)) => self.shifted(moment, op.value, by, tree.span),
                    _ => moment,
                }
            }
            ExprKind::Literal(_)
            | ExprKind::Path(_)
            | ExprKind::List(_)
            | ExprKind::Not(_)
            | ExprKind::Negate(_)
            | ExprKind::Binary { .. }
            | ExprKind::In { .. }
            | ExprKind::Matches { .. }
            | ExprKind::Known { .. }
            | ExprKind::If { .. }
            | ExprKind::Aggregate { .. }
            | ExprKind::Did { .. }
            | ExprKind::TimeSinceLast(_)
            | ExprKind::InSegment(_)
            | ExprKind::Score { .. }
            | ExprKind::IsBand { .. }
            | ExprKind::Stage { .. }
            | ExprKind::InSequence(_) => self.expr(scope, tree, None),
        };
        if matches!(typed.ty, Ty::Error | Ty::Of(Type::Date | Type::DateTime)) {
            return typed;
        }
        let found = self.describe(&typed.ty);
        let wrong =
            Diagnostic::new(Code::TypeMismatch, typed.span, format!("a date or a datetime is needed, this is {found}"));
        self.report(typed.declared.into_iter().fold(wrong, |w, at| w.label(at, "declared here")));
        Typed::error(tree.span)
    }

    /// A value for something of a type (`set`, `emit`, a test's fields): what does not fit is reported.
    pub(crate) fn value(&mut self, scope: &Scope, tree: &Tree, ty: &Type, declared: Option<Span>) -> Typed {
        if declared.is_some_and(|at| self.untyped.contains(&at)) {
            return Typed::error(tree.span);
        }
        let typed = self.expr(scope, tree, Some(&Ty::Of(ty.clone())));
        let fits = match (&typed.ty, ty) {
            (Ty::Error, _) => return typed,
            (Ty::Of(found), wanted) if found == wanted => true,
            (Ty::Of(Type::Int), Type::Number) | (Ty::EmptySet, Type::Set(_)) => true,
            // A text that is only known when it is there is taken as it is; the machine tests it like input.
            (found, Type::Text) => is_text(found),
            (found, Type::Email | Type::Phone | Type::Url | Type::TimeZone | Type::Country) => is_text(found),
            _ => false,
        };
        if fits {
            return typed;
        }
        let (wanted, found) = (self.describe(&Ty::Of(ty.clone())), self.describe(&typed.ty));
        let mut wrong =
            Diagnostic::new(Code::TypeMismatch, tree.span, format!("{wanted} is needed here, this is {found}"));
        for at in declared.into_iter().chain(typed.declared) {
            wrong = wrong.label(at, "declared here");
        }
        let place = Typed { declared: None, ..Typed::of(Expr::Const(Value::Missing), ty.clone(), tree.span) };
        let wrong = self.advise(wrong, &place, &typed);
        self.report(wrong);
        Typed::error(tree.span)
    }

    fn shifted(&mut self, moment: Typed, op: BinaryOp, (by, at): (Duration, Span), span: Span) -> Typed {
        let by = self.span(by, at);
        if moment.ty == Ty::Of(Type::Date) && matches!(by, flow_graph::Span::Elapsed(_)) {
            let wrong = Diagnostic::new(Code::TypeMismatch, at, "a date moves by days, weeks, months or years");
            self.report(wrong.help("write the time in days"));
            return Typed::error(span);
        }
        let shift = Expr::Shift { moment: Box::new(moment.expr), by, back: op == BinaryOp::Subtract };
        Typed { expr: shift, span, range: None, ..moment }
    }
}

/// A length of time that is written out.
pub(super) fn duration(tree: &Tree) -> Option<(Duration, Span)> {
    if let ExprKind::Literal(Literal::Duration(duration)) = &tree.kind { Some((*duration, tree.span)) } else { None }
}

fn result(op: ArithOp, a: &Ty, b: &Ty) -> Option<Type> {
    if op == ArithOp::Add && is_text(a) && is_text(b) {
        return Some(Type::Text);
    }
    let (Ty::Of(a), Ty::Of(b)) = (a, b) else { return None };
    let number = |ty: &Type| matches!(ty, Type::Int | Type::Number);
    match (op, a, b) {
        (ArithOp::Divide, a, b) if number(a) && number(b) => Some(Type::Number),
        (_, Type::Int, Type::Int) => Some(Type::Int),
        (_, a, b) if number(a) && number(b) => Some(Type::Number),
        (ArithOp::Add | ArithOp::Subtract, Type::Money, Type::Money) => Some(Type::Money),
        (ArithOp::Add | ArithOp::Subtract, Type::Percent, Type::Percent) => Some(Type::Percent),
        (ArithOp::Divide, Type::Money, Type::Money) => Some(Type::Number),
        (ArithOp::Multiply | ArithOp::Divide, Type::Money, b) if number(b) => Some(Type::Money),
        (ArithOp::Multiply, a, Type::Money) if number(a) => Some(Type::Money),
        _ => None,
    }
}

fn arith_op(op: BinaryOp) -> ArithOp {
    match op {
        BinaryOp::Subtract => ArithOp::Subtract,
        BinaryOp::Multiply => ArithOp::Multiply,
        BinaryOp::Divide => ArithOp::Divide,
        BinaryOp::Add
        | BinaryOp::And
        | BinaryOp::Or
        | BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Less
        | BinaryOp::LessEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterEqual
        | BinaryOp::Contains
        | BinaryOp::StartsWith
        | BinaryOp::EndsWith
        | BinaryOp::Default => ArithOp::Add,
    }
}
