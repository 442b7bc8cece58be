//! Small programs and contacts built by hand, for tests of the machine.
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(missing_docs, reason = "names say it")]

use std::sync::Arc;

use flow_graph::expr::CompareOp;
use flow_graph::program::lifecycle;
use flow_graph::program::{
    Again, Behaviour, Channel, ChannelKind, Consent, Derived, Event as EventType, Field, Goal, Lifecycle, Location,
    Measure, Message, Project, Reach, Segment, Sequence, SourceFile, Step, StepId, StepKind, Topic,
    Transition as StageTransition, Trigger, Wire, builtin,
};
use flow_graph::{Expr, Id, Program, Span, Table, Timestamp, Type, Value};
use flow_machine::decision::{Decision, DecisionKind, Outcome};
use flow_machine::input::Attributes;
use flow_machine::{Contact, Engine, Event, Input, Transition, invariants, step};

pub(crate) const HOUR: i64 = 3_600_000;
pub(crate) const DAY: i64 = 24 * HOUR;
/// Monday 2026-01-05T12:00Z.
pub(crate) const NOON: Timestamp = Timestamp(1_767_614_400_000);

pub(crate) const EMAIL: Id<Field> = Id::new(0);
pub(crate) const ZONE: Id<Field> = Id::new(1);
pub(crate) const RENEWAL: Id<Field> = Id::new(2);
pub(crate) const PLAN: Id<Field> = Id::new(3);
/// `cart { cart: text, items: int }`
pub(crate) const CART: Id<EventType> = Id::new(7);
/// `order { cart: text }`
pub(crate) const ORDER: Id<EventType> = Id::new(8);
/// `ping { }`
pub(crate) const PING: Id<EventType> = Id::new(9);

pub(crate) fn here() -> Location {
    Location { file: Id::new(0), line: 1 }
}

pub(crate) fn hours(n: i64) -> Span {
    Span::Elapsed(n * HOUR)
}

pub(crate) fn days(n: u32) -> Span {
    Span::Calendar { months: 0, days: n }
}

fn field(name: &str, ty: Type) -> Field {
    Field {
        name: name.into(),
        wire: name.into(),
        ty,
        optional: true,
        range: None,
        personal: false,
        unique: false,
        owner: None,
    }
}

fn table<T>(entries: impl IntoIterator<Item = T>) -> Table<T> {
    let mut table = Table::default();
    for entry in entries {
        table.push(entry);
    }
    table
}

/// A program with four fields, three events, a topic without consent, a channel of mail, and nothing that happens.
pub(crate) fn program() -> Program {
    let built_in = builtin::NAMES.iter().map(|name| EventType {
        name: (*name).into(),
        wire: Wire::BuiltIn,
        fields: builtin::FIELDS
            .iter()
            .map(|name| field(name, if ["human", "hard"].contains(name) { Type::Bool } else { Type::Text }))
            .collect(),
    });
    let event =
        |name: &str, fields: Vec<Field>| EventType { name: name.into(), wire: Wire::Track(name.into()), fields };
    let own = [
        event("cart", vec![field("cart", Type::Text), field("items", Type::Int)]),
        event("order", vec![field("cart", Type::Text)]),
        event("ping", vec![]),
    ];
    Program {
        files: table([SourceFile { path: "test.flow".into() }]),
        fields: table([
            field("email", Type::Email),
            field("zone", Type::TimeZone),
            field("renewal", Type::Date),
            field("plan", Type::Text),
        ]),
        email_field: Some(EMAIL),
        zone_field: Some(ZONE),
        events: table(built_in.chain(own)),
        topics: table([Topic { name: "news".into(), consent: Consent::OptOut, transactional: false, at: here() }]),
        channels: table([Channel { name: "email".into(), kind: ChannelKind::Smtp }]),
        ..Program::empty(Project {
            name: "test".into(),
            timezone: "UTC".into(),
            currency: "EUR".into(),
            currency_digits: 2,
            late_after: hours(72),
            duplicates_within: days(30),
        })
    }
}

pub(crate) fn message(program: &mut Program, name: &str, priority: i64) -> Id<Message> {
    program.messages.push(Message {
        name: name.into(),
        doc: None,
        channel: Id::new(0),
        topic: Id::new(0),
        subject: None,
        body: String::new(),
        body_file: None,
        text: None,
        priority,
        at: here(),
    })
}

