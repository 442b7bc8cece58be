//! What an item goes by and what it leads to, with links.

use std::collections::{BTreeMap, BTreeSet};

use flow_graph::graph::{Edge, How, Kind, Node};

use crate::items::Site;

/// Which way something stands to an item; in the order in which it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    /// It comes before.
    From,
    /// It follows.
    To,
}

/// Two lists: what feeds it, what it leads to. Nothing, if it stands alone.
pub(crate) fn around(site: &Site<'_>, item: Node) -> String {
    let mut rows: BTreeMap<(Side, &'static str), BTreeSet<(usize, Node)>> = BTreeMap::new();
    let mut add = |side: Side, words: &'static str, other: Node| {
        for seen in seen(site, other, side) {
            let own = seen.item() == item;
            if let (false, Some(place)) = (own, site.items.iter().position(|known| known.node == seen.item())) {
                rows.entry((side, words)).or_default().insert((place, seen.item()));
            }
        }
    };
    for part in std::iter::once(item).chain(site.graph.parts(item)) {
        for (other, edge) in site.graph.from(part) {
            match edge {
                Edge::Reads => add(Side::From, reads(other.kind()), other),
                Edge::Causes { how, .. } => add(Side::To, active(how), other),
            }
        }
        for (other, edge) in site.graph.to(part) {
            match edge {
                Edge::Reads => add(Side::To, "is looked at by", other),
                Edge::Causes { how, .. } => add(Side::From, passive(how), other),
            }
        }
    }
    let half = |side: Side, title: &str| {
        let rows = rows.iter().filter(|((of, _), _)| *of == side);
        let row = |((_, words), others): (&(Side, &'static str), &BTreeSet<(usize, Node)>)| {
            let links: Vec<String> = others.iter().map(|(_, node)| site.link(*node)).collect();
            format!("<dt>{words}</dt><dd>{}</dd>\n", links.join(" "))
        };
        let rows: String = rows.map(row).collect();
        if rows.is_empty() {
            String::new()
        } else {
            format!("<div><h3>{title}</h3>\n<dl class=\"around\">\n{rows}</dl></div>\n")
        }
    };
    let (from, to) = (half(Side::From, "What feeds it"), half(Side::To, "What it leads to"));
    if from.is_empty() && to.is_empty() { String::new() } else { format!("<div class=\"halves\">\n{from}{to}</div>\n") }
}

/// Who reads or changes something, as links, each once.
pub(crate) fn users(site: &Site<'_>, node: Node) -> (Vec<String>, Vec<String>) {
    let (mut readers, mut writers) = (BTreeSet::new(), BTreeSet::new());
    let place = |node: Node| site.items.iter().position(|known| known.node == node.item());
    for (other, edge) in site.graph.to(node) {
        let to = if edge == Edge::Reads { &mut readers } else { &mut writers };
        for seen in seen(site, other, Side::To) {
            to.extend(place(seen).map(|place| (place, seen.item())));
        }
    }
    if node.kind() == Kind::Event {
        for (other, edge) in site.graph.from(node) {
            if edge != Edge::Reads {
                readers.extend(place(other).map(|place| (place, other.item())));
            }
        }
    }
    let links = |found: BTreeSet<(usize, Node)>| found.into_iter().map(|(_, node)| site.link(node)).collect();
    (links(readers), links(writers))
}

/// What stands behind a figure: nobody wants to hear of `count(…)`, but of the event that is counted and of whoever
/// asks for the count.
fn seen(site: &Site<'_>, other: Node, side: Side) -> Vec<Node> {
    if other.kind() != Kind::Behaviour {
        return vec![other];
    }
    match side {
        Side::From => site.graph.reads(other),
        Side::To => site.graph.readers(other),
    }
}

fn reads(kind: Kind) -> &'static str {
    if kind == Kind::Topic {
        "is about"
    } else if kind == Kind::Channel {
        "leaves by"
    } else if kind == Kind::Calendar {
        "counts the time of"
    } else {
        "looks at"
    }
}

fn active(how: How) -> &'static str {
    match how {
        How::Enters => "begins",
        How::Reaches => "is the goal of",
        How::Exits => "ends",
        How::Continues => "is waited for by",
        How::Then | How::Branches => "goes on with",
        How::Sends => "sends",
        How::Writes => "changes",
        How::Consents => "changes consent to",
        How::Emits => "makes",
        How::Enrolls => "begins a run of",
        How::Calls => "asks",
        How::Notifies => "tells",
        How::Fires => "moves people along",
        How::Becomes => "leads to",
        How::Starts => "starts the clock of",
        How::Meets => "meets",
        How::Reminds => "reminds",
        How::Breaches => "breaches",
        How::Reports => "is reported as",
    }
}

fn passive(how: How) -> &'static str {
    match how {
        How::Enters => "begins with",
        How::Reaches => "reaches its goal with",
        How::Exits => "ends with",
        How::Continues => "waits for",
        How::Then | How::Branches => "comes after",
        How::Sends => "is sent by",
        How::Writes => "is changed by",
        How::Consents => "gets or loses consent by",
        How::Emits => "is made by",
        How::Enrolls => "is begun by",
        How::Calls => "is asked by",
        How::Notifies => "is told by",
        How::Fires => "moves people with",
        How::Becomes => "follows from",
        How::Starts => "its clock starts with",
        How::Meets => "is met with",
        How::Reminds => "is reminded by",
        How::Breaches => "is breached by",
        How::Reports => "is reported of",
    }
}
