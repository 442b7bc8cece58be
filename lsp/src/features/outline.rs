//! What a file declares, as a tree; and all names of a project.

use flow_compiler::source::{FileId, FileKind, Name, Span};
use flow_compiler::syntax::tree::step::Step;
use flow_compiler::syntax::tree::{Item, ItemKind, contact};

use crate::snapshot::Snapshot;

/// The kinds of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// `contact`
    Contact,
    /// An enum.
    Enum,
    /// A value of an enum.
    Value,
    /// A field.
    Field,
    /// An event.
    Event,
    /// A segment.
    Segment,
    /// A score.
    Score,
    /// A band of a score.
    Band,
    /// A lifecycle.
    Lifecycle,
    /// A stage of a lifecycle.
    Stage,
    /// A topic.
    Topic,
    /// A message.
    Message,
    /// `limits`
    Limits,
    /// A sequence.
    Sequence,
    /// A step with a label.
    Step,
    /// A calendar.
    Calendar,
    /// A team.
    Team,
    /// A service level.
    Sla,
    /// A test.
    Test,
    /// `moved`, `retired`
    Migration,
    /// A channel of the settings.
    Channel,
    /// A connector of the settings.
    Connector,
    /// An item that could not be read.
    Broken,
}

/// Something that a file declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is called.
    pub name: String,
    /// A word on it: its type, its first doc line.
    pub detail: String,
    /// What it is.
    pub what: What,
    /// All of it.
    pub span: Span,
    /// Where its name stands.
    pub name_at: Span,
    /// What it belongs to, by name.
    pub of: Option<String>,
    /// Its parts.
    pub children: Vec<Entry>,
}

/// What a file declares, in the order of the text.
#[must_use]
pub fn outline(snapshot: &Snapshot, file: FileId) -> Vec<Entry> {
    if let Some(parsed) = snapshot.parsed(file) {
        return parsed.tree.items.iter().map(|item| entry(snapshot, item)).collect();
    }
    match snapshot.file(file) {
        Some(found) if found.kind == FileKind::Settings => settings(snapshot, file),
        Some(_) | None => Vec::new(),
    }
}

/// All declared names that hold the letters of `query` in their order, the nearest first; 500 at most.
#[must_use]
pub fn search(snapshot: &Snapshot, query: &str) -> Vec<Entry> {
    let query: Vec<char> = query.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    let mut found: Vec<(usize, Entry)> = Vec::new();
    let mut take = |entry: Entry| {
        if let Some(distance) = distance(&query, &entry.name) {
            found.push((distance, entry));
        }
    };
    for (file, _) in snapshot.sources.iter() {
        for mut entry in outline(snapshot, file) {
            for child in std::mem::take(&mut entry.children) {
                take(Entry { of: Some(entry.name.clone()), ..child });
            }
            take(entry);
        }
    }
    found.sort_by(|(a, one), (b, other)| (a, one.name_at).cmp(&(b, other.name_at)));
    found.into_iter().take(500).map(|(_, entry)| entry).collect()
}

/// How many letters stand before and between those of a query in a name; none when they are not in it.
fn distance(query: &[char], name: &str) -> Option<usize> {
    let letters: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
    let mut at = 0;
    for wanted in query {
        at += letters.iter().skip(at).position(|c| c == wanted)? + 1;
    }
    Some(at - query.len())
}

