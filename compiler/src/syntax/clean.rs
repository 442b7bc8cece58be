//! Mistakes below the grammar: quotes, characters, `#` and `;`. Each is reported here and mended byte for byte, so that
//! the rest of the line can be read and every position stays true.

mod letters;

use std::borrow::Cow;

use super::lex::{LexKind, Lexeme, Lexer, Quotes};
use crate::diagnostic::{Applicability, Code, Diagnostic, Sink};
use crate::source::{FileId, Span};

/// A text of the same length in which only the grammar's own mistakes are left.
pub(crate) struct Clean<'a> {
    /// The text; borrowed when nothing was mended.
    pub(crate) text: Cow<'a, str>,
    /// Where a part of the author's meaning was lost.
    pub(crate) wounds: Vec<u32>,
}

/// Reports and mends what the grammar shall not see.
pub(crate) fn clean<'a>(file: FileId, text: &'a str, sink: &mut Sink) -> Clean<'a> {
    let mut cleaner = Cleaner { file, text, sink, edits: Vec::new(), wounds: Vec::new(), strange: None };
    let mut strange_end = usize::MAX;
    for lexeme in Lexer::new(text) {
        // A run of strange characters is one mistake.
        if lexeme.kind == LexKind::Strange && lexeme.start == strange_end {
            cleaner.edits.push((lexeme.start, lexeme.end, b' '));
        } else {
            cleaner.look(lexeme);
        }
        if lexeme.kind == LexKind::Strange {
            strange_end = lexeme.end;
        }
    }
    let Cleaner { edits, wounds, .. } = cleaner;
    if edits.is_empty() {
        return Clean { text: Cow::Borrowed(text), wounds };
    }
    let mut bytes = text.as_bytes().to_vec();
    for (start, end, with) in edits {
        if end > bytes.len() {
            bytes.push(with);
        } else if let Some(range) = bytes.get_mut(start..end) {
            range.fill(with);
        }
    }
    // Only whole characters were replaced, so this never has to replace anything.
    let text = String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    Clean { text: Cow::Owned(text), wounds }
}

/// A text whose lines end with LF or CRLF. A carriage return alone is a line's end to some editors and none to others,
/// which hides what stands behind it: one mistake for a file, and read as the line's end that it was meant to be.
pub(crate) fn line_ends<'a>(file: FileId, text: &'a str, sink: &mut Sink) -> Cow<'a, str> {
    let alone = |at: &usize| text.as_bytes().get(at + 1) != Some(&b'\n');
    let mut returns = text.match_indices('\r').map(|(at, _)| at).filter(alone).peekable();
    let Some(&first) = returns.peek() else { return Cow::Borrowed(text) };
    let span = Span::new(file, offset(first), offset(first + 1));
    sink.push(
        Diagnostic::new(Code::BadCharacter, span, "a line ends with a carriage return alone (U+000D)")
            .help("save the file with line ends LF or CRLF"),
    );
    let mut ended = String::with_capacity(text.len());
    let mut from = 0;
    for at in returns {
        ended.push_str(text.get(from..at).unwrap_or(""));
        ended.push('\n');
        from = at + 1;
    }
    ended.push_str(text.get(from..).unwrap_or(""));
    Cow::Owned(ended)
}

struct Cleaner<'a, 's> {
    file: FileId,
    text: &'a str,
    sink: &'s mut Sink,
    edits: Vec<(usize, usize, u8)>,
    wounds: Vec<u32>,
    strange: Option<char>,
}

