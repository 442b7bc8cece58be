//! `flow fmt`: the one way in which a text is laid out. Text in, text out.
//!
//! Only the space between words changes: no word and no comment is added, dropped or moved past another. What the
//! author decides and what is kept: whether a block stands on one line, where a condition is broken before `and` and
//! `or`, blank lines (one at most), and whether what happens in a test stands behind its time or below it.
//!
//! An item that cannot be read stays as it is, byte for byte, and so does all that shares its lines and what stands
//! further in behind it; around it there are no blank lines where there were none. A carriage return alone, which is a
//! mistake, becomes the line's end that the parser takes it for, but not in these lines.

mod build;
mod check;
mod columns;
mod expr;
mod items;
mod layout;
mod render;
mod rows;
mod spacing;
mod trivia;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use crate::source::FileId;
pub use check::same;

/// How wide a line may be, in characters, where it can be broken.
pub const WIDTH: usize = 100;

/// A text as it shall look.
#[derive(Debug, Clone)]
pub struct Formatted<'a> {
    pieces: Vec<Piece<'a>>,
    /// The items that could not be read, as byte ranges of the text: they stay as they are.
    pub broken: Vec<Range<usize>>,
}

/// A stretch of the text and what shall stand there.
#[derive(Debug, Clone)]
struct Piece<'a> {
    range: Range<usize>,
    text: Cow<'a, str>,
}

/// A replacement in the text that was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// Which bytes.
    pub range: Range<usize>,
    /// What shall stand there.
    pub text: String,
}

/// The layout would have changed what the text says. This is a mistake of the formatter, never of the author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The first byte, in the text that was handed in, of what would have changed.
    pub at: usize,
    /// What would have changed.
    pub what: &'static str,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "formatting would have changed {}", self.what)
    }
}

/// Lays out a text. Takes time linear in its length; never fails on what an author can write.
///
/// # Errors
/// When the result would not mean the same: then it must not be used.
pub fn format(text: &str) -> Result<Formatted<'_>, Mismatch> {
    let formatted = items::format(FileId::default(), text)?;
    let result = formatted.text();
    if result != text {
        check::same_outline(text, &result)?;
    }
    Ok(formatted)
}

impl Formatted<'_> {
    /// The whole text.
    #[must_use]
    pub fn text(&self) -> String {
        let length = self.pieces.iter().map(|piece| piece.text.len()).sum();
        let mut text = String::with_capacity(length);
        self.pieces.iter().for_each(|piece| text.push_str(&piece.text));
        text
    }

    /// What has to be replaced to lay out the items that touch a range of bytes, and the space around them. `source` is
    /// the text that was handed in. In order, without overlaps; empty when all is well.
    #[must_use]
    pub fn within(&self, source: &str, range: Range<usize>) -> Vec<Replacement> {
        let touches = |piece: &&Piece<'_>| piece.range.start <= range.end && range.start <= piece.range.end;
        let differs = |piece: &&Piece<'_>| source.get(piece.range.clone()) != Some(&piece.text);
        let pieces = self.pieces.iter().filter(touches).filter(differs);
        pieces.map(|piece| Replacement { range: piece.range.clone(), text: piece.text.clone().into_owned() }).collect()
    }
}
