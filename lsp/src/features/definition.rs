//! Where a name is declared, and what a path names.

use flow_compiler::source::{FileId, Span};

use super::locals;
use super::lookup::named_at;
use crate::snapshot::Snapshot;

/// Where what stands at an offset is declared; a path leads to the beginning of its file. Empty for what is built in.
#[must_use]
pub fn definition(snapshot: &Snapshot, file: FileId, offset: u32) -> Vec<Span> {
    let references = &snapshot.analysis().references;
    let paths =
        references.files.iter().filter(|(span, _)| span.file == file && span.start <= offset && offset <= span.end);
    let mut found: Vec<Span> = paths.map(|(_, target)| Span::new(*target, 0, 0)).collect();
    let named = named_at(snapshot, file, offset);
    found.extend(named.iter().filter_map(|named| references.declared.get(&named.symbol)));
    if named.is_empty() {
        let places = locals::contact_at(snapshot, file, offset).into_iter().flat_map(|(_, places)| places);
        found.extend(places.filter(|place| place.declares).map(|place| place.span));
    }
    found.sort_unstable();
    found.dedup();
    found
}
