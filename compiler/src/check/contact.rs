//! `enum`, `contact` and `event`: what the world looks like.

use flow_graph::program::{EnumType, Event, Field, Wire, builtin};
use flow_graph::{Id, Type};

use super::Check;
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::{Name, Span};
use crate::suggest;
use crate::syntax::tree::contact::{EventItem, WireName};
use crate::syntax::tree::{self, Item, ItemKind};

impl Check<'_> {
    pub(super) fn enums(&mut self) {
        for (id, item) in self.names.items::<EnumType>() {
            let entry = self.names.entry(id);
            let values = entry.map(|e| e.members.iter().map(|m| m.name.clone()).collect()).unwrap_or_default();
            let name = self.names.name(id).to_owned();
            if let ItemKind::Enum(it) = &item.kind
                && it.values.is_empty()
                && !item.broken
            {
                let wrong = Diagnostic::new(Code::Empty, it.name.span, format!("the enum `{name}` has no values"));
                self.report(wrong.help(format!("write at least one: `enum {name} {{ first, second }}`")));
            }
            self.program.enums.push(EnumType { name, values });
        }
    }

    pub(super) fn contact(&mut self) {
        let Some(item) = self.names.contacts.first().copied() else { return };
        let ItemKind::Contact(contact) = &item.kind else { return };
        for field in contact.fields.iter().filter(|field| field.optional.is_none() && !field.ty.set) {
            self.field_of_nobody(field);
        }
        let fields = self.fields(&contact.fields, None);
        for field in fields {
            let ty = field.ty.clone();
            let id: Id<Field> = self.program.fields.push(field);
            if ty == Type::Email {
                self.program.email_field.get_or_insert(id);
            }
            if ty == Type::TimeZone {
                self.program.zone_field.get_or_insert(id);
            }
        }
    }

    /// Most people begin as visitors of whom nothing is known, so only a set, which may be empty, is always there.
    fn field_of_nobody(&mut self, field: &tree::contact::Field) {
        let (name, ty) = (&field.name.value, &field.ty.name.value);
        let message = format!("`{name}` is missing until somebody tells it, which its type does not say");
        let wrong = Diagnostic::new(Code::ContactFieldMissing, field.ty.span, message);
        let title = format!("write `{ty}?`");
        let wrong = wrong.help(format!("{title}: the compiler then asks what holds while it is missing"));
        self.report(wrong.fix(title, field.ty.span.after(), "?", Applicability::Safe));
    }

    pub(super) fn events(&mut self) {
        for name in builtin::NAMES {
            let fields = builtin::FIELDS.iter().map(|field| built_in_field(field)).collect();
            self.program.events.push(Event { name: name.to_owned(), wire: Wire::BuiltIn, fields });
        }
        let mut arrivals: Vec<(Wire, String, Option<Span>)> =
            builtin::NAMES.iter().map(|name| (Wire::Track((*name).to_owned()), (*name).to_owned(), None)).collect();
        for (id, item) in self.names.items::<Event>() {
            let name = self.names.name(id).to_owned();
            let event = if let ItemKind::Event(it) = &item.kind {
                self.event(it, item, &mut arrivals)
            } else {
                // Of what could not be read the name counts as known; with an error there is no program.
                Event { wire: Wire::Track(name.clone()), fields: Vec::new(), name }
            };
            self.program.events.push(event);
        }
    }

    fn event(&mut self, it: &EventItem, item: &Item, arrivals: &mut Vec<(Wire, String, Option<Span>)>) -> Event {
        let name = it.name.value.clone();
        let (wire, at) = match &it.wire {
            None => (Wire::Track(name.clone()), it.name.span),
            Some(WireName::Track(wire)) => (Wire::Track(wire.value.clone()), wire.span),
            Some(WireName::Call(call)) => (self.call(call, &name), call.span),
        };
        let same = arrivals.iter().find(|(other, ..)| *other == wire).cloned();
        if let Some((_, other, declared)) = same {
            let message = format!("`{name}` arrives in the same way as `{other}`, so nobody could tell them apart");
            let wrong = Diagnostic::new(Code::WireClash, at, message);
            let wrong = declared.into_iter().fold(wrong, |w, at| w.label(at, format!("`{other}` arrives like this")));
            self.report(wrong.help("give one of them another wire name: `event x as \"Its Name\"`"));
        }
        arrivals.push((wire.clone(), name.clone(), Some(at)));
        let fields = self.fields(&it.fields, Some(item));
        Event { name, wire, fields }
    }

    fn call(&mut self, call: &Name, event: &str) -> Wire {
        match call.value.as_str() {
            "page" => Wire::Page,
            "screen" => Wire::Screen,
            "group" => Wire::Group,
            other => {
                let message = format!("there is no call `{other}` that an event could arrive as");
                let wrong = Diagnostic::new(Code::UnknownName, call.span, message);
                let near = suggest::nearest(other, ["page", "screen", "group"]);
                let quoted = format!("for a track call write its name in quotes: `as \"{other}\"`");
                self.report(match near {
                    Some(near) => wrong.help(format!("did you mean `{near}`? {quoted}")).fix(
                        format!("write `{near}`"),
                        call.span,
                        near,
                        Applicability::Unsafe,
                    ),
                    None => wrong.help(format!("the calls are `page`, `screen` and `group`; {quoted}")),
                });
                Wire::Track(event.to_owned())
            }
        }
    }
}

fn built_in_field(name: &str) -> Field {
    let ty = match name {
        "human" | "hard" => Type::Bool,
        "link" => Type::Url,
        _ => Type::Text,
    };
    Field {
        name: name.to_owned(),
        wire: name.to_owned(),
        ty,
        optional: name != "human",
        range: None,
        personal: false,
        unique: false,
        owner: None,
    }
}
