//! Times as texts of files say them.

use flow_graph::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// An instant: RFC 3339 with an offset; without one in the zone; a date alone is its midnight there.
pub(crate) fn instant(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    if let Some(ms) = plain(text) {
        return valid(ms);
    }
    let text = text.trim();
    let instant = match text.parse::<jiff::Timestamp>() {
        Ok(instant) => instant,
        Err(_) => zone.to_timestamp(text.parse::<DateTime>().ok()?).ok()?,
    };
    valid(instant.as_millisecond())
}

/// Milliseconds of `2026-11-23T09:48:41.924Z`, with or without a fraction, or with an offset such as `+01:00`: what
/// nearly all clients write. `None`: it is written in another way, or it is wrong.
pub(super) fn plain(text: &str) -> Option<i64> {
    let (stamp, rest) = text.as_bytes().split_first_chunk::<19>()?;
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2] = stamp else {
        return None;
    };
    let (year, month) = (pair(y1, y2)? * 100 + pair(y3, y4)?, pair(m1, m2)?);
    let (day, hour, minute, second) = (pair(d1, d2)?, pair(h1, h2)?, pair(n1, n2)?, pair(s1, s2)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        _ => return None,
    };
    // Before 1970 fractions would be rounded the other way, and near the end of the calendar an instant may not exist.
    if !(1970..=9000).contains(&year) || !(1..=days).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (ms, rest) = fraction(rest)?;
    let offset = match *rest {
        [b'Z'] => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (pair(h1, h2)?, pair(m1, m2)?);
            let minutes = if hours < 24 && minutes < 60 { hours * 60 + minutes } else { return None };
            if sign == b'+' { minutes } else { -minutes }
        }
        _ => return None,
    };
    // Days from the civil date, counted in years that begin in March, as Howard Hinnant does it.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
    Some(((days * 24 + hour) * 60 + minute - offset) * 60_000 + second * 1_000 + ms)
}

/// The milliseconds of `.924`, if there are some, and what follows; what is finer is cut off.
fn fraction(rest: &[u8]) -> Option<(i64, &[u8])> {
    let Some((b'.', digits)) = rest.split_first() else { return Some((0, rest)) };
    let count = digits.iter().take_while(|digit| digit.is_ascii_digit()).count();
    let (digits, rest) = digits.split_at_checked(count).filter(|_| (1..=9).contains(&count))?;
    let ms = (0..3).fold(0, |ms, at| ms * 10 + digits.get(at).map_or(0, |digit| i64::from(digit - b'0')));
    Some((ms, rest))
}

fn pair(tens: u8, ones: u8) -> Option<i64> {
    (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
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

/// An instant that may be one.
pub(crate) fn valid(ms: i64) -> Option<Timestamp> {
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
    fn the_quick_way_gives_what_the_slow_one_gives() {
        let signs = b"0123456789-+:.TZtz 36";
        let lines = ["2026-11-23T09:48:41.924Z", "2024-02-29T23:59:59+01:00", "1999-12-31T00:00:00.5-11:30"];
        let mut seed = 7_u64;
        let mut random = move |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(seed >> 33).unwrap() % below
        };
        let mut quick = 0;
        let mut check = |text: &str| {
            let Some(ms) = plain(text) else { return };
            quick += 1;
            let slow = text.parse::<jiff::Timestamp>().map(jiff::Timestamp::as_millisecond);
            assert_eq!(Some(ms), slow.ok(), "{text}");
        };
        for year in [1970, 1999, 2000, 2023, 2024, 2100, 2400, 9000] {
            for month in 1..=13 {
                for day in 0..=32 {
                    check(&format!("{year:04}-{month:02}-{day:02}T23:59:60Z"));
                    check(&format!("{year:04}-{month:02}-{day:02}T12:30:59.99{day}Z"));
                }
            }
        }
        for _ in 0..40_000 {
            let mut text = lines[random(lines.len())].as_bytes().to_vec();
            for _ in 0..=random(3) {
                let at = random(text.len());
                match random(4) {
                    0 if text.len() > 1 => drop(text.remove(at)),
                    1 => text.insert(at, signs[random(signs.len())]),
                    _ => text[at] = signs[random(signs.len())],
                }
            }
            check(&String::from_utf8(text).unwrap());
        }
        assert!(quick > 5_000, "the quick way is taken: {quick}");
    }

    #[test]
    fn durations() {
        assert_eq!(duration("PT1H30M"), Some(5_400_000));
        assert_eq!(duration("P1DT0.5S"), Some(86_400_500));
        assert_eq!(duration("P1M"), None);
        assert_eq!(duration("soon"), None);
    }
}
