//! What conditions ask about: values that can be one thing or another, each with what it can be at all.

use flow_graph::expr::{EventMeta, ScorePart};
use flow_graph::program::{Event, Field, Lifecycle, Measure, Program, Score, SetAction, StepKind};
use flow_graph::{Expr, Id, Type, Value};

use super::domain::{Domain, Values};
use super::numbers::{Numbers, Unit};
use super::score;
use super::texts::Texts;

/// Something that has a value, or none.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// What it is.
    pub subject: Subject,
    /// As it was when segments and bands were last derived, not as it is now.
    pub past: bool,
}

/// What a term is.
#[derive(Debug, Clone, PartialEq)]
pub enum Subject {
    /// The value of an expression that is not looked into: a field, a figure, a score, the key, a sum of two.
    Value(Expr),
    /// The band that a score is in, by its position; none below the first.
    Band(Id<Score>),
    /// The stage that a contact is in, by its position.
    Stage(Id<Lifecycle>),
}

/// What the program says about values, looked up once.
#[derive(Debug)]
pub(crate) struct World<'p> {
    pub(crate) program: &'p Program,
    /// Fields of the contact whose range may be left: a step writes what is no constant.
    loose: Vec<Id<Field>>,
    /// The same of fields of events.
    loose_slots: Vec<(Id<Event>, u16)>,
}

impl<'p> World<'p> {
    pub(crate) fn new(program: &'p Program) -> Self {
        let mut world = Self { program, loose: Vec::new(), loose_slots: Vec::new() };
        let steps = program.versions().flat_map(|sequence| &sequence.steps).map(|step| &step.kind);
        let actions = program
            .slas
            .iter()
            .flat_map(|sla| sla.breach.iter().chain(sla.reminders.iter().flat_map(|reminder| &reminder.actions)));
        steps.chain(actions.map(|(kind, _)| kind)).for_each(|kind| world.note(kind));
        world
    }

    /// Constants that are written have been compared with the range; other values have not.
    fn note(&mut self, kind: &StepKind) {
        let constant = |value: &Expr| matches!(value, Expr::Const(_));
        if let StepKind::Set(SetAction::To(field, value)) = kind {
            if !constant(value) {
                self.loose.push(*field);
            }
        } else if let StepKind::Emit { event, fields } = kind {
            let loose = fields.iter().filter(|(_, value)| !constant(value)).map(|(slot, _)| (*event, *slot));
            self.loose_slots.extend(loose);
        }
    }

