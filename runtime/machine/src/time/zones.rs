//! Zones by name: looked up once, then shared without a lock.

use std::cmp::Ordering;
use std::sync::{LazyLock, OnceLock};

use jiff::tz::TimeZone;

use super::shifts::Shifts;

/// Who knows what the clocks of a zone show: its rules alone, or with a table of their changes.
pub trait Clocks {
    /// The rules.
    fn rules(&self) -> &TimeZone;

    /// The table of clock changes, where there is one: it says the same.
    fn shifts(&self) -> Option<&Shifts>;
}

impl Clocks for TimeZone {
    fn rules(&self) -> &TimeZone {
        self
    }

    fn shifts(&self) -> Option<&Shifts> {
        None
    }
}

/// A zone with its clock changes at hand.
#[derive(Debug)]
pub struct Zone {
    rules: TimeZone,
    shifts: Option<Shifts>,
}

impl Zone {
    fn new(rules: TimeZone) -> Self {
        let shifts = Shifts::new(&rules);
        Self { rules, shifts }
    }

    /// Its name in the IANA database.
    #[must_use]
    pub fn iana_name(&self) -> Option<&str> {
        self.rules.iana_name()
    }
}

impl Clocks for Zone {
    fn rules(&self) -> &TimeZone {
        &self.rules
    }

    fn shifts(&self) -> Option<&Shifts> {
        self.shifts.as_ref()
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other) || self.rules == other.rules
    }
}

struct Entry {
    name: String,
    zone: OnceLock<Option<Zone>>,
}

/// All names of the bundled database, sorted without regard to case.
static ZONES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let names = jiff::tz::db().available();
    let mut entries: Vec<Entry> =
        names.map(|name| Entry { name: name.as_str().to_owned(), zone: OnceLock::new() }).collect();
    entries.sort_by(|a, b| order(&a.name, &b.name));
    entries
});

/// The zone of a name of the IANA database, if there is one. After the first time no lock is taken and nothing is
/// allocated.
#[must_use]
pub fn zone(name: &str) -> Option<&'static Zone> {
    at(position(name)?)
}

/// The position of a zone in this build's database: never to be stored beyond the process.
pub(crate) fn position(name: &str) -> Option<u16> {
    let found = ZONES.binary_search_by(|entry| order(&entry.name, name)).ok()?;
    u16::try_from(found).ok()
}

/// The zone at a position.
pub(crate) fn at(position: u16) -> Option<&'static Zone> {
    let entry = ZONES.get(usize::from(position))?;
    entry.zone.get_or_init(|| TimeZone::get(&entry.name).ok().map(Zone::new)).as_ref()
}

fn order(a: &str, b: &str) -> Ordering {
    let lower = |byte: u8| byte.to_ascii_lowercase();
    a.bytes().map(lower).cmp(b.bytes().map(lower))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_zones_in_any_case_and_refuses_what_is_none() {
        for name in ["Europe/Berlin", "europe/berlin", "UTC", "America/New_York", "Asia/Kathmandu"] {
            assert!(zone(name).is_some(), "{name}");
        }
        for name in ["", "Europe/Berlin ", "Mars/Olympus", "../etc/passwd"] {
            assert!(zone(name).is_none(), "{name}");
        }
    }
}
