//! Durations in settings, written as in a `.flow` file: `72h`, `30 days`.

use flow_graph::Span;

/// What a text that is no duration should have been.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoDuration {
    /// Another spelling is meant: the right one.
    Write(String),
    /// It is not clear what is meant.
    Unclear,
}

/// Reads a duration of more than nothing.
pub(crate) fn parse(text: &str) -> Result<Span, NoDuration> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits).ok_or(NoDuration::Unclear)?;
    let amount: u32 = number.parse().map_err(|_| NoDuration::Unclear)?;
    if amount == 0 {
        return Err(NoDuration::Unclear);
    }
    let calendar = |months: u32, days: u32| {
        let product = amount.checked_mul(months).zip(amount.checked_mul(days));
        product.map(|(months, days)| Span::Calendar { months, days }).ok_or(NoDuration::Unclear)
    };
    let elapsed = |ms: i64| Ok(Span::Elapsed(i64::from(amount) * ms));
    let spelling = |unit: &str| Err(NoDuration::Write(format!("{amount}{unit}")));
    let plural = |unit: &str| Err(NoDuration::Write(format!("{amount} {unit}{}", if amount == 1 { "" } else { "s" })));
    match unit {
        "s" => elapsed(1_000),
        "m" => elapsed(60_000),
        "h" => elapsed(3_600_000),
        " day" | " days" => calendar(0, 1),
        " week" | " weeks" => calendar(0, 7),
        " month" | " months" => calendar(1, 0),
        " year" | " years" => calendar(12, 0),
        _ => match unit.trim() {
            "s" | "sec" | "secs" | "second" | "seconds" => spelling("s"),
            "m" | "min" | "mins" | "minute" | "minutes" => spelling("m"),
            "h" | "hr" | "hrs" | "hour" | "hours" => spelling("h"),
            "d" | "day" | "days" => plural("day"),
            "w" | "week" | "weeks" => plural("week"),
            "mo" | "month" | "months" => plural("month"),
            "y" | "year" | "years" => plural("year"),
            _ => Err(NoDuration::Unclear),
        },
    }
}

#[cfg(test)]
mod tests {
    use flow_graph::Span;

    use super::{NoDuration, parse};

    #[test]
    fn reads_both_kinds() {
        assert_eq!(parse("72h"), Ok(Span::Elapsed(72 * 3_600_000)));
        assert_eq!(parse("30 days"), Ok(Span::Calendar { months: 0, days: 30 }));
        assert_eq!(parse("2 years"), Ok(Span::Calendar { months: 24, days: 0 }));
    }

    #[test]
    fn says_what_to_write() {
        assert_eq!(parse("1d"), Err(NoDuration::Write("1 day".into())));
        assert_eq!(parse("2 hours"), Err(NoDuration::Write("2h".into())));
        assert_eq!(parse("0h"), Err(NoDuration::Unclear));
        assert_eq!(parse("soon"), Err(NoDuration::Unclear));
        assert_eq!(parse("4000000000 years"), Err(NoDuration::Unclear));
    }
}
