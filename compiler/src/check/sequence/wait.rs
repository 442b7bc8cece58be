//! `wait until …`, `wait up to …`, `wait for …`

use flow_graph::program::{StepKind, WaitUntil};
use flow_graph::{ClockWindow, Expr, Span as Length, Type, Value};

use super::Check;
use crate::check::amount::{weekdays, window};
use crate::check::{Scope, Ty, Typed};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::{Span, Spanned};
use crate::syntax::tree::expr::ExprKind;
use crate::syntax::tree::step::{ClockTarget, MomentValue, Otherwise, WaitFor, WaitUntil as Tree};

impl Check<'_> {
    pub(super) fn wait_until(&mut self, scope: &Scope, tree: &Tree, head: Span) -> Option<StepKind> {
        match tree {
            Tree::Clock { days, time } => {
                let (window, single) = match time {
                    ClockTarget::At(time) => (ClockWindow { from: time.value, to: time.value }, true),
                    ClockTarget::Within(stretch) => {
                        if stretch.value.0 == stretch.value.1 {
                            let help = "write one time, `wait until 09:00`, or two that differ";
                            self.amount(stretch.span, "a window that begins where it ends".to_owned(), help);
                        }
                        (window(stretch.value), false)
                    }
                };
                Some(StepKind::WaitUntil(WaitUntil::Clock { days: weekdays(days), window, single }))
            }
            Tree::Moment { value, at, otherwise } => {
                if self.day_as_moment(value) {
                    return None;
                }
                if otherwise.is_none() {
                    let message = "it is not said what happens when this moment is past or missing";
                    let diagnostic = Diagnostic::new(Code::MomentElse, head, message);
                    let help = "add `else exit`: the run ends, or `else continue`: it goes on at once";
                    let fix = |word: &str| (format!("add `else {word}`"), format!(" else {word}"));
                    let (exit, go_on) = (fix("exit"), fix("continue"));
                    let diagnostic = diagnostic.help(help).fix(exit.0, head.after(), exit.1, Applicability::Display);
                    self.report(diagnostic.fix(go_on.0, head.after(), go_on.1, Applicability::Display));
                }
                let otherwise_exit = otherwise.as_ref().is_none_or(|word| matches!(word.value, Otherwise::Exit));
                let (value, time) = self.moment_value(scope, value, at.as_ref())?;
                Some(StepKind::WaitUntil(WaitUntil::Moment { value, at: time, otherwise_exit }))
            }
        }
    }

    /// `wait until tue at 10:00`: a day of the week is no moment, and stands directly before its time.
    fn day_as_moment(&mut self, value: &MomentValue) -> bool {
        let MomentValue::Expr(expr) = value else { return false };
        let ExprKind::Path(names) = &expr.kind else { return false };
        let [name] = names.as_slice() else { return false };
        let day = name.value.as_str();
        let is_day = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "weekday", "weekend"].contains(&day);
        if is_day {
            let message = format!("`{day}` is not followed by its time of day");
            let wrong = Diagnostic::new(Code::UnknownName, name.span, message);
            self.report(wrong.help(format!("write `wait until {day} 10:00`, without `at`")));
        }
        is_day
    }

    /// The moment, and the time of day when it is a date.
    fn moment_value(
        &mut self,
        scope: &Scope,
        tree: &MomentValue,
        at: Option<&Spanned<jiff::civil::Time>>,
    ) -> Option<(Expr, Option<jiff::civil::Time>)> {
        let typed = match tree {
            MomentValue::Literal(literal) => {
                if literal.value.offset_minutes.is_none() && at.is_none() {
                    // A local time is one in the zone of the contact: its date, and its time of day.
                    let local = literal.value.local;
                    return Some((Expr::Const(Value::Date(local.date())), Some(local.time())));
                }
                let instant = self.instant(literal.value, literal.span)?;
                Typed::of(Expr::Const(Value::Instant(instant)), Type::DateTime, literal.span)
            }
            MomentValue::Expr(expr) => self.moment(scope, expr),
        };
        if let (Ty::Of(Type::DateTime), Some(at)) = (&typed.ty, at) {
            let message = "this is an instant already, so it has a time of day";
            let wrong = Diagnostic::new(Code::TypeMismatch, at.span, message);
            self.report(wrong.label(typed.span, "a datetime").help("remove `at …`"));
            return None;
        }
        (!typed.is_error()).then_some((typed.expr, at.map(|at| at.value)))
    }

    /// The limit of a wait for something; what makes no sense about the wait is reported.
    pub(super) fn wait_for(&mut self, tree: &WaitFor, head: Span) -> Option<Length> {
        let limit = tree.limit.as_ref().map(|limit| self.positive(limit, "a wait"));
        let problem = match (&tree.limit, tree.branches.is_empty(), &tree.timeout) {
            (None, true, _) => {
                Some(("it is not said what this waits for", "write `wait for EVENT`, or `wait for { on EVENT { … } }`"))
            }
            (Some(_), true, _) => Some((
                "it is not said what this waits for",
                "write `wait 1 day` to wait in any case, or add `on EVENT { … }`",
            )),
            (None, false, Some(_)) => {
                Some(("a wait without a limit never times out", "write `wait up to 1 day { … }`, or remove `timeout`"))
            }
            (_, false, _) => None,
        };
        if let Some((message, help)) = problem.filter(|_| !self.flow.broken) {
            self.report(Diagnostic::new(Code::WaitShape, head, message).help(help));
        }
        limit
    }
}
