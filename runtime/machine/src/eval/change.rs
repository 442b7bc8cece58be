//! When the value of an expression can change by itself.

use flow_graph::expr::{ArithOp, CompareOp, ScorePart};
use flow_graph::program::{Measure, Reach, Score};
use flow_graph::{Expr, Id, Timestamp, Value};

use super::{View, figure, sums};
use crate::derive::{crossing, score};
use crate::time;

/// The earliest instant after now at which the value can be another; never late.
pub(super) fn next(view: &View<'_>, expr: &Expr) -> Option<Timestamp> {
    match expr {
        Expr::Const(_)
        | Expr::Field(_)
        | Expr::This(_)
        | Expr::ThisMeta(_)
        | Expr::Trigger(_)
        | Expr::TriggerMeta(_)
        | Expr::Key
        | Expr::InBand { .. }
        | Expr::InSegment(_)
        | Expr::InStage { .. }
        | Expr::InSequence(_)
        | Expr::Template(_) => None,
        Expr::Behaviour(id) => {
            let behaviour = view.engine.program().behaviours.get(*id)?;
            figure::next_leave(view, behaviour, view.contact.facts.figures.get(id.index())?)
        }
        Expr::Score { score: id, part } => {
            let moving = score::curve(view, *id, *part).filter(|curve| curve.moves() && !flat(view, expr));
            earliest([moving.map(|_| view.now.plus(1)), next_facts(view, *id, *part)])
        }
        Expr::Not(inner) => next(view, inner),
        Expr::And(all) => next_of_many(view, all, false),
        Expr::Or(any) => next_of_many(view, any, true),
        Expr::Compare { op, left, right } => next_comparison(view, *op, left, right),
        Expr::OneOf { value, list } => {
            if let Expr::Score { score, part } = **value {
                earliest(list.iter().map(|one| next_crossing(view, score, part, CompareOp::Equal, one)))
            } else {
                next(view, value)
            }
        }
        Expr::TextTest { value, pattern, .. } => earliest([next(view, value), next(view, pattern)]),
        Expr::Matches { value, .. } => next(view, value),
        Expr::Contains { set, member } => earliest([next(view, set), next(view, member)]),
        Expr::Arith { left, right, .. } => earliest([next(view, left), next(view, right)]),
        Expr::Shift { moment, .. } => next(view, moment),
        Expr::SinceLast { behaviour, span, .. } => {
            let Value::Instant(last) = view.behaviour(*behaviour) else { return None };
            let due = time::add(view.zone(), last, *span);
            let turns = [due, due.plus(1)].into_iter().find(|turn| *turn > view.now);
            earliest([turns, next(view, &Expr::Behaviour(*behaviour))])
        }
        Expr::Default { value, fallback } => {
            let fallback = if view.value(value).is_known() { None } else { next(view, fallback) };
            earliest([next(view, value), fallback])
        }
        Expr::Known(inner) if matches!(**inner, Expr::Score { .. }) => None,
        Expr::Known(inner) => next(view, inner),
        Expr::If { condition, then, otherwise } => {
            let taken = if view.holds(condition) { then } else { otherwise };
            earliest([next(view, condition), next(view, taken)])
        }
    }
}

/// When something other than the steady run of a score can change a value.
pub(super) fn next_jump(view: &View<'_>, expr: &Expr) -> Option<Timestamp> {
    match shape(view, expr) {
        Shape::Score(score, part) => next_facts(view, score, part),
        Shape::Arith(_, left, right) => earliest([next_jump(view, left), next_jump(view, right)]),
        Shape::Choice(condition, taken) => earliest([next(view, condition), next_jump(view, taken)]),
        Shape::FirstOf(value, Some(fallback)) => earliest([next_jump(view, value), next_jump(view, fallback)]),
        Shape::FirstOf(value, None) => next_jump(view, value),
        Shape::Jumps => next(view, expr),
    }
}

/// What scores can stand in, so that a value moves as they do.
pub(super) enum Shape<'a> {
    Score(Id<Score>, ScorePart),
    Arith(ArithOp, &'a Expr, &'a Expr),
    /// A condition and the value that it chooses now.
    Choice(&'a Expr, &'a Expr),
    /// A value and, while it is missing, what stands in for it.
    FirstOf(&'a Expr, Option<&'a Expr>),
    /// All else moves in jumps only.
    Jumps,
}

