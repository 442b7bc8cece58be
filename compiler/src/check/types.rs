//! What an expression is found to be, and what it may look at.

use flow_graph::program::{EnumType, Event};
use flow_graph::{Expr, Id, Type, Value};

use crate::names::Kind;
use crate::source::Span;

/// The type of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ty {
    /// Something was wrong and has been said: nothing more is said about what uses it.
    Error,
    /// A type of the language.
    Of(Type),
    /// A text that names an item: the `message` or `topic` of a built-in event.
    NameOf(Kind),
    /// `time since last x`: can only be compared with a length of time.
    Elapsed,
    /// A length of time in calendar units, which has no fixed number of milliseconds.
    CalendarSpan,
    /// `[]`: a set of anything.
    EmptySet,
}

impl Ty {
    /// True for the error type.
    pub(crate) fn is_error(&self) -> bool {
        matches!(self, Self::Error)
    }

    /// True for a bool, and for the error type, which fits everywhere.
    pub(crate) fn is_bool(&self) -> bool {
        matches!(self, Self::Error | Self::Of(Type::Bool))
    }
}

/// An expression that has been checked.
#[derive(Debug, Clone)]
pub(crate) struct Typed {
    /// The expression; anything when the type is an error.
    pub(crate) expr: Expr,
    /// Its type.
    pub(crate) ty: Ty,
    /// It may be missing.
    pub(crate) optional: bool,
    /// Where it stands.
    pub(crate) span: Span,
    /// Where what it reads is declared.
    pub(crate) declared: Option<Span>,
    /// The numbers that it can be, both ends included (money in major units).
    pub(crate) range: Option<(f64, f64)>,
}

impl Typed {
    /// What stands for an expression that is wrong.
    pub(crate) fn error(span: Span) -> Self {
        Self::new(Expr::Const(Value::Missing), Ty::Error, span)
    }

    /// An expression that is always there.
    pub(crate) fn new(expr: Expr, ty: Ty, span: Span) -> Self {
        Self { expr, ty, optional: false, span, declared: None, range: None }
    }

    /// Of a type of the language.
    pub(crate) fn of(expr: Expr, ty: Type, span: Span) -> Self {
        Self::new(expr, Ty::Of(ty), span)
    }

    /// A condition.
    pub(crate) fn bool(expr: Expr, span: Span) -> Self {
        Self::of(expr, Type::Bool, span)
    }

    /// Whether it may be missing.
    pub(crate) fn or_missing(mut self, optional: bool) -> Self {
        self.optional = optional;
        self
    }

    /// True when something was wrong with it.
    pub(crate) fn is_error(&self) -> bool {
        self.ty.is_error()
    }

    /// Its value, when it is a constant.
    pub(crate) fn constant(&self) -> Option<&Value> {
        if let Expr::Const(value) = &self.expr { Some(value) } else { None }
    }
}

/// What an expression may look at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    /// Inside `where`: the event that is looked at.
    pub(crate) this: Option<Id<Event>>,
    /// Inside a sequence: what can have begun the run.
    pub(crate) run: Option<RunScope>,
    /// Only the event and fields of the contact may be read: filters of behaviours and of score rules, which are
    /// decided once, when the event arrives.
    pub(crate) facts_only: bool,
    /// Inside a sequence that could not be read in full: nothing is said about `key` and `event`.
    pub(crate) unsure: bool,
    /// What is known to be there at this place.
    pub(crate) known: Vec<Expr>,
}

/// What can have begun the run of a sequence.
#[derive(Debug, Clone, Default)]
pub(crate) struct RunScope {
    /// The events that can; the second is false where a trigger without an event can too.
    pub(crate) events: Vec<Id<Event>>,
    /// A run can begin without an event (`entered segment x`, `enroll in`): then its event may be missing.
    pub(crate) without_event: bool,
    /// The type of the key, when the sequence has one.
    pub(crate) key: Option<Ty>,
}

impl Scope {
    /// Around the filter of a behaviour or of a score rule: the contact's fields and nothing derived.
    pub(crate) fn of_filter() -> Self {
        Self { facts_only: true, ..Self::default() }
    }

    /// The contact and what is derived of it.
    pub(crate) fn contact() -> Self {
        Self::default()
    }

    /// Inside a sequence that could not be read in full.
    pub(crate) fn of_some_run() -> Self {
        Self { unsure: true, ..Self::default() }
    }

    /// Inside a sequence.
    pub(crate) fn of_run(run: RunScope) -> Self {
        Self { run: Some(run), ..Self::default() }
    }

    /// Inside `where` of an event, around what this scope sees.
    pub(crate) fn looking_at(&self, event: Id<Event>) -> Self {
        Self { this: Some(event), known: Vec::new(), ..self.clone() }
    }

    /// The same place, as if nothing were known to be there.
    pub(crate) fn knowing_nothing(&self) -> Self {
        Self { known: Vec::new(), ..self.clone() }
    }

    /// With more that is known to be there.
    pub(crate) fn knowing(&self, more: Vec<Expr>) -> Self {
        let mut scope = self.clone();
        scope.known.extend(more);
        scope
    }
}

/// The enum of a type, when it is one.
pub(crate) fn enum_of(ty: &Type) -> Option<Id<EnumType>> {
    if let Type::Enum(id) = ty { Some(*id) } else { None }
}
