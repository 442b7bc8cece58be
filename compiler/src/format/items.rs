//! A file as items and what stands between them.

use std::borrow::Cow;
use std::ops::Range;

use super::render::{Line, lines};
use super::rows::{Row, align_comments, align_rows};
use super::trivia::{Gap, SPACE};
use super::{Formatted, Mismatch, Piece, build, check};
use crate::diagnostic::Sink;
use crate::source::FileId;
use crate::syntax::build::Builder;
use crate::syntax::chunk::{self, Brackets, Chunk};
use crate::syntax::clean;
use crate::syntax::grammar::{self, Pair};
use crate::syntax::lex::Lexer;

/// One item of the file.
pub(super) struct Unit<'a> {
    /// Its bytes, the comment behind it included.
    range: Range<usize>,
    /// How it shall look; none when it could not be read.
    pub(super) laid: Option<Laid<'a>>,
    /// What stands between it and the item before; none when that is more than space and comments.
    pub(super) gap: Option<Gap<'a>>,
}

/// How an item shall look.
pub(super) struct Laid<'a> {
    pub(super) lines: Vec<Line<'a>>,
    /// Its parts in columns, where it stands on one line and may share columns with its neighbours.
    pub(super) row: Option<Row>,
    /// The item as it was, and what the grammar read in it.
    source: &'a str,
    pair: Pair<'a>,
}

/// Lays out a file.
pub(super) fn format(file: FileId, text: &str) -> Result<Formatted<'_>, Mismatch> {
    let original = text;
    let ended = clean::line_ends(file, original, &mut Sink::default());
    let text = ended.as_ref();
    let clean = clean::clean(file, text, &mut Sink::default());
    let start = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    let mut at = start;
    let mut units: Vec<Unit<'_>> = Vec::new();
    for chunk in chunk::split(&clean.text) {
        // A quote that was mended may begin or end inside the one that the author wrote.
        let from = text.floor_char_boundary(chunk.offset as usize);
        let end = text.ceil_char_boundary(chunk.offset as usize + chunk.text.len());
        // A text that is not closed was closed on the space behind it, or behind the end of the file.
        let source = text.get(from..end).unwrap_or("");
        let source = source.trim_end_matches(SPACE);
        let range = from..from + source.len();
        let gap = between(text, at..from, units.last_mut());
        at = range.end;
        let laid = if source == chunk.text { lay(&chunk) } else { None };
        units.push(Unit { range, laid, gap });
    }
    let tail = between(text, at..text.len(), units.last_mut());
    let broken = units.iter().filter(|unit| unit.laid.is_none()).map(|unit| unit.range.clone()).collect();
    keep_lines_of_broken(text, &mut units);
    align_rows(&mut units);
    align_comments(&mut units);
    let eol = line_ending(text);
    let mut file = Pieces { original, text, eol, start, pieces: vec![Piece::keep(original, 0..start)] };
    for (i, unit) in units.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| units.get(i));
        file.gap(before, Some(unit), unit.gap.as_ref());
        file.unit(unit)?;
    }
    file.gap(units.last(), None, tail.as_ref());
    Ok(Formatted { pieces: file.pieces, broken })
}

/// What shares a line with an item that cannot be read stays as it is, and so does an item further in than the first
/// column behind one: it may have been meant as its inside. Where its texts and brackets end is guessed by lines, so
/// that any other layout of these lines could make something else of it.
fn keep_lines_of_broken(text: &str, units: &mut [Unit<'_>]) {
    let breaks = |from: usize, to: usize| text.get(from..to).is_some_and(|between| between.contains('\n'));
    let mut kept = vec![false; units.len()];
    // The line on which the item before ends is one of a broken item.
    let (mut shared, mut broken, mut end) = (false, false, 0);
    for (unit, keep) in units.iter().zip(&mut kept) {
        let Range { start, end: next } = unit.range.clone();
        let below = breaks(end, start);
        let indented = below && text.get(..start).is_some_and(|before| !before.ends_with('\n'));
        *keep = unit.laid.is_none() || (shared && !below) || (broken && indented);
        broken = unit.laid.is_none();
        shared = broken || (shared && !below && !breaks(start, next));
        end = next;
    }
    let (mut shared, mut start) = (false, text.len());
    for (unit, keep) in units.iter().zip(&mut kept).rev() {
        let Range { start: next, end } = unit.range.clone();
        let beside = shared && !breaks(end, start);
        *keep |= beside;
        shared = unit.laid.is_none() || (beside && !breaks(next, end));
        start = next;
    }
    units.iter_mut().zip(kept).filter(|(_, keep)| *keep).for_each(|(unit, _)| unit.laid = None);
}

/// Reads what stands between two items; a comment on the line of the first one goes with it.
fn between<'a>(text: &'a str, range: Range<usize>, before: Option<&mut Unit<'a>>) -> Option<Gap<'a>> {
    let source = text.get(range.clone())?;
    let mut gap = Gap::read(source, before.is_none())?;
    if let Some(unit) = before
        && let Some(comment) = gap.take_trailing()
    {
        unit.range.end = range.start + source.find(comment)? + comment.len();
        if let Some(line) = unit.laid.as_mut().and_then(|laid| laid.lines.last_mut()) {
            line.comment = Some(comment);
        }
    }
    Some(gap)
}

/// Lays out one item, if it can be read.
fn lay<'a>(chunk: &Chunk<'a>) -> Option<Laid<'a>> {
    if chunk.brackets != Brackets::Balanced {
        return None;
    }
    let first = Lexer::new(chunk.text).next()?;
    let keyword = chunk.text.get(first.start..first.end)?;
    let pair = grammar::read(Builder::rule(keyword)?, chunk.text).ok()?;
    let item = build::item(chunk.text, &pair)?;
    let lines = lines(&item);
    let row = if lines.len() == 1 { Row::new(keyword, &item) } else { None };
    Some(Laid { lines, row, source: chunk.text, pair })
}

