//! Times as texts of files say them.

use flow_graph::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// An instant: RFC 3339 with an offset; without one in the zone; a date alone is its midnight there.
pub(crate) fn instant(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    let instant = match text.parse::<jiff::Timestamp>() {
        Ok(instant) => instant,
        Err(_) => zone.to_timestamp(text.parse::<DateTime>().ok()?).ok()?,
    };
    valid(instant.as_millisecond())
}

/// A date: of a time with a clock, the date as it is written.
pub(crate) fn date(text: &str) -> Option<Date> {
    let text = text.trim();
    text.parse::<Date>().ok().or_else(|| text.get(..10)?.parse().ok())
}

/// A length of time: ISO 8601 (`PT90S`, `P1DT2H`; a day is 24 h), in milliseconds. Months and years have none.
pub(crate) fn duration(text: &str) -> Option<i64> {
    let span: jiff::Span = text.trim().parse().ok()?;
    if span.get_years() != 0 || span.get_months() != 0 {
        return None;
    }
    let days = i64::from(span.get_weeks()) * 7 + i64::from(span.get_days());
    let rest = span.weeks(0).days(0).total(jiff::Unit::Millisecond).ok()?;
    let rest = whole(rest)?;
    days.checked_mul(86_400_000)?.checked_add(rest)
}

/// A number that is whole and fits.
pub(crate) fn whole(number: f64) -> Option<i64> {
    /// The first power of two that does not fit; below it the cast is exact.
    const END: f64 = 9_223_372_036_854_775_808.0;
    #[expect(clippy::cast_possible_truncation, reason = "the range and the fraction are checked")]
    (number.fract() == 0.0 && (-END..END).contains(&number)).then_some(number as i64)
}

fn valid(ms: i64) -> Option<Timestamp> {
    let at = Timestamp(ms);
    (Timestamp::FIRST_VALID..=Timestamp::LAST_VALID).contains(&at).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    #[test]
    fn instants_with_and_without_offset() {
        for (text, expected) in [
            ("2026-11-23T09:48:41.924+00:00", "2026-11-23T09:48:41.924Z"),
            ("2026-11-23T09:48:41.924Z", "2026-11-23T09:48:41.924Z"),
            ("2026-01-05T10:00", "2026-01-05T09:00:00.000Z"),
            ("2026-01-05 10:00:01", "2026-01-05T09:00:01.000Z"),
            ("1997-01-01", "1996-12-31T23:00:00.000Z"),
            ("2026-03-29T02:30", "2026-03-29T01:30:00.000Z"),
            ("2026-10-25T02:30", "2026-10-25T00:30:00.000Z"),
        ] {
            assert_eq!(instant(text, &berlin()).unwrap().to_string(), expected, "{text}");
        }
        for text in ["", "yesterday", "2026-13-01", "9999-12-31T23:59:59Z", "12", "2026-01-05T25:00"] {
            assert_eq!(instant(text, &berlin()), None, "{text}");
        }
    }

    #[test]
    fn durations() {
        assert_eq!(duration("PT1H30M"), Some(5_400_000));
        assert_eq!(duration("P1DT0.5S"), Some(86_400_500));
        assert_eq!(duration("P1M"), None);
        assert_eq!(duration("soon"), None);
    }
}
