//! Text to tree: a file is cut into items, each is read by the grammar, what was read becomes tree.
//!
//! Never fails: what cannot be read is reported and left out, and everything else is still there.

pub mod tree;

pub(crate) mod build;
pub(crate) mod chunk;
pub(crate) mod clean;
mod decode;
pub(crate) mod grammar;
mod item;
pub mod items;
pub mod lex;
mod recover;
mod tokens;

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::{FileId, Span};
pub(crate) use build::snake_case;
pub use decode::decode;
pub use tokens::{Token, TokenKind, tokens};

/// Reads one file. Time is linear in its length; nothing recurses deeper than brackets may nest.
pub fn parse(file: FileId, text: &str, sink: &mut Sink) -> tree::File {
    let mut found = tree::File { id: file, items: Vec::new() };
    if u32::try_from(text.len()).is_err() {
        let message = "this file is larger than 4 GiB";
        sink.push(Diagnostic::new(Code::TooDeep, Span::new(file, 0, 0), message).help("split it into several files"));
        return found;
    }
    let mut own = Sink::default();
    let text = clean::line_ends(file, text, &mut own);
    let text = text.as_ref();
    let clean = clean::clean(file, text, &mut own);
    for chunk in chunk::split(&clean.text) {
        let start = chunk.offset as usize;
        let source = text.get(start..(start + chunk.text.len()).min(text.len())).unwrap_or("");
        let Some(mut item) = item::read(file, &chunk, source, &mut own) else { continue };
        let inside = |at: &u32| item.span.start <= *at && *at < item.span.end;
        item.broken |= clean.wounds.iter().any(inside);
        found.items.push(item);
    }
    first_causes(text, own.into_found()).into_iter().for_each(|diagnostic| sink.push(diagnostic));
    found
}

/// A character that has no place tears a word or a line apart; what the grammar says of the pieces follows from it.
fn first_causes(text: &str, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let strange = |d: &&Diagnostic| d.code == Code::BadCharacter;
    let torn: Vec<Span> = found.iter().filter(strange).map(|d| d.primary.span).collect();
    // A carriage return alone is such a character, and ends its line.
    let same_line = |torn: &Span, to: u32| {
        let between = text.get(torn.start as usize..to as usize);
        torn.end <= to && between.is_some_and(|between| !between.contains('\n'))
    };
    let follows =
        |d: &Diagnostic| d.code == Code::Syntax && torn.iter().any(|torn| same_line(torn, d.primary.span.start));
    found.into_iter().filter(|d| !follows(d)).collect()
}
