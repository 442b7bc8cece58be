//! Names of time zones, from the database that is compiled in: the same everywhere.

use std::sync::OnceLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::Name;
use crate::suggest;

/// The database that is compiled in; the one of the system is never looked at.
pub fn database() -> &'static TimeZoneDatabase {
    static BUNDLED: OnceLock<TimeZoneDatabase> = OnceLock::new();
    BUNDLED.get_or_init(TimeZoneDatabase::bundled)
}

/// The zone of a name, in any case of letters.
#[must_use]
pub fn get(name: &str) -> Option<TimeZone> {
    database().get(name).ok()
}

/// The name as the database spells it.
#[must_use]
pub fn find(name: &str) -> Option<String> {
    get(name).map(|zone| zone.iana_name().unwrap_or(name).to_owned())
}

/// What to say of a name that is not known; the name stands in quotes in the text.
pub(crate) fn unknown(name: &Name) -> Diagnostic {
    let wrong = Diagnostic::new(Code::UnknownZone, name.span, format!("there is no time zone `{}`", name.value));
    let known: Vec<_> = database().available().map(|zone| zone.as_str().to_owned()).collect();
    let city = |zone: &str| zone.rsplit('/').next().map(str::to_lowercase);
    let wanted = name.value.rsplit('/').next().unwrap_or(&name.value).replace(' ', "_").to_lowercase();
    let same_city = known.iter().find(|zone| city(zone).as_deref() == Some(wanted.as_str())).map(String::as_str);
    match same_city.or_else(|| suggest::nearest(&name.value, known.iter().map(String::as_str))) {
        Some(near) => wrong.help(format!("did you mean `{near}`?")).fix(
            format!("write `{near}`"),
            name.span,
            format!("\"{near}\""),
            Applicability::Unsafe,
        ),
        None => wrong.help("write a name of the IANA database such as `Europe/Berlin`"),
    }
}
