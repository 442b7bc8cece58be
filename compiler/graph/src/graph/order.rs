//! Who reads whom among scores and segments: the order in which they are worked out.

use petgraph::algo::{tarjan_scc, toposort};
use petgraph::graph::{DiGraph, NodeIndex};

use super::uses::{Use, uses};
use crate::Expr;
use crate::program::{Derived, Program};

/// An order in which each comes after all that it reads; else the circles, each in the order of reading.
///
/// # Errors
/// When some read each other, each such circle: its first reads the second, and its last reads the first.
pub fn order(program: &Program) -> Result<Vec<Derived>, Vec<Vec<Derived>>> {
    let graph = graph(program);
    match toposort(&graph, None) {
        Ok(nodes) => Ok(nodes.into_iter().rev().filter_map(|node| graph.node_weight(node).copied()).collect()),
        Err(_) => Err(circles(&graph)),
    }
}

/// What a score or a segment reads of the others, by number.
#[must_use]
pub fn read_by(program: &Program, derived: Derived) -> Vec<Derived> {
    let conditions: Vec<&Expr> = match derived {
        Derived::Segment(id) => program.segments.get(id).map(|segment| &segment.condition).into_iter().collect(),
        Derived::Score(id) => {
            program.scores.get(id).into_iter().flat_map(|s| s.fit.iter().map(|rule| &rule.when)).collect()
        }
    };
    let mut found = Vec::new();
    for condition in conditions {
        uses(condition, &mut |used| found.extend(derived_of(used)));
    }
    found.sort_by_key(|derived| key(*derived));
    found.dedup();
    found
}

fn derived_of(used: Use<'_>) -> Option<Derived> {
    match used {
        Use::Segment(id) => Some(Derived::Segment(id)),
        Use::Score(score) | Use::Band(score, _) => Some(Derived::Score(score)),
        Use::Field(_)
        | Use::This(_)
        | Use::ThisMeta
        | Use::Trigger(_)
        | Use::TriggerMeta
        | Use::Key
        | Use::Behaviour(_)
        | Use::Stage(..)
        | Use::Sequence(_)
        | Use::Template(_) => None,
    }
}

fn key(derived: Derived) -> (u8, usize) {
    match derived {
        Derived::Score(id) => (0, id.index()),
        Derived::Segment(id) => (1, id.index()),
    }
}

/// An edge leads from who reads to what is read.
fn graph(program: &Program) -> DiGraph<Derived, ()> {
    let mut graph = DiGraph::new();
    let scores: Vec<NodeIndex> = program.scores.ids().map(|id| graph.add_node(Derived::Score(id))).collect();
    let segments: Vec<NodeIndex> = program.segments.ids().map(|id| graph.add_node(Derived::Segment(id))).collect();
    let node = |derived: Derived| match derived {
        Derived::Score(id) => scores.get(id.index()).copied(),
        Derived::Segment(id) => segments.get(id.index()).copied(),
    };
    let all = program.scores.ids().map(Derived::Score).chain(program.segments.ids().map(Derived::Segment));
    for reader in all {
        for read in read_by(program, reader) {
            if let (Some(from), Some(to)) = (node(reader), node(read)) {
                graph.add_edge(from, to, ());
            }
        }
    }
    graph
}

fn circles(graph: &DiGraph<Derived, ()>) -> Vec<Vec<Derived>> {
    let mut found: Vec<Vec<Derived>> = Vec::new();
    for component in tarjan_scc(graph) {
        let Some(start) = component.iter().min().copied() else { continue };
        if component.len() > 1 || graph.contains_edge(start, start) {
            let circle = shortest(graph, start);
            found.push(circle.into_iter().filter_map(|node| graph.node_weight(node).copied()).collect());
        }
    }
    found.sort_by_key(|circle| circle.first().map(|derived| key(*derived)));
    found
}

/// The shortest way from a node back to itself: breadth first, by number among equals.
fn shortest(graph: &DiGraph<Derived, ()>, start: NodeIndex) -> Vec<NodeIndex> {
    let mut ways = std::collections::VecDeque::from([vec![start]]);
    let mut seen = std::collections::BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        let Some(last) = way.last().copied() else { continue };
        let mut next: Vec<NodeIndex> = graph.neighbors(last).collect();
        next.sort_unstable();
        for node in next {
            if node == start {
                return way;
            }
            if seen.insert(node) {
                let mut longer = way.clone();
                longer.push(node);
                ways.push_back(longer);
            }
        }
    }
    vec![start]
}
