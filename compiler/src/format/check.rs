//! Whether two texts say the same: the guard before anything is written.

use std::ops::Range;

use super::Mismatch;
use super::trivia::SPACE;
use crate::diagnostic::Sink;
use crate::source::FileId;
use crate::syntax::build::Builder;
use crate::syntax::chunk::{self, Chunk};
use crate::syntax::clean;
use crate::syntax::grammar::{self, Pair};
use crate::syntax::lex::{LexKind, Lexeme, Lexer};
use crate::syntax::tree::Item;

/// Compares two texts: their words and comments in order, the items that they are cut into with their documentation,
/// and the trees of these items without the places in them.
///
/// # Errors
/// The first difference, at its place in `before`.
pub fn same(before: &str, after: &str) -> Result<(), Mismatch> {
    compare(before, after, |old, new| old.text == new.text || read(old) == read(new))
}

/// The same for a text whose items were compared with [`same_item`] already, one by one.
pub(super) fn same_outline(before: &str, after: &str) -> Result<(), Mismatch> {
    compare(before, after, |_, _| true)
}

fn compare(before: &str, after: &str, alike: impl Fn(&Chunk<'_>, &Chunk<'_>) -> bool) -> Result<(), Mismatch> {
    let mut sink = Sink::default();
    let before = clean::line_ends(FileId::default(), before, &mut sink);
    let after = clean::line_ends(FileId::default(), after, &mut sink);
    words(&before, &after)?;
    let old = clean::clean(FileId::default(), &before, &mut sink);
    let new = clean::clean(FileId::default(), &after, &mut sink);
    let (old, new) = (chunk::split(&old.text), chunk::split(&new.text));
    let mut beginnings = beginnings(&before, &old).zip(beginnings(&after, &new));
    for (old, new) in old.iter().zip(&new) {
        let differs = |what| Err(Mismatch { at: old.offset as usize, what });
        if beginnings.next().is_none_or(|(old, new)| old != new) {
            return differs("where an item begins");
        } else if old.doc != new.doc {
            return differs("the documentation of an item");
        } else if !alike(old, new) {
            return differs("what an item says");
        }
    }
    let missing = old.get(new.len()).map(|old| old.offset as usize);
    match missing.or((new.len() > old.len()).then_some(before.len())) {
        Some(at) => Err(Mismatch { at, what: "where an item begins" }),
        None => Ok(()),
    }
}

/// With which word of the text each of its items begins, counted with its comments. The words of the text itself count:
/// where one is mended, what is taken for its end may be another place in another layout.
fn beginnings<'t>(text: &'t str, chunks: &'t [Chunk<'t>]) -> impl Iterator<Item = usize> + 't {
    let mut words = Lexer::new(text).peekable();
    let mut count = 0;
    chunks.iter().map(move |chunk| {
        while words.next_if(|word| word.start < chunk.offset as usize).is_some() {
            count += 1;
        }
        count
    })
}

/// Compares the words and comments of two texts, in order.
fn words(before: &str, after: &str) -> Result<(), Mismatch> {
    let what = "a word or a comment";
    let mut new = words_of(after);
    for (range, kind, word) in places_of(before) {
        if new.next() != Some((kind, word)) {
            return Err(Mismatch { at: range.start, what });
        }
    }
    if new.next().is_some() { Err(Mismatch { at: before.len(), what }) } else { Ok(()) }
}

fn words_of(text: &str) -> impl Iterator<Item = (LexKind, &str)> {
    places_of(text).map(|(_, kind, word)| (kind, word))
}

fn places_of(text: &str) -> impl Iterator<Item = (Range<usize>, LexKind, &str)> {
    Lexer::new(text).map(move |Lexeme { kind, start, end, .. }| {
        let word = text.get(start..end).unwrap_or("");
        let comment = matches!(kind, LexKind::Comment | LexKind::Doc | LexKind::Hash);
        (start..end, kind, if comment { word.trim_end_matches(SPACE) } else { word })
    })
}

/// Whether an item says the same in another layout.
pub(super) fn same_item(pair: &Pair<'_>, text: &str, layout: &str) -> bool {
    grammar::read(pair.as_rule(), layout).is_ok_and(|other| tree(pair, text) == tree(&other, layout))
}

/// The tree of an item, if it can be read.
fn read(chunk: &Chunk<'_>) -> Option<Item> {
    let keyword = Lexer::new(chunk.text).next()?;
    let rule = Builder::rule(chunk.text.get(keyword.start..keyword.end)?)?;
    tree(&grammar::read(rule, chunk.text).ok()?, chunk.text)
}

/// The tree of an item, each place in it the same.
fn tree(pair: &Pair<'_>, text: &str) -> Option<Item> {
    let mut sink = Sink::default();
    Builder::new(FileId::default(), 0, text, text, &mut sink).without_places().item(pair, None)
}
