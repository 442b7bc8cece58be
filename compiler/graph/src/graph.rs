//! The graph of a program: who reads whom, and what causes what.
//!
//! It is built from a [`Program`] and only from it, holds every construct, and answers questions: what does this read,
//! what follows from it, who writes that field, which causes come back to themselves. A program whose checks are not
//! finished can be asked, too; what points nowhere is left out.

mod build;
mod edge;
mod names;
mod node;
mod order;
mod questions;
mod uses;

use std::collections::BTreeMap;

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::Program;

pub use edge::{Edge, How};
pub(crate) use names::cause_words;
pub use node::{Kind, Node};
pub use order::{order, read_by};
pub use uses::{Use, uses};

/// The graph of a program.
#[derive(Debug, Clone)]
pub struct Graph {
    /// Nodes in the order of [`Node`], edges in the order of their ends.
    graph: DiGraph<Node, Edge>,
    index: BTreeMap<Node, NodeIndex>,
    addresses: BTreeMap<Node, String>,
    by_address: BTreeMap<String, Node>,
}

impl Graph {
    /// Builds the graph of a program.
    #[must_use]
    pub fn new(program: &Program) -> Self {
        let (nodes, edges) = build::build(program);
        let mut graph = DiGraph::new();
        let index: BTreeMap<Node, NodeIndex> = nodes.iter().map(|node| (*node, graph.add_node(*node))).collect();
        for (from, to, edge) in edges {
            if let (Some(from), Some(to)) = (index.get(&from), index.get(&to)) {
                graph.add_edge(*from, *to, edge);
            }
        }
        let addresses = names::addresses(program, &nodes);
        let by_address = addresses.iter().map(|(node, address)| (address.clone(), *node)).collect();
        Self { graph, index, addresses, by_address }
    }

    /// All nodes, sorted.
    pub fn nodes(&self) -> impl Iterator<Item = Node> {
        self.index.keys().copied()
    }

    /// All edges, sorted: from, to, how.
    pub fn edges(&self) -> impl Iterator<Item = (Node, Node, Edge)> {
        let ends = self.graph.edge_references();
        ends.filter_map(|edge| {
            let node = |at| self.graph.node_weight(at).copied();
            Some((node(edge.source())?, node(edge.target())?, *edge.weight()))
        })
    }

    /// The name of a node in the whole project: `segment.vip`, `sequence.cart.step.send cart_reminder`. It depends on
    /// names and meaning alone. Empty for a node of another program.
    #[must_use]
    pub fn address(&self, node: Node) -> &str {
        self.addresses.get(&node).map_or("", String::as_str)
    }

    /// The node of an address.
    #[must_use]
    pub fn find(&self, address: &str) -> Option<Node> {
        self.by_address.get(address).copied()
    }

    /// The parts of an item: fields of an event, steps of a sequence. An item without parts has none.
    pub fn parts(&self, item: Node) -> impl Iterator<Item = Node> {
        self.nodes().filter(move |node| *node != item && node.item() == item)
    }

    /// The edges that leave a node, by their other end.
    pub fn from(&self, node: Node) -> impl Iterator<Item = (Node, Edge)> {
        self.around(node, Direction::Outgoing).into_iter()
    }

    /// The edges that come to a node, by their other end.
    pub fn to(&self, node: Node) -> impl Iterator<Item = (Node, Edge)> {
        self.around(node, Direction::Incoming).into_iter()
    }

    fn around(&self, node: Node, direction: Direction) -> Vec<(Node, Edge)> {
        let Some(at) = self.index.get(&node) else { return Vec::new() };
        let edges = self.graph.edges_directed(*at, direction);
        let other = |edge: petgraph::graph::EdgeReference<'_, Edge>| {
            let end = if direction == Direction::Outgoing { edge.target() } else { edge.source() };
            Some((self.graph.node_weight(end).copied()?, *edge.weight()))
        };
        let mut found: Vec<(Node, Edge)> = edges.filter_map(other).collect();
        found.sort_unstable();
        found
    }
}
