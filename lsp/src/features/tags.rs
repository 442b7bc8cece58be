//! A template as the words inside its `{{ … }}`, `{% … %}` and `{# … #}`; what stands outside of them is not looked at.

use std::ops::Range;

/// One word, value or sign of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// The kinds of parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// `{{`, `%}` and the like, with their `-`.
    Mark,
    /// A statement's first word: `if`, `endfor`.
    Statement,
    /// A word between others that is of the language: `in`, `not`, `else`.
    Keyword,
    /// The name of a filter, behind `|`, or of a test, behind `is`.
    Filter,
    /// Any other name.
    Name,
    /// A name behind a dot.
    Member,
    /// `'…'`, `"…"`
    Text,
    /// `2`, `0.5`
    Number,
    /// Any other sign.
    Sign,
    /// `{# … #}`
    Comment,
}

/// One tag: `{{ … }}`, `{% … %}` or `{# … #}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// With its marks; to the end of the text where it is not closed.
    pub range: Range<usize>,
    /// What stands in it, its marks included.
    pub parts: Vec<Part>,
}

/// The tags of a template, in the order of the text. Never fails, takes linear time.
#[must_use]
pub fn tags(text: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(opening).map(|offset| at + offset) {
        let tag = tag(text, start);
        at = tag.range.end;
        found.push(tag);
    }
    found
}

/// Where the next tag begins.
fn opening(text: &str) -> Option<usize> {
    let pairs = text.as_bytes().windows(2);
    let mut starts = pairs.enumerate().filter(|(_, pair)| matches!(pair, [b'{', b'{' | b'%' | b'#']));
    starts.next().map(|(at, _)| at)
}

fn tag(text: &str, start: usize) -> Tag {
    let rest = text.get(start..).unwrap_or("");
    let (closing, statement) = match rest.as_bytes().get(1) {
        Some(b'#') => {
            let length = rest.find("#}").map_or(rest.len(), |end| end + 2);
            let range = start..start + length;
            return Tag { parts: vec![Part { kind: PartKind::Comment, start, end: range.end }], range };
        }
        Some(b'%') => ("%}", true),
        Some(_) | None => ("}}", false),
    };
    let mut cut = Cut { text, at: start, parts: Vec::new(), statement };
    let marked = if rest.get(2..).is_some_and(|rest| rest.starts_with(['-', '+'])) { 3 } else { 2 };
    cut.push(PartKind::Mark, marked);
    let end = loop {
        let rest = text.get(cut.at..).unwrap_or("");
        let trimmed = rest.trim_start();
        cut.at += rest.len() - trimmed.len();
        if trimmed.is_empty() {
            break text.len();
        }
        let dash = usize::from(trimmed.starts_with(['-', '+']));
        if trimmed.get(dash..).is_some_and(|rest| rest.starts_with(closing)) {
            cut.push(PartKind::Mark, dash + 2);
            break cut.at;
        }
        // A tag that nobody closed ends where the next one begins.
        if trimmed.starts_with("{{") || trimmed.starts_with("{%") {
            break cut.at;
        }
        cut.one(trimmed);
    };
    Tag { range: start..end, parts: cut.parts }
}

/// The words of one tag as they are cut.
struct Cut<'a> {
    text: &'a str,
    at: usize,
    parts: Vec<Part>,
    statement: bool,
}

impl Cut<'_> {
    fn push(&mut self, kind: PartKind, length: usize) {
        let end = self.at + length;
        self.parts.push(Part { kind, start: self.at, end });
        self.at = end;
    }

    /// What the part before the one that comes next says.
    fn before(&self) -> &str {
        self.parts.last().and_then(|part| self.text.get(part.start..part.end)).unwrap_or("")
    }

    fn one(&mut self, rest: &str) {
        let Some(first) = rest.chars().next() else { return };
        match first {
            '\'' | '"' => {
                let end = rest.char_indices().skip(1).find(|(_, c)| *c == first || *c == '\n');
                let length = end.map_or(rest.len(), |(at, c)| if c == '\n' { at } else { at + 1 });
                self.push(PartKind::Text, length);
            }
            c if c.is_ascii_digit() => {
                let length = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
                self.push(PartKind::Number, length);
            }
            c if c.is_alphabetic() || c == '_' => {
                let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                let kind = self.word(rest.get(..length).unwrap_or(""));
                self.push(kind, length);
            }
            c => self.push(PartKind::Sign, c.len_utf8()),
        }
    }

    fn word(&self, word: &str) -> PartKind {
        const WORDS: [&str; 12] =
            ["in", "is", "not", "and", "or", "if", "else", "recursive", "true", "false", "none", "with"];
        let before = self.before();
        let not_test = before == "not" && self.parts.iter().rev().nth(1).is_some_and(|part| self.says(*part, "is"));
        match before {
            _ if self.statement && self.parts.len() == 1 => PartKind::Statement,
            "." => PartKind::Member,
            "|" => PartKind::Filter,
            "is" if word != "not" => PartKind::Filter,
            _ if not_test => PartKind::Filter,
            _ if WORDS.contains(&word) => PartKind::Keyword,
            _ => PartKind::Name,
        }
    }

    fn says(&self, part: Part, word: &str) -> bool {
        self.text.get(part.start..part.end) == Some(word)
    }
}

#[cfg(test)]
mod tests {
    use super::{PartKind, tags};

    fn cut(text: &str) -> Vec<(PartKind, &str)> {
        let parts = tags(text).into_iter().flat_map(|tag| tag.parts);
        parts.map(|part| (part.kind, text.get(part.start..part.end).unwrap())).collect()
    }

    #[test]
    fn a_word_is_what_its_place_makes_it() {
        let found = cut("a {{- contact.if | default('}}') -}} b {% if x is not defined %}");
        let expected = [
            (PartKind::Mark, "{{-"),
            (PartKind::Name, "contact"),
            (PartKind::Sign, "."),
            (PartKind::Member, "if"),
            (PartKind::Sign, "|"),
            (PartKind::Filter, "default"),
            (PartKind::Sign, "("),
            (PartKind::Text, "'}}'"),
            (PartKind::Sign, ")"),
            (PartKind::Mark, "-}}"),
            (PartKind::Mark, "{%"),
            (PartKind::Statement, "if"),
            (PartKind::Name, "x"),
            (PartKind::Keyword, "is"),
            (PartKind::Keyword, "not"),
            (PartKind::Filter, "defined"),
            (PartKind::Mark, "%}"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_tag_that_is_not_closed_ends_with_the_next_one_or_the_text() {
        let found: Vec<_> = tags("{{ a {{ b }} {# c").into_iter().map(|tag| tag.range).collect();
        assert_eq!(found, [0..5, 5..12, 13..17]);
    }
}
