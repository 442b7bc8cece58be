//! Conditions in negation normal form: questions about terms, joined by `and` and `or`.

use flow_graph::Span;
use flow_graph::expr::CompareOp;

use super::domain::Test;

/// The number of a term of the query.
pub(crate) type TermId = usize;

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    /// A question with its answer.
    Lit(Literal),
    /// All hold; of none: true.
    And(Vec<Node>),
    /// One holds; of none: false.
    Or(Vec<Node>),
}

/// A question, and whether the answer is yes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Literal {
    pub(crate) atom: Atom,
    pub(crate) holds: bool,
}

/// A question. A missing term answers no.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Atom {
    /// About one term.
    Test(TermId, Test),
    /// A comparison of two.
    Relation(TermId, CompareOp, TermId),
    /// How long ago the last event was, against a length of time.
    Since(TermId, CompareOp, Span),
    /// One that is not looked into: its number.
    Opaque(usize),
}

impl Node {
    pub(crate) const TRUE: Self = Self::And(Vec::new());
    pub(crate) const FALSE: Self = Self::Or(Vec::new());

    pub(crate) fn of(holds: bool) -> Self {
        if holds { Self::TRUE } else { Self::FALSE }
    }

    pub(crate) fn literal(atom: Atom, holds: bool) -> Self {
        Self::Lit(Literal { atom, holds })
    }

    pub(crate) fn test(term: TermId, test: Test, holds: bool) -> Self {
        Self::literal(Atom::Test(term, test), holds)
    }

    /// All of them: flat, without what is certain.
    pub(crate) fn all(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::And(inner) => flat.extend(inner),
                Self::Or(inner) if inner.is_empty() => return Self::FALSE,
                Self::Or(_) | Self::Lit(_) => flat.push(part),
            }
        }
        if flat.len() == 1 { flat.pop().unwrap_or(Self::TRUE) } else { Self::And(flat) }
    }

    /// One of them: flat, without what is certain.
    pub(crate) fn any(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::Or(inner) => flat.extend(inner),
                Self::And(inner) if inner.is_empty() => return Self::TRUE,
                Self::And(_) | Self::Lit(_) => flat.push(part),
            }
        }
        if flat.len() == 1 { flat.pop().unwrap_or(Self::FALSE) } else { Self::Or(flat) }
    }
}
