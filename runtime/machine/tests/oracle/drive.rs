//! The machine, driven as the runtime drives it, beside the log.

use std::sync::Arc;

use flow_graph::expr::{CompareOp, ScorePart};
use flow_graph::program::{HitRule, Measure, Reach, Score};
use flow_graph::{Expr, Id, Program, Span, Timestamp, Value};
use flow_machine::contact::Facts;
use flow_machine::derive::{self, Change};
use flow_machine::{Contact, Engine, View};
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::scores::Oracle;
use super::{Hit, INT, LIMIT, Log, MONEY, TEXT, ZONE, ZONES, near};

pub(crate) const HOUR: i64 = 3_600_000;
pub(crate) const DAY: i64 = 24 * HOUR;
const PARTS: [ScorePart; 3] = [ScorePart::Total, ScorePart::Fit, ScorePart::Engagement];

pub(crate) fn days(days: u32) -> Span {
    Span::Calendar { months: 0, days }
}

#[derive(Debug, Clone)]
pub(crate) enum Step {
    Event { wait: i64, ago: i64, values: [Value; 5] },
    Limit { wait: i64, limit: i64 },
    Zone { wait: i64, zone: usize },
    Look { wait: i64 },
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let wait = || prop_oneof![Just(0), 0..HOUR, 0..3 * DAY, 0..20 * DAY];
    let ago = prop_oneof![Just(0), Just(0), Just(0), 0..DAY, 0..40 * DAY];
    let values = (-3_i64..4, 0_i64..500, proptest::option::of("[a-c]"));
    let event = (wait(), ago, values).prop_map(|(wait, ago, (int, money, text))| {
        let text = text.map_or(Value::Missing, |text| Value::text(&text));
        let values = [Value::Int(int), Value::Missing, Value::Money(money), text, Value::Missing];
        Step::Event { wait, ago, values }
    });
    prop_oneof![
        6 => event,
        1 => (wait(), -3_i64..2).prop_map(|(wait, limit)| Step::Limit { wait, limit }),
        1 => (wait(), 0..ZONES.len()).prop_map(|(wait, zone)| Step::Zone { wait, zone }),
        2 => wait().prop_map(|wait| Step::Look { wait }),
    ]
}

pub(crate) fn start() -> impl Strategy<Value = i64> {
    let days = ["2026-03-20T10:00:00Z", "2026-10-20T00:00:00Z", "2024-01-28T00:00:00Z", "2011-12-28T00:00:00Z"];
    proptest::sample::select(days.map(super::ms).to_vec())
}

/// The machine, driven by nothing but its inputs and the wakes it asks for, beside the log.
pub(crate) struct Both {
    pub(crate) engine: Engine,
    pub(crate) contact: Contact,
    pub(crate) log: Log,
    pub(crate) limits: Vec<Option<i64>>,
    pub(crate) limit: Option<i64>,
    pub(crate) zone: TimeZone,
    pub(crate) now: Timestamp,
    /// The one timer: set after each input and each wake, and asked for at no other time.
    pub(crate) timer: Option<Timestamp>,
    /// Wakes that changed nothing.
    pub(crate) idle: usize,
    pub(crate) wakes: usize,
}

impl Both {
    pub(crate) fn new(program: Program, start: i64) -> Self {
        let engine = Engine::new(Arc::new(program)).unwrap();
        let contact = Contact::new(&engine, "ana");
        let zone = super::zone("Europe/Berlin");
        let now = Timestamp(start);
        let log = Log::default();
        let mut both =
            Self { engine, contact, log, limits: vec![], limit: None, zone, now, timer: None, idle: 0, wakes: 0 };
        both.refresh();
        both
    }