/// The line ending of a text: that of its first line on which there is something.
fn line_ending(text: &str) -> &'static str {
    let text = text.trim_start_matches(SPACE);
    let first = text.find('\n').and_then(|end| text.get(..end));
    if first.is_some_and(|line| line.ends_with('\r')) { "\r\n" } else { "\n" }
}

/// The result, as it grows.
struct Pieces<'a, 't> {
    original: &'a str,
    /// The same, each line ended as the parser takes it to end; all places are the same.
    text: &'t str,
    eol: &'static str,
    start: usize,
    pieces: Vec<Piece<'a>>,
}

impl<'a> Piece<'a> {
    /// A stretch that stays as it is.
    fn keep(text: &'a str, range: Range<usize>) -> Self {
        Self { text: Cow::Borrowed(text.get(range.clone()).unwrap_or("")), range }
    }
}

impl Pieces<'_, '_> {
    fn unit(&mut self, unit: &Unit<'_>) -> Result<(), Mismatch> {
        let kept = Piece::keep(self.original, unit.range.clone());
        let Some(laid) = &unit.laid else {
            self.pieces.push(kept);
            return Ok(());
        };
        let mut text = String::with_capacity(kept.text.len());
        for (i, line) in laid.lines.iter().enumerate() {
            if i > 0 {
                text.push_str(self.eol);
            }
            text.push_str(&line.text);
        }
        if kept.text == text {
            self.pieces.push(kept);
            return Ok(());
        }
        // Behind it may stand what was meant as a comment, which the grammar is never shown.
        let layout = clean::clean(FileId::default(), &text, &mut Sink::default());
        if !check::same_item(&laid.pair, laid.source, &layout.text) {
            return Err(Mismatch { at: unit.range.start, what: "what an item says" });
        }
        self.pieces.push(Piece { range: kept.range, text: Cow::Owned(text) });
        Ok(())
    }

    fn gap(&mut self, before: Option<&Unit<'_>>, next: Option<&Unit<'_>>, gap: Option<&Gap<'_>>) {
        let range =
            before.map_or(self.start, |unit| unit.range.end)..next.map_or(self.text.len(), |unit| unit.range.start);
        let kept = Piece::keep(self.original, range.clone());
        let text = self.text.get(range.clone()).unwrap_or("");
        let verbatim = |unit: Option<&Unit<'_>>| unit.is_some_and(|unit| unit.laid.is_none());
        let (first, last) = match (text.find('\n'), text.rfind('\n')) {
            (Some(first), Some(last)) => (first + 1, last + 1),
            // One line, part of which stays: all of it stays.
            _ if verbatim(before) || verbatim(next) => return self.pieces.push(kept),
            _ => (0, text.len()),
        };
        let piece = match gap {
            // The comments of an item that is not finished yet may still be inside it.
            Some(gap) if !(verbatim(before) && indented_comment(text)) => {
                let mut spaced = self.spaced(before, next, gap);
                if verbatim(before) {
                    // A carriage return alone would become one with the line feed of an empty line below.
                    let own = kept.text.get(..first).filter(|own| !own.ends_with('\r'));
                    let own = own.or(text.get(..first)).unwrap_or("");
                    spaced.replace_range(..self.eol.len().min(spaced.len()), own);
                }
                if verbatim(next) {
                    spaced.push_str(kept.text.get(last..).unwrap_or(""));
                }
                if kept.text == spaced { kept } else { Piece { range, text: Cow::Owned(spaced) } }
            }
            Some(_) | None => kept,
        };
        self.pieces.push(piece);
    }

    /// Comments between two items, and blank lines: where there were any, and around what has several lines.
    fn spaced(&self, before: Option<&Unit<'_>>, next: Option<&Unit<'_>>, gap: &Gap<'_>) -> String {
        let mut text = String::new();
        let long =
            |unit: Option<&Unit<'_>>| unit.is_some_and(|unit| unit.laid.as_ref().is_some_and(|l| l.lines.len() > 1));
        let laid = |unit: Option<&Unit<'_>>| unit.is_some_and(|unit| unit.laid.is_some());
        let apart = laid(before) && laid(next) && (long(before) || long(next));
        let line = |text: &mut String, content: &str| {
            text.push_str(content);
            text.push_str(self.eol);
        };
        if before.is_some() {
            line(&mut text, "");
        }
        for (i, comment) in gap.comments.iter().enumerate() {
            if (i > 0 || before.is_some()) && (comment.blank || (i == 0 && apart)) {
                line(&mut text, "");
            }
            line(&mut text, comment.text);
        }
        let blank = match gap.comments.last() {
            // Documentation stays with what it documents.
            Some(comment) => gap.blank && !comment.text.starts_with("///"),
            None => before.is_some() && (gap.blank || apart),
        };
        if blank && next.is_some() {
            line(&mut text, "");
        }
        text
    }
}

/// Whether a comment stands further in than the first column.
fn indented_comment(gap: &str) -> bool {
    gap.lines().skip(1).any(|line| line.starts_with([' ', '\t']) && line.trim_start().starts_with("//"))
}
