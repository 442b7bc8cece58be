//! What the words around the cursor say of it: which event is spoken of, what can have begun the run, which type is wanted.

use flow_compiler::names::{Kind, Symbol};
use flow_graph::program::{Event, Field, Trigger};
use flow_graph::{Program, Type, Words};

use crate::features::context::Context;
use crate::features::lookup::name;
use crate::features::shapes::Block;
use crate::features::tokens::{Kind as TokenKind, Token};

/// The event whose fields can be read: behind `where`, or in the block of the event's own fields.
pub(super) fn event<'p>(program: &'p Program, context: &Context<'_>) -> Option<&'p Event> {
    (0..context.frames.len()).rev().find_map(|depth| {
        let clause = context.clause_of(depth);
        let wheres = clause.iter().rposition(|token| context.word(*token) == "where");
        let ended = |from: usize| {
            clause.iter().skip(from).any(|token| matches!(context.word(*token), "on" | "goal" | "within"))
        };
        let upto = wheres.filter(|at| !ended(*at))?;
        last_event(program, context, clause.get(..upto).unwrap_or_default())
    })
}

/// The event that a block of fields, or a clause, names last.
pub(super) fn event_of_clause<'p>(program: &'p Program, context: &Context<'_>) -> Option<&'p Event> {
    let outer = context.frames.len().checked_sub(2);
    let inner = last_event(program, context, context.clause());
    inner.or_else(|| outer.and_then(|depth| last_event(program, context, context.clause_of(depth))))
}

fn last_event<'p>(program: &'p Program, context: &Context<'_>, tokens: &[Token]) -> Option<&'p Event> {
    let words = tokens.iter().rev().filter(|token| token.kind == TokenKind::Word).map(|token| context.word(*token));
    words.into_iter().find_map(|word| program.events.iter().find(|event| event.name == word))
}

/// The events that can begin a run of the sequence around the cursor.
pub(super) fn run<'p>(program: &'p Program, context: &Context<'_>) -> Vec<&'p Event> {
    let Some(name) = item_name(context, "sequence") else { return Vec::new() };
    let Some(sequence) = program.sequences.iter().find(|sequence| sequence.name == name) else { return Vec::new() };
    let events = sequence.enter.iter().filter_map(|trigger| match trigger {
        Trigger::Event { event, .. } => program.events.get(*event),
        Trigger::EnteredSegment(_)
        | Trigger::LeftSegment(_)
        | Trigger::BecomesBand { .. }
        | Trigger::EnteredStage { .. } => None,
    });
    events.collect()
}

/// The name of the item around the cursor, if it begins with that word.
pub(super) fn item_name<'t>(context: &Context<'t>, keyword: &str) -> Option<&'t str> {
    let mut tokens = context.tokens.iter();
    let first = tokens.next().filter(|first| context.word(**first) == keyword)?;
    debug_assert!(first.kind == TokenKind::Word, "an item begins with a word");
    tokens.next().map(|token| context.word(*token))
}

/// The type of value that is wanted: by what it is compared with, or by the field that it is for.
pub(super) fn wanted<'p>(program: &'p Program, context: &Context<'_>) -> Option<&'p Type> {
    let depth = context.frames.len().checked_sub(1)?;
    let block = |depth: usize| context.frames.get(depth).map(|frame| frame.block);
    // In a list it is that of what the list is for: `country in [DE, ‸`, `tags ["a", ‸`.
    let list = block(depth) == Some(Block::List);
    let depth = if list { depth.checked_sub(1)? } else { depth };
    let clause = context.clause_of(depth);
    if block(depth) == Some(Block::TestContact) {
        return contact_type(program, field_before(context, clause)?);
    }
    if matches!(block(depth), Some(Block::TestEvent | Block::EventFields)) {
        let name = field_before(context, clause)?;
        let event = event_of_clause(program, context)?;
        return event.fields.iter().find(|field| field.name == name).map(|field| &field.ty);
    }
    let (last, before) = clause.split_last()?;
    match context.word(*last) {
        "in" if list && before.last().is_some_and(|token| context.word(*token) == "not") => {
            path_type(program, context, before.get(..before.len() - 1)?)
        }
        "in" if list => path_type(program, context, before),
        "==" | "!=" | "contains" | "??" | "<" | ">" | "<=" | ">=" => path_type(program, context, before),
        "to" | "add" | "remove" => contact_type(program, before.last().map(|token| context.word(*token))?),
        _ => None,
    }
}

fn contact_type<'p>(program: &'p Program, name: &str) -> Option<&'p Type> {
    program.fields.iter().find(|field| field.name == name).map(|field| &field.ty)
}

/// The name of the field that a value is for: `country ‸`, `country: ‸`.
fn field_before<'t>(context: &Context<'t>, clause: &[Token]) -> Option<&'t str> {
    let mut words = clause.iter().rev().map(|token| context.word(*token));
    let last = words.next()?;
    if last == ":" || last == "[" { words.find(|word| *word != ":") } else { Some(last) }
}

/// The type of the path at the end of some tokens.
fn path_type<'p>(program: &'p Program, context: &Context<'_>, tokens: &[Token]) -> Option<&'p Type> {
    let mut back = tokens.iter().rev().map(|token| context.word(*token));
    let name = back.next()?;
    let owner = if back.next() == Some(".") { back.next() } else { None };
    let of = |fields: &'p [Field]| fields.iter().find(|field| field.name == name).map(|field| &field.ty);
    let of_contact = || program.fields.iter().find(|field| field.name == name).map(|field| &field.ty);
    match owner {
        Some("event") => run(program, context).into_iter().find_map(|event| of(&event.fields)),
        Some(_) => of_contact(),
        None => event(program, context).and_then(|event| of(&event.fields)).or_else(of_contact),
    }
}

/// A field's type, with `?` where it may be missing.
pub(super) fn field_type(program: &Program, field: &Field) -> String {
    format!("{}{}", Words::plain(program).ty(&field.ty), if field.optional { "?" } else { "" })
}

/// All names of a kind.
pub(super) fn names(program: &Program, kind: Kind) -> Vec<String> {
    let length = match kind {
        Kind::Enum => program.enums.len(),
        Kind::Field => program.fields.len(),
        Kind::Event => program.events.len(),
        Kind::Segment => program.segments.len(),
        Kind::Score => program.scores.len(),
        Kind::Lifecycle => program.lifecycles.len(),
        Kind::Topic => program.topics.len(),
        Kind::Channel => program.channels.len(),
        Kind::Connector => program.connectors.len(),
        Kind::Message => program.messages.len(),
        Kind::Sequence => program.sequences.len(),
        Kind::Calendar => program.calendars.len(),
        Kind::Team => program.teams.len(),
        Kind::Sla => program.slas.len(),
        Kind::Test => 0,
    };
    let numbers = 0..u32::try_from(length).unwrap_or(u32::MAX);
    numbers.map(|number| name(program, Symbol::Item(kind, number))).filter(|name| !name.is_empty()).collect()
}
