//! Words, signs, texts and comments, read without the compiler: so that a test does not ask the tested.

use std::ops::Range;

/// What stands in a text beside space.
pub(crate) struct Word {
    pub(crate) range: Range<usize>,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Letters, digits, and what sticks to them.
    Word,
    /// `,`, `)` or `]`, before which space is free.
    Sign,
    /// Any other sign.
    Other,
    Text,
    Comment,
}

/// The words of a text.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let line = rest.find('\n').map_or(rest, |end| &rest[..end]);
        let stick = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '+' | ':' | '%');
        let (kind, length) = match c {
            ' ' | '\t' | '\r' | '\n' => {
                at += 1;
                continue;
            }
            '/' if rest.starts_with("//") => (Kind::Comment, line.trim_end().len()),
            '"' => (Kind::Text, quoted(line)),
            ',' | ')' | ']' => (Kind::Sign, 1),
            c if c.is_alphanumeric() => (Kind::Word, rest.find(|c| !stick(c)).unwrap_or(rest.len())),
            c => (Kind::Other, if rest.starts_with("->") || rest.starts_with("==") { 2 } else { c.len_utf8() }),
        };
        found.push(Word { range: at..at + length, kind });
        at += length;
    }
    found
}

/// The length of a text in quotes; to the end of the line when it is not closed.
fn quoted(line: &str) -> usize {
    let mut escaped = false;
    for (i, c) in line.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return i + 1,
            _ => {}
        }
    }
    line.trim_end().len()
}

/// All that a text says, without its space: comments and texts as they are, in their places.
pub(crate) fn said(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for Word { range, kind } in words(text) {
        if kind == Kind::Comment {
            out.push('\n');
        }
        out.push_str(&text[range]);
        if kind == Kind::Comment {
            out.push('\n');
        }
    }
    out
}
