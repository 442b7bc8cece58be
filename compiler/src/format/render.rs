//! A layout becomes lines.

use super::WIDTH;
use super::columns::{Place, places};
use super::layout::{Block, Break, Group, Kind, Member, Part};
use super::trivia::Comment;

/// How much further in than its beginning a broken clause goes on.
const CONTINUED: usize = 4;
/// How much further in than what they stand in members of blocks and contents of brackets are.
const INSIDE: usize = 2;

/// One line of the result.
#[derive(Debug, Clone, Default)]
pub(super) struct Line<'a> {
    /// Without the comment behind it, and without space at its end.
    pub(super) text: String,
    /// Its width in characters.
    pub(super) width: usize,
    /// The comment behind it.
    pub(super) comment: Option<&'a str>,
}

/// The lines of an item.
pub(super) fn lines<'a>(item: &Member<'a>) -> Vec<Line<'a>> {
    let mut page = Page { lines: Vec::new(), line: Line::default(), indent: 0, pending: false };
    let gaps = item.cells.iter().skip(1).map(|_| 1).collect();
    page.member(item, &Place { indent: 0, gaps }, 0);
    page.finish_line();
    page.lines
}

/// Parts as they stand on one line.
pub(super) fn flat(parts: &[Part<'_>]) -> String {
    let mut page = Page { lines: Vec::new(), line: Line::default(), indent: 0, pending: false };
    page.flat(parts, Margin { base: 0, next: 0 });
    page.line.text
}

/// Where lines begin.
#[derive(Debug, Clone, Copy)]
struct Margin {
    /// Of the clause, and of the closing braces of its blocks.
    base: usize,
    /// Of the clause where it is broken.
    next: usize,
}

struct Page<'a> {
    lines: Vec<Line<'a>>,
    line: Line<'a>,
    /// Where the line began.
    indent: usize,
    /// A comment has ended the line: the next word begins another.
    pending: bool,
}

impl<'a> Page<'a> {
    fn finish_line(&mut self) {
        let visible = self.line.text.trim_end_matches(' ').len();
        self.line.width -= self.line.text.len() - visible;
        self.line.text.truncate(visible);
        self.lines.push(std::mem::take(&mut self.line));
        self.pending = false;
    }

    fn newline(&mut self, indent: usize) {
        self.finish_line();
        self.indent = indent;
        self.line.text.extend(std::iter::repeat_n(' ', indent));
        self.line.width = indent;
    }

    /// An empty line; the one that is written is finished.
    fn blank(&mut self) {
        self.finish_line();
    }

    fn word(&mut self, text: &str, width: usize, margin: Margin) {
        if self.pending {
            self.newline(margin.next);
        }
        self.line.text.push_str(text);
        self.line.width += width;
    }

    fn spaces(&mut self, count: usize) {
        if !self.pending && self.line.width > self.indent {
            self.line.text.extend(std::iter::repeat_n(' ', count));
            self.line.width += count;
        }
    }

    fn comment(&mut self, comment: Comment<'a>, margin: Margin) {
        if !comment.own && !self.pending && self.line.width > self.indent {
            self.line.comment = Some(comment.text);
        } else {
            if self.pending || self.line.width > self.indent {
                self.newline(margin.next);
            }
            self.word(comment.text, comment.text.chars().count(), margin);
        }
        self.pending = true;
    }

