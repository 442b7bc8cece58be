//! The layout of a text, as the smallest edits: a word is never touched, so that the cursor and what is folded stay where they are.

use std::ops::Range;

use flow_compiler::diagnostic::Edit;
use flow_compiler::format::{self, Replacement};
use flow_compiler::source::{FileId, FileKind, Span};

use super::describe::item_at;
use super::tokens::{Turn, tokens};
use crate::snapshot::Snapshot;

/// The edits that lay out a file, or the items that a range of bytes touches; what cannot be read stays as it is. There are
/// none for templates and settings.
///
/// # Errors
/// A sentence where the layout would not mean the same, which is a mistake of ours.
pub fn formatting(snapshot: &Snapshot, file: FileId, range: Option<Range<u32>>) -> Result<Vec<Edit>, String> {
    let Some(text) = source(snapshot, file) else { return Ok(Vec::new()) };
    let range = range.map_or(0..text.len(), |range| range.start as usize..range.end as usize);
    let formatted = format::format(text).map_err(|mismatch| mismatch.to_string())?;
    let pieces = formatted.within(text, range);
    Ok(pieces.iter().flat_map(|piece| gaps(file, text, piece)).collect())
}

/// The edits after something was typed that ends at an offset: a line break indents the new line, a closing bracket lays out
/// its item. The space at the cursor stays as it is.
#[must_use]
pub fn typed(snapshot: &Snapshot, file: FileId, offset: u32, typed: &str) -> Vec<Edit> {
    let Some(text) = source(snapshot, file) else { return Vec::new() };
    if typed == "\n" {
        return indented(file, text, offset as usize).into_iter().collect();
    }
    let around = Span::new(file, offset.saturating_sub(1), offset);
    let Some(item) = item_at(snapshot, around).map(|item| item.span) else { return Vec::new() };
    // The item alone: others may be many.
    let own = snapshot.sources.slice(item);
    let Ok(formatted) = format::format(own) else { return Vec::new() };
    let pieces = formatted.within(own, 0..own.len());
    let mut edits: Vec<Edit> = pieces.iter().flat_map(|piece| gaps(file, own, piece)).collect();
    for edit in &mut edits {
        edit.span = Span::new(file, edit.span.start + item.start, edit.span.end + item.start);
    }
    edits.retain(|edit| (edit.span.end < offset || edit.span.start > offset) && edit.span.start < item.end);
    edits
}

fn source(snapshot: &Snapshot, file: FileId) -> Option<&str> {
    let found = snapshot.file(file).filter(|found| found.kind == FileKind::Flow)?;
    Some(&found.text)
}

/// The space that differs. Where anything else would differ the piece is replaced as a whole.
fn gaps(file: FileId, text: &str, piece: &Replacement) -> Vec<Edit> {
    let before = text.get(piece.range.clone()).unwrap_or("");
    let after = piece.text.as_str();
    let edit = |start: usize, end: usize, text: &str| {
        let at = |at: usize| u32::try_from(piece.range.start + at).unwrap_or(u32::MAX);
        Edit { span: Span::new(file, at(start), at(end)), text: text.to_owned() }
    };
    let mut edits = Vec::new();
    let (mut old, mut new) = (0, 0);
    while old < before.len() || new < after.len() {
        let (from, to) = (before.get(old..).unwrap_or(""), after.get(new..).unwrap_or(""));
        let (gap, wanted) = (space(from), space(to));
        if gap != wanted {
            edits.push(edit(old, old + gap.len(), wanted));
        }
        (old, new) = (old + gap.len(), new + wanted.len());
        let (one, other) = (next(before, old), next(after, new));
        if one != other {
            return vec![edit(0, before.len(), after)];
        }
        let length = one.map_or(0, char::len_utf8);
        (old, new) = (old + length, new + length);
    }
    edits
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

fn next(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().next()
}

/// The space with which a text begins.
fn space(text: &str) -> &str {
    text.get(..text.len() - text.trim_start_matches(is_space).len()).unwrap_or("")
}

/// Two spaces for each bracket around the line that begins at or before an offset.
fn indented(file: FileId, text: &str, offset: usize) -> Option<Edit> {
    let start = text.get(..offset)?.rfind('\n')? + 1;
    let line = text.get(start..)?;
    let found = line.len() - line.trim_start_matches([' ', '\t']).len();
    let closes = line.get(found..)?.starts_with(['}', ')', ']']);
    let mut depth = 0_usize;
    for token in tokens(text).iter().take_while(|token| token.start < start) {
        match token.turn() {
            // An item begins: what was open before it was left open by mistake.
            Turn::Stays if token.is_head() => depth = 0,
            Turn::Opens(_) => depth += 1,
            Turn::Closes(_) => depth = depth.saturating_sub(1),
            Turn::Stays => {}
        }
    }
    let wanted = "  ".repeat(depth.saturating_sub(usize::from(closes)));
    let at = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    (line.get(..found)? != wanted).then(|| Edit { span: Span::new(file, at(start), at(start + found)), text: wanted })
}
