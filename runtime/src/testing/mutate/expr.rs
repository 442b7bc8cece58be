//! Changes of conditions, one at a time: borders, operands, members of lists, windows; and the whole negated.

use flow_graph::expr::CompareOp;
use flow_graph::program::{Event, Program, builtin};
use flow_graph::{Expr, Id, Value};

use super::spans;
use super::words::Words;

/// So many members of a list are left out, one at a time.
const MEMBERS: usize = 3;

/// What was changed, in words, and the whole condition with the change.
pub(super) fn changes(program: &Program, event: Option<Id<Event>>, condition: &Expr) -> Vec<(String, Expr)> {
    let words = Words { program, event };
    let mut found = Vec::new();
    // A comparison that is turned round inside is negated there.
    let turned = |op: CompareOp| matches!(op, CompareOp::Equal | CompareOp::NotEqual);
    let inner = matches!(condition, Expr::Compare { op, left, .. } if turned(*op) || words.did(left).is_some());
    if is_written(&words, condition) && !inner {
        let said = shown(&words.of(condition));
        let negated = if let Expr::Not(inner) = condition {
            (format!("{said} became {}", shown(&words.of(inner))), (**inner).clone())
        } else {
            (format!("{said} was negated"), Expr::Not(Box::new(condition.clone())))
        };
        found.push(negated);
    }
    inside(&words, condition, &mut found);
    found
}

/// All changes inside an expression.
fn inside(words: &Words<'_>, expr: &Expr, found: &mut Vec<(String, Expr)>) {
    if !is_written(words, expr) {
        return;
    }
    here(words, expr, found);
    for position in 0..expr.parts().len() {
        let Some(part) = expr.parts().get(position).copied() else { continue };
        let mut changed = Vec::new();
        inside(words, part, &mut changed);
        for (said, part) in changed {
            let mut whole = expr.clone();
            if let Some(place) = whole.parts_mut().into_iter().nth(position) {
                *place = part;
            }
            found.push((said, whole));
        }
    }
}

/// The changes of this very expression.
#[expect(clippy::wildcard_enum_match_arm, reason = "all others have nothing to change but what is inside them")]
fn here(words: &Words<'_>, expr: &Expr, found: &mut Vec<(String, Expr)>) {
    match expr {
        Expr::And(parts) | Expr::Or(parts) if parts.len() > 1 => {
            for (position, part) in parts.iter().enumerate().filter(|(_, part)| is_written(words, part)) {
                let mut rest = parts.clone();
                rest.remove(position);
                let kept = match (rest.len(), expr) {
                    (1, _) => rest.remove(0),
                    (_, Expr::And(_)) => Expr::And(rest),
                    (_, _) => Expr::Or(rest),
                };
                found.push((format!("{} was left out", shown(&words.of(part))), kept));
            }
        }
        Expr::Compare { op, left, right } => compare(words, (*op, left, right), found),
        Expr::OneOf { value, list } if list.len() > 1 => {
            for position in 0..list.len().min(MEMBERS) {
                let mut rest = list.clone();
                rest.remove(position);
                let said = format!("`in {}` became `in {}`", words.list(value, list), words.list(value, &rest));
                found.push((said, Expr::OneOf { value: value.clone(), list: rest }));
            }
        }
        Expr::SinceLast { behaviour, op, span } => {
            for changed in spans::around(*span) {
                let said = format!("`{} {span}` became `{} {changed}`", op.sign(), op.sign());
                found.push((said, Expr::SinceLast { behaviour: *behaviour, op: *op, span: changed }));
            }
        }
        Expr::InStage { lifecycle, stage, at_least } => {
            let other = Expr::InStage { lifecycle: *lifecycle, stage: *stage, at_least: !at_least };
            // At least the last one is the last one.
            let stages = words.program.lifecycles.get(*lifecycle).map_or(0, |it| it.stages.len());
            if usize::from(*stage) + 1 < stages {
                found.push((format!("{} became {}", shown(&words.of(expr)), shown(&words.of(&other))), other));
            }
        }
        _ => {}
    }
}

fn compare(words: &Words<'_>, (op, left, right): (CompareOp, &Expr, &Expr), found: &mut Vec<(String, Expr)>) {
    let whole = |op: CompareOp, right: &Expr| Expr::Compare {
        op,
        left: Box::new(left.clone()),
        right: Box::new(right.clone()),
    };
    let change = |other: CompareOp, changed: &Expr| {
        let before = format!("{} {}", op.sign(), words.side(right, left));
        let after = format!("{} {}", other.sign(), words.side(changed, left));
        (format!("`{before}` became `{after}`"), whole(other, changed))
    };
    if let Some(did) = words.did(left) {
        // `did` and `never did` are counts against 1 that nobody wrote.
        found.push((format!("{} was negated", shown(did)), Expr::Not(Box::new(whole(op, right)))));
        return;
    }
    found.push(change(border(op), right));
    // A whole number at a moved border is the next number: only the other direction is another change.
    let step = |by: i64| if let Expr::Const(value) = right { stepped(value, by).map(Expr::Const) } else { None };
    let sides: &[i64] = match (op, right) {
        (CompareOp::Equal | CompareOp::NotEqual, _) => &[],
        (CompareOp::GreaterEqual | CompareOp::Less, Expr::Const(Value::Int(_))) => &[-1],
        (CompareOp::Greater | CompareOp::LessEqual, Expr::Const(Value::Int(_))) => &[1],
        (CompareOp::GreaterEqual | CompareOp::Less | CompareOp::Greater | CompareOp::LessEqual, _) => &[1, -1],
    };
    found.extend(sides.iter().filter_map(|by| step(*by)).map(|changed| change(op, &changed)));
}

/// The same comparison with its border on the other side.
fn border(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Equal => CompareOp::NotEqual,
        CompareOp::NotEqual => CompareOp::Equal,
        CompareOp::Less => CompareOp::LessEqual,
        CompareOp::LessEqual => CompareOp::Less,
        CompareOp::Greater => CompareOp::GreaterEqual,
        CompareOp::GreaterEqual => CompareOp::Greater,
    }
}

/// A number moved by one; money by one of its major unit.
fn stepped(value: &Value, by: i64) -> Option<Value> {
    match value {
        Value::Int(number) => number.checked_add(by).map(Value::Int),
        #[expect(clippy::cast_precision_loss, reason = "one more or one less")]
        Value::Number(number) => Some(Value::Number(number + by as f64)),
        Value::Money(units) => units.checked_add(by.checked_mul(100)?).map(Value::Money),
        Value::Missing
        | Value::Bool(_)
        | Value::Text(_)
        | Value::Enum(_)
        | Value::Date(_)
        | Value::Instant(_)
        | Value::Duration(_)
        | Value::Set(_) => None,
    }
}

/// Whether the author wrote it. What `clicked(cart_reminder)` means is written by the compiler.
fn is_written(words: &Words<'_>, expr: &Expr) -> bool {
    let built_in = words.event.is_some_and(|event| event.index() < builtin::NAMES.len());
    let mut own = true;
    expr.walk(&mut |part| own &= !(built_in && matches!(part, Expr::This(builtin::MESSAGE | builtin::HUMAN))));
    own
}

/// Words between their signs, as far as they are short.
fn shown(text: &str) -> String {
    const LONGEST: usize = 48;
    if text.chars().count() <= LONGEST {
        return format!("`{text}`");
    }
    let begin: String = text.chars().take(LONGEST - 1).collect();
    format!("`{}…`", begin.trim_end())
}
