//! Instants for people: `2026-03-27 10:00:00` in one zone, which is told once and not behind every time.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `2026-03-27T10:00:00.000Z`: how records write an instant, and how long that is.
const FORM: &[u8] = b"dddd-dd-ddTdd:dd:dd.dddZ";

/// Tells instants in a zone.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    zone: TimeZone,
    name: String,
    exact: bool,
}

impl Clock {
    /// A clock of a zone by its name; of a name that is none, UTC.
    pub(crate) fn of(name: &str) -> Self {
        match TimeZone::get(name) {
            Ok(zone) => Self { zone, name: name.to_owned(), exact: false },
            Err(_) => Self { zone: TimeZone::UTC, name: "UTC".to_owned(), exact: false },
        }
    }

    /// The same clock, with milliseconds where there are some.
    pub(crate) fn exact(self) -> Self {
        Self { exact: true, ..self }
    }

    /// Its zone.
    pub(crate) fn zone(&self) -> &str {
        &self.name
    }

    /// A text in which each instant that stands as in a record is told by this clock.
    pub(crate) fn tell(&self, text: &str) -> String {
        let mut told = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, instant, after)) = find(rest) {
            told.push_str(before);
            let (day, time) = self.day_and_time(instant);
            told.push_str(&format!("{day} {time}"));
            rest = after;
        }
        told.push_str(rest);
        told
    }

    /// The day and the time of a moment.
    pub(crate) fn of_moment(&self, at: flow_graph::Timestamp) -> (String, String) {
        match Timestamp::from_millisecond(at.0) {
            Ok(instant) => self.day_and_time(instant),
            Err(_) => (at.to_string(), String::new()),
        }
    }

    /// `2026-03-27` and `10:00:00`
    fn day_and_time(&self, instant: Timestamp) -> (String, String) {
        let local = self.zone.to_datetime(instant);
        let milliseconds = match local.millisecond() {
            n if self.exact && n > 0 => format!(".{n:03}"),
            _ => String::new(),
        };
        (local.strftime("%F").to_string(), format!("{}{milliseconds}", local.strftime("%T")))
    }
}

/// The first instant in a text, with what stands before and behind it.
fn find(text: &str) -> Option<(&str, Timestamp, &str)> {
    let at = text.as_bytes().windows(FORM.len()).position(fits)?;
    let (before, found) = text.split_at_checked(at)?;
    let (instant, after) = found.split_at_checked(FORM.len())?;
    Some((before, instant.parse().ok()?, after))
}

fn fits(window: &[u8]) -> bool {
    window.iter().zip(FORM).all(|(c, form)| if *form == b'd' { c.is_ascii_digit() } else { c == form })
}

#[cfg(test)]
mod tests {
    use super::Clock;

    #[test]
    fn instants_are_told_in_the_zone() {
        let berlin = Clock::of("Europe/Berlin");
        let line = "held ä until 2026-03-27T10:00:00.120Z (due 2026-03-29T01:00:00.000Z)";
        assert_eq!(berlin.tell(line), "held ä until 2026-03-27 11:00:00 (due 2026-03-29 03:00:00)");
        assert_eq!(berlin.exact().tell(line), "held ä until 2026-03-27 11:00:00.120 (due 2026-03-29 03:00:00)");
        let odd = "2026-99-99T10:00:00.000Z 2026-03-27T10:00Z";
        assert_eq!(Clock::of("nowhere").tell(odd), odd);
    }
}
