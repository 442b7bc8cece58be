//! Zones by name: looked up once, then shared without a lock.

use std::cmp::Ordering;
use std::sync::{LazyLock, OnceLock};

use jiff::tz::TimeZone;

struct Entry {
    name: String,
    zone: OnceLock<Option<TimeZone>>,
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
pub fn zone(name: &str) -> Option<&'static TimeZone> {
    at(position(name)?)
}

/// The position of a zone in this build's database: never to be stored beyond the process.
pub(crate) fn position(name: &str) -> Option<u16> {
    let found = ZONES.binary_search_by(|entry| order(&entry.name, name)).ok()?;
    u16::try_from(found).ok()
}

/// The zone at a position.
pub(crate) fn at(position: u16) -> Option<&'static TimeZone> {
    let entry = ZONES.get(usize::from(position))?;
    entry.zone.get_or_init(|| TimeZone::get(&entry.name).ok()).as_ref()
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
