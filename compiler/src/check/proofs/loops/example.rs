//! A loop as a test of the language: what has to happen so that it comes about. `flow test` plays it.

use std::fmt::Write as _;

use flow_graph::program::{Event, Field, Program, Sequence, Trigger, builtin};
use flow_graph::{Id, Type, Value};

use super::links::{How, Link};
use super::{Proofs, Written};
use crate::prove::{Answer, Around, Subject};

impl Proofs<'_> {
    /// The test; none where no simple beginning is found.
    pub(super) fn example(&self, round: &[Link], fields: &Written) -> Option<String> {
        let names: Vec<String> = round.iter().map(|link| format!("`{}`", self.check.names.name(link.from))).collect();
        let does = if fields.is_empty() {
            round.iter().find_map(|link| self.first_event(link.from))?
        } else {
            // Who is written like this is in the segment of the first sequence from the first input on.
            let link = round.iter().find(|link| matches!(link.how, How::Entered(_)))?;
            format!("ana sets {{ {} }}", self.values_for(round, link, fields)?)
        };
        let mut test = String::new();
        let title = if names.len() == 1 { "goes round" } else { "go round" };
        let _ = write!(
            test,
            "test \"{} {title} for ever\" {{\n  contact ana {{ }}\n  at 2026-03-02T10:00\n  {does}\n}}\n",
            names.join(" and ")
        );
        Some(test)
    }

    /// The fields as they are when a segment has just been entered.
    fn values_for(&self, round: &[Link], link: &Link, fields: &Written) -> Option<String> {
        let mut now = fields.clone();
        for other in round {
            now.extend(self.writes_first(other.from)?);
            if std::ptr::eq(other, link) {
                break;
            }
        }
        let shown = now.iter().filter(|(_, value)| value.is_known()).map(|(id, value)| {
            let field = self.program.fields.get(*id)?;
            Some(format!("{} {}", field.name, text(self.program, value, &field.ty)?))
        });
        Some(shown.collect::<Option<Vec<_>>>()?.join("  ")).filter(|shown| !shown.is_empty())
    }

    /// An event that begins a run of a sequence.
    fn first_event(&self, id: Id<Sequence>) -> Option<String> {
        let sequence = self.program.sequences.get(id)?;
        sequence.enter.iter().find_map(|trigger| {
            let Trigger::Event { event, filter } = trigger else { return None };
            if event.index() < builtin::NAMES.len() {
                return None;
            }
            let mut values: Vec<(u16, Value)> = Vec::new();
            if let Some(filter) = filter {
                let around = Around { event: Some(*event), remembered: true, even_days: false };
                let Answer::Yes(witness) = self.prover.can_hold(filter, around) else { return None };
                for (term, value) in witness.values.iter().filter(|_| witness.certain) {
                    let Subject::Value(flow_graph::Expr::This(slot)) = term.subject else { return None };
                    values.push((slot, value.clone()));
                }
            }
            self.does(*event, &values)
        })
    }

    fn does(&self, id: Id<Event>, values: &[(u16, Value)]) -> Option<String> {
        let event = self.program.events.get(id)?;
        let mut shown = Vec::new();
        for (slot, field) in (0_u16..).zip(&event.fields) {
            let given = values.iter().find(|(of, _)| *of == slot).map(|(_, value)| value.clone());
            let value = match given {
                Some(value) if value.is_known() => value,
                Some(_) => continue,
                None if field.optional || matches!(field.ty, Type::Set(_)) => continue,
                None => sample(field)?,
            };
            shown.push(format!("{} {}", field.name, text(self.program, &value, &field.ty)?));
        }
        let fields = if shown.is_empty() { String::new() } else { format!(" {{ {} }}", shown.join("  ")) };
        Some(format!("ana does {}{fields}", event.name))
    }
}

/// A value that a field may have.
fn sample(field: &Field) -> Option<Value> {
    #[expect(clippy::cast_possible_truncation, reason = "the low end of a declared range")]
    let low = field.range.map_or(1, |(low, _)| low.ceil() as i64);
    Some(match &field.ty {
        Type::Text => Value::text("a"),
        Type::Int => Value::Int(low),
        #[expect(clippy::cast_precision_loss, reason = "a small number")]
        Type::Number | Type::Percent => Value::Number(low as f64),
        Type::Bool => Value::Bool(true),
        Type::Money => Value::Money(low.checked_mul(100)?),
        Type::Date => Value::Date(jiff::civil::date(2026, 3, 2)),
        Type::Email => Value::text("ana@x.example"),
        Type::Url => Value::text("https://x.example/"),
        Type::Country => Value::text("DE"),
        Type::TimeZone => Value::text("Europe/Berlin"),
        Type::Enum(_) => Value::Enum(0),
        Type::Phone | Type::DateTime | Type::Duration | Type::Set(_) => return None,
    })
}

/// A value as an author writes it.
fn text(program: &Program, value: &Value, ty: &Type) -> Option<String> {
    Some(match (value, ty) {
        (Value::Bool(yes), _) => yes.to_string(),
        (Value::Int(n), _) => n.to_string(),
        (Value::Number(x), Type::Percent) => format!("{x}%"),
        (Value::Number(x), _) => x.to_string(),
        (Value::Money(minor), _) => {
            let digits = i32::from(program.project.currency_digits);
            #[expect(clippy::cast_precision_loss, reason = "the amount of an example")]
            let major = *minor as f64 / 10_f64.powi(digits);
            format!("{major} {}", program.project.currency)
        }
        (Value::Text(text), Type::Country) => text.to_string(),
        (Value::Text(text), _) => format!("{text:?}"),
        (Value::Enum(at), Type::Enum(id)) => program.enums.get(*id)?.values.get(usize::from(*at))?.clone(),
        (Value::Date(date), _) => date.to_string(),
        (Value::Missing | Value::Enum(_) | Value::Instant(_) | Value::Duration(_) | Value::Set(_), _) => return None,
    })
}
