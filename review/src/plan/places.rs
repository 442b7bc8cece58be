//! Where things stand of which a program keeps no line: fields, events, types, teams, templates.

use std::collections::BTreeMap;

use flow_compiler::names::{Kind, References, Symbol};
use flow_compiler::source::{FileKind, Sources, Span};

use super::change::Change;
use crate::place::Place;

/// Lines by address: `contact.email`, `event.order_placed.value`, `team.sales`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places(BTreeMap<String, Place>);

impl Places {
    /// Of a project: its files, and where names are declared in them.
    #[must_use]
    pub fn new(sources: &Sources, references: &References) -> Self {
        let text = |span: Span| sources.get(span.file)?.text.get(span.start as usize..span.end as usize);
        let place = |span: Span| Place { file: sources.path(span.file).to_owned(), line: sources.line(span) };
        let item = |kind: Kind, number: u32| {
            let name = text(*references.declared.get(&Symbol::Item(kind, number))?)?;
            Some(if kind == Kind::Field { format!("contact.{name}") } else { format!("{}.{name}", kind.noun()) })
        };
        let named = references.declared.iter().filter_map(|(symbol, span)| {
            let address = match *symbol {
                Symbol::Item(kind, number) => item(kind, number)?,
                Symbol::Member(kind, number, _) => format!("{}.{}", item(kind, number)?, text(*span)?),
            };
            Some((address, place(*span)))
        });
        let whole = sources.iter().filter_map(|(_, file)| {
            let place = Place { file: file.path.to_string(), line: 1 };
            match file.kind {
                FileKind::Template => Some((format!("template.{}", file.path), place)),
                FileKind::Settings => Some(("project".to_owned(), place)),
                FileKind::Flow => None,
            }
        });
        Self(named.chain(whole).collect())
    }

    /// The line of a part of an item, else that of the item.
    fn of(&self, change: &Change) -> Option<&Place> {
        let part = change.part.as_deref().and_then(|part| part.strip_prefix("field "));
        let part = part.and_then(|name| self.0.get(&format!("{}.{name}", change.item)));
        part.or_else(|| self.0.get(&change.item))
    }
}

/// Notes at each side that has no line yet where it stands.
pub(crate) fn note(changes: &mut [Change], before: &Places, after: &Places) {
    for change in changes {
        let (was, is) = (before.of(change).cloned(), after.of(change).cloned());
        for (said, place) in [(&mut change.before, was), (&mut change.after, is)] {
            if let Some(said) = said.as_mut().filter(|said| said.at.is_none()) {
                said.at = place;
            }
        }
    }
}
