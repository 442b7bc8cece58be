//! What can be folded: blocks, runs of comments, statements of templates, sections of the settings.

use flow_compiler::source::{FileId, FileKind, Span};

use super::outline;
use super::tags::{PartKind, tags};
use super::tokens::{Kind, Token, Turn, tokens};
use crate::snapshot::Snapshot;

/// A stretch of several lines that can be folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fold {
    /// What disappears: of a block what stands between its brackets.
    pub span: Span,
    /// What it is.
    pub kind: FoldKind,
}

/// The kinds of folds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FoldKind {
    /// Between two brackets: the line of the closing one stays.
    Block,
    /// Comments, line by line.
    Comment,
    /// A section of the settings, or what stands between `{% if … %}` and `{% endif %}`.
    Section,
}

/// What can be folded in a file, in the order of the text. Brackets are paired within an item, so a missing one costs the
/// folds of its item only.
#[must_use]
pub fn folding(snapshot: &Snapshot, file: FileId) -> Vec<Fold> {
    let Some(source) = snapshot.file(file) else { return Vec::new() };
    let span = |start: usize, end: usize| {
        let at = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span::new(file, at(start), at(end))
    };
    let mut found: Vec<Fold> = match source.kind {
        FileKind::Flow => {
            let all = tokens(&source.text);
            let blocks =
                blocks(&all).into_iter().map(|(from, to)| Fold { span: span(from, to), kind: FoldKind::Block });
            let runs = comments(&source.text, &all);
            let runs = runs.into_iter().map(|(from, to)| Fold { span: span(from, to), kind: FoldKind::Comment });
            blocks.chain(runs).collect()
        }
        FileKind::Template => {
            let all = statements(&source.text);
            all.into_iter().map(|(from, to, kind)| Fold { span: span(from, to), kind }).collect()
        }
        FileKind::Settings => {
            let sections = outline::outline(snapshot, file);
            sections.into_iter().map(|section| Fold { span: section.span, kind: FoldKind::Section }).collect()
        }
    };
    found.retain(|fold| source.slice(fold.span).contains('\n'));
    found.sort_unstable();
    found
}

/// What stands between two brackets that belong together.
fn blocks(all: &[Token]) -> Vec<(usize, usize)> {
    let mut open: Vec<(u8, usize)> = Vec::new();
    let mut found = Vec::new();
    for token in all {
        match token.turn() {
            // An item begins: what was not closed before it never will be.
            Turn::Stays if token.is_head() => open.clear(),
            Turn::Opens(bracket) => open.push((bracket, token.end)),
            Turn::Closes(bracket) => {
                if let Some((_, start)) = open.pop_if(|(opening, _)| closes(*opening, bracket)) {
                    found.push((start, token.start));
                }
            }
            Turn::Stays => {}
        }
    }
    found
}

/// Whether a bracket closes another.
pub(super) fn closes(open: u8, close: u8) -> bool {
    matches!((open, close), (b'{', b'}') | (b'(', b')') | (b'[', b']'))
}

/// Comments that stand by themselves on lines that follow each other; `//` and `///` apart.
fn comments(text: &str, all: &[Token]) -> Vec<(usize, usize)> {
    let mut found: Vec<(Kind, usize, usize)> = Vec::new();
    for token in all.iter().filter(|token| token.first && matches!(token.kind, Kind::Comment | Kind::Doc)) {
        let follows = |end: usize| text.get(end..token.start).is_some_and(|gap| gap.matches('\n').count() == 1);
        match found.last_mut() {
            Some((kind, _, end)) if *kind == token.kind && follows(*end) => *end = token.end,
            _ => found.push((token.kind, token.start, token.end)),
        }
    }
    found.into_iter().map(|(_, start, end)| (start, end)).collect()
}

/// What stands between a statement of a template and its end, and comments.
fn statements(text: &str) -> Vec<(usize, usize, FoldKind)> {
    let mut open: Vec<(&str, usize)> = Vec::new();
    let mut found = Vec::new();
    for tag in tags(text) {
        let word = tag.parts.iter().find(|part| part.kind == PartKind::Statement);
        let word = word.and_then(|part| text.get(part.start..part.end)).unwrap_or("");
        if tag.parts.first().is_some_and(|part| part.kind == PartKind::Comment) {
            found.push((tag.range.start, tag.range.end, FoldKind::Comment));
        } else if let Some(begun) = word.strip_prefix("end") {
            let at = open.iter().rposition(|(word, _)| *word == begun);
            if let Some((_, start)) = at.and_then(|at| open.drain(at..).next()) {
                found.push((start, tag.range.start, FoldKind::Block));
            }
        } else if matches!(word, "else" | "elif") {
            if let Some((_, start)) = open.last_mut() {
                found.push((*start, tag.range.start, FoldKind::Block));
                *start = tag.range.end;
            }
        } else if matches!(word, "if" | "for" | "block" | "macro" | "filter" | "with" | "autoescape" | "raw" | "call") {
            open.push((word, tag.range.end));
        }
    }
    found
}
