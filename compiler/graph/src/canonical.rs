//! The canonical form of a program: what it means, and nothing of how it was written.
//!
//! Everything by name and sorted; no line, no file, no comment, no number of a table. So it is byte-equal after
//! formatting, after comments were changed, after items were put into another order or another file; and every change
//! of meaning changes it. Its fingerprint says in short whether two programs are the same. `docs/graph.md` says what
//! the JSON form promises.

mod items;
mod sequence;
mod world;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use crate::graph::{Edge, Graph, Node};
use crate::program::Program;

/// Version of the form. It grows when a reader of the older one could misunderstand the newer one, and when the same
/// program would get another fingerprint.
pub const FORMAT_VERSION: u32 = 1;

/// The canonical form of a program.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Canonical {
    /// [`FORMAT_VERSION`]
    pub format_version: u32,
    /// Of all items: 64 hexadecimal digits (SHA-256).
    pub fingerprint: String,
    /// What is declared, by address.
    pub items: BTreeMap<String, Item>,
    /// The graph, by address.
    pub nodes: BTreeMap<String, Links>,
}

/// What one item means.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Item {
    /// Of the definition: 64 hexadecimal digits (SHA-256).
    pub fingerprint: String,
    /// Its parts by name.
    pub definition: Json,
}

/// What a node leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Links {
    /// The word for its kind.
    pub kind: &'static str,
    /// Addresses of what it reads, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<String>,
    /// What it causes, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Effect>,
}

/// One thing that a node causes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Effect {
    /// Its address.
    pub to: String,
    /// A verb: `sends`.
    pub how: &'static str,
    /// Never in the same turn.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub later: bool,
}

impl Canonical {
    /// The canonical form of a program.
    #[must_use]
    pub fn new(program: &Program) -> Self {
        let definitions = definitions(program);
        let fingerprint = fingerprint(&(FORMAT_VERSION, &definitions));
        let items = definitions.into_iter().map(item).collect();
        let graph = Graph::new(program);
        let nodes = graph.nodes().map(|node| (graph.address(node).to_owned(), links(&graph, node))).collect();
        Self { format_version: FORMAT_VERSION, fingerprint, items, nodes }
    }

    /// The form as text, indented, with a line break at its end.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

/// What a program declares, by address, without its graph.
#[must_use]
pub fn items_of(program: &Program) -> BTreeMap<String, Item> {
    definitions(program).into_iter().map(item).collect()
}

fn item((address, definition): (String, Json)) -> (String, Item) {
    (address, Item { fingerprint: fingerprint(&definition), definition })
}

/// The fingerprint of a program, without its graph: 64 hexadecimal digits.
#[must_use]
pub fn fingerprint_of(program: &Program) -> String {
    fingerprint(&(FORMAT_VERSION, &definitions(program)))
}

fn definitions(program: &Program) -> BTreeMap<String, Json> {
    let mut found = BTreeMap::new();
    world::world(program, &mut found);
    items::items(program, &mut found);
    // Another package may make `serde_json` keep the order of keys; here it is always theirs.
    found.values_mut().for_each(Json::sort_all_objects);
    found
}

fn links(graph: &Graph, node: Node) -> Links {
    let address = |node: Node| graph.address(node).to_owned();
    let mut reads: Vec<String> = graph.reads(node).into_iter().map(address).collect();
    reads.sort_unstable();
    let effect = |(to, edge): (Node, Edge)| match edge {
        Edge::Reads => None,
        Edge::Causes { how, waits } => Some(Effect { to: address(to), how: how.word(), later: waits }),
    };
    let mut causes: Vec<Effect> = graph.from(node).filter_map(effect).collect();
    causes.sort_unstable();
    Links { kind: node.kind().word(), reads, causes }
}

fn fingerprint(what: &impl Serialize) -> String {
    let bytes = serde_json::to_vec(what).unwrap_or_default();
    hmac_sha256::Hash::hash(&bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
