//! Expressions in words, with no more brackets than their operators need.

use super::{Scope, Words, quoted};
use crate::expr::{ArithOp, CompareOp, EventMeta, ScorePart, TextOp};
use crate::program::{Behaviour, Event, Lifecycle, Measure, Score, Segment, Sequence};
use crate::value::{Type, Value};
use crate::{Expr, Id};

/// How tightly an expression holds together, loosest first, as `grammar/README.md` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    If,
    Or,
    And,
    Not,
    Compare,
    Default,
    Add,
    Multiply,
    Whole,
}

pub(super) struct Writer<'p> {
    pub(super) words: Words<'p>,
    pub(super) scope: Scope,
}

impl Writer<'_> {
    pub(crate) fn expr(&self, expr: &Expr) -> String {
        self.write(expr, None).0
    }

    pub(crate) fn typed(&self, expr: &Expr, ty: Option<&Type>) -> String {
        self.write(expr, ty).0
    }

    /// An expression where at least this level is needed.
    fn at(&self, expr: &Expr, needed: Level, ty: Option<&Type>) -> String {
        let (text, level) = self.write(expr, ty);
        if level < needed { format!("({text})") } else { text }
    }

    fn write(&self, expr: &Expr, ty: Option<&Type>) -> (String, Level) {
        match expr {
            Expr::Const(value) => (self.words.value(value, ty), Level::Whole),
            Expr::Field(_)
            | Expr::This(_)
            | Expr::ThisMeta(_)
            | Expr::Trigger(_)
            | Expr::TriggerMeta(_)
            | Expr::Key
            | Expr::Behaviour(_)
            | Expr::Score { .. }
            | Expr::Template(_) => (self.value(expr), Level::Whole),
            Expr::InBand { .. } | Expr::InSegment(_) | Expr::InStage { .. } | Expr::InSequence(_) => {
                (self.membership(expr), Level::Compare)
            }
            Expr::Not(inner) => self.not(inner),
            Expr::And(parts) => self.joined(parts, " and ", (Level::And, Level::Not)),
            Expr::Or(parts) => self.joined(parts, " or ", (Level::Or, Level::And)),
            Expr::Compare { op, left, right } => (self.compare(*op, left, right), Level::Compare),
            Expr::OneOf { .. }
            | Expr::TextTest { .. }
            | Expr::Matches { .. }
            | Expr::Contains { .. }
            | Expr::SinceLast { .. }
            | Expr::Known(_) => (self.test(expr), Level::Compare),
            Expr::Arith { op, left, right } => self.arith(*op, left, right, ty),
            Expr::Shift { moment, by, back } => {
                let sign = if *back { "-" } else { "+" };
                (format!("{} {sign} {by}", self.at(moment, Level::Add, None)), Level::Add)
            }
            Expr::Default { value, fallback } => {
                let ty = self.type_of(value).or_else(|| ty.cloned());
                let sides = [value, fallback].map(|side| self.at(side, Level::Add, ty.as_ref()));
                (sides.join(" ?? "), Level::Default)
            }
            Expr::If { condition, then, otherwise } => {
                let condition = self.at(condition, Level::Or, None);
                let [then, otherwise] = [then, otherwise].map(|side| self.at(side, Level::Or, ty));
                (format!("if {condition} then {then} else {otherwise}"), Level::If)
            }
        }
    }

    fn value(&self, expr: &Expr) -> String {
        let words = self.words;
        #[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands in values alone")]
        match expr {
            Expr::Field(id) => {
                let name = words.program.fields.get(*id).map_or("?", |field| &field.name);
                if words.exact || self.scope.this.is_some() { format!("contact.{name}") } else { name.to_owned() }
            }
            Expr::This(slot) => {
                let name = self.scope.this.map_or_else(|| "?".to_owned(), |event| words.slot(event, *slot));
                if words.exact { format!("this.{name}") } else { name }
            }
            Expr::ThisMeta(meta) if words.exact => format!("this.${}", meta_name(*meta)),
            Expr::ThisMeta(meta) => meta_name(*meta).to_owned(),
            Expr::Trigger(slots) => self.of_trigger(slots),
            Expr::TriggerMeta(meta) if words.exact => format!("event.${}", meta_name(*meta)),
            Expr::TriggerMeta(meta) => format!("event.{}", meta_name(*meta)),
            Expr::Key => "key".to_owned(),
            Expr::Behaviour(id) => {
                let behaviour = words.program.behaviours.get(*id);
                behaviour.map_or("?".to_owned(), |behaviour| words.behaviour(behaviour))
            }
            Expr::Score { score, part } => format!("score {}{}", words.score(*score), part_name(*part)),
            Expr::Template(text) if words.exact => format!("template {}", quoted(text)),
            Expr::Template(text) => quoted(text),
            _ => String::new(),
        }
    }

    fn of_trigger(&self, slots: &[(Id<Event>, u16)]) -> String {
        let words = self.words;
        let full =
            |(event, slot): &(Id<Event>, u16)| format!("{}.{}", words.event_name(*event), words.slot(*event, *slot));
        match slots {
            [(event, slot), ..] if !words.exact => format!("event.{}", words.slot(*event, *slot)),
            all => format!("event.[{}]", all.iter().map(full).collect::<Vec<_>>().join(", ")),
        }
    }

    fn membership(&self, expr: &Expr) -> String {
        let words = self.words;
        #[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands in memberships alone")]
        match expr {
            Expr::InBand { score, band } => format!("{} is {}", words.score(*score), words.band(*score, *band)),
            Expr::InSegment(id) => format!("in segment {}", words.segment(*id)),
            Expr::InStage { lifecycle, stage, at_least } => {
                let how = if *at_least { "at least" } else { "is" };
                let stage = words.stage(*lifecycle, *stage);
                let (lifecycle, stage) = stage.split_once('.').unwrap_or_default();
                format!("stage {lifecycle} {how} {stage}")
            }
            Expr::InSequence(id) => format!("in sequence {}", words.sequence(*id)),
            _ => String::new(),
        }
    }

    fn not(&self, inner: &Expr) -> (String, Level) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "only two have a form of their own")]
        match inner {
            Expr::Known(value) => (format!("{} is missing", self.at(value, Level::Default, None)), Level::Compare),
            Expr::OneOf { value, list } => (self.one_of(value, "not in", list), Level::Compare),
            other => (format!("not {}", self.at(other, Level::Not, None)), Level::Not),
        }
    }

    fn joined(&self, parts: &[Expr], word: &str, (own, needed): (Level, Level)) -> (String, Level) {
        let texts: Vec<String> = parts.iter().map(|part| self.at(part, needed, None)).collect();
        if texts.len() < 2 {
            return (format!("{}({})", word.trim(), texts.join("")), Level::Whole);
        }
        (texts.join(word), own)
    }

    fn compare(&self, op: CompareOp, left: &Expr, right: &Expr) -> String {
        if let (Expr::Behaviour(id), Expr::Const(Value::Int(1))) = (left, right)
            && let Some(behaviour) = self.words.program.behaviours.get(*id)
            && let Some(did) = self.did(op, behaviour)
        {
            return did;
        }
        let ty = self.type_of(left).or_else(|| self.type_of(right));
        let [left, right] = [left, right].map(|side| self.at(side, Level::Default, ty.as_ref()));
        format!("{left} {} {right}", op.sign())
    }

    /// `did order_placed in last 30 days` is a count of at least one.
    fn did(&self, op: CompareOp, behaviour: &Behaviour) -> Option<String> {
        let did = match op {
            CompareOp::GreaterEqual => "did",
            CompareOp::Less => "never did",
            CompareOp::Equal | CompareOp::NotEqual | CompareOp::LessEqual | CompareOp::Greater => return None,
        };
        (behaviour.measure == Measure::Count).then(|| format!("{did} {}", self.words.looked_at("", behaviour)))
    }

    fn test(&self, expr: &Expr) -> String {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands in tests alone")]
        match expr {
            Expr::OneOf { value, list } => self.one_of(value, "in", list),
            Expr::TextTest { op, value, pattern } => {
                let [value, pattern] = [value, pattern].map(|side| self.at(side, Level::Default, None));
                format!("{value} {} {pattern}", text_word(*op))
            }
            Expr::Matches { value, pattern } => {
                format!("{} matches {}", self.at(value, Level::Default, None), quoted(pattern))
            }
            Expr::Contains { set, member } => {
                let ty = if let Some(Type::Set(member)) = self.type_of(set) { Some(*member) } else { None };
                format!(
                    "{} contains {}",
                    self.at(set, Level::Default, None),
                    self.at(member, Level::Default, ty.as_ref())
                )
            }
            Expr::SinceLast { behaviour, op, span } => {
                let event = self.words.program.behaviours.get(*behaviour);
                let event = event.map_or("?".to_owned(), |behaviour| self.words.since(behaviour));
                format!("time since last {event} {} {span}", op.sign())
            }
            Expr::Known(value) => format!("{} is known", self.at(value, Level::Default, None)),
            _ => String::new(),
        }
    }

    fn one_of(&self, value: &Expr, word: &str, list: &[Value]) -> String {
        let ty = self.type_of(value);
        format!("{} {word} {}", self.at(value, Level::Default, None), self.words.list(list, ty.as_ref()))
    }

    fn arith(&self, op: ArithOp, left: &Expr, right: &Expr, ty: Option<&Type>) -> (String, Level) {
        let (sign, own, next) = match op {
            ArithOp::Add => ("+", Level::Add, Level::Multiply),
            ArithOp::Subtract => ("-", Level::Add, Level::Multiply),
            ArithOp::Multiply => ("*", Level::Multiply, Level::Whole),
            ArithOp::Divide => ("/", Level::Multiply, Level::Whole),
        };
        (format!("{} {sign} {}", self.at(left, own, ty), self.at(right, next, ty)), own)
    }

    /// The type of an expression, as far as it says how a constant beside it is written.
    pub(super) fn type_of(&self, expr: &Expr) -> Option<Type> {
        let program = self.words.program;
        let slot = |event: Id<Event>, slot: u16| {
            program.events.get(event)?.fields.get(usize::from(slot)).map(|field| field.ty.clone())
        };
        #[expect(clippy::wildcard_enum_match_arm, reason = "constants beside all others say what they are")]
        match expr {
            Expr::Field(id) => program.fields.get(*id).map(|field| field.ty.clone()),
            Expr::This(at) => slot(self.scope.this?, *at),
            Expr::Trigger(slots) => slots.first().and_then(|(event, at)| slot(*event, *at)),
            Expr::Behaviour(id) => {
                let behaviour = program.behaviours.get(*id)?;
                match behaviour.measure {
                    Measure::Sum(at)
                    | Measure::Min(at)
                    | Measure::Max(at)
                    | Measure::Avg(at)
                    | Measure::First(at)
                    | Measure::Last(at) => slot(behaviour.event, at),
                    Measure::Count | Measure::Distinct(_) | Measure::FirstTime | Measure::LastTime => None,
                }
            }
            Expr::Default { value, fallback } => self.type_of(value).or_else(|| self.type_of(fallback)),
            Expr::If { then, otherwise, .. } => self.type_of(then).or_else(|| self.type_of(otherwise)),
            _ => None,
        }
    }
}