fn entry(snapshot: &Snapshot, item: &Item) -> Entry {
    let doc = || item.doc.as_deref().and_then(|doc| doc.lines().next()).unwrap_or_default().to_owned();
    let named = |name: &Name, what, children| Entry {
        name: name.value.clone(),
        detail: doc(),
        what,
        span: item.span,
        name_at: name.span,
        of: None,
        children,
    };
    let bare = |name: &str, what, children| Entry {
        name: name.to_owned(),
        detail: doc(),
        what,
        span: item.span,
        name_at: Span { end: item.span.start + u32::try_from(name.len()).unwrap_or(0), ..item.span },
        of: None,
        children,
    };
    match &item.kind {
        ItemKind::Enum(it) => named(&it.name, What::Enum, it.values.iter().map(|v| part(v, What::Value)).collect()),
        ItemKind::Contact(it) => bare("contact", What::Contact, fields(snapshot, &it.fields)),
        ItemKind::Event(it) => named(&it.name, What::Event, fields(snapshot, &it.fields)),
        ItemKind::Segment(it) => named(&it.name, What::Segment, Vec::new()),
        ItemKind::Score(it) => {
            let bands = it.bands.iter().flat_map(|bands| &bands.value);
            named(&it.name, What::Score, bands.map(|b| Entry { span: b.span, ..part(&b.name, What::Band) }).collect())
        }
        ItemKind::Lifecycle(it) => {
            let stages = it.stages.iter().flat_map(|stages| &stages.value);
            named(&it.name, What::Lifecycle, stages.map(|stage| part(&stage.name, What::Stage)).collect())
        }
        ItemKind::Topic(it) => named(&it.name, What::Topic, Vec::new()),
        ItemKind::Message(it) => named(&it.name, What::Message, Vec::new()),
        ItemKind::Limits(_) => bare("limits", What::Limits, Vec::new()),
        ItemKind::Sequence(it) => {
            let mut steps = Vec::new();
            labelled(&it.steps, &mut steps);
            named(&it.name, What::Sequence, steps)
        }
        ItemKind::Calendar(it) => named(&it.name, What::Calendar, Vec::new()),
        ItemKind::Team(it) => named(&it.name, What::Team, Vec::new()),
        ItemKind::Sla(it) => named(&it.name, What::Sla, Vec::new()),
        ItemKind::Test(it) => named(&it.name, What::Test, Vec::new()),
        ItemKind::Moved(_) => Entry { detail: line(snapshot, item.span), ..bare("moved", What::Migration, Vec::new()) },
        ItemKind::Retired(_) => {
            Entry { detail: line(snapshot, item.span), ..bare("retired", What::Migration, Vec::new()) }
        }
        ItemKind::Broken { keyword, name } => match name {
            Some(name) => named(name, What::Broken, Vec::new()),
            None => named(keyword, What::Broken, Vec::new()),
        },
    }
}

fn line(snapshot: &Snapshot, span: Span) -> String {
    snapshot.sources.slice(span).lines().next().unwrap_or_default().to_owned()
}

fn part(name: &Name, what: What) -> Entry {
    Entry {
        name: name.value.clone(),
        detail: String::new(),
        what,
        span: name.span,
        name_at: name.span,
        of: None,
        children: Vec::new(),
    }
}

fn fields(snapshot: &Snapshot, fields: &[contact::Field]) -> Vec<Entry> {
    let field = |field: &contact::Field| {
        let optional = if field.optional.is_some() { "?" } else { "" };
        let detail = format!("{}{optional}", snapshot.sources.slice(field.ty.span));
        Entry { detail, span: field.span, ..part(&field.name, What::Field) }
    };
    fields.iter().map(field).collect()
}

fn labelled(steps: &[Step], found: &mut Vec<Entry>) {
    for step in steps {
        if let Some(label) = &step.label {
            found.push(Entry { span: step.span, ..part(label, What::Step) });
        }
        for block in step.kind.blocks() {
            labelled(&block.steps, found);
        }
    }
}

#[must_use]
/// The sections of `flow.toml`.
fn settings(snapshot: &Snapshot, file: FileId) -> Vec<Entry> {
    let text = snapshot.text(file);
    let mut found: Vec<Entry> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        let content = line.trim();
        let end = start + line.trim_end().len();
        if let Some(section) = content.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            let from = start + line.len() - line.trim_start().len();
            let what = match section.split('.').next() {
                Some("channels") => What::Channel,
                Some("connectors") => What::Connector,
                Some(_) | None => What::Limits,
            };
            let name_at = Span::new(file, at(from + 1), at(from + 1 + section.len()));
            let span = Span::new(file, at(from), at(end));
            let name = section.to_owned();
            found.push(Entry { name, detail: String::new(), what, span, name_at, of: None, children: Vec::new() });
        } else if let Some(last) = found.last_mut()
            && !content.is_empty()
        {
            last.span.end = at(end);
        }
        start += line.len();
    }
    found
}
