//! What the prover says of a sound project: what can never happen, and what always does.
//!
//! Conditions are noted where they are checked, with the places of their clauses, and looked into when all is known.
//! Nothing is said while there are errors: a part that is wrong is not what its author meant. One mistake is told once:
//! what hangs on something of which it has been said that it never happens is not said again.

mod clauses;
mod conditions;

use std::collections::{BTreeMap, BTreeSet};

use flow_graph::Expr;
use flow_graph::program::{Program, Score, Segment};
use flow_graph::{Id, Value};

use super::Check;
use crate::diagnostic::Diagnostic;
use crate::prove::{Answer, Around, Prover};
use crate::source::Span;

/// What is noted while conditions are checked.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// Conditions on their own.
    questions: Vec<Question>,
    /// Both sides of each `and`, by the place of the whole.
    ands: BTreeMap<Span, [(Span, Expr); 2]>,
    /// Sides of `or` that are more than one question.
    alternatives: Vec<(Span, Expr)>,
}

/// A condition, and what it decides.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    /// What it decides.
    place: Place,
    /// Where it stands.
    span: Span,
    /// The condition.
    expr: Expr,
    /// What it sees.
    around: Around,
}

/// What a condition decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Who is in a segment.
    Segment(Id<Segment>),
    /// Which events are meant.
    Where,
    /// Points of a score.
    Rule,
    /// A transition; true when it has to hold for some time.
    Transition(bool),
    /// A branch of `choose`.
    Arm,
    /// Who is kept out of a sequence.
    Unless,
    /// What ends a run.
    ExitWhen,
    /// When the clock of a service level stands.
    Pause,
}

impl Check<'_> {
    /// Notes a condition.
    pub(crate) fn ask(&mut self, place: Place, span: Span, expr: &Expr, around: Around) {
        if !matches!(expr, Expr::Const(_)) {
            self.asked.questions.push(Question { place, span, expr: expr.clone(), around });
        }
    }

    /// Notes both sides of `and`.
    pub(super) fn ask_and(&mut self, whole: Span, left: (Span, &Expr), right: (Span, &Expr)) {
        self.asked.ands.insert(whole, [(left.0, left.1.clone()), (right.0, right.1.clone())]);
    }

    /// Notes a side of `or`.
    pub(super) fn ask_alternative(&mut self, span: Span, expr: &Expr) {
        if let Expr::And(_) = expr {
            self.asked.alternatives.push((span, expr.clone()));
        }
    }

    /// Says what can be proved of the finished program.
    pub(super) fn proofs(&mut self) {
        if self.sink.has_errors() {
            return;
        }
        let found = Proofs::new(self).all();
        for diagnostic in found {
            self.report(diagnostic);
        }
    }
}

/// The proofs about one program.
struct Proofs<'c> {
    check: &'c Check<'c>,
    program: &'c Program,
    prover: Prover<'c>,
    found: Vec<Diagnostic>,
    /// What nobody can ever be in, or what everybody is always in: what follows from that is not said again.
    settled: Settled,
}

/// What has been said already.
#[derive(Debug, Default)]
struct Settled {
    segments: BTreeSet<Id<Segment>>,
    bands: BTreeSet<(Id<Score>, u16)>,
}

impl<'c> Proofs<'c> {
    fn new(check: &'c Check<'_>) -> Self {
        let program = &check.program;
        Self { check, program, prover: Prover::new(program), found: Vec::new(), settled: Settled::default() }
    }

    fn all(mut self) -> Vec<Diagnostic> {
        self.conditions();
        self.found
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    fn never(&self, expr: &Expr, around: Around) -> bool {
        self.prover.can_hold(expr, around) == Answer::No
    }

    fn always(&self, expr: &Expr, around: Around) -> bool {
        self.prover.can_fail(expr, around) == Answer::No
    }

    /// Whether a condition reads something of which it has been said what it always is.
    fn hangs_on_settled(&self, expr: &Expr) -> bool {
        let mut hangs = false;
        expr.walk(&mut |part| {
            if let Expr::InSegment(id) = part {
                hangs |= self.settled.segments.contains(id);
            } else if let Expr::InBand { score, band } = part {
                hangs |= self.settled.bands.contains(&(*score, *band));
            }
        });
        hangs
    }
}

/// Whether a condition is a constant.
fn is_constant(expr: &Expr) -> bool {
    matches!(expr, Expr::Const(Value::Bool(_)))
}
