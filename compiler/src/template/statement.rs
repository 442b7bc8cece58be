//! Statements of a template: blocks, conditions, loops, names, included files.

use flow_graph::Type;
use minijinja::machinery::ast::{Expr, ForLoop, IfCond, Macro, Stmt};

use super::Walk;
use super::filter::literal;
use super::guard::truths;
use super::scope::{Info, Shape};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

impl Walk<'_> {
    /// Statements in order.
    pub(super) fn block(&mut self, statements: &[Stmt<'_>]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Stmt<'_>) {
        match statement {
            Stmt::Template(template) => self.block(&template.children),
            Stmt::EmitExpr(emit) => self.print(&emit.expr),
            Stmt::EmitRaw(_) => {}
            Stmt::ForLoop(repeat) => self.repeat(repeat),
            Stmt::IfCond(condition) => self.condition(condition),
            Stmt::WithBlock(with) => self.scoped(|walk| {
                for (target, value) in &with.assignments {
                    let info = walk.expr(value);
                    walk.assign(target, &info);
                }
                walk.block(&with.body);
            }),
            Stmt::Set(set) => {
                let info = self.expr(&set.expr);
                self.assign(&set.target, &info);
            }
            Stmt::SetBlock(set) => {
                self.scoped(|walk| walk.block(&set.body));
                self.wrapped(set.filter.as_ref());
                self.assign(&set.target, &Info::any());
            }
            Stmt::AutoEscape(escape) => {
                self.expr(&escape.enabled);
                self.block(&escape.body);
            }
            Stmt::FilterBlock(filter) => {
                self.wrapped(Some(&filter.filter));
                self.block(&filter.body);
            }
            Stmt::Block(block) => self.scoped(|walk| walk.block(&block.body)),
            Stmt::Extends(extends) => self.include(&extends.name),
            Stmt::Include(include) => self.include(&include.name),
            Stmt::Import(import) => self.imported(&import.expr),
            Stmt::FromImport(import) => self.imported(&import.expr),
            Stmt::Macro(declared) => self.declare_macro(declared),
            Stmt::CallBlock(call) => {
                let span = self.place.span(call.call_expr_span);
                self.call(&call.call, span);
                self.scoped(|walk| walk.macro_body(&call.macro_decl));
            }
            Stmt::Do(call) => {
                let span = self.place.span(call.call.span());
                self.call(&call.call, span);
            }
        }
    }

    fn print(&mut self, expr: &Expr<'_>) {
        let info = self.present(expr);
        let what = match info.shape {
            Shape::Contact => "the whole contact",
            Shape::Event => "the whole event",
            Shape::Part(_) => "all of it",
            Shape::Any | Shape::Engine | Shape::Of(_) | Shape::Const(_) => return,
        };
        let span = self.span(expr);
        let message = format!("{what} cannot be printed");
        self.push(
            Diagnostic::new(Code::TemplateType, span, message)
                .help("write the field behind a dot: `contact.first_name`"),
        );
    }

    fn condition(&mut self, condition: &IfCond<'_>) {
        self.expr(&condition.expr);
        let found = truths(&condition.expr);
        let before = self.state.clone();
        self.state.known.extend(found.held);
        self.block(&condition.true_body);
        let one = std::mem::replace(&mut self.state, before);
        self.state.known.extend(found.failed);
        self.block(&condition.false_body);
        let other = std::mem::take(&mut self.state);
        self.state.join(&one, &other);
    }

    fn repeat(&mut self, repeat: &ForLoop<'_>) {
        let list = self.present(&repeat.iter);
        let member = match list.shape {
            Shape::Any | Shape::Engine => Info::any(),
            Shape::Of(Type::Set(of)) => Info::there(Shape::Of(*of)),
            Shape::Of(_) | Shape::Const(_) | Shape::Contact | Shape::Event | Shape::Part(_) => {
                let span = self.span(&repeat.iter);
                let diagnostic = Diagnostic::new(Code::TemplateType, span, "a loop needs a list or a set");
                self.push(diagnostic.help("of the fields only a `set of …` can be looped over"));
                Info::any()
            }
        };
        self.scoped(|walk| {
            walk.assign(&repeat.target, &member);
            walk.state.declare("loop", Info::there(Shape::Engine));
            let mut held = Vec::new();
            if let Some(filter) = &repeat.filter_expr {
                walk.expr(filter);
                held = truths(filter).held;
            }
            walk.knowing(held, |walk| walk.block(&repeat.body));
        });
        self.scoped(|walk| walk.block(&repeat.else_body));
    }

    fn assign(&mut self, target: &Expr<'_>, info: &Info) {
        match target {
            Expr::Var(var) => self.state.declare(var.id, info.clone()),
            Expr::List(list) => list.items.iter().for_each(|item| self.assign(item, &Info::any())),
            Expr::Tuple(tuple) => tuple.items.iter().for_each(|item| self.assign(item, &Info::any())),
            // `ns.x` of a namespace: the name is there already.
            Expr::GetAttr(_) => {}
            Expr::Const(_)
            | Expr::Slice(_)
            | Expr::UnaryOp(_)
            | Expr::BinOp(_)
            | Expr::Compare(_)
            | Expr::IfExpr(_)
            | Expr::Filter(_)
            | Expr::Test(_)
            | Expr::GetItem(_)
            | Expr::Call(_)
            | Expr::Map(_) => {}
        }
    }

    /// The filters of a block, innermost first: what goes into them is the text of the block.
    fn wrapped(&mut self, filter: Option<&Expr<'_>>) {
        if let Some(filter) = filter {
            self.expr(filter);
        }
    }

    fn declare_macro(&mut self, declared: &Macro<'_>) {
        self.state.macros.insert(declared.name.to_owned());
        self.scoped(|walk| walk.macro_body(declared));
    }

    /// The names of a macro may be anything: its calls are not followed.
    fn macro_body(&mut self, declared: &Macro<'_>) {
        for default in &declared.defaults {
            self.expr(default);
        }
        for argument in &declared.args {
            self.assign(argument, &Info::any());
        }
        self.block(&declared.body);
    }

    fn include(&mut self, name: &Expr<'_>) {
        let span = self.span(name);
        match literal(name) {
            Some(path) => self.file(&path, span),
            None => self.unsupported(span, "which file this is cannot be checked", "write its path in quotes"),
        }
    }

    fn imported(&mut self, name: &Expr<'_>) {
        let span = self.span(name);
        self.unsupported(
            span,
            "macros of another file cannot be used",
            "write the macro into this file, or use `{% include %}`",
        );
    }

    fn unsupported(&mut self, span: Span, message: &str, help: &str) {
        self.push(Diagnostic::new(Code::TemplateSyntax, span, message).help(help));
    }

    /// Walks something that keeps its names to itself.
    fn scoped(&mut self, walk: impl FnOnce(&mut Self)) {
        let before = self.state.clone();
        walk(self);
        let macros = std::mem::take(&mut self.state.macros);
        self.state = before;
        self.state.macros.extend(macros);
    }
}
