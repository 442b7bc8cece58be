//! What a layout is made of: words, places where a line may end, groups that are broken together, and blocks.

use std::borrow::Cow;

use super::trivia::Comment;

/// A part of a line, or of several.
#[derive(Debug, Clone)]
pub(super) enum Part<'a> {
    /// A word or sign, and its width.
    Word(Cow<'a, str>, usize),
    /// One space.
    Space,
    /// One space, or the end of the line.
    Line,
    /// Ends its line.
    Comment(Comment<'a>),
    /// Parts that are broken together.
    Group(Group<'a>),
    /// `{ … }`
    Block(Block<'a>),
}

/// How a group is broken when it has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Break {
    /// At each [`Part::Line`].
    Chain,
    /// Like a chain, further in.
    Inner,
    /// Only where the width runs out.
    Fill,
    /// Between brackets: behind the first word and before the last one, and inside where the width runs out.
    Brackets,
}

/// Parts that are broken together.
#[derive(Debug, Clone)]
pub(super) struct Group<'a> {
    pub(super) parts: Vec<Part<'a>>,
    pub(super) how: Break,
    /// Its width on one line; none when it cannot stand on one.
    pub(super) width: Option<usize>,
}

impl<'a> Group<'a> {
    /// A group; `broken`: also where it would fit.
    pub(super) fn new(parts: Vec<Part<'a>>, how: Break, broken: bool) -> Self {
        let width = if broken { None } else { width(&parts) };
        Self { parts, how, width }
    }
}

/// A block in braces.
#[derive(Debug, Clone, Default)]
pub(super) struct Block<'a> {
    /// The comment behind its opening brace.
    pub(super) trailing: Option<&'a str>,
    pub(super) members: Vec<Member<'a>>,
    /// The comments before its closing brace.
    pub(super) end: Vec<Comment<'a>>,
    /// Its width on one line; none when it cannot stand on one.
    pub(super) width: Option<usize>,
}

/// What a member of a block is, for the columns that it shares with its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Shares none.
    Plain,
    /// `name: type modifiers`
    Field,
    /// `+5 on … at most …`
    Rule,
    /// `a -> b when …`
    Transition,
    /// `50% name { … }`
    Arm,
    /// `contact ana { … }` in a test
    Person,
    /// The condition of a segment, which fills its block.
    Condition,
    /// `enter on …` in a sequence.
    Enter,
    /// What belongs to the clause before it and stands further in.
    Sub,
    /// `at T` in a test, and what happens then behind it.
    At,
    /// `after D` in a test, and what happens then behind it.
    After,
    /// What happens in a test at the same instant as the line before.
    Same,
}

/// A clause, a step, a field: what has a line of its own.
#[derive(Debug, Clone)]
pub(super) struct Member<'a> {
    pub(super) kind: Kind,
    /// A blank line stands before it, behind its comments.
    pub(super) blank: bool,
    /// The comments before it.
    pub(super) before: Vec<Comment<'a>>,
    /// Its parts, by column. Never empty.
    pub(super) cells: Vec<Cell<'a>>,
    /// The comment behind it.
    pub(super) trailing: Option<&'a str>,
}

/// What stands in one column.
#[derive(Debug, Clone)]
pub(super) struct Cell<'a> {
    /// Which column of its kind.
    pub(super) column: usize,
    pub(super) parts: Vec<Part<'a>>,
}

impl<'a> Member<'a> {
    /// A member that has read nothing yet.
    pub(super) fn new(kind: Kind, cells: Vec<Cell<'a>>) -> Self {
        Self { kind, blank: false, before: Vec::new(), cells, trailing: None }
    }

    /// The spaces between two of its cells where it stands alone or in a block on one line.
    pub(super) fn gap(&self) -> usize {
        if matches!(self.kind, Kind::At | Kind::After) { 3 } else { 1 }
    }

    /// Its width on one line, or nothing.
    pub(super) fn width(&self) -> Option<usize> {
        let mut sum = 0;
        for (i, cell) in self.cells.iter().enumerate() {
            sum += width(&cell.parts)? + if i == 0 { 0 } else { self.gap() };
        }
        Some(sum)
    }

    /// The spaces between it and the next member of a block on one line.
    pub(super) fn distance(&self) -> usize {
        let last = self.cells.last().and_then(|cell| cell.parts.last());
        if matches!(last, Some(Part::Word(word, _)) if word == ",") { 1 } else { 2 }
    }
}

impl Block<'_> {
    /// Its width on one line; none when it cannot stand on one.
    pub(super) fn measure(&self) -> Option<usize> {
        if self.trailing.is_some() || !self.end.is_empty() {
            return None;
        }
        let mut sum = 3;
        let mut distance = 1;
        for member in &self.members {
            if !member.before.is_empty() || member.trailing.is_some() {
                return None;
            }
            sum += distance + member.width()?;
            distance = member.distance();
        }
        Some(sum)
    }
}

/// The width of parts on one line; nothing when they cannot stand on one.
pub(super) fn width(parts: &[Part<'_>]) -> Option<usize> {
    let mut sum = 0;
    for part in parts {
        sum += match part {
            Part::Word(_, width) => *width,
            Part::Space | Part::Line => 1,
            Part::Comment(_) => return None,
            Part::Group(group) => group.width?,
            Part::Block(block) => block.width?,
        };
    }
    Some(sum)
}
