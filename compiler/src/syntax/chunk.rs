//! A file cut into items, before the grammar sees it. Never fails, takes linear time.
//!
//! A word in column 0 starts an item; so does any word behind an item's last bracket. Inside brackets only a line that
//! looks like the head of an item starts one: then the brackets before it are those that are wrong.

use std::hash::Hasher;

use super::lex::{LexKind, Lexeme, Lexer, closing};
use crate::keywords;

/// One item's text.
#[derive(Debug, Clone)]
pub(crate) struct Chunk<'a> {
    /// Where it starts in the file.
    pub(crate) offset: u32,
    /// From its first word to its last bracket.
    pub(crate) text: &'a str,
    /// The `///` lines before it.
    pub(crate) doc: Option<String>,
    /// Equal texts with equal documentation have equal hashes, wherever they stand.
    #[expect(dead_code, reason = "a cache of trees is keyed by it")]
    pub(crate) hash: u64,
    /// What its brackets do.
    pub(crate) brackets: Brackets,
}

/// What the brackets of a chunk do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Brackets {
    /// Each is closed.
    Balanced,
    /// One at `open` is not closed before `end` (both from the start of the chunk).
    Unclosed {
        /// The opening bracket.
        open: usize,
        /// Where its closing one belongs.
        end: usize,
        /// It is the only mistake of the kind, and the chunk can be read with the bracket added.
        alone: bool,
    },
    /// One at `close` closes something else than what stands open at `open`.
    Crossed {
        /// The opening bracket.
        open: usize,
        /// The closing one.
        close: usize,
    },
    /// One at `close` closes nothing.
    Stray {
        /// The closing bracket.
        close: usize,
    },
    /// More than [`MAX_DEPTH`] are open at `open`.
    Deep {
        /// The bracket that is one too many.
        open: usize,
    },
    /// More than [`MAX_FILTERS`] conditions of events stand one in another without brackets.
    DeepFilter {
        /// The `where` that is one too many.
        at: usize,
    },
}

/// How deep brackets may nest.
pub(crate) const MAX_DEPTH: usize = 128;

/// How deep `did x where did y where …` may nest, which needs no brackets.
const MAX_FILTERS: usize = 16;

/// Cuts a text into chunks; what stands between them is comments and space.
pub(crate) fn split(text: &str) -> Vec<Chunk<'_>> {
    let mut splitter = Splitter { text, chunks: Vec::new(), doc: Vec::new(), current: None };
    for lexeme in Lexer::new(text) {
        splitter.take(lexeme);
    }
    splitter.finish();
    splitter.chunks
}

struct Splitter<'a> {
    text: &'a str,
    chunks: Vec<Chunk<'a>>,
    doc: Vec<&'a str>,
    current: Option<Current>,
}

/// The chunk that is being read.
struct Current {
    start: usize,
    doc: Option<String>,
    lexemes: Vec<Lexeme>,
    open: Vec<u8>,
    closed: bool,
}

impl<'a> Splitter<'a> {
    fn take(&mut self, lexeme: Lexeme) {
        match lexeme.kind {
            LexKind::Doc => {
                if self.current.as_ref().is_none_or(|current| current.open.is_empty()) {
                    let line = self.text.get(lexeme.start + 3..lexeme.end).unwrap_or("");
                    self.doc.push(line.strip_prefix(' ').unwrap_or(line).trim_end());
                }
                return;
            }
            LexKind::Comment | LexKind::Hash => return,
            LexKind::Word
            | LexKind::Text(_)
            | LexKind::Open(_)
            | LexKind::Close(_)
            | LexKind::Number
            | LexKind::Strange
            | LexKind::Sign => {}
        }
        if self.starts_item(lexeme) {
            self.finish();
        }
        if self.current.is_none() {
            let doc = (!self.doc.is_empty()).then(|| self.doc.join("\n"));
            self.doc.clear();
            self.current =
                Some(Current { start: lexeme.start, doc, lexemes: Vec::new(), open: Vec::new(), closed: false });
        }
        let Some(current) = self.current.as_mut() else { return };
        current.lexemes.push(lexeme);
        match lexeme.kind {
            LexKind::Open(bracket) => current.open.push(closing(bracket)),
            LexKind::Close(bracket) => {
                // An unclosed `(` shall not swallow the `}` of its block.
                if let Some(at) = current.open.iter().rposition(|&open| open == bracket) {
                    current.open.truncate(at);
                }
                current.closed |= current.open.is_empty() && bracket == b'}';
            }
            LexKind::Word
            | LexKind::Text(_)
            | LexKind::Comment
            | LexKind::Doc
            | LexKind::Hash
            | LexKind::Number
            | LexKind::Strange
            | LexKind::Sign => {}
        }
    }

