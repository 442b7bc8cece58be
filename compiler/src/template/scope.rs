//! What is known at a point of a template: the shape of each value, the names that the template itself introduces,
//! and which values are there for certain.

use std::collections::{BTreeMap, BTreeSet};

use flow_graph::Type;

/// What a value looks like.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// Anything: nothing is checked.
    Any,
    /// A value of the language.
    Of(Type),
    /// A text, a number or a truth value written in the template.
    Const(minijinja::Value),
    /// `contact`
    Contact,
    /// `event`
    Event,
    /// `event.utm`, `event.page`: only these parts.
    Part(&'static [&'static str]),
    /// `loop` and others of which the template engine knows the parts.
    Engine,
}

/// What is known of a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Info {
    /// What it looks like.
    pub(crate) shape: Shape,
    /// It may be missing: how the author calls it.
    pub(crate) missing: Option<String>,
}

impl Info {
    /// A value that is there.
    pub(crate) fn there(shape: Shape) -> Self {
        Self { shape, missing: None }
    }

    /// A value of which nothing is known, and nothing is said.
    pub(crate) fn any() -> Self {
        Self::there(Shape::Any)
    }

    /// Either of the two.
    pub(crate) fn or(self, other: Self) -> Self {
        let shape = if self.shape == other.shape { self.shape } else { Shape::Any };
        Self { shape, missing: self.missing.or(other.missing) }
    }
}

/// Names and certainties at a point.
#[derive(Debug, Clone, Default)]
pub(crate) struct State {
    /// Names that the template introduced.
    pub(crate) locals: BTreeMap<String, Info>,
    /// Paths that are there for certain: `contact.first_name`.
    pub(crate) known: BTreeSet<String>,
    /// Inside a macro, a block or a call, where names may come from elsewhere.
    pub(crate) macros: BTreeSet<String>,
}

impl State {
    /// Introduces a name, or gives it another value.
    pub(crate) fn declare(&mut self, name: &str, info: Info) {
        let prefix = format!("{name}.");
        self.known.retain(|path| path != name && !path.starts_with(&prefix));
        self.locals.insert(name.to_owned(), info);
    }

    /// The state after two ways that began from one: a name that only one of them introduced may be missing.
    pub(crate) fn join(&mut self, one: &Self, other: &Self) {
        let mut locals = BTreeMap::new();
        for name in one.locals.keys().chain(other.locals.keys()) {
            let info = match (one.locals.get(name), other.locals.get(name)) {
                (Some(a), Some(b)) => a.clone().or(b.clone()),
                (Some(info), None) | (None, Some(info)) => Info { missing: Some(name.clone()), ..info.clone() },
                (None, None) => continue,
            };
            locals.insert(name.clone(), info);
        }
        self.locals = locals;
        self.known = one.known.intersection(&other.known).cloned().collect();
        self.macros = one.macros.union(&other.macros).cloned().collect();
    }
}
