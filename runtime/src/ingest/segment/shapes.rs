//! Lines of JSON whose keys and nesting have come before.

use std::hash::Hasher as _;

use rustc_hash::{FxHashMap, FxHasher};

use super::super::json::{Node, Plain, Tree};
use super::layout::{LONGEST, MOST};

/// Shapes, each with its number.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    shapes: Vec<Shape>,
    /// By their hashes.
    numbers: FxHashMap<u64, usize>,
    /// By how many nodes there are: the shape that came last. Mostly the next one is that, too.
    last: Vec<usize>,
}

/// What lines have in common.
#[derive(Debug)]
struct Shape {
    /// All keys behind each other.
    keys: Box<[u8]>,
    /// By node.
    outlines: Box<[u64]>,
}

impl Shapes {
    /// The number of the shape of a line; nothing where there are too many, or where another one has its place.
    pub(super) fn number(&mut self, tree: &Tree<'_>) -> Option<usize> {
        let nodes = tree.nodes();
        if nodes.len() > LONGEST {
            return None;
        }
        if let Some(last) = self.last.get(nodes.len())
            && self.is(*last, tree)
        {
            return Some(*last);
        }
        let mut hasher = FxHasher::default();
        for node in nodes {
            hasher.write_u64(outline(node));
            hasher.write(tree.bytes(node.key));
        }
        let hash = hasher.finish();
        let next = self.shapes.len();
        let number = match self.numbers.get(&hash) {
            Some(number) => Some(*number).filter(|number| self.is(*number, tree))?,
            None if next >= MOST => return None,
            None => {
                let keys = nodes.iter().flat_map(|node| tree.bytes(node.key)).copied().collect();
                self.shapes.push(Shape { keys, outlines: nodes.iter().map(outline).collect() });
                self.numbers.insert(hash, next);
                next
            }
        };
        if self.last.len() <= nodes.len() {
            self.last.resize(nodes.len() + 1, number);
        }
        if let Some(last) = self.last.get_mut(nodes.len()) {
            *last = number;
        }
        Some(number)
    }

    fn is(&self, number: usize, tree: &Tree<'_>) -> bool {
        self.shapes.get(number).is_some_and(|shape| shape.is_that_of(tree))
    }
}

impl Shape {
    fn is_that_of(&self, tree: &Tree<'_>) -> bool {
        let nodes = tree.nodes();
        if self.outlines.len() != nodes.len() {
            return false;
        }
        let mut keys = &*self.keys;
        self.outlines.iter().zip(nodes).all(|(known, node)| {
            let key = tree.bytes(node.key);
            let (first, rest) = keys.split_at_checked(key.len()).unwrap_or_default();
            keys = rest;
            *known == outline(node) && first == key
        })
    }
}

/// What counts of a node beside its key: the length of that, where what is inside the node ends, and what it is.
fn outline(node: &Node) -> u64 {
    let is = match node.plain {
        Plain::Null => 0,
        Plain::List => 1,
        Plain::Object => 2,
        Plain::Bool(_)
        | Plain::Int(_)
        | Plain::Float(_)
        | Plain::Text(_)
        | Plain::Known(_)
        | Plain::Again(_)
        | Plain::Moment(_) => 3,
    };
    // No line is as long as 2^30 bytes.
    u64::from(node.key.end.saturating_sub(node.key.start)) << 34 | u64::from(node.end) << 2 | is
}
