//! What happened to contacts, in order: their inputs and what was decided.

use flow_graph::program::Program;
use flow_graph::{Timestamp, Value};
use flow_machine::Engine;
use flow_machine::decision::Outcome;
use serde::Serialize;

use crate::driver::{Arriving, Decided, Observer};
use crate::identity::{ContactNumber, People};
use crate::ingest::Incoming;
use crate::record::Record;
use crate::values;

/// An event that comes this much later than it happened is told with its own time.
const WORTH_SAYING_MS: i64 = 60_000;

/// What happened to contacts, in order.
#[derive(Debug)]
pub struct Timeline<'e> {
    engine: &'e Engine,
    entries: Vec<Entry>,
    /// The input that is being taken.
    open: Option<usize>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// To whom, as the contact was numbered then.
    pub contact: ContactNumber,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// An input, in words.
    Input(String),
    /// A decision.
    Decision(Box<Record>),
}

/// One line of a timeline for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// When.
    #[serde(serialize_with = "as_text")]
    pub at: Timestamp,
    /// It came from outside; else it was decided.
    pub input: bool,
    /// What.
    pub line: String,
}

impl<'e> Timeline<'e> {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new(engine: &'e Engine) -> Self {
        Self { engine, entries: Vec::new(), open: None }
    }

    /// All of it.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What happened to one contact and to those that were merged into it.
    pub fn of<'t>(&'t self, people: &'t People, contact: ContactNumber) -> impl Iterator<Item = &'t Entry> {
        self.entries.iter().filter(move |entry| people.follow(entry.contact) == contact)
    }

    /// The decisions about one contact and those that were merged into it.
    pub fn records<'t>(&'t self, people: &'t People, contact: ContactNumber) -> impl Iterator<Item = &'t Record> {
        self.of(people, contact).filter_map(Entry::record)
    }
}

impl Entry {
    /// The decision, if it is one.
    #[must_use]
    pub fn record(&self) -> Option<&Record> {
        if let What::Decision(record) = &self.what { Some(record) } else { None }
    }

    /// The entry as a line for people.
    #[must_use]
    pub fn moment(&self) -> Moment {
        match &self.what {
            What::Input(line) => Moment { at: self.at, input: true, line: line.clone() },
            What::Decision(record) => Moment { at: self.at, input: false, line: record.line() },
        }
    }
}

impl Observer for Timeline<'_> {
    fn decided(&mut self, decided: Decided<'_>) {
        let record = Record::new(self.engine.program(), &decided);
        self.entries.push(Entry { at: record.at, contact: decided.contact, what: What::Decision(Box::new(record)) });
    }

    fn arriving(&mut self, arriving: Arriving<'_>) {
        self.open = Some(self.entries.len());
        let Arriving { at, incoming, merged, .. } = arriving;
        let line = words(self.engine.program(), incoming, at, !merged.is_empty());
        self.entries.push(Entry { at: arriving.at, contact: arriving.contact, what: What::Input(line) });
    }

    fn taken(&mut self, _: ContactNumber, outcome: Outcome) {
        let said = aside(outcome);
        if let Some(Entry { what: What::Input(line), .. }) = self.open.and_then(|at| self.entries.get_mut(at)) {
            line.push_str(said);
        }
    }
}

/// What is said behind an input of which something became.
#[must_use]
pub fn aside(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted => "",
        Outcome::Late => " (late: it corrects what is known and triggers nothing)",
        Outcome::Duplicate => " (a duplicate: nothing happens)",
    }
}

/// An input in words, as it was taken at an instant; `merged`: with it two turned out to be one. Personal values are
/// not shown.
#[must_use]
pub fn words(program: &Program, incoming: &Incoming, at: Timestamp, merged: bool) -> String {
    let mut parts = Vec::new();
    if let Some(previous) = &incoming.who.previous {
        parts.push(format!("`{previous}` is the same person"));
    } else if merged {
        let device = incoming.who.anonymous.as_deref().unwrap_or("?");
        parts.push(format!("`{device}` turns out to be the same person"));
    }
    let shown = |name: &str, personal: bool, value: String| {
        if personal { format!("{name} …") } else { format!("{name} {value}") }
    };
    let changes = incoming.changes.iter().filter_map(|(id, value)| {
        let field = program.fields.get(*id)?;
        Some(shown(&field.name, field.personal, values::text(program, Some(&field.ty), value)))
    });
    let changes: Vec<_> = changes.collect();
    if !changes.is_empty() {
        parts.push(format!("known: {}", changes.join(", ")));
    }
    if let Some(event) = &incoming.event {
        let known = program.events.get(event.kind);
        let fields = known.map_or(&[][..], |known| &known.fields).iter().zip(&event.values);
        let fields = fields
            .filter(|(field, value)| value.is_known() && !(field.name == "human" && **value == Value::Bool(true)))
            .map(|(field, value)| shown(&field.name, field.personal, values::text(program, Some(&field.ty), value)));
        let mut line = known.map_or_else(|| "?".to_owned(), |known| known.name.clone());
        let fields: Vec<_> = fields.collect();
        if !fields.is_empty() {
            line = format!("{line} {{ {} }}", fields.join(", "));
        }
        if at.since(event.time) >= WORTH_SAYING_MS {
            line = format!("{line} of {}", event.time);
        }
        parts.push(line);
    }
    if parts.is_empty() { "seen".to_owned() } else { parts.join("; ") }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
fn as_text<S: serde::Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}
