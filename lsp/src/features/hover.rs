//! What is known of the thing under the pointer.

use flow_compiler::source::{FileId, Span};

use super::describe::describe;
use super::lookup::named_at;
use crate::snapshot::Snapshot;

/// What is known, and of which stretch of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// Markdown.
    pub text: String,
    /// Of what.
    pub span: Span,
}

/// What is known of what stands at an offset.
#[must_use]
pub fn hover(snapshot: &Snapshot, file: FileId, offset: u32) -> Option<Hover> {
    let named = named_at(snapshot, file, offset);
    let first = named.first()?;
    let texts: Vec<String> = named.iter().map(|named| describe(snapshot, named.symbol)).collect();
    Some(Hover { text: texts.join("\n---\n\n"), span: first.span })
}
