//! Fields of the contact and of events: types, ranges, wire names, owners.

use std::collections::BTreeMap;

use flow_graph::program::{Connector, EnumType, Field};
use flow_graph::{Type, Value};

use super::Check;
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::names::lookup::{suggest, symbol};
use crate::source::{Span, Spanned};
use crate::syntax::tree::Item;
use crate::syntax::tree::contact::{Field as Tree, FieldType};
use crate::syntax::tree::expr::Literal;

/// The types that have a name of their own.
const TYPES: [(&str, Type); 14] = [
    ("text", Type::Text),
    ("int", Type::Int),
    ("number", Type::Number),
    ("bool", Type::Bool),
    ("money", Type::Money),
    ("percent", Type::Percent),
    ("date", Type::Date),
    ("datetime", Type::DateTime),
    ("duration", Type::Duration),
    ("email", Type::Email),
    ("phone", Type::Phone),
    ("url", Type::Url),
    ("country", Type::Country),
    ("timezone", Type::TimeZone),
];

impl Check<'_> {
    /// The fields in the order of the text, each name once; `event` is the item when they are those of an event.
    pub(super) fn fields(&mut self, trees: &[Tree], event: Option<&Item>) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        let mut arrivals: BTreeMap<String, Span> = BTreeMap::new();
        for tree in trees {
            if fields.iter().any(|field| field.name == tree.name.value) {
                continue; // said when the names were collected
            }
            let wire = tree.wire.as_ref().unwrap_or(&tree.name);
            if let Some(first) = arrivals.get(&wire.value) {
                let message = format!("two fields arrive under the name `{}`", wire.value);
                let wrong = Diagnostic::new(Code::WireClash, wire.span, message).label(*first, "the other one");
                self.report(wrong.help("give one of them another wire name: `field: type as \"name\"`"));
            }
            arrivals.entry(wire.value.clone()).or_insert(wire.span);
            fields.push(self.declared_field(tree, event.is_some()));
        }
        fields
    }

    fn declared_field(&mut self, tree: &Tree, of_event: bool) -> Field {
        let ty = self.field_type(&tree.ty);
        if ty.is_none() {
            self.untyped.insert(tree.name.span);
        }
        let name = &tree.name.value;
        let range = match (&tree.range, &ty) {
            (Some(range), Some(ty)) => self.field_range(range, ty),
            _ => None,
        };
        let no_unique = if !of_event {
            Some("only a field of an event can be `unique`")
        } else if matches!(ty, Some(Type::Set(_))) {
            Some("a set cannot be `unique`")
        } else {
            None
        };
        if let (Some(span), Some(message)) = (tree.unique, no_unique) {
            let wrong = Diagnostic::new(Code::FieldType, span, message);
            self.report(wrong.help("`unique` drops a second event with the same value as a duplicate"));
        }
        if let Some(owner) = &tree.owner {
            if of_event {
                let wrong = Diagnostic::new(Code::FieldType, owner.span, "only a field of the contact has an owner");
                self.report(wrong.help("leave out `from`"));
            } else {
                self.find::<Connector>(owner);
            }
        }
        Field {
            name: name.clone(),
            wire: tree.wire.as_ref().map_or(name, |wire| &wire.value).clone(),
            ty: ty.unwrap_or(Type::Text),
            optional: tree.optional.is_some(),
            range,
            personal: tree.personal.is_some(),
            unique: tree.unique.is_some(),
            owner: tree.owner.as_ref().map(|owner| owner.value.clone()),
        }
    }

    fn field_type(&mut self, tree: &FieldType) -> Option<Type> {
        let name = &tree.name;
        let scalar = TYPES.iter().find(|(word, _)| *word == name.value).map(|(_, ty)| ty.clone());
        let ty = if let Some(ty) = scalar {
            ty
        } else if let Some(id) = self.names.number::<EnumType>(&name.value) {
            self.refer(name.span, symbol(id));
            Type::Enum(id)
        } else {
            let wrong = Diagnostic::new(Code::UnknownName, name.span, format!("there is no type `{}`", name.value));
            let enums = self.names.entries(crate::names::Kind::Enum).iter().map(|entry| entry.name.clone());
            let known: Vec<String> = TYPES.iter().map(|(word, _)| (*word).to_owned()).chain(enums).collect();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let (wrong, near) = match OFTEN_MEANT.iter().find(|(word, _)| *word == name.value) {
                Some((_, ty)) => {
                    let wrong = wrong.help(format!("did you mean `{ty}`?"));
                    (wrong.fix(format!("write `{ty}`"), name.span, *ty, Applicability::Safe), true)
                }
                None => {
                    let often = OFTEN_MEANT.iter().map(|(word, _)| *word);
                    let near = crate::suggest::nearest(&name.value, often);
                    let near = near.and_then(|near| OFTEN_MEANT.iter().find(|(word, _)| *word == near));
                    let wrong = suggest(wrong, name, &known);
                    match near.filter(|_| wrong.help.is_none()) {
                        Some((_, ty)) => {
                            let wrong = wrong.help(format!("did you mean `{ty}`?"));
                            (wrong.fix(format!("write `{ty}`"), name.span, *ty, Applicability::Unsafe), true)
                        }
                        None => (wrong, false),
                    }
                }
            };
            let said = near || wrong.help.is_some();
            let types = TYPES.iter().map(|(word, _)| *word);
            let list = || format!("the types are {}, and the enums of the project", crate::suggest::list(types));
            self.report(if said { wrong } else { wrong.help(list()) });
            return None;
        };
        if ty == Type::Money && self.settings.project.currency.is_none() && self.settings.complete {
            let wrong = Diagnostic::new(Code::WrongUnit, name.span, "the project has no currency");
            self.report(wrong.help("write `currency = \"EUR\"` under `[project]` in `flow.toml`"));
        }
        Some(if tree.set { Type::Set(Box::new(ty)) } else { ty })
    }

    fn field_range(&mut self, range: &Spanned<(Literal, Literal)>, ty: &Type) -> Option<(f64, f64)> {
        let wrong = |message: &str| Diagnostic::new(Code::FieldType, range.span, message.to_owned());
        if !matches!(ty, Type::Int | Type::Number | Type::Percent | Type::Money) {
            self.report(wrong("only numbers, percentages and money have a range").help("leave out `in …`"));
            return None;
        }
        let low = self.bound(&range.value.0, ty, range.span);
        let high = self.bound(&range.value.1, ty, range.span);
        let (Some(low), Some(high)) = (low, high) else {
            let what = self.describe(&super::Ty::Of(ty.clone()));
            let help = if *ty == Type::Percent {
                "write percentages: `0%..100%`"
            } else if *ty == Type::Money {
                "write amounts in the currency of the project: `0 EUR..100 EUR`"
            } else {
                "write whole numbers: `0..100`"
            };
            self.report(wrong(&format!("the ends of this range are not what {what} can be")).help(help));
            return None;
        };
        if low >= high {
            self.report(wrong("this range holds nothing").help("write the smaller end first"));
            return None;
        }
        Some((low, high))
    }

    #[expect(clippy::cast_precision_loss, reason = "ranges are binary fractions")]
    fn bound(&mut self, literal: &Literal, ty: &Type, span: Span) -> Option<f64> {
        match (literal, ty) {
            (Literal::Int(n), _) => Some(*n as f64),
            (Literal::Number(n), Type::Number | Type::Percent | Type::Money) => Some(*n),
            (Literal::Percent(n), Type::Percent) => Some(*n),
            (Literal::Money { amount, currency }, Type::Money) => {
                let minor = self.money(amount, currency, span)?;
                self.major(&Value::Money(minor))
            }
            _ => None,
        }
    }
}

/// Names of types in other languages.
const OFTEN_MEANT: [(&str, &str); 14] = [
    ("string", "text"),
    ("str", "text"),
    ("varchar", "text"),
    ("integer", "int"),
    ("float", "number"),
    ("double", "number"),
    ("decimal", "number"),
    ("boolean", "bool"),
    ("timestamp", "datetime"),
    ("time", "datetime"),
    ("uri", "url"),
    ("mail", "email"),
    ("currency", "money"),
    ("zone", "timezone"),
];
