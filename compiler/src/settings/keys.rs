//! The sections of `flow.toml`, their keys, and a few words on each: for whoever reads them, and for editors.

/// A key, and what it is for.
pub type Key = (&'static str, &'static str);

/// The sections.
pub const SECTIONS: [Key; 6] = [
    ("project", "its name, zone and currency"),
    ("channels", "how messages leave: `[channels.email]`"),
    ("connectors", "other systems, over HTTP: `[connectors.crm]`"),
    ("import", "how rows of a CSV file become events: `[import.orders]`"),
    ("retention", "for how long a daemon keeps what"),
    ("backtest", "how much a change may do to people before `flow backtest` fails"),
];

/// `[project]`
pub const PROJECT: [Key; 6] = [
    ("name", "what the project is called"),
    ("language", "the version of the language: 1"),
    ("timezone", "where nothing is known of a contact's own: `Europe/Berlin`"),
    ("currency", "three capital letters: `EUR`"),
    ("late_after", "older events correct state and never trigger"),
    ("duplicates_within", "a message id seen again within this is dropped"),
];

/// `[channels.NAME]` of each kind.
pub(super) const SMTP: [Key; 4] = [KIND, URL, FROM, RATE];
pub(super) const WEBHOOK: [Key; 5] = [KIND, URL, FROM, SECRET, RATE];
pub(super) const CONSOLE: [Key; 3] = [KIND, FROM, RATE];
pub(super) const FILE: [Key; 4] = [KIND, FROM, ("path", "the file that is written"), RATE];
/// `[connectors.NAME]`
pub const CONNECTOR: [Key; 5] = [KIND, URL, SECRET, RATE, ("answer", "the event that an answer becomes")];
/// All that a channel can have.
const CHANNEL: [Key; 6] = [KIND, URL, FROM, SECRET, FILE[2], RATE];

const KIND: Key = ("kind", "how it is reached");
const URL: Key = ("url", "where it is; one with a password stands in the environment: `env:SMTP_URL`");
const FROM: Key = ("from", "the sender: `Acme <hello@acme.example>`");
const SECRET: Key = ("secret", "with which requests are signed: `env:CRM_SECRET`");
const RATE: Key = ("rate", "how many leave at most: `10/s`");

/// `[import.NAME]`
pub const IMPORT: [Key; 6] = [
    ("format", "`csv`"),
    ("event", "the event that a row becomes"),
    ("contact", "the column with the contact's id"),
    ("time", "the column with the event's time"),
    ("id", "the column with the message id"),
    ("fields", "fields of the event and the columns that hold them"),
];

/// `[retention]`
pub const RETENTION: [Key; 3] = [
    ("log", "what came in and what was decided"),
    ("deliveries", "what has left or was given up"),
    ("rejects", "what was refused"),
];

/// `[backtest]`
pub const BACKTEST: [Key; 5] = [
    ("max_new_sends", "how many more messages may leave, of those that left: `5 %`"),
    ("max_affected", "to how many contacts anything different may happen: `20 %`"),
    ("max_stage_change", "by how much the contacts that reach a stage may change: `10 %`"),
    ("max_new_breaches", "how many more service levels may be breached, of those that were: `0 %`"),
    ("max_pressure", "how many messages a contact may get by one channel in a week: `4`"),
];

/// The keys of a section by its name as it is written: `channels.email`. None for one that is not known.
#[must_use]
pub fn of(section: &str) -> &'static [Key] {
    match section.split('.').next() {
        Some("project") => &PROJECT,
        Some("channels") => &CHANNEL,
        Some("connectors") => &CONNECTOR,
        Some("import") => &IMPORT,
        Some("retention") => &RETENTION,
        Some("backtest") => &BACKTEST,
        Some(_) | None => &[],
    }
}

/// What `kind` can be in a section.
#[must_use]
pub fn kinds(section: &str) -> Vec<&'static str> {
    match section.split('.').next() {
        Some("channels") => super::channel::KINDS.iter().map(|(name, _)| *name).collect(),
        Some("connectors") => vec!["http"],
        Some(_) | None => Vec::new(),
    }
}
