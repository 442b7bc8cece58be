//! The picture of what stands at a place.

use flow_compiler::source::{FileId, FileKind, Span};
use flow_compiler::syntax::tree::{Item, ItemKind};
use flow_graph::graph::Node;
use flow_graph::picture::{Picture, svg};

use super::causes::item_of;
use super::describe::{item_at, node};
use super::lookup::named_at;
use crate::snapshot::Snapshot;

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// What it shows.
    pub title: String,
    /// As SVG.
    pub svg: String,
}

/// The item around an offset with what it depends on and what follows from it, else that whose name stands there; of the
/// settings the whole project.
#[must_use]
pub fn graph(snapshot: &Snapshot, file: FileId, offset: u32) -> Option<Drawn> {
    let program = &snapshot.analysis().program;
    let graph = snapshot.graph();
    let picture = if snapshot.file(file)?.kind == FileKind::Settings {
        Picture::overview(program, graph, 1)
    } else {
        let item = around(snapshot, file, offset).filter(|item| !graph.address(*item).is_empty())?;
        Picture::item(program, graph, item, 1)
    };
    Some(Drawn { title: picture.title.clone(), svg: svg::svg(&picture) })
}

fn around(snapshot: &Snapshot, file: FileId, offset: u32) -> Option<Node> {
    let at = Span::new(file, offset, offset);
    let item = item_at(snapshot, at);
    let declared = |item: &Item| item.kind.name().and_then(|name| item_of(snapshot, name.span)).and_then(node);
    let limits = |item: &Item| matches!(item.kind, ItemKind::Limits(_)).then_some(Node::Limits);
    let own = item.and_then(|item| limits(item).or_else(|| declared(item)));
    let named = || named_at(snapshot, file, offset).first().and_then(|named| node(named.symbol)).map(Node::item);
    own.or_else(named)
}