impl Words<'_> {
    pub(crate) fn event_name(self, id: Id<Event>) -> String {
        self.program.events.get(id).map_or("?", |event| &event.name).to_owned()
    }

    /// The name of a field of an event.
    #[must_use]
    pub fn slot(self, event: Id<Event>, slot: u16) -> String {
        let field = self.program.events.get(event).and_then(|event| event.fields.get(usize::from(slot)));
        field.map_or("?", |field| &field.name).to_owned()
    }

    pub(crate) fn score(self, id: Id<Score>) -> String {
        self.program.scores.get(id).map_or("?", |score| &score.name).to_owned()
    }

    pub(crate) fn band(self, id: Id<Score>, band: u16) -> String {
        let band = self.program.scores.get(id).and_then(|score| score.bands.get(usize::from(band)));
        band.map_or("?", |band| &band.name).to_owned()
    }

    pub(crate) fn segment(self, id: Id<Segment>) -> String {
        self.program.segments.get(id).map_or("?", |segment| &segment.name).to_owned()
    }

    pub(crate) fn sequence(self, id: Id<Sequence>) -> String {
        self.program.sequences.get(id).map_or("?", |sequence| &sequence.name).to_owned()
    }

    /// `buyer.mql`
    pub(crate) fn stage(self, id: Id<Lifecycle>, stage: u16) -> String {
        let Some(lifecycle) = self.program.lifecycles.get(id) else { return "?.?".to_owned() };
        format!("{}.{}", lifecycle.name, lifecycle.stages.get(usize::from(stage)).map_or("?", String::as_str))
    }

    /// The event of `time since last …`, with its condition.
    fn since(self, behaviour: &Behaviour) -> String {
        self.event(behaviour.event, behaviour.filter.as_ref())
    }
}

fn text_word(op: TextOp) -> &'static str {
    match op {
        TextOp::Contains => "contains",
        TextOp::StartsWith => "starts with",
        TextOp::EndsWith => "ends with",
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

fn part_name(part: ScorePart) -> &'static str {
    match part {
        ScorePart::Total => "",
        ScorePart::Fit => ".fit",
        ScorePart::Engagement => ".engagement",
    }
}