    fn starts_item(&self, lexeme: Lexeme) -> bool {
        let Some(current) = &self.current else { return true };
        if lexeme.kind != LexKind::Word {
            return false;
        }
        match current.open.is_empty() {
            true => current.closed || lexeme.column == 0,
            false => lexeme.column == 0 && self.is_head(lexeme),
        }
    }

    /// Whether a line inside brackets looks like the head of an item.
    fn is_head(&self, lexeme: Lexeme) -> bool {
        let word = self.text.get(lexeme.start..lexeme.end).unwrap_or("");
        if !keywords::ITEMS.contains(&word) && !keywords::NOT_YET.contains(&word) {
            return false;
        }
        let rest = self.text.get(lexeme.end..).unwrap_or("");
        let mut line = Lexer::new(rest.lines().next().unwrap_or(""));
        let (second, third) = (line.next(), line.next());
        let kind = |lexeme: Option<Lexeme>| lexeme.map(|lexeme| lexeme.kind);
        match word {
            "contact" | "limits" | "utm" => kind(second) == Some(LexKind::Open(b'{')),
            "test" => matches!(kind(second), Some(LexKind::Text(_))),
            "moved" | "retired" => kind(second) == Some(LexKind::Word) && kind(third) == Some(LexKind::Sign),
            // An event may have no fields, and so no bracket.
            "event" if matches!(kind(third), None | Some(LexKind::Comment)) => kind(second) == Some(LexKind::Word),
            _ => {
                let brace = kind(third) == Some(LexKind::Open(b'{'));
                kind(second) == Some(LexKind::Word) && (brace || kind(third) == Some(LexKind::Word))
            }
        }
    }

    fn finish(&mut self) {
        let Some(current) = self.current.take() else { return };
        let end = current.lexemes.last().map_or(current.start, |last| last.end);
        let text = self.text.get(current.start..end).unwrap_or("");
        let mut hasher = rustc_hash::FxHasher::default();
        hasher.write(text.as_bytes());
        hasher.write(current.doc.as_deref().unwrap_or("").as_bytes());
        self.chunks.push(Chunk {
            offset: u32::try_from(current.start).unwrap_or(u32::MAX),
            text,
            brackets: deep_filter(text, &current).unwrap_or_else(|| brackets(&current)),
            doc: current.doc,
            hash: hasher.finish(),
        });
    }
}

/// Looks for conditions of events inside conditions of events. What ends one such condition starts the count again.
fn deep_filter(text: &str, current: &Current) -> Option<Brackets> {
    let mut filters = 0;
    let mut before = "";
    for lexeme in &current.lexemes {
        let at = lexeme.start - current.start;
        let word = text.get(at..lexeme.end - current.start).unwrap_or("");
        match word {
            "where" => filters += 1,
            "on" | "goal" | "ever" | "," | "{" | "}" | "(" | ")" => filters = 0,
            "last" if before == "in" => filters = 0,
            _ => {}
        }
        if filters > MAX_FILTERS {
            return Some(Brackets::DeepFilter { at });
        }
        before = word;
    }
    None
}

/// One open bracket.
struct OpenBracket {
    closing: u8,
    at: usize,
    /// Where its line begins to hold something.
    indent: usize,
    /// Its place among the lexemes.
    index: usize,
}

/// Looks at the brackets of a chunk; the first mistake counts.
fn brackets(current: &Current) -> Brackets {
    let mut stack: Vec<OpenBracket> = Vec::new();
    let mut indent = 0;
    for (index, lexeme) in current.lexemes.iter().enumerate() {
        let at = lexeme.start - current.start;
        if lexeme.first {
            indent = lexeme.column;
        }
        match lexeme.kind {
            LexKind::Open(bracket) => {
                if stack.len() >= MAX_DEPTH {
                    return Brackets::Deep { open: at };
                }
                stack.push(OpenBracket { closing: closing(bracket), at, indent, index });
            }
            LexKind::Close(bracket) => match stack.pop() {
                None => return Brackets::Stray { close: at },
                Some(open) if open.closing != bracket => {
                    if open.closing == b'}' {
                        return Brackets::Crossed { open: open.at, close: at };
                    }
                    return unclosed(current, &open, Some(index), stack.len() == 1);
                }
                Some(_) => {}
            },
            LexKind::Word
            | LexKind::Text(_)
            | LexKind::Comment
            | LexKind::Doc
            | LexKind::Hash
            | LexKind::Number
            | LexKind::Strange
            | LexKind::Sign => {}
        }
    }
    match stack.len() {
        0 => Brackets::Balanced,
        depth => by_indent(current, depth).unwrap_or(Brackets::Balanced),
    }
}

