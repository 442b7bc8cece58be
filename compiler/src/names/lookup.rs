//! Looks names up, records what they stand for, and says what was meant when there is no such name.

use flow_graph::Id;

use super::{Kind, Named, Names, Symbol};
use crate::check::Check;
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::{Name, Span};
use crate::suggest::{list, nearest};

impl Check<'_> {
    /// What a name stands for; `None` when it is unknown, which has been said then.
    pub(crate) fn find<T: Named>(&mut self, name: &Name) -> Option<Id<T>> {
        self.find_fitting(name, |_| true)
    }

    /// Like [`Check::find`]; what fits is suggested before what does not.
    pub(crate) fn find_fitting<T: Named>(&mut self, name: &Name, fits: impl Fn(Id<T>) -> bool) -> Option<Id<T>> {
        let Some(id) = self.names.number::<T>(&name.value) else {
            let (fitting, others): (Vec<_>, Vec<_>) = (0_u32..)
                .zip(self.names.entries(T::KIND))
                .map(|(n, entry)| (Id::new(n), entry.name.clone()))
                .partition(|(id, _)| fits(*id));
            let candidates: Vec<String> = fitting.into_iter().chain(others).map(|(_, name)| name).collect();
            self.unknown(T::KIND, name, &candidates);
            return None;
        };
        self.refer(name.span, symbol(id));
        Some(id)
    }

    /// The position of a value, an event's field, a band, a stage or a label. `None` when it is unknown, which has
    /// been said then, or when the item could not be read.
    pub(crate) fn find_member<T: Named>(&mut self, of: Id<T>, name: &Name) -> Option<u16> {
        if let Some(position) = self.names.member_number(of, &name.value) {
            self.refer(name.span, member_symbol(of, position));
            return Some(position);
        }
        let entry = self.names.entry(of)?;
        if entry.broken {
            return None;
        }
        let (noun, owner) = (T::KIND.member_noun(), T::KIND.noun());
        let message = format!("the {owner} `{}` has no {noun} `{}`", entry.name, name.value);
        let candidates: Vec<&str> = entry.members.iter().map(|member| member.name.as_str()).collect();
        let mut diagnostic = Diagnostic::new(Code::UnknownName, name.span, message);
        diagnostic = suggest(diagnostic, name, &candidates);
        if diagnostic.help.is_none() && (1..=12).contains(&candidates.len()) {
            diagnostic = diagnostic.help(format!("it has {}", list(candidates.iter().copied())));
        }
        if let Some(declared) = entry.span {
            diagnostic = diagnostic.label(declared, format!("the {owner} is declared here"));
        }
        self.sink.push(diagnostic);
        None
    }

    /// Records what the name at a place stands for.
    pub(crate) fn refer(&mut self, span: Span, symbol: Symbol) {
        self.references.uses.push((span, symbol));
    }

    /// Says that there is no such name, with what may have been meant: of the same kind first, else of another.
    pub(crate) fn unknown(&mut self, kind: Kind, name: &Name, candidates: &[String]) {
        if kind == Kind::Field && self.names.contact_broken {
            return;
        }
        let of_settings = matches!(kind, Kind::Channel | Kind::Connector);
        if of_settings && !self.unknown_settings.insert(name.value.clone()) {
            return;
        }
        let message = format!("there is no {} `{}`", kind.noun(), name.value);
        let diagnostic = Diagnostic::new(Code::UnknownName, name.span, message);
        let candidates: Vec<&str> = candidates.iter().map(String::as_str).collect();
        let mut diagnostic = suggest(diagnostic, name, &candidates);
        for (other, declared) in self.names.other_kinds(kind, &name.value) {
            let words = format!("`{}` is {}", name.value, other.with_article());
            if let Some(span) = declared {
                diagnostic = diagnostic.label(span, words);
            } else if diagnostic.help.is_none() {
                diagnostic = diagnostic.help(format!("{words}, not {}", kind.with_article()));
            }
        }
        // Short names of other kinds are near to anything.
        if diagnostic.help.is_none() && diagnostic.labels.is_empty() && name.value.len() >= 5 {
            let near = Kind::ALL.into_iter().filter(|other| *other != kind).find_map(|other| {
                let names = self.names.entries(other).iter().map(|entry| entry.name.as_str());
                nearest(&name.value, names).map(|near| (other, near))
            });
            if let Some((other, near)) = near {
                diagnostic = diagnostic.help(format!("there is {} `{near}`", other.with_article()));
            }
        }
        if diagnostic.help.is_none() && diagnostic.labels.is_empty() {
            diagnostic = match candidates.len() {
                0 => diagnostic.help(format!("no {} is declared", kind.noun())),
                1 => diagnostic.help(format!("there is only {}", list(candidates.iter().copied()))),
                2..=8 => diagnostic.help(format!("there are {}", list(candidates.iter().copied()))),
                _ => diagnostic.help(format!("write the name of {} that is declared", kind.with_article())),
            };
        }
        self.sink.push(diagnostic);
    }
}

impl Names<'_> {
    /// The other kinds of which something has this name, and where.
    fn other_kinds(&self, kind: Kind, name: &str) -> Vec<(Kind, Option<Span>)> {
        let others = Kind::ALL.into_iter().filter(|other| *other != kind && *other != Kind::Test);
        let found = others.filter_map(|other| {
            let number = self.index.get(&(other, name.to_owned()))?;
            let entry = self.entries(other).get(usize::try_from(*number).ok()?)?;
            Some((other, entry.span))
        });
        found.collect()
    }
}

/// The symbol of an entry.
pub(crate) fn symbol<T: Named>(id: Id<T>) -> Symbol {
    Symbol::Item(T::KIND, u32::try_from(id.index()).unwrap_or(u32::MAX))
}

/// The symbol of a member.
pub(crate) fn member_symbol<T: Named>(id: Id<T>, member: u16) -> Symbol {
    Symbol::Member(T::KIND, u32::try_from(id.index()).unwrap_or(u32::MAX), member)
}

/// Adds "did you mean …" with its fix, where a candidate is near.
pub(crate) fn suggest(diagnostic: Diagnostic, name: &Name, candidates: &[&str]) -> Diagnostic {
    match nearest(&name.value, candidates.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(
            format!("write `{near}`"),
            name.span,
            near,
            Applicability::Unsafe,
        ),
        None => diagnostic,
    }
}
