//! What is said of a clause that the grammar could not read: where it breaks, what was expected, how it is written.
#![expect(clippy::wildcard_enum_match_arm, reason = "the grammar's rules are a generated enum of hundreds")]

mod forms;
mod meant;
mod words;

use super::build::{Block, Builder, bad_name};
use super::grammar::{self, Failure, Rule};
use super::lex::{LexKind, Lexeme, Lexer, is_word};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::keywords;
use crate::source::{Name, Span};
use crate::suggest;
pub(crate) use words::not_yet;

/// The most similar of some keywords, if one is similar enough to have been meant. Stricter than for names, since what
/// looks like a keyword decides where a clause begins.
pub(crate) fn near(word: &str, known: &[&'static str]) -> Option<&'static str> {
    let lower = word.to_lowercase();
    let best = known.iter().copied().min_by_key(|known| strsim::damerau_levenshtein(&lower, known))?;
    is_near(word, best).then_some(best)
}

fn is_near(word: &str, known: &str) -> bool {
    let lower = word.to_lowercase();
    let allowed = if lower.chars().count() <= 3 { 1 } else { 2 };
    let distance = strsim::damerau_levenshtein(&lower, known);
    distance <= allowed && distance < known.len().min(lower.len())
}

/// What is known of a clause that broke.
struct Context {
    /// What should have read it.
    rule: Rule,
    /// An example of its right form.
    form: Option<&'static str>,
    /// Words that are often meant.
    hints: &'static [&'static str],
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
        if let Some(diagnostic) = self.slip_of_line(block, text, start) {
            self.report(diagnostic);
            return;
        }
        let diagnostic = match self.unknown_clause(block, word, start) {
            Some(diagnostic) => diagnostic,
            None => {
                let failure = match grammar::read(forms::only(block), text) {
                    Err(failure) => failure,
                    // It can be read alone, so what is wrong is what stands around it.
                    Ok(_) => Failure { at: 0, expected: Vec::new() },
                };
                let context =
                    Context { rule: forms::only(block), form: forms::form(block, word), hints: forms::hints(block) };
                self.failed(text, start, &failure, &context)
            }
        };
        self.report(diagnostic);
    }

    /// Reports an item whose head could not be read.
    pub(super) fn broken_head(&mut self, keyword: &Name, failure: &Failure) {
        if self.quiet {
            return;
        }
        let Some(rule) = Self::rule(&keyword.value) else { return };
        let context = Context { rule, form: forms::item(&keyword.value), hints: &[] };
        let diagnostic = self.failed(self.clean, 0, failure, &context);
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
        if block == Block::Choose && word == "if" {
            return Some(diagnostic.help("write `when`").fix("write `when`", span, "when", Applicability::Safe));
        }
        if let Some(help) = meant::clause(word).filter(|_| !forms::has_names(block)) {
            return Some(diagnostic.help(help));
        }
        if let Some(day) = meant::day(word).filter(|_| block == Block::Calendar) {
            let title = format!("write `{day}`");
            return Some(diagnostic.help(title.clone()).fix(title, span, day, Applicability::Safe));
        }
        if let Some(near) = near(word, known) {
            let fix = format!("write `{near}`");
            let diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            return Some(diagnostic.fix(fix, span, near, Applicability::Unsafe));
        }
        if forms::has_names(block) {
            return None;
        }
        let help = match forms::home(word) {
            Some(_) if block == Block::Sequence && word == "on" => "a sequence begins with `enter on …`".to_owned(),
            Some(home) => format!("`{word}` belongs to {home}"),
            None => format!("the clauses of {of} begin with {}", suggest::list(known.iter().copied())),
        };
        Some(diagnostic.help(help))
    }

    /// Slips that concern the whole line: a verb of a test that is none, a condition that nothing joins, points
    /// without a sign.
    fn slip_of_line(&self, block: Block, text: &str, start: usize) -> Option<Diagnostic> {
        let mut lexemes = Lexer::new(text);
        let (first, second) = (lexemes.next()?, lexemes.next());
        let slice = |lexeme: &Lexeme| text.get(lexeme.start..lexeme.end).unwrap_or("");
        let wrong = |lexeme: &Lexeme, message: String| {
            Diagnostic::new(Code::Syntax, self.at(start + lexeme.start, start + lexeme.end), message)
        };
        let word = slice(&first);
        match block {
            Block::Test if first.kind == LexKind::Word && !forms::keywords(block).contains(&word) => {
                let verb = second.filter(|second| second.kind == LexKind::Word)?;
                let meant = near(slice(&verb), VERBS).filter(|meant| *meant != slice(&verb))?;
                let place = self.at(start + verb.start, start + verb.end);
                let wrong = wrong(&verb, format!("`{}` does not fit here", slice(&verb)));
                let title = format!("write `{meant}`");
                Some(wrong.help(format!("did you mean `{meant}`?")).fix(title, place, meant, Applicability::Unsafe))
            }
            Block::Segment if grammar::read(Rule::only_segment, text).is_ok() => {
                let place = self.at(start, start);
                let wrong = wrong(&first, format!("two conditions are not joined before `{word}`"));
                let help = format!("write `and {word} …`, or `or {word} …`");
                Some(wrong.help(help).fix("join them with `and`", place, "and ", Applicability::Unsafe))
            }
            Block::Score if word == "half" => {
                Some(wrong(&first, "`half` begins no clause of a score".to_owned()).help("write `half-life 14 days`"))
            }
            Block::Score
                if first.kind == LexKind::Number && second.is_some_and(|s| matches!(slice(&s), "when" | "on")) =>
            {
                let place = self.at(start, start);
                let wrong = wrong(&first, format!("the points `{word}` have no sign"));
                let title = format!("write `+{word}`");
                Some(wrong.help(format!("write `+{word}`, or `-{word}`")).fix(title, place, "+", Applicability::Unsafe))
            }
            _ => None,
        }
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
        let text = self.clean.get(start..).unwrap_or("");
        let Some(lexeme) = Lexer::new(text).next() else { return true };
        let word = text.get(lexeme.start..lexeme.end).unwrap_or("");
        let after_comma = self.clean.get(first..start).unwrap_or("").trim_end().ends_with(',');
        match lexeme.kind {
            LexKind::Word if keywords::RESERVED.contains(&word) => true,
            LexKind::Word if near(word, forms::keywords(block)).is_some() => false,
            LexKind::Word if after_comma => false,
            _ if !self.begins_line(start) => true,
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
    fn failed(&self, text: &str, start: usize, failure: &Failure, context: &Context) -> Diagnostic {
        let rest = text.get(failure.at..).unwrap_or("");
        let mut lexemes = Lexer::new(rest).filter(|l| !matches!(l.kind, LexKind::Comment | LexKind::Doc));
        let Some(token) = lexemes.next() else {
            return self.ends_early(text, start, failure, context);
        };
        let (from, to) = (failure.at + token.start, failure.at + token.start + whole(rest, &token));
        let slip = meant::advice(&meant::Place { text, from, to, expected: &failure.expected });
        let found = text.get(from..to).unwrap_or("");
        let span = self.at(start + from, start + to);
        if let Some(before) = cut_short(text, from).filter(|_| slip.is_none()) {
            let expected = grammar::read(context.rule, before).err().map(|failure| failure.expected);
            let failure = Failure { at: before.len(), expected: expected.unwrap_or_default() };
            return self.ends_early(before, start, &failure, context);
        }
        if let Some(diagnostic) = self.misspelt_before(text, start, from, failure, context) {
            return diagnostic;
        }
        if let Some(slip) = slip {
            let message = slip.message.unwrap_or_else(|| expected_found(&failure.expected, found));
            let span = match (&slip.edit, &failure.expected) {
                (Some(edit), _) if edit.0 < from && edit.1 >= to => self.at(start + edit.0, start + edit.1),
                _ => span,
            };
            let diagnostic = Diagnostic::new(Code::Syntax, span, message).help(slip.help.clone());
            return match slip.edit {
                Some((at, end, with)) => {
                    diagnostic.fix(slip.help, self.at(start + at, start + end), with, Applicability::Unsafe)
                }
                None => diagnostic,
            };
        }
        if let Some(diagnostic) = self.special(text, start, (from, to), &token, failure) {
            return diagnostic;
        }
        let diagnostic = Diagnostic::new(Code::Syntax, span, expected_found(&failure.expected, found));
        let hinted = near(found, context.hints).filter(|meant| *meant != found && token.kind == LexKind::Word);
        if let Some(meant) = hinted {
            let fix = format!("write `{meant}`");
            let help = format!("did you mean `{meant}`?");
            return diagnostic.help(help).fix(fix, span, meant, Applicability::Unsafe);
        }
        let meant = words::keywords(&failure.expected).into_iter().find(|word| is_near(found, word));
        match meant.filter(|_| token.kind == LexKind::Word) {
            Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")).fix(
                format!("write `{meant}`"),
                span,
                meant,
                Applicability::Unsafe,
            ),
            None => with_form(diagnostic, context.form),
        }
    }

    /// `expect ana snet x` breaks at `x`, though `snet` is what is wrong.
    fn misspelt_before(
        &self,
        text: &str,
        start: usize,
        from: usize,
        failure: &Failure,
        context: &Context,
    ) -> Option<Diagnostic> {
        if !words::only_operators(&failure.expected) {
            return None;
        }
        let before = text.get(..from)?;
        let last = Lexer::new(before).last().filter(|last| last.kind == LexKind::Word)?;
        let word = before.get(last.start..last.end)?;
        let meant = near(word, context.hints).filter(|meant| *meant != word)?;
        let span = self.at(start + last.start, start + last.end);
        let diagnostic = Diagnostic::new(Code::Syntax, span, format!("`{word}` does not fit here"));
        let fix = format!("write `{meant}`");
        Some(diagnostic.help(format!("did you mean `{meant}`?")).fix(fix, span, meant, Applicability::Unsafe))
    }

    fn ends_early(&self, text: &str, start: usize, failure: &Failure, context: &Context) -> Diagnostic {
        let end = start + text.trim_end().len();
        let last = Lexer::new(text).filter(|l| !matches!(l.kind, LexKind::Comment | LexKind::Doc)).last();
        let span = last.map_or(self.at(end, end), |last| self.at(start + last.start, start + last.end));
        let message = match words::expected(&failure.expected) {
            Some(expected) => format!("this ends too early: expected {expected}"),
            None => "this ends too early".to_owned(),
        };
        with_form(Diagnostic::new(Code::Syntax, span, message), context.form)
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
        let wants_value = words::wants_value(&failure.expected);
        if wants_name && !wants_value && keywords::RESERVED.contains(&found) {
            let message = format!("`{found}` is a word of the language and cannot be a name");
            let help = format!("reserved are {}", suggest::list(keywords::RESERVED.iter().copied()));
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

/// What a contact does in a test.
const VERBS: &[&str] =
    &["does", "sets", "opened", "clicked", "delivered", "bounced", "complained", "subscribes", "unsubscribes"];

fn expected_found(expected: &[Rule], found: &str) -> String {
    match words::expected(expected) {
        Some(expected) => format!("expected {expected}, found `{found}`"),
        None => format!("`{found}` does not fit here"),
    }
}

/// What stands before the line of a place, when that line begins with a word that can only begin a clause.
fn cut_short(text: &str, at: usize) -> Option<&str> {
    let (earlier, line) = text.get(..at)?.rsplit_once('\n')?;
    let mut words = line.split_whitespace();
    let alone = words.next().is_some_and(forms::any_keyword) && words.next().is_none();
    alone.then_some(earlier)
}

/// How far a token goes for a reader: a number to the next space, a sign to the last of its characters.
fn whole(rest: &str, token: &Lexeme) -> usize {
    let length = token.end - token.start;
    if token.kind == LexKind::Sign {
        let signs = rest.get(token.start..).unwrap_or("");
        let end = signs.find(|c: char| !"=<>!".contains(c)).unwrap_or(signs.len());
        return end.max(length);
    }
    if token.kind != LexKind::Number {
        return length;
    }
    let text = rest.get(token.start..).unwrap_or("");
    let end = text.find(|c: char| c.is_whitespace() || "{}()[],".contains(c)).unwrap_or(text.len());
    end.max(length)
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
