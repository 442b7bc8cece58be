//! Stretches of a text as text: colours, folds.

use flow_compiler::source::Span;
use flow_lsp::Snapshot;
use flow_lsp::features::folding::Fold;
use flow_lsp::features::semantic::Coloured;

/// `3:5 Field email, declared`
pub(crate) fn word(snapshot: &Snapshot, word: Coloured) -> String {
    let traits = word.traits;
    let all = [
        (traits.declares, "declared"),
        (traits.built_in, "built in"),
        (traits.constant, "constant"),
        (traits.doc, "doc"),
    ];
    let more: Vec<&str> = all.into_iter().filter(|(set, _)| *set).map(|(_, name)| name).collect();
    let more = if more.is_empty() { String::new() } else { format!("  ({})", more.join(", ")) };
    format!("{} {:?} {}{more}", at(snapshot, word.span), word.class, snapshot.sources.slice(word.span))
}

/// `Block 2:5-4:1`
pub(crate) fn fold(snapshot: &Snapshot, fold: Fold) -> String {
    format!("{:?} {}-{}", fold.kind, at(snapshot, fold.span), at(snapshot, fold.span.after()))
}

/// `line:column`
fn at(snapshot: &Snapshot, span: Span) -> String {
    let place = snapshot.file(span.file).map(|file| file.position(span.start));
    place.map_or_else(|| "nowhere".to_owned(), |place| format!("{}:{}", place.line, place.column))
}
