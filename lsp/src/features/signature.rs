//! The form of the clause that is being written, and which part of it comes next.

use flow_compiler::explain;
use flow_compiler::source::FileId;

use super::context::{Context, Inside};
use super::shapes::readable;
use crate::snapshot::Snapshot;

/// A form of the clause around the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// `goal event [within 7 days]`
    pub label: String,
    /// What the clause is for.
    pub doc: String,
    /// The gaps of the label, as byte ranges.
    pub gaps: Vec<(usize, usize)>,
    /// Which of them comes next.
    pub active: Option<usize>,
}

/// The forms that the clause around an offset can still take.
#[must_use]
pub fn signatures(snapshot: &Snapshot, file: FileId, offset: u32) -> Vec<Signature> {
    if snapshot.parsed(file).is_none() {
        return Vec::new();
    }
    let context = Context::new(snapshot.text(file), offset);
    if context.inside == Inside::Comment {
        return Vec::new();
    }
    let Some(first) = context.clause().first().map(|token| context.word(*token)) else { return Vec::new() };
    let doc = explain::topic(first).map_or("", |topic| topic.summary);
    let shown = context.lines().into_iter().map(|(line, active)| {
        let (label, gaps) = readable(line);
        Signature { label, doc: doc.to_owned(), gaps, active }
    });
    shown.collect()
}
