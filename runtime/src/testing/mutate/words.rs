//! Expressions in the words of the language, as near to how they were written as the program knows.

use flow_graph::expr::{ArithOp, CompareOp, EventMeta, ScorePart, TextOp};
use flow_graph::program::{Event, Program};
use flow_graph::{Expr, Id, Type, Value};

use crate::values;

/// Writes an expression; `event` is the event that its `where` looks at.
pub(super) struct Words<'p> {
    pub(super) program: &'p Program,
    pub(super) event: Option<Id<Event>>,
}

impl Words<'_> {
    /// An expression; the inner ones of `and` and `or` have no brackets of their own but where they need them.
    pub(super) fn of(&self, expr: &Expr) -> String {
        match expr {
            Expr::Const(value) => self.value(None, value),
            Expr::Field(id) => self.program.fields.get(*id).map_or_else(unknown, |field| field.name.clone()),
            Expr::This(slot) => self.slot(self.event, *slot),
            Expr::ThisMeta(meta) => meta_name(*meta).to_owned(),
            Expr::Trigger(slots) => {
                let first = slots.first().map(|(event, slot)| self.slot(Some(*event), *slot));
                format!("event.{}", first.unwrap_or_else(unknown))
            }
            Expr::TriggerMeta(meta) => format!("event.{}", meta_name(*meta)),
            Expr::Key => "key".to_owned(),
            Expr::Behaviour(id) => self.program.behaviours.get(*id).map_or_else(unknown, |it| it.text.clone()),
            Expr::Score { score, part } => {
                let name = self.program.scores.get(*score).map_or("?", |score| &score.name);
                let part = match part {
                    ScorePart::Total => "",
                    ScorePart::Fit => ".fit",
                    ScorePart::Engagement => ".engagement",
                };
                format!("score {name}{part}")
            }
            Expr::InBand { score, band } => self.band(*score, *band),
            Expr::InSegment(id) => format!("in segment {}", self.program.segments.get(*id).map_or("?", |it| &it.name)),
            Expr::InStage { lifecycle, stage, at_least } => {
                let lifecycle = self.program.lifecycles.get(*lifecycle);
                let name = lifecycle.map_or("?", |it| &it.name);
                let stage = lifecycle.and_then(|it| it.stages.get(usize::from(*stage))).map_or("?", String::as_str);
                format!("stage {name} {} {stage}", if *at_least { "at least" } else { "is" })
            }
            Expr::InSequence(id) => {
                format!("in sequence {}", self.program.sequences.get(*id).map_or("?", |it| &it.name))
            }
            Expr::Template(text) => format!("\"{text}\""),
            Expr::Not(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Compare { .. }
            | Expr::OneOf { .. }
            | Expr::TextTest { .. }
            | Expr::Matches { .. }
            | Expr::Contains { .. }
            | Expr::Arith { .. }
            | Expr::Shift { .. }
            | Expr::SinceLast { .. }
            | Expr::Default { .. }
            | Expr::Known(_)
            | Expr::If { .. } => self.composed(expr),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all that is made of no others stands above")]
    fn composed(&self, expr: &Expr) -> String {
        match expr {
            Expr::Not(inner) => match &**inner {
                Expr::Known(inner) => format!("{} is missing", self.of(inner)),
                inner => format!("not {}", self.inner(inner)),
            },
            Expr::And(parts) => self.joined(parts, " and "),
            Expr::Or(parts) => self.joined(parts, " or "),
            Expr::Compare { left, .. } if self.did(left).is_some() => self.of(left),
            Expr::Compare { op, left, right } => {
                let (one, other) = (self.side(left, right), self.side(right, left));
                format!("{one} {} {other}", sign(*op))
            }
            Expr::OneOf { value, list } => format!("{} in {}", self.of(value), self.list(value, list)),
            Expr::TextTest { op, value, pattern } => {
                let word = match op {
                    TextOp::Contains => "contains",
                    TextOp::StartsWith => "starts with",
                    TextOp::EndsWith => "ends with",
                };
                format!("{} {word} {}", self.of(value), self.of(pattern))
            }
            Expr::Matches { value, pattern } => format!("{} matches \"{pattern}\"", self.of(value)),
            Expr::Contains { set, member } => format!("{} contains {}", self.of(set), self.of(member)),
            Expr::Arith { op, left, right } => format!("{} {} {}", self.inner(left), arith(*op), self.inner(right)),
            Expr::Shift { moment, by, back } => {
                format!("{} {} {by}", self.of(moment), if *back { "-" } else { "+" })
            }
            Expr::SinceLast { behaviour, op, span } => {
                let event = self.program.behaviours.get(*behaviour).and_then(|it| self.program.events.get(it.event));
                format!("time since last {} {} {span}", event.map_or("?", |event| &event.name), sign(*op))
            }
            Expr::Default { value, fallback } => format!("{} ?? {}", self.of(value), self.side(fallback, value)),
            Expr::Known(inner) => format!("{} is known", self.of(inner)),
            Expr::If { condition, then, otherwise } => {
                format!("if {} then {} else {}", self.of(condition), self.of(then), self.of(otherwise))
            }
            _ => unknown(),
        }
    }

    /// The words of a figure that is a condition as it was written: `did x in last 7 days`.
    pub(super) fn did(&self, expr: &Expr) -> Option<&str> {
        let Expr::Behaviour(id) = expr else { return None };
        let text = self.program.behaviours.get(*id)?.text.as_str();
        (text.starts_with("did ") || text.starts_with("never did ")).then_some(text)
    }

    /// A list of constants beside the value that is looked for in it.
    pub(super) fn list(&self, value: &Expr, list: &[Value]) -> String {
        let ty = self.ty(value);
        let members: Vec<String> = list.iter().map(|member| self.value(ty, member)).collect();
        format!("[{}]", members.join(", "))
    }

    /// One side of a comparison: a constant is of the type of the other side.
    pub(super) fn side(&self, expr: &Expr, other: &Expr) -> String {
        if let Expr::Const(value) = expr { self.value(self.ty(other), value) } else { self.of(expr) }
    }

    fn joined(&self, parts: &[Expr], word: &str) -> String {
        parts.iter().map(|part| self.inner(part)).collect::<Vec<_>>().join(word)
    }

    fn inner(&self, expr: &Expr) -> String {
        let brackets = matches!(expr, Expr::And(_) | Expr::Or(_) | Expr::If { .. });
        if brackets { format!("({})", self.of(expr)) } else { self.of(expr) }
    }

    fn ty<'e>(&'e self, expr: &'e Expr) -> Option<&'e Type> {
        if let Expr::This(slot) = expr {
            return values::slot_type(self.program, self.event?, *slot);
        }
        values::type_of(self.program, expr)
    }

    fn value(&self, ty: Option<&Type>, value: &Value) -> String {
        let text = values::text(self.program, ty, value);
        let quoted = matches!(value, Value::Text(_)) && !matches!(ty, Some(Type::Country));
        if quoted { format!("\"{text}\"") } else { text }
    }

    fn slot(&self, event: Option<Id<Event>>, slot: u16) -> String {
        let fields = event.and_then(|event| self.program.events.get(event)).map(|event| &event.fields);
        fields.and_then(|fields| fields.get(usize::from(slot))).map_or_else(unknown, |field| field.name.clone())
    }

    fn band(&self, score: Id<flow_graph::program::Score>, band: u16) -> String {
        let score = self.program.scores.get(score);
        let band = score.and_then(|score| score.bands.get(usize::from(band))).map_or("?", |band| &band.name);
        format!("{} is {band}", score.map_or("?", |score| &score.name))
    }
}

/// A comparison as it is written.
pub(super) fn sign(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Equal => "==",
        CompareOp::NotEqual => "!=",
        CompareOp::Less => "<",
        CompareOp::LessEqual => "<=",
        CompareOp::Greater => ">",
        CompareOp::GreaterEqual => ">=",
    }
}

fn arith(op: ArithOp) -> &'static str {
    match op {
        ArithOp::Add => "+",
        ArithOp::Subtract => "-",
        ArithOp::Multiply => "*",
        ArithOp::Divide => "/",
    }
}

fn meta_name(meta: EventMeta) -> &'static str {
    match meta {
        EventMeta::Time => "time",
        EventMeta::Id => "id",
        EventMeta::UtmSource => "utm.source",
        EventMeta::UtmMedium => "utm.medium",
        EventMeta::UtmCampaign => "utm.campaign",
        EventMeta::UtmContent => "utm.content",
        EventMeta::UtmTerm => "utm.term",
        EventMeta::PageUrl => "page.url",
        EventMeta::PagePath => "page.path",
        EventMeta::PageTitle => "page.title",
        EventMeta::PageReferrer => "page.referrer",
    }
}

fn unknown() -> String {
    "?".to_owned()
}
