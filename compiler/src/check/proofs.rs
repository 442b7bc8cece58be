//! What the prover says of a sound project: what can never happen, and what always does.
//!
//! Conditions are noted where they are checked, with the places of their clauses, and looked into when all is known.
//! Nothing is said while there are errors: a part that is wrong is not what its author meant. One mistake is told once:
//! what hangs on something of which it has been said that it never happens is not said again.

mod branches;
mod clauses;
mod conditions;
mod loops;
mod personal;
mod replies;
mod sends;
mod stages;
mod triggers;
mod writers;

use std::collections::{BTreeMap, BTreeSet};

use flow_graph::Expr;
use flow_graph::program::{Lifecycle, Message, Program, Score, Segment, Sequence, StepId, Trigger};
use flow_graph::{Id, Value};

use super::Check;
use crate::diagnostic::Diagnostic;
use crate::prove::{Answer, Around, Prover};
use crate::source::Span;
use crate::syntax::tree::trigger::Trigger as TriggerTree;

pub(crate) use triggers::Later;

/// What is noted while conditions are checked.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// Conditions on their own.
    pub(crate) questions: Vec<Question>,
    /// Both sides of each `and`, by the place of the whole.
    pub(crate) ands: BTreeMap<Span, [(Span, Expr); 2]>,
    /// Sides of `or` that are more than one question.
    pub(crate) alternatives: Vec<(Span, Expr)>,
    /// Where the transitions of a lifecycle stand.
    pub(crate) transitions: BTreeMap<Id<Lifecycle>, Vec<Span>>,
    /// Where its promises stand.
    pub(crate) expects: BTreeMap<Id<Lifecycle>, Vec<Span>>,
    /// Each `choose`.
    pub(crate) arms: Vec<Arms>,
    /// Each wait for something.
    pub(crate) waits: Vec<Waiting>,
    /// Each `send`.
    pub(crate) sends: Vec<Sending>,
    /// Where `enter` of each sequence stands.
    pub(crate) entries: BTreeMap<Id<Sequence>, Span>,
    /// Where the quiet hours stand.
    pub(crate) quiet: Option<Span>,
    /// Triggers that can only fire after something else has begun.
    pub(crate) later: Vec<(Later, Span, Trigger)>,
}

/// A `choose`.
#[derive(Debug, Clone)]
pub(crate) struct Arms {
    /// What is known of everybody who comes to it.
    pub(crate) path: Path,
    /// Its conditions.
    pub(crate) arms: Vec<(Span, Expr)>,
    /// Where `otherwise` stands, when it does something.
    pub(crate) otherwise: Option<Span>,
}

/// A `send`.
#[derive(Debug, Clone)]
pub(crate) struct Sending {
    /// In which sequence.
    pub(crate) sequence: Id<Sequence>,
    /// What is sent.
    pub(crate) message: Id<Message>,
    /// Where it stands.
    pub(crate) at: Span,
    /// What is known of everybody who comes to it.
    pub(crate) path: Path,
    /// Runs come to it at the instant at which they begin.
    pub(crate) at_once: bool,
}

/// Conditions with their outcomes that lead to a step in the same turn, and where they stand.
pub(crate) type Path = Vec<(Span, Expr, bool)>;

/// A wait for something.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    /// In which sequence.
    pub(crate) sequence: Id<Sequence>,
    /// Its place there.
    pub(crate) step: StepId,
    /// Its branches.
    pub(crate) branches: Vec<WaitBranch>,
}

/// A branch of a wait.
#[derive(Debug, Clone)]
pub(crate) struct WaitBranch {
    /// Where it stands.
    pub(crate) at: Span,
    /// What it waits for.
    pub(crate) triggers: Vec<Trigger>,
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

    /// Notes triggers that can only fire after something else has begun.
    pub(super) fn ask_later(&mut self, place: Later, trees: &[TriggerTree], triggers: &[Trigger]) {
        let pairs = trees.iter().zip(triggers).map(|(tree, trigger)| (place, tree.span, trigger.clone()));
        self.asked.later.extend(pairs);
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

/// What has been said already: of whom nobody or everybody is a member, and which scores have a band that is never reached.
#[derive(Debug, Default)]
struct Settled {
    segments: BTreeSet<Id<Segment>>,
    scores: BTreeSet<Id<Score>>,
}

impl<'c> Proofs<'c> {
    fn new(check: &'c Check<'_>) -> Self {
        let program = &check.program;
        Self { check, program, prover: Prover::new(program), found: Vec::new(), settled: Settled::default() }
    }

    fn all(mut self) -> Vec<Diagnostic> {
        self.bands();
        self.conditions();
        self.lifecycles();
        self.branches();
        self.triggers();
        self.sends();
        self.writers();
        self.personal();
        self.replies();
        self.loops();
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
            } else if let Expr::InBand { score, .. } | Expr::Score { score, .. } = part {
                hangs |= self.settled.scores.contains(score);
            }
        });
        hangs
    }
}

/// Whether a condition is a constant.
fn is_constant(expr: &Expr) -> bool {
    matches!(expr, Expr::Const(Value::Bool(_)))
}
