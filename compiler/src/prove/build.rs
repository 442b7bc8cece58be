//! Expressions to formulas: `not` moves inwards, `??` and `if` become cases, segments their condition.

use std::sync::Arc;

use flow_graph::expr::CompareOp;
use flow_graph::program::{Event, Program};
use flow_graph::{Expr, Id, Value};

use super::domain::Test;
use super::formula::{Atom, Node, TermId};
use super::term::{Subject, Term};

/// How many nodes a formula has at most: what would be larger is not looked into.
const NODES_AT_MOST: usize = 4_000;
/// How many cases of `??` and `if` an operand has at most.
const CASES_AT_MOST: usize = 8;

/// Where a condition is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Around {
    /// The event that is being looked at, inside `where`.
    pub event: Option<Id<Event>>,
    /// Segments and bands are as they were last derived, and facts may have changed since: conditions of triggers,
    /// entries and service levels. Else they are as the facts are now.
    pub remembered: bool,
    /// Calendar time is taken to keep the order of instants: who was first leaves a window first. It does, but for moments
    /// around a clock change and at the ends of months; what is proved with it is said with this reserve.
    pub even_days: bool,
}

/// A formula under construction: its terms, and what is not looked into.
#[derive(Debug)]
pub(crate) struct Builder<'p> {
    program: &'p Program,
    pub(crate) terms: Vec<Term>,
    opaque: Vec<(Expr, bool)>,
    nodes_left: usize,
}

/// One case of an operand: what holds then, and which expression it is.
type Case<'e> = (Node, &'e Expr);

impl<'p> Builder<'p> {
    pub(crate) fn new(program: &'p Program) -> Self {
        Self { program, terms: Vec::new(), opaque: Vec::new(), nodes_left: NODES_AT_MOST }
    }

    /// How many conditions are not looked into.
    pub(crate) fn opaque_count(&self) -> usize {
        self.opaque.len()
    }

    /// A condition, or its opposite. `past`: facts are those of when segments and bands were last derived.
    pub(crate) fn condition(&mut self, expr: &Expr, holds: bool, around: Around, past: bool) -> Node {
        if self.nodes_left == 0 {
            return self.opaque(expr, holds, past);
        }
        self.nodes_left -= 1;
        match expr {
            Expr::Const(value) => Node::of((*value == Value::Bool(true)) == holds),
            Expr::And(parts) | Expr::Or(parts) => {
                let parts = parts.iter().map(|part| self.condition(part, holds, around, past)).collect();
                if matches!(expr, Expr::And(_)) == holds { Node::all(parts) } else { Node::any(parts) }
            }
            Expr::Not(inner) => self.condition(inner, !holds, around, past),
            Expr::Known(inner) => self.known(inner, holds, around, past),
            Expr::If { condition, then, otherwise } => {
                let yes = self.condition(condition, true, around, past);
                let no = self.condition(condition, false, around, past);
                let then = self.condition(then, holds, around, past);
                let otherwise = self.condition(otherwise, holds, around, past);
                Node::any(vec![Node::all(vec![yes, then]), Node::all(vec![no, otherwise])])
            }
            Expr::InSegment(id) => match self.program.segments.get(*id) {
                Some(segment) => self.condition(&segment.condition, holds, around, past || around.remembered),
                None => self.opaque(expr, holds, past),
            },
            Expr::InStage { lifecycle, stage, at_least } => {
                let op = if *at_least { CompareOp::GreaterEqual } else { CompareOp::Equal };
                let term = self.term(Subject::Stage(*lifecycle), past);
                Node::test(term, Test::Compare(op, Value::Enum(*stage)), holds)
            }
            Expr::InBand { score, band } => {
                let term = self.term(Subject::Band(*score), past || around.remembered);
                Node::test(term, Test::Compare(CompareOp::Equal, Value::Enum(*band)), holds)
            }
            Expr::SinceLast { behaviour, op, span } => {
                let term = self.value(&Expr::Behaviour(*behaviour), past);
                Node::literal(Atom::Since(term, *op, *span), holds)
            }
            Expr::InSequence(_) => self.opaque(expr, holds, past),
            Expr::Compare { .. }
            | Expr::OneOf { .. }
            | Expr::TextTest { .. }
            | Expr::Matches { .. }
            | Expr::Contains { .. } => self.question(expr, holds, around, past),
            Expr::Field(_)
            | Expr::This(_)
            | Expr::ThisMeta(_)
            | Expr::Trigger(_)
            | Expr::TriggerMeta(_)
            | Expr::Key
            | Expr::Behaviour(_)
            | Expr::Score { .. }
            | Expr::Arith { .. }
            | Expr::Shift { .. }
            | Expr::Template(_) => {
                let term = self.value(expr, past);
                Node::test(term, Test::Compare(CompareOp::Equal, Value::Bool(true)), holds)
            }
            Expr::Default { .. } => {
                let test = |_: &mut Self, leaf: TermId| {
                    Node::test(leaf, Test::Compare(CompareOp::Equal, Value::Bool(true)), holds)
                };
                let cases = self.cases(expr, around, past);
                self.of_cases(
                    cases,
                    (expr, holds, past),
                    |value| Node::of((*value == Value::Bool(true)) == holds),
                    test,
                )
            }
        }
    }

