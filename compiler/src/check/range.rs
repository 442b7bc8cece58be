//! Comparisons whose outcome is known before anybody comes: constants, and numbers outside of the declared range.

use flow_graph::Value;
use flow_graph::expr::CompareOp;

use super::compare::flipped;
use super::{Check, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

impl Check<'_> {
    /// The outcome of a comparison that can have only one; it has been reported then.
    pub(super) fn constant_comparison(&mut self, op: CompareOp, l: &Typed, r: &Typed, span: Span) -> Option<bool> {
        let (outcome, of) = match (l.constant(), r.constant()) {
            (Some(a), Some(b)) => (Some(op.holds(a.order(b))), None),
            (None, Some(value)) => (self.within(op, l, value), Some(l)),
            (Some(value), None) => (self.within(flipped(op), r, value), Some(r)),
            (None, None) => (None, None),
        };
        let always = outcome?;
        if always && of.is_some_and(|typed| typed.optional) {
            return None;
        }
        let (code, word) = if always { (Code::AlwaysTrue, "always") } else { (Code::NeverTrue, "never") };
        let at = match of {
            Some(typed) if typed.span == l.span => r.span,
            Some(_) => l.span,
            None => span,
        };
        let mut wrong = Diagnostic::new(code, at, format!("this comparison is {word} true"));
        if let Some((typed, (low, high))) = of.and_then(|typed| Some((typed, typed.range?))) {
            let words =
                if high.is_infinite() { format!("never below {low}") } else { format!("always in {low}..{high}") };
            wrong = wrong.label(typed.span, words);
            wrong = typed.declared.into_iter().fold(wrong, |w, at| w.label(at, "declared here"));
        }
        self.report(wrong.help("compare with a value that it can have"));
        Some(always)
    }

    /// Reports a constant outside of what the field that it is written to allows.
    pub(super) fn must_be_in_range(&mut self, value: &Typed, range: Option<(f64, f64)>, declared: Option<Span>) {
        let (Some((low, high)), Some(number)) = (range, value.constant().and_then(|v| self.major(v))) else { return };
        if number < low || number > high {
            let message = format!("`{}` is outside of `{low}..{high}`", self.text(value.span));
            let wrong = Diagnostic::new(Code::NeverTrue, value.span, message);
            self.report(declared.into_iter().fold(wrong, |w, at| w.label(at, "the field is declared here")));
        }
    }

    fn within(&self, op: CompareOp, typed: &Typed, value: &Value) -> Option<bool> {
        let (low, high) = typed.range?;
        let c = self.major(value)?;
        match op {
            CompareOp::Equal => (c < low || c > high).then_some(false),
            CompareOp::NotEqual => (c < low || c > high).then_some(true),
            CompareOp::Less => decided(high < c, low >= c),
            CompareOp::LessEqual => decided(high <= c, low > c),
            CompareOp::Greater => decided(low > c, high <= c),
            CompareOp::GreaterEqual => decided(low >= c, high < c),
        }
    }

    /// A number as ranges have it: money in major units.
    #[expect(clippy::cast_precision_loss, reason = "ranges are binary fractions")]
    pub(super) fn major(&self, value: &Value) -> Option<f64> {
        match value {
            Value::Int(n) => Some(*n as f64),
            Value::Number(n) => Some(*n),
            Value::Money(minor) => Some(*minor as f64 / 10_f64.powi(i32::from(self.program.project.currency_digits))),
            Value::Missing
            | Value::Bool(_)
            | Value::Text(_)
            | Value::Enum(_)
            | Value::Date(_)
            | Value::Instant(_)
            | Value::Duration(_)
            | Value::Set(_) => None,
        }
    }
}

fn decided(always: bool, never: bool) -> Option<bool> {
    if always {
        Some(true)
    } else if never {
        Some(false)
    } else {
        None
    }
}
