//! Where a name is used.

use flow_compiler::names::Symbol;
use flow_compiler::source::{FileId, Span};

use super::locals;
use super::lookup::named_at;
use crate::snapshot::Snapshot;

/// A place at which a name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The name.
    pub span: Span,
    /// It is declared here.
    pub declares: bool,
}

/// All places of what stands at an offset, in all files, in the order of the text. The name of a contact of a test counts in
/// its test alone.
#[must_use]
pub fn references(snapshot: &Snapshot, file: FileId, offset: u32) -> Vec<Place> {
    let mut found: Vec<Place> = Vec::new();
    for named in named_at(snapshot, file, offset) {
        found.extend(of_symbol(snapshot, named.symbol));
    }
    if found.is_empty() {
        found.extend(locals::contact_at(snapshot, file, offset).into_iter().flat_map(|(_, places)| places));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// All places of something.
#[must_use]
pub fn of_symbol(snapshot: &Snapshot, symbol: Symbol) -> Vec<Place> {
    let references = &snapshot.analysis().references;
    let declared = references.declared.get(&symbol).map(|span| Place { span: *span, declares: true });
    let used = references.uses.iter().filter(|(_, used)| *used == symbol);
    declared.into_iter().chain(used.map(|(span, _)| Place { span: *span, declares: false })).collect()
}
