//! Stretches of a text as text: colours, folds, lines above declarations, causes.

use std::collections::BTreeMap;

use flow_compiler::source::Span;
use flow_lsp::Snapshot;
use flow_lsp::features::causes::Link;
use flow_lsp::features::folding::Fold;
use flow_lsp::features::lens::{Act, Lens};
use flow_lsp::features::semantic::Coloured;
use flow_lsp::features::{causes, folding, formatting, graph, hints, lens, links, selection, semantic};
use flow_lsp::host::People;

use crate::Case;
use crate::shown::{edited, lines, place};

/// The answer of a feature.
pub(crate) fn answer(feature: &str, case: &Case) -> String {
    let Case { snapshot, file, offset, word: asked } = case;
    let (file, offset) = (*file, *offset);
    match feature {
        "semantic" => lines(semantic::semantic(snapshot, file, None).into_iter().map(|found| word(snapshot, found))),
        "folding" => lines(folding::folding(snapshot, file).into_iter().map(|found| fold(snapshot, found))),
        "selection" => {
            let spans = selection::selection(snapshot, file, &[offset]).concat();
            lines(spans.into_iter().map(|span| place(snapshot, span)))
        }
        "links" => lines(
            links::links(snapshot, file)
                .into_iter()
                .map(|link| format!("{} to {}", place(snapshot, link.span), snapshot.sources.path(link.target))),
        ),
        "formatting" => {
            // `$0:one` lays out what the cursor touches, `$0:}` and `$0:line` are what was typed.
            let edits = match asked.as_str() {
                "one" => formatting::formatting(snapshot, file, Some(offset..offset)),
                "line" => Ok(formatting::typed(snapshot, file, offset, "\n")),
                "}" => Ok(formatting::typed(snapshot, file, offset, "}")),
                _ => formatting::formatting(snapshot, file, None),
            };
            let edits = edits.expect("a layout that means the same");
            let spaces = edits.iter().filter(|edit| snapshot.sources.slice(edit.span).trim().is_empty()).count();
            format!("{}{} edits, {spaces} of spaces", edited(snapshot, &edits), edits.len())
        }
        "hints" => {
            let all = 0..u32::try_from(snapshot.text(file).len()).expect("a short text");
            lines(
                hints::hints(snapshot, file, all)
                    .into_iter()
                    .map(|hint| format!("{}  {}\n    {}", place(snapshot, hint.span), hint.label, hint.tooltip)),
            )
        }
        "lens" => {
            let counted = people();
            let people = (asked == "people").then_some(&counted);
            lines(lens::lenses(snapshot, file, people).into_iter().map(|found| above(snapshot, &found)))
        }
        "causes" => around(snapshot, causes::prepare(snapshot, file, offset).as_ref()),
        "graph" => graph::graph(snapshot, file, offset)
            .map_or_else(|| "nothing".to_owned(), |drawn| format!("{}\n{}", drawn.title, written(&drawn.svg))),
        other => panic!("there is no feature `{other}`"),
    }
}

/// `3:5 Field email, declared`
fn word(snapshot: &Snapshot, word: Coloured) -> String {
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
fn fold(snapshot: &Snapshot, fold: Fold) -> String {
    format!("{:?} {}-{}", fold.kind, at(snapshot, fold.span), at(snapshot, fold.span.after()))
}

/// `line:column`
fn at(snapshot: &Snapshot, span: Span) -> String {
    let place = snapshot.file(span.file).map(|file| file.position(span.start));
    place.map_or_else(|| "nowhere".to_owned(), |place| format!("{}:{}", place.line, place.column))
}

/// `3:9 2 references: main.flow:5:3 …`
fn above(snapshot: &Snapshot, lens: &Lens) -> String {
    let act = match &lens.act {
        Act::Tell => String::new(),
        Act::References(places) => {
            let places: Vec<String> = places.iter().map(|span| place(snapshot, *span)).collect();
            format!(": {}", places.join(", "))
        }
        Act::RunTest(name) => format!(": `{name}`"),
        Act::ShowGraph => ": its picture".to_owned(),
    };
    format!("{} {}{act}", at(snapshot, lens.span), lens.title)
}

/// What a daemon knows of a project that may have these.
fn people() -> People {
    let of = |all: &[(&str, u64)]| {
        all.iter().map(|(name, number)| ((*name).to_owned(), *number)).collect::<BTreeMap<_, _>>()
    };
    People {
        segments: of(&[("often", 1), ("gone", 9)]),
        sequences: of(&[("welcome", 12)]),
        steps: of(&[("welcome.first", 7), ("welcome.inner", 0)]),
        stages: of(&[("way.begun", 2)]),
    }
}

/// An item with its causes and its effects.
fn around(snapshot: &Snapshot, link: Option<&Link>) -> String {
    let Some(link) = link else { return "nothing".to_owned() };
    let mut out = format!("{} ({}) {}", link.address, link.detail, place(snapshot, link.name_at));
    let mut told = |title: &str, links: Vec<Link>| {
        for link in links {
            let places: Vec<String> = link.places.iter().map(|span| place(snapshot, *span)).collect();
            let at = place(snapshot, link.name_at);
            out.push_str(&format!("\n{title} {} ({}) {at}\n    at {}", link.address, link.detail, places.join(", ")));
        }
    };
    told("caused by", causes::incoming(snapshot, &link.address));
    told("causes", causes::outgoing(snapshot, &link.address));
    out
}

/// What can be read in a picture.
fn written(svg: &str) -> String {
    let texts = svg.split("<text").skip(1).filter_map(|rest| rest.split_once('>')?.1.split_once("</text>"));
    texts.map(|(text, _)| text.to_owned()).collect::<Vec<_>>().join(" | ")
}
