//! Lines of JSON whose keys and nesting have come before.

use std::hash::{Hash as _, Hasher as _};

use rustc_hash::{FxHashMap, FxHasher};

use super::super::json::{Node, Plain, Tree};
use super::layout::{LONGEST, MOST};

/// Shapes by the lengths of their keys and how these are nested, each with its number.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    numbers: FxHashMap<u64, (usize, Shape)>,
}

/// What lines have in common.
#[derive(Debug)]
struct Shape {
    /// All keys behind each other.
    keys: String,
    /// By node.
    nodes: Vec<Outline>,
}

/// What counts of a node: the length of its key, where what is inside it ends, and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Outline {
    key: u32,
    end: u32,
    is: Is,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Is {
    Null,
    List,
    Object,
    Other,
}

impl Outline {
    fn of(node: &Node) -> Self {
        let is = match node.plain {
            Plain::Null => Is::Null,
            Plain::List => Is::List,
            Plain::Object => Is::Object,
            Plain::Bool(_)
            | Plain::Int(_)
            | Plain::Float(_)
            | Plain::Text(_)
            | Plain::Known(_)
            | Plain::Again(_)
            | Plain::Moment(_) => Is::Other,
        };
        Self { key: node.key.end.saturating_sub(node.key.start), end: node.end, is }
    }
}

impl Shapes {
    /// The number of the shape of a line; nothing where there are too many, or where another one has its place.
    pub(super) fn number(&mut self, tree: &Tree<'_>) -> Option<usize> {
        if tree.nodes().len() > LONGEST {
            return None;
        }
        let mut hasher = FxHasher::default();
        for node in tree.nodes() {
            Outline::of(node).hash(&mut hasher);
        }
        let hash = hasher.finish();
        if let Some((number, shape)) = self.numbers.get(&hash) {
            return shape.is_that_of(tree).then_some(*number);
        }
        let next = self.numbers.len();
        if next >= MOST {
            return None;
        }
        let keys = tree.nodes().iter().map(|node| tree.text(node.key)).collect();
        let nodes = tree.nodes().iter().map(Outline::of).collect();
        self.numbers.insert(hash, (next, Shape { keys, nodes }));
        Some(next)
    }
}

impl Shape {
    fn is_that_of(&self, tree: &Tree<'_>) -> bool {
        let mut keys = self.keys.as_bytes();
        self.nodes.len() == tree.nodes().len()
            && self.nodes.iter().zip(tree.nodes()).all(|(outline, node)| {
                let key = tree.text(node.key).as_bytes();
                let (first, rest) = keys.split_at_checked(key.len()).unwrap_or_default();
                keys = rest;
                first == key && *outline == Outline::of(node)
            })
            && keys.is_empty()
    }
}
