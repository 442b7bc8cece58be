//! A program in words: expressions, triggers, figures and steps, with names instead of numbers.
//!
//! There is one way to write each thing, so the words depend on nothing but meaning. *Plain* words are for people and
//! read as an author would write them. *Exact* words say of each name what it is, and two things have the same exact
//! words only when they are the same.

mod expr;
mod step;

use crate::Id;
use crate::program::{Behaviour, Event, Measure, Program, Reach, Trigger, builtin};
use crate::time::{ClockWindow, Weekdays};
use crate::value::{Type, Value};
use crate::{Expr, expr::CompareOp};

/// How a program is put into words.
#[derive(Debug, Clone, Copy)]
pub struct Words<'p> {
    program: &'p Program,
    exact: bool,
}

/// What the names of an expression may refer to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scope {
    /// The event that is being looked at.
    pub this: Option<Id<Event>>,
}

impl<'p> Words<'p> {
    /// Words for people.
    #[must_use]
    pub fn plain(program: &'p Program) -> Self {
        Self { program, exact: false }
    }

    /// Words that tell everything apart.
    #[must_use]
    pub fn exact(program: &'p Program) -> Self {
        Self { program, exact: true }
    }

    /// An expression.
    #[must_use]
    pub fn expr(self, expr: &Expr, scope: Scope) -> String {
        expr::Writer { words: self, scope }.expr(expr)
    }

    /// A constant beside what it is compared with, which says how it is written.
    #[must_use]
    pub fn beside(self, value: &Value, other: &Expr, scope: Scope) -> String {
        self.value(value, expr::Writer { words: self, scope }.type_of(other).as_ref())
    }

    /// A list of constants beside the expression that is looked for in it.
    #[must_use]
    pub fn list_beside(self, list: &[Value], other: &Expr, scope: Scope) -> String {
        self.list(list, expr::Writer { words: self, scope }.type_of(other).as_ref())
    }

    /// An expression that gives a value of a type.
    fn typed(self, expr: &Expr, ty: Option<&Type>) -> String {
        expr::Writer { words: self, scope: Scope::default() }.typed(expr, ty)
    }

    /// What starts, ends or moves something: `order_placed where value > 50 EUR`, `entered segment vip`.
    #[must_use]
    pub fn trigger(self, trigger: &Trigger) -> String {
        match trigger {
            Trigger::Event { event, filter } => self.event(*event, filter.as_ref()),
            Trigger::EnteredSegment(id) => format!("entered segment {}", self.segment(*id)),
            Trigger::LeftSegment(id) => format!("left segment {}", self.segment(*id)),
            Trigger::BecomesBand { score, band } => {
                format!("{} becomes {}", self.score(*score), self.band(*score, *band))
            }
            Trigger::EnteredStage { lifecycle, stage } => format!("entered stage {}", self.stage(*lifecycle, *stage)),
        }
    }

    /// Several triggers, any of which will do.
    #[must_use]
    pub fn triggers(self, triggers: &[Trigger]) -> String {
        triggers.iter().map(|trigger| self.trigger(trigger)).collect::<Vec<_>>().join(", ")
    }

    /// An event and its condition: `page_viewed where path starts with "/pricing"`, `clicked(cart_reminder)`.
    #[must_use]
    pub fn event(self, event: Id<Event>, filter: Option<&Expr>) -> String {
        let (message, rest) = self.condition(event, filter);
        format!("{}{message}{rest}", self.event_name(event))
    }

    /// `(cart_reminder)` and ` where …`, each of which may be empty.
    fn condition(self, event: Id<Event>, filter: Option<&Expr>) -> (String, String) {
        let scope = Scope { this: Some(event) };
        let Some(filter) = filter else { return (String::new(), String::new()) };
        if self.exact || event.index() >= builtin::NAMES.len() {
            return (String::new(), format!(" where {}", self.expr(filter, scope)));
        }
        let mut parts: &[Expr] = if let Expr::And(parts) = filter { parts } else { std::slice::from_ref(filter) };
        let mut message = String::new();
        if let Some((name, rest)) = parts.split_first().and_then(|(first, rest)| Some((of_message(first)?, rest))) {
            message = format!("({name})");
            parts = rest;
        }
        // A person did it, which goes without saying.
        if let Some((first, rest)) = parts.split_first()
            && (event == builtin::OPENED || event == builtin::CLICKED)
            && is_human(first)
        {
            parts = rest;
        }
        let rest = match parts {
            [] => String::new(),
            [one] => format!(" where {}", self.expr(one, scope)),
            several => format!(" where {}", self.expr(&Expr::And(several.to_vec()), scope)),
        };
        (message, rest)
    }

    /// A type: `text`, `set of country`, the name of an enum.
    #[must_use]
    pub fn ty(self, ty: &Type) -> String {
        if let Type::Enum(id) = ty {
            let name = self.program.enums.get(*id).map_or("?", |declared| &declared.name);
            return if self.exact { format!("enum {name}") } else { name.to_owned() };
        }
        if let Type::Set(member) = ty {
            return format!("set of {}", self.ty(member));
        }
        ty.word().unwrap_or("?").to_owned()
    }

