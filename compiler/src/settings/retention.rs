//! `[retention]`: for how long a daemon keeps what.

use flow_graph::Span as Length;

use super::reader::{Reader, Section};
use super::{RetentionSettings, keys};
use crate::source::Spanned;

/// The shortest that makes sense: what is under way has to be there.
const DAY: i64 = 86_400_000;

/// Reads the section, if it stands there.
pub(crate) fn read(reader: &mut Reader<'_>, root: &Section<'_>) -> RetentionSettings {
    let Some(section) = reader.section(root, "retention") else { return RetentionSettings::default() };
    reader.only(&section, &keys::RETENTION);
    let [log, deliveries, rejects] = keys::RETENTION.map(|(key, _)| length(reader, &section, key));
    RetentionSettings { log, deliveries, rejects }
}

fn length(reader: &mut Reader<'_>, section: &Section<'_>, key: &str) -> Option<Spanned<Length>> {
    let length = reader.duration(section, key)?;
    if let Length::Elapsed(millis) = length.value
        && millis < DAY
    {
        let message = format!("`{key}` is shorter than a day");
        reader.wrong(length.span, message, "a daemon keeps everything for a day at least: write `1 day` or more");
        return None;
    }
    Some(length)
}
