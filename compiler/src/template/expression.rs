//! Expressions of a template: what each is worth, and whether it may be missing where it must not.

use flow_graph::Type;
use minijinja::machinery::ast::{BinOp, BinOpKind, CallArg, CompareOpKind, Expr, IfExpr, UnaryOpKind};

use super::Walk;
use super::guard::truths;
use super::scope::{Info, Shape};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::Span;
use crate::suggest;

impl Walk<'_> {
    /// A value that has to be there: one that may be missing is reported.
    pub(super) fn present(&mut self, expr: &Expr<'_>) -> Info {
        let info = self.expr(expr);
        let Some(what) = &info.missing else { return info };
        let span = self.span(expr);
        let message = format!("`{what}` may be missing here");
        let mut diagnostic = Diagnostic::new(Code::TemplateMissing, span, message);
        if what == "event" {
            diagnostic = self.beginnings(diagnostic);
        }
        let written = self.world.sources.slice(span).to_owned();
        let help = if what == "event" {
            "ask first: `{% if event %}`".to_owned()
        } else if matches!(expr, Expr::IfExpr(_)) {
            "say what stands there otherwise: `… if … else \"…\"`".to_owned()
        } else {
            format!("say what stands in its place, `{written} | default(\"…\")`, or ask first: `{{% if {written} %}}`")
        };
        self.push(diagnostic.help(help));
        Info { missing: None, ..info }
    }

    /// Any expression.
    pub(super) fn expr(&mut self, expr: &Expr<'_>) -> Info {
        let span = self.span(expr);
        match expr {
            Expr::Var(var) => self.variable(var.id, span),
            Expr::Const(constant) => Info::there(Shape::Const(constant.value.clone())),
            Expr::GetAttr(attr) => self.attribute(attr, span),
            Expr::GetItem(item) => {
                let index = item.subscript_expr.as_const();
                if let Some(name) = index.as_ref().and_then(minijinja::Value::as_str) {
                    return self.member(&item.expr, name, self.span(&item.subscript_expr), span);
                }
                self.present(&item.subscript_expr);
                self.item(&item.expr, span)
            }
            Expr::Slice(slice) => {
                for part in [&slice.start, &slice.stop, &slice.step].into_iter().flatten() {
                    self.present(part);
                }
                self.present(&slice.expr)
            }
            Expr::UnaryOp(unary) => match unary.op {
                UnaryOpKind::Not => {
                    self.expr(&unary.expr);
                    Info::there(Shape::Of(Type::Bool))
                }
                UnaryOpKind::Neg => {
                    self.present(&unary.expr);
                    Info::any()
                }
            },
            Expr::BinOp(binary) => self.binary(binary, span),
            Expr::Compare(compare) => {
                let mut left = self.present(&compare.expr);
                for op in &compare.ops {
                    let right = self.present(&op.expr);
                    if matches!(op.op, CompareOpKind::Eq | CompareOpKind::Ne) {
                        self.comparable(&left, &right, self.span(&op.expr));
                    }
                    left = right;
                }
                Info::there(Shape::Of(Type::Bool))
            }
            Expr::IfExpr(choice) => self.choice(choice, span),
            Expr::Filter(filter) => self.filter(filter, span),
            Expr::Test(test) => self.test(test, span),
            Expr::Call(call) => self.call(call, span),
            Expr::List(list) => self.all(&list.items),
            Expr::Tuple(tuple) => self.all(&tuple.items),
            Expr::Map(map) => {
                self.all(&map.keys);
                self.all(&map.values)
            }
        }
    }

    fn all(&mut self, items: &[Expr<'_>]) -> Info {
        for item in items {
            self.present(item);
        }
        Info::any()
    }

    /// `value[0]`: a member of a list may not be there.
    fn item(&mut self, value: &Expr<'_>, span: Span) -> Info {
        match self.present(value).shape {
            Shape::Of(Type::Set(of)) => {
                Info { shape: Shape::Of(*of), missing: Some(self.world.sources.slice(span).to_owned()) }
            }
            Shape::Contact | Shape::Event | Shape::Part(_) => self.wrong(
                span,
                "which field this is cannot be checked".into(),
                "write the field behind a dot: `contact.x`",
            ),
            Shape::Any | Shape::Engine | Shape::Of(_) | Shape::Const(_) => Info::any(),
        }
    }

    fn binary(&mut self, binary: &BinOp<'_>, span: Span) -> Info {
        match binary.op {
            BinOpKind::ScAnd | BinOpKind::ScOr => {
                let left = self.expr(&binary.left);
                let found = truths(&binary.left);
                let and = matches!(binary.op, BinOpKind::ScAnd);
                let right = self.knowing(if and { found.held } else { found.failed }, |walk| walk.expr(&binary.right));
                // `a or b` is `b` when `a` is missing.
                if and { left.or(right) } else { Info { shape: Shape::Any, missing: right.missing } }
            }
            BinOpKind::Eq => {
                let (left, right) = (self.expr(&binary.left), self.expr(&binary.right));
                self.comparable(&left, &right, span);
                Info::there(Shape::Of(Type::Bool))
            }
            BinOpKind::In => {
                self.expr(&binary.left);
                self.present(&binary.right);
                Info::there(Shape::Of(Type::Bool))
            }
            BinOpKind::Ne | BinOpKind::Lt | BinOpKind::Lte | BinOpKind::Gt | BinOpKind::Gte => {
                let (left, right) = (self.present(&binary.left), self.present(&binary.right));
                self.comparable(&left, &right, span);
                Info::there(Shape::Of(Type::Bool))
            }
            BinOpKind::Add
            | BinOpKind::Sub
            | BinOpKind::Mul
            | BinOpKind::Div
            | BinOpKind::FloorDiv
            | BinOpKind::Rem
            | BinOpKind::Pow
            | BinOpKind::Concat => {
                self.present(&binary.left);
                self.present(&binary.right);
                Info::any()
            }
        }
    }

    fn choice(&mut self, choice: &IfExpr<'_>, span: Span) -> Info {
        self.expr(&choice.test_expr);
        let found = truths(&choice.test_expr);
        let then = self.knowing(found.held, |walk| walk.expr(&choice.true_expr));
        let otherwise = match &choice.false_expr {
            Some(expr) => self.knowing(found.failed, |walk| walk.expr(expr)),
            None => Info { shape: Shape::Any, missing: Some(self.world.sources.slice(span).to_owned()) },
        };
        then.or(otherwise)
    }

    /// Walks something while some paths are there for certain.
    pub(super) fn knowing<T>(&mut self, paths: Vec<String>, walk: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.state.known.clone();
        self.state.known.extend(paths);
        let result = walk(self);
        self.state.known = before;
        result
    }

    /// Reports a comparison that can never hold.
    fn comparable(&mut self, left: &Info, right: &Info, span: Span) {
        let (ty, value) = match (&left.shape, &right.shape) {
            (Shape::Of(ty), Shape::Const(value)) | (Shape::Const(value), Shape::Of(ty)) => (ty, value),
            (Shape::Any | Shape::Of(_) | Shape::Const(_) | Shape::Engine, _) => return,
            (Shape::Contact | Shape::Event | Shape::Part(_), _) => return,
        };
        if value.is_none() {
            return;
        }
        match (ty, value.as_str()) {
            (Type::Enum(id), Some(name)) => {
                let Some(values) = self.world.enums.get(*id) else { return };
                // Of one that could not be read nothing is known.
                if values.values.is_empty() || values.values.iter().any(|known| known == name) {
                    return;
                }
                let message = format!("`{name}` is not a value of the enum `{}`", values.name);
                let diagnostic = Diagnostic::new(Code::TemplateType, span, message);
                let names = || values.values.iter().map(String::as_str);
                self.push(match suggest::nearest(name, names()) {
                    Some(near) => {
                        let quote = self.world.sources.slice(span).chars().next().filter(|c| matches!(c, '"' | '\''));
                        let quote = quote.map(String::from).unwrap_or_default();
                        diagnostic.help(format!("did you mean `{near}`?")).fix(
                            format!("write `{near}`"),
                            span,
                            format!("{quote}{near}{quote}"),
                            Applicability::Unsafe,
                        )
                    }
                    None => diagnostic.help(format!("its values are {}", suggest::list(names()))),
                });
            }
            (Type::Int | Type::Number | Type::Percent | Type::Bool, Some(text)) => {
                self.never(
                    span,
                    &format!("a number or truth value is compared with the text \"{text}\""),
                    "write it without quotes",
                );
            }
            (
                Type::Text | Type::Email | Type::Phone | Type::Url | Type::Country | Type::TimeZone | Type::Enum(_),
                None,
            ) => {
                self.never(span, &format!("a text is compared with {value}"), "write it in quotes");
            }
            (Type::Set(_), _) => {
                self.never(span, "a set is compared with a single value", "ask `\"x\" in contact.tags`");
            }
            (
                Type::Int
                | Type::Number
                | Type::Percent
                | Type::Bool
                | Type::Money
                | Type::Date
                | Type::DateTime
                | Type::Duration
                | Type::Text
                | Type::Email
                | Type::Phone
                | Type::Url
                | Type::Country
                | Type::TimeZone,
                _,
            ) => {}
        }
    }

    fn never(&mut self, span: Span, message: &str, help: &str) {
        self.push(Diagnostic::new(Code::TemplateType, span, message).help(help));
    }

    /// The arguments of a call, each of which has to be there.
    pub(super) fn arguments(&mut self, args: &[CallArg<'_>]) {
        for arg in args {
            match arg {
                CallArg::Pos(expr) | CallArg::Kwarg(_, expr) | CallArg::PosSplat(expr) | CallArg::KwargSplat(expr) => {
                    self.present(expr);
                }
            }
        }
    }

    /// Where an expression stands. Of a path the whole of it.
    pub(super) fn span(&self, expr: &Expr<'_>) -> Span {
        let own = self.place.span(expr.span());
        match expr {
            Expr::GetAttr(attr) => self.span(&attr.expr).to(own),
            Expr::GetItem(item) => self.span(&item.expr).to(own),
            Expr::Filter(filter) => filter.expr.as_ref().map_or(own, |value| self.span(value).to(own)),
            Expr::Test(test) => self.span(&test.expr).to(own),
            Expr::BinOp(binary) => self.span(&binary.left).to(self.span(&binary.right)),
            Expr::Compare(compare) => {
                let last = compare.ops.last().map_or(own, |op| self.span(&op.expr));
                self.span(&compare.expr).to(last)
            }
            Expr::IfExpr(choice) => {
                let last = choice.false_expr.as_ref().unwrap_or(&choice.test_expr);
                self.span(&choice.true_expr).to(self.span(last))
            }
            Expr::Var(_)
            | Expr::Const(_)
            | Expr::Slice(_)
            | Expr::UnaryOp(_)
            | Expr::Call(_)
            | Expr::List(_)
            | Expr::Tuple(_)
            | Expr::Map(_) => own,
        }
    }
}
