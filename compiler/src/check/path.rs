//! Names in expressions: fields of the contact and of events, what every event has, the key, values of enums.

use flow_graph::expr::EventMeta;
use flow_graph::program::{Event, Field, Message, Score, Topic, builtin};
use flow_graph::{Expr, Id, Type, Value};

use super::event_ref::sure;
use super::literal::constant;
use super::types::enum_of;
use super::{Check, Scope, Ty, Typed};
use crate::country::is_country;
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::names::lookup::{member_symbol, suggest, symbol};
use crate::names::{Kind, Named};
use crate::source::{Name, Span};

impl Check<'_> {
    pub(super) fn path(&mut self, scope: &Scope, names: &[Name], span: Span, expected: Option<&Ty>) -> Typed {
        let found = match names {
            [name] => self.bare(scope, name, expected),
            [owner, field] if owner.value == "contact" => self.find::<Field>(field).map(|id| self.field(id, span)),
            [owner, rest @ ..] if owner.value == "event" => self.of_event(scope, owner, rest, span),
            [owner, part] => self.meta_or_unknown(scope, owner, part, span),
            [owner, ..] => {
                self.no_such_path(owner, names, span);
                None
            }
            [] => None,
        };
        found.map_or(Typed::error(span), |typed| Typed { span, ..typed })
    }

    /// Whether a bare name stands for nothing by itself: then it may be a value of the type that is wanted.
    pub(super) fn is_open_name(&self, scope: &Scope, name: &str) -> bool {
        let of_event =
            scope.this.is_some_and(|event| self.names.member_number(event, name).is_some() || meta(&[name]).is_some());
        let key = name == "key" && scope.run.as_ref().is_some_and(|run| run.key.is_some());
        !of_event && !key && self.names.number::<Field>(name).is_none()
    }

    /// A field of the contact.
    pub(crate) fn field(&self, id: Id<Field>, span: Span) -> Typed {
        let Some(field) = self.program.fields.get(id) else { return Typed::error(span) };
        let mut typed = Typed::of(Expr::Field(id), field.ty.clone(), span).or_missing(field.optional);
        typed.declared = self.names.declared(id);
        if typed.declared.is_some_and(|at| self.untyped.contains(&at)) {
            return Typed::error(span);
        }
        typed.range = field.range;
        typed
    }

    /// A value of a text that names an item.
    pub(super) fn name_value(&mut self, kind: Kind, name: &Name) -> Option<Value> {
        let known =
            if kind == Kind::Topic { self.find::<Topic>(name).is_some() } else { self.find::<Message>(name).is_some() };
        known.then(|| Value::text(&name.value))
    }

    fn bare(&mut self, scope: &Scope, name: &Name, expected: Option<&Ty>) -> Option<Typed> {
        if let Some(value) = self.value_name(name, expected) {
            return Some(value);
        }
        if let Some(event) = scope.this {
            if let Some(slot) = self.names.member_number(event, &name.value) {
                self.refer(name.span, member_symbol(event, slot));
                return Some(self.this(event, slot, name.span));
            }
            if let Some(found) = meta(&[&name.value]) {
                return Some(of_meta(Expr::ThisMeta(found), found, name.span));
            }
        }
        if name.value == "key"
            && !scope.facts_only
            && let Some(key) = scope.run.as_ref().and_then(|run| run.key.clone())
        {
            return Some(Typed::new(Expr::Key, key, name.span));
        }
        if name.value == "key" && scope.unsure {
            return None;
        }
        if let Some(id) = self.names.number::<Field>(&name.value) {
            self.refer(name.span, symbol(id));
            return Some(self.field(id, name.span));
        }
        self.no_such_name(scope, name, expected);
        None
    }

    /// A name as a value of the type that the place wants.
    fn value_name(&mut self, name: &Name, expected: Option<&Ty>) -> Option<Typed> {
        match expected? {
            Ty::Of(Type::Enum(id)) => {
                let position = self.names.member_number(*id, &name.value)?;
                self.refer(name.span, member_symbol(*id, position));
                Some(constant(Value::Enum(position), Type::Enum(*id), name.span))
            }
            Ty::Of(Type::Country) if is_country(&name.value) => {
                Some(constant(Value::text(&name.value), Type::Country, name.span))
            }
            Ty::NameOf(Kind::Topic) if self.names.number::<Topic>(&name.value).is_some() => {
                let value = self.name_value(Kind::Topic, name)?;
                Some(constant(value, Type::Text, name.span))
            }
            Ty::NameOf(Kind::Message) if self.names.number::<Message>(&name.value).is_some() => {
                let value = self.name_value(Kind::Message, name)?;
                Some(constant(value, Type::Text, name.span))
            }
            Ty::Error | Ty::Of(_) | Ty::NameOf(_) | Ty::Elapsed | Ty::CalendarSpan | Ty::EmptySet => None,
        }
    }

    /// A field of the event that is looked at.
    fn this(&self, event: Id<Event>, slot: u16, span: Span) -> Typed {
        let declared = self.names.member_declared(event, slot);
        if declared.is_some_and(|at| self.untyped.contains(&at)) {
            return Typed::error(span);
        }
        let Some(field) = self.program.events.get(event).and_then(|e| e.fields.get(usize::from(slot))) else {
            return Typed::error(span);
        };
        let expr = if event.index() < builtin::NAMES.len() && (slot == builtin::HUMAN || slot == builtin::HARD) {
            sure(slot)
        } else {
            Expr::This(slot)
        };
        let optional = field.optional && matches!(expr, Expr::This(_));
        let ty = field_ty(event, slot, &field.ty);
        Typed { declared, range: field.range, ..Typed::new(expr, ty, span) }.or_missing(optional)
    }

    /// `event.value`, `event.utm.source`
    fn of_event(&mut self, scope: &Scope, owner: &Name, rest: &[Name], span: Span) -> Option<Typed> {
        let words: Vec<&str> = rest.iter().map(|name| name.value.as_str()).collect();
        if let Some(event) = scope.this {
            if let Some(found) = meta(&words)
                .filter(|_| rest.len() > 1 || self.names.member_number(event, words.first().unwrap_or(&"")).is_none())
            {
                return Some(of_meta(Expr::ThisMeta(found), found, span));
            }
            let [field] = rest else {
                self.no_such_path(owner, rest, span);
                return None;
            };
            let slot = self.find_member(event, field)?;
            return Some(self.this(event, slot, span));
        }
        let Some(run) = scope.run.as_ref().filter(|_| !scope.facts_only) else {
            if scope.unsure {
                return None;
            }
            let wrong = Diagnostic::new(Code::NoEvent, owner.span, "there is no event here that `event` could mean");
            self.report(
                wrong.help("`event` stands inside `where`, and in sequences, where it is the event that began the run"),
            );
            return None;
        };
        let declared = |name: &&str| run.events.iter().any(|e| self.names.member_number(*e, name).is_some());
        if let Some(found) = meta(&words).filter(|_| rest.len() > 1 || !words.first().is_some_and(declared)) {
            return Some(of_meta(Expr::TriggerMeta(found), found, span).or_missing_too(run.without_event));
        }
        let [field] = rest else {
            self.no_such_path(owner, rest, span);
            return None;
        };
        if run.events.is_empty() {
            let wrong = Diagnostic::new(Code::NoEvent, owner.span, "no event begins this sequence");
            self.report(wrong.help("`event` has fields where the sequence enters on an event"));
            return None;
        }
        self.run_field(&run.clone(), field, span)
    }

    /// A field of the event that began the run: it may be missing where one of the events does not have it.
    fn run_field(&mut self, run: &super::RunScope, field: &Name, span: Span) -> Option<Typed> {
        let mut slots = Vec::new();
        let mut found: Option<Typed> = None;
        let mut optional = run.without_event;
        for event in &run.events {
            let Some(slot) = self.names.member_number(*event, &field.value) else {
                optional = true;
                continue;
            };
            self.refer(field.span, member_symbol(*event, slot));
            slots.push((*event, slot));
            let here = self.this(*event, slot, span);
            optional |= here.optional;
            if let Some(first) = found.as_ref().filter(|first| first.ty != here.ty && !here.is_error()) {
                let message = format!("`{}` has different types in the events that begin this run", field.value);
                let mut wrong = Diagnostic::new(Code::TypeMismatch, field.span, message);
                for (typed, ty) in [(first, self.describe(&first.ty)), (&here, self.describe(&here.ty))] {
                    wrong = typed.declared.into_iter().fold(wrong, |w, at| w.label(at, format!("{ty} here")));
                }
                self.report(wrong.help("enter on one of them, or give both fields one type"));
                return None;
            }
            found.get_or_insert(here);
        }
        slots.sort_unstable_by_key(|(event, _)| *event);
        slots.dedup();
        match found {
            Some(typed) => Some(Typed { expr: Expr::Trigger(slots), ..typed }.or_missing(optional)),
            None => {
                let event = *run.events.first()?;
                self.find_member(event, field);
                None
            }
        }
    }

    /// `utm.source`, `page.path`, or two names that mean nothing.
    fn meta_or_unknown(&mut self, scope: &Scope, owner: &Name, part: &Name, span: Span) -> Option<Typed> {
        let Some(found) = meta(&[&owner.value, &part.value]) else {
            self.no_such_path(owner, std::slice::from_ref(part), span);
            return None;
        };
        if scope.this.is_some() {
            return Some(of_meta(Expr::ThisMeta(found), found, span));
        }
        let wrong = Diagnostic::new(
            Code::NoEvent,
            span,
            format!("`{}` belongs to an event, and there is none here", owner.value),
        );
        let text = self.text(span);
        self.report(wrong.help(format!("in a sequence write `event.{text}`, the event that began the run")));
        None
    }

    fn no_such_path(&mut self, owner: &Name, rest: &[Name], span: Span) {
        let written = self.text(span);
        let wrong = Diagnostic::new(Code::UnknownName, span, format!("there is nothing of the name `{written}`"));
        let known: &[&str] = match owner.value.as_str() {
            "utm" => &["source", "medium", "campaign", "content", "term"],
            "page" => &["url", "path", "title", "referrer"],
            _ => &[],
        };
        let part = rest.last();
        let near = part.and_then(|part| Some((part, crate::suggest::nearest(&part.value, known.iter().copied())?)));
        if let Some((part, near)) = near {
            let help = format!("did you mean `{}.{near}`?", owner.value);
            self.report(wrong.help(help).fix(format!("write `{near}`"), part.span, near, Applicability::Unsafe));
            return;
        }
        let help = match owner.value.as_str() {
            _ if !known.is_empty() => {
                format!("`{}` has {}", owner.value, crate::suggest::list(known.iter().copied()))
            }
            score if self.names.number::<Score>(score).is_some() => format!("a score is read with `score {written}`"),
            _ => "fields are written `contact.field` and `event.field`".to_owned(),
        };
        self.report(wrong.help(help));
    }

    fn no_such_name(&mut self, scope: &Scope, name: &Name, expected: Option<&Ty>) {
        if let Some(Ty::Error) = expected {
            return;
        }
        if let Some(Ty::Of(Type::Enum(id))) = expected {
            self.find_member(*id, name);
            return;
        }
        if let Some(Ty::Of(Type::Country)) = expected {
            let wrong = Diagnostic::new(Code::UnknownName, name.span, format!("there is no country `{}`", name.value));
            let upper = name.value.to_uppercase();
            let meant = super::slip::country(&name.value);
            self.report(if let Some(code) = meant {
                let title = format!("write `{code}`");
                wrong.help(format!("did you mean `{code}`?")).fix(title, name.span, code, Applicability::Safe)
            } else if is_country(&upper) {
                let title = format!("write `{upper}`");
                let help = format!("did you mean `{upper}`?");
                wrong.help(help).fix(title, name.span, upper, Applicability::Safe)
            } else {
                wrong.help("a country is written with the two letters of ISO 3166: `DE`, `GB`, `US`")
            });
            return;
        }
        if let Some(Ty::NameOf(kind)) = expected {
            self.name_value(*kind, name);
            return;
        }
        let broken = |event: Id<Event>| self.names.entry(event).is_some_and(|entry| entry.broken);
        if self.names.contact_broken || scope.this.is_some_and(broken) {
            return;
        }
        self.unknown_field(scope, name, expected);
    }

    /// Suggests fields of the wanted type before others, those of the event before those of the contact.
    fn unknown_field(&mut self, scope: &Scope, name: &Name, expected: Option<&Ty>) {
        let mut candidates: Vec<(bool, String)> = Vec::new();
        let fits = |ty: &Type| expected.is_none_or(|wanted| *wanted == Ty::Of(ty.clone()));
        if let Some(event) = scope.this.and_then(|event| self.program.events.get(event)) {
            candidates.extend(event.fields.iter().map(|f| (fits(&f.ty), f.name.clone())));
        }
        candidates.extend(self.program.fields.iter().map(|f| (fits(&f.ty), f.name.clone())));
        candidates.sort_by_key(|(fits, _)| !fits);
        let candidates: Vec<String> = candidates.into_iter().map(|(_, name)| name).collect();
        if self.read_without_its_word(scope, name, &candidates) || self.text_without_quotes(name, expected, &candidates)
        {
            return;
        }
        let Some(event) = scope.this else {
            if self.value_of_some_enum(name) || self.field_of_some_event(name, &candidates) {
                return;
            }
            self.unknown(Kind::Field, name, &candidates);
            return;
        };
        let event_name = self.names.name(event).to_owned();
        let message = format!("neither the event `{event_name}` nor the contact has a field `{}`", name.value);
        let wrong = Diagnostic::new(Code::UnknownName, name.span, message);
        let names: Vec<&str> = candidates.iter().map(String::as_str).collect();
        let mut wrong = match every_event_has(&name.value) {
            Some(path) => wrong.help(format!("every event has `{path}`")),
            None => suggest(wrong, name, &names),
        };
        if let Some(declared) = self.names.declared(event) {
            wrong = wrong.label(declared, "the event is declared here");
        }
        self.report(wrong);
    }

    /// A field of an event at a place where no event is looked at, unless a field of the contact is nearer.
    fn field_of_some_event(&mut self, name: &Name, candidates: &[String]) -> bool {
        let near = crate::suggest::nearest(&name.value, candidates.iter().map(String::as_str)).is_some();
        let events = self.names.entries(Kind::Event);
        let owner = events.iter().filter(|entry| entry.span.is_some()).find_map(|entry| {
            let member = entry.members.iter().find(|member| member.name == name.value)?;
            Some((entry.name.clone(), member.span))
        });
        let Some((event, declared)) = owner.filter(|_| !near) else { return false };
        let wrong =
            Diagnostic::new(Code::UnknownName, name.span, format!("there is no contact field `{}`", name.value));
        let label = format!("the event `{event}` has such a field");
        let wrong = declared.into_iter().fold(wrong, |wrong, at| wrong.label(at, label.clone()));
        let help = format!("say which events are looked at: `did {event} where {} … in last 30 days`", name.value);
        self.report(wrong.help(help));
        true
    }

    /// A value of an enum at a place that does not say which enum it wants.
    fn value_of_some_enum(&mut self, name: &Name) -> bool {
        let enums = self.names.entries(Kind::Enum);
        let owner = enums.iter().find_map(|entry| {
            let member = entry.members.iter().find(|member| member.name == name.value)?;
            Some((entry.name.clone(), member.span))
        });
        let Some((owner, declared)) = owner else { return false };
        let message = format!("`{}` is a value of the enum `{owner}`, which is not what is needed here", name.value);
        let wrong = Diagnostic::new(Code::UnknownName, name.span, message);
        let wrong = declared.into_iter().fold(wrong, |wrong, at| wrong.label(at, "declared here"));
        self.report(wrong.help(format!("compare a field of type `{owner}` with it")));
        true
    }
}

