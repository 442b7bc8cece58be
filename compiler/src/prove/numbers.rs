//! Numbers that a term can still be: one interval with holes, of whole numbers or of all.

use flow_graph::Value;
use flow_graph::expr::CompareOp;
use jiff::civil::Date;

/// Numbers beyond this are not told apart by a binary fraction: nothing is concluded from them.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

/// What a number is a number of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Int,
    Number,
    Money,
    Date,
    Instant,
    Duration,
}

/// An interval with holes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Numbers {
    low: f64,
    high: f64,
    /// `low` itself is not in it.
    above: bool,
    /// `high` itself is not in it.
    below: bool,
    holes: Vec<f64>,
    unit: Unit,
}

impl Numbers {
    /// All numbers of a unit.
    pub(crate) fn all(unit: Unit) -> Self {
        Self { low: f64::NEG_INFINITY, high: f64::INFINITY, above: true, below: true, holes: Vec::new(), unit }
    }

    /// From one to another, both included.
    pub(crate) fn between(unit: Unit, low: f64, high: f64) -> Self {
        let mut all = Self::all(unit);
        all.keep(CompareOp::GreaterEqual, low);
        all.keep(CompareOp::LessEqual, high);
        all
    }

    /// Keeps those for which a comparison with a constant holds.
    pub(crate) fn keep(&mut self, op: CompareOp, c: f64) {
        match op {
            CompareOp::Equal => {
                self.keep(CompareOp::GreaterEqual, c);
                self.keep(CompareOp::LessEqual, c);
            }
            CompareOp::NotEqual => {
                if !self.holes.contains(&c) {
                    self.holes.push(c);
                }
            }
            CompareOp::Less => self.bound_above(c, true),
            CompareOp::LessEqual => self.bound_above(c, false),
            CompareOp::Greater => self.bound_below(c, true),
            CompareOp::GreaterEqual => self.bound_below(c, false),
        }
        self.tighten();
    }

    /// The least and the greatest, with whether each itself is left out.
    pub(crate) fn ends(&self) -> ((f64, bool), (f64, bool)) {
        ((self.low, self.above), (self.high, self.below))
    }

    pub(crate) fn contains(&self, c: f64) -> bool {
        let from = if self.above { c > self.low } else { c >= self.low };
        let to = if self.below { c < self.high } else { c <= self.high };
        from && to && !self.holes.contains(&c) && (!self.whole() || c.fract() == 0.0)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.low > self.high || self.low >= self.high && (self.above || self.below)
    }

    /// One of them, the nearest to nothing first.
    pub(crate) fn pick(&self) -> Option<Value> {
        let middle = (self.low + self.high) / 2.0;
        let near = |c: f64| [c, c + 1.0, c - 1.0, c + 0.5, c + 2.0, c + 3.0, c + 4.0];
        let ends = [self.low, self.high].into_iter().filter(|end| end.is_finite());
        let tries = near(0.0).into_iter().chain(ends.flat_map(near)).chain([middle]);
        tries.filter(|c| c.is_finite() && self.contains(*c)).find_map(|c| value(self.unit, c))
    }

    fn whole(&self) -> bool {
        match self.unit {
            Unit::Number => false,
            Unit::Int | Unit::Money | Unit::Date | Unit::Instant | Unit::Duration => true,
        }
    }

    fn bound_above(&mut self, c: f64, open: bool) {
        if c < self.high || c == self.high && open {
            (self.high, self.below) = (c, open);
        }
    }

    fn bound_below(&mut self, c: f64, open: bool) {
        if c > self.low || c == self.low && open {
            (self.low, self.above) = (c, open);
        }
    }

    /// Ends that are not in it move inwards; a single number that is a hole leaves nothing.
    fn tighten(&mut self) {
        if self.whole() {
            let low = if self.above && self.low.fract() == 0.0 { self.low + 1.0 } else { self.low.ceil() };
            let high = if self.below && self.high.fract() == 0.0 { self.high - 1.0 } else { self.high.floor() };
            // Infinite ends stay as they are.
            if self.low.is_finite() {
                (self.low, self.above) = (low, false);
            }
            if self.high.is_finite() {
                (self.high, self.below) = (high, false);
            }
        }
        for _ in 0..=self.holes.len() {
            let step = if self.whole() { 1.0 } else { 0.0 };
            if !self.above && self.holes.contains(&self.low) {
                (self.low, self.above) = (self.low + step, step == 0.0);
            }
            if !self.below && self.holes.contains(&self.high) {
                (self.high, self.below) = (self.high - step, step == 0.0);
            }
        }
    }
}

/// A value as a number and what it is a number of; none for what has no order, and for what is too large to be exact.
pub(crate) fn number(value: &Value) -> Option<(f64, Unit)> {
    let exact = |c: f64| (c.abs() < LARGEST_EXACT).then_some(c);
    #[expect(clippy::cast_precision_loss, reason = "what is too large to be exact is left out")]
    match value {
        Value::Int(n) => Some((exact(*n as f64)?, Unit::Int)),
        Value::Number(x) => Some((exact(*x)?, Unit::Number)),
        Value::Money(n) => Some((exact(*n as f64)?, Unit::Money)),
        Value::Duration(n) => Some((exact(*n as f64)?, Unit::Duration)),
        Value::Instant(at) => Some((exact(at.0 as f64)?, Unit::Instant)),
        Value::Date(date) => Some((f64::from(day(*date)), Unit::Date)),
        Value::Missing | Value::Bool(_) | Value::Text(_) | Value::Enum(_) | Value::Set(_) => None,
    }
}

/// Days since 1970-01-01.
fn day(date: Date) -> i32 {
    jiff::civil::date(1970, 1, 1).until(date).map_or(0, |span| span.get_days())
}

#[expect(clippy::cast_possible_truncation, reason = "whole and held in what is exact")]
fn value(unit: Unit, c: f64) -> Option<Value> {
    if c.abs() >= LARGEST_EXACT {
        return None;
    }
    Some(match unit {
        Unit::Int => Value::Int(c as i64),
        Unit::Number => Value::Number(c),
        Unit::Money => Value::Money(c as i64),
        Unit::Duration => Value::Duration(c as i64),
        Unit::Instant => Value::Instant(flow_graph::Timestamp(c as i64)),
        Unit::Date => {
            let days = jiff::Span::new().try_days(c as i64).ok()?;
            Value::Date(jiff::civil::date(1970, 1, 1).checked_add(days).ok()?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_have_no_fractions_between_them() {
        let mut between = Numbers::all(Unit::Int);
        between.keep(CompareOp::Greater, 3.0);
        between.keep(CompareOp::Less, 4.0);
        assert!(between.is_empty());
        let mut between = Numbers::all(Unit::Number);
        between.keep(CompareOp::Greater, 3.0);
        between.keep(CompareOp::Less, 4.0);
        assert_eq!(between.pick(), Some(Value::Number(3.5)));
    }

    #[test]
    fn holes_move_the_ends() {
        let mut numbers = Numbers::between(Unit::Int, 1.0, 3.0);
        for hole in [2.0, 1.0] {
            numbers.keep(CompareOp::NotEqual, hole);
        }
        assert_eq!(numbers.pick(), Some(Value::Int(3)));
        numbers.keep(CompareOp::NotEqual, 3.0);
        assert!(numbers.is_empty());
    }
}
