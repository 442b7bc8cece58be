//! What makes something happen, and what it makes happen: the calls of this language.
//!
//! What happens causes what it triggers, and a figure is moved by what it is made of: who opens a segment finds the events and
//! fields that it looks at.

use std::collections::BTreeMap;

use flow_compiler::names::{Kind, Symbol};
use flow_compiler::source::{FileId, Span};
use flow_graph::graph::{Edge, Kind as NodeKind, Node};

use super::describe::{item_at, node};
use super::lookup::{named_at, owner, written};
use crate::snapshot::Snapshot;

/// An item among causes and effects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its name in the whole project: `segment.vip`. By it the item is found again in a text that has changed.
    pub address: String,
    /// What it is called.
    pub name: String,
    /// What it is, and in which ways one causes the other.
    pub detail: String,
    /// What it is.
    pub kind: Kind,
    /// All of it; of what is declared nowhere the place that names it.
    pub span: Span,
    /// Its name.
    pub name_at: Span,
    /// In the cause the places that name the effect; else the name of the cause.
    pub places: Vec<Span>,
}

/// The item that is named at an offset, else the one around it.
#[must_use]
pub fn prepare(snapshot: &Snapshot, file: FileId, offset: u32) -> Option<Link> {
    let named = named_at(snapshot, file, offset).first().map(|named| owner(named.symbol).unwrap_or(named.symbol));
    let around = || {
        let item = item_at(snapshot, Span::new(file, offset, offset))?;
        item_of(snapshot, item.kind.name()?.span)
    };
    let symbol = named.filter(|symbol| node(*symbol).is_some()).or_else(around)?;
    let used = named_at(snapshot, file, offset).first().map(|named| named.span);
    link(snapshot, symbol, used)
}

/// What causes the item of an address.
#[must_use]
pub fn incoming(snapshot: &Snapshot, address: &str) -> Vec<Link> {
    linked(snapshot, address, false)
}

/// What the item of an address causes.
#[must_use]
pub fn outgoing(snapshot: &Snapshot, address: &str) -> Vec<Link> {
    linked(snapshot, address, true)
}

/// What is declared by the name at a place.
#[must_use]
pub fn item_of(snapshot: &Snapshot, name: Span) -> Option<Symbol> {
    let declared = &snapshot.analysis().references.declared;
    declared.iter().find(|(_, span)| **span == name).map(|(symbol, _)| *symbol)
}

fn linked(snapshot: &Snapshot, address: &str, out: bool) -> Vec<Link> {
    let Some((center, own)) = snapshot.graph().find(address).and_then(|node| Some((node.item(), symbol(node.item())?)))
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (other, ways) in ends(snapshot, center, out) {
        let Some(symbol) = symbol(other) else { continue };
        let (cause, effect) = if out { (own, symbol) } else { (symbol, own) };
        let in_cause = uses_in(snapshot, cause, effect);
        let in_effect = || uses_in(snapshot, effect, cause).first().copied();
        // What is built in is shown where the other names it.
        let shown = if out { in_cause.first().copied() } else { in_effect() };
        let Some(link) = link(snapshot, symbol, shown) else { continue };
        let name_at = snapshot.analysis().references.declared.get(&cause).copied();
        let places = if in_cause.is_empty() { name_at.or(shown).into_iter().collect() } else { in_cause };
        found.push(Link { detail: format!("{}: {}", link.detail, ways.join(", ")), places, ..link });
    }
    found
}

/// The items at the other ends of causes, with the words for them.
fn ends(snapshot: &Snapshot, center: Node, out: bool) -> BTreeMap<Node, Vec<&'static str>> {
    let graph = snapshot.graph();
    let mut found: BTreeMap<Node, Vec<&'static str>> = BTreeMap::new();
    let mut take = |other: Node, word: &'static str| {
        let words = found.entry(other.item()).or_default();
        if other.item() != center && !words.contains(&word) {
            words.push(word);
        }
    };
    let parts: Vec<Node> = std::iter::once(center).chain(graph.parts(center)).collect();
    for part in parts {
        let around: Vec<(Node, Edge)> = if out { graph.from(part).collect() } else { graph.to(part).collect() };
        for (other, edge) in around {
            if let Edge::Causes { how, .. } = edge {
                take(other, how.word());
            }
        }
        // A figure changes with what it reads.
        let moved = if out { graph.readers(part) } else { graph.reads(part) };
        let through = |node: Node| match (node.kind() == NodeKind::Behaviour, out) {
            (true, true) => graph.readers(node),
            (true, false) => graph.reads(node),
            (false, _) => vec![node],
        };
        for other in moved.into_iter().flat_map(through) {
            let figure = if out { other } else { part };
            if is_figure(figure) && is_moving(other) {
                take(other, "moves");
            }
        }
    }
    found.remove(&center);
    found
}

