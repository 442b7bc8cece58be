//! Which values are there for certain once a condition has held, or has not.

use minijinja::machinery::ast::{BinOpKind, CompareOpKind, Expr, UnaryOpKind};

/// Paths that are there when a condition holds, and when it does not.
#[derive(Debug, Default)]
pub(crate) struct Truths {
    /// When it holds.
    pub(crate) held: Vec<String>,
    /// When it does not.
    pub(crate) failed: Vec<String>,
}

/// The path of a variable: `contact.first_name`, also written `contact["first_name"]`.
pub(crate) fn path(expr: &Expr<'_>) -> Option<String> {
    match expr {
        Expr::Var(var) => Some(var.id.to_owned()),
        Expr::GetAttr(attr) => Some(format!("{}.{}", path(&attr.expr)?, attr.name)),
        Expr::GetItem(item) => {
            let name = item.subscript_expr.as_const()?;
            Some(format!("{}.{}", path(&item.expr)?, name.as_str()?))
        }
        Expr::Const(_)
        | Expr::Slice(_)
        | Expr::UnaryOp(_)
        | Expr::BinOp(_)
        | Expr::Compare(_)
        | Expr::IfExpr(_)
        | Expr::Filter(_)
        | Expr::Test(_)
        | Expr::Call(_)
        | Expr::List(_)
        | Expr::Tuple(_)
        | Expr::Map(_) => None,
    }
}

/// What a condition says about its variables.
pub(crate) fn truths(expr: &Expr<'_>) -> Truths {
    match expr {
        Expr::Var(_) | Expr::GetAttr(_) | Expr::GetItem(_) => held(path(expr)),
        Expr::UnaryOp(unary) => match unary.op {
            UnaryOpKind::Not => {
                let inner = truths(&unary.expr);
                Truths { held: inner.failed, failed: inner.held }
            }
            UnaryOpKind::Neg => Truths::default(),
        },
        Expr::Test(test) => match test.name {
            "defined" => held(path(&test.expr)),
            "undefined" | "none" => Truths { held: Vec::new(), failed: path(&test.expr).into_iter().collect() },
            _ => Truths::default(),
        },
        Expr::BinOp(binary) => match binary.op {
            BinOpKind::ScAnd => both(truths(&binary.left), truths(&binary.right)),
            BinOpKind::ScOr => {
                let (left, right) = (truths(&binary.left), truths(&binary.right));
                let swapped = both(swap(left), swap(right));
                swap(swapped)
            }
            BinOpKind::Eq => {
                let sides = [(&binary.left, &binary.right), (&binary.right, &binary.left)];
                let compared =
                    sides.iter().find(|(_, constant)| constant.as_const().is_some_and(|value| !value.is_none()));
                held(compared.and_then(|(value, _)| path(value)))
            }
            BinOpKind::In => held(path(&binary.left)),
            BinOpKind::Ne
            | BinOpKind::Lt
            | BinOpKind::Lte
            | BinOpKind::Gt
            | BinOpKind::Gte
            | BinOpKind::Add
            | BinOpKind::Sub
            | BinOpKind::Mul
            | BinOpKind::Div
            | BinOpKind::FloorDiv
            | BinOpKind::Rem
            | BinOpKind::Pow
            | BinOpKind::Concat => Truths::default(),
        },
        Expr::Compare(compare) => match compare.ops.as_slice() {
            [only] if matches!(only.op, CompareOpKind::Eq) && only.expr.as_const().is_some() => {
                held(path(&compare.expr))
            }
            _ => Truths::default(),
        },
        Expr::Const(_)
        | Expr::Slice(_)
        | Expr::IfExpr(_)
        | Expr::Filter(_)
        | Expr::Call(_)
        | Expr::List(_)
        | Expr::Tuple(_)
        | Expr::Map(_) => Truths::default(),
    }
}

fn held(path: Option<String>) -> Truths {
    Truths { held: path.into_iter().collect(), failed: Vec::new() }
}

fn swap(truths: Truths) -> Truths {
    Truths { held: truths.failed, failed: truths.held }
}

/// When both hold, both say what they say; when not, only what either alone would have said.
fn both(left: Truths, right: Truths) -> Truths {
    let failed = left.failed.into_iter().filter(|path| right.failed.contains(path)).collect();
    let mut held = left.held;
    held.extend(right.held);
    Truths { held, failed }
}
