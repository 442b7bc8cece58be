//! What is selected as a selection grows: word, parts of the expression, line, clause, block, item, file.

use flow_compiler::source::{FileId, FileKind, Span};

use super::expressions;
use super::folding::closes;
use super::tags::{Tag, tags};
use super::tokens::{Kind, Token, tokens};
use crate::snapshot::Snapshot;

/// For each offset the stretches around it, each inside the next one; the last is the whole file.
#[must_use]
pub fn selection(snapshot: &Snapshot, file: FileId, offsets: &[u32]) -> Vec<Vec<Span>> {
    let Some(source) = snapshot.file(file) else { return Vec::new() };
    let all = match source.kind {
        FileKind::Flow => tokens(&source.text),
        FileKind::Template | FileKind::Settings => Vec::new(),
    };
    let tags = tags(&source.text);
    offsets.iter().map(|offset| around(snapshot, file, &all, &tags, *offset)).collect()
}

fn around(snapshot: &Snapshot, file: FileId, all: &[Token], tags: &[Tag], offset: u32) -> Vec<Span> {
    let at = offset as usize;
    let text = snapshot.text(file);
    let mut found: Vec<(usize, usize)> = vec![(0, text.len()), line(text, at), word(text, at)];
    for tag in tags.iter().filter(|tag| tag.range.start <= at && at <= tag.range.end) {
        found.push((tag.range.start, tag.range.end));
        found.extend(tag.parts.iter().map(|part| (part.start, part.end)));
    }
    let items = snapshot.parsed(file).map_or(&[][..], |parsed| parsed.tree.items.as_slice());
    if let Some(item) = items.iter().find(|item| item.span.start <= offset && offset <= item.span.end) {
        let (start, end) = (item.span.start as usize, item.span.end as usize);
        let inside = |token: &&Token| start <= token.start && token.end <= end;
        let own: Vec<Token> = all.iter().filter(inside).copied().collect();
        found.push((start, end));
        found.push((documented(all, start), end));
        found.extend(blocks(text, &own, at));
        expressions::spans(item, &mut |span| found.push((span.start as usize, span.end as usize)));
    }
    if let Some(token) = all.iter().find(|token| token.kind == Kind::Text && token.start < at && at < token.end) {
        found.push((token.start, token.end));
        found.push((token.start + 1, token.end - 1));
    }
    nested(file, at, found)
}

/// Those that hold the offset, each inside the next one.
fn nested(file: FileId, at: usize, mut found: Vec<(usize, usize)>) -> Vec<Span> {
    found.retain(|(start, end)| *start <= at && at <= *end && start < end);
    found.sort_by_key(|(start, end)| (end - start, *start));
    let mut chain: Vec<(usize, usize)> = Vec::new();
    for (start, end) in found {
        let fits = chain.last().is_none_or(|last| start <= last.0 && last.1 <= end && last != &(start, end));
        if fits {
            chain.push((start, end));
        }
    }
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    chain.into_iter().map(|(start, end)| Span::new(file, offset(start), offset(end))).collect()
}

/// The word at an offset, or nothing.
fn word(text: &str, at: usize) -> (usize, usize) {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    let before = text.get(..at).unwrap_or("").trim_end_matches(inside).len();
    let rest = text.get(at..).unwrap_or("");
    (before, at + rest.len() - rest.trim_start_matches(inside).len())
}

/// The line of an offset without the space around it.
fn line(text: &str, at: usize) -> (usize, usize) {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let line = text.get(start..).and_then(|rest| rest.split('\n').next()).unwrap_or("");
    let from = start + line.len() - line.trim_start().len();
    (from, from + line.trim().len())
}

/// Where the doc comment of the item at an offset begins.
fn documented(all: &[Token], item: usize) -> usize {
    let before = all.partition_point(|token| token.start < item);
    let docs = all.iter().take(before).rev().take_while(|token| token.kind == Kind::Doc);
    docs.last().map_or(item, |token| token.start)
}

/// Brackets around an offset, what stands between them, and there the line and the clause.
fn blocks(text: &str, own: &[Token], at: usize) -> Vec<(usize, usize)> {
    let mut open: Vec<(u8, usize)> = Vec::new();
    let mut found = Vec::new();
    for (number, token) in own.iter().enumerate() {
        if let Kind::Open(bracket) = token.kind {
            open.push((bracket, number));
        }
        let Kind::Close(bracket) = token.kind else { continue };
        let Some((_, first)) = open.pop_if(|(opening, _)| closes(*opening, bracket)) else { continue };
        let Some(opening) = own.get(first).filter(|opening| opening.start <= at && at <= token.end) else { continue };
        found.push((opening.start, token.end));
        let between = text.get(opening.end..token.start).unwrap_or("");
        let start = opening.end + between.len() - between.trim_start().len();
        found.push((start, start + between.trim().len()));
        let inner = own.get(first + 1..number).unwrap_or_default();
        found.extend(stretch(inner, at, |token| token.first));
        let margin = inner.iter().filter(|token| token.first).map(|token| token.column).min();
        found.extend(stretch(inner, at, |token| token.first && Some(token.column) == margin));
    }
    found
}

/// From the last token at or before an offset that begins something to the one before the next such token.
fn stretch(inner: &[Token], at: usize, begins: impl Fn(&Token) -> bool) -> Option<(usize, usize)> {
    let until = inner.partition_point(|token| token.start <= at);
    let before = inner.get(..until).unwrap_or_default();
    let from = before.iter().rposition(&begins).unwrap_or(0);
    let length = inner.iter().skip(until).position(&begins).unwrap_or(inner.len() - until);
    let last = inner.get((until + length).checked_sub(1)?)?;
    Some((inner.get(from)?.start, last.end))
}
