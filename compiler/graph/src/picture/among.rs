//! Some items, and how they lead to each other: what a change touches and what follows from it.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::shape;
use super::{Direction, Line, Picture};
use crate::graph::{Edge, Graph, How, Node};
use crate::program::Program;

/// Boxes at most: more of them nobody reads.
const MOST: usize = 40;

pub(super) fn among(
    program: &Program,
    graph: &Graph,
    title: &str,
    strong: &BTreeSet<Node>,
    others: &BTreeSet<Node>,
) -> Picture {
    let mut picture = Picture::new(title.to_owned(), Direction::Right);
    let shown: BTreeSet<Node> = strong.iter().chain(others.difference(strong)).copied().take(MOST).collect();
    let mut arrows: BTreeMap<(Node, Node), Line> = BTreeMap::new();
    for (from, to, edge) in graph.edges() {
        let (from, to, line) = match edge {
            Edge::Reads => (to.item(), from.item(), Line::Read),
            Edge::Causes { how: How::Reaches | How::Exits, .. } => (from.item(), to.item(), Line::Ends),
            Edge::Causes { how: How::Reports, .. } => continue,
            Edge::Causes { .. } => (from.item(), to.item(), Line::Causes),
        };
        if from != to && shown.contains(&from) && shown.contains(&to) {
            let known = arrows.entry((from, to)).or_insert(line);
            *known = line.min(*known);
        }
    }
    // Who makes something happen and reads it, too, is drawn once.
    let made: BTreeSet<(Node, Node)> =
        arrows.iter().filter(|(_, line)| **line != Line::Read).map(|(ends, _)| *ends).collect();
    arrows.retain(|(from, to), line| *line != Line::Read || !made.contains(&(*to, *from)));
    let mut places: BTreeMap<Node, usize> = BTreeMap::new();
    for node in shown {
        let mut card = shape(program, graph, node, false);
        card.strong = strong.contains(&node);
        places.insert(node, picture.add(card));
    }
    for ((from, to), line) in arrows {
        if let (Some(from), Some(to)) = (places.get(&from), places.get(&to)) {
            picture.arrow(*from, *to, "", line);
        }
    }
    picture
}