/// A sequence whose steps follow each other; it may be entered always.
pub(crate) fn sequence(name: &str, enter: Vec<Trigger>, steps: Vec<(&str, StepKind)>) -> Sequence {
    let last = steps.len().saturating_sub(1);
    let step = |(position, (id, kind)): (usize, (&str, StepKind))| Step {
        id: id.into(),
        label: None,
        kind,
        next: (position < last).then(|| StepId::try_from(position + 1).unwrap()),
        text: id.into(),
        at: here(),
        ways: vec![],
    };
    Sequence {
        name: name.into(),
        doc: None,
        enter,
        key: None,
        unless: None,
        exit_when: None,
        again: Again::Always,
        goal: None,
        exit_on: vec![],
        holdout: None,
        in_flight_finish: false,
        enroll_existing: false,
        steps: steps.into_iter().enumerate().map(step).collect(),
        at: here(),
        enter_at: here(),
    }
}

pub(crate) fn on(event: Id<EventType>) -> Trigger {
    Trigger::Event { event, filter: None }
}

pub(crate) fn on_where(event: Id<EventType>, filter: Expr) -> Trigger {
    Trigger::Event { event, filter: Some(filter) }
}

pub(crate) fn goal(triggers: Vec<Trigger>, within: Option<Span>) -> Goal {
    Goal { triggers, within, at: here() }
}

pub(crate) fn equal(left: Expr, right: Expr) -> Expr {
    Expr::Compare { op: CompareOp::Equal, left: Box::new(left), right: Box::new(right) }
}

/// Count of an event within a span, at least so many, as a segment.
pub(crate) fn at_least(program: &mut Program, name: &str, event: Id<EventType>, span: Span, count: i64) -> Id<Segment> {
    let behaviour = program.behaviours.push(Behaviour {
        text: format!("count({name})"),
        event,
        filter: None,
        measure: Measure::Count,
        reach: Reach::Last(span),
        at: here(),
    });
    let condition = Expr::Compare {
        op: CompareOp::GreaterEqual,
        left: Box::new(Expr::Behaviour(behaviour)),
        right: Box::new(Expr::Const(Value::Int(count))),
    };
    let segment = program.segments.push(Segment { name: name.into(), doc: None, condition, at: here() });
    program.order.push(Derived::Segment(segment));
    segment
}

pub(crate) fn lifecycle(name: &str, stages: &[&str], transitions: Vec<StageTransition>) -> Lifecycle {
    Lifecycle {
        name: name.into(),
        doc: None,
        stages: stages.iter().map(|stage| (*stage).into()).collect(),
        start: 0,
        transitions,
        expects: vec![],
        at: here(),
    }
}

pub(crate) fn transition(from: u16, to: u16, cause: lifecycle::Cause) -> StageTransition {
    StageTransition { from: vec![from], to, cause, text: format!("{from} -> {to}"), at: here() }
}

/// A contact, its program and everything that was decided.
pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) contact: Contact,
    pub(crate) log: Vec<Decision>,
    pub(crate) history: Vec<(Timestamp, Arc<Event>)>,
    pub(crate) wakes: u32,
}

impl World {
    pub(crate) fn new(program: Program) -> Self {
        Self::named(program, "ana")
    }

    pub(crate) fn named(program: Program, id: &str) -> Self {
        let engine = Engine::new(Arc::new(program)).unwrap();
        let contact = Contact::new(&engine, id);
        Self { engine, contact, log: vec![], history: vec![], wakes: 0 }
    }

    /// With an address, from the first instant on.
    pub(crate) fn reachable(mut self, at: Timestamp) -> Self {
        self.set(at, EMAIL, Value::text("ana@x.example"));
        self
    }

    pub(crate) fn step(&mut self, at: Timestamp, input: Input) -> Outcome {
        let mut out = Transition::default();
        step(&self.engine, &mut self.contact, input, at, &mut out);
        assert_eq!(invariants::check(&self.engine, &self.contact), Vec::<String>::new());
        assert!(out.decisions.is_sorted_by_key(|decision| decision.at));
        self.log.extend(out.decisions);
        out.outcome
    }