    /// A figure over events: `count(order_placed in last 180 days)`.
    #[must_use]
    pub fn behaviour(self, behaviour: &Behaviour) -> String {
        let time = if self.exact { "$time" } else { "time" };
        let (function, field) = match behaviour.measure {
            Measure::Count => ("count", None),
            Measure::Sum(slot) => ("sum", Some(slot)),
            Measure::Min(slot) => ("min", Some(slot)),
            Measure::Max(slot) => ("max", Some(slot)),
            Measure::Avg(slot) => ("avg", Some(slot)),
            Measure::First(slot) => ("first", Some(slot)),
            Measure::Last(slot) => ("last", Some(slot)),
            Measure::Distinct(slot) => ("distinct", Some(slot)),
            Measure::FirstTime => return self.figure("first", &format!(".{time}"), behaviour),
            Measure::LastTime => return self.figure("last", &format!(".{time}"), behaviour),
        };
        let field = field.map_or(String::new(), |slot| format!(".{}", self.slot(behaviour.event, slot)));
        self.figure(function, &field, behaviour)
    }

    fn figure(self, function: &str, field: &str, behaviour: &Behaviour) -> String {
        format!("{function}({})", self.looked_at(field, behaviour))
    }

    /// `order_placed.value where … in last 90 days`
    fn looked_at(self, field: &str, behaviour: &Behaviour) -> String {
        let (message, condition) = self.condition(behaviour.event, behaviour.filter.as_ref());
        let reach = match behaviour.reach {
            Reach::Ever => " ever".to_owned(),
            Reach::Last(span) => format!(" in last {span}"),
        };
        format!("{}{message}{field}{condition}{reach}", self.event_name(behaviour.event))
    }

    /// A value; its type says how enums, percents and money are written.
    #[must_use]
    pub fn value(self, value: &Value, ty: Option<&Type>) -> String {
        match value {
            Value::Missing => "missing".to_owned(),
            Value::Bool(yes) => yes.to_string(),
            Value::Int(n) if !self.exact && ty == Some(&Type::Percent) => format!("{n}%"),
            Value::Int(n) => n.to_string(),
            Value::Number(n) if self.exact => format!("{n:?}"),
            Value::Number(n) if ty == Some(&Type::Percent) => format!("{n}%"),
            Value::Number(n) => n.to_string(),
            Value::Money(minor) => self.money(*minor),
            Value::Text(text) if !self.exact && ty == Some(&Type::Country) => text.to_string(),
            Value::Text(text) => quoted(text),
            Value::Enum(position) => self.enum_value(*position, ty),
            Value::Date(date) => date.to_string(),
            Value::Instant(at) => at.to_string(),
            Value::Duration(ms) => crate::Span::Elapsed(*ms).to_string(),
            Value::Set(members) => {
                let ty = if let Some(Type::Set(member)) = ty { Some(&**member) } else { None };
                self.list(members, ty)
            }
        }
    }

    fn list(self, values: &[Value], ty: Option<&Type>) -> String {
        let members: Vec<String> = values.iter().map(|value| self.value(value, ty)).collect();
        format!("[{}]", members.join(", "))
    }

    fn enum_value(self, position: u16, ty: Option<&Type>) -> String {
        let declared = if let Some(Type::Enum(id)) = ty { self.program.enums.get(*id) } else { None };
        match declared.and_then(|declared| Some((declared, declared.values.get(usize::from(position))?))) {
            Some((declared, value)) if self.exact => format!("enum.{}.{value}", declared.name),
            Some((_, value)) => value.clone(),
            None => format!("value {}", u32::from(position) + 1),
        }
    }

    fn money(self, minor: i64) -> String {
        let project = &self.program.project;
        let unit = 10_u64.checked_pow(u32::from(project.currency_digits)).unwrap_or(1);
        let (whole, rest) = (minor.unsigned_abs() / unit, minor.unsigned_abs() % unit);
        let sign = if minor < 0 { "-" } else { "" };
        if unit == 1 || (rest == 0 && !self.exact) {
            return format!("{sign}{whole} {}", project.currency);
        }
        format!("{sign}{whole}.{rest:0digits$} {}", project.currency, digits = usize::from(project.currency_digits))
    }

    /// Days and times of day: `weekday 09:00..17:00`, `tue 10:00`.
    #[must_use]
    pub fn clock(self, days: Weekdays, window: ClockWindow, single: bool) -> String {
        let time = |time: jiff::civil::Time| {
            let text = time.to_string();
            text.strip_suffix(":00").map_or(text.clone(), str::to_owned)
        };
        let mut text = weekdays(days);
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&time(window.from));
        if !single {
            text.push_str("..");
            text.push_str(&time(window.to));
        }
        text
    }
}

/// Days as an author writes them; empty for every day.
fn weekdays(days: Weekdays) -> String {
    const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    match days {
        Weekdays::ALL => String::new(),
        Weekdays::WORKING => "weekday".to_owned(),
        Weekdays::WEEKEND => "weekend".to_owned(),
        Weekdays(bits) => {
            let of = |(day, name): (usize, &&'static str)| (bits & 1 << day != 0).then_some(*name);
            NAMES.iter().enumerate().filter_map(of).collect::<Vec<_>>().join(", ")
        }
    }
}

/// A text in quotes, with everything in it that needs one escaped.
#[must_use]
pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// `this.message == "x"`
fn of_message(expr: &Expr) -> Option<&str> {
    if let Expr::Compare { op: CompareOp::Equal, left, right } = expr
        && let (Expr::This(builtin::MESSAGE), Expr::Const(Value::Text(name))) = (&**left, &**right)
    {
        return Some(name);
    }
    None
}

/// `this.human ?? true`
fn is_human(expr: &Expr) -> bool {
    if let Expr::Default { value, fallback } = expr {
        return **value == Expr::This(builtin::HUMAN) && **fallback == Expr::Const(Value::Bool(true));
    }
    false
}
