//! One chunk to one item: its keyword, its brackets, then the grammar.

use std::borrow::Cow;

use super::build::Builder;
use super::chunk::{Brackets, Chunk, MAX_DEPTH};
use super::grammar;
use super::lex::{LexKind, Lexeme, Lexer};
use super::recover;
use super::tree::{Item, ItemKind};
use crate::diagnostic::{Applicability, Code, Diagnostic, Sink};
use crate::keywords;
use crate::source::{FileId, Name, Span, Spanned};
use crate::suggest;

/// Reads a chunk; `source` is the same stretch as the author wrote it.
pub(crate) fn read(file: FileId, chunk: &Chunk<'_>, source: &str, sink: &mut Sink) -> Option<Item> {
    let place = Place { file, chunk, source };
    let Some((keyword, name)) = place.head() else {
        sink.push(place.no_keyword());
        return None;
    };
    let Some(rule) = Builder::rule(&keyword.value) else {
        let (diagnostic, meant) = place.unknown(&keyword);
        sink.push(diagnostic);
        return meant.map(|meant| place.broken(Spanned::new(meant.to_owned(), keyword.span), name));
    };
    let mut stray = None;
    let (text, quiet) = match place.brackets() {
        Balance::Good => (Cow::Borrowed(chunk.text), false),
        Balance::Mended { text, diagnostic, alone } => {
            if matches!(chunk.brackets, Brackets::Stray { .. }) {
                stray = Some(diagnostic);
            } else {
                sink.push(diagnostic);
            }
            (Cow::Owned(text), !alone)
        }
        Balance::Wrong(diagnostic) => {
            sink.push(diagnostic);
            (Cow::Borrowed(chunk.text), true)
        }
        Balance::Hopeless(diagnostic) => {
            sink.push(diagnostic);
            return Some(place.broken(keyword, name));
        }
    };
    let mended = !matches!(text, Cow::Borrowed(_));
    let before = sink.len();
    let mut builder = Builder::new(file, chunk.offset, source, &text, sink);
    if quiet {
        builder.silence();
    }
    let item = match grammar::read(rule, &text) {
        Ok(pair) => {
            let mut item = builder.item(&pair, chunk.doc.clone()).unwrap_or_else(|| place.broken(keyword, name));
            item.broken |= mended;
            Some(item)
        }
        Err(failure) => {
            builder.broken_head(&keyword, &failure);
            Some(place.broken(keyword, name))
        }
    };
    // Where an opening bracket is missing, the closing one is not the mistake.
    let explained = |found: &Diagnostic| found.message.starts_with("`{` is missing");
    if let Some(stray) = stray.filter(|_| !sink.any_since(before, explained)) {
        sink.push(stray);
    }
    item
}

/// What is to be done about the brackets.
enum Balance {
    Good,
    /// The missing one was added.
    Mended {
        text: String,
        diagnostic: Diagnostic,
        alone: bool,
    },
    /// What can be read is read; nothing more is said.
    Wrong(Diagnostic),
    /// The item is not read.
    Hopeless(Diagnostic),
}

struct Place<'a> {
    file: FileId,
    chunk: &'a Chunk<'a>,
    source: &'a str,
}

