//! Filters, tests and functions of a template: which there are, and what they do to a missing value.

use flow_graph::Type;
use flow_graph::template::{FILTERS, FUNCTIONS, OWN_FILTERS, TESTS};
use minijinja::machinery::ast::{Call, CallArg, CallType, Expr, Filter, Test};

use super::Walk;
use super::scope::{Info, Shape};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::Span;
use crate::suggest;

impl Walk<'_> {
    /// `value | name(args)`
    pub(super) fn filter(&mut self, filter: &Filter<'_>, whole: Span) -> Info {
        let span = self.word(filter.name, whole);
        if !FILTERS.contains(&filter.name) && !OWN_FILTERS.iter().any(|(name, _)| *name == filter.name) {
            let names = OWN_FILTERS.iter().map(|(name, _)| *name).chain(FILTERS);
            self.unknown_function("filter", filter.name, span, names.collect());
            if let Some(value) = &filter.expr {
                self.expr(value);
            }
            return Info::any();
        }
        if matches!(filter.name, "default" | "d") {
            return self.default(filter);
        }
        let value = filter.expr.as_ref().map(|value| self.present(value));
        self.arguments(&filter.args);
        let needs = match filter.name {
            "date" => Some(("a date", [Type::Date, Type::DateTime].as_slice())),
            "clock" => Some(("a datetime", [Type::DateTime].as_slice())),
            "money" => Some(("an amount", [Type::Money, Type::Int, Type::Number].as_slice())),
            _ => None,
        };
        if let (Some((noun, types)), Some(Info { shape: Shape::Of(ty), .. })) = (needs, &value)
            && !types.contains(ty)
        {
            let message = format!("the filter `{}` needs {noun}", filter.name);
            self.push(Diagnostic::new(Code::TemplateType, span, message));
        }
        match filter.name {
            // Of an empty list there is none.
            "first" | "last" | "min" | "max" => {
                let shape = match value.map(|value| value.shape) {
                    Some(Shape::Of(Type::Set(of))) => Shape::Of(*of),
                    _ => return Info::any(),
                };
                Info { shape, missing: Some(format!("the {} of an empty list", filter.name)) }
            }
            _ => Info::any(),
        }
    }

    fn default(&mut self, filter: &Filter<'_>) -> Info {
        if let Some(value) = &filter.expr {
            self.expr(value);
        }
        let mut fallback = Info::any();
        for arg in &filter.args {
            match arg {
                CallArg::Pos(expr) => fallback.missing = fallback.missing.or(self.expr(expr).missing),
                CallArg::Kwarg(_, expr) | CallArg::PosSplat(expr) | CallArg::KwargSplat(expr) => {
                    self.present(expr);
                }
            }
        }
        fallback
    }

    /// `value is name`
    pub(super) fn test(&mut self, test: &Test<'_>, whole: Span) -> Info {
        if !TESTS.contains(&test.name) {
            let span = self.word(test.name, whole);
            self.unknown_function("test", test.name, span, TESTS.to_vec());
        }
        if matches!(test.name, "defined" | "undefined" | "none" | "eq" | "equalto") {
            self.expr(&test.expr);
        } else {
            self.present(&test.expr);
        }
        self.arguments(&test.args);
        Info::there(Shape::Of(Type::Bool))
    }

    /// `name(args)`
    pub(super) fn call(&mut self, call: &Call<'_>, whole: Span) -> Info {
        match call.identify_call() {
            CallType::Function(name) => {
                let known = FUNCTIONS.contains(&name)
                    || self.state.macros.contains(name)
                    || matches!(name, "super" | "caller")
                    || self.state.locals.contains_key(name);
                if !known {
                    let at = Span { end: whole.start.saturating_add(size(name)), ..whole };
                    let names = FUNCTIONS.iter().copied().chain(self.state.macros.iter().map(String::as_str));
                    let names: Vec<String> = names.map(str::to_owned).collect();
                    self.unknown_function("function", name, at, names.iter().map(String::as_str).collect());
                }
            }
            CallType::Method(value, name) => {
                let info = self.present(value);
                let plain = match info.shape {
                    Shape::Of(_) | Shape::Const(_) | Shape::Contact | Shape::Event | Shape::Part(_) => true,
                    Shape::Any | Shape::Engine => false,
                };
                if plain {
                    let names: Vec<&str> = OWN_FILTERS.iter().map(|(name, _)| *name).chain(FILTERS).collect();
                    let span = self.word(name, whole);
                    self.unknown_function("function", name, span, names);
                }
            }
            CallType::Block(_) => {}
            CallType::Object(value) => {
                self.present(value);
            }
        }
        self.arguments(&call.args);
        Info::any()
    }

    fn unknown_function(&mut self, what: &str, name: &str, span: Span, names: Vec<&str>) {
        let diagnostic = Diagnostic::new(Code::TemplateFunction, span, format!("there is no {what} `{name}`"));
        let near = suggest::nearest(name, names.iter().copied());
        self.push(match near {
            Some(near) if what == "function" && FILTERS.contains(&near) => {
                diagnostic.help(format!("did you mean the filter `{near}`? it is written `value | {near}`"))
            }
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(
                format!("write `{near}`"),
                span,
                near,
                Applicability::Unsafe,
            ),
            None if what == "function" && FILTERS.contains(&name) => {
                diagnostic.help(format!("it is a filter: write `value | {name}`"))
            }
            None => diagnostic.help(format!("there are {}", suggest::list(names))),
        });
    }

    /// Where a word stands within a longer expression: its last occurrence; else the whole.
    pub(super) fn word(&self, word: &str, whole: Span) -> Span {
        let text = self.world.sources.slice(whole);
        let Some(found) = text.rfind(word) else { return whole };
        let start = whole.start.saturating_add(u32::try_from(found).unwrap_or(0));
        Span { start, end: start.saturating_add(size(word)), ..whole }
    }
}

fn size(word: &str) -> u32 {
    u32::try_from(word.len()).unwrap_or(0)
}

/// The text of a constant expression.
pub(super) fn literal(expr: &Expr<'_>) -> Option<String> {
    expr.as_const().and_then(|value| value.as_str().map(str::to_owned))
}
