//! A part of a condition as a segment of its own.

use flow_compiler::diagnostic::Edit;
use flow_compiler::names::{Kind, Symbol};
use flow_compiler::source::Span;
use flow_compiler::syntax::tree::Item;

use super::{Action, What, above, harmless};
use crate::features::expressions;
use crate::features::lookup::written;
use crate::snapshot::Snapshot;

/// Offers to make a segment of what is selected, if that is a condition which means the same there.
pub(super) fn segment(snapshot: &Snapshot, item: &Item, range: Span) -> Option<Action> {
    let text = snapshot.text(range.file);
    let selected = text.get(range.start as usize..range.end as usize)?;
    let begin = range.start + u32::try_from(selected.len() - selected.trim_start().len()).ok()?;
    let condition = selected.trim();
    let span = Span::new(range.file, begin, begin + u32::try_from(condition.len()).ok()?);
    if condition.is_empty() || condition.starts_with("in segment ") {
        return None;
    }
    let mut whole = false;
    expressions::spans(item, &mut |part| whole |= part == span);
    if !whole {
        return None;
    }
    let name = free_name(snapshot);
    let lines: Vec<&str> = condition.lines().map(str::trim).collect();
    let body =
        if lines.len() == 1 { format!("{{ {condition} }}") } else { format!("{{\n  {}\n}}", lines.join("\n  ")) };
    let at = above(text, item.span);
    let edits = vec![
        Edit { span: Span::new(range.file, at, at), text: format!("segment {name} {body}\n\n") },
        Edit { span, text: format!("in segment {name}") },
    ];
    let title = format!("make a segment of `{}`", shortened(condition));
    harmless(snapshot, &edits).then_some(Action { title, what: What::Extract, edits, mends: None, preferred: false })
}

fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 40 { line } else { format!("{}…", line.chars().take(39).collect::<String>()) }
}

/// A name that no segment has.
fn free_name(snapshot: &Snapshot) -> String {
    let declared = &snapshot.analysis().references.declared;
    let segments: Vec<String> = declared
        .keys()
        .filter(|symbol| matches!(symbol, Symbol::Item(Kind::Segment, _)))
        .map(|symbol| written(snapshot, *symbol))
        .collect();
    let names = std::iter::once("new_segment".to_owned()).chain((2..).map(|number| format!("new_segment_{number}")));
    names.into_iter().find(|name| !segments.contains(name)).unwrap_or_default()
}
