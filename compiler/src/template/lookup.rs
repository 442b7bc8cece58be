//! `contact.x`, `event.x`, `key`: what the place of use offers.

use flow_graph::program::Field;
use flow_graph::template::{PAGE, UTM};
use flow_graph::{Id, Type};
use minijinja::machinery::ast::{Expr, GetAttr};

use super::guard;
use super::scope::{Info, Shape};
use super::{Entry, Walk};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::Span;
use crate::suggest;

impl Walk<'_> {
    /// A name without a dot.
    pub(super) fn variable(&mut self, name: &str, span: Span) -> Info {
        if let Some(info) = self.state.locals.get(name) {
            let missing = info.missing.clone().filter(|_| !self.state.known.contains(name));
            return Info { missing, ..info.clone() };
        }
        match name {
            "contact" => Info::there(Shape::Contact),
            "event" => self.event(span),
            "key" => match &self.reach.key {
                Some(ty) => Info::there(Shape::Of(ty.clone())),
                None if self.reach.event_open => Info::any(),
                None => {
                    self.wrong(span, "there is no `key` here".into(), "only a run of a sequence with `key` has one")
                }
            },
            // `self.block()` repeats a block.
            "self" => Info::there(Shape::Engine),
            _ => self.unknown(name, span),
        }
    }

    /// `value.name`
    pub(super) fn attribute(&mut self, attr: &GetAttr<'_>, whole: Span) -> Info {
        let span = Span { start: whole.end.saturating_sub(u32::try_from(attr.name.len()).unwrap_or(0)), ..whole };
        self.member(&attr.expr, attr.name, span, whole)
    }

    /// `value.name` or `value["name"]`; `span` is the name.
    pub(super) fn member(&mut self, value: &Expr<'_>, name: &str, span: Span, whole: Span) -> Info {
        let path = guard::path(value).map(|path| format!("{path}.{name}"));
        let parent = self.present(value);
        let info = match parent.shape {
            Shape::Any | Shape::Engine => Info::any(),
            Shape::Contact => self.contact_field(name, span),
            Shape::Event => self.event_field(name, span),
            Shape::Part(names) => self.part(names, name, span),
            Shape::Of(_) | Shape::Const(_) => {
                let message = format!("`{}` has no parts, so there is no `{name}`", self.slice(whole, name));
                self.wrong(span, message, "write it without the dot")
            }
        };
        let known = path.as_ref().is_some_and(|path| self.state.known.contains(path));
        let missing = if known { None } else { info.missing.and(path.or_else(|| Some(name.to_owned()))) };
        Info { missing, ..info }
    }

    fn slice(&self, whole: Span, name: &str) -> String {
        let text = self.world.sources.slice(whole);
        text.strip_suffix(name).unwrap_or(text).trim_end_matches('.').to_owned()
    }

    fn contact_field(&mut self, name: &str, span: Span) -> Info {
        if let Some(symbol) = self.field_symbol(name) {
            self.refer(span, name, symbol);
        }
        let fields = self.world.fields;
        match fields.iter().find(|field| field.name == name) {
            Some(field) => of(field),
            None if self.world.fields_broken => Info::any(),
            None => self.no_field(
                "the contact",
                name,
                span,
                &fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>(),
            ),
        }
    }

    fn event(&mut self, span: Span) -> Info {
        let without = self.reach.entries.iter().filter(|entry| entry.event.is_none()).count();
        if without == self.reach.entries.len() && !self.reach.event_open {
            let diagnostic = Diagnostic::new(Code::TemplateVariable, span, "there is no `event` here");
            let diagnostic = self.beginnings(diagnostic).help("only a run that an event began has one: use `contact`");
            self.push(diagnostic);
            return Info::any();
        }
        let missing = (without > 0 && !self.state.known.contains("event")).then(|| "event".to_owned());
        Info { shape: Shape::Event, missing }
    }

    /// With the places at which a run begins without an event.
    pub(super) fn beginnings(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        for entry in self.reach.entries.iter().filter(|entry| entry.event.is_none()).take(4) {
            diagnostic = diagnostic.label(entry.at, format!("`{}` begins here, and there is no event", entry.sequence));
        }
        diagnostic
    }

    /// A field that each event which can begin the run has, with one type.
    fn event_field(&mut self, name: &str, span: Span) -> Info {
        match name {
            "time" => return Info::there(Shape::Of(Type::DateTime)),
            "id" => return Info::there(Shape::Of(Type::Text)),
            "utm" => return Info::there(Shape::Part(&UTM)),
            "page" => return Info::there(Shape::Part(&PAGE)),
            _ => {}
        }
        let events = self.reach.entries.iter().filter_map(|entry| entry.event);
        let symbols: Vec<_> = events.filter_map(|event| self.event_field_symbol(event, name)).collect();
        for symbol in symbols {
            self.refer(span, name, symbol);
        }
        if self.reach.event_open {
            return Info::any();
        }
        let entries: Vec<(Entry, Option<Info>)> = self
            .reach
            .entries
            .iter()
            .filter_map(|entry| Some((entry.clone(), self.field_of(entry.event?, name).map(of))))
            .collect();
        let lacking: Vec<&Entry> = entries.iter().filter(|(_, info)| info.is_none()).map(|(entry, _)| entry).collect();
        if !lacking.is_empty() {
            return self.lacking(name, span, &lacking);
        }
        let mut found: Option<Info> = None;
        for (entry, info) in entries.iter().filter_map(|(entry, info)| info.clone().map(|info| (entry, info))) {
            let Some(before) = &found else {
                found = Some(info);
                continue;
            };
            if before.shape != info.shape {
                let message =
                    format!("`event.{name}` has one type in one event that can begin the run, and another in another");
                let here = format!("`{}` begins with `{}`", entry.sequence, self.event_name(entry));
                let diagnostic = Diagnostic::new(Code::TemplateType, span, message).label(entry.at, here);
                self.push(diagnostic.help("send another message on that way"));
                return Info::any();
            }
            found = Some(before.clone().or(info));
        }
        found.unwrap_or_else(Info::any)
    }

    fn lacking(&mut self, name: &str, span: Span, lacking: &[&Entry]) -> Info {
        let first = lacking.first().map(|entry| self.event_name(entry)).unwrap_or_default();
        let mut diagnostic =
            Diagnostic::new(Code::TemplateVariable, span, format!("the event `{first}` has no field `{name}`"));
        for entry in lacking.iter().take(4) {
            let text = format!("`{}` begins with `{}`", entry.sequence, self.event_name(entry));
            diagnostic = diagnostic.label(entry.at, text);
        }
        // A field that every event which can begin the run has is the likelier one.
        let mut names: Vec<String> = Vec::new();
        for entry in lacking {
            let fields =
                entry.event.and_then(|event| self.world.events.get(event)).map(|event| event.fields.as_slice());
            names.extend(fields.unwrap_or_default().iter().map(|field| field.name.clone()));
        }
        names.sort();
        names.dedup();
        diagnostic = with_near(diagnostic, name, span, &names.iter().map(String::as_str).collect::<Vec<_>>());
        self.push(diagnostic);
        Info::any()
    }

    fn field_of(&self, event: Id<flow_graph::program::Event>, name: &str) -> Option<&Field> {
        self.world.events.get(event)?.fields.iter().find(|field| field.name == name)
    }

    fn event_name(&self, entry: &Entry) -> String {
        entry.event.and_then(|event| self.world.events.get(event)).map(|event| event.name.clone()).unwrap_or_default()
    }

    fn part(&mut self, names: &'static [&'static str], name: &str, span: Span) -> Info {
        if names.contains(&name) {
            return Info { shape: Shape::Of(Type::Text), missing: Some(name.to_owned()) };
        }
        self.no_field("it", name, span, names)
    }

    fn no_field(&mut self, of: &str, name: &str, span: Span, fields: &[&str]) -> Info {
        let diagnostic = Diagnostic::new(Code::TemplateVariable, span, format!("{of} has no field `{name}`"));
        self.push(with_near(diagnostic, name, span, fields));
        Info::any()
    }

    fn unknown(&mut self, name: &str, span: Span) -> Info {
        let diagnostic = Diagnostic::new(Code::TemplateVariable, span, format!("there is no variable `{name}`"));
        let field = self.world.fields.iter().any(|field| field.name == name);
        let of_event =
            self.reach.entries.iter().any(|entry| entry.event.is_some_and(|id| self.field_of(id, name).is_some()));
        let diagnostic = match (field, of_event) {
            (true, _) => instead(diagnostic, span, &format!("contact.{name}")),
            (false, true) => instead(diagnostic, span, &format!("event.{name}")),
            (false, false) => {
                let mut names = vec!["contact", "event", "key"];
                names.extend(self.state.locals.keys().map(String::as_str));
                match suggest::nearest(name, names) {
                    Some(near) => instead(diagnostic, span, near),
                    None => diagnostic.help("a template sees `contact`, `event` and `key`"),
                }
            }
        };
        self.push(diagnostic);
        Info::any()
    }

    /// Something that is not there; what hangs on it is let pass.
    pub(super) fn wrong(&mut self, span: Span, message: String, help: &str) -> Info {
        self.push(Diagnostic::new(Code::TemplateVariable, span, message).help(help));
        Info::any()
    }
}

fn of(field: &Field) -> Info {
    Info { shape: Shape::Of(field.ty.clone()), missing: field.optional.then(|| field.name.clone()) }
}

fn instead(diagnostic: Diagnostic, span: Span, near: &str) -> Diagnostic {
    diagnostic.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), span, near, Applicability::Unsafe)
}

fn with_near(diagnostic: Diagnostic, name: &str, span: Span, names: &[&str]) -> Diagnostic {
    match suggest::nearest(name, names.iter().copied()) {
        Some(near) => instead(diagnostic, span, near),
        None => diagnostic.help(format!("the fields are {}", suggest::list(names.iter().copied()))),
    }
}
