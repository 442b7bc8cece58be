//! What can be proved of conditions: never true, always true, one implies another, two cannot hold at once.
//!
//! **A question** is whether a condition of a program can hold for some contact at some instant. It is put into negation
//! normal form over *terms* (a field, a figure over events, a score, a stage, …), and a way in which it can hold is
//! searched for, by cases. On each branch every term has a *domain*: whether it may be missing, and an interval with
//! holes, a few values, or what a text begins with, ends with and holds. What ties terms to each other (a count of 7
//! days is at most the one of 30) is brought into the domains. An empty domain closes a branch; when all are closed the
//! condition never holds. Missing values are as the machine has them: a comparison with one is false, and so its
//! opposite is true.
//!
//! **Soundness.** A domain always holds at least what is possible, so [`Answer::No`] is a proof about everything that the
//! machine can ever compute. What is not understood (arithmetic, regular expressions, `in sequence`) is a free choice.
//! [`Answer::CannotTell`] is silent, and so is a search that exceeds its budget of steps. Property tests compare each
//! answer with the machine's own evaluation over all states of small worlds.
//!
//! **Not modelled**: arithmetic between terms, what a regular expression describes, how scores and figures hang together,
//! instants beyond the calendar (the year 9999).

mod build;
mod domain;
pub mod example;
mod facts;
mod formula;
mod numbers;
mod relate;
mod score;
mod search;
mod spans;
mod term;
mod texts;
mod witness;

use std::cell::RefCell;
use std::collections::BTreeMap;

use flow_graph::expr::ScorePart;
use flow_graph::program::{Behaviour, Program, Score};
use flow_graph::{Expr, Span, Value};

pub use build::Around;
pub use term::{Subject, Term};

use build::Builder;
use facts::Facts;
use formula::Node;
use search::{Found, STEPS_AT_MOST, Search};
use term::World;

/// Steps of a search of whether one filter implies another, which is asked while another search is prepared.
const FILTER_STEPS_AT_MOST: usize = 200;

/// The answer to a question.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It can be so: for a contact like this.
    Yes(Witness),
    /// It can never be so: proved.
    No,
    /// Neither is proved.
    CannotTell,
}

/// Values of terms with which a condition holds. Terms that do not matter are left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Witness {
    /// Each term with its value; [`Value::Missing`] where it is missing.
    pub values: Vec<(Term, Value)>,
    /// Every term is a field of the contact or of an event, so that a contact like this exists for certain. Figures,
    /// scores and stages have values that their domains allow; whether a log leads to all of them at once is not proved.
    pub certain: bool,
}

/// How two conditions compare.
#[derive(Debug, Clone, PartialEq)]
pub enum Comparison {
    /// They always have the same outcome.
    Equivalent,
    /// The second holds for fewer: for nobody for whom the first does not hold, and not for the witness, if there is one.
    Narrower(Option<Witness>),
    /// The second holds for more: for everybody for whom the first holds, and for the witness too, if there is one.
    Wider(Option<Witness>),
    /// They never hold at once.
    Disjoint,
    /// Some are in the first alone, others in the second alone.
    Different {
        /// Somebody for whom only the first holds.
        first: Witness,
        /// Somebody for whom only the second holds.
        second: Witness,
    },
    /// Neither is proved.
    CannotTell,
}

/// Proves things about the conditions of one program.
#[derive(Debug)]
pub struct Prover<'p> {
    world: World<'p>,
    /// Whether the filter of one figure implies that of another, by their places in the table.
    implied: RefCell<BTreeMap<(usize, usize), bool>>,
}

impl<'p> Prover<'p> {
    /// A prover for a program, which need not be finished: what is not declared yet is not looked into.
    #[must_use]
    pub fn new(program: &'p Program) -> Self {
        Self { world: World::new(program), implied: RefCell::default() }
    }

    /// Whether a condition can hold.
    #[must_use]
    pub fn can_hold(&self, condition: &Expr, around: Around) -> Answer {
        self.all_can_hold(&[(condition, true)], around)
    }

