//! Literals: texts, numbers, dates, times and durations.

use jiff::civil;

use super::{Builder, Pair, Rule};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::{Name, Span, Spanned};
use crate::syntax::tree::expr::{DateTime, Duration, DurationUnit, Literal};
use crate::syntax::tree::message::TextLiteral;

impl Builder<'_> {
    /// A literal, a sign before a number included.
    pub(super) fn literal(&mut self, pair: &Pair<'_>) -> Option<Spanned<Literal>> {
        let span = self.span(pair);
        let text = self.text(pair);
        let value = match pair.as_rule() {
            Rule::text => Literal::Text(self.unquote(pair).text),
            Rule::datetime => Literal::DateTime(self.datetime(pair)?.value),
            Rule::date => Literal::Date(self.date(pair)?.value),
            Rule::clock => Literal::Clock(self.clock(pair)?.value),
            Rule::duration | Rule::wrong_duration => Literal::Duration(self.duration(pair)?.value),
            Rule::percent => Literal::Percent(self.decimal(text.trim_end_matches('%').trim_end(), span)?),
            Rule::money => {
                let (amount, currency) = text.split_once([' ', '\t'])?;
                Literal::Money { amount: amount.to_owned(), currency: currency.trim().to_owned() }
            }
            Rule::truth => Literal::Bool(text == "true"),
            Rule::number | Rule::signed_number if text.contains('.') => Literal::Number(self.decimal(text, span)?),
            Rule::number | Rule::signed_number | Rule::whole | Rule::signed_whole => {
                Literal::Int(self.integer(text, span)?)
            }
            _ => return None,
        };
        Some(Spanned::new(value, span))
    }

    /// A number as it counts in scores: `20`, `-3.5`.
    pub(super) fn number(&mut self, pair: &Pair<'_>) -> Option<Spanned<f64>> {
        let span = self.span(pair);
        let text: String = self.text(pair).chars().filter(|c| !c.is_whitespace() && *c != '%').collect();
        Some(Spanned::new(self.decimal(&text, span)?, span))
    }

    /// A whole number without a sign.
    pub(super) fn count(&mut self, pair: &Pair<'_>) -> Option<u32> {
        let span = self.span(pair);
        let found = self.integer(self.text(pair), span)?;
        let Ok(number) = u32::try_from(found) else {
            self.too_large(span, "a count goes up to 4294967295");
            return None;
        };
        Some(number)
    }

    pub(super) fn integer(&mut self, text: &str, span: Span) -> Option<i64> {
        let found = text.parse().ok();
        if found.is_none() {
            self.too_large(span, "whole numbers go up to 9223372036854775807");
        }
        found
    }

    fn decimal(&mut self, text: &str, span: Span) -> Option<f64> {
        let found = text.parse().ok().filter(|number: &f64| number.abs() < 1e15);
        if found.is_none() {
            self.too_large(span, "fractions, amounts and shares go up to 999999999999999");
        }
        found
    }

    fn too_large(&mut self, span: Span, help: &str) {
        self.bad_literal(Diagnostic::new(Code::BadLiteral, span, "this number is too large").help(help));
    }

    /// Reports a literal that cannot be; the clause that holds it vanishes.
    fn bad_literal(&mut self, diagnostic: Diagnostic) {
        self.broken = true;
        self.report(diagnostic);
    }

    /// A text without its quotes, its escapes resolved.
    pub(super) fn unquote(&mut self, pair: &Pair<'_>) -> TextLiteral {
        let span = self.span(pair);
        let inside = inside_quotes(self.text(pair));
        if !inside.contains('\\') {
            return TextLiteral { text: inside.to_owned(), span };
        }
        let mut text = String::with_capacity(inside.len());
        let mut chars = inside.char_indices();
        while let Some((i, c)) = chars.next() {
            if c != '\\' {
                text.push(c);
                continue;
            }
            match chars.next().map_or(' ', |(_, c)| c) {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                c @ ('"' | '\\') => text.push(c),
                other => {
                    let start = pair.as_span().start() + 1 + i;
                    let place = self.at(start, start + 1 + other.len_utf8());
                    self.report(bad_escape(other, place));
                    text.push(other);
                }
            }
        }
        TextLiteral { text, span }
    }

    /// A text as a name: its words with the span of the whole.
    pub(super) fn quoted(&mut self, pair: &Pair<'_>) -> Name {
        let text = self.unquote(pair);
        Spanned::new(text.text, text.span)
    }

    /// A pattern: backslashes are its own, only `\"` is a quote.
    pub(super) fn pattern(&self, pair: &Pair<'_>) -> Name {
        Spanned::new(inside_quotes(self.text(pair)).replace("\\\"", "\""), self.span(pair))
    }

    pub(super) fn date(&mut self, pair: &Pair<'_>) -> Option<Spanned<civil::Date>> {
        let span = self.span(pair);
        let found = read_date(self.text(pair));
        if found.is_none() {
            let message = format!("there is no day `{}`", self.text(pair));
            let help = "a date is written year-month-day, such as `2026-02-28`";
            self.bad_literal(Diagnostic::new(Code::BadLiteral, span, message).help(help));
        }
        Some(Spanned::new(found?, span))
    }

    pub(super) fn clock(&mut self, pair: &Pair<'_>) -> Option<Spanned<civil::Time>> {
        let span = self.span(pair);
        let text = self.text(pair);
        let Some(found) = read_clock(text) else {
            let diagnostic = Diagnostic::new(Code::BadLiteral, span, format!("there is no time of day `{text}`"))
                .help("times go from `00:00` to `23:59`; midnight is `00:00`");
            self.bad_literal(diagnostic);
            return None;
        };
        if text.find(':') == Some(1) {
            let better = format!("0{text}");
            self.report(
                Diagnostic::new(Code::BadLiteral, span, "an hour has two digits")
                    .help(format!("write `{better}`"))
                    .fix(format!("write `{better}`"), span, better, Applicability::Safe),
            );
        }
        Some(Spanned::new(found, span))
    }

    pub(super) fn datetime(&mut self, pair: &Pair<'_>) -> Option<Spanned<DateTime>> {
        let span = self.span(pair);
        let found = read_datetime(self.text(pair));
        if found.is_none() {
            let message = format!("there is no instant `{}`", self.text(pair));
            let help =
                "an instant is written such as `2026-03-27T09:00`, `2026-03-27T09:00Z` or `2026-03-27T09:00+01:00`";
            self.bad_literal(Diagnostic::new(Code::BadLiteral, span, message).help(help));
        }
        Some(Spanned::new(found?, span))
    }

    /// A duration; one in another style is reported and read as what it means.
    pub(super) fn duration(&mut self, pair: &Pair<'_>) -> Option<Spanned<Duration>> {
        let span = self.span(pair);
        let text = self.text(pair);
        let split = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (amount, unit) = (text.get(..split)?, text.get(split..)?.trim());
        let unit = read_unit(unit)?;
        if pair.as_rule() == Rule::duration {
            let Ok(amount) = amount.parse() else {
                self.too_large(span, "durations go up to 4294967295 of their unit");
                return None;
            };
            return Some(Spanned::new(Duration { amount, unit }, span));
        }
        let diagnostic = Diagnostic::new(Code::BadDuration, span, format!("`{text}` is not how a duration is written"));
        let Some(meant) = whole_duration(amount, unit) else {
            let help = "a duration is a whole number: `36h`, `10 days`, `90m`";
            self.bad_literal(diagnostic.help(help));
            return None;
        };
        let better = write_duration(meant);
        let why = match unit {
            DurationUnit::Second | DurationUnit::Minute | DurationUnit::Hour => "elapsed time sticks to its number",
            _ => "calendar time is written out",
        };
        self.report(diagnostic.help(format!("write `{better}`: {why}")).fix(
            format!("write `{better}`"),
            span,
            better,
            Applicability::Safe,
        ));
        Some(Spanned::new(meant, span))
    }
}

