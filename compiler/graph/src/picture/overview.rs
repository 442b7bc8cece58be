//! The whole project.

use std::collections::BTreeMap;

use super::facts::shape;
use super::{Direction, Line, Picture};
use crate::Id;
use crate::graph::{Edge, Graph, How, Kind, Node};
use crate::program::{Event, Program, StepKind, builtin};

pub(super) fn overview(program: &Program, graph: &Graph, depth: u32) -> Picture {
    let mut picture = Picture::new(program.project.name.clone(), Direction::Right);
    let shown = |kind: Kind| shows(kind, depth);
    let mut arrows: BTreeMap<(Node, Node), Line> = BTreeMap::new();
    for (from, to, edge) in graph.edges() {
        for (from, to, line) in drawn(graph, (from, to, edge), &shown) {
            let known = arrows.entry((from, to)).or_insert(line);
            *known = line.min(*known);
        }
    }
    // What takes part in nothing would only stand around; the built-in events are in every project.
    let built_in = |node: Node| matches!(node.item(), Node::Event(id) if is_built_in(id));
    arrows.retain(|(from, _), line| !built_in(*from) || (depth > 1 && *line == Line::Read));
    let mut places: BTreeMap<Node, usize> = BTreeMap::new();
    let taking_part = arrows.keys().flat_map(|(from, to)| [*from, *to]);
    let declared = graph.nodes().filter(|node| shown(node.kind()) && !built_in(*node) && declares(*node));
    let nodes: std::collections::BTreeSet<Node> = taking_part.chain(declared).collect();
    for node in nodes {
        let mut card = shape(program, graph, node, false);
        card.group = group(program, node, &mut picture.groups, depth);
        if depth < 2 {
            card.lines.extend(sends(program, node));
        }
        places.insert(node, picture.add(card));
    }
    for ((from, to), line) in arrows {
        if let (Some(from), Some(to)) = (places.get(&from), places.get(&to)) {
            picture.arrow(*from, *to, "", line);
        }
    }
    picture
}

fn is_built_in(id: Id<Event>) -> bool {
    id.index() < builtin::NAMES.len()
}

/// Whether nodes of a kind have a box of their own.
fn shows(kind: Kind, depth: u32) -> bool {
    match kind {
        Kind::Event
        | Kind::Segment
        | Kind::Score
        | Kind::Lifecycle
        | Kind::Sequence
        | Kind::Sla
        | Kind::Connector
        | Kind::Team => true,
        Kind::Message | Kind::Behaviour | Kind::Field => depth >= 2,
        Kind::Step | Kind::End => depth >= 3,
        Kind::Enum
        | Kind::EventField
        | Kind::Rule
        | Kind::Band
        | Kind::Stage
        | Kind::Transition
        | Kind::Reminder
        | Kind::Breach
        | Kind::Template
        | Kind::Limits
        | Kind::Topic
        | Kind::Channel
        | Kind::Calendar => false,
    }
}

/// Whether it is shown also where nothing leads to it or from it.
fn declares(node: Node) -> bool {
    matches!(node.kind(), Kind::Segment | Kind::Score | Kind::Lifecycle | Kind::Sequence | Kind::Sla)
}

/// The boxes that a node is drawn as: itself, its item, or what it reads itself.
pub(super) fn shown_as(graph: &Graph, node: Node, shown: &dyn Fn(Kind) -> bool) -> Vec<Node> {
    let kind = node.kind();
    if kind == Kind::Behaviour && !shown(kind) {
        let mut all: Vec<Node> = graph.reads(node).into_iter().flat_map(|read| shown_as(graph, read, shown)).collect();
        all.sort_unstable();
        all.dedup();
        return all;
    }
    if shown(kind) && !matches!(kind, Kind::EventField | Kind::Rule) {
        return vec![node];
    }
    if shown(node.item().kind()) { vec![node.item()] } else { Vec::new() }
}

/// The arrows that an edge is drawn as: from the cause to the effect, from what is read to who reads it.
fn drawn(graph: &Graph, (from, to, edge): (Node, Node, Edge), shown: &dyn Fn(Kind) -> bool) -> Vec<(Node, Node, Line)> {
    let line = match edge {
        // What a letter says of whom, and whose letter was clicked, would be arrows everywhere.
        Edge::Reads if matches!((from.kind(), to.kind()), (Kind::Message, _) | (_, Kind::Message)) => {
            return Vec::new();
        }
        Edge::Reads => Line::Read,
        Edge::Causes { how: How::Reports, .. } => return Vec::new(),
        Edge::Causes { how: How::Reaches | How::Exits, .. } => Line::Ends,
        Edge::Causes { .. } => Line::Causes,
    };
    let (source, target) = if edge == Edge::Reads { (to, from) } else { (from, to) };
    // Who reads a figure is drawn as reading its events: the figure itself is no reader then.
    if target.kind() == Kind::Behaviour && !shown(Kind::Behaviour) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for from in shown_as(graph, source, shown) {
        for to in shown_as(graph, target, shown) {
            if from != to {
                found.push((from, to, line));
            }
        }
    }
    found
}

/// The frame of a node: from depth 3 on each sequence has one around its steps.
fn group(program: &Program, node: Node, groups: &mut Vec<String>, depth: u32) -> Option<usize> {
    if depth < 3 {
        return None;
    }
    let Node::Sequence(id) = node.item() else { return None };
    let title = format!("sequence {}", program.sequences.get(id)?.name);
    let known = groups.iter().position(|known| *known == title);
    Some(known.unwrap_or_else(|| {
        groups.push(title);
        groups.len() - 1
    }))
}

/// The messages that a sequence sends, in the order of its steps.
fn sends(program: &Program, node: Node) -> Vec<String> {
    let Node::Sequence(id) = node else { return Vec::new() };
    let mut names: Vec<String> = Vec::new();
    for step in program.sequences.get(id).into_iter().flat_map(|sequence| &sequence.steps) {
        if let StepKind::Send(message) = &step.kind
            && let Some(message) = program.messages.get(*message)
            && !names.contains(&message.name)
        {
            names.push(message.name.clone());
        }
    }
    let rest = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    let mut lines: Vec<String> = names.into_iter().map(|name| format!("✉ {name}")).collect();
    if rest > 0 {
        lines.push(format!("and {rest} more"));
    }
    lines
}

/// How many messages are named in the box of a sequence.
const SHOWN: usize = 5;
