//! Text to tree: a file is cut into items, each is read by the grammar, what was read becomes tree.
//!
//! Never fails: what cannot be read is reported and left out, and everything else is still there.

pub mod tree;

mod build;
mod chunk;
mod clean;
mod decode;
mod grammar;
mod item;
mod lex;
mod recover;

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::{FileId, Span};
pub use decode::decode;

/// Reads one file. Time is linear in its length; nothing recurses deeper than brackets may nest.
pub fn parse(file: FileId, text: &str, sink: &mut Sink) -> tree::File {
    let mut found = tree::File { id: file, items: Vec::new() };
    if u32::try_from(text.len()).is_err() {
        let message = "this file is larger than 4 GiB";
        sink.push(Diagnostic::new(Code::TooDeep, Span::new(file, 0, 0), message).help("split it into several files"));
        return found;
    }
    let clean = clean::clean(file, text, sink);
    for chunk in chunk::split(&clean.text) {
        let start = chunk.offset as usize;
        let source = text.get(start..(start + chunk.text.len()).min(text.len())).unwrap_or("");
        let Some(mut item) = item::read(file, &chunk, source, sink) else { continue };
        let inside = |at: &u32| item.span.start <= *at && *at < item.span.end;
        item.broken |= clean.wounds.iter().any(inside);
        found.items.push(item);
    }
    found
}
