//! The graph in lines: each item with what it goes by and what it leads to.

use std::collections::{BTreeMap, BTreeSet};

use flow_graph::graph::{Edge, Graph, How, Kind, Node};
use flow_graph::program::builtin;

use super::Drawing;
use crate::layout::hanging;
use crate::terminal::{BOLD, CYAN, DIM, Terminal};

/// The graph as text.
pub(super) fn text(drawing: &Drawing<'_>, terminal: &Terminal) -> String {
    match drawing.item {
        Some(item) => of_item(drawing.graph, item, terminal),
        None => of_project(drawing, terminal),
    }
}

/// All items by kind; behind each what it goes by (`<-`) and what it leads to (`->`).
fn of_project(drawing: &Drawing<'_>, terminal: &Terminal) -> String {
    let graph = drawing.graph;
    let mut kinds: BTreeMap<Kind, Vec<Node>> = BTreeMap::new();
    for node in graph.nodes().filter(|node| node.item() == *node && told(*node)) {
        kinds.entry(node.kind()).or_default().push(node);
    }
    let mut out = String::new();
    for (kind, nodes) in kinds {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&terminal.paint(BOLD, heading(kind)));
        out.push('\n');
        for node in nodes {
            out.push_str(&format!("  {}\n", terminal.paint(CYAN, name(graph, node))));
            let (from, to) = around(graph, node);
            for (sign, others) in [("<-", from), ("->", to)] {
                if !others.is_empty() {
                    out.push_str(&hanging(&format!("    {sign} "), &others.join(", "), terminal.width));
                }
            }
        }
    }
    let fingerprint = flow_graph::canonical::fingerprint_of(drawing.program);
    let short = fingerprint.get(..16).unwrap_or(&fingerprint);
    let line = format!("\nfingerprint {short}  (`--format svg --out FILE` draws it)\n");
    out.push_str(&terminal.paint(DIM, &line));
    out
}

/// What `flow graph` without an item tells of; everything else is found under those.
fn told(node: Node) -> bool {
    if let Node::Event(id) = node {
        return id.index() >= builtin::NAMES.len();
    }
    matches!(
        node.kind(),
        Kind::Event
            | Kind::Score
            | Kind::Segment
            | Kind::Lifecycle
            | Kind::Sequence
            | Kind::Sla
            | Kind::Message
            | Kind::Connector
            | Kind::Team
    )
}

fn heading(kind: Kind) -> &'static str {
    match kind {
        Kind::Event => "Events",
        Kind::Score => "Scores",
        Kind::Segment => "Segments",
        Kind::Lifecycle => "Lifecycles",
        Kind::Sequence => "Sequences",
        Kind::Sla => "Service levels",
        Kind::Message => "Messages",
        Kind::Connector => "Connectors",
        Kind::Team => "Teams",
        Kind::Enum
        | Kind::Field
        | Kind::EventField
        | Kind::Behaviour
        | Kind::Rule
        | Kind::Band
        | Kind::Stage
        | Kind::Transition
        | Kind::Step
        | Kind::End
        | Kind::Reminder
        | Kind::Breach
        | Kind::Template
        | Kind::Limits
        | Kind::Topic
        | Kind::Channel
        | Kind::Calendar => kind.word(),
    }
}

fn name(graph: &Graph, node: Node) -> &str {
    let address = graph.address(node);
    address.split_once('.').map_or(address, |(_, name)| name)
}

/// Items that an item goes by, and those that it leads to; each once, in the order of their kinds.
fn around(graph: &Graph, item: Node) -> (Vec<String>, Vec<String>) {
    let (mut from, mut to) = (BTreeSet::new(), BTreeSet::new());
    for part in std::iter::once(item).chain(graph.parts(item)) {
        for (other, edge) in graph.from(part) {
            match edge {
                Edge::Reads => from.extend(seen(graph, other, true)),
                Edge::Causes { how: How::Reports, .. } => {}
                Edge::Causes { .. } => to.extend(seen(graph, other, false)),
            }
        }
        for (other, edge) in graph.to(part) {
            match edge {
                Edge::Reads => to.extend(seen(graph, other, false)),
                Edge::Causes { how: How::Reports, .. } => {}
                Edge::Causes { .. } => from.extend(seen(graph, other, true)),
            }
        }
    }
    let words = |nodes: BTreeSet<Node>| {
        nodes.into_iter().filter(|node| *node != item).map(|node| name(graph, node).to_owned()).collect()
    };
    (words(from), words(to))
}

/// A figure stands for the events that it is taken of, or for those who read it.
fn seen(graph: &Graph, node: Node, back: bool) -> Vec<Node> {
    if node.kind() != Kind::Behaviour {
        return vec![node.item()];
    }
    let beyond = if back { graph.reads(node) } else { graph.readers(node) };
    beyond.into_iter().map(Node::item).collect()
}

/// What is told of one item, in this order.
const SECTIONS: [&str; 4] = ["reads", "caused by", "causes", "read by"];

/// One item: what it reads, what causes it, what it causes, who reads it.
fn of_item(graph: &Graph, item: Node, terminal: &Terminal) -> String {
    let mut found: BTreeMap<(usize, &str), BTreeSet<&str>> = BTreeMap::new();
    for part in std::iter::once(item).chain(graph.parts(item)) {
        let out = graph.from(part).map(|(other, edge)| (other, edge, true));
        for (other, edge, out) in out.chain(graph.to(part).map(|(other, edge)| (other, edge, false))) {
            let (section, how) = match (edge, out) {
                (Edge::Reads, true) => (0, None),
                (Edge::Reads, false) => (3, None),
                (Edge::Causes { how: How::Reports, .. }, _) => continue,
                (Edge::Causes { how, .. }, false) => (1, Some(how.word())),
                (Edge::Causes { how, .. }, true) => (2, Some(how.word())),
            };
            if other.item() != item {
                found.entry((section, graph.address(other))).or_default().extend(how);
            }
        }
    }
    let mut out = format!("{}\n", terminal.paint(BOLD, graph.address(item)));
    if found.is_empty() {
        out.push_str("  nothing reads it, and nothing comes of it\n");
    }
    for (section, title) in SECTIONS.iter().enumerate() {
        let mut mine = found.iter().filter(|((of, _), _)| *of == section).peekable();
        if mine.peek().is_some() {
            out.push_str(&format!("  {}\n", terminal.paint(CYAN, title)));
        }
        for ((_, address), hows) in mine {
            let hows: Vec<&str> = hows.iter().copied().collect();
            let how = if hows.is_empty() { String::new() } else { format!("  ({})", hows.join(", ")) };
            out.push_str(&hanging("    ", &format!("{address}{how}"), terminal.width));
        }
    }
    out
}
