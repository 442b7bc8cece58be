//! The lines that a report shows: those with labels and one around, made safe and narrow, never the whole file.

use std::collections::BTreeSet;

use super::{Place, View, hidden};
use crate::diagnostic::{Diagnostic, Label};
use crate::source::{FileId, SourceFile};

/// Labelled lines closer than this are shown in one piece.
const NEAR: u32 = 3;
/// A tab reaches to the next multiple of this.
const TAB: usize = 4;
/// A label's text is wrapped at its end of the screen, but never narrower than this.
const NARROWEST: usize = 28;

/// The pieces of a report, in one text with line breaks; each mark points into it.
#[derive(Debug, Default)]
pub(super) struct Snippets {
    /// The text of all pieces.
    pub(super) text: String,
    /// The pieces: the primary place first, then the rest of its file, then files in the order of the labels.
    pub(super) pieces: Vec<Piece>,
    /// The labels.
    pub(super) marks: Vec<Mark>,
}

/// Consecutive lines of one file.
#[derive(Debug)]
pub(super) struct Piece {
    /// The file's path as the reader names it.
    pub(super) path: String,
    /// Its first byte in the text.
    pub(super) start: usize,
    /// One past its last byte.
    pub(super) end: usize,
    /// The number of its first line, from 1.
    pub(super) first_line: u32,
}

/// A label on one line.
#[derive(Debug)]
pub(super) struct Mark {
    /// First byte in the text.
    pub(super) start: usize,
    /// One past the last.
    pub(super) end: usize,
    /// The words, wrapped.
    pub(super) words: Option<String>,
    /// The place to look at first.
    pub(super) primary: bool,
    /// Line in the file, from 1.
    pub(super) line: u32,
    /// Column in the file, from 1.
    pub(super) column: u32,
}

/// The pieces for a diagnostic on a screen of `width` columns.
pub(super) fn snippets(view: View<'_>, diagnostic: &Diagnostic, width: usize) -> Snippets {
    let mut snippets = Snippets::default();
    let mut targets: Vec<Target<'_>> = Vec::new();
    targets.extend(view.place(diagnostic.primary.span).map(|place| target(place, &diagnostic.primary, true)));
    for label in &diagnostic.labels {
        targets.extend(view.place(label.span).map(|place| target(place, label, false)));
    }
    let mut files: Vec<FileId> = Vec::new();
    for target in &targets {
        if !files.contains(&target.place.span.file) {
            files.push(target.place.span.file);
        }
    }
    for id in files {
        let here: Vec<&Target<'_>> = targets.iter().filter(|target| target.place.span.file == id).collect();
        let Some(first) = here.first() else { continue };
        let mut parts = stretches(first.place.file, &here);
        // The reader begins at the place to look at first, wherever the others stand.
        let main = here.iter().find(|target| target.primary).map(|target| target.place.start.line);
        parts.sort_by_key(|(from, to)| main.is_some_and(|line| !(*from..=*to).contains(&line)));
        for (from, to) in parts {
            piece(&mut snippets, &here, from..=to, width);
        }
    }
    snippets
}

/// A label with what is needed to draw it.
struct Target<'a> {
    place: Place<'a>,
    words: String,
    primary: bool,
}

fn target<'a>(place: Place<'a>, label: &Label, primary: bool) -> Target<'a> {
    Target { place, words: super::clean(&label.text), primary }
}

