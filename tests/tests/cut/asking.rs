//! Every question that an editor can ask, at one place.

use flow_compiler::source::{FileId, Span};
use flow_lsp::Snapshot;
use flow_lsp::features::{
    actions, causes, completion, definition, folding, formatting, graph, hints, hover, lens, links, outline,
    references, rename, selection, semantic, signature,
};

/// Asks everything at an offset; nothing may panic, and every place has to be in its file and between characters.
pub(crate) fn ask_everything(snapshot: &Snapshot, file: FileId, offset: u32) {
    let now = "2026-03-24T10:00:00Z".parse().expect("an instant");
    let found = completion::completions(snapshot, file, offset);
    placed(snapshot, found.span);
    definition::definition(snapshot, file, offset).into_iter().for_each(|span| placed(snapshot, span));
    references::references(snapshot, file, offset).into_iter().for_each(|found| placed(snapshot, found.span));
    hover::hover(snapshot, file, offset, now).into_iter().for_each(|found| placed(snapshot, found.span));
    for edit in rename::rename(snapshot, file, offset, "fresh_name").unwrap_or_default() {
        placed(snapshot, edit.span);
    }
    let range = Span::new(file, offset.saturating_sub(20), offset);
    for action in actions::actions(snapshot, range, &[]) {
        action.edits.iter().for_each(|edit| placed(snapshot, edit.span));
    }
    let _ = signature::signatures(snapshot, file, offset);
    let _ = outline::outline(snapshot, file);
    let _ = snapshot.diagnostics();
    whole(snapshot, file, offset);
}

fn placed(snapshot: &Snapshot, span: Span) {
    let text = snapshot.text(span.file);
    assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} is no place of its file");
}

/// What concerns a whole text: each place that is told is inside the text and between characters.
fn whole(snapshot: &Snapshot, file: FileId, offset: u32) {
    let text = snapshot.text(file);
    let inside = |span: Span| assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?}\n{text}");
    let coloured = semantic::semantic(snapshot, file, None);
    for pair in coloured.windows(2) {
        if let [one, next] = pair {
            assert!(one.span.end <= next.span.start, "{one:?} {next:?}\n{text}");
        }
    }
    for word in &coloured {
        inside(word.span);
        assert!(!snapshot.sources.slice(word.span).contains('\n'), "{word:?}\n{text}");
    }
    folding::folding(snapshot, file).into_iter().for_each(|fold| inside(fold.span));
    links::links(snapshot, file).into_iter().for_each(|link| inside(link.span));
    let grown = selection::selection(snapshot, file, &[offset]).concat();
    for pair in grown.windows(2) {
        if let [one, next] = pair {
            assert!(next.start <= one.start && one.end <= next.end && one != next, "{grown:?}\n{text}");
        }
    }
    let end = u32::try_from(text.len()).expect("a short text");
    hints::hints(snapshot, file, 0..end).into_iter().for_each(|hint| inside(hint.span));
    lens::lenses(snapshot, file, None).into_iter().for_each(|lens| inside(lens.span));
    let layout = formatting::formatting(snapshot, file, None).expect("a layout that means the same");
    let typed = ["\n", "}"].into_iter().flat_map(|typed| formatting::typed(snapshot, file, offset, typed));
    layout.into_iter().chain(typed).for_each(|edit| inside(edit.span));
    if let Some(link) = causes::prepare(snapshot, file, offset) {
        let around = [causes::incoming(snapshot, &link.address), causes::outgoing(snapshot, &link.address)].concat();
        let within = |span: &Span| snapshot.file(span.file).is_some_and(|file| span.end as usize <= file.text.len());
        assert!(around.iter().flat_map(|link| &link.places).all(within), "{around:?}\n{text}");
    }
    let drawn = graph::graph(snapshot, file, offset);
    assert!(drawn.is_none_or(|drawn| drawn.svg.starts_with("<svg")), "{text}");
}