impl Typed {
    fn or_missing_too(self, optional: bool) -> Self {
        let optional = self.optional || optional;
        self.or_missing(optional)
    }
}

/// The type of an event's field; the names in built-in events are names of items.
pub(super) fn field_ty(event: Id<Event>, slot: u16, ty: &Type) -> Ty {
    if event.index() < builtin::NAMES.len() {
        match slot {
            builtin::MESSAGE => return Ty::NameOf(<Message as Named>::KIND),
            builtin::TOPIC => return Ty::NameOf(<Topic as Named>::KIND),
            _ => {}
        }
    }
    debug_assert!(enum_of(ty).is_none() || event.index() >= builtin::NAMES.len(), "built-in events have no enums");
    Ty::Of(ty.clone())
}

/// What every event has, by its path.
pub(super) fn meta(path: &[&str]) -> Option<EventMeta> {
    Some(match path {
        ["time"] => EventMeta::Time,
        ["id"] => EventMeta::Id,
        ["utm", "source"] => EventMeta::UtmSource,
        ["utm", "medium"] => EventMeta::UtmMedium,
        ["utm", "campaign"] => EventMeta::UtmCampaign,
        ["utm", "content"] => EventMeta::UtmContent,
        ["utm", "term"] => EventMeta::UtmTerm,
        ["page", "url"] => EventMeta::PageUrl,
        ["page", "path"] => EventMeta::PagePath,
        ["page", "title"] => EventMeta::PageTitle,
        ["page", "referrer"] => EventMeta::PageReferrer,
        _ => return None,
    })
}

/// The path of what every event has under another name than the one written.
fn every_event_has(name: &str) -> Option<String> {
    let owner = ["utm", "page"].into_iter().find(|owner| meta(&[owner, name]).is_some())?;
    Some(format!("{owner}.{name}"))
}

fn of_meta(expr: Expr, meta: EventMeta, span: Span) -> Typed {
    let ty = if meta == EventMeta::Time { Type::DateTime } else { Type::Text };
    let always = matches!(meta, EventMeta::Time | EventMeta::Id);
    Typed::of(expr, ty, span).or_missing(!always)
}
