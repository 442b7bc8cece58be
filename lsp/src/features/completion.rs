//! What can be written at the cursor, the likeliest first.

mod around;
mod names;
mod settings;
mod snippets;
mod template;
mod values;
mod words;

use flow_compiler::names::Kind;
use flow_compiler::source::{FileId, FileKind, Span};

use super::context::{Context, Inside};
use super::describe;
use super::shapes::Expected;
use crate::snapshot::Snapshot;

/// Something that can be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What is shown.
    pub label: String,
    /// What it is.
    pub what: What,
    /// A few words beside it: its type, what it does.
    pub detail: String,
    /// What is written; in a snippet `${1:x}` is a gap to fill.
    pub insert: String,
    /// It has gaps to fill.
    pub snippet: bool,
    /// Lower comes first.
    pub rank: u8,
    /// What it is in the project, as [`describe::title`] says it, for those who want to know more.
    pub title: Option<String>,
}

/// The kinds of what can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A word of the language.
    Word,
    /// A clause or an item with gaps to fill.
    Snippet,
    /// A field.
    Field,
    /// An event.
    Event,
    /// A value: of an enum, a country, a zone, a literal.
    Value,
    /// Any other name.
    Name,
    /// A file.
    File,
    /// A filter or function of templates.
    Function,
}

/// What can be written at a place, and what it takes the place of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completions {
    /// The word that is replaced; empty where none is begun.
    pub span: Span,
    /// What can be written, the likeliest first.
    pub items: Vec<Completion>,
}

/// What can be written at an offset.
#[must_use]
pub fn completions(snapshot: &Snapshot, file: FileId, offset: u32) -> Completions {
    let text = snapshot.text(file);
    let (from, to, mut items) = match snapshot.file(file).map(|file| file.kind) {
        Some(FileKind::Flow) => code(snapshot, text, offset),
        Some(FileKind::Template) => template::file(snapshot, file, text, offset),
        Some(FileKind::Settings) => settings::completions(text, offset),
        None => (offset, offset, Vec::new()),
    };
    items.sort_by(|a, b| (a.rank, &a.label, a.what).cmp(&(b.rank, &b.label, b.what)));
    items.dedup_by(|a, b| a.label == b.label && a.what == b.what && a.insert == b.insert);
    Completions { span: Span::new(file, from, to), items }
}

/// Offsets of what is replaced, and what can be written.
type Found = (u32, u32, Vec<Completion>);

fn code(snapshot: &Snapshot, text: &str, offset: u32) -> Found {
    let context = Context::new(text, offset);
    let at = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    match context.inside {
        Inside::Comment => (offset, offset, Vec::new()),
        Inside::Text(token) => template::inside_quotes(snapshot, &context, token),
        Inside::Code => {
            let (from, to) = context.prefix.map_or((offset, offset), |token| (at(token.start), at(token.end)));
            (from, to, expected(snapshot, &context))
        }
    }
}

/// All that is expected at the cursor.
fn expected(snapshot: &Snapshot, context: &Context<'_>) -> Vec<Completion> {
    let mut items = Vec::new();
    let expected = context.expected();
    for one in &expected {
        match one {
            Expected::Word(word) => items.extend(words::word(context, word)),
            Expected::Name(slot) => names::names(snapshot, context, *slot, &mut items),
            Expected::Literal(value) => values::literal(snapshot, context, *value, &mut items),
            Expected::Sign(_) | Expected::Open(..) => {}
        }
    }
    values::units(context, &mut items);
    if context.begins() {
        snippets::clauses(snapshot, context, &mut items);
    }
    items
}

impl Completion {
    /// A name that stands for itself.
    fn new(label: impl Into<String>, what: What, rank: u8) -> Self {
        let label = label.into();
        let (insert, detail) = (label.clone(), String::new());
        Self { label, what, detail, insert, snippet: false, rank, title: None }
    }

    fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    fn insert(mut self, insert: impl Into<String>) -> Self {
        self.insert = insert.into();
        self
    }

    fn snippet(mut self, insert: impl Into<String>) -> Self {
        self.insert = insert.into();
        self.snippet = true;
        self
    }

    /// It is an item of a kind, or a field of the contact.
    fn item(mut self, kind: Kind) -> Self {
        self.title = Some(format!("{} {}", kind.noun(), self.label));
        self
    }

    /// It is a part of something.
    fn part(mut self, owner: &str) -> Self {
        self.title = Some(format!("{owner}.{}", self.label));
        self
    }
}

/// A snippet without its gaps, for an editor that knows none: what stands in each is written as it is.
#[must_use]
pub fn plain(snippet: &str) -> String {
    let mut out = String::with_capacity(snippet.len());
    let mut rest = snippet;
    while let Some(at) = rest.find('$') {
        out.push_str(rest.get(..at).unwrap_or(""));
        rest = rest.get(at + 1..).unwrap_or("");
        if let Some((gap, behind)) = rest.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            let words = gap.trim_start_matches(|c: char| c.is_ascii_digit());
            let first = words.trim_start_matches([':', '|']).split([',', '|']).next().unwrap_or("");
            out.push_str(first);
            rest = behind;
        } else {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        }
    }
    out.push_str(rest);
    out
}

/// More about something that can be written: by what it is called, since numbers do not outlive an edit.
#[must_use]
pub fn more(snapshot: &Snapshot, title: &str) -> Option<String> {
    let declared = &snapshot.analysis().references.declared;
    let symbol = declared.keys().copied().find(|symbol| describe::title(snapshot, *symbol) == title)?;
    Some(describe::describe(snapshot, symbol))
}
