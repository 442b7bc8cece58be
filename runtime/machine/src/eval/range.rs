//! Comparisons of sums and products of decaying scores: no formula says when they turn, so bounds on the values do.

use flow_graph::expr::{ArithOp, CompareOp};
use flow_graph::{Expr, Timestamp, Value};

use super::View;
use super::change::next_jump;
use crate::derive::score;

/// How far ahead is looked at once.
const HORIZON_MS: i64 = 400 * 366 * 86_400_000;

/// An instant up to which the comparison cannot turn: as late as the bounds can show. When a wake there finds it as it
/// was, the next one is nearer to the truth.
pub(super) fn next(view: &View<'_>, op: CompareOp, left: &Expr, right: &Expr) -> Option<Timestamp> {
    let jump = [next_jump(view, left), next_jump(view, right)].into_iter().flatten().min();
    let steady = |until: Timestamp| {
        bounds(view, left, until).zip(bounds(view, right, until)).is_some_and(|((low, high), (from, to))| {
            low > to || high < from || (low == high && low == from && from == to)
        })
    };
    let limit = jump.map_or(HORIZON_MS, |jump| jump.since(view.now)).min(HORIZON_MS);
    let _ = op;
    if steady(view.now.plus(limit)) {
        return jump;
    }
    let (mut good, mut bad) = (0, 1);
    while bad < limit && steady(view.now.plus(bad)) {
        good = bad;
        bad *= 2;
    }
    bad = bad.min(limit);
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if steady(view.now.plus(middle)) { good = middle } else { bad = middle }
    }
    Some(view.now.plus(good + 1))
}

/// Bounds of a value between now and an instant before which nothing jumps.
fn bounds(view: &View<'_>, expr: &Expr, until: Timestamp) -> Option<(f64, f64)> {
    match expr {
        Expr::Score { score, part } => score::curve(view, *score, *part).map(|curve| curve.range(until)),
        Expr::Arith { op, left, right } => combined(*op, bounds(view, left, until)?, bounds(view, right, until)?),
        Expr::If { condition, then, otherwise } => {
            bounds(view, if view.holds(condition) { then } else { otherwise }, until)
        }
        Expr::Default { value, fallback } => {
            bounds(view, if view.value(value).is_known() { value } else { fallback }, until)
        }
        _ => match view.value(expr) {
            Value::Int(n) | Value::Money(n) | Value::Duration(n) => Some((n as f64, n as f64)),
            Value::Number(x) => Some((x, x)),
            _ => None,
        },
    }
}

/// Bounds of a result, widened by what rounding to whole amounts and to floating numbers can do.
fn combined(op: ArithOp, a: (f64, f64), b: (f64, f64)) -> Option<(f64, f64)> {
    let ends = match op {
        ArithOp::Add => [a.0 + b.0, a.1 + b.1, a.0 + b.0, a.1 + b.1],
        ArithOp::Subtract => [a.0 - b.1, a.1 - b.0, a.0 - b.1, a.1 - b.0],
        ArithOp::Multiply => [a.0 * b.0, a.0 * b.1, a.1 * b.0, a.1 * b.1],
        ArithOp::Divide if b.0 > 0.0 || b.1 < 0.0 => [a.0 / b.0, a.0 / b.1, a.1 / b.0, a.1 / b.1],
        ArithOp::Divide => return None,
    };
    let low = ends.into_iter().fold(f64::INFINITY, f64::min);
    let high = ends.into_iter().fold(f64::NEG_INFINITY, f64::max);
    let slack = 1e-9 * (1.0 + low.abs().max(high.abs()));
    (low.is_finite() && high.is_finite()).then_some((low - slack, high + slack))
}
