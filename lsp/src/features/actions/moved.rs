//! `moved`, so that people who are inside of something stay inside when it has another name now.

use flow_compiler::diagnostic::Edit;
use flow_compiler::names::{Kind, Symbol};
use flow_compiler::source::Span;
use flow_compiler::syntax::tree::ItemKind;

use super::{Action, What};
use crate::features::describe::title;
use crate::features::lookup::named_at;
use crate::snapshot::Snapshot;

/// Something that was given another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    /// Its address before: `segment.engaged`.
    pub from: String,
    /// Its address now.
    pub to: String,
}

/// The address of something that people can be inside of, under a name; none for what nobody can be inside of.
#[must_use]
pub fn address(snapshot: &Snapshot, symbol: Symbol, name: &str) -> Option<String> {
    match symbol {
        Symbol::Item(kind, _) => Some(format!("{}.{name}", keyword(kind)?)),
        Symbol::Member(kind, number, _) => {
            let part = match kind {
                Kind::Score => "band",
                Kind::Lifecycle => "stage",
                Kind::Sequence => "step",
                Kind::Enum
                | Kind::Field
                | Kind::Event
                | Kind::Segment
                | Kind::Topic
                | Kind::Channel
                | Kind::Connector
                | Kind::Message
                | Kind::Calendar
                | Kind::Team
                | Kind::Sla
                | Kind::Test => return None,
            };
            let owner = title(snapshot, Symbol::Item(kind, number));
            let owner = owner.split(' ').nth(1)?.to_owned();
            Some(format!("{}.{owner}.{part}.{name}", keyword(kind)?))
        }
    }
}

fn keyword(kind: Kind) -> Option<&'static str> {
    let inside = [Kind::Segment, Kind::Score, Kind::Lifecycle, Kind::Message, Kind::Sequence, Kind::Sla];
    inside.contains(&kind).then(|| kind.noun())
}

/// Offers to write `moved` for what stands at a place, if it was given another name.
pub(super) fn moved(snapshot: &Snapshot, range: Span, renamed: &[Renamed]) -> Option<Action> {
    let named = named_at(snapshot, range.file, range.start).into_iter().find(|named| named.declares)?;
    let now = address(snapshot, named.symbol, snapshot.sources.slice(named.span))?;
    let before = first_name(renamed, &now)?;
    if snapshot.trees().flat_map(|parsed| &parsed.tree.items).any(|item| is_moved(snapshot, &item.kind, &before)) {
        return None;
    }
    let clause = format!("moved {before} to {now}");
    let end = u32::try_from(snapshot.text(range.file).len()).ok()?;
    let gap = if snapshot.text(range.file).ends_with('\n') { "\n" } else { "\n\n" };
    let edits = vec![Edit { span: Span::new(range.file, end, end), text: format!("{gap}{clause}\n") }];
    let title = format!("write `{clause}`, so that people inside stay");
    Some(Action { title, what: What::Add, edits, mends: None, preferred: false })
}

/// What something was called before all that it was called since.
fn first_name(renamed: &[Renamed], now: &str) -> Option<String> {
    let mut name = now.to_owned();
    for step in renamed.iter().rev() {
        if step.to == name {
            name.clone_from(&step.from);
        }
    }
    (name != now).then_some(name)
}

fn is_moved(snapshot: &Snapshot, kind: &ItemKind, before: &str) -> bool {
    if let ItemKind::Moved(item) = kind { snapshot.sources.slice(item.from.span) == before } else { false }
}
