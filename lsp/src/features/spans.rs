//! Lengths of time as dates: what they come to when the clocks change.

use flow_compiler::settings::zone;
use jiff::civil::time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Unit, ZonedDateTime};

/// What a length of time, as it is written, comes to from a day before the clocks change next in a zone. None for what is no
/// length of time.
#[must_use]
pub fn example(written: &str, timezone: &str, now: Timestamp) -> Option<String> {
    let (amount, unit) = parts(written)?;
    let zone = zone::get(timezone).unwrap_or(TimeZone::UTC);
    let start = start(&zone, now)?;
    let elapsed = matches!(unit, "s" | "m" | "h");
    let end = start.checked_add(length(amount, unit)?).ok()?;
    let hours = start.until((Unit::Hour, &end)).ok()?;
    let kind = if elapsed {
        "elapsed time: so many hours, minutes and seconds, whatever the clocks do"
    } else {
        "calendar time: the same time of day, in the zone of the contact"
    };
    let took = if elapsed {
        format!("{} on the clock there", end.strftime("%H:%M"))
    } else {
        format!("{} later", plural(hours.get_hours()))
    };
    let change = zone
        .following(now)
        .next()
        .filter(|change| start.timestamp() < change.timestamp() && change.timestamp() <= end.timestamp());
    let why = if change.is_some() { ", since the clocks change in between" } else { "" };
    let show = |instant: &ZonedDateTime| instant.strftime("%a %-d %b %Y %H:%M").to_string();
    Some(format!("`{written}`: {kind}.\n\nFrom {} to **{}** ({timezone}): {took}{why}.", show(&start), show(&end)))
}

/// Ten in the morning on the day before the clocks change next; where they never do, on the next day.
fn start(zone: &TimeZone, now: Timestamp) -> Option<ZonedDateTime> {
    let change = zone.following(now).next().map(|change| change.timestamp());
    let day = match change {
        Some(change) => zone.to_datetime(change).date().yesterday().ok()?,
        None => zone.to_datetime(now).date().tomorrow().ok()?,
    };
    zone.to_zoned_datetime(day.to_datetime(time(10, 0, 0, 0))).ok()
}

fn length(amount: i64, unit: &str) -> Option<jiff::Span> {
    let span = match unit {
        "s" => amount.seconds(),
        "m" => amount.minutes(),
        "h" => amount.hours(),
        "day" | "days" => jiff::Span::new().try_days(amount).ok()?,
        "week" | "weeks" => jiff::Span::new().try_weeks(amount).ok()?,
        "month" | "months" => jiff::Span::new().try_months(amount).ok()?,
        "year" | "years" => jiff::Span::new().try_years(amount).ok()?,
        _ => return None,
    };
    Some(span)
}

fn parts(written: &str) -> Option<(i64, &str)> {
    let digits = written.find(|c: char| !c.is_ascii_digit())?;
    let (amount, unit) = written.split_at(digits);
    Some((amount.parse().ok()?, unit.trim()))
}

fn plural(hours: i32) -> String {
    if hours == 1 { "1 hour".to_owned() } else { format!("{hours} hours") }
}

#[cfg(test)]
mod tests {
    use super::example;

    fn at(text: &str) -> jiff::Timestamp {
        text.parse().expect("an instant")
    }

    #[test]
    fn a_day_may_have_an_hour_less() {
        let now = at("2026-03-01T00:00:00Z");
        let day = example("1 day", "Europe/Berlin", now).expect("an example");
        assert!(
            day.contains("From Sat 28 Mar 2026 10:00 to **Sun 29 Mar 2026 10:00** (Europe/Berlin): 23 hours later"),
            "{day}"
        );
        let hours = example("24h", "Europe/Berlin", now).expect("an example");
        assert!(hours.contains("to **Sun 29 Mar 2026 11:00** (Europe/Berlin): 11:00 on the clock there"), "{hours}");
    }

    #[test]
    fn where_clocks_never_change_nothing_is_said_of_it() {
        let day = example("2 weeks", "Asia/Tokyo", at("2026-03-01T00:00:00Z")).expect("an example");
        assert!(day.ends_with("(Asia/Tokyo): 336 hours later."), "{day}");
        assert_eq!(example("99999999999 years", "UTC", at("2026-03-01T00:00:00Z")), None);
        assert_eq!(example("soon", "UTC", at("2026-03-01T00:00:00Z")), None);
    }
}