fn bad_escape(c: char, place: Span) -> Diagnostic {
    Diagnostic::new(Code::BadEscape, place, format!("`\\{c}` means nothing in a text"))
        .help("a text knows `\\\"`, `\\\\`, `\\n` and `\\t`; write `\\\\` for a backslash")
        .fix("double the backslash", place, format!("\\\\{c}"), Applicability::Unsafe)
}

fn inside_quotes(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or("")
}

fn read_date(text: &str) -> Option<civil::Date> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    civil::Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// `09:00`, `09:00:30`, `09:00:30.250`
fn read_clock(text: &str) -> Option<civil::Time> {
    let mut parts = text.split(':');
    let (hour, minute) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let Some(second) = parts.next() else { return civil::Time::new(hour, minute, 0, 0).ok() };
    let (second, fraction) = second.split_once('.').unwrap_or((second, ""));
    let nanos: i32 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    civil::Time::new(hour, minute, second.parse().ok()?, nanos).ok()
}

fn read_datetime(text: &str) -> Option<DateTime> {
    let (date, rest) = text.split_once('T')?;
    let (clock, offset_minutes) = match rest.find(['Z', '+', '-']) {
        None => (rest, None),
        Some(at) => {
            let (clock, offset) = (rest.get(..at)?, rest.get(at..)?);
            (clock, Some(read_offset(offset)?))
        }
    };
    let clock = if clock.find(':') == Some(1) { return None } else { read_clock(clock)? };
    Some(DateTime { local: read_date(date)?.to_datetime(clock), offset_minutes })
}

