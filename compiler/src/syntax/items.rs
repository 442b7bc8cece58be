//! The items of a text as text: what is compared where nothing is compiled. Broken ones are there, too.

use super::chunk;
use super::lex::{LexKind, Lexer};

/// An item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemText<'t> {
    /// Where its first word stands.
    pub start: usize,
    /// From its first word to its last bracket.
    pub text: &'t str,
    /// What it is called: `sequence cart_recovery`, `limits`, `test "a cart"`.
    pub name: String,
    /// The comment for readers before it.
    pub doc: Option<String>,
}

/// All items of a text, in their order.
#[must_use]
pub fn items(text: &str) -> Vec<ItemText<'_>> {
    chunk::split(text)
        .into_iter()
        .map(|chunk| ItemText {
            start: chunk.offset as usize,
            text: chunk.text,
            name: name(chunk.text),
            doc: chunk.doc,
        })
        .collect()
}

/// The keyword with what stands behind it: a name or a text, of `moved` and `retired` the whole address.
fn name(text: &str) -> String {
    let mut lexemes = Lexer::new(text);
    let Some(keyword) = lexemes.next() else { return String::new() };
    let Some(second) = lexemes.next() else { return text.to_owned() };
    let mut end = match second.kind {
        LexKind::Word | LexKind::Text(_) | LexKind::Number => second.end,
        LexKind::Comment
        | LexKind::Doc
        | LexKind::Hash
        | LexKind::Open(_)
        | LexKind::Close(_)
        | LexKind::Strange
        | LexKind::Sign => keyword.end,
    };
    if end == second.end {
        // `sequence.cart_recovery.step.nudge`
        for lexeme in lexemes {
            let glued = lexeme.start == end && matches!(lexeme.kind, LexKind::Word | LexKind::Sign | LexKind::Number);
            if !glued {
                break;
            }
            end = lexeme.end;
        }
    }
    text.get(..end).unwrap_or(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words and signs of a text, without comments and space: texts that have the same mean the same.
#[must_use]
pub fn words(text: &str) -> Vec<&str> {
    let counts = |kind: LexKind| !matches!(kind, LexKind::Comment | LexKind::Doc | LexKind::Hash);
    let lexemes = Lexer::new(text).filter(|lexeme| counts(lexeme.kind));
    lexemes.filter_map(|lexeme| text.get(lexeme.start..lexeme.end)).collect()
}

/// The comments of a text, each without the space around it.
#[must_use]
pub fn comments(text: &str) -> Vec<&str> {
    let lexemes = Lexer::new(text).filter(|lexeme| matches!(lexeme.kind, LexKind::Comment | LexKind::Doc));
    lexemes.filter_map(|lexeme| text.get(lexeme.start..lexeme.end)).map(str::trim).collect()
}
