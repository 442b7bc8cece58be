//! What is said of a clause that the grammar could not read: where it breaks, what was expected, how it is written.
#![expect(clippy::wildcard_enum_match_arm, reason = "the grammar's rules are a generated enum of hundreds")]

mod forms;
mod words;

use super::build::{Block, Builder, bad_name};
use super::grammar::{self, Failure, Rule};
use super::lex::{LexKind, Lexeme, Lexer, is_word};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::keywords;
use crate::source::{Name, Span};
pub(crate) use words::not_yet;

/// The most similar of some words, if one is similar enough to have been meant.
pub(crate) fn near(word: &str, known: &[&'static str]) -> Option<&'static str> {
    let word = word.to_lowercase();
    let distance = |known: &str| strsim::damerau_levenshtein(&word, known);
    let allowed = if word.len() <= 3 { 1 } else { 2 };
    let best = known.iter().copied().min_by_key(|known| distance(known))?;
    (distance(best) <= allowed && distance(best) < word.len()).then_some(best)
}

impl Builder<'_> {
    /// Reports a stretch of a block that is no clause.
    pub(super) fn broken_clause(&mut self, block: Block, start: usize, end: usize) {
        self.broken = true;
        if self.quiet {
            return;
        }
        let text = self.clean.get(start..end).unwrap_or("");
        let Some(first) = Lexer::new(text).next() else { return };
        let word = text.get(first.start..first.end).unwrap_or("");
        let diagnostic = match self.unknown_clause(block, word, start) {
            Some(diagnostic) => diagnostic,
            None => {
                let failure = match grammar::read(forms::only(block), text) {
                    Err(failure) => failure,
                    // It can be read alone, so what is wrong is what stands around it.
                    Ok(_) => Failure { at: 0, expected: Vec::new() },
                };
                let form = forms::form(block, word);
                self.failed(text, start, &failure, form)
            }
        };
        self.report(diagnostic);
    }

    /// Reports an item whose head could not be read.
    pub(super) fn broken_head(&mut self, keyword: &Name, failure: &Failure) {
        if self.quiet {
            return;
        }
        let diagnostic = self.failed(self.clean, 0, failure, forms::item(&keyword.value));
        self.report(diagnostic);
    }

    /// Reports a part of the language that is not built.
    pub(super) fn not_available(&mut self, span: Span, what: &str) {
        let message = format!("{what} is not available yet");
        self.report(Diagnostic::new(Code::NotAvailable, span, message).help("remove it; the words are reserved"));
    }

    /// A clause whose first word begins no clause here.
    fn unknown_clause(&self, block: Block, word: &str, start: usize) -> Option<Diagnostic> {
        let known = forms::keywords(block);
        let is_name = word.starts_with(|c: char| is_word(c) && !c.is_ascii_digit());
        if !is_name || known.contains(&word) || known.is_empty() {
            return None;
        }
        let span = self.at(start, start + word.len());
        let of = forms::of(block);
        let diagnostic = Diagnostic::new(Code::UnknownClause, span, format!("`{word}` begins no clause of {of}"));
        if let Some(near) = near(word, known) {
            let fix = format!("write `{near}`");
            let diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            return Some(diagnostic.fix(fix, span, near, Applicability::Unsafe));
        }
        if forms::has_names(block) {
            return None;
        }
        let help = match forms::home(word) {
            Some(home) => format!("`{word}` belongs to {home}"),
            None => format!("the clauses of {of} begin with {}", known.join(", ")),
        };
        Some(diagnostic.help(help))
    }

    /// A comma at the end of a clause harms nothing else.
    pub(super) fn stray_comma(&mut self, start: usize, end: usize) -> bool {
        let found = self.clean.get(start..end) == Some(",");
        if found && !self.quiet {
            let span = self.at(start, end);
            self.report(
                Diagnostic::new(Code::StraySeparator, span, "no `,` is needed here")
                    .help("each clause ends with its line")
                    .fix("remove it", span, "", Applicability::Safe),
            );
        }
        found
    }

    /// Whether a line that could not be read goes on with what stands before it.
    pub(super) fn continues(&self, block: Block, first: usize, start: usize) -> bool {
        if !self.begins_line(start) {
            return true;
        }
        let text = self.clean.get(start..).unwrap_or("");
        let Some(lexeme) = Lexer::new(text).next() else { return true };
        let word = text.get(lexeme.start..lexeme.end).unwrap_or("");
        match lexeme.kind {
            LexKind::Word if keywords::RESERVED.contains(&word) => true,
            LexKind::Word if near(word, forms::keywords(block)).is_some() => false,
            LexKind::Word | LexKind::Number | LexKind::Text(_) => self.indent(start) > self.indent(first),
            LexKind::Sign if matches!(block, Block::Score) && matches!(word, "+" | "-") => false,
            _ => true,
        }
    }

    /// True when only spaces stand before a place on its line.
    pub(super) fn begins_line(&self, at: usize) -> bool {
        let before = self.source.get(..at).unwrap_or("");
        before.trim_end_matches([' ', '\t']).ends_with('\n')
    }

    /// How far the line of a place is indented.
    fn indent(&self, at: usize) -> usize {
        let before = self.source.get(..at).unwrap_or("");
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = self.source.get(start..).unwrap_or("");
        line.find(|c| c != ' ' && c != '\t').unwrap_or(0)
    }

    /// The diagnostic of a failure at a place of `text`, which begins at `start` of the chunk.
    fn failed(&self, text: &str, start: usize, failure: &Failure, form: Option<&'static str>) -> Diagnostic {
        let rest = text.get(failure.at..).unwrap_or("");
        let mut lexemes = Lexer::new(rest).filter(|l| !matches!(l.kind, LexKind::Comment | LexKind::Doc));
        let Some(token) = lexemes.next() else {
            return self.ends_early(text, start, failure, form);
        };
        let found = rest.get(token.start..token.end).unwrap_or("");
        let (from, to) = (failure.at + token.start, failure.at + token.end);
        let span = self.at(start + from, start + to);
        if let Some(diagnostic) = self.special(text, start, (from, to), &token, failure) {
            return diagnostic;
        }
        let message = match words::expected(&failure.expected) {
            Some(expected) => format!("expected {expected}, found `{found}`"),
            None => format!("`{found}` does not fit here"),
        };
        with_form(Diagnostic::new(Code::Syntax, span, message), form)
    }

    fn ends_early(&self, text: &str, start: usize, failure: &Failure, form: Option<&'static str>) -> Diagnostic {
        let end = start + text.trim_end().len();
        let last = Lexer::new(text).filter(|l| !matches!(l.kind, LexKind::Comment | LexKind::Doc)).last();
        let span = last.map_or(self.at(end, end), |last| self.at(start + last.start, start + last.end));
        let message = match words::expected(&failure.expected) {
            Some(expected) => format!("this ends too early: expected {expected}"),
            None => "this ends too early".to_owned(),
        };
        with_form(Diagnostic::new(Code::Syntax, span, message), form)
    }

    /// The mistakes that deserve words of their own.
    fn special(
        &self,
        text: &str,
        start: usize,
        (from, to): (usize, usize),
        token: &Lexeme,
        failure: &Failure,
    ) -> Option<Diagnostic> {
        let found = text.get(from..to).unwrap_or("");
        let span = self.at(start + from, start + to);
        let wants_name = words::wants_name(&failure.expected);
        if wants_name && keywords::RESERVED.contains(&found) {
            let message = format!("`{found}` is a word of the language and cannot be a name");
            let help = format!("use another name, such as `{found}_1`");
            return Some(Diagnostic::new(Code::ReservedWord, span, message).help(help));
        }
        if let Some(hyphenated) = hyphenated(text, from) {
            let (first, last) = hyphenated;
            return Some(bad_name(text.get(first..last).unwrap_or(""), self.at(start + first, start + last)));
        }
        if wants_name && token.kind == LexKind::Number {
            let end = from + text.get(from..).unwrap_or("").find(|c| !is_word(c)).unwrap_or(to - from);
            let name = text.get(from..end).unwrap_or("");
            if name.chars().any(char::is_alphabetic) {
                return Some(bad_name(name, self.at(start + from, start + end)));
            }
        }
        if wants_name && matches!(token.kind, LexKind::Text(_)) {
            let inside = found.trim_matches('"');
            let diagnostic = Diagnostic::new(Code::Syntax, span, "a name stands here without quotes");
            return Some(diagnostic.help(format!("write `{inside}`")).fix(
                "remove the quotes",
                span,
                inside,
                Applicability::Unsafe,
            ));
        }
        if failure.expected.contains(&Rule::text) && token.kind == LexKind::Word && !wants_name {
            let diagnostic = Diagnostic::new(Code::Syntax, span, format!("expected a text in quotes, found `{found}`"));
            return Some(diagnostic.help("a text stands in straight double quotes: `\"…\"`"));
        }
        None
    }
}

fn with_form(diagnostic: Diagnostic, form: Option<&'static str>) -> Diagnostic {
    match form {
        Some(form) => diagnostic.help(format!("it is written such as `{form}`")),
        None => diagnostic,
    }
}

/// A name with hyphens round a place where a `-` stands between letters: its bytes.
fn hyphenated(text: &str, at: usize) -> Option<(usize, usize)> {
    let before = text.get(..at)?;
    let after = text.get(at..)?.strip_prefix('-')?;
    let head = before.len() - before.trim_end_matches(|c| is_word(c) || c == '-').len();
    let tail = after.find(|c| !is_word(c) && c != '-').unwrap_or(after.len());
    let letters = |text: &str| text.starts_with(char::is_alphabetic);
    (head > 0 && letters(after) && letters(before.get(at - head..)?)).then_some((at - head, at + 1 + tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_similar_words_are_meant() {
        assert_eq!(near("sned", &["send", "set"]), Some("send"));
        assert_eq!(near("Segment", &["segment"]), Some("segment"));
        assert_eq!(near("banana", &["send", "set"]), None);
    }

    #[test]
    fn a_hyphen_between_letters_is_part_of_a_name() {
        assert_eq!(hyphenated("message cart-reminder {", 12), Some((8, 21)));
        assert_eq!(hyphenated("a - b", 2), None);
    }
}
