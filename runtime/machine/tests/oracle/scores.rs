//! Scores and conditions over the whole log.

use flow_graph::expr::{ArithOp, CompareOp, ScorePart};
use flow_graph::program::{HitRule, Score};
use flow_graph::{Expr, Id, Program, Timestamp, Value};
use jiff::tz::TimeZone;

use super::{INT, Log, add};

/// What the oracle knows at an instant.
pub(crate) struct Oracle<'a> {
    pub(crate) program: &'a Program,
    pub(crate) log: &'a Log,
    /// The contact's limit when each event of the log arrived.
    pub(crate) limits: &'a [Option<i64>],
    pub(crate) zone: &'a TimeZone,
    pub(crate) now: Timestamp,
}

impl Oracle<'_> {
    pub(crate) fn at(&self, now: Timestamp) -> Self {
        Self { now, ..*self }
    }

    pub(crate) fn score(&self, id: Id<Score>, part: ScorePart) -> f64 {
        let score = &self.program.scores[id];
        let fit: f64 = score.fit.iter().filter(|rule| self.holds(&rule.when)).map(|rule| rule.points).sum();
        let engagement: f64 = score.hits.iter().map(|rule| self.engagement(rule)).sum();
        match (part, score.range) {
            (ScorePart::Fit, _) => fit,
            (ScorePart::Engagement, _) => engagement,
            (ScorePart::Total, None) => fit + engagement,
            (ScorePart::Total, Some((least, most))) => (fit + engagement).clamp(least, most),
        }
    }

    fn engagement(&self, rule: &HitRule) -> f64 {
        let passes = |n: usize| {
            // Every filter of the tests is `int >= contact.limit`.
            let int = &self.log.kept[n].values[usize::from(INT)];
            rule.filter.is_none() || matches!((int, self.limits[n]), (Value::Int(a), Some(b)) if *a >= b)
        };
        let mut hits: Vec<_> = (0..self.log.kept.len()).filter(|n| passes(*n)).map(|n| &self.log.kept[n]).collect();
        hits.sort_by_key(|hit| hit.time);
        if let Some(slot) = rule.once_per {
            let mut had: Vec<&Value> = vec![];
            hits.retain(|hit| {
                let value = &hit.values[usize::from(slot)];
                let new = !had.contains(&value);
                had.push(value);
                new
            });
        }
        let mut got: Vec<(Timestamp, f64)> = vec![];
        for hit in hits {
            let mut points = rule.points;
            if let Some(cap) = rule.cap {
                let inside = got.iter().filter(|(at, _)| hit.time < add(self.zone, *at, cap.per));
                let left = (cap.points - inside.map(|(_, points)| points.abs()).sum::<f64>()).max(0.0);
                points = points.signum() * points.abs().min(left);
            }
            got.push((hit.time, points));
        }
        let decay = |at: Timestamp| {
            rule.half_life_ms.map_or(1.0, |half_life| 0.5_f64.powf((self.now.0 - at.0) as f64 / half_life as f64))
        };
        got.iter().map(|(at, points)| points * decay(*at)).sum()
    }

    pub(crate) fn holds(&self, expr: &Expr) -> bool {
        match expr {
            Expr::And(all) => all.iter().all(|one| self.holds(one)),
            Expr::Or(any) => any.iter().any(|one| self.holds(one)),
            Expr::Not(one) => !self.holds(one),
            Expr::If { condition, then, otherwise } => self.holds(if self.holds(condition) { then } else { otherwise }),
            Expr::InSegment(id) => self.holds(&self.program.segments[*id].condition),
            Expr::InBand { score, band } => {
                // Without hysteresis only.
                let value = self.score(*score, ScorePart::Total);
                self.program.scores[*score].bands.iter().rposition(|band| value >= band.from)
                    == Some(usize::from(*band))
            }
            Expr::SinceLast { behaviour, op, span } => {
                let behaviour = &self.program.behaviours[*behaviour];
                match self.log.figure(self.zone, self.now, behaviour.measure, behaviour.reach) {
                    Value::Instant(last) => op.holds(self.now.cmp(&add(self.zone, last, *span))),
                    _ => false,
                }
            }
            Expr::Compare { op, left, right } => match (self.number(left), self.number(right)) {
                (Some(left), Some(right)) => compares(*op, left, right),
                _ => false,
            },
            other => panic!("{other:?}"),
        }
    }

    fn number(&self, expr: &Expr) -> Option<f64> {
        let value = match expr {
            Expr::Const(value) => value.clone(),
            Expr::Score { score, part } => return Some(self.score(*score, *part)),
            Expr::Behaviour(id) => {
                let behaviour = &self.program.behaviours[*id];
                self.log.figure(self.zone, self.now, behaviour.measure, behaviour.reach)
            }
            Expr::Arith { op, left, right } => {
                let (left, right) = (self.number(left)?, self.number(right)?);
                return Some(match op {
                    ArithOp::Add => left + right,
                    ArithOp::Subtract => left - right,
                    ArithOp::Multiply => left * right,
                    ArithOp::Divide => left / right,
                });
            }
            other => panic!("{other:?}"),
        };
        match value {
            Value::Int(n) | Value::Money(n) => Some(n as f64),
            Value::Number(x) => Some(x),
            _ => None,
        }
    }

    /// Whether a score comparison in an expression is so near to its line that rounding decides.
    pub(crate) fn blurred(&self, expr: &Expr) -> bool {
        match expr {
            Expr::And(many) | Expr::Or(many) => many.iter().any(|one| self.blurred(one)),
            Expr::Not(one) => self.blurred(one),
            Expr::If { condition, then, otherwise } => {
                self.blurred(condition) || self.blurred(then) || self.blurred(otherwise)
            }
            Expr::InSegment(id) => self.blurred(&self.program.segments[*id].condition),
            Expr::InBand { score, .. } => {
                let value = self.score(*score, ScorePart::Total);
                self.program.scores[*score].bands.iter().any(|band| near(value, band.from))
            }
            Expr::Compare { left, right, .. } => {
                self.number(left).zip(self.number(right)).is_some_and(|(left, right)| near(left, right))
                    && [left, right].iter().any(|side| !matches!(***side, Expr::Behaviour(_) | Expr::Const(_)))
            }
            _ => false,
        }
    }
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-8 * (1.0 + a.abs().max(b.abs()))
}

pub(crate) fn compares(op: CompareOp, left: f64, right: f64) -> bool {
    left.partial_cmp(&right).is_some_and(|ordering| op.holds(ordering))
}
