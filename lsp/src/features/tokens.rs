//! A text as words, values and signs: what completion, colours and hints look at where the text may be broken.
//!
//! The compiler's lexer cuts; here what the grammar takes as one thing is put together: `2026-01-05T10:00`, `7 days`, `half-life`.

use flow_compiler::syntax::lex::{LexKind, Lexeme, Lexer};

/// One word, value or sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Only spaces stand before it on its line.
    pub first: bool,
    /// Bytes between the start of its line and it.
    pub column: usize,
}

/// The kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A name or a word of the language.
    Word,
    /// `"…"`
    Text,
    /// `12`, `3.5`
    Number,
    /// `7 days`, `90s`
    Duration,
    /// `75%`
    Percent,
    /// `49.90 EUR`
    Money,
    /// `2026-01-05`
    Date,
    /// `2026-01-05T10:00`
    DateTime,
    /// `09:00`
    Clock,
    /// `{`, `(`, `[`
    Open(u8),
    /// `}`, `)`, `]`
    Close(u8),
    /// Any other sign or operator.
    Sign,
    /// `// …`
    Comment,
    /// `/// …`
    Doc,
    /// What has no place in a program.
    Strange,
}

/// What a token does with brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It opens one: `{`, `(`, `[`.
    Opens(u8),
    /// It closes one: `}`, `)`, `]`.
    Closes(u8),
    /// Neither.
    Stays,
}

impl Token {
    /// What it does with brackets.
    #[must_use]
    pub fn turn(self) -> Turn {
        match self.kind {
            Kind::Open(bracket) => Turn::Opens(bracket),
            Kind::Close(bracket) => Turn::Closes(bracket),
            Kind::Word
            | Kind::Text
            | Kind::Number
            | Kind::Duration
            | Kind::Percent
            | Kind::Money
            | Kind::Date
            | Kind::DateTime
            | Kind::Clock
            | Kind::Sign
            | Kind::Comment
            | Kind::Doc
            | Kind::Strange => Turn::Stays,
        }
    }

    /// Whether it is a word at the beginning of a line without indentation: there an item begins.
    #[must_use]
    pub fn is_head(self) -> bool {
        self.kind == Kind::Word && self.first && self.column == 0
    }
}

/// Cuts a text into tokens; never fails, takes linear time.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    let lexemes: Vec<Lexeme> = Lexer::new(text).collect();
    let mut found = Vec::with_capacity(lexemes.len());
    let mut behind = 0;
    for lexeme in &lexemes {
        // It was taken as a part of the one before.
        if lexeme.start < behind {
            continue;
        }
        let rest = text.get(lexeme.start..).unwrap_or("");
        let (kind, length) = match lexeme.kind {
            LexKind::Number => value(rest, lexeme.end - lexeme.start),
            LexKind::Word if half_life(rest) => (Kind::Word, "half-life".len()),
            LexKind::Word => (Kind::Word, lexeme.end - lexeme.start),
            LexKind::Text(_) => (Kind::Text, lexeme.end - lexeme.start),
            LexKind::Comment | LexKind::Hash => (Kind::Comment, lexeme.end - lexeme.start),
            LexKind::Doc => (Kind::Doc, lexeme.end - lexeme.start),
            LexKind::Open(bracket) => (Kind::Open(bracket), 1),
            LexKind::Close(bracket) => (Kind::Close(bracket), 1),
            LexKind::Strange => (Kind::Strange, lexeme.end - lexeme.start),
            LexKind::Sign => (Kind::Sign, sign(rest, lexeme.end - lexeme.start)),
        };
        let end = lexeme.start + length;
        found.push(Token { kind, start: lexeme.start, end, first: lexeme.first, column: lexeme.column });
        behind = end;
    }
    found
}

fn half_life(rest: &str) -> bool {
    rest.strip_prefix("half-life").is_some_and(|rest| !rest.starts_with(is_word))
}

/// Signs of two or three characters.
fn sign(rest: &str, length: usize) -> usize {
    const LONG: [&str; 10] = ["===", "==", "!=", "<>", "<=", ">=", "??", "->", "..", "&&"];
    LONG.iter().find(|sign| rest.starts_with(**sign)).map_or(length, |sign| sign.len())
}