impl<'a> Cleaner<'a, '_> {
    fn look(&mut self, lexeme: Lexeme) {
        match lexeme.kind {
            LexKind::Text(Quotes::Straight) | LexKind::Comment | LexKind::Doc => self.hidden_inside(lexeme),
            LexKind::Text(Quotes::Wrong(before, after)) => self.wrong_quotes(lexeme, before, after),
            LexKind::Text(Quotes::Unclosed(_)) => self.unclosed(lexeme),
            LexKind::Hash => self.hash(lexeme),
            LexKind::Strange => self.strange(lexeme),
            LexKind::Sign if self.slice(lexeme.start, lexeme.end) == ";" => self.semicolon(lexeme),
            LexKind::Word | LexKind::Sign => self.foreign(lexeme),
            LexKind::Open(_) | LexKind::Close(_) | LexKind::Number => {}
        }
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or("")
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, offset(start), offset(end))
    }

    fn wrong_quotes(&mut self, lexeme: Lexeme, before: usize, after: usize) {
        let (start, end) = (lexeme.start + before, lexeme.end - after);
        let inside = self.slice(start, end);
        let span = self.span(lexeme.start, lexeme.end);
        let fixed = format!("\"{}\"", inside.replace('"', "\\\""));
        self.sink.push(
            Diagnostic::new(Code::WrongQuotes, span, "a text stands in straight double quotes")
                .help(format!("write `{fixed}`"))
                .fix("use straight double quotes", span, fixed.clone(), Applicability::Safe),
        );
        if inside.contains('"') {
            self.wounds.push(offset(lexeme.start));
            let inner: Vec<usize> = inside.match_indices('"').map(|(i, _)| start + i).collect();
            self.edits.extend(inner.into_iter().map(|i| (i, i + 1, b' ')));
        }
        // The other bytes of a curly quote become spaces outside the text.
        self.edits.push((lexeme.start, start, b' '));
        self.edits.push((start - 1, start, b'"'));
        self.edits.push((end, lexeme.end, b' '));
        self.edits.push((end, end + 1, b'"'));
    }

    fn unclosed(&mut self, lexeme: Lexeme) {
        let span = self.span(lexeme.start, lexeme.end);
        self.sink.push(
            Diagnostic::new(Code::UnclosedText, span, "the closing quote of this text is missing")
                .here("begins here")
                .help("a text ends on its own line; write `\\n` for a line break inside it")
                .fix("add the quote", span.after(), "\"", Applicability::Unsafe),
        );
        self.wounds.push(offset(lexeme.start));
        let first = self.slice(lexeme.start, lexeme.end).chars().next().map_or(1, char::len_utf8);
        self.edits.push((lexeme.start, lexeme.start + first, b' '));
        self.edits.push((lexeme.start, lexeme.start + 1, b'"'));
        let behind = self.text.as_bytes().get(lexeme.end);
        let last = self.slice(lexeme.start + first, lexeme.end).chars().next_back();
        // The next line begins an item, which it would not behind a quote.
        let item_next = behind == Some(&b'\n')
            && self.text.as_bytes().get(lexeme.end + 1).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'/');
        match (behind, last) {
            (Some(_), None) if item_next => self.edits.push((lexeme.start, lexeme.start + first, b' ')),
            // No room behind it: the last character makes way.
            (Some(byte), Some(c)) if item_next || !byte.is_ascii_whitespace() => {
                self.edits.push((lexeme.end - c.len_utf8(), lexeme.end, b'"'));
            }
            _ => self.edits.push((lexeme.end, lexeme.end + 1, b'"')),
        }
        // A backslash at the end would swallow the quote.
        if last == Some('\\') {
            self.edits.push((lexeme.end - 1, lexeme.end, b' '));
        }
    }

    fn hash(&mut self, lexeme: Lexeme) {
        let span = self.span(lexeme.start, lexeme.end);
        let sign = self.span(lexeme.start, lexeme.start + 1);
        self.sink.push(Diagnostic::new(Code::HashComment, span, "a comment begins with `//`, not with `#`").fix(
            "write `//`",
            sign,
            "//",
            Applicability::Safe,
        ));
        self.edits.push((lexeme.start, lexeme.end, b' '));
    }

    fn semicolon(&mut self, lexeme: Lexeme) {
        let span = self.span(lexeme.start, lexeme.end);
        self.sink.push(
            Diagnostic::new(Code::StraySeparator, span, "no `;` is needed here")
                .help("each clause ends with its line")
                .fix("remove it", span, "", Applicability::Safe),
        );
        self.edits.push((lexeme.start, lexeme.end, b' '));
    }

    fn strange(&mut self, lexeme: Lexeme) {
        self.edits.push((lexeme.start, lexeme.end, b' '));
        self.report_strange(lexeme.start, lexeme.end);
    }

    /// Letters of other alphabets, and wide ones, that look like those of the language.
    fn foreign(&mut self, lexeme: Lexeme) {
        let word = self.slice(lexeme.start, lexeme.end);
        let Some((plain, foreign)) = letters::plain(word) else { return };
        let span = self.span(lexeme.start, lexeme.end);
        let number = u32::from(foreign);
        let message = match letters::meant(foreign) {
            Some(meant) if word.chars().nth(1).is_some() => {
                format!("`{foreign}` in `{word}` is not the letter `{meant}`: it is U+{number:04X}")
            }
            Some(meant) => format!("`{foreign}` is not `{meant}`: it is U+{number:04X}"),
            None => return,
        };
        let title = format!("write `{plain}`");
        self.sink.push(Diagnostic::new(Code::BadCharacter, span, message).fix(
            title,
            span,
            plain.clone(),
            Applicability::Safe,
        ));
        self.wounds.push(offset(lexeme.start));
        let end = lexeme.start + plain.len();
        let bytes = plain.bytes().enumerate();
        self.edits.extend(bytes.map(|(i, byte)| (lexeme.start + i, lexeme.start + i + 1, byte)));
        self.edits.push((end, lexeme.end, b' '));
    }

    /// Texts and comments may hold anything but NUL, which other programs take for the end, and signs that turn the
    /// direction of reading: a reviewer would see something else than what is there.
    fn hidden_inside(&mut self, lexeme: Lexeme) {
        let hidden = |c: char| c == '\0' || letters::turns(c);
        let text = self.slice(lexeme.start, lexeme.end);
        for (at, c) in text.char_indices().filter(|(_, c)| hidden(*c)) {
            let start = lexeme.start + at;
            self.report_strange(start, start + c.len_utf8());
            if c == '\0' {
                self.edits.push((start, start + 1, b' '));
            }
        }
    }

    /// A file of them is one mistake, not thousands.
    fn report_strange(&mut self, start: usize, end: usize) {
        let Some(c) = self.slice(start, end).chars().next() else { return };
        if self.strange.replace(c) == Some(c) {
            return;
        }
        let span = self.span(start, end);
        let message = format!("{} has no place in a program", letters::name(c));
        let found = Diagnostic::new(Code::BadCharacter, span, message);
        self.sink.push(if letters::is_space(c) {
            found.fix("write a space", span, " ", Applicability::Safe)
        } else if letters::turns(c) {
            let found = found.here("what follows is shown in another order than it is read");
            found.help("remove it; a message in such a script belongs in a file under `templates/`")
        } else {
            found.here("cannot be seen").fix("remove it", span, "", Applicability::Unsafe)
        });
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(text: &str) -> (String, Vec<&'static str>) {
        let mut sink = Sink::default();
        let clean = clean(FileId(0), text, &mut sink).text.into_owned();
        (clean, sink.finish().iter().map(|d| d.code.slug()).collect())
    }

    #[test]
    fn quotes_are_straightened_in_place() {
        assert_eq!(cleaned("a “b” c"), ("a   \"b\"   c".into(), vec!["wrong-quotes"]));
        assert_eq!(cleaned("a 'b' c"), ("a \"b\" c".into(), vec!["wrong-quotes"]));
    }

    #[test]
    fn an_unclosed_text_is_closed_at_its_line() {
        assert_eq!(cleaned("a \"b\nc"), ("a \"\"\nc".into(), vec!["unclosed-text"]));
        assert_eq!(cleaned("a \"b"), ("a \"b\"".into(), vec!["unclosed-text"]));
        assert_eq!(cleaned("{ a \"b }"), ("{ a \"b\"}".into(), vec!["unclosed-text"]));
    }

    #[test]
    fn signs_of_other_languages_become_spaces() {
        assert_eq!(cleaned("a; # b"), ("a     ".into(), vec!["stray-separator", "hash-comment"]));
        assert_eq!(cleaned("a\0\0b"), ("a  b".into(), vec!["bad-character"]));
    }
}