    pub(crate) fn oracle(&self) -> Oracle<'_> {
        let program = self.engine.program();
        Oracle { program, log: &self.log, limits: &self.limits, zone: &self.zone, now: self.now }
    }

    /// Up to an instant, waking when asked to; each change is what the log says it is.
    pub(crate) fn go(&mut self, to: Timestamp) {
        while let Some(wake) = self.timer.filter(|wake| *wake <= to) {
            assert!(wake > self.now, "a wake that is not after now");
            let alone = self.now < wake.plus(-1);
            self.now = wake;
            self.timer = None;
            self.wakes += 1;
            assert!(self.wakes < 1_500, "it spins");
            let changes = self.refresh();
            self.idle += usize::from(changes.is_empty());
            for change in changes {
                self.check(change, alone);
            }
        }
        self.now = to;
    }

    pub(crate) fn refresh(&mut self) -> Vec<Change> {
        let changes = derive::refresh(&self.engine, &mut self.contact, self.now);
        self.timer = derive::next_change(&self.engine, &self.contact, self.now);
        changes
    }

    pub(crate) fn check(&self, change: Change, alone: bool) {
        let (Change::Entered(id) | Change::Left(id)) = change else { return };
        let condition = &self.engine.program().segments[id].condition;
        let (after, before) = (self.oracle(), self.oracle().at(self.now.plus(-1)));
        let entered = matches!(change, Change::Entered(_));
        if !after.blurred(condition) {
            assert_eq!(after.holds(condition), entered, "at {}: {condition:?}", self.now);
        }
        if alone && !before.blurred(condition) {
            assert_eq!(before.holds(condition), !entered, "too late at {}: {condition:?}", self.now);
        }
    }

    pub(crate) fn step(&mut self, step: &Step) {
        let (Step::Event { wait, .. } | Step::Limit { wait, .. } | Step::Zone { wait, .. } | Step::Look { wait }) =
            step;
        self.go(self.now.plus(*wait));
        let now = self.now;
        match step {
            Step::Event { ago, values, .. } => {
                let hit = Hit { arrival: now, time: now.plus(-ago), id: String::new(), values: values.clone() };
                Facts::take_event(&self.engine, &mut self.contact, &hit.event(), now);
                assert!(self.log.take(&hit, &self.zone, days(30)));
                self.limits.push(self.limit);
            }
            Step::Limit { limit, .. } => {
                Facts::set_field(&self.engine, &mut self.contact, LIMIT, Value::Int(*limit), now);
                self.limit = Some(*limit);
            }
            Step::Zone { zone, .. } => {
                Facts::set_field(&self.engine, &mut self.contact, ZONE, Value::text(ZONES[*zone]), now);
                self.zone = super::zone(ZONES[*zone]);
            }
            Step::Look { .. } => {}
        }
        self.refresh();
    }

    /// Everything derived is what the log says.
    pub(crate) fn compare(&self) {
        let oracle = self.oracle();
        let view = View::new(&self.engine, &self.contact, self.now);
        for id in self.engine.program().scores.ids() {
            for part in PARTS {
                let (expected, found) = (oracle.score(id, part), view.score(id, part));
                assert!(near(expected, found), "{part:?} at {}: {expected} {found}", self.now);
            }
        }
        for (id, segment) in self.engine.program().segments.enumerate() {
            if !oracle.blurred(&segment.condition) {
                let (expected, found) = (oracle.holds(&segment.condition), self.contact.facts.in_segment(id));
                assert_eq!(expected, found, "at {}: {:?}", self.now, segment.condition);
            }
        }
    }
}

pub(crate) fn compare(op: CompareOp, left: Expr, right: Expr) -> Expr {
    Expr::Compare { op, left: Box::new(left), right: Box::new(right) }
}

pub(crate) fn constant(number: f64) -> Expr {
    Expr::Const(Value::Number(number))
}

pub(crate) fn read(part: ScorePart, score: u32) -> Expr {
    Expr::Score { score: Id::new(score), part }
}

/// The behaviours that conditions read.
pub(crate) fn behaviours(program: &mut Program) {
    let month = Span::Calendar { months: 1, days: 0 };
    for (measure, reach) in [
        (Measure::LastTime, Reach::Ever),
        (Measure::Count, Reach::Last(Span::Elapsed(36 * HOUR))),
        (Measure::Count, Reach::Last(days(7))),
        (Measure::Count, Reach::Last(month)),
        (Measure::Sum(MONEY), Reach::Last(days(1))),
        (Measure::Distinct(TEXT), Reach::Last(days(7))),
        (Measure::Max(INT), Reach::Last(days(2))),
        (Measure::Last(INT), Reach::Last(month)),
        (Measure::Count, Reach::Ever),
    ] {
        super::behaviour(program, measure, reach, None);
    }
}

pub(crate) fn rule(points: f64, half_life_ms: Option<i64>) -> HitRule {
    HitRule { points, event: super::SEEN, filter: None, half_life_ms, cap: None, once_per: None, at: super::location() }
}

pub(crate) fn plain(hits: Vec<HitRule>) -> Score {
    Score { name: "lead".into(), doc: None, range: None, fit: vec![], hits, bands: vec![], at: super::location() }
}

pub(crate) fn event(both: &mut Both) {
    let values = [Value::Int(1), Value::Missing, Value::Money(100), Value::text("a"), Value::Missing];
    both.step(&Step::Event { wait: 0, ago: 0, values });
}
