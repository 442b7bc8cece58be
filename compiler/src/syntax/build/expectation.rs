//! What a test expects.

use super::{Builder, Cursor, Pair, Rule};
use crate::source::{Name, Spanned};
use crate::syntax::tree::expr::{BinaryOp, Expr, ExprKind, Literal};
use crate::syntax::tree::test::{Expectation, NumberCheck};

impl Builder<'_> {
    pub(super) fn expectation(&mut self, pair: &Pair<'_>) -> Option<Spanned<Expectation>> {
        let span = self.span(pair);
        let part = Cursor::of(pair).next()?;
        let mut inner = Cursor::of(&part);
        let negated = inner.next_if(Rule::kw_not).is_some();
        let found = match part.as_rule() {
            Rule::expect_sent => self.sent(&part, negated)?,
            Rule::expect_held => {
                Expectation::Held { message: self.name(&inner.find(Rule::name)?), gate: self.gate(&mut inner) }
            }
            Rule::expect_dropped => {
                Expectation::Dropped { message: self.name(&inner.find(Rule::name)?), gate: self.gate(&mut inner) }
            }
            Rule::expect_at_step => {
                let (first, second) = self.score_name(&inner.find(Rule::step_name)?)?;
                match second {
                    Some(step) => Expectation::AtStep { sequence: Some(first), step },
                    None => Expectation::AtStep { sequence: None, step: first },
                }
            }
            Rule::expect_sla => {
                let sla = self.name(&inner.find(Rule::name)?);
                Expectation::Sla { sla, state: self.name(&inner.next()?) }
            }
            Rule::expect_called => {
                let mut names = self.names(&inner.find(Rule::action)?).into_iter();
                Expectation::Called { connector: names.next()?, action: names.next()?, negated }
            }
            Rule::expect_notified => Expectation::Notified { team: self.name(&inner.find(Rule::name)?), negated },
            Rule::expect_between => {
                let (score, part) = self.score_name(&inner.find(Rule::score_name)?)?;
                let mut ends = inner.filter(|part| !matches!(part.as_rule(), Rule::kw_between | Rule::kw_and));
                let (low, high) = (self.literal(&ends.next()?)?, self.literal(&ends.next()?)?);
                Expectation::Score { score, part, check: NumberCheck::Between(low, high) }
            }
            _ => from_condition(self.expr(&part)?),
        };
        Some(Spanned::new(found, span))
    }

    fn sent(&mut self, pair: &Pair<'_>, negated: bool) -> Option<Expectation> {
        let mut inner = Cursor::of(pair);
        let message = self.name(&inner.find(Rule::name)?);
        let (mut times, mut at) = (None, None);
        for part in inner {
            let mut parts = Cursor::of(&part);
            match part.as_rule() {
                Rule::kw_once => times = Some(1),
                Rule::sent_times => times = Some(self.count(&parts.find(Rule::whole)?)?),
                Rule::sent_at => at = Some(self.datetime(&parts.find(Rule::datetime)?)?),
                _ => {}
            }
        }
        Some(Expectation::Sent { message, negated, times, at })
    }

    fn gate(&mut self, inner: &mut Cursor<'_>) -> Option<Name> {
        let gate = inner.next_if(Rule::by_gate)?;
        Some(self.name(&Cursor::of(&gate).find(Rule::name)?))
    }
}

/// Conditions that have an expectation of their own get it: a failure then says more than `false`.
fn from_condition(condition: Expr) -> Expectation {
    let Expr { kind, span } = condition;
    match kind {
        ExprKind::InSegment(segment) => Expectation::InSegment { segment, negated: false },
        ExprKind::InSequence(sequence) => Expectation::InSequence { sequence, negated: false },
        ExprKind::IsBand { score, band } => Expectation::Band { score, band },
        ExprKind::Stage { lifecycle, at_least: false, stage } => Expectation::Stage { lifecycle, stage },
        ExprKind::Not(inner) => match inner.kind {
            ExprKind::InSegment(segment) => Expectation::InSegment { segment, negated: true },
            ExprKind::InSequence(sequence) => Expectation::InSequence { sequence, negated: true },
            kind => {
                let inner = Box::new(Expr { kind, span: inner.span });
                Expectation::Condition(Expr { kind: ExprKind::Not(inner), span })
            }
        },
        ExprKind::Binary { op, left, right } if compares(op.value) => match (left.kind, signed(*right)) {
            (ExprKind::Score { score, part }, Expr { kind: ExprKind::Literal(literal), span }) => {
                let check = NumberCheck::Compare(op.value, Spanned::new(literal, span));
                Expectation::Score { score, part, check }
            }
            (left_kind, right) => {
                let left = Box::new(Expr { kind: left_kind, span: left.span });
                Expectation::Condition(Expr { kind: ExprKind::Binary { op, left, right: Box::new(right) }, span })
            }
        },
        kind => Expectation::Condition(Expr { kind, span }),
    }
}

/// `-5` as one number.
fn signed(expr: Expr) -> Expr {
    let Expr { kind, span } = expr;
    let kind = match kind {
        ExprKind::Negate(inner) => match inner.kind {
            ExprKind::Literal(Literal::Int(number)) => ExprKind::Literal(Literal::Int(-number)),
            ExprKind::Literal(Literal::Number(number)) => ExprKind::Literal(Literal::Number(-number)),
            kind => ExprKind::Negate(Box::new(Expr { kind, span: inner.span })),
        },
        kind => kind,
    };
    Expr { kind, span }
}

fn compares(op: BinaryOp) -> bool {
    match op {
        BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Less
        | BinaryOp::LessEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterEqual => true,
        BinaryOp::And
        | BinaryOp::Or
        | BinaryOp::Contains
        | BinaryOp::StartsWith
        | BinaryOp::EndsWith
        | BinaryOp::Add
        | BinaryOp::Subtract
        | BinaryOp::Multiply
        | BinaryOp::Divide
        | BinaryOp::Default => false,
    }
}
