//! Questions that are answered on the graph.

use std::collections::BTreeSet;

use petgraph::algo::tarjan_scc;

use super::{Edge, Graph, How, Kind, Node};
use crate::Id;
use crate::program::Field;

impl Graph {
    /// What a node reads itself.
    #[must_use]
    pub fn reads(&self, node: Node) -> Vec<Node> {
        self.from(node).filter(|(_, edge)| *edge == Edge::Reads).map(|(other, _)| other).collect()
    }

    /// Who reads a node.
    #[must_use]
    pub fn readers(&self, node: Node) -> Vec<Node> {
        self.to(node).filter(|(_, edge)| *edge == Edge::Reads).map(|(other, _)| other).collect()
    }

    /// What a node causes itself, how, and whether only later.
    #[must_use]
    pub fn causes(&self, node: Node) -> Vec<(Node, How, bool)> {
        self.from(node).filter_map(cause).collect()
    }

    /// What causes a node, how, and whether only later.
    #[must_use]
    pub fn caused_by(&self, node: Node) -> Vec<(Node, How, bool)> {
        self.to(node).filter_map(cause).collect()
    }

    /// Who writes a field of the contact: steps, actions of service levels, and the connector that owns it.
    #[must_use]
    pub fn writers(&self, field: Id<Field>) -> Vec<Node> {
        let causes = self.caused_by(Node::Field(field)).into_iter();
        causes.filter(|(_, how, _)| *how == How::Writes).map(|(writer, ..)| writer).collect()
    }

    /// Everything that a node reads, and what that reads, and so on; without the node itself, unless it reads itself.
    #[must_use]
    pub fn all_reads(&self, node: Node) -> BTreeSet<Node> {
        self.closure([node], |at| self.reads(at))
    }

    /// Everything that may be different when a node is: what it causes and who reads it, and so on.
    #[must_use]
    pub fn impact(&self, node: Node) -> BTreeSet<Node> {
        let begin = std::iter::once(node).chain(self.parts(node));
        let mut found = self.closure(begin, |at| self.forward(at));
        found.retain(|other| other.item() != node);
        found
    }

    /// Everything that a node may depend on: what it reads and what causes it, and so on.
    #[must_use]
    pub fn origins(&self, node: Node) -> BTreeSet<Node> {
        let begin = std::iter::once(node).chain(self.parts(node));
        let mut found = self.closure(begin, |at| {
            let causes = self.caused_by(at).into_iter().map(|(from, ..)| from);
            self.reads(at).into_iter().chain(causes).collect()
        });
        found.retain(|other| other.item() != node);
        found
    }

    /// What no input leads to: nothing that arrives can make it happen or change its value. Declarations that others
    /// only look up (types, topics, channels, calendars, limits and templates) are not asked.
    #[must_use]
    pub fn unreachable(&self) -> BTreeSet<Node> {
        let inputs: Vec<Node> = self.nodes().filter(|node| node.is_input()).collect();
        let reached = self.closure(inputs.iter().copied(), |at| self.forward(at));
        let asked = |kind: Kind| match kind {
            Kind::Behaviour
            | Kind::Segment
            | Kind::Transition
            | Kind::Sequence
            | Kind::Step
            | Kind::Sla
            | Kind::Reminder
            | Kind::Breach
            | Kind::Message => true,
            Kind::Enum
            | Kind::Field
            | Kind::Event
            | Kind::EventField
            | Kind::Score
            | Kind::Rule
            | Kind::Band
            | Kind::Lifecycle
            | Kind::Stage
            | Kind::End
            | Kind::Template
            | Kind::Limits
            | Kind::Topic
            | Kind::Channel
            | Kind::Connector
            | Kind::Team
            | Kind::Calendar => false,
        };
        self.nodes().filter(|node| asked(node.kind()) && !reached.contains(node)).collect()
    }

    /// Circles of causes in which no time passes, each sorted. What reads what is no cause, and a run that waits for
    /// a trigger has let time pass; conditions are not looked at.
    #[must_use]
    pub fn cause_loops(&self) -> Vec<Vec<Node>> {
        let at_once = self.graph.filter_map(
            |_, node| Some(*node),
            |_, edge| match edge {
                Edge::Causes { waits: false, .. } => Some(()),
                Edge::Causes { waits: true, .. } | Edge::Reads => None,
            },
        );
        let mut found: Vec<Vec<Node>> = Vec::new();
        for component in tarjan_scc(&at_once) {
            let round = component.len() > 1 || component.first().is_some_and(|at| at_once.contains_edge(*at, *at));
            if round {
                let mut nodes: Vec<Node> =
                    component.iter().filter_map(|at| at_once.node_weight(*at).copied()).collect();
                nodes.sort_unstable();
                found.push(nodes);
            }
        }
        found.sort();
        found
    }

    fn forward(&self, at: Node) -> Vec<Node> {
        let causes = self.causes(at).into_iter().map(|(to, ..)| to);
        self.readers(at).into_iter().chain(causes).collect()
    }

    fn closure(&self, begin: impl IntoIterator<Item = Node>, next: impl Fn(Node) -> Vec<Node>) -> BTreeSet<Node> {
        let mut found = BTreeSet::new();
        let mut open: Vec<Node> = begin.into_iter().collect();
        while let Some(at) = open.pop() {
            open.extend(next(at).into_iter().filter(|node| found.insert(*node)));
        }
        found
    }
}

fn cause((other, edge): (Node, Edge)) -> Option<(Node, How, bool)> {
    match edge {
        Edge::Causes { how, waits } => Some((other, how, waits)),
        Edge::Reads => None,
    }
}
