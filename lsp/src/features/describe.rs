//! Things of a project in a few words, as Markdown: what a reader wants to know without going there.

use std::fmt::Write as _;

use flow_compiler::names::{Kind, Symbol};
use flow_compiler::source::Span;
use flow_compiler::syntax::tree::{Item, ItemKind};
use flow_graph::graph::{Edge, Node};
use flow_graph::program::Score;
use flow_graph::words::{Scope, Words};
use flow_graph::{Id, Program};

use super::lookup::{name, written};
use crate::snapshot::Snapshot;

/// What is known of something.
#[must_use]
pub fn describe(snapshot: &Snapshot, symbol: Symbol) -> String {
    let mut out = String::new();
    let declared = snapshot.analysis().references.declared.get(&symbol).copied();
    let head = declared.map_or_else(|| head(snapshot, symbol), |span| source(snapshot, symbol, span));
    let _ = writeln!(out, "```flow\n{head}\n```");
    if let Some(doc) = declared.and_then(|span| doc(snapshot, span)) {
        let _ = writeln!(out, "\n{doc}");
    }
    if let Symbol::Item(Kind::Score, number) = symbol
        && let Some(score) = snapshot.analysis().program.scores.get(Id::new(number))
    {
        out.push_str(&rules(&snapshot.analysis().program, score));
    }
    out.push_str(&around(snapshot, symbol));
    out
}

/// A line that says what something is, for what is declared nowhere.
fn head(snapshot: &Snapshot, symbol: Symbol) -> String {
    let name = written(snapshot, symbol);
    match symbol {
        Symbol::Item(kind, _) => format!("{} {name}  // built in", kind.noun()),
        Symbol::Member(kind, number, _) => {
            let owner = written(snapshot, Symbol::Item(kind, number));
            format!("{owner}.{name}  // a {} that is built in", kind.member_noun())
        }
    }
}

/// The declaration as it is written: a short item in full, else its first line; of a part its own line.
fn source(snapshot: &Snapshot, symbol: Symbol, span: Span) -> String {
    const LONGEST: usize = 12;
    let line = |at: Span| {
        let text = snapshot.text(at.file);
        let from = text.get(..at.start as usize).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
        text.get(from..).and_then(|rest| rest.lines().next()).unwrap_or_default().trim().to_owned()
    };
    let item = item_at(snapshot, span);
    match (symbol, item) {
        (Symbol::Member(..) | Symbol::Item(Kind::Field | Kind::Channel | Kind::Connector, _), _) | (_, None) => {
            line(span)
        }
        (Symbol::Item(..), Some(item)) => {
            let text = snapshot.sources.slice(item.span);
            let lines = text.lines().count();
            if lines <= LONGEST {
                text.to_owned()
            } else {
                let shown: Vec<&str> = text.lines().take(LONGEST - 2).collect();
                format!("{}\n  // {} more lines\n}}", shown.join("\n"), lines - LONGEST + 1)
            }
        }
    }
}

/// The item that a place belongs to.
pub(super) fn item_at(snapshot: &Snapshot, span: Span) -> Option<&Item> {
    let items = &snapshot.parsed(span.file)?.tree.items;
    items.iter().find(|item| item.span.start <= span.start && span.end <= item.span.end)
}

/// What the author says of the thing whose name stands at a place.
pub(super) fn doc(snapshot: &Snapshot, span: Span) -> Option<String> {
    let item = item_at(snapshot, span)?;
    let fields = match &item.kind {
        ItemKind::Contact(contact) => contact.fields.as_slice(),
        ItemKind::Event(event) if event.name.span != span => event.fields.as_slice(),
        ItemKind::Event(_)
        | ItemKind::Enum(_)
        | ItemKind::Segment(_)
        | ItemKind::Score(_)
        | ItemKind::Lifecycle(_)
        | ItemKind::Topic(_)
        | ItemKind::Message(_)
        | ItemKind::Limits(_)
        | ItemKind::Sequence(_)
        | ItemKind::Calendar(_)
        | ItemKind::Team(_)
        | ItemKind::Sla(_)
        | ItemKind::Test(_)
        | ItemKind::Moved(_)
        | ItemKind::Retired(_)
        | ItemKind::Broken { .. } => return item.doc.clone(),
    };
    fields.iter().find(|field| field.name.span == span)?.doc.clone()
}

/// The rules and bands of a score.
fn rules(program: &Program, score: &Score) -> String {
    let words = Words::plain(program);
    let mut out = String::from("\n| points | for |\n|---:|---|\n");
    for rule in &score.fit {
        let _ = writeln!(out, "| {:+} | {} |", rule.points, cell(&words.expr(&rule.when, Scope::default())));
    }
    for rule in &score.hits {
        let event = cell(&words.event(rule.event, rule.filter.as_ref()));
        let decay = rule.half_life_ms.map_or_else(|| "stays".to_owned(), half_life);
        let _ = writeln!(out, "| {:+} | each {event}, {decay} |", rule.points);
    }
    for band in &score.bands {
        let until = if band.until < band.from { format!(", left below {}", band.until) } else { String::new() };
        let _ = write!(out, "\n`{}` from {}{until}  ", band.name, band.from);
    }
    out.push('\n');
    out
}