    /// Whether a condition can fail to hold: [`Answer::No`] says that it always holds.
    #[must_use]
    pub fn can_fail(&self, condition: &Expr, around: Around) -> Answer {
        self.all_can_hold(&[(condition, false)], around)
    }

    /// Whether the first always holds when the second does not fail: proved, or not.
    #[must_use]
    pub fn implies(&self, condition: &Expr, conclusion: &Expr, around: Around) -> bool {
        self.all_can_hold(&[(condition, true), (conclusion, false)], around) == Answer::No
    }

    /// Whether some conditions can have these outcomes all at once.
    #[must_use]
    pub fn all_can_hold(&self, conditions: &[(&Expr, bool)], around: Around) -> Answer {
        self.search(conditions, around, STEPS_AT_MOST)
    }

    /// How two conditions compare.
    #[must_use]
    pub fn compare(&self, first: &Expr, second: &Expr, around: Around) -> Comparison {
        let only = |yes: &Expr, no: &Expr| self.all_can_hold(&[(yes, true), (no, false)], around);
        match (only(first, second), only(second, first)) {
            (Answer::No, Answer::No) => Comparison::Equivalent,
            _ if self.all_can_hold(&[(first, true), (second, true)], around) == Answer::No => Comparison::Disjoint,
            (only_first, Answer::No) => Comparison::Narrower(only_first.witness()),
            (Answer::No, only_second) => Comparison::Wider(only_second.witness()),
            (Answer::Yes(first), Answer::Yes(second)) => Comparison::Different { first, second },
            _ => Comparison::CannotTell,
        }
    }

    fn search(&self, conditions: &[(&Expr, bool)], around: Around, steps: usize) -> Answer {
        let mut builder = Builder::new(self.world.program);
        let nodes: Vec<Node> =
            conditions.iter().map(|(expr, holds)| builder.condition(expr, *holds, around, false)).collect();
        if let [Node::Lit(_)] = nodes.as_slice()
            && builder.opaque_count() > 0
        {
            return Answer::CannotTell;
        }
        let implies = |a: &Behaviour, b: &Behaviour| self.filter_implies(a, b);
        let links = relate::links(&self.world, &builder.terms, &implies);
        let domains = builder.terms.iter().map(|term| self.world.domain(term, around.event)).collect();
        let facts = Facts::new(domains, builder.opaque_count());
        let mut search = Search {
            world: &self.world,
            terms: &builder.terms,
            links: &links,
            steps_left: steps,
            even_days: around.even_days,
        };
        match search.run(facts, nodes.iter().collect()) {
            Found::Never => Answer::No,
            Found::GaveUp => Answer::CannotTell,
            Found::Open(facts) => witness::of(&builder.terms, &facts, &nodes).map_or(Answer::CannotTell, Answer::Yes),
        }
    }

    /// Whether each event that one figure counts is counted by another with a wider filter.
    fn filter_implies(&self, a: &Behaviour, b: &Behaviour) -> bool {
        let (Some(narrow), Some(wide)) = (&a.filter, &b.filter) else { return b.filter.is_none() };
        let place = |it: &Behaviour| self.world.program.behaviours.iter().position(|other| std::ptr::eq(other, it));
        let key = place(a).zip(place(b));
        if let Some(known) = key.and_then(|key| self.implied.borrow().get(&key).copied()) {
            return known;
        }
        let around = Around { event: Some(a.event), remembered: false, even_days: false };
        let implied = self.search(&[(narrow, true), (wide, false)], around, FILTER_STEPS_AT_MOST) == Answer::No;
        if let Some(key) = key {
            self.implied.borrow_mut().insert(key, implied);
        }
        implied
    }
}

/// The least and the greatest value of a score; infinite where there is no bound.
#[must_use]
pub fn score_bounds(score: &Score) -> (f64, f64) {
    score::bounds(score, ScorePart::Total)
}

/// Whether one length of time is never longer than another, in whichever zone and from whichever instant.
#[must_use]
pub fn is_at_most(short: Span, long: Span) -> bool {
    spans::at_most(short, long)
}

impl Answer {
    fn witness(self) -> Option<Witness> {
        match self {
            Self::Yes(witness) => Some(witness),
            Self::No | Self::CannotTell => None,
        }
    }
}
