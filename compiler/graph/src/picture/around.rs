//! One item with what it reads and what causes it to the left, and what it causes and who reads it to the right.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::shape;
use super::{Direction, Line, Picture};
use crate::graph::{Edge, Graph, How, Kind, Node};
use crate::program::Program;

pub(super) fn around(program: &Program, graph: &Graph, center: Node, depth: u32) -> Picture {
    let mut picture = Picture::new(graph.address(center).replacen('.', " ", 1), Direction::Right);
    let mut links = Links::default();
    links.grow(graph, center, depth, true);
    links.grow(graph, center, depth, false);
    // Who makes something happen and reads it, too, stands on one side of it.
    let made: BTreeSet<(Node, Node)> =
        links.arrows.iter().filter(|(_, (line, _))| *line != Line::Read).map(|(ends, _)| *ends).collect();
    links.arrows.retain(|(from, to), (line, _)| *line != Line::Read || !made.contains(&(*to, *from)));
    let mut places: BTreeMap<Node, usize> = BTreeMap::new();
    for node in std::iter::once(center).chain(links.nodes.iter().copied()) {
        places.entry(node).or_insert_with(|| {
            let mut card = shape(program, graph, node, node == center);
            card.strong = node == center;
            picture.add(card)
        });
    }
    for ((from, to), (line, words)) in links.arrows {
        if let (Some(from), Some(to)) = (places.get(&from), places.get(&to)) {
            picture.arrow(*from, *to, words.into_iter().collect::<Vec<_>>().join(", "), line);
        }
    }
    picture
}

/// An arrow's line, and the words at it.
type Told = (Line, BTreeSet<&'static str>);

#[derive(Default)]
struct Links {
    nodes: BTreeSet<Node>,
    arrows: BTreeMap<(Node, Node), Told>,
}

impl Links {
    /// Follows what a node depends on (`back`) or what follows from it, so many boxes far. A figure does not count.
    fn grow(&mut self, graph: &Graph, node: Node, depth: u32, back: bool) {
        if depth == 0 {
            return;
        }
        let parts: Vec<Node> = std::iter::once(node).chain(graph.parts(node)).collect();
        let mut next = BTreeSet::new();
        for part in parts {
            let mut step = |other: Node, line: Line, word: &'static str| {
                let other = folded(other);
                if other.item() == node.item() {
                    return;
                }
                let ends = if back { (other, node) } else { (node, other) };
                let told = self.arrows.entry(ends).or_insert_with(|| (line, BTreeSet::new()));
                told.0 = told.0.min(line);
                if !word.is_empty() {
                    told.1.insert(word);
                }
                if self.nodes.insert(other) || other.kind() == Kind::Behaviour {
                    next.insert(other);
                }
            };
            let edges = if back { graph.from(part).collect::<Vec<_>>() } else { graph.to(part).collect() };
            edges
                .into_iter()
                .filter(|(_, edge)| *edge == Edge::Reads)
                .for_each(|(other, _)| step(other, Line::Read, ""));
            let causes = if back { graph.caused_by(part) } else { graph.causes(part) };
            for (other, how, _) in causes {
                let line = if matches!(how, How::Reaches | How::Exits) { Line::Ends } else { Line::Causes };
                if how != How::Reports {
                    step(other, line, if how == How::Reaches { "goal of" } else { how.word() });
                }
            }
        }
        for other in next {
            let further = if other.kind() == Kind::Behaviour { depth } else { depth - 1 };
            self.grow(graph, other, further, back);
        }
    }
}

/// The box that a node is drawn as: stages and bands stay, other parts stand for their item.
fn folded(node: Node) -> Node {
    if matches!(node.kind(), Kind::Stage | Kind::Band) { node } else { node.item() }
}
