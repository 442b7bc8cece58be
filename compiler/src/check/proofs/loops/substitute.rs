//! A condition as it is when some fields have known values.

use flow_graph::Expr;

use super::{Proofs, Written};

/// How deep segments that read each other are looked into.
const DEPTH_AT_MOST: usize = 16;

impl Proofs<'_> {
    /// The condition with constants in the place of fields, and segments as their conditions. None where a part hangs on
    /// a figure of the past that a field has been part of (scores, bands), or is too deep.
    pub(super) fn with(&self, expr: &Expr, written: &Written) -> Option<Expr> {
        self.put(expr, written, DEPTH_AT_MOST)
    }

    fn put(&self, expr: &Expr, written: &Written, depth: usize) -> Option<Expr> {
        let put = |expr: &Expr| self.put(expr, written, depth);
        let boxed = |expr: &Expr| put(expr).map(Box::new);
        let all = |parts: &[Expr]| parts.iter().map(put).collect::<Option<Vec<_>>>();
        Some(match expr {
            Expr::Field(field) => written.get(field).map_or_else(|| expr.clone(), |value| Expr::Const(value.clone())),
            Expr::InSegment(id) => {
                let segment = self.program.segments.get(*id)?;
                self.put(&segment.condition, written, depth.checked_sub(1)?)?
            }
            Expr::Score { .. } | Expr::InBand { .. } => return None,
            Expr::Const(_)
            | Expr::This(_)
            | Expr::ThisMeta(_)
            | Expr::Trigger(_)
            | Expr::TriggerMeta(_)
            | Expr::Key
            | Expr::Behaviour(_)
            | Expr::InStage { .. }
            | Expr::InSequence(_)
            | Expr::SinceLast { .. }
            | Expr::Template(_) => expr.clone(),
            Expr::Not(inner) => Expr::Not(boxed(inner)?),
            Expr::Known(inner) => Expr::Known(boxed(inner)?),
            Expr::And(parts) => Expr::And(all(parts)?),
            Expr::Or(parts) => Expr::Or(all(parts)?),
            Expr::Compare { op, left, right } => Expr::Compare { op: *op, left: boxed(left)?, right: boxed(right)? },
            Expr::OneOf { value, list } => Expr::OneOf { value: boxed(value)?, list: list.clone() },
            Expr::TextTest { op, value, pattern } => {
                Expr::TextTest { op: *op, value: boxed(value)?, pattern: boxed(pattern)? }
            }
            Expr::Matches { value, pattern } => Expr::Matches { value: boxed(value)?, pattern: pattern.clone() },
            Expr::Contains { set, member } => Expr::Contains { set: boxed(set)?, member: boxed(member)? },
            Expr::Arith { op, left, right } => Expr::Arith { op: *op, left: boxed(left)?, right: boxed(right)? },
            Expr::Shift { moment, by, back } => Expr::Shift { moment: boxed(moment)?, by: *by, back: *back },
            Expr::Default { value, fallback } => Expr::Default { value: boxed(value)?, fallback: boxed(fallback)? },
            Expr::If { condition, then, otherwise } => {
                Expr::If { condition: boxed(condition)?, then: boxed(then)?, otherwise: boxed(otherwise)? }
            }
        })
    }
}