    /// Parts on one line.
    fn flat(&mut self, parts: &[Part<'a>], margin: Margin) {
        for part in parts {
            match part {
                Part::Word(text, width) => self.word(text, *width, margin),
                Part::Space | Part::Line => self.spaces(1),
                Part::Comment(comment) => self.comment(*comment, margin),
                Part::Group(group) => self.flat(&group.parts, margin),
                Part::Block(block) => self.flat_block(block, margin),
            }
        }
    }

    fn flat_block(&mut self, block: &Block<'a>, margin: Margin) {
        self.word("{", 1, margin);
        let mut distance = 1;
        for member in &block.members {
            self.spaces(distance);
            for (i, cell) in member.cells.iter().enumerate() {
                self.spaces(if i == 0 { 0 } else { member.gap() });
                self.flat(&cell.parts, margin);
            }
            distance = member.distance();
        }
        self.spaces(1);
        self.word("}", 1, margin);
    }

    /// Parts on as many lines as they need; `rest` is the width of what follows up to the next place for a break.
    fn parts(&mut self, parts: &[Part<'a>], how: Break, margin: Margin, rest: usize) {
        for (i, part) in parts.iter().enumerate() {
            let behind = parts.get(i + 1..).unwrap_or_default();
            match part {
                Part::Word(text, width) => self.word(text, *width, margin),
                Part::Space => self.spaces(1),
                Part::Line => {
                    let full = || self.line.width + 1 + until_break(behind, rest) > WIDTH;
                    let always = matches!(how, Break::Chain | Break::Inner);
                    if self.pending || !(always || full()) {
                        self.spaces(1);
                    } else {
                        self.newline(margin.next);
                    }
                }
                Part::Comment(comment) => self.comment(*comment, margin),
                Part::Group(group) => self.group(group, margin, until_break(behind, rest)),
                Part::Block(block) => self.block(block, margin, until_break(behind, rest)),
            }
        }
    }

    fn group(&mut self, group: &Group<'a>, margin: Margin, rest: usize) {
        // What stands on a new line anyway is measured there.
        let start = if self.pending { margin.next } else { self.line.width };
        if group.width.is_some_and(|width| start + width + rest <= WIDTH) {
            return self.flat(&group.parts, margin);
        }
        match group.how {
            Break::Chain | Break::Fill => self.parts(&group.parts, group.how, margin, rest),
            Break::Inner => {
                let margin = Margin { next: margin.next + INSIDE, ..margin };
                self.parts(&group.parts, group.how, margin, rest);
            }
            Break::Brackets => self.brackets(group, margin),
        }
    }

    /// The contents of brackets on lines of their own.
    fn brackets(&mut self, group: &Group<'a>, margin: Margin) {
        let [first, inner @ .., last] = group.parts.as_slice() else { return };
        self.parts(std::slice::from_ref(first), Break::Fill, margin, 0);
        let base = self.indent;
        let inside = Margin { base: base + INSIDE, next: base + INSIDE };
        match inner.first() {
            Some(Part::Comment(comment)) if !comment.own => {}
            Some(_) => self.newline(inside.next),
            None => {}
        }
        self.parts(inner, Break::Fill, inside, 0);
        self.newline(base);
        self.parts(std::slice::from_ref(last), Break::Fill, margin, 0);
    }

    fn block(&mut self, block: &Block<'a>, margin: Margin, rest: usize) {
        let start = if self.pending { margin.next } else { self.line.width };
        if block.width.is_some_and(|width| start + width + rest <= WIDTH) {
            return self.flat_block(block, margin);
        }
        self.word("{", 1, margin);
        self.line.comment = block.trailing;
        let indent = margin.base + INSIDE;
        let places = places(&block.members, indent);
        for (i, (member, place)) in block.members.iter().zip(&places).enumerate() {
            self.comments(&member.before, indent + place.indent, i == 0);
            if member.blank && (i > 0 || !member.before.is_empty()) {
                self.blank();
            }
            self.newline(indent + place.indent);
            self.member(member, place, indent);
            if member.trailing.is_some() {
                self.line.comment = member.trailing;
            }
        }
        self.comments(&block.end, indent, block.members.is_empty());
        self.newline(margin.base);
        self.word("}", 1, margin);
    }

    /// Comments on lines of their own.
    fn comments(&mut self, comments: &[Comment<'a>], indent: usize, first: bool) {
        for (i, comment) in comments.iter().enumerate() {
            if comment.blank && !(first && i == 0) {
                self.blank();
            }
            self.newline(indent);
            self.word(comment.text, comment.text.chars().count(), Margin { base: indent, next: indent });
        }
    }

    /// A member, its line begun.
    fn member(&mut self, member: &Member<'a>, place: &Place, indent: usize) {
        let mut base = indent + place.indent;
        for (i, cell) in member.cells.iter().enumerate() {
            if let Some(gap) = i.checked_sub(1).and_then(|i| place.gaps.get(i)) {
                self.spaces(*gap);
                if matches!(member.kind, Kind::At | Kind::After) {
                    base = self.line.width;
                }
            }
            let next = if member.kind == Kind::Condition { base } else { base + CONTINUED };
            let behind = member.cells.get(i + 1).map_or(0, |cell| member.gap() + until_break(&cell.parts, 0));
            self.parts(&cell.parts, Break::Fill, Margin { base, next }, behind);
        }
    }
}

/// The width of parts up to the first place where a line may end.
fn until_break(parts: &[Part<'_>], rest: usize) -> usize {
    let mut sum = 0;
    for part in parts {
        match part {
            Part::Word(_, width) => sum += width,
            Part::Space => sum += 1,
            Part::Line | Part::Comment(_) => return sum,
            Part::Block(_) => return sum + 1,
            Part::Group(group) => match group.width {
                Some(width) => sum += width,
                None => return sum + until_break(&group.parts, 0),
            },
        }
    }
    sum + rest
}
