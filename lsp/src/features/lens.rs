//! Lines above a declaration: how often it is used, its picture, its test, and how many people are there now.

use std::collections::HashMap;

use flow_compiler::names::{Kind, Symbol};
use flow_compiler::source::{FileId, Name, Span};
use flow_compiler::syntax::tree::step::Step;
use flow_compiler::syntax::tree::{Item, ItemKind};

use crate::host::People;
use crate::snapshot::Snapshot;

/// A line above a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lens {
    /// What it speaks of: the name that is declared.
    pub span: Span,
    /// Its words.
    pub title: String,
    /// What a click does.
    pub act: Act,
}

/// What a click on a line does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Nothing: it only tells.
    Tell,
    /// Shows these places.
    References(Vec<Span>),
    /// Runs the test of that name.
    RunTest(String),
    /// Shows the picture of the item.
    ShowGraph,
}

/// The lines of a file in the order of the text. `people` are those of the project, if somebody can be asked.
#[must_use]
pub fn lenses(snapshot: &Snapshot, file: FileId, people: Option<&People>) -> Vec<Lens> {
    let Some(parsed) = snapshot.parsed(file) else { return Vec::new() };
    let references = &snapshot.analysis().references;
    let here = references.declared.iter().filter(|(_, span)| span.file == file);
    let symbols: HashMap<Span, Symbol> = here.map(|(symbol, span)| (*span, *symbol)).collect();
    let mut uses: HashMap<Symbol, Vec<Span>> = HashMap::new();
    for (span, symbol) in &references.uses {
        uses.entry(*symbol).or_default().push(*span);
    }
    let mut found = Vec::new();
    for item in &parsed.tree.items {
        let Some(name) = item.kind.name() else { continue };
        if let ItemKind::Test(_) = item.kind {
            let act = Act::RunTest(name.value.clone());
            found.push(Lens { span: name.span, title: "▶ run test".to_owned(), act });
            continue;
        }
        if let Some(symbol @ Symbol::Item(kind, _)) = symbols.get(&name.span) {
            let places = uses.get(symbol).cloned().unwrap_or_default();
            let act = if places.is_empty() { Act::Tell } else { Act::References(places.clone()) };
            found.push(Lens { span: name.span, title: counted(places.len() as u64, "reference"), act });
            if matches!(kind, Kind::Segment | Kind::Score | Kind::Lifecycle | Kind::Sequence) {
                found.push(Lens { span: name.span, title: "show graph".to_owned(), act: Act::ShowGraph });
            }
        }
        if let Some(people) = people {
            counts(item, name, people, &mut found);
        }
    }
    found
}

/// `no references`, `1 reference`, `2 references`
fn counted(number: u64, noun: &str) -> String {
    match number {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        more => format!("{more} {noun}s"),
    }
}

/// How many people are in an item, at its stages and at its steps.
fn counts(item: &Item, name: &Name, people: &People, found: &mut Vec<Lens>) {
    let mut tell = |span: Span, number: Option<&u64>, place: &str| {
        let Some(number) = number else { return };
        let noun = match number {
            0 => "nobody".to_owned(),
            1 => "1 person".to_owned(),
            more => format!("{more} people"),
        };
        found.push(Lens { span, title: format!("{noun} {place}"), act: Act::Tell });
    };
    match &item.kind {
        ItemKind::Segment(_) => tell(name.span, people.segments.get(&name.value), "here"),
        ItemKind::Sequence(sequence) => {
            tell(name.span, people.sequences.get(&name.value), "here");
            let mut labels = Vec::new();
            labelled(&sequence.steps, &mut labels);
            for label in labels {
                let address = format!("{}.{}", name.value, label.value);
                tell(label.span, people.steps.get(&address), &format!("at `{}`", label.value));
            }
        }
        ItemKind::Lifecycle(lifecycle) => {
            for stage in lifecycle.stages.iter().flat_map(|stages| &stages.value) {
                let address = format!("{}.{}", name.value, stage.name.value);
                tell(stage.name.span, people.stages.get(&address), &format!("at `{}`", stage.name.value));
            }
        }
        ItemKind::Enum(_)
        | ItemKind::Contact(_)
        | ItemKind::Event(_)
        | ItemKind::Score(_)
        | ItemKind::Topic(_)
        | ItemKind::Message(_)
        | ItemKind::Limits(_)
        | ItemKind::Calendar(_)
        | ItemKind::Team(_)
        | ItemKind::Sla(_)
        | ItemKind::Test(_)
        | ItemKind::Moved(_)
        | ItemKind::Retired(_)
        | ItemKind::Broken { .. } => {}
    }
}

fn labelled<'s>(steps: &'s [Step], found: &mut Vec<&'s Name>) {
    for step in steps {
        found.extend(&step.label);
        step.kind.blocks().into_iter().for_each(|block| labelled(&block.steps, found));
    }
}
