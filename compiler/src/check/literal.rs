//! Literals: the same digits mean another thing where money, a share or a length of time is wanted, so a literal
//! without its unit is an error there, with the unit as fix.

use std::sync::Arc;

use flow_graph::{Expr, Timestamp, Type, Value};
use jiff::tz::{Offset, TimeZone};

use super::types::enum_of;
use super::{Check, Ty, Typed};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::settings::zone;
use crate::source::{Name, Span};
use crate::syntax::tree::expr::{DateTime, Duration, DurationUnit, Literal};

impl Check<'_> {
    pub(super) fn literal(&mut self, literal: &Literal, span: Span, expected: Option<&Ty>) -> Typed {
        let wanted = if let Some(Ty::Of(ty)) = expected { Some(ty) } else { None };
        match literal {
            Literal::Text(text) => self.text_literal(text, span, expected),
            #[expect(clippy::cast_precision_loss, reason = "an int beyond 2^53 is no amount that anybody writes")]
            Literal::Int(n) => match wanted {
                Some(Type::Number) => constant(Value::Number(*n as f64), Type::Number, span),
                _ if self.lacks_unit(wanted, span) => Typed::error(span),
                _ => constant(Value::Int(*n), Type::Int, span),
            },
            Literal::Number(_) if self.lacks_unit(wanted, span) => Typed::error(span),
            Literal::Number(n) => constant(Value::Number(*n), Type::Number, span),
            Literal::Percent(_) if matches!(wanted, Some(Type::Int | Type::Number)) => {
                let fixed = self.sources.slice(span).trim_end_matches('%').trim().to_owned();
                let message = "this is a percentage, a plain number is needed";
                let wrong = Diagnostic::new(Code::WrongUnit, span, message).help(format!("write `{fixed}`"));
                self.report(wrong.fix(format!("write `{fixed}`"), span, fixed, Applicability::Unsafe));
                Typed::error(span)
            }
            Literal::Percent(n) => constant(Value::Number(*n), Type::Percent, span),
            Literal::Money { amount, currency } => match self.money(amount, currency, span) {
                Some(minor) => constant(Value::Money(minor), Type::Money, span),
                None => Typed::error(span),
            },
            Literal::Bool(b) => constant(Value::Bool(*b), Type::Bool, span),
            Literal::Date(date) => {
                if wanted == Some(&Type::DateTime) {
                    let wrong =
                        Diagnostic::new(Code::WrongUnit, span, format!("`{date}` is a date, a time is needed too"));
                    let fixed = format!("{date}T00:00");
                    let help = format!("the start of that day is `{fixed}`");
                    self.report(wrong.help(help).fix(format!("write `{fixed}`"), span, fixed, Applicability::Unsafe));
                    return Typed::error(span);
                }
                constant(Value::Date(*date), Type::Date, span)
            }
            Literal::DateTime(time) => {
                if wanted == Some(&Type::Date) {
                    let date = time.local.date();
                    let wrong =
                        Diagnostic::new(Code::WrongUnit, span, "this is an instant, a date without a time is needed");
                    let wrong = wrong.help(format!("write `{date}`"));
                    self.report(wrong.fix(format!("write `{date}`"), span, date.to_string(), Applicability::Unsafe));
                    return Typed::error(span);
                }
                match self.instant(*time, span) {
                    Some(instant) => constant(Value::Instant(instant), Type::DateTime, span),
                    None => Typed::error(span),
                }
            }
            Literal::Clock(time) => {
                let message = format!("`{}` is a time of day, which cannot be compared", time.strftime("%H:%M"));
                let wrong = Diagnostic::new(Code::WrongUnit, span, message);
                self.report(wrong.help("a time of day stands in `wait until 09:00`, in `quiet` and in calendars"));
                Typed::error(span)
            }
            Literal::Duration(duration) => self.duration_literal(*duration, span, wanted),
        }
    }

    /// Minor units of an amount in the project's currency; what does not fit is reported.
    pub(crate) fn money(&mut self, amount: &str, currency: &str, span: Span) -> Option<i64> {
        let Some(own) = &self.settings.project.currency else {
            if self.settings.complete {
                let wrong = Diagnostic::new(Code::WrongUnit, span, "the project has no currency");
                let help = format!("write `currency = \"{currency}\"` under `[project]` in `flow.toml`");
                self.report(wrong.label(self.settings.project.name.span, "of this project").help(help));
            }
            return None;
        };
        if own.value != currency {
            let message = format!("`{currency}` is not the currency of the project, which is `{}`", own.value);
            let wrong = Diagnostic::new(Code::WrongUnit, span, message).label(own.span, "set here");
            self.report(wrong.help(format!("convert the amount and write it in `{}`", own.value)));
            return None;
        }
        let digits = usize::from(self.settings.project.currency_digits);
        let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
        let padded = format!("{whole}{fraction:0<digits$}");
        if fraction.len() > digits {
            let message = format!("`{}` has {digits} digits behind the point, not {}", own.value, fraction.len());
            self.report(Diagnostic::new(Code::WrongUnit, span, message).help("leave out the further digits"));
            return None;
        }
        let minor = padded.replace('_', "").parse().ok();
        if minor.is_none() {
            self.report(Diagnostic::new(Code::WrongUnit, span, "this amount is too large"));
        }
        minor
    }

    /// The instant of a local time: in the project's zone where no offset is written.
    pub(crate) fn instant(&mut self, time: DateTime, span: Span) -> Option<Timestamp> {
        let zoned = match time.offset_minutes {
            Some(minutes) => Offset::from_seconds(minutes * 60).ok().map(TimeZone::fixed),
            None => zone::get(&self.settings.project.timezone.value),
        };
        let instant = zoned.and_then(|zone| zone.to_ambiguous_timestamp(time.local).compatible().ok());
        let instant = instant.map(|at| Timestamp(at.as_millisecond()));
        if instant.is_none() && (time.offset_minutes.is_some() || self.settings.complete) {
            self.report(Diagnostic::new(Code::WrongUnit, span, "there is no such instant"));
        }
        instant
    }

    /// Elapsed time is a value; calendar time has no fixed length and can only move a date or look back.
    fn duration_literal(&mut self, duration: Duration, span: Span, wanted: Option<&Type>) -> Typed {
        let length = self.span(duration, span);
        match duration.unit {
            DurationUnit::Second | DurationUnit::Minute | DurationUnit::Hour => {
                constant(Value::Duration(length.nominal_ms()), Type::Duration, span)
            }
            DurationUnit::Day | DurationUnit::Week | DurationUnit::Month | DurationUnit::Year => {
                if wanted == Some(&Type::Duration) {
                    let fixed = format!("{}h", length.nominal_ms() / 3_600_000);
                    let message = "calendar time has no fixed length, and a duration is elapsed time";
                    let wrong = Diagnostic::new(Code::WrongUnit, span, message).help(format!("write `{fixed}`"));
                    self.report(wrong.fix(format!("write `{fixed}`"), span, fixed, Applicability::Unsafe));
                    return Typed::error(span);
                }
                Typed::new(Expr::Const(Value::Missing), Ty::CalendarSpan, span)
            }
        }
    }

    fn text_literal(&mut self, text: &str, span: Span, expected: Option<&Ty>) -> Typed {
        let plain = || Value::text(text);
        match expected {
            Some(Ty::NameOf(kind)) => {
                let name = Name::new(text.to_owned(), span);
                self.name_value(*kind, &name).map_or(Typed::error(span), |value| constant(value, Type::Text, span))
            }
            Some(Ty::Of(Type::Email)) if !text.is_empty() && !text.contains('@') => {
                let message = format!("`{text}` is not an email address: there is no `@` in it");
                let help =
                    "write a whole address: `\"ana@x.example\"`; for a part of one ask `contains` or `ends with`";
                self.report(Diagnostic::new(Code::WrongUnit, span, message).help(help));
                Typed::error(span)
            }
            Some(Ty::Of(Type::Email)) => constant(Value::Text(email(text)), Type::Email, span),
            Some(Ty::Of(Type::TimeZone)) => match zone::find(text) {
                Some(found) => constant(Value::text(&found), Type::TimeZone, span),
                None => {
                    self.report(zone::unknown(&Name::new(text.to_owned(), span)));
                    Typed::error(span)
                }
            },
            Some(Ty::Of(ty @ (Type::Phone | Type::Url))) => constant(plain(), ty.clone(), span),
            Some(Ty::Of(ty @ (Type::Country | Type::Enum(_)))) => {
                let what = self.describe(&Ty::Of(ty.clone()));
                let wrong = Diagnostic::new(Code::WrongUnit, span, format!("this is a text, {what} is needed"));
                let is_value = enum_of(ty).is_none_or(|id| self.names.member_number(id, text).is_some());
                self.report(if is_value && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                    let title = format!("write `{text}`");
                    wrong.help("leave out the quotes").fix(title, span, text, Applicability::Safe)
                } else {
                    wrong.help("write one of its values, without quotes")
                });
                Typed::error(span)
            }
            _ => constant(plain(), Type::Text, span),
        }
    }

    /// Reports a bare number where something with a unit is needed.
    fn lacks_unit(&mut self, wanted: Option<&Type>, span: Span) -> bool {
        let unit = match wanted {
            Some(Type::Percent) => "%".to_owned(),
            Some(Type::Money) => match &self.settings.project.currency {
                Some(currency) => format!(" {}", currency.value),
                None => return false,
            },
            Some(Type::Duration) => "h".to_owned(),
            _ => return false,
        };
        let what = wanted.map(|ty| self.describe(&Ty::Of(ty.clone()))).unwrap_or_default();
        let fixed = format!("{}{unit}", self.sources.slice(span));
        let wrong = Diagnostic::new(Code::WrongUnit, span, format!("this is a bare number, {what} is needed"));
        let how = if wanted == Some(&Type::Duration) { Applicability::Display } else { Applicability::Unsafe };
        self.report(wrong.help(format!("write its unit: `{fixed}`")).fix(format!("write `{fixed}`"), span, fixed, how));
        true
    }
}

/// A constant of a type.
pub(super) fn constant(value: Value, ty: Type, span: Span) -> Typed {
    Typed::of(Expr::Const(value), ty, span)
}

/// An address as it is kept: the domain in lower case.
pub(super) fn email(text: &str) -> Arc<str> {
    match text.rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", domain.to_lowercase()).into(),
        None => text.into(),
    }
}
