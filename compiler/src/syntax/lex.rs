//! Words, texts, comments and brackets, and nothing more: what the splitter needs to know of a text.

/// One word, text, comment, bracket or sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lexeme {
    /// What it is.
    pub kind: LexKind,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Only spaces stand before it on its line.
    pub first: bool,
    /// Bytes between the start of its line and it.
    pub column: usize,
}

/// The kinds of lexemes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LexKind {
    /// A name or a keyword.
    Word,
    /// A text in quotes.
    Text(Quotes),
    /// `// …`
    Comment,
    /// `/// …`
    Doc,
    /// `# …`: no comment of this language, though meant as one
    Hash,
    /// `{`, `(`, `[`
    Open(u8),
    /// `}`, `)`, `]`
    Close(u8),
    /// A run of digits and what sticks to it.
    Number,
    /// A character that has no place in a program: NUL, a control character, an invisible one.
    Strange,
    /// Any other sign.
    Sign,
}

/// How a text is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quotes {
    /// `"…"`
    Straight,
    /// `'…'` or curly quotes: their lengths in bytes.
    Wrong(usize, usize),
    /// The closing quote is missing on the line; the text ends before this lexeme's end.
    Unclosed(usize),
}

/// Cuts a text into lexemes; never fails, takes linear time.
pub struct Lexer<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    first: bool,
    /// Brackets opened on this line and not closed yet.
    open_on_line: usize,
}

impl<'a> Lexer<'a> {
    /// Starts at the beginning of a text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, line: 0, first: true, open_on_line: 0 }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// The rest of the line from here, without the line break.
    fn line_rest(&self) -> &'a str {
        let rest = self.rest();
        let line = rest.find('\n').and_then(|end| rest.get(..end)).unwrap_or(rest);
        line.trim_end_matches('\r')
    }

    fn skip_space(&mut self) {
        for c in self.rest().chars() {
            match c {
                '\n' => {
                    self.at += 1;
                    self.line = self.at;
                    self.first = true;
                    self.open_on_line = 0;
                }
                ' ' | '\t' | '\r' => self.at += 1,
                // A byte order mark: the first line begins behind it.
                '\u{FEFF}' if self.at == 0 => {
                    self.at += c.len_utf8();
                    self.line = self.at;
                }
                _ => return,
            }
        }
    }

    /// Kind and length of what stands here.
    fn measure(&self, c: char) -> (LexKind, usize) {
        match c {
            '"' => self.straight(),
            '\'' | '\u{2018}' | '\u{2019}' | '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{AB}' => self.wrong_quotes(c),
            '/' if self.rest().starts_with("//") => {
                let line = self.line_rest();
                let doc = line.starts_with("///") && !line.starts_with("////");
                (if doc { LexKind::Doc } else { LexKind::Comment }, line.len())
            }
            '#' => (LexKind::Hash, self.line_rest().len()),
            '{' | '(' | '[' => (LexKind::Open(byte(c)), 1),
            '}' | ')' | ']' => (LexKind::Close(byte(c)), 1),
            c if is_strange(c) => (LexKind::Strange, c.len_utf8()),
            c if c.is_ascii_digit() => (LexKind::Number, self.run(|c| is_word(c) || c == '.')),
            c if is_word(c) => (LexKind::Word, self.run(is_word)),
            c => (LexKind::Sign, c.len_utf8()),
        }
    }

    fn run(&self, inside: impl Fn(char) -> bool) -> usize {
        let rest = self.rest();
        let end = rest.find(|c| !inside(c)).unwrap_or(rest.len());
        // `0..100`: the dots belong to neither number.
        let run = rest.as_bytes().get(..end).unwrap_or_default();
        run.windows(2).position(|pair| pair == b"..").unwrap_or(end)
    }

    fn straight(&self) -> (LexKind, usize) {
        let mut escaped = false;
        // The end of the line is looked for only where the text has none: a line may hold thousands of them.
        for (i, c) in self.rest().char_indices().skip(1) {
            match c {
                '\n' => break,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => return (LexKind::Text(Quotes::Straight), i + 1),
                _ => {}
            }
        }
        let end = self.unclosed(self.line_rest());
        (LexKind::Text(Quotes::Unclosed(end)), end)
    }

    /// Where a text without a closing quote probably ends: before the brackets that close what this line opened.
    fn unclosed(&self, line: &str) -> usize {
        let mut content = line.trim_end();
        for _ in 0..self.open_on_line {
            match content.strip_suffix(['}', ')', ']']) {
                Some(shorter) if shorter.len() > 1 => content = shorter.trim_end(),
                _ => break,
            }
        }
        content.len().max(1)
    }

    fn wrong_quotes(&self, opening: char) -> (LexKind, usize) {
        let line = self.line_rest();
        let closes = |c: char| match opening {
            '\'' => c == '\'',
            '\u{2018}' | '\u{2019}' => matches!(c, '\u{2018}' | '\u{2019}' | '\''),
            '\u{AB}' => c == '\u{BB}',
            _ => matches!(c, '\u{201C}' | '\u{201D}' | '\u{201F}' | '"'),
        };
        match line.char_indices().skip(1).find(|&(_, c)| closes(c)) {
            Some((i, c)) => (LexKind::Text(Quotes::Wrong(opening.len_utf8(), c.len_utf8())), i + c.len_utf8()),
            None if opening == '\'' => (LexKind::Sign, 1),
            None => {
                let end = self.unclosed(line).max(opening.len_utf8());
                (LexKind::Text(Quotes::Unclosed(end)), end)
            }
        }
    }
}