impl Place<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        // What was added behind the text to close it is not in the file.
        let inside = |at: usize| u32::try_from(at.min(self.source.len())).unwrap_or(u32::MAX);
        let at = |at: usize| self.chunk.offset.saturating_add(inside(at));
        Span::new(self.file, at(start), at(end))
    }

    fn slice(&self, start: usize, end: usize) -> &str {
        self.chunk.text.get(start..end).unwrap_or("")
    }

    /// The keyword and, where there is one, the name behind it.
    fn head(&self) -> Option<(Name, Option<Name>)> {
        let mut lexemes = Lexer::new(self.chunk.text).filter(|l| !matches!(l.kind, LexKind::Comment | LexKind::Doc));
        let named = |start, end| Spanned::new(self.slice(start, end).to_owned(), self.span(start, end));
        let first = lexemes.next().filter(|first| first.kind == LexKind::Word)?;
        let is_name = |second: &Lexeme| match second.kind {
            LexKind::Word => true,
            // A name in quotes is reported, and is the name all the same.
            LexKind::Text(_) => self.slice(first.start, first.end) != "test",
            LexKind::Comment
            | LexKind::Doc
            | LexKind::Hash
            | LexKind::Open(_)
            | LexKind::Close(_)
            | LexKind::Number
            | LexKind::Strange
            | LexKind::Sign => false,
        };
        let second = lexemes.next().filter(is_name);
        Some((
            named(first.start, first.end),
            second.map(|second| {
                let name = named(second.start, second.end);
                Spanned::new(name.value.trim_matches('"').to_owned(), name.span)
            }),
        ))
    }

    fn broken(&self, keyword: Name, name: Option<Name>) -> Item {
        let span = self.span(0, self.chunk.text.len());
        Item { doc: self.chunk.doc.clone(), kind: ItemKind::Broken { keyword, name }, span, broken: true }
    }

    fn no_keyword(&self) -> Diagnostic {
        if let Brackets::Stray { close } = self.chunk.brackets {
            return self.stray(close);
        }
        let end = Lexer::new(self.chunk.text).next().map_or(1, |first| first.end);
        let message = format!("an item must begin here, not `{}`", self.slice(0, end));
        let help = "an item begins with its keyword, such as `segment`, `message` or `sequence`";
        Diagnostic::new(Code::UnknownItem, self.span(0, end), message).help(help)
    }

    /// What is said of a keyword that is none, and the one that was meant.
    fn unknown(&self, keyword: &Name) -> (Diagnostic, Option<&'static str>) {
        let word = keyword.value.as_str();
        if let Some(&known) = keywords::NOT_YET.iter().find(|known| **known == word) {
            let message = format!("`{word}` is not available yet");
            let help = format!("the word is reserved: this version has no {}", recover::not_yet(known));
            return (Diagnostic::new(Code::NotAvailable, keyword.span, message).help(help), Some(known));
        }
        // What stands behind a bracket too many begins with anything.
        if let Brackets::Stray { close } = self.chunk.brackets {
            return (self.stray(close).label(keyword.span, "so that this stands outside of every item"), None);
        }
        let message = format!("no item begins with `{word}`");
        let diagnostic = Diagnostic::new(Code::UnknownItem, keyword.span, message);
        match recover::near(word, keywords::ITEMS).or_else(|| recover::near(word, keywords::NOT_YET)) {
            Some(near) => {
                let diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
                let fix = format!("write `{near}`");
                (diagnostic.fix(fix, keyword.span, near, Applicability::Unsafe), Some(near))
            }
            None => {
                (diagnostic.help(format!("the items are {}", suggest::list(keywords::ITEMS.iter().copied()))), None)
            }
        }
    }

    fn stray(&self, close: usize) -> Diagnostic {
        let span = self.span(close, close + 1);
        let message = format!("this `{}` closes nothing", self.slice(close, close + 1));
        Diagnostic::new(Code::StrayBracket, span, message)
            .help("remove it, or look for a bracket before it that closes too early")
            .fix("remove it", span, "", Applicability::Unsafe)
    }

    fn brackets(&self) -> Balance {
        match self.chunk.brackets {
            Brackets::Balanced => Balance::Good,
            // Up to there everything is well.
            Brackets::Stray { close } => {
                let text = self.slice(0, close).to_owned();
                Balance::Mended { text, diagnostic: self.stray(close), alone: true }
            }
            Brackets::Crossed { open, close } => {
                let (opening, found) = (self.slice(open, open + 1), self.slice(close, close + 1));
                let message = format!("this `{found}` does not close `{opening}`");
                let diagnostic = Diagnostic::new(Code::StrayBracket, self.span(close, close + 1), message);
                let diagnostic =
                    diagnostic.label(self.span(open, open + 1), format!("the `{opening}` that is open here"));
                Balance::Wrong(diagnostic.help(format!("close `{opening}` with `{}` first", pair_of(opening))))
            }
            Brackets::DeepFilter { at } => {
                let message = "conditions behind `where` are nested too deep";
                let diagnostic = Diagnostic::new(Code::TooDeep, self.span(at, at + "where".len()), message);
                Balance::Hopeless(diagnostic.help("say how far back each looks: `did x where … in last 7 days`"))
            }
            Brackets::Unclosed { open, end, alone } => self.unclosed(open, end, alone),
            Brackets::Deep { open } => {
                let message = format!("brackets are nested more than {MAX_DEPTH} deep");
                let diagnostic = Diagnostic::new(Code::TooDeep, self.span(open, open + 1), message);
                Balance::Hopeless(
                    diagnostic.help("give parts of it names: a segment for a condition, a sequence for steps"),
                )
            }
        }
    }

    fn unclosed(&self, open: usize, end: usize, alone: bool) -> Balance {
        let opening = self.slice(open, open + 1);
        let missing = pair_of(opening);
        // A quote that was added at the end of a line stands where the line broke: the bracket belongs before it.
        let shown = self.source.get(..end).map_or(end, |before| before.trim_end().len()).max(open + 1);
        let place = self.span(shown, shown);
        let diagnostic = Diagnostic::new(Code::UnclosedBracket, place, format!("`{opening}` is never closed"))
            .here(format!("`{missing}` is missing"))
            .label(self.span(open, open + 1), "opened here")
            .fix(format!("add `{missing}`"), place, format!(" {missing}"), Applicability::Unsafe);
        let mut bytes = self.chunk.text.as_bytes().to_vec();
        let closer = missing.bytes().next().unwrap_or(b'}');
        match bytes.get_mut(end) {
            Some(space) if space.is_ascii_whitespace() => *space = closer,
            Some(_) | None => bytes.push(closer),
        }
        match String::from_utf8(bytes) {
            Ok(text) => Balance::Mended { text, diagnostic, alone },
            Err(_) => Balance::Wrong(diagnostic),
        }
    }
}

fn pair_of(opening: &str) -> &'static str {
    match opening {
        "{" => "}",
        "(" => ")",
        _ => "]",
    }
}
