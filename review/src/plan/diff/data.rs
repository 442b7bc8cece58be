//! What is known of contacts and events: fields, types, enums.

use std::collections::BTreeSet;

use flow_graph::Words;
use flow_graph::program::{Event, Field, Program, Wire, builtin};

use super::Diff;
use crate::plan::code::Code;

impl Diff<'_> {
    pub(super) fn data(&mut self) {
        for (before, after) in self.pairs(|program| &program.enums, |it| &it.name) {
            let name = after.or(before).map_or("?", |it| it.name.as_str());
            self.of(format!("enum.{name}"));
            let sides = (before.map(|it| (it.values.join(", "), None)), after.map(|it| (it.values.join(", "), None)));
            match (before, after) {
                (Some(_), Some(_)) => {
                    self.clause(Code::DataChanged, "values", "it has other values, or in another order", sides);
                }
                (None, _) => self.push(Code::ItemAdded, None, "the type is new", sides),
                (_, None) => self.push(Code::ItemRemoved, None, "the type is gone", sides),
            }
        }
        self.of("contact");
        let (old, new) = (self.old.fields.iter().collect::<Vec<_>>(), self.new.fields.iter().collect::<Vec<_>>());
        self.fields(&old, &new);
        let name = |program: &Program, id: Option<flow_graph::Id<Field>>| {
            id.and_then(|id| program.fields.get(id)).map_or("none".to_owned(), |field| field.name.clone())
        };
        let side = |text: String| Some((text, None));
        let sides = (side(name(self.old, self.old.email_field)), side(name(self.new, self.new.email_field)));
        self.clause(Code::DataChanged, "email", "mail goes to the address in another field", sides);
        let sides = (side(name(self.old, self.old.zone_field)), side(name(self.new, self.new.zone_field)));
        self.clause(Code::TimeChanged, "timezone", "the zone of a contact is in another field", sides);
        let builtin = |it: &Event| builtin::NAMES.contains(&it.name.as_str());
        for (before, after) in self.pairs(|program| &program.events, |it| &it.name) {
            let Some(name) = after.or(before).filter(|it| !builtin(it)).map(|it| it.name.clone()) else { continue };
            self.of(format!("event.{name}"));
            let wire = |it: &Event| match &it.wire {
                Wire::Track(name) => format!("as \"{name}\""),
                Wire::Page => "as page".to_owned(),
                Wire::Screen => "as screen".to_owned(),
                Wire::Group => "as group".to_owned(),
                Wire::BuiltIn => String::new(),
            };
            let sides = (before.map(|it| (wire(it), None)), after.map(|it| (wire(it), None)));
            match (before, after) {
                (Some(a), Some(b)) => {
                    self.clause(Code::DataChanged, "as", "it arrives under another name", sides);
                    self.fields(&a.fields.iter().collect::<Vec<_>>(), &b.fields.iter().collect::<Vec<_>>());
                }
                (None, _) => self.push(Code::ItemAdded, None, "the event is new", sides),
                (_, None) => self.push(Code::ItemRemoved, None, "the event is gone", sides),
            }
        }
    }

    fn fields(&mut self, before: &[&Field], after: &[&Field]) {
        let names: BTreeSet<&str> = before.iter().chain(after).map(|field| field.name.as_str()).collect();
        for name in names {
            let find = |all: &[&Field]| all.iter().find(|field| field.name == name).map(|field| (*field).clone());
            let (was, is) = (find(before), find(after));
            let part = format!("field {name}");
            let sides =
                (was.as_ref().map(|it| (words(self.old, it), None)), is.as_ref().map(|it| (words(self.new, it), None)));
            match (&was, &is) {
                (Some(a), Some(b)) => {
                    if a.personal != b.personal {
                        let (code, says) = if b.personal {
                            (Code::PersonalMore, format!("`{name}` counts as personal data from now on"))
                        } else {
                            (Code::PersonalLess, format!("`{name}` counts as personal data no longer"))
                        };
                        self.push(code, Some(&part), says, sides.clone());
                    }
                    let bare = |program, it: &Field| words(program, &Field { personal: false, ..it.clone() });
                    if bare(self.old, a) != bare(self.new, b) {
                        self.push(Code::DataChanged, Some(&part), format!("`{name}` is read differently"), sides);
                    }
                }
                (None, Some(_)) => {
                    self.push(Code::DataChanged, Some(&part), format!("there is a new field `{name}`"), sides);
                }
                (Some(_), None) => {
                    self.push(Code::DataChanged, Some(&part), format!("the field `{name}` is gone"), sides);
                }
                (None, None) => {}
            }
        }
    }
}

/// A field as the language declares it, with everything that decides something.
fn words(program: &Program, field: &Field) -> String {
    let Field { name, wire, ty, optional, range, personal, unique, owner } = field;
    let mut text = format!("{name}: {}{}", Words::plain(program).ty(ty), if *optional { "?" } else { "" });
    if let Some((from, to)) = range {
        text.push_str(&format!(" {from}..{to}"));
    }
    if wire != name {
        text.push_str(&format!(" as \"{wire}\""));
    }
    for (is, word) in [(*personal, " personal"), (*unique, " unique")] {
        text.push_str(if is { word } else { "" });
    }
    if let Some(owner) = owner {
        text.push_str(&format!(" from {owner}"));
    }
    text
}