/// What begins with a digit, and how long it is.
fn value(rest: &str, length: usize) -> (Kind, usize) {
    if let Some(date) = shape(rest, "dddd-dd-dd") {
        let time = rest.get(date..).unwrap_or("");
        let Some(clock) = shape(time, "Tdd:dd") else { return (Kind::Date, date) };
        let more = time.get(clock..).unwrap_or("");
        let seconds = shape(more, ":dd").unwrap_or(0);
        let more = more.get(seconds..).unwrap_or("");
        let fraction = more
            .strip_prefix('.')
            .map_or(0, |digits| 1 + digits.len() - digits.trim_start_matches(|c: char| c.is_ascii_digit()).len());
        let more = more.get(fraction..).unwrap_or("");
        let zone = if more.starts_with('Z') { 1 } else { shape(more, "+dd:dd").unwrap_or(0) };
        return (Kind::DateTime, date + clock + seconds + fraction + zone);
    }
    if let Some(clock) = shape(rest, "dd:dd").or_else(|| shape(rest, "d:dd")) {
        return (Kind::Clock, clock);
    }
    let number = rest.get(..length).unwrap_or("");
    if number.ends_with(|c: char| c.is_ascii_alphabetic()) {
        return (Kind::Duration, length);
    }
    let behind = rest.get(length..).unwrap_or("");
    let gap = behind.len() - behind.trim_start_matches([' ', '\t']).len();
    let next = behind.get(gap..).unwrap_or("");
    if next.starts_with('%') {
        return (Kind::Percent, length + gap + 1);
    }
    let word = next.split(|c| !is_word(c)).next().unwrap_or("");
    const UNITS: [&str; 8] = ["day", "days", "week", "weeks", "month", "months", "year", "years"];
    if gap > 0 && UNITS.contains(&word) {
        return (Kind::Duration, length + gap + word.len());
    }
    if gap > 0 && word.len() == 3 && word.bytes().all(|b| b.is_ascii_uppercase()) {
        return (Kind::Money, length + gap + 3);
    }
    (Kind::Number, length)
}

/// Whether a text begins with a shape in which `d` is a digit and `+` a sign; how long it is then.
fn shape(text: &str, shape: &str) -> Option<usize> {
    let mut bytes = text.bytes();
    for wanted in shape.bytes() {
        let found = bytes.next()?;
        let fits = match wanted {
            b'd' => found.is_ascii_digit(),
            b'+' => matches!(found, b'+' | b'-'),
            other => found == other,
        };
        if !fits {
            return None;
        }
    }
    Some(shape.len())
}

/// Whether a character may stand in a name.
#[must_use]
pub fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c >= '\u{A1}'
}

#[cfg(test)]
mod tests {
    use super::{Kind, tokens};

    fn cut(text: &str) -> Vec<(Kind, &str)> {
        tokens(text).into_iter().map(|token| (token.kind, text.get(token.start..token.end).unwrap())).collect()
    }

    #[test]
    fn values_are_one_token() {
        let text = "at 2026-01-05T10:00:30.5+02:00 2026-01-05 09:00..17:00 7 days 90s 5 % 49.90 EUR 12 0..100";
        let found: Vec<Kind> = cut(text).into_iter().map(|(kind, _)| kind).collect();
        let expected = [
            Kind::Word,
            Kind::DateTime,
            Kind::Date,
            Kind::Clock,
            Kind::Sign,
            Kind::Clock,
            Kind::Duration,
            Kind::Duration,
            Kind::Percent,
            Kind::Money,
            Kind::Number,
            Kind::Number,
            Kind::Sign,
            Kind::Number,
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn words_and_signs_of_several_characters_are_one_token() {
        let words: Vec<&str> = cut("half-life a->b x==1 ?? y").into_iter().map(|(_, text)| text).collect();
        assert_eq!(words, ["half-life", "a", "->", "b", "x", "==", "1", "??", "y"]);
    }
}
