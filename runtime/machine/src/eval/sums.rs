//! Comparisons of sums and products of decaying scores. Sums and products of exponentials are sums of exponentials
//! again, so their turning points can be found, and between those the machine's own comparison turns once at most.

use flow_graph::expr::{ArithOp, CompareOp};
use flow_graph::{Expr, Timestamp};

use super::change::{Shape, earliest, flat, next_jump, shape};
use super::{View, figure};
use crate::derive::crossing::{self, Part, simplified};
use crate::derive::score;

/// How often a quotient by a decaying score is looked at: it has no such form.
const QUOTIENT_EVERY_MS: i64 = 1_000;

/// When the comparison can turn.
pub(super) fn next(view: &View<'_>, op: CompareOp, left: &Expr, right: &Expr) -> Option<Timestamp> {
    let jump = earliest([next_jump(view, left), next_jump(view, right)]);
    let (Some(left_sum), Some(right_sum)) = (sum(view, left), sum(view, right)) else {
        return earliest([jump, Some(view.now.plus(QUOTIENT_EVERY_MS))]);
    };
    let limit = earliest([jump, left_sum.limit, right_sum.limit]);
    let minus = right_sum.parts.iter().map(|part| (-part.0, part.1));
    let parts = simplified(left_sum.parts.iter().copied().chain(minus).collect());
    let turn = |op: CompareOp| {
        let before = view.compare(op, left, right);
        crossing::first_turn(view.now, &parts, limit, &|at| view.at(at).compare(op, left, right) != before)
    };
    let turns = match op {
        CompareOp::GreaterEqual | CompareOp::Less => turn(CompareOp::GreaterEqual),
        CompareOp::Greater | CompareOp::LessEqual => turn(CompareOp::Greater),
        CompareOp::Equal | CompareOp::NotEqual => earliest([turn(CompareOp::GreaterEqual), turn(CompareOp::Greater)]),
    };
    earliest([turns, limit])
}

/// A value as a sum of exponentials, up to when it is one.
struct Sum {
    parts: Vec<Part>,
    limit: Option<Timestamp>,
}

fn sum(view: &View<'_>, expr: &Expr) -> Option<Sum> {
    match shape(view, expr) {
        Shape::Score(id, part) => Some(clipped(&score::curve(view, id, part)?)),
        Shape::Choice(_, taken) => sum(view, taken),
        Shape::FirstOf(value, fallback) => sum(view, fallback.unwrap_or(value)),
        Shape::Arith(op, left, right) => {
            if op == ArithOp::Divide && !flat(view, right) {
                return None;
            }
            let (a, b) = (sum(view, left)?, sum(view, right)?);
            let limit = earliest([a.limit, b.limit]);
            Some(Sum { parts: combined(op, &a.parts, &b.parts), limit })
        }
        Shape::Jumps => {
            // Missing compares with nothing, and stays so until something jumps.
            let constant = figure::as_number(&view.value(expr)).unwrap_or(0.0);
            Some(Sum { parts: simplified(vec![(constant, 0.0)]), limit: None })
        }
    }
}

fn combined(op: ArithOp, a: &[Part], b: &[Part]) -> Vec<Part> {
    simplified(match op {
        ArithOp::Add => a.iter().chain(b).copied().collect(),
        ArithOp::Subtract => a.iter().copied().chain(b.iter().map(|part| (-part.0, part.1))).collect(),
        ArithOp::Multiply => {
            a.iter().flat_map(|one| b.iter().map(|other| (one.0 * other.0, one.1 + other.1))).collect()
        }
        ArithOp::Divide => {
            let by: f64 = b.iter().map(|part| part.0).sum();
            a.iter().map(|part| (part.0 / by, part.1)).filter(|part| part.0.is_finite()).collect()
        }
    })
}

/// Held at an end of its range a score is constant until it comes away from there; else it runs until it gets there.
fn clipped(curve: &crossing::Curve) -> Sum {
    let Some((least, most)) = curve.range else { return Sum { parts: curve.parts(), limit: None } };
    let free = crossing::Curve { range: None, ..curve.clone() };
    let side = |value: f64| (value >= most, value <= least);
    let now = side(free.unclipped(free.now));
    let limit = crossing::first(&free, &[least, most], &|value| side(value) != now);
    let held = now.0 || now.1;
    Sum { parts: if held { simplified(vec![(curve.at(curve.now), 0.0)]) } else { curve.parts() }, limit }
}