/// What is worked out from other things by itself.
fn is_figure(node: Node) -> bool {
    matches!(node.kind(), NodeKind::Segment | NodeKind::Score | NodeKind::Rule | NodeKind::Band | NodeKind::Transition)
}

/// What can be otherwise tomorrow.
fn is_moving(node: Node) -> bool {
    matches!(
        node.item().kind(),
        NodeKind::Field
            | NodeKind::Event
            | NodeKind::Segment
            | NodeKind::Score
            | NodeKind::Lifecycle
            | NodeKind::Sequence
    )
}

/// Where the declaration of one thing names another.
fn uses_in(snapshot: &Snapshot, item: Symbol, named: Symbol) -> Vec<Span> {
    let references = &snapshot.analysis().references;
    let Some(declared) = references.declared.get(&item) else { return Vec::new() };
    let Some(around) = item_at(snapshot, *declared).map(|item| item.span) else { return Vec::new() };
    let from = references.uses.partition_point(|(span, _)| (span.file, span.start) < (around.file, around.start));
    let inside = references.uses.iter().skip(from);
    let inside = inside.take_while(|(span, _)| span.file == around.file && span.start < around.end);
    let same = |symbol: Symbol| symbol == named || owner(symbol) == Some(named);
    let mut found: Vec<Span> = inside.filter(|(_, symbol)| same(*symbol)).map(|(span, _)| *span).collect();
    found.dedup();
    found
}

/// Something as an end of a cause; what is declared nowhere stands where it is used.
fn link(snapshot: &Snapshot, symbol: Symbol, used: Option<Span>) -> Option<Link> {
    let Symbol::Item(kind, _) = symbol else { return None };
    let address = snapshot.graph().address(node(symbol)?).to_owned();
    let name_at = snapshot.analysis().references.declared.get(&symbol).copied().or(used)?;
    let field = kind == Kind::Field;
    let span =
        item_at(snapshot, name_at).filter(|item| !field && item.kind.name().is_some_and(|name| name.span == name_at));
    (!address.is_empty()).then(|| Link {
        address,
        name: written(snapshot, symbol),
        detail: kind.noun().to_owned(),
        kind,
        span: span.map_or(name_at, |item| item.span),
        name_at,
        places: Vec::new(),
    })
}

/// What a node is declared as, if an author can name it.
fn symbol(node: Node) -> Option<Symbol> {
    let of = |kind: Kind, index: usize| Some(Symbol::Item(kind, u32::try_from(index).ok()?));
    match node.item() {
        Node::Enum(id) => of(Kind::Enum, id.index()),
        Node::Field(id) => of(Kind::Field, id.index()),
        Node::Event(id) => of(Kind::Event, id.index()),
        Node::Score(id) => of(Kind::Score, id.index()),
        Node::Segment(id) => of(Kind::Segment, id.index()),
        Node::Lifecycle(id) => of(Kind::Lifecycle, id.index()),
        Node::Sequence(id) => of(Kind::Sequence, id.index()),
        Node::Sla(id) => of(Kind::Sla, id.index()),
        Node::Message(id) => of(Kind::Message, id.index()),
        Node::Topic(id) => of(Kind::Topic, id.index()),
        Node::Channel(id) => of(Kind::Channel, id.index()),
        Node::Connector(id) => of(Kind::Connector, id.index()),
        Node::Team(id) => of(Kind::Team, id.index()),
        Node::Calendar(id) => of(Kind::Calendar, id.index()),
        Node::Behaviour(_)
        | Node::Template(_)
        | Node::Limits
        | Node::EventField(..)
        | Node::Rule(..)
        | Node::Band(..)
        | Node::Stage(..)
        | Node::Transition(..)
        | Node::Step(..)
        | Node::End(_)
        | Node::Reminder(..)
        | Node::Breach(_) => None,
    }
}
