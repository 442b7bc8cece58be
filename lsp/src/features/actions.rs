//! What can be done at a place with one click: mend a mistake, fill in what an item lacks, give a condition a name, begin a
//! test, keep people inside when something has another name now.

mod extract;
mod fill;
pub mod moved;
mod test;

use flow_compiler::diagnostic::{Applicability, Code, Diagnostic, Edit};
use flow_compiler::source::{FileId, Span};
use flow_compiler::syntax::tree::Item;

pub use moved::Renamed;

use crate::snapshot::Snapshot;

/// Something that can be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// What it does.
    pub title: String,
    /// What kind of thing.
    pub what: What,
    /// The edits, in any file.
    pub edits: Vec<Edit>,
    /// The problem that it mends.
    pub mends: Option<Diagnostic>,
    /// It is what the author meant.
    pub preferred: bool,
}

/// The kinds of actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Mends a problem.
    Fix,
    /// Mends all that is sure in a file.
    FixAll,
    /// Takes a part out and gives it a name.
    Extract,
    /// Adds something.
    Add,
}

/// What can be done in a range; `renamed` is what was given other names while the editor was open.
#[must_use]
pub fn actions(snapshot: &Snapshot, range: Span, renamed: &[Renamed]) -> Vec<Action> {
    let mut found = fixes(snapshot, range);
    found.extend(all_fixes(snapshot, range.file));
    if let Some(item) = item_at(snapshot, range) {
        found.extend(fill::missing(snapshot, item));
        found.extend(extract::segment(snapshot, item, range));
        found.extend(test::of_sequence(snapshot, item, range));
    }
    found.extend(moved::moved(snapshot, range, renamed));
    found
}

/// The fixes of the problems that a range touches.
fn fixes(snapshot: &Snapshot, range: Span) -> Vec<Action> {
    let touches = |span: Span| span.file == range.file && span.start <= range.end && range.start <= span.end;
    let here = snapshot.diagnostics().iter().filter(|found| touches(found.primary.span));
    let offers = here.flat_map(|found| found.fixes.iter().map(move |fix| (found, fix)));
    let made = offers.filter(|(_, fix)| fix.applicability != Applicability::Display).map(|(found, fix)| Action {
        title: fix.title.clone(),
        what: What::Fix,
        edits: fix.edits.clone(),
        mends: Some(found.clone()),
        preferred: fix.applicability == Applicability::Safe || found.fixes.len() == 1,
    });
    made.collect()
}

/// All safe fixes of a file at once, as far as they do not touch each other.
fn all_fixes(snapshot: &Snapshot, file: FileId) -> Option<Action> {
    let mut edits: Vec<Edit> = Vec::new();
    for found in snapshot.diagnostics().iter().filter(|found| found.primary.span.file == file) {
        let Some(fix) = found.fixes.iter().find(|fix| fix.applicability == Applicability::Safe) else { continue };
        let free = |edit: &Edit| edits.iter().all(|other| !touch(edit.span, other.span));
        if fix.edits.iter().all(free) {
            edits.extend(fix.edits.iter().cloned());
        }
    }
    let title = "mend all that is sure in this file".to_owned();
    (!edits.is_empty()).then_some(Action { title, what: What::FixAll, edits, mends: None, preferred: false })
}

fn touch(one: Span, other: Span) -> bool {
    one.file == other.file && one.start <= other.end && other.start <= one.end
}

/// The item that a range lies in.
fn item_at(snapshot: &Snapshot, range: Span) -> Option<&Item> {
    let items = &snapshot.parsed(range.file)?.tree.items;
    items.iter().find(|item| item.span.start <= range.start && range.end <= item.span.end)
}

/// Where a line begins that holds an offset.
fn line_start(text: &str, offset: u32) -> u32 {
    let before = text.get(..offset as usize).unwrap_or("");
    u32::try_from(before.rfind('\n').map_or(0, |end| end + 1)).unwrap_or(u32::MAX)
}

/// Where an item begins with the comments that belong to it.
fn above(text: &str, item: Span) -> u32 {
    let mut start = line_start(text, item.start);
    while let Some(before) = start.checked_sub(1) {
        let line = line_start(text, before);
        if !text.get(line as usize..before as usize).is_some_and(|line| line.trim_start().starts_with("//")) {
            break;
        }
        start = line;
    }
    start
}

/// Whether a project has no other errors after edits than before them.
fn harmless(snapshot: &Snapshot, edits: &[Edit]) -> bool {
    let changed = flow_compiler::fix::apply(&snapshot.sources, &edits.iter().collect::<Vec<_>>());
    let after = Snapshot::new(changed, Vec::new());
    let errors = |snapshot: &Snapshot| {
        let found = snapshot.analysis().diagnostics.iter();
        let mut codes: Vec<(Code, String)> = found.map(|found| (found.code, found.message.clone())).collect();
        codes.sort_unstable();
        codes
    };
    errors(snapshot) == errors(&after)
}
