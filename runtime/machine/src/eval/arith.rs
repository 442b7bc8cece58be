//! Arithmetic: exact where there is an exact answer, missing where there is none.

use std::cmp::Ordering;

use flow_graph::Value;
use flow_graph::expr::ArithOp;

/// The result; missing when a side is, on overflow, on division by zero and for what cannot be computed.
pub(crate) fn apply(op: ArithOp, left: &Value, right: &Value) -> Value {
    use ArithOp::{Add, Divide, Multiply, Subtract};
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => match op {
            Add => a.checked_add(*b).map_or(Value::Missing, Value::Int),
            Subtract => a.checked_sub(*b).map_or(Value::Missing, Value::Int),
            Multiply => a.checked_mul(*b).map_or(Value::Missing, Value::Int),
            Divide => number(*a as f64 / *b as f64),
        },
        (Value::Int(a), Value::Number(b)) => numbers(op, *a as f64, *b),
        (Value::Number(a), Value::Int(b)) => numbers(op, *a, *b as f64),
        (Value::Number(a), Value::Number(b)) => numbers(op, *a, *b),
        (Value::Money(a), Value::Money(b)) => amounts(op, *a, *b, Value::Money),
        (Value::Duration(a), Value::Duration(b)) => amounts(op, *a, *b, Value::Duration),
        (Value::Money(a), Value::Int(_) | Value::Number(_)) => scaled(op, *a, right, Value::Money),
        (Value::Duration(a), Value::Int(_) | Value::Number(_)) => scaled(op, *a, right, Value::Duration),
        (Value::Int(_) | Value::Number(_), Value::Money(b)) if op == Multiply => scaled(op, *b, left, Value::Money),
        (Value::Int(_) | Value::Number(_), Value::Duration(b)) if op == Multiply => {
            scaled(op, *b, left, Value::Duration)
        }
        (Value::Text(a), Value::Text(b)) if op == Add => Value::Text([&**a, &**b].concat().into()),
        _ => Value::Missing,
    }
}

/// A number, missing when it is none.
pub(crate) fn number(value: f64) -> Value {
    if value.is_finite() { Value::Number(value) } else { Value::Missing }
}

/// A quotient rounded to the nearest whole, half to even; none when it does not fit or the divisor is 0.
pub(crate) fn rounded(dividend: i128, divisor: i128) -> Option<i64> {
    let (dividend, divisor) =
        if divisor < 0 { (dividend.checked_neg()?, divisor.checked_neg()?) } else { (dividend, divisor) };
    let whole = dividend.checked_div_euclid(divisor)?;
    let rest = dividend.checked_rem_euclid(divisor)?;
    let up = match rest.checked_mul(2)?.cmp(&divisor) {
        Ordering::Less => false,
        Ordering::Equal => whole % 2 != 0,
        Ordering::Greater => true,
    };
    i64::try_from(whole + i128::from(up)).ok()
}

fn numbers(op: ArithOp, a: f64, b: f64) -> Value {
    number(match op {
        ArithOp::Add => a + b,
        ArithOp::Subtract => a - b,
        ArithOp::Multiply => a * b,
        ArithOp::Divide => a / b,
    })
}

fn amounts(op: ArithOp, a: i64, b: i64, make: fn(i64) -> Value) -> Value {
    match op {
        ArithOp::Add => a.checked_add(b).map_or(Value::Missing, make),
        ArithOp::Subtract => a.checked_sub(b).map_or(Value::Missing, make),
        ArithOp::Multiply => Value::Missing,
        ArithOp::Divide => number(a as f64 / b as f64),
    }
}