    /// The field of an event.
    pub(crate) fn slot(&self, event: Id<Event>, slot: u16) -> Option<&'p Field> {
        self.program.events.get(event)?.fields.get(usize::from(slot))
    }

    /// Whether the numbers of a field of an event are never below 0.
    pub(crate) fn never_negative(&self, event: Id<Event>, slot: u16) -> bool {
        let range = self.slot(event, slot).and_then(|field| field.range);
        range.is_some_and(|(low, _)| low >= 0.0) && !self.loose_slots.contains(&(event, slot))
    }

    /// What a term can be at all. `this` is the event that is being looked at.
    pub(crate) fn domain(&self, term: &Term, this: Option<Id<Event>>) -> Domain {
        match &term.subject {
            Subject::Stage(id) => {
                let stages = self.program.lifecycles.get(*id).map_or(0, |lifecycle| lifecycle.stages.len());
                Domain { missing: false, values: positions(stages) }
            }
            Subject::Band(id) => {
                let bands = self.program.scores.get(*id).map_or(0, |score| score.bands.len());
                Domain { missing: true, values: positions(bands) }
            }
            Subject::Value(expr) => self.of_value(expr, this),
        }
    }

    fn of_value(&self, expr: &Expr, this: Option<Id<Event>>) -> Domain {
        let any = Domain { missing: true, values: Values::Any };
        match expr {
            Expr::Field(id) => {
                let field = self.program.fields.get(*id);
                field.map_or(any, |field| self.of_field(field, !self.loose.contains(id), true))
            }
            Expr::This(slot) => this.map_or(any, |event| self.of_slot(event, *slot)),
            Expr::ThisMeta(meta) | Expr::TriggerMeta(meta) => of_meta(*meta),
            Expr::Trigger(slots) => match slots.as_slice() {
                [(event, slot)] => Domain { missing: true, ..self.of_slot(*event, *slot) },
                _ => any,
            },
            Expr::Behaviour(id) => self.of_behaviour(*id).unwrap_or(any),
            Expr::Score { score, part } => {
                let (low, high) =
                    self.program.scores.get(*score).map_or(EVERYWHERE, |score| score::bounds(score, *part));
                Domain { missing: false, values: Values::Numbers(Numbers::between(Unit::Number, low, high)) }
            }
            Expr::Const(_)
            | Expr::Key
            | Expr::InBand { .. }
            | Expr::InSegment(_)
            | Expr::InStage { .. }
            | Expr::InSequence(_)
            | Expr::Not(_)
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
            | Expr::If { .. }
            | Expr::Template(_) => any,
        }
    }

    fn of_slot(&self, event: Id<Event>, slot: u16) -> Domain {
        let Some(field) = self.slot(event, slot) else { return Domain { missing: true, values: Values::Any } };
        // An arithmetic result that overflows is missing, whatever the type says.
        let tight = !self.loose_slots.contains(&(event, slot));
        self.of_field(field, tight, field.optional || !tight || matches!(field.ty, Type::Set(_)))
    }

    fn of_field(&self, field: &Field, ranged: bool, missing: bool) -> Domain {
        Domain { missing, values: self.of_type(&field.ty, field.range.filter(|_| ranged)) }
    }

    fn of_type(&self, ty: &Type, range: Option<(f64, f64)>) -> Values {
        let numbers = |unit: Unit, scale: f64| {
            let (low, high) = range.unwrap_or(EVERYWHERE);
            Values::Numbers(Numbers::between(unit, (low * scale).round_to(scale), (high * scale).round_to(scale)))
        };
        match ty {
            Type::Bool => Values::Few(vec![Value::Bool(false), Value::Bool(true)]),
            Type::Enum(id) => positions(self.program.enums.get(*id).map_or(0, |it| it.values.len())),
            Type::Int => numbers(Unit::Int, 1.0),
            Type::Number | Type::Percent => numbers(Unit::Number, 1.0),
            Type::Money => numbers(Unit::Money, 10_f64.powi(i32::from(self.program.project.currency_digits))),
            Type::Date => Values::Numbers(Numbers::all(Unit::Date)),
            Type::DateTime => Values::Numbers(Numbers::all(Unit::Instant)),
            Type::Duration => Values::Numbers(Numbers::all(Unit::Duration)),
            Type::Text | Type::Email | Type::Phone | Type::Url | Type::Country | Type::TimeZone => {
                Values::Texts(Texts::default())
            }
            Type::Set(_) => Values::Set { has: Vec::new(), lacks: Vec::new() },
        }
    }

    fn of_behaviour(&self, id: Id<flow_graph::program::Behaviour>) -> Option<Domain> {
        let behaviour = self.program.behaviours.get(id)?;
        let field = |slot: u16| self.slot(behaviour.event, slot);
        let count = || Values::Numbers(Numbers::between(Unit::Int, 0.0, f64::INFINITY));
        let (missing, values) = match behaviour.measure {
            Measure::Count | Measure::Distinct(_) => (false, count()),
            Measure::FirstTime | Measure::LastTime => (true, Values::Numbers(Numbers::all(Unit::Instant))),
            Measure::Min(slot) | Measure::Max(slot) | Measure::First(slot) | Measure::Last(slot) => {
                (true, self.of_slot(behaviour.event, slot).values)
            }
            Measure::Avg(slot) => {
                let whole = matches!(field(slot)?.ty, Type::Money | Type::Duration);
                (true, if whole { self.of_slot(behaviour.event, slot).values } else { Values::Any })
            }
            Measure::Sum(slot) => {
                let mut values = self.of_type(&field(slot)?.ty, None);
                if let (Values::Numbers(numbers), true) = (&mut values, self.never_negative(behaviour.event, slot)) {
                    numbers.keep(flow_graph::expr::CompareOp::GreaterEqual, 0.0);
                }
                // A sum that does not fit is missing.
                (true, values)
            }
        };
        Some(Domain { missing, values })
    }

    /// Whether the total of a score is what its parts say, for bands.
    pub(crate) fn total(score: Id<Score>) -> Expr {
        Expr::Score { score, part: ScorePart::Total }
    }
}

const EVERYWHERE: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

/// The positions of bands, stages and values of enums.
fn positions(count: usize) -> Values {
    Values::Few((0..u16::try_from(count).unwrap_or(u16::MAX)).map(Value::Enum).collect())
}

fn of_meta(meta: EventMeta) -> Domain {
    let values = match meta {
        EventMeta::Time => Values::Numbers(Numbers::all(Unit::Instant)),
        EventMeta::Id
        | EventMeta::UtmSource
        | EventMeta::UtmMedium
        | EventMeta::UtmCampaign
        | EventMeta::UtmContent
        | EventMeta::UtmTerm
        | EventMeta::PageUrl
        | EventMeta::PagePath
        | EventMeta::PageTitle
        | EventMeta::PageReferrer => Values::Texts(Texts::default()),
    };
    Domain { missing: true, values }
}

trait RoundTo {
    /// An amount in minor units is whole, though its product with a power of ten need not be.
    fn round_to(self, scale: f64) -> f64;
}

impl RoundTo for f64 {
    fn round_to(self, scale: f64) -> f64 {
        if scale > 1.0 && self.is_finite() { (self * 1e3).round() / 1e3 } else { self }
    }
}
