//! How answers say things: instants in RFC 3339, as in records; what the system says, without its numbers.

use flow_graph::Timestamp;
use serde::Serializer;

pub(crate) fn instant<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

#[expect(clippy::ref_option, reason = "the form that serde asks for")]
pub(crate) fn maybe<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serializer.collect_str(at),
        None => serializer.serialize_none(),
    }
}

/// What the system says of a failure, as the end of a sentence of ours.
pub(crate) fn plain(said: &str) -> String {
    said.split(" (os error").next().unwrap_or_default().to_lowercase()
}