/// An amount times or through a number, half to even. A fraction is taken as the decimal that an author writes:
/// 45 cents times 0.7 are 31.5, not 31.499999999999996.
fn scaled(op: ArithOp, amount: i64, by: &Value, make: fn(i64) -> Value) -> Value {
    let Some((digits, exponent)) = digits(by) else { return Value::Missing };
    let power = 10_i128.checked_pow(exponent.unsigned_abs());
    let amount = i128::from(amount);
    let result = power.and_then(|power| match (op, exponent < 0) {
        (ArithOp::Multiply, true) => rounded(amount.checked_mul(digits)?, power),
        (ArithOp::Multiply, false) => rounded(amount.checked_mul(digits)?.checked_mul(power)?, 1),
        (ArithOp::Divide, true) => rounded(amount.checked_mul(power)?, digits),
        (ArithOp::Divide, false) => rounded(amount, digits.checked_mul(power)?),
        (ArithOp::Add | ArithOp::Subtract, _) => None,
    });
    result.or_else(|| beyond(op, amount, digits, exponent)).map_or(Value::Missing, make)
}

/// Exponents so far out that 128 bits do not hold them: a product with next to nothing, or a quotient through
/// very much, is 0; all others do not fit.
fn beyond(op: ArithOp, amount: i128, digits: i128, exponent: i32) -> Option<i64> {
    let vanishes = match op {
        ArithOp::Multiply => exponent < -36 || amount == 0 || digits == 0,
        ArithOp::Divide => digits != 0 && (exponent > 18 || amount == 0),
        ArithOp::Add | ArithOp::Subtract => false,
    };
    vanishes.then_some(0)
}

fn digits(by: &Value) -> Option<(i128, i32)> {
    if let Value::Int(n) = by {
        return Some((i128::from(*n), 0));
    }
    if let Value::Number(x) = by { decimal(*x) } else { None }
}

/// The shortest decimal that reads back as the number: digits and a power of ten.
fn decimal(x: f64) -> Option<(i128, i32)> {
    let text = format!("{x:e}");
    let (mantissa, exponent) = text.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    let behind = mantissa.split_once('.').map_or(0, |(_, behind)| behind.len());
    let digits: i128 = mantissa.replace('.', "").parse().ok()?;
    Some((digits, exponent - i32::try_from(behind).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ArithOp::{Add, Divide, Multiply, Subtract};

    #[test]
    fn money_is_exact_and_half_to_even() {
        let times = |cents, x| apply(Multiply, &Value::Money(cents), &Value::Number(x));
        assert_eq!(times(45, 0.7), Value::Money(32));
        assert_eq!(times(5, 0.1), Value::Money(0));
        assert_eq!(times(15, 0.1), Value::Money(2));
        assert_eq!(times(25, 0.1), Value::Money(2));
        assert_eq!(times(-25, 0.1), Value::Money(-2));
        assert_eq!(times(-35, 0.1), Value::Money(-4));
        assert_eq!(times(1000, 1e-300), Value::Money(0));
        assert_eq!(times(1000, 1e300), Value::Missing);
        assert_eq!(times(0, 1e300), Value::Money(0));
        let through = |cents, x| apply(Divide, &Value::Money(cents), &x);
        assert_eq!(through(100, Value::Int(8)), Value::Money(12));
        assert_eq!(through(100, Value::Int(0)), Value::Missing);
        assert_eq!(through(0, Value::Int(0)), Value::Missing);
        assert_eq!(through(7, Value::Number(0.5)), Value::Money(14));
        assert_eq!(through(7, Value::Number(1e40)), Value::Money(0));
        assert_eq!(through(50, Value::Money(200)), Value::Number(0.25));
        assert_eq!(apply(Multiply, &Value::Money(i64::MAX), &Value::Int(2)), Value::Missing);
    }

    #[test]
    fn overflow_and_missing_are_missing() {
        assert_eq!(apply(Add, &Value::Int(i64::MAX), &Value::Int(1)), Value::Missing);
        assert_eq!(apply(Subtract, &Value::Int(1), &Value::Missing), Value::Missing);
        assert_eq!(apply(Divide, &Value::Int(1), &Value::Int(0)), Value::Missing);
        assert_eq!(apply(Divide, &Value::Int(1), &Value::Int(4)), Value::Number(0.25));
        assert_eq!(apply(Multiply, &Value::Number(1e300), &Value::Number(1e300)), Value::Missing);
        assert_eq!(apply(Add, &Value::text("a"), &Value::text("b")), Value::text("ab"));
    }
}
