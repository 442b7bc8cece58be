//! What is assumed on one branch of the search: a domain for each term, and what ties terms to each other.

use flow_graph::Span;
use flow_graph::expr::CompareOp;

use super::domain::{Domain, Test, opposite};
use super::formula::{Atom, Literal, Node, TermId};

/// What is assumed.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub(crate) domains: Vec<Domain>,
    pub(crate) relations: Vec<(TermId, CompareOp, TermId, bool)>,
    /// `since last` questions with their answers.
    pub(crate) since: Vec<(TermId, CompareOp, Span, bool)>,
    opaque: Vec<Option<bool>>,
}

impl Facts {
    pub(crate) fn new(domains: Vec<Domain>, opaque: usize) -> Self {
        Self { domains, relations: Vec::new(), since: Vec::new(), opaque: vec![None; opaque] }
    }

    /// Assumes an answer. False when it contradicts what is assumed already.
    pub(crate) fn assume(&mut self, literal: &Literal) -> bool {
        let holds = literal.holds;
        match &literal.atom {
            Atom::Test(term, test) => self.keep(*term, test, holds),
            Atom::Relation(a, op, b) => {
                self.relations.push((*a, *op, *b, holds));
                !holds || self.keep(*a, &Test::Known, true) && self.keep(*b, &Test::Known, true)
            }
            Atom::Since(term, op, span) => {
                self.since.push((*term, *op, *span, holds));
                !holds || self.keep(*term, &Test::Known, true)
            }
            Atom::Opaque(number) => match self.opaque.get_mut(*number) {
                Some(known) => *known.get_or_insert(holds) == holds,
                None => true,
            },
        }
    }

    /// Keeps what answers a question about a term in one way. False when nothing is left.
    pub(crate) fn keep(&mut self, term: TermId, test: &Test, holds: bool) -> bool {
        let Some(domain) = self.domains.get_mut(term) else { return true };
        domain.keep(test, holds);
        !domain.is_empty()
    }

    /// Whether a condition is decided by what is assumed; looks at single questions only.
    pub(crate) fn decides(&self, node: &Node) -> Option<bool> {
        match node {
            Node::Lit(literal) => self.decides_literal(literal),
            Node::And(parts) => {
                let mut all = Some(true);
                for part in parts {
                    match self.decides(part) {
                        Some(false) => return Some(false),
                        Some(true) => {}
                        None => all = None,
                    }
                }
                all
            }
            Node::Or(parts) => {
                let mut none = Some(false);
                for part in parts {
                    match self.decides(part) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => none = None,
                    }
                }
                none
            }
        }
    }

    fn decides_literal(&self, literal: &Literal) -> Option<bool> {
        match &literal.atom {
            Atom::Test(term, test) => {
                let domain = self.domains.get(*term)?;
                let left = |holds: bool| {
                    let mut kept = domain.clone();
                    kept.keep(test, holds);
                    !kept.is_empty()
                };
                match (left(literal.holds), left(!literal.holds)) {
                    (true, false) => Some(true),
                    (false, _) => Some(false),
                    (true, true) => None,
                }
            }
            Atom::Opaque(number) => self.opaque.get(*number).copied().flatten().map(|known| known == literal.holds),
            Atom::Relation(a, _, b) => {
                let missing = [a, b].into_iter().any(|term| self.domains.get(*term).is_some_and(Domain::is_missing));
                missing.then_some(!literal.holds)
            }
            Atom::Since(term, ..) => self.domains.get(*term).is_some_and(Domain::is_missing).then_some(!literal.holds),
        }
    }

    /// Whether a term has a value for certain.
    pub(crate) fn is_known(&self, term: TermId) -> bool {
        self.domains.get(term).is_some_and(|domain| !domain.missing)
    }

    /// What is assumed of pairs of terms, brought into their domains. False for a contradiction.
    pub(crate) fn relate(&mut self) -> bool {
        for (a, op, b, holds) in self.relations.clone() {
            let op = match holds {
                true => op,
                false if self.is_known(a) && self.is_known(b) => opposite(op),
                false => continue,
            };
            if !self.order(a, op, b) || !self.order(b, super::build::flipped(op), a) {
                return false;
            }
        }
        self.possible_orders()
    }

    /// `a op b` of two that are known: what follows for `a`.
    pub(crate) fn order(&mut self, a: TermId, op: CompareOp, b: TermId) -> bool {
        let Some(other) = self.domains.get(b) else { return true };
        if let Some(only) = other.only().cloned() {
            return self.keep(a, &Test::Compare(op, only), true);
        }
        let Some(((low, above), (high, below))) = other.ends() else { return true };
        let Some(domain) = self.domains.get_mut(a) else { return true };
        let (under, over) = (CompareOp::Less, CompareOp::Greater);
        let (at_most, at_least) = (CompareOp::LessEqual, CompareOp::GreaterEqual);
        match op {
            CompareOp::Equal => {
                domain.keep_number(if above { over } else { at_least }, low);
                domain.keep_number(if below { under } else { at_most }, high);
            }
            CompareOp::NotEqual => {}
            CompareOp::Less => domain.keep_number(under, high),
            CompareOp::LessEqual => domain.keep_number(if below { under } else { at_most }, high),
            CompareOp::Greater => domain.keep_number(over, low),
            CompareOp::GreaterEqual => domain.keep_number(if above { over } else { at_least }, low),
        }
        !domain.is_empty()
    }

    /// Whether each pair of terms has an order left: less, equal or greater.
    fn possible_orders(&self) -> bool {
        let bits = |op: CompareOp| match op {
            CompareOp::Less => 0b001,
            CompareOp::LessEqual => 0b011,
            CompareOp::Equal => 0b010,
            CompareOp::NotEqual => 0b101,
            CompareOp::GreaterEqual => 0b110,
            CompareOp::Greater => 0b100,
        };
        self.relations.iter().enumerate().all(|(i, (a, _, b, _))| {
            let both = self.is_known(*a) && self.is_known(*b);
            let of_pair = self.relations.iter().skip(i).filter(|(c, _, d, _)| (c, d) == (a, b));
            let left = of_pair.fold(0b111, |left, (_, op, _, holds)| match holds {
                true => left & bits(*op),
                false if both => left & bits(opposite(*op)),
                false => left,
            });
            left != 0
        })
    }
}