/// Stretches of lines, first and last, with one line around each label.
fn stretches(file: &SourceFile, targets: &[&Target<'_>]) -> Vec<(u32, u32)> {
    let last_line = last_line(file);
    let lines: BTreeSet<u32> = targets.iter().map(|target| target.place.start.line).collect();
    let mut found: Vec<(u32, u32)> = Vec::new();
    for line in lines {
        let from = line.saturating_sub(1).max(1);
        let to = (line + 1).min(last_line).max(line);
        match found.last_mut() {
            Some((_, end)) if line < *end + NEAR => *end = to,
            _ => found.push((from, to)),
        }
    }
    found
}

/// The last line that has a character, so that the empty one behind the last line break is not shown for nothing.
fn last_line(file: &SourceFile) -> u32 {
    let text = file.text.trim_end_matches(['\n', '\r']);
    file.position(u32::try_from(text.len()).unwrap_or(u32::MAX)).line
}

/// Adds the lines `range` of the file of `targets`.
fn piece(snippets: &mut Snippets, targets: &[&Target<'_>], range: std::ops::RangeInclusive<u32>, width: usize) {
    let Some(first) = targets.first() else { return };
    let gutter = range.end().to_string().len() + 5;
    let room = width.saturating_sub(gutter).max(NARROWEST);
    let start = snippets.text.len();
    let first_line = *range.start();
    for number in range {
        let (offset, line) = line_text(first.place.file, number);
        let here: Vec<&&Target<'_>> = targets.iter().filter(|target| target.place.start.line == number).collect();
        let spans: Vec<(usize, usize)> = here.iter().map(|target| within(target, offset, line)).collect();
        let shown = show(line, &spans, room);
        let marks = here.iter().zip(&shown.spans).map(|(target, &(start, end))| Mark {
            start,
            end,
            words: Some(target.words.clone()).filter(|words| !words.is_empty()),
            primary: target.primary,
            line: number,
            column: target.place.start.column,
        });
        let base = snippets.text.len();
        for mut mark in untangle(marks.collect(), &shown.text) {
            let before = shown.text.get(..mark.start).map_or(0, columns);
            let under = shown.text.get(mark.start..mark.end).map_or(0, columns);
            mark.words = mark.words.and_then(|text| words(&text, room.saturating_sub(before + under / 2 + 4)));
            mark.start += base;
            mark.end += base;
            snippets.marks.push(mark);
        }
        snippets.text.push_str(&shown.text);
        snippets.text.push('\n');
    }
    snippets.pieces.push(Piece { path: first.place.path.clone(), start, end: snippets.text.len(), first_line });
}

/// Marks of one line that lie over each other cannot all be drawn: the words stay, lines give way.
fn untangle(mut marks: Vec<Mark>, line: &str) -> Vec<Mark> {
    marks.sort_by_key(|mark| (mark.start, std::cmp::Reverse(mark.end), !mark.primary));
    let mut done: Vec<Mark> = Vec::new();
    for mut mark in marks {
        let Some(under) = done.last_mut().filter(|under| mark.start < under.end) else {
            done.push(mark);
            continue;
        };
        if under.words.is_none() || under.words == mark.words {
            // A line without words around one with words says nothing more, except where to look first.
            if under.primary {
                (mark.primary, mark.column) = (true, under.column);
            }
            mark.words = mark.words.or_else(|| under.words.take());
            *under = mark;
        } else if under.start < mark.start {
            let kept = line.get(under.start..mark.start).map_or(0, |part| part.trim_end().len());
            under.end = under.start + kept.max(1);
            done.push(mark);
        } else {
            let rest = line.get(mark.end..under.end).unwrap_or("");
            let gap = rest.len() - rest.trim_start().len();
            under.start = (mark.end + gap).min(under.end);
            done.insert(done.len() - 1, mark);
        }
    }
    done
}

/// A line (from 1) without its line break, and the byte at which it starts.
fn line_text(file: &SourceFile, number: u32) -> (u32, &str) {
    let start = file.lines().start_of(number).unwrap_or(u32::try_from(file.text.len()).unwrap_or(u32::MAX));
    let rest = file.text.get(start as usize..).unwrap_or("");
    let line = rest.split('\n').next().unwrap_or("");
    (start, line.strip_suffix('\r').unwrap_or(line))
}

/// The bytes of a label within its first line; a label over several lines ends where that line ends.
fn within(target: &Target<'_>, line_start: u32, line: &str) -> (usize, usize) {
    let bound = |offset: u32| (offset.saturating_sub(line_start) as usize).min(line.len());
    let start = bound(target.place.span.start);
    let mut end = bound(target.place.span.end).max(start);
    if target.place.end.line > target.place.start.line {
        end = line.trim_end().len().max(start);
    }
    (start, end)
}

/// A line as it is shown, with the spans where they then are.
struct Shown {
    text: String,
    spans: Vec<(usize, usize)>,
}

/// Tabs become spaces, hidden characters become visible, and a line that is too long is cut around its labels.
fn show(line: &str, spans: &[(usize, usize)], room: usize) -> Shown {
    let mut text = String::with_capacity(line.len());
    // Where each byte of the line is in the text.
    let mut moved = Vec::with_capacity(line.len() + 1);
    let mut column = 0;
    for c in line.chars() {
        moved.extend(std::iter::repeat_n(text.len(), c.len_utf8()));
        match c {
            '\t' => {
                let reach = TAB - column % TAB;
                text.extend(std::iter::repeat_n(' ', reach));
                column += reach;
            }
            '\u{feff}' => {}
            c => {
                let c = if hidden(c) { '\u{fffd}' } else { c };
                text.push(c);
                column += columns_of(c);
            }
        }
    }
    moved.push(text.len());
    let at = |byte: usize| moved.get(byte).copied().unwrap_or(text.len());
    let spans = spans.iter().map(|&(from, to)| (at(from), at(to))).collect();
    if column <= room { Shown { text, spans } } else { cut(&text, spans, room) }
}

/// Cuts a line to `room` columns so that its first label is seen; `…` stands for what is left out.
fn cut(text: &str, spans: Vec<(usize, usize)>, room: usize) -> Shown {
    let first = spans.iter().map(|span| span.0).min().unwrap_or(0);
    let last = spans.iter().map(|span| span.1).max().unwrap_or(0);
    let fits = |to: usize| text.get(..to).map_or(0, columns) < room;
    // From the start of the line where the labels allow it, else from a little before the first one.
    let skipped = if fits(last) { 0 } else { text.get(..first).map_or(0, |before| back(before, room / 4)) };
    let mut out = String::new();
    if skipped > 0 {
        out.push('…');
    }
    let lead = out.len();
    let mut used = columns(&out);
    let mut kept = skipped;
    for c in text.get(skipped..).unwrap_or("").chars() {
        if used + columns_of(c) >= room {
            break;
        }
        used += columns_of(c);
        kept += c.len_utf8();
        out.push(c);
    }
    if kept < text.len() {
        out.push('…');
    }
    let at = |byte: usize| byte.clamp(skipped, kept) - skipped + lead;
    Shown { spans: spans.into_iter().map(|(from, to)| (at(from), at(to))).collect(), text: out }
}

/// The byte that lies `n` characters before the end of `text`.
fn back(text: &str, n: usize) -> usize {
    text.char_indices().rev().nth(n).map_or(0, |(byte, _)| byte)
}

/// The words of a label, in lines of at most `room` columns.
fn words(text: &str, room: usize) -> Option<String> {
    let room = room.max(NARROWEST);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if columns(line) + 1 + columns(word) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn columns(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// How many columns a character takes: near enough to know where a line has to be cut.
fn columns_of(c: char) -> usize {
    match u32::from(c) {
        0x300..=0x36f | 0x200b..=0x200d | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60 => 2,
        0x1f300..=0x1faff | 0x2_0000..=0x3_ffff => 2,
        _ => 1,
    }
}