fn cell(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

/// `halved every 14 days, ≈ 5 % a day`
#[must_use]
pub fn half_life(ms: i64) -> String {
    const DAY: f64 = 86_400_000.0;
    #[expect(clippy::cast_precision_loss, reason = "days need no more than 2^53 milliseconds")]
    let days = ms as f64 / DAY;
    let lost = (1.0 - 0.5_f64.powf(1.0 / days.max(f64::MIN_POSITIVE))) * 100.0;
    let rounded =
        if lost >= 10.0 { format!("{lost:.0}") } else { format!("{lost:.1}").trim_end_matches(".0").to_owned() };
    format!("halved every {days} days, ≈ {rounded} % a day", days = trimmed(days))
}

fn trimmed(number: f64) -> String {
    format!("{number:.2}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What it reads and causes, and by what it is read and caused.
fn around(snapshot: &Snapshot, symbol: Symbol) -> String {
    let graph = snapshot.recent_graph();
    let Some(node) = address(snapshot, symbol).and_then(|address| graph.find(&address)) else { return String::new() };
    let mut out = String::new();
    let mut line = |title: &str, nodes: Vec<Node>| {
        let mut names: Vec<String> = nodes
            .into_iter()
            .map(Node::item)
            .filter(|other| *other != node.item())
            .map(|node| graph.address(node).to_owned())
            .collect();
        names.retain(|name| !name.is_empty() && !name.starts_with("behaviour"));
        names.sort();
        names.dedup();
        if names.is_empty() {
            return;
        }
        let more = names.len().saturating_sub(6);
        names.truncate(6);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        let shown: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(out, "\n{title}: {}{rest}", shown.join(", "));
    };
    let mut parts: Vec<Node> = vec![node];
    if node == node.item() {
        parts.extend(graph.parts(node));
    }
    let ends = |outgoing: bool, reads: bool| -> Vec<Node> {
        let around =
            |part: &Node| if outgoing { graph.from(*part).collect() } else { graph.to(*part).collect::<Vec<_>>() };
        let wanted = |(_, edge): &(Node, Edge)| (*edge == Edge::Reads) == reads;
        parts.iter().flat_map(around).filter(wanted).map(|(node, _)| node).collect()
    };
    line("Reads", ends(true, true));
    line("Read by", ends(false, true));
    line("Causes", ends(true, false));
    line("Caused by", ends(false, false));
    out
}

/// What the graph calls something: that does not change with the numbers of a program.
fn address(snapshot: &Snapshot, symbol: Symbol) -> Option<String> {
    let node = node(symbol)?;
    let name = written(snapshot, symbol);
    let Symbol::Member(kind, number, _) = symbol else { return Some(format!("{}.{name}", node.kind().word())) };
    let owner = format!("{}.{}", node.item().kind().word(), written(snapshot, Symbol::Item(kind, number)));
    Some(if kind == Kind::Event { format!("{owner}.{name}") } else { format!("{owner}.{}.{name}", node.kind().word()) })
}

/// The node of the graph that something is.
#[must_use]
pub fn node(symbol: Symbol) -> Option<Node> {
    Some(match symbol {
        Symbol::Item(kind, n) => match kind {
            Kind::Enum => Node::Enum(Id::new(n)),
            Kind::Field => Node::Field(Id::new(n)),
            Kind::Event => Node::Event(Id::new(n)),
            Kind::Segment => Node::Segment(Id::new(n)),
            Kind::Score => Node::Score(Id::new(n)),
            Kind::Lifecycle => Node::Lifecycle(Id::new(n)),
            Kind::Topic => Node::Topic(Id::new(n)),
            Kind::Channel => Node::Channel(Id::new(n)),
            Kind::Connector => Node::Connector(Id::new(n)),
            Kind::Message => Node::Message(Id::new(n)),
            Kind::Sequence => Node::Sequence(Id::new(n)),
            Kind::Calendar => Node::Calendar(Id::new(n)),
            Kind::Team => Node::Team(Id::new(n)),
            Kind::Sla => Node::Sla(Id::new(n)),
            Kind::Test => return None,
        },
        Symbol::Member(kind, n, m) => match kind {
            Kind::Event => Node::EventField(Id::new(n), m),
            Kind::Score => Node::Band(Id::new(n), m),
            Kind::Lifecycle => Node::Stage(Id::new(n), m),
            Kind::Enum
            | Kind::Field
            | Kind::Segment
            | Kind::Topic
            | Kind::Channel
            | Kind::Connector
            | Kind::Message
            | Kind::Sequence
            | Kind::Calendar
            | Kind::Team
            | Kind::Sla
            | Kind::Test => return None,
        },
    })
}

/// What something is called in a list: `score lead`, `lead.hot`.
#[must_use]
pub fn title(snapshot: &Snapshot, symbol: Symbol) -> String {
    match symbol {
        Symbol::Item(kind, _) => format!("{} {}", kind.noun(), written(snapshot, symbol)),
        Symbol::Member(kind, number, _) => {
            let program = &snapshot.analysis().program;
            format!("{}.{}", name(program, Symbol::Item(kind, number)), written(snapshot, symbol))
        }
    }
}
