//! Answers as text: what a reader of the cases wants to see of them.

use flow_compiler::diagnostic::Edit;
use flow_compiler::source::Span;
use flow_lsp::Snapshot;
use flow_lsp::features::actions::{self, Renamed};
use flow_lsp::features::{completion, definition, hover, outline, references, rename, signature};

use crate::{Case, marked};

/// When the cases are asked.
const NOW: &str = "2026-03-24T10:00:00Z";

/// The answer of a feature about a place; of one about a stretch of text see `marked`.
pub(crate) fn answer(feature: &str, case: &Case) -> String {
    let Case { snapshot, file, offset, word } = case;
    let (file, offset) = (*file, *offset);
    match feature {
        "completion" => completions(case),
        "actions" => done(case),
        "definition" => {
            let spans = definition::definition(snapshot, file, offset);
            lines(spans.into_iter().map(|span| place(snapshot, span)))
        }
        "references" => lines(references::references(snapshot, file, offset).into_iter().map(|found| {
            format!("{}{}", place(snapshot, found.span), if found.declares { " (declared)" } else { "" })
        })),
        "rename" => match rename::rename(snapshot, file, offset, word) {
            Ok(edits) => edited(snapshot, &edits),
            Err(why) => format!("refused: {why}"),
        },
        "hover" => hover::hover(snapshot, file, offset, NOW.parse().expect("an instant"))
            .map_or_else(|| "nothing".to_owned(), |hover| format!("{}\n\n{}", place(snapshot, hover.span), hover.text)),
        "signature" => lines(signature::signatures(snapshot, file, offset).into_iter().map(|found| {
            let gap = found
                .active
                .and_then(|active| found.gaps.get(active))
                .and_then(|(from, to)| found.label.get(*from..*to));
            format!("{}   next: {} ({})", found.label, gap.unwrap_or("nothing"), found.doc)
        })),
        "outline" => tree(snapshot, &outline::outline(snapshot, file), 0),
        other => marked::answer(other, case),
    }
}

/// `world.flow:3:5 `name``
pub(crate) fn place(snapshot: &Snapshot, span: Span) -> String {
    let Some(file) = snapshot.file(span.file) else { return "nowhere".to_owned() };
    let at = file.position(span.start);
    format!("{}:{}:{} `{}`", file.path, at.line, at.column, file.slice(span).replace('\n', "⏎"))
}

/// Each line that edits change, before and after.
pub(crate) fn edited(snapshot: &Snapshot, edits: &[Edit]) -> String {
    let changed = flow_compiler::fix::apply(&snapshot.sources, &edits.iter().collect::<Vec<_>>());
    let mut out = String::new();
    for (id, file) in snapshot.sources.iter() {
        let after = changed.get(id).map_or("", |file| &*file.text);
        if after == &*file.text {
            continue;
        }
        let diff = similar::TextDiff::from_lines(&*file.text, after);
        out.push_str(&diff.unified_diff().context_radius(0).header(&file.path, &file.path).to_string());
    }
    out
}

fn tree(snapshot: &Snapshot, entries: &[outline::Entry], depth: usize) -> String {
    let mut out = String::new();
    for entry in entries {
        let detail = if entry.detail.is_empty() { String::new() } else { format!(" — {}", entry.detail) };
        let at = snapshot
            .file(entry.span.file)
            .map(|file| (file.position(entry.span.start).line, file.position(entry.span.end).line));
        let (from, to) = at.unwrap_or_default();
        out.push_str(&format!("{}{:?} {}{detail} [{from}-{to}]\n", "  ".repeat(depth), entry.what, entry.name));
        out.push_str(&tree(snapshot, &entry.children, depth + 1));
    }
    out
}

pub(crate) fn lines(lines: impl IntoIterator<Item = String>) -> String {
    let all: Vec<String> = lines.into_iter().collect();
    if all.is_empty() { "nothing".to_owned() } else { all.join("\n") }
}

fn completions(case: &Case) -> String {
    let Case { snapshot, file, offset, word } = case;
    let (file, offset) = (*file, *offset);
    let found = completion::completions(snapshot, file, offset);
    let shown = found.items.iter().filter(|item| word.is_empty() || item.label.starts_with(word.as_str()));
    let lines = shown.take(40).map(|item| {
        let insert = if item.insert == item.label { String::new() } else { format!(" ⇒ {:?}", item.insert) };
        format!("{} {:?} {} — {}{insert}", item.rank, item.what, item.label, item.detail)
    });
    format!("instead of {}\n{}", place(snapshot, found.span), self::lines(lines))
}

fn done(case: &Case) -> String {
    let Case { snapshot, file, offset, word } = case;
    let (file, offset) = (*file, *offset);
    // The word is how many bytes are selected.
    let to = offset + word.parse().unwrap_or(0);
    let renamed = [Renamed { from: "segment.old_name".to_owned(), to: "segment.new_name".to_owned() }];
    let found = actions::actions(snapshot, Span::new(file, offset, to), &renamed);
    let shown = found.iter().map(|action| {
        let preferred = if action.preferred { ", preferred" } else { "" };
        format!("{:?}{preferred}: {}\n{}", action.what, action.title, edited(snapshot, &action.edits))
    });
    lines(shown)
}
