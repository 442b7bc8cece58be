//! What stands at a place, and what things are called.

use flow_compiler::names::{Kind, Symbol};
use flow_compiler::source::{FileId, Span};
use flow_graph::{Id, Program};

use crate::snapshot::Snapshot;

/// Something that has a name, at a place where its name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub span: Span,
    /// What it stands for.
    pub symbol: Symbol,
    /// It is declared here.
    pub declares: bool,
}

/// What the name at an offset stands for: its declaration or one thing, but several in a template whose message is sent
/// on behalf of several events.
#[must_use]
pub fn named_at(snapshot: &Snapshot, file: FileId, offset: u32) -> Vec<Named> {
    let references = &snapshot.analysis().references;
    let touches = |span: &Span| span.file == file && span.start <= offset && offset <= span.end;
    let until = references.uses.partition_point(|(span, _)| (span.file, span.start) <= (file, offset));
    // A name is never longer than this, and names do not overlap.
    let near = references.uses.get(until.saturating_sub(NEAR)..until).unwrap_or_default();
    let used = near.iter().filter(|(span, _)| touches(span));
    let mut found: Vec<Named> =
        used.map(|(span, symbol)| Named { span: *span, symbol: *symbol, declares: false }).collect();
    let declared = references.declared.iter().filter(|(_, span)| touches(span));
    found.extend(declared.map(|(symbol, span)| Named { span: *span, symbol: *symbol, declares: true }));
    // Between two names that touch (`a.b`) the one that begins there is meant.
    let start = found.iter().map(|named| named.span.start).max();
    found.retain(|named| Some(named.span.start) == start);
    found
}

/// How many uses can stand at one place: one for each event that begins a run.
const NEAR: usize = 64;

/// What something is called; nothing for a number that is not known.
#[must_use]
pub fn name(program: &Program, symbol: Symbol) -> String {
    match symbol {
        Symbol::Item(kind, number) => item_name(program, kind, number),
        Symbol::Member(kind, number, member) => member_name(program, kind, number, usize::from(member)),
    }
    .unwrap_or_default()
}

/// What a member belongs to.
#[must_use]
pub fn owner(symbol: Symbol) -> Option<Symbol> {
    match symbol {
        Symbol::Item(..) => None,
        Symbol::Member(kind, number, _) => Some(Symbol::Item(kind, number)),
    }
}

fn item_name(program: &Program, kind: Kind, number: u32) -> Option<String> {
    let found = match kind {
        Kind::Enum => &program.enums.get(Id::new(number))?.name,
        Kind::Field => &program.fields.get(Id::new(number))?.name,
        Kind::Event => &program.events.get(Id::new(number))?.name,
        Kind::Segment => &program.segments.get(Id::new(number))?.name,
        Kind::Score => &program.scores.get(Id::new(number))?.name,
        Kind::Lifecycle => &program.lifecycles.get(Id::new(number))?.name,
        Kind::Topic => &program.topics.get(Id::new(number))?.name,
        Kind::Channel => &program.channels.get(Id::new(number))?.name,
        Kind::Connector => &program.connectors.get(Id::new(number))?.name,
        Kind::Message => &program.messages.get(Id::new(number))?.name,
        Kind::Sequence => &program.sequences.get(Id::new(number))?.name,
        Kind::Calendar => &program.calendars.get(Id::new(number))?.name,
        Kind::Team => &program.teams.get(Id::new(number))?.name,
        Kind::Sla => &program.slas.get(Id::new(number))?.name,
        Kind::Test => return None,
    };
    Some(found.clone())
}

fn member_name(program: &Program, kind: Kind, number: u32, member: usize) -> Option<String> {
    match kind {
        Kind::Enum => program.enums.get(Id::new(number))?.values.get(member).cloned(),
        Kind::Event => Some(program.events.get(Id::new(number))?.fields.get(member)?.name.clone()),
        Kind::Score => Some(program.scores.get(Id::new(number))?.bands.get(member)?.name.clone()),
        Kind::Lifecycle => program.lifecycles.get(Id::new(number))?.stages.get(member).cloned(),
        Kind::Sequence
        | Kind::Field
        | Kind::Segment
        | Kind::Topic
        | Kind::Channel
        | Kind::Connector
        | Kind::Message
        | Kind::Calendar
        | Kind::Team
        | Kind::Sla
        | Kind::Test => None,
    }
}

/// The text of a declaration's name, where it has one: what a name is called, in a project with errors too.
#[must_use]
pub fn written(snapshot: &Snapshot, symbol: Symbol) -> String {
    let analysis = snapshot.analysis();
    match analysis.references.declared.get(&symbol) {
        Some(span) => snapshot.sources.slice(*span).trim_matches('"').to_owned(),
        None => name(&analysis.program, symbol),
    }
}
