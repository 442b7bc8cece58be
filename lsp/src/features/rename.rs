//! Another name for something, in all files and templates.

use flow_compiler::diagnostic::Edit;
use flow_compiler::keywords;
use flow_compiler::names::{Kind, Symbol};
use flow_compiler::source::{FileId, FileKind, Span};
use flow_compiler::syntax::tree::ItemKind;
use flow_graph::program::builtin;

use super::actions::{Renamed, moved};
use super::lookup::{Named, named_at, written};
use super::references::of_symbol;
use super::{describe, locals};
use crate::snapshot::Snapshot;

/// The name at an offset, if it can be renamed.
///
/// # Errors
/// A sentence that says why not.
pub fn prepare(snapshot: &Snapshot, file: FileId, offset: u32) -> Result<Span, String> {
    let found = named_at(snapshot, file, offset);
    let Some(first) = found.first() else {
        let contact = locals::contact_at(snapshot, file, offset);
        return contact.map(|(span, _)| span).ok_or_else(|| "there is no name here that can be changed".to_owned());
    };
    for named in &found {
        let declared = snapshot.analysis().references.declared.get(&named.symbol);
        let Some(declared) = declared else {
            return Err(format!("`{}` is built in and keeps its name", written(snapshot, named.symbol)));
        };
        if snapshot.file(declared.file).is_none_or(|file| file.kind != FileKind::Flow) {
            let (name, noun) = (written(snapshot, named.symbol), noun(named.symbol));
            return Err(format!("the {noun} `{name}` is declared in `flow.toml`: change it there"));
        }
    }
    Ok(inside_quotes(snapshot, first.span))
}

/// The edits that rename what stands at an offset, in the order of the text.
///
/// # Errors
/// A sentence that says why it cannot have that name.
pub fn rename(snapshot: &Snapshot, file: FileId, offset: u32, name: &str) -> Result<Vec<Edit>, String> {
    let at = prepare(snapshot, file, offset)?;
    let found = named_at(snapshot, file, offset);
    if found.is_empty() {
        return rename_contact(snapshot, at, name);
    }
    let mut edits: Vec<Edit> = Vec::new();
    for Named { symbol, .. } in &found {
        fits(snapshot, *symbol, name)?;
        let places = of_symbol(snapshot, *symbol);
        edits.extend(
            places.iter().map(|place| Edit { span: inside_quotes(snapshot, place.span), text: name.to_owned() }),
        );
        edits.extend(keeps_arriving(snapshot, *symbol));
    }
    edits.sort_by_key(|edit| edit.span);
    edits.dedup();
    Ok(edits)
}

/// What was given other names, so that people who are inside of it can be told to stay; nothing for what nobody is inside of.
#[must_use]
pub fn renamed(snapshot: &Snapshot, file: FileId, offset: u32, name: &str) -> Vec<Renamed> {
    let found = named_at(snapshot, file, offset);
    let both = found.iter().filter_map(|Named { symbol, .. }| {
        let from = moved::address(snapshot, *symbol, &written(snapshot, *symbol))?;
        Some(Renamed { from, to: moved::address(snapshot, *symbol, name)? })
    });
    both.collect()
}

/// An event and a field arrive under their own names where nothing else is said: the old name is written there, so that they
/// still do.
fn keeps_arriving(snapshot: &Snapshot, symbol: Symbol) -> Option<Edit> {
    let declared = *snapshot.analysis().references.declared.get(&symbol)?;
    let item = describe::item_at(snapshot, declared)?;
    let fields = match (&item.kind, symbol) {
        (ItemKind::Event(event), Symbol::Item(Kind::Event, _)) => {
            let at = event.name.span.after();
            return event.wire.is_none().then(|| as_it_was(at, &event.name.value));
        }
        (ItemKind::Event(event), _) => &event.fields,
        (ItemKind::Contact(contact), _) => &contact.fields,
        (_, _) => return None,
    };
    let field = fields.iter().find(|field| field.name.span == declared && field.wire.is_none())?;
    let at = field.optional.unwrap_or(field.ty.span).after();
    Some(as_it_was(at, &field.name.value))
}

fn as_it_was(at: Span, name: &str) -> Edit {
    Edit { span: at, text: format!(" as \"{name}\"") }
}

/// Another name for a contact of a test.
fn rename_contact(snapshot: &Snapshot, at: Span, name: &str) -> Result<Vec<Edit>, String> {
    well_formed(name)?;
    if locals::contacts_around(snapshot, at).contains(&name) && snapshot.sources.slice(at) != name {
        return Err(format!("the test already has a contact `{name}`"));
    }
    let places = locals::contact_at(snapshot, at.file, at.start).map_or_else(Vec::new, |(_, places)| places);
    Ok(places.into_iter().map(|place| Edit { span: place.span, text: name.to_owned() }).collect())
}

/// Whether something may have a name.
fn fits(snapshot: &Snapshot, symbol: Symbol, name: &str) -> Result<(), String> {
    if symbol_kind(symbol) == Kind::Test {
        let bad = name.contains(['"', '\n', '\\']) || name.is_empty();
        return if bad { Err("a test's name stands in quotes, on one line".to_owned()) } else { Ok(()) };
    }
    well_formed(name)?;
    if symbol_kind(symbol) == Kind::Event && matches!(symbol, Symbol::Item(..)) && builtin::NAMES.contains(&name) {
        return Err(format!("`{name}` is an event that is built in"));
    }
    let declared = &snapshot.analysis().references.declared;
    let taken = declared
        .keys()
        .find(|other| **other != symbol && beside(symbol, **other) && written(snapshot, **other) == name);
    match taken {
        Some(other) => Err(format!("there is already a {} `{name}`", noun(*other))),
        None => Ok(()),
    }
}

/// Whether a name is written like a name.
fn well_formed(name: &str) -> Result<(), String> {
    let first = name.chars().next();
    let letters = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !letters || !first.is_some_and(|c| c.is_ascii_lowercase() || c == '_') {
        return Err(format!("`{name}` cannot be a name: names are written like `cart_reminder`"));
    }
    if keywords::RESERVED.contains(&name) {
        return Err(format!("`{name}` is a word of the language"));
    }
    Ok(())
}

/// Whether two things may not have one name.
fn beside(one: Symbol, other: Symbol) -> bool {
    match (one, other) {
        (Symbol::Item(a, _), Symbol::Item(b, _)) => a == b,
        (Symbol::Member(a, n, _), Symbol::Member(b, m, _)) => a == b && n == m,
        (Symbol::Item(..), Symbol::Member(..)) | (Symbol::Member(..), Symbol::Item(..)) => false,
    }
}

fn symbol_kind(symbol: Symbol) -> Kind {
    match symbol {
        Symbol::Item(kind, _) | Symbol::Member(kind, _, _) => kind,
    }
}

fn noun(symbol: Symbol) -> &'static str {
    match symbol {
        Symbol::Item(kind, _) => kind.noun(),
        Symbol::Member(kind, ..) => kind.member_noun(),
    }
}

/// The name of a test stands in quotes, which stay.
fn inside_quotes(snapshot: &Snapshot, span: Span) -> Span {
    let text = snapshot.sources.slice(span);
    if text.len() >= 2 && text.starts_with('"') && text.ends_with('"') {
        return Span { start: span.start + 1, end: span.end - 1, ..span };
    }
    span
}