/// Which bracket is the unclosed one: indentation knows better than counting, which would name the outermost.
fn by_indent(current: &Current, missing: usize) -> Option<Brackets> {
    let mut stack: Vec<OpenBracket> = Vec::new();
    let mut culprit = None;
    let mut indent = 0;
    for (index, lexeme) in current.lexemes.iter().enumerate() {
        if lexeme.first {
            indent = lexeme.column;
        }
        match lexeme.kind {
            LexKind::Open(bracket) => {
                let at = lexeme.start - current.start;
                stack.push(OpenBracket { closing: closing(bracket), at, indent, index });
            }
            LexKind::Close(_) => {
                let fits = |open: &OpenBracket| open.indent <= lexeme.column;
                if lexeme.first && stack.len() > 1 && stack.last().is_some_and(|open| !fits(open)) {
                    culprit = culprit.or(stack.pop());
                }
                stack.pop();
            }
            LexKind::Word
            | LexKind::Text(_)
            | LexKind::Comment
            | LexKind::Doc
            | LexKind::Hash
            | LexKind::Number
            | LexKind::Strange
            | LexKind::Sign => {}
        }
    }
    let culprit = culprit.or(stack.pop())?;
    Some(unclosed(current, &culprit, None, missing == 1))
}

/// Where the closing bracket belongs: before the first line that is not further in than the line that opened it.
fn unclosed(current: &Current, open: &OpenBracket, before: Option<usize>, alone: bool) -> Brackets {
    let behind = current.lexemes.iter().enumerate().skip(open.index + 1);
    let next = behind.take_while(|&(i, _)| before.is_none_or(|before| i < before));
    let mut next = next.filter(|(_, lexeme)| lexeme.first && lexeme.column <= open.indent);
    let index = next.next().map(|(i, _)| i).or(before).unwrap_or(current.lexemes.len());
    let end = current.lexemes.get(index.saturating_sub(1)).map_or(open.at + 1, |last| last.end - current.start);
    Brackets::Unclosed { open: open.at, end, alone }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        split(text).into_iter().map(|chunk| chunk.text).collect()
    }

    #[test]
    fn a_word_in_column_0_starts_an_item() {
        assert_eq!(
            texts("enum a { x }\n// c\nmoved a.b\n  to a.c\nenum b { y }"),
            ["enum a { x }", "moved a.b\n  to a.c", "enum b { y }"]
        );
    }

    #[test]
    fn a_body_need_not_be_indented() {
        assert_eq!(
            texts("segment x {\nindustry == saas\n}\nenum b { y }"),
            ["segment x {\nindustry == saas\n}", "enum b { y }"]
        );
    }

    #[test]
    fn the_head_of_an_item_ends_what_is_not_closed() {
        let chunks = split("segment x {\n  a\n\nsegment y { b }");
        assert_eq!(chunks.len(), 2);
        assert_eq!(chunks[0].brackets, Brackets::Unclosed { open: 10, end: 15, alone: true });
    }

    #[test]
    fn indentation_tells_which_bracket_is_not_closed() {
        let text = "sequence s {\n  choose {\n    when a { send x\n    otherwise { send y }\n  }\n}\n";
        let chunk = split(text).remove(0);
        let Brackets::Unclosed { open, end, alone: true } = chunk.brackets else { panic!("{:?}", chunk.brackets) };
        assert_eq!((text.get(open - 2..=open), text.get(end - 6..end)), (Some("a {"), Some("send x")));
    }

    #[test]
    fn documentation_belongs_to_the_next_item() {
        let chunks = split("/// one\n/// two\nenum a { x }\n");
        assert_eq!(chunks[0].doc.as_deref(), Some("one\ntwo"));
        assert_eq!(chunks[0].offset, 16);
    }
}