/// `Z`, `+01:00`
fn read_offset(text: &str) -> Option<i32> {
    if text == "Z" {
        return Some(0);
    }
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let total = hours * 60 + minutes;
    let possible = minutes < 60 && total <= 18 * 60;
    possible.then_some(if text.starts_with('-') { -total } else { total })
}

fn read_unit(word: &str) -> Option<DurationUnit> {
    let word = word.to_ascii_lowercase();
    let unit = match word.as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => DurationUnit::Second,
        "m" | "min" | "mins" | "minute" | "minutes" => DurationUnit::Minute,
        "h" | "hr" | "hrs" | "hour" | "hours" => DurationUnit::Hour,
        "d" | "day" | "days" => DurationUnit::Day,
        "w" | "wk" | "wks" | "week" | "weeks" => DurationUnit::Week,
        "month" | "months" => DurationUnit::Month,
        "y" | "yr" | "yrs" | "year" | "years" => DurationUnit::Year,
        _ => return None,
    };
    Some(unit)
}

/// `1.5 h` is 90 minutes; half a day has no such answer, since days differ in length.
fn whole_duration(amount: &str, unit: DurationUnit) -> Option<Duration> {
    if let Ok(amount) = amount.parse() {
        return Some(Duration { amount, unit });
    }
    let smaller = match unit {
        DurationUnit::Hour => DurationUnit::Minute,
        DurationUnit::Minute => DurationUnit::Second,
        _ => return None,
    };
    let (whole, tenths) = amount.split_once('.')?;
    let (whole, digit): (u32, u32) = (whole.parse().ok()?, tenths.trim_end_matches('0').parse().ok()?);
    // Tenths of 60 are whole; hundredths need not be.
    let single = tenths.trim_end_matches('0').len() == 1;
    let amount = whole.checked_mul(60)?.checked_add(digit * 6)?;
    single.then_some(Duration { amount, unit: smaller })
}

/// A duration as it is written.
fn write_duration(duration: Duration) -> String {
    let amount = duration.amount;
    let plural = if amount == 1 { "" } else { "s" };
    match duration.unit {
        DurationUnit::Second => format!("{amount}s"),
        DurationUnit::Minute => format!("{amount}m"),
        DurationUnit::Hour => format!("{amount}h"),
        DurationUnit::Day => format!("{amount} day{plural}"),
        DurationUnit::Week => format!("{amount} week{plural}"),
        DurationUnit::Month => format!("{amount} month{plural}"),
        DurationUnit::Year => format!("{amount} year{plural}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_keep_their_offset() {
        assert_eq!(read_datetime("2026-03-27T09:00+01:30").unwrap().offset_minutes, Some(90));
        assert_eq!(read_datetime("2026-03-27T09:00:01.5Z").unwrap().local.subsec_nanosecond(), 500_000_000);
        assert!(read_datetime("2026-02-30T09:00").is_none());
    }

    #[test]
    fn fractions_become_the_smaller_unit() {
        let meant = |amount, unit| whole_duration(amount, unit).map(write_duration);
        assert_eq!(meant("1.5", DurationUnit::Hour).as_deref(), Some("90m"));
        assert_eq!(meant("2", DurationUnit::Day).as_deref(), Some("2 days"));
        assert_eq!(meant("1.5", DurationUnit::Day), None);
    }
}
