//! What may be different because of a change: everything that it leads to in the graph.

use std::collections::BTreeMap;

use flow_graph::Program;
use flow_graph::graph::{Graph, Kind, Node};

use super::change::Change;

/// Notes at each change which items depend on it: as the project is now, or as it was of what is gone.
pub(crate) fn note(changes: &mut [Change], named: &Program, new: &Program) {
    if changes.is_empty() {
        return;
    }
    let (before, after) = (Graph::new(named), Graph::new(new));
    let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for change in changes {
        let found = known.entry(change.item.clone()).or_insert_with(|| {
            [&after, &before].into_iter().find_map(|graph| of(graph, &change.item)).unwrap_or_default()
        });
        change.affects.clone_from(found);
    }
}

fn of(graph: &Graph, item: &str) -> Option<Vec<String>> {
    // The contact as a whole is no node: its fields are.
    let nodes: Vec<Node> = if item == "contact" {
        graph.nodes().filter(|node| node.kind() == Kind::Field).collect()
    } else {
        vec![graph.find(item)?]
    };
    let mut found: Vec<String> = nodes
        .into_iter()
        .flat_map(|node| graph.impact(node))
        .map(Node::item)
        .filter(|node| tells(node.kind()))
        .map(|node| graph.address(node).to_owned())
        .filter(|address| address != item)
        .collect();
    found.sort_unstable();
    found.dedup();
    Some(found)
}

/// Items that a reviewer thinks in.
fn tells(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Score
            | Kind::Segment
            | Kind::Lifecycle
            | Kind::Sequence
            | Kind::Sla
            | Kind::Message
            | Kind::Connector
            | Kind::Team
    )
}
