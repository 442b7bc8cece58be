//! Values that may be missing: `??`, `is known`, and the places that refuse one.

use flow_graph::{Expr, Type, Value};

use super::logic::not;
use super::{Check, Scope, Ty, Typed};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::expr::Expr as Tree;

impl Check<'_> {
    /// `a ?? b`
    pub(super) fn default(&mut self, scope: &Scope, left: &Tree, right: &Tree, expected: Option<&Ty>) -> Typed {
        let span = left.span.to(right.span);
        // A value that is only known here to be there may still have its default: it reads well and does no harm.
        let value = self.expr(&scope.knowing_nothing(), left, expected);
        let fallback = self.expr(scope, right, Some(&value.ty));
        let Some(ty) = self.common(&value, &fallback, "a default", span) else {
            return Typed::error(span);
        };
        if !value.optional {
            let message = "this is never missing, so the default is never used";
            let wrong = Diagnostic::new(Code::NeedlessMissing, left.span, message);
            let wrong = declared(wrong, &value);
            let end = Span { start: left.span.end, ..span };
            self.report(wrong.help("remove the default").fix("remove the default", end, "", Applicability::Safe));
            return Typed { span, ..value };
        }
        let optional = fallback.optional;
        let range = union(value.range, fallback.range, fallback.constant());
        let expr = Expr::Default { value: Box::new(value.expr), fallback: Box::new(fallback.expr) };
        Typed { range, ..Typed::new(expr, ty, span) }.or_missing(optional)
    }

    /// `x is known`, `x is missing`
    pub(super) fn known(&mut self, scope: &Scope, value: &Tree, negated: bool, span: Span) -> Typed {
        let typed = self.expr(&scope.knowing_nothing(), value, None);
        if typed.is_error() {
            return Typed::error(span);
        }
        if !typed.optional {
            let word = if negated { "false" } else { "true" };
            let message = format!("this is never missing, so the test is always {word}");
            let wrong = declared(Diagnostic::new(Code::NeedlessMissing, span, message), &typed);
            self.report(wrong.help("remove the test, or add `?` to the type where it may be missing"));
            return Typed::bool(Expr::Const(Value::Bool(!negated)), span);
        }
        let known = Expr::Known(Box::new(typed.expr));
        Typed::bool(if negated { not(known) } else { known }, span)
    }

    /// Says that a value which may be missing cannot be used here; the followers are silent then.
    pub(super) fn must_be_there(&mut self, typed: &Typed, user: &str) -> bool {
        if !typed.optional || typed.is_error() {
            return true;
        }
        let written = self.sources.slice(typed.span).to_owned();
        let message = format!("`{}` may be missing, and {user} needs a value", self.text(typed.span));
        let mut wrong = declared(Diagnostic::new(Code::MayBeMissing, typed.span, message), typed);
        wrong = match self.placeholder(&typed.ty) {
            Some(default) => wrong
                .help(format!("say what stands in for it: `{written} ?? {default}`, or ask `{written} is known and …`"))
                .fix(
                    format!("add `?? {default}`"),
                    typed.span,
                    format!("({written} ?? {default})"),
                    Applicability::Display,
                ),
            None => wrong.help(format!("ask first: `{written} is known and …`")),
        };
        self.report(wrong);
        false
    }

    /// Like [`Check::must_be_there`], for `!=` and `not in`: what stands in has to be another value than those that the
    /// author wants to keep out, or the condition would never hold for those of whom nothing is known.
    pub(super) fn must_differ(&mut self, typed: &Typed, sign: &str, others: &[Value], whole: Span) -> bool {
        if !typed.optional || typed.is_error() {
            return true;
        }
        let written = self.text(typed.span);
        let message = format!("`{written}` may be missing, and `{sign}` needs a value");
        let wrong = declared(Diagnostic::new(Code::MayBeMissing, typed.span, message), typed);
        let condition = self.text(whole);
        let asked = format!("`{written} is known and {condition}`");
        let wrong = match self.other_placeholder(&typed.ty, others) {
            Some(other) => {
                let fixed = format!("({written} ?? {other})");
                wrong.help(format!("ask {asked}, or say what stands in: `{fixed} {sign} …`")).fix(
                    format!("add `?? {other}`"),
                    typed.span,
                    fixed,
                    Applicability::Display,
                )
            }
            None => wrong.help(format!("ask {asked}")),
        };
        self.report(wrong);
        false
    }

    /// A default that is none of some values.
    fn other_placeholder(&self, ty: &Ty, others: &[Value]) -> Option<String> {
        if let Ty::Of(Type::Enum(id)) = ty {
            let members = &self.names.entry(*id)?.members;
            let taken = |n: usize| others.iter().any(|v| matches!(v, Value::Enum(at) if usize::from(*at) == n));
            let (_, free) = members.iter().enumerate().rev().find(|(n, _)| !taken(*n))?;
            return Some(free.name.clone());
        }
        let empty = others.iter().any(|value| match value {
            Value::Text(text) => text.is_empty(),
            Value::Int(n) | Value::Money(n) => *n == 0,
            Value::Number(n) => *n == 0.0,
            Value::Bool(yes) => !yes,
            Value::Missing
            | Value::Enum(_)
            | Value::Date(_)
            | Value::Instant(_)
            | Value::Duration(_)
            | Value::Set(_) => false,
        });
        self.placeholder(ty).filter(|_| !empty)
    }

    /// What a default of a type looks like. Of an enum it is the last value, which is often the one for all others.
    fn placeholder(&self, ty: &Ty) -> Option<String> {
        let Ty::Of(ty) = ty else { return None };
        let text = match ty {
            Type::Text | Type::Email | Type::Phone | Type::Url | Type::TimeZone => "\"\"".to_owned(),
            Type::Int | Type::Number => "0".to_owned(),
            Type::Bool => "false".to_owned(),
            Type::Percent => "0%".to_owned(),
            Type::Money => format!("0 {}", self.program.project.currency),
            Type::Duration => "0s".to_owned(),
            Type::Set(_) => "[]".to_owned(),
            Type::Enum(id) => self.names.entry(*id)?.members.last()?.name.clone(),
            Type::Date | Type::DateTime | Type::Country => return None,
        };
        Some(text)
    }
}

fn declared(wrong: Diagnostic, typed: &Typed) -> Diagnostic {
    let words = if typed.optional { "declared here with `?`" } else { "declared here without `?`" };
    typed.declared.into_iter().fold(wrong, |wrong, span| wrong.label(span, words))
}

#[expect(clippy::cast_precision_loss, reason = "a range is of small numbers")]
fn union(range: Option<(f64, f64)>, other: Option<(f64, f64)>, constant: Option<&Value>) -> Option<(f64, f64)> {
    let other = other.or(match constant {
        Some(Value::Int(n)) => Some((*n as f64, *n as f64)),
        Some(Value::Number(n)) => Some((*n, *n)),
        _ => None,
    })?;
    let range = range?;
    Some((range.0.min(other.0), range.1.max(other.1)))
}
