//! Names that count inside one item only: the contacts of a test, splits and their arms. The compiler has no numbers for them.

use flow_compiler::source::{FileId, Name, Span};
use flow_compiler::syntax::tree::step::{Step, StepKind};
use flow_compiler::syntax::tree::test::{TestItem, TestStep};
use flow_compiler::syntax::tree::{Item, ItemKind};

use super::references::Place;
use crate::snapshot::Snapshot;

/// The kinds of such names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Local {
    /// A contact of a test.
    Contact,
    /// A split of a sequence.
    Split,
    /// An arm of a split.
    Arm,
}

/// A place where such a name stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalName<'a> {
    /// The name.
    pub name: &'a Name,
    /// What it is.
    pub kind: Local,
    /// It is declared here.
    pub declares: bool,
}

/// All such names of an item, in the order of the text.
#[must_use]
pub fn of_item(item: &Item) -> Vec<LocalName<'_>> {
    let mut found = Vec::new();
    match &item.kind {
        ItemKind::Test(test) => contacts(test, &mut found),
        ItemKind::Sequence(sequence) => splits(&sequence.steps, &mut found),
        ItemKind::Enum(_)
        | ItemKind::Contact(_)
        | ItemKind::Event(_)
        | ItemKind::Segment(_)
        | ItemKind::Score(_)
        | ItemKind::Lifecycle(_)
        | ItemKind::Topic(_)
        | ItemKind::Message(_)
        | ItemKind::Limits(_)
        | ItemKind::Calendar(_)
        | ItemKind::Team(_)
        | ItemKind::Sla(_)
        | ItemKind::Moved(_)
        | ItemKind::Retired(_)
        | ItemKind::Broken { .. } => {}
    }
    found.sort_by_key(|local| local.name.span);
    found
}

/// The contact of a test whose name stands at an offset: all its names in the test, and the name under the pointer.
#[must_use]
pub fn contact_at(snapshot: &Snapshot, file: FileId, offset: u32) -> Option<(Span, Vec<Place>)> {
    let items = &snapshot.parsed(file)?.tree.items;
    let item = items.iter().find(|item| item.span.start <= offset && offset <= item.span.end)?;
    let names = of_item(item);
    let contacts = || names.iter().filter(|local| local.kind == Local::Contact);
    let here = contacts().find(|local| local.name.span.start <= offset && offset <= local.name.span.end)?;
    let declared = |local: &&LocalName<'_>| local.name.value == here.name.value;
    // A name that stands for nobody is a mistake.
    contacts().filter(declared).find(|local| local.declares)?;
    let places = contacts().filter(declared).map(|local| Place { span: local.name.span, declares: local.declares });
    Some((here.name.span, places.collect()))
}

/// The names of all contacts of the test that a place belongs to.
#[must_use]
pub fn contacts_around(snapshot: &Snapshot, span: Span) -> Vec<&str> {
    let Some(item) = super::describe::item_at(snapshot, span) else { return Vec::new() };
    let declared = of_item(item).into_iter().filter(|local| local.kind == Local::Contact && local.declares);
    declared.map(|local| local.name.value.as_str()).collect()
}

fn contacts<'a>(test: &'a TestItem, found: &mut Vec<LocalName<'a>>) {
    let mut take = |name, declares| found.push(LocalName { name, kind: Local::Contact, declares });
    for contact in &test.contacts {
        take(&contact.name, true);
    }
    for line in &test.lines {
        match &line.what {
            Some(
                TestStep::Does { contact, .. } | TestStep::Sets { contact, .. } | TestStep::Expect { contact, .. },
            ) => {
                take(contact, false);
            }
            Some(TestStep::Merge { from, into }) => {
                // In quotes stands an identity that is no contact of the test.
                if (from.span.end - from.span.start) as usize == from.value.len() {
                    take(from, false);
                }
                take(into, false);
            }
            None => {}
        }
    }
}

fn splits<'a>(steps: &'a [Step], found: &mut Vec<LocalName<'a>>) {
    for step in steps {
        if let StepKind::Split(split) = &step.kind {
            found.push(LocalName { name: &split.name, kind: Local::Split, declares: true });
            let arms = split.arms.iter().map(|arm| LocalName { name: &arm.name, kind: Local::Arm, declares: true });
            found.extend(arms);
        }
        for block in step.kind.blocks() {
            splits(&block.steps, found);
        }
    }
}