    /// A question about one or two operands, case by case.
    #[expect(clippy::wildcard_enum_match_arm, reason = "only questions come here, and others are not looked into")]
    fn question(&mut self, expr: &Expr, holds: bool, around: Around, past: bool) -> Node {
        let whole = (expr, holds, past);
        match expr {
            Expr::Compare { op, left, right } => self.compare(whole, *op, (left, right), around),
            Expr::OneOf { value, list } => self.ask(whole, value, &Test::OneOf(Arc::from(list.as_slice())), around),
            Expr::TextTest { op, value, pattern } => match &**pattern {
                Expr::Const(Value::Text(text)) => self.ask(whole, value, &Test::Text(*op, text.clone()), around),
                _ => self.opaque(expr, holds, past),
            },
            Expr::Matches { value, pattern } => {
                self.ask(whole, value, &Test::Matches(Arc::from(pattern.as_str())), around)
            }
            Expr::Contains { set, member } => match &**member {
                Expr::Const(member) if member.is_known() => {
                    self.ask(whole, set, &Test::Contains(member.clone()), around)
                }
                _ => self.opaque(expr, holds, past),
            },
            _ => self.opaque(expr, holds, past),
        }
    }

    fn ask(&mut self, (whole, holds, past): (&Expr, bool, bool), value: &Expr, test: &Test, around: Around) -> Node {
        let cases = self.cases(value, around, past);
        self.of_cases(
            cases,
            (whole, holds, past),
            |value| Node::of(test.holds(value) == holds),
            |_, term| Node::test(term, test.clone(), holds),
        )
    }

    fn compare(
        &mut self,
        (whole, holds, past): (&Expr, bool, bool),
        op: CompareOp,
        (left, right): (&Expr, &Expr),
        around: Around,
    ) -> Node {
        let (Some(lefts), Some(rights)) = (self.cases(left, around, past), self.cases(right, around, past)) else {
            return self.opaque(whole, holds, past);
        };
        if lefts.len() * rights.len() > CASES_AT_MOST {
            return self.opaque(whole, holds, past);
        }
        let mut all = Vec::new();
        for (when, left) in &lefts {
            for (also, right) in &rights {
                let node = match (left, right) {
                    (Expr::Const(a), Expr::Const(b)) => {
                        Node::of((a.is_known() && b.is_known() && op.holds(a.order(b))) == holds)
                    }
                    (_, Expr::Const(value)) => self.against((left, op, value), holds, around, past),
                    (Expr::Const(value), _) => self.against((right, flipped(op), value), holds, around, past),
                    _ => {
                        let (a, b) = (self.value(left, past), self.value(right, past));
                        relation(a, op, b, holds)
                    }
                };
                all.push(Node::all(vec![when.clone(), also.clone(), node]));
            }
        }
        Node::any(all)
    }

    fn against(
        &mut self,
        (leaf, op, value): (&Expr, CompareOp, &Value),
        holds: bool,
        around: Around,
        past: bool,
    ) -> Node {
        if !value.is_known() {
            return Node::of(!holds);
        }
        // A condition as an operand: `(a and b) == true`.
        if let (true, CompareOp::Equal | CompareOp::NotEqual, Value::Bool(wanted)) = (is_condition(leaf), op, value) {
            let wanted = *wanted == (op == CompareOp::Equal);
            return self.condition(leaf, wanted == holds, around, past);
        }
        let term = self.value(leaf, past);
        let test = Node::test(term, Test::Compare(op, value.clone()), holds);
        if holds && matches!(leaf, Expr::Arith { .. } | Expr::Shift { .. }) {
            // What is computed is there only when what it is computed from is.
            Node::all(vec![self.known(leaf, true, around, past), test])
        } else {
            test
        }
    }

    fn of_cases(
        &mut self,
        cases: Option<Vec<Case<'_>>>,
        (whole, holds, past): (&Expr, bool, bool),
        constant: impl Fn(&Value) -> Node,
        test: impl Fn(&mut Self, TermId) -> Node,
    ) -> Node {
        let Some(cases) = cases else { return self.opaque(whole, holds, past) };
        let mut all = Vec::new();
        for (when, leaf) in cases {
            let node = if let Expr::Const(value) = leaf {
                constant(value)
            } else {
                let term = self.value(leaf, past);
                test(self, term)
            };
            all.push(Node::all(vec![when, node]));
        }
        Node::any(all)
    }

