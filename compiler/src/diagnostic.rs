//! The one value for everything that the compiler has to say. It is built where the mistake is found.

pub mod codes;

use crate::render::hidden;
use crate::source::{Sources, Span};
pub use codes::Code;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The project is not run.
    Error,
    /// The project is run; somebody should look.
    Warning,
}

/// One thing to say to the author.
///
/// The message is one lower-case sentence without a full stop; the user's words stand in backticks; advice is in
/// `help`. The first line alone must be enough.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// Its number; see [`codes`].
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// The place to look at first.
    pub primary: Label,
    /// Other places, also in other files and in templates.
    pub labels: Vec<Label>,
    /// What to write instead.
    pub help: Option<String>,
    /// Edits that would mend it.
    pub fixes: Vec<Fix>,
}

/// A place with a few words on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is to be seen there; may be empty for the primary one.
    pub text: String,
}

/// An edit that mends a mistake.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// What it does: `write `14 days``.
    pub title: String,
    /// The replacements; they never overlap.
    pub edits: Vec<Edit>,
    /// How sure it is.
    pub applicability: Applicability,
}

/// One replacement.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// What is replaced; empty: an insertion.
    pub span: Span,
    /// By what.
    pub text: String,
}

/// Whether a fix may be applied without a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applicability {
    /// Means what the author meant.
    Safe,
    /// May change what is decided.
    Unsafe,
    /// To be shown only: it has a gap to fill in.
    Display,
}

impl Diagnostic {
    /// A diagnostic without further labels, help or fixes.
    #[must_use]
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            message: one_line(message.into()),
            primary: Label { span, text: String::new() },
            labels: Vec::new(),
            help: None,
            fixes: Vec::new(),
        }
    }

    /// Words at the primary place.
    #[must_use]
    pub fn here(mut self, text: impl Into<String>) -> Self {
        self.primary.text = one_line(text.into());
        self
    }

    /// A further place.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: one_line(text.into()) });
        self
    }

    /// What to write instead.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        let text: String = text.into();
        self.help = Some(text.split('\n').map(|line| one_line(line.to_owned())).collect::<Vec<_>>().join("\n"));
        self
    }

    /// A fix that replaces one span.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, span: Span, text: impl Into<String>, how: Applicability) -> Self {
        let edits = vec![Edit { span, text: text.into() }];
        let title = one_line(title.into());
        // What a tool can do, a reader wants to know too.
        self.help.get_or_insert_with(|| title.clone());
        self.fixes.push(Fix { title, edits, applicability: how });
        self
    }

    /// Widens each place to whole characters: where a letter of several bytes was read as one, what was read ends inside.
    pub(crate) fn on_characters(&mut self, sources: &Sources) {
        let edits = self.fixes.iter_mut().flat_map(|fix| &mut fix.edits).map(|edit| &mut edit.span);
        for span in self.labels.iter_mut().chain([&mut self.primary]).map(|label| &mut label.span).chain(edits) {
            let Some(text) = sources.get(span.file).map(|file| &file.text) else { continue };
            let between = |at: u32| text.is_char_boundary((at as usize).min(text.len()));
            while !between(span.start) {
                span.start -= 1;
            }
            while !between(span.end) {
                span.end += 1;
            }
        }
    }

    /// The severity, which hangs on the code alone.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// A sentence stays on its line, whatever the author's words in it hold: a line break is written as the language writes
/// it, any other character that does something instead of being seen as its number.
fn one_line(text: String) -> String {
    if !text.contains(acts) {
        return text;
    }
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => line.push_str("\\n"),
            '\t' => line.push_str("\\t"),
            c if acts(c) => line.extend(c.escape_unicode()),
            c => line.push(c),
        }
    }
    line
}

/// Whether a character moves, colours, hides or turns what stands around it.
fn acts(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || hidden(c)
}

/// Where every stage pushes what it finds.
#[derive(Debug, Default)]
pub struct Sink {
    found: Vec<Diagnostic>,
}

impl Sink {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// True when an error (not only warnings) was found.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.found.iter().any(|d| d.severity() == Severity::Error)
    }

    /// How many were found so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether something like this was found after the first `count`.
    pub(crate) fn any_since(&self, count: usize, like: impl Fn(&Diagnostic) -> bool) -> bool {
        self.found.iter().skip(count).any(like)
    }

    /// True when nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All that was found, in the order in which it was.
    pub(crate) fn into_found(self) -> Vec<Diagnostic> {
        self.found
    }

    /// All that was found: by file and place, errors before warnings at the same place, without repetition.
    #[must_use]
    pub fn finish(mut self) -> Vec<Diagnostic> {
        self.found.sort_by(|a, b| {
            let key = |d: &Diagnostic| (d.primary.span, d.severity(), d.code);
            key(a).cmp(&key(b))
        });
        self.found.dedup_by(|a, b| a.code == b.code && a.primary.span == b.primary.span && a.message == b.message);
        self.found
    }
}