    /// Wakes the contact at each of its wakes up to an instant.
    pub(crate) fn walk(&mut self, to: Timestamp) {
        while let Some(wake) = self.contact.journey.next_wake().filter(|wake| *wake <= to) {
            assert!(wake > self.contact.now);
            self.wakes += 1;
            assert!(self.wakes < 10_000, "spins at {wake}");
            self.step(wake, Input::Wake);
        }
        self.step(to, Input::Wake);
    }

    pub(crate) fn set(&mut self, at: Timestamp, field: Id<Field>, value: Value) {
        self.step(at, Input::Attributes(Attributes { id: "".into(), time: at, changes: vec![(field, value)] }));
    }

    pub(crate) fn event(&mut self, at: Timestamp, kind: Id<EventType>, values: Vec<Value>) -> Outcome {
        self.event_from(at, at, kind, values)
    }

    pub(crate) fn event_from(
        &mut self,
        at: Timestamp,
        time: Timestamp,
        kind: Id<EventType>,
        mut values: Vec<Value>,
    ) -> Outcome {
        values.resize(self.engine.program().events[kind].fields.len(), Value::Missing);
        let event = Arc::new(Event { kind, id: "".into(), time, values: values.into(), meta: None });
        self.history.push((at, Arc::clone(&event)));
        self.step(at, Input::Event(event))
    }

    /// Messages that left, with the hours since [`NOON`].
    pub(crate) fn sent(&self) -> Vec<(String, f64)> {
        self.pick(|kind| match kind {
            DecisionKind::Send(send) => Some(self.engine.program().messages[send.message].name.clone()),
            _ => None,
        })
    }

    /// What is picked, with the hours since [`NOON`].
    #[expect(clippy::cast_precision_loss, reason = "test figures are small")]
    pub(crate) fn pick<T>(&self, pick: impl Fn(&DecisionKind) -> Option<T>) -> Vec<(T, f64)> {
        let at = |decision: &Decision| decision.at.since(NOON) as f64 / HOUR as f64;
        self.log.iter().filter_map(|decision| Some((pick(&decision.kind)?, at(decision)))).collect()
    }

    /// The decisions, one word each.
    pub(crate) fn words(&self) -> Vec<String> {
        self.log.iter().map(|decision| word(&decision.kind)).collect()
    }
}

pub(crate) fn word(kind: &DecisionKind) -> String {
    match kind {
        DecisionKind::Send(_) => "send".into(),
        DecisionKind::Held { gate, .. } => format!("held {}", gate.name()),
        DecisionKind::Dropped { gate, .. } => format!("dropped {}", gate.name()),
        DecisionKind::Call { action, .. } => format!("call {action}"),
        DecisionKind::Notify { .. } => "notify".into(),
        DecisionKind::Set { .. } => "set".into(),
        DecisionKind::SetConsent { granted, .. } => format!("consent {granted}"),
        DecisionKind::Emit(_) => "emit".into(),
        DecisionKind::EnteredSegment(id) => format!("entered {}", id.index()),
        DecisionKind::LeftSegment(id) => format!("left {}", id.index()),
        DecisionKind::Stage { to, .. } => format!("stage {to}"),
        DecisionKind::Band { to, .. } => format!("band {to:?}"),
        DecisionKind::Enrolled { holdout: true, .. } => "held out".into(),
        DecisionKind::Enrolled { .. } => "enrolled".into(),
        DecisionKind::Exited { reason, .. } => format!("exited {reason:?}"),
        DecisionKind::Goal { converted, .. } => format!("goal {converted}"),
        DecisionKind::Split { arm, .. } => format!("split {arm}"),
        DecisionKind::SlaStarted { .. } => "sla started".into(),
        DecisionKind::SlaMet { late, .. } => format!("sla met late={late}"),
        DecisionKind::SlaReminded { .. } => "sla reminded".into(),
        DecisionKind::SlaBreached { .. } => "sla breached".into(),
    }
}

pub(crate) fn at(hours: i64) -> Timestamp {
    NOON.plus(hours * HOUR)
}

pub(crate) fn text(text: &str) -> Value {
    Value::text(text)
}
