//! Features answer on a text that somebody is just writing: the project of the cases, cut at each word.

use flow_compiler::source::{FileId, Span};
use flow_lsp::Snapshot;
use flow_lsp::features::{causes, folding, formatting, graph, hints, lens, links, selection, semantic, tokens};

use crate::case;

#[test]
fn whatever_is_written_so_far_has_colours_folds_and_lines_above() {
    let whole = case("// nothing\n").snapshot;
    let file = whole.sources.find("world.flow").expect("the world of the cases");
    let text = whole.text(file).to_owned();
    for (number, token) in tokens::tokens(&text).iter().enumerate().filter(|(number, _)| number % 3 == 0) {
        // In the middle of a word, and what stands behind it is gone or stays.
        let cut = token.start + (token.end - token.start).div_ceil(2);
        let Some(before) = text.get(..cut) else { continue };
        let rest = if number % 2 == 0 { "" } else { text.get(token.end..).unwrap_or("") };
        let snapshot = whole.with_text(file, format!("{before}{rest}"));
        asked(&snapshot, file, u32::try_from(cut).expect("a short text"));
    }
}

#[test]
fn whatever_is_written_so_far_of_a_template_has_colours_and_folds() {
    let text = "a {# b #} {% if contact.first_name is defined %}\n{{ event.value | money('x') }}\n{% else %}\u{1F600}{% endif %}";
    let whole = case("// nothing\n").snapshot;
    let file = whole.sources.find("templates/cart.html").expect("the template of the cases");
    for (cut, _) in text.char_indices() {
        let snapshot = whole.with_text(file, text.get(..cut).unwrap_or(""));
        asked(&snapshot, file, u32::try_from(cut).expect("a short text"));
    }
}

/// Asks everything at an offset; each place that is told is inside the text and between characters.
fn asked(snapshot: &Snapshot, file: FileId, offset: u32) {
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