impl Iterator for Lexer<'_> {
    type Item = Lexeme;

    fn next(&mut self) -> Option<Lexeme> {
        self.skip_space();
        let c = self.rest().chars().next()?;
        let (kind, length) = self.measure(c);
        let lexeme =
            Lexeme { kind, start: self.at, end: self.at + length, first: self.first, column: self.at - self.line };
        match kind {
            LexKind::Open(_) => self.open_on_line += 1,
            LexKind::Close(_) => self.open_on_line = self.open_on_line.saturating_sub(1),
            LexKind::Word
            | LexKind::Text(_)
            | LexKind::Comment
            | LexKind::Doc
            | LexKind::Hash
            | LexKind::Number
            | LexKind::Strange
            | LexKind::Sign => {}
        }
        self.at += length;
        self.first = false;
        Some(lexeme)
    }
}

fn byte(c: char) -> u8 {
    u8::try_from(c).unwrap_or(b'?')
}

/// A letter, a digit or `_`; letters of other alphabets too, so that such a name can be named as a whole.
pub(crate) fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn is_strange(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && !c.is_ascii())
        || matches!(
            c,
            '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{FFFD}'
        )
}

/// The closing bracket of an opening one.
pub(crate) fn closing(open: u8) -> u8 {
    match open {
        b'{' => b'}',
        b'(' => b')',
        _ => b']',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(LexKind, &str)> {
        Lexer::new(text).map(|l| (l.kind, text.get(l.start..l.end).unwrap())).collect()
    }

    #[test]
    fn a_range_is_two_numbers() {
        let found: Vec<_> = kinds("0..100 3.5").into_iter().map(|(_, text)| text).collect();
        assert_eq!(found, ["0", ".", ".", "100", "3.5"]);
    }

    #[test]
    fn an_unclosed_text_leaves_the_brackets_of_its_line() {
        let found = kinds("{ a \"b }\nc");
        assert_eq!(found[2], (LexKind::Text(Quotes::Unclosed(2)), "\"b"));
        assert_eq!(found[3], (LexKind::Close(b'}'), "}"));
    }

    #[test]
    fn quotes_of_word_processors_are_one_text() {
        assert_eq!(kinds("“a b”"), [(LexKind::Text(Quotes::Wrong(3, 3)), "“a b”")]);
    }
}