pub(super) fn shape<'a>(view: &View<'_>, expr: &'a Expr) -> Shape<'a> {
    match expr {
        Expr::Score { score, part } => Shape::Score(*score, *part),
        Expr::Arith { op, left, right } => Shape::Arith(*op, left, right),
        Expr::If { condition, then, otherwise } => {
            Shape::Choice(condition, if view.holds(condition) { then } else { otherwise })
        }
        Expr::Default { value, fallback } => {
            Shape::FirstOf(value, Some(&**fallback).filter(|_| !view.value(value).is_known()))
        }
        Expr::Const(_)
        | Expr::Field(_)
        | Expr::This(_)
        | Expr::ThisMeta(_)
        | Expr::Trigger(_)
        | Expr::TriggerMeta(_)
        | Expr::Key
        | Expr::Behaviour(_)
        | Expr::InBand { .. }
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
        | Expr::Shift { .. }
        | Expr::SinceLast { .. }
        | Expr::Known(_)
        | Expr::Template(_) => Shape::Jumps,
    }
}

/// Of conditions all of which (or none of which) have to hold. While some hold it back, all of those have to turn
/// first; otherwise any can.
fn next_of_many(view: &View<'_>, many: &[Expr], decides: bool) -> Option<Timestamp> {
    let mut last_holding: Option<Timestamp> = None;
    let mut holding = false;
    for expr in many.iter().filter(|expr| view.holds(expr) == decides) {
        holding = true;
        // One that never turns by itself holds it back for good.
        let turns = next(view, expr)?;
        last_holding = last_holding.max(Some(turns));
    }
    if holding { last_holding } else { earliest(many.iter().map(|expr| next(view, expr))) }
}

fn next_comparison(view: &View<'_>, op: CompareOp, left: &Expr, right: &Expr) -> Option<Timestamp> {
    match (left, right) {
        (Expr::Score { score, part }, other) if next(view, other).is_none() => {
            next_crossing(view, *score, *part, op, &view.value(other))
        }
        (other, Expr::Score { score, part }) if next(view, other).is_none() => {
            next_crossing(view, *score, *part, mirrored(op), &view.value(other))
        }
        (Expr::Behaviour(_), Expr::Const(_)) if settled(view, op, left, right) => None,
        _ if flat(view, left) && flat(view, right) => earliest([next(view, left), next(view, right)]),
        _ => sums::next(view, op, left, right),
    }
}

/// When a score crosses a value, or its facts change.
fn next_crossing(view: &View<'_>, id: Id<Score>, part: ScorePart, op: CompareOp, bound: &Value) -> Option<Timestamp> {
    // With anything but a number it holds never, or by its type alone.
    let bound = figure::as_number(bound)?;
    let curve = score::curve(view, id, part)?;
    let reached = || crossing::first(&curve, &[bound], &|value| value >= bound);
    let passed = || crossing::first(&curve, &[bound], &|value| value > bound);
    let crossed = match op {
        CompareOp::GreaterEqual | CompareOp::Less => reached(),
        CompareOp::Greater | CompareOp::LessEqual => passed(),
        CompareOp::Equal | CompareOp::NotEqual => earliest([reached(), passed()]),
    };
    earliest([crossed, next_facts(view, id, part)])
}

fn next_facts(view: &View<'_>, id: Id<Score>, part: ScorePart) -> Option<Timestamp> {
    match part {
        ScorePart::Engagement => None,
        ScorePart::Fit | ScorePart::Total => score::next_fit(view, id),
    }
}

/// Whether a count that can only fall has already fallen below all that the comparison asks for.
fn settled(view: &View<'_>, op: CompareOp, left: &Expr, right: &Expr) -> bool {
    let Expr::Behaviour(id) = left else { return false };
    let falls = view.engine.program().behaviours.get(*id).is_some_and(|behaviour| {
        matches!((behaviour.measure, behaviour.reach), (Measure::Count | Measure::Distinct(_), Reach::Last(_)))
    });
    if !falls {
        return false;
    }
    fallen(op, &view.value(left), &view.value(right))
}

/// Whether a count lies below all that a comparison asks for.
pub(super) fn fallen(op: CompareOp, count: &Value, bound: &Value) -> bool {
    let below = count.order(bound).is_lt();
    match op {
        CompareOp::GreaterEqual | CompareOp::Less | CompareOp::Equal | CompareOp::NotEqual => below,
        CompareOp::Greater | CompareOp::LessEqual => below || count.order(bound).is_eq(),
    }
}

/// Whether a value moves in jumps only.
pub(super) fn flat(view: &View<'_>, expr: &Expr) -> bool {
    match shape(view, expr) {
        Shape::Score(score, part) => score::curve(view, score, part).is_none_or(|curve| !curve.moves()),
        Shape::Arith(_, left, right) => flat(view, left) && flat(view, right),
        Shape::Choice(_, taken) => flat(view, taken),
        Shape::FirstOf(value, fallback) => flat(view, fallback.unwrap_or(value)),
        Shape::Jumps => true,
    }
}

fn mirrored(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessEqual => CompareOp::GreaterEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterEqual => CompareOp::LessEqual,
        CompareOp::Equal | CompareOp::NotEqual => op,
    }
}

pub(super) fn earliest(each: impl IntoIterator<Item = Option<Timestamp>>) -> Option<Timestamp> {
    each.into_iter().flatten().min()
}
