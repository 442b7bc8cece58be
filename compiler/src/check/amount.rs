//! Numbers and lengths of time that must be more than nothing, or a share of a whole.

use flow_graph::Span as Length;
use flow_graph::{ClockWindow, Value, Weekdays};

use super::{Check, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::names::Named;
use crate::source::{Name, Span, Spanned};
use crate::syntax::tree::expr::Duration;
use crate::syntax::tree::step::DayRange;

impl Check<'_> {
    /// A length of time of more than nothing.
    pub(super) fn positive(&mut self, duration: &Spanned<Duration>, what: &str) -> Length {
        if duration.value.amount == 0 {
            self.amount(duration.span, format!("{what} of no time at all"), "write a number above 0, or leave it out");
        }
        self.spanned(duration)
    }

    /// A percentage from 0 to 100 as a share of 1.
    pub(super) fn share(&mut self, percent: &Spanned<f64>, what: &str) -> f64 {
        if !(0.0..=100.0).contains(&percent.value) {
            let message = format!("{what} of {} % is not a share", percent.value);
            self.amount(percent.span, message, "write a percentage from 0 % to 100 %");
        }
        percent.value / 100.0
    }

    /// Says that a number makes no sense where it stands.
    pub(super) fn amount(&mut self, span: Span, message: String, help: &str) {
        self.report(Diagnostic::new(Code::Amount, span, message).help(help));
    }

    /// Says that a constant is outside the values that a field may have.
    pub(super) fn in_range(&mut self, typed: &Typed, range: Option<(f64, f64)>, declared: Option<Span>) {
        let Some((low, high)) = range else { return };
        let digits = i32::from(self.program.project.currency_digits);
        #[expect(clippy::cast_precision_loss, reason = "ranges are of small numbers")]
        let number = match typed.constant() {
            Some(Value::Int(int)) => *int as f64,
            Some(Value::Number(number)) => *number,
            Some(Value::Money(minor)) => *minor as f64 / 10_f64.powi(digits),
            _ => return,
        };
        if number < low || number > high {
            let message = format!("{number} is outside {low}..{high}");
            let mut wrong = Diagnostic::new(Code::Amount, typed.span, message);
            if let Some(declared) = declared {
                wrong = wrong.label(declared, "declared here with its range");
            }
            self.report(wrong.help(format!("write a value from {low} to {high}")));
        }
    }

    /// Says that an item lacks a clause.
    pub(super) fn lacks(&mut self, name: &Name, noun: &str, clause: &str, example: &str) {
        let message = format!("the {noun} `{}` has no `{clause}`", name.value);
        self.report(Diagnostic::new(Code::MissingClause, name.span, message).help(format!("add `{example}`")));
    }

    /// A channel or a connector of the settings; silent when the settings could not be read in full.
    pub(super) fn of_settings<T: Named>(&mut self, name: &Name) -> Option<flow_graph::Id<T>> {
        if !self.settings.complete && self.names.number::<T>(&name.value).is_none() {
            return None;
        }
        self.find::<T>(name)
    }
}

/// A stretch of the day.
pub(super) fn window((from, to): (jiff::civil::Time, jiff::civil::Time)) -> ClockWindow {
    ClockWindow { from, to }
}

/// Days of the week; no days mean every day.
pub(super) fn weekdays(days: &[Spanned<DayRange>]) -> Weekdays {
    if days.is_empty() {
        return Weekdays::ALL;
    }
    days.iter().fold(Weekdays::NONE, |all, range| match range.value {
        DayRange::Day(day) => all.with(day),
        DayRange::Range(from, to) => {
            let mut all = all.with(from);
            let mut day = from;
            // At most once round the week.
            while day != to {
                day = day.next();
                all = all.with(day);
            }
            all
        }
        DayRange::Weekday => Weekdays(all.0 | Weekdays::WORKING.0),
        DayRange::Weekend => Weekdays(all.0 | Weekdays::WEEKEND.0),
    })
}
