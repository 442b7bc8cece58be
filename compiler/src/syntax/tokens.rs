//! Each word of a text and what the grammar takes it for: what highlighters are held against.

use super::build::Builder;
use super::grammar::{self, Pair, Rule};
use super::lex::{LexKind, Lexer};
use super::{chunk, clean};
use crate::diagnostic::Sink;
use crate::source::{FileId, Span};

/// One word, sign, text or comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token {
    /// Where it stands.
    pub span: Span,
    /// What it is there.
    pub kind: TokenKind,
}

/// What a token is where it stands: `email` is a keyword in a team and a name in a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenKind {
    /// `// …` and `/// …`.
    Comment,
    /// A word of the language; `at most` may be one of two words.
    Keyword,
    /// `true`, `mon`.
    Constant,
    /// The name of an item where it is declared.
    ItemName,
    /// Any other name.
    Name,
    /// A text with its quotes.
    Text,
    /// A number with its unit, a date, a time.
    Number,
    /// Brackets and signs.
    Sign,
}

/// The tokens of all items that the grammar can read, and all comments, in the order of the text.
#[must_use]
pub fn tokens(file: FileId, text: &str) -> Vec<Token> {
    let clean = clean::clean(file, text, &mut Sink::default());
    let mut found = Vec::new();
    for lexeme in Lexer::new(&clean.text) {
        if matches!(lexeme.kind, LexKind::Comment | LexKind::Doc) {
            found.push(Token { span: span(file, 0, lexeme.start, lexeme.end), kind: TokenKind::Comment });
        }
    }
    for chunk in chunk::split(&clean.text) {
        let word = chunk.text.split(|c: char| !c.is_ascii_lowercase()).next().unwrap_or("");
        let Some(Ok(item)) = Builder::rule(word).map(|rule| grammar::read(rule, chunk.text)) else { continue };
        // The keyword, then the name or the text that names it.
        for (at, part) in item.into_inner().enumerate() {
            let named = at == 1 && matches!(part.as_rule(), Rule::name | Rule::text);
            leaves(file, chunk.offset as usize, part, named, &mut found);
        }
    }
    found.sort_unstable();
    found
}

fn leaves(file: FileId, offset: usize, pair: Pair<'_>, names_item: bool, found: &mut Vec<Token>) {
    let (rule, range) = (pair.as_rule(), pair.as_span());
    let word = pair.as_str().starts_with(|c: char| c.is_alphabetic());
    let mut inner = pair.into_inner().peekable();
    if inner.peek().is_some() {
        inner.for_each(|part| leaves(file, offset, part, false, found));
    } else if range.start() < range.end() {
        let kind = kind(rule, word, names_item);
        found.push(Token { span: span(file, offset, range.start(), range.end()), kind });
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the grammar's rules are a generated enum of hundreds")]
fn kind(rule: Rule, word: bool, names_item: bool) -> TokenKind {
    match rule {
        Rule::name | Rule::text if names_item => TokenKind::ItemName,
        Rule::name => TokenKind::Name,
        Rule::text => TokenKind::Text,
        Rule::truth | Rule::day_word => TokenKind::Constant,
        Rule::datetime
        | Rule::date
        | Rule::clock
        | Rule::number
        | Rule::signed_number
        | Rule::whole
        | Rule::signed_whole
        | Rule::percent
        | Rule::money
        | Rule::duration
        | Rule::points => TokenKind::Number,
        // What is left that begins with a letter is a keyword, or an operator in letters.
        _ if word => TokenKind::Keyword,
        _ => TokenKind::Sign,
    }
}

fn span(file: FileId, offset: usize, start: usize, end: usize) -> Span {
    let at = |at: usize| u32::try_from(offset + at).unwrap_or(u32::MAX);
    Span::new(file, at(start), at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_what_its_place_makes_it() {
        let text = "contact { email: email }  // one\nteam sales { email \"x\" }\n";
        let found: Vec<_> = tokens(FileId(0), text).into_iter().collect();
        let shown = |kind| -> Vec<&str> {
            let of_kind = found.iter().filter(|token| token.kind == kind);
            of_kind.filter_map(|token| text.get(token.span.start as usize..token.span.end as usize)).collect()
        };
        assert_eq!(shown(TokenKind::Keyword), ["contact", "team", "email"]);
        assert_eq!(shown(TokenKind::Name), ["email", "email"]);
        assert_eq!(shown(TokenKind::ItemName), ["sales"]);
        assert_eq!(shown(TokenKind::Text), ["\"x\""]);
        assert_eq!(shown(TokenKind::Comment), ["// one"]);
    }
}
