//! What changed and what follows from it, as pictures.

use std::collections::BTreeSet;

use flow_graph::graph::{Graph, Node};
use flow_graph::picture::{Picture, mermaid};
use flow_graph::program::{Program, StepId};

use super::change::Change;

/// Pictures for a plan, as Mermaid: what was changed and what it leads to, then each sequence whose steps were changed.
pub(crate) fn pictures(program: &Program, changes: &[Change]) -> Vec<String> {
    if changes.is_empty() {
        return Vec::new();
    }
    let graph = Graph::new(program);
    let find = |address: &String| graph.find(address).map(Node::item);
    let strong: BTreeSet<Node> = changes.iter().filter_map(|change| find(&change.item)).collect();
    let others: BTreeSet<Node> = changes.iter().flat_map(|change| &change.affects).filter_map(find).collect();
    let mut found = Vec::new();
    if !strong.is_empty() && strong.len() + others.len() > 1 {
        let title = "what changes, and what follows from it";
        found.push(mermaid::mermaid(&Picture::among(program, &graph, title, &strong, &others)));
    }
    for node in strong {
        let Node::Sequence(id) = node else { continue };
        let Some(sequence) = program.sequences.get(id) else { continue };
        let address = format!("sequence.{}", sequence.name);
        let parts: Vec<&str> = changes
            .iter()
            .filter(|change| change.item == address)
            .filter_map(|change| change.part.as_deref()?.strip_prefix("step "))
            .collect();
        let steps = (0..).zip(&sequence.steps).filter(|(_, step)| parts.contains(&step.id.as_str()));
        let steps: BTreeSet<StepId> = steps.map(|(at, _)| at).collect();
        if !steps.is_empty() {
            found.push(mermaid::mermaid(&Picture::steps(program, id, &steps)));
        }
    }
    found
}