    /// What an operand can be: exactly one of the cases holds. None when there are too many.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all others are one case")]
    fn cases<'e>(&mut self, expr: &'e Expr, around: Around, past: bool) -> Option<Vec<Case<'e>>> {
        let mut found = Vec::new();
        match expr {
            Expr::Default { value, fallback } => {
                for (when, leaf) in self.cases(value, around, past)? {
                    let known = self.known(leaf, true, around, past);
                    found.push((Node::all(vec![when, known]), leaf));
                }
                for (when, leaf) in self.cases(fallback, around, past)? {
                    let missing = self.known(value, false, around, past);
                    found.push((Node::all(vec![missing, when]), leaf));
                }
            }
            Expr::If { condition, then, otherwise } => {
                for (branch, holds) in [(then, true), (otherwise, false)] {
                    for (when, leaf) in self.cases(branch, around, past)? {
                        let taken = self.condition(condition, holds, around, past);
                        found.push((Node::all(vec![taken, when]), leaf));
                    }
                }
            }
            _ => found.push((Node::TRUE, expr)),
        }
        (found.len() <= CASES_AT_MOST).then_some(found)
    }

    /// Whether an expression has a value.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all others are conditions, or terms of their own")]
    fn known(&mut self, expr: &Expr, holds: bool, around: Around, past: bool) -> Node {
        if self.nodes_left == 0 {
            return self.opaque(&Expr::Known(Box::new(expr.clone())), holds, past);
        }
        self.nodes_left -= 1;
        match expr {
            Expr::Const(value) => Node::of(value.is_known() == holds),
            Expr::Default { value, fallback } => {
                let parts = vec![self.known(value, holds, around, past), self.known(fallback, holds, around, past)];
                if holds { Node::any(parts) } else { Node::all(parts) }
            }
            Expr::If { condition, then, otherwise } => {
                let yes = self.condition(condition, true, around, past);
                let no = self.condition(condition, false, around, past);
                let then = self.known(then, holds, around, past);
                let otherwise = self.known(otherwise, holds, around, past);
                Node::any(vec![Node::all(vec![yes, then]), Node::all(vec![no, otherwise])])
            }
            _ if is_condition(expr) || matches!(expr, Expr::Template(_)) => Node::of(holds),
            _ => {
                let term = self.value(expr, past);
                let known = Node::test(term, Test::Known, holds);
                match expr {
                    // What is computed from a missing value is missing.
                    Expr::Arith { left, right, .. } if holds => {
                        let parts = vec![self.known(left, true, around, past), self.known(right, true, around, past)];
                        Node::all([vec![known], parts].concat())
                    }
                    Expr::Shift { moment, .. } if holds => {
                        Node::all(vec![known, self.known(moment, true, around, past)])
                    }
                    _ => known,
                }
            }
        }
    }

    fn value(&mut self, expr: &Expr, past: bool) -> TermId {
        self.term(Subject::Value(expr.clone()), past)
    }

    fn term(&mut self, subject: Subject, past: bool) -> TermId {
        // What is fixed for as long as the question is asked is the same then and now.
        let past = past
            && !matches!(
                subject,
                Subject::Value(Expr::This(_) | Expr::ThisMeta(_) | Expr::Trigger(_) | Expr::TriggerMeta(_) | Expr::Key)
            );
        let term = Term { subject, past };
        self.terms.iter().position(|known| *known == term).unwrap_or_else(|| {
            self.terms.push(term);
            self.terms.len() - 1
        })
    }

    fn opaque(&mut self, expr: &Expr, holds: bool, past: bool) -> Node {
        let same = |known: &(Expr, bool)| known.1 == past && known.0 == *expr;
        let number = self.opaque.iter().position(same).unwrap_or_else(|| {
            self.opaque.push((expr.clone(), past));
            self.opaque.len() - 1
        });
        Node::literal(Atom::Opaque(number), holds)
    }
}

fn relation(a: TermId, op: CompareOp, b: TermId, holds: bool) -> Node {
    if a == b {
        // A value that is there is equal to itself.
        let equal = op.holds(std::cmp::Ordering::Equal);
        return if equal { Node::test(a, Test::Known, holds) } else { Node::of(!holds) };
    }
    let (a, op, b) = if a < b { (a, op, b) } else { (b, flipped(op), a) };
    Node::literal(Atom::Relation(a, op, b), holds)
}

/// How a comparison reads with its sides exchanged.
pub(crate) fn flipped(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Equal => CompareOp::Equal,
        CompareOp::NotEqual => CompareOp::NotEqual,
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessEqual => CompareOp::GreaterEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterEqual => CompareOp::LessEqual,
    }
}

/// Whether an expression is always true or false, and never missing.
fn is_condition(expr: &Expr) -> bool {
    match expr {
        Expr::InBand { .. }
        | Expr::InSegment(_)
        | Expr::InStage { .. }
        | Expr::InSequence(_)
        | Expr::Not(_)
        | Expr::And(_)
        | Expr::Or(_)
        | Expr::Compare { .. }
        | Expr::OneOf { .. }
        | Expr::TextTest { .. }
        | Expr::Matches { .. }
        | Expr::Contains { .. }
        | Expr::SinceLast { .. }
        | Expr::Known(_) => true,
        Expr::Const(_)
        | Expr::Field(_)
        | Expr::This(_)
        | Expr::ThisMeta(_)
        | Expr::Trigger(_)
        | Expr::TriggerMeta(_)
        | Expr::Key
        | Expr::Behaviour(_)
        | Expr::Score { .. }
        | Expr::Arith { .. }
        | Expr::Shift { .. }
        | Expr::Default { .. }
        | Expr::If { .. }
        | Expr::Template(_) => false,
    }
}
