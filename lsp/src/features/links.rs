//! Paths of template files in a text, to be opened.

use flow_compiler::source::{FileId, Span};

use crate::snapshot::Snapshot;

/// A path that stands in a file, and the file that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The path without its quotes.
    pub span: Span,
    /// The file.
    pub target: FileId,
}

/// The paths of a file, in the order of the text.
#[must_use]
pub fn links(snapshot: &Snapshot, file: FileId) -> Vec<Link> {
    let all = snapshot.analysis().references.files.iter().filter(|(span, _)| span.file == file);
    all.map(|(span, target)| Link { span: bare(snapshot, *span), target: *target }).collect()
}

fn bare(snapshot: &Snapshot, span: Span) -> Span {
    let quoted = snapshot.sources.slice(span);
    if quoted.len() >= 2 && quoted.starts_with(['"', '\'']) {
        return Span { start: span.start + 1, end: span.end - 1, ..span };
    }
    span
}
