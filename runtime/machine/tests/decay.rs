//! Scores against the whole log, and wakes against looking all the time.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test"
)]

mod oracle;

use std::sync::Arc;

use flow_graph::expr::{ArithOp, CompareOp, ScorePart};
use flow_graph::program::{Band, FitRule, HitRule, Measure, Reach, Score, ScoreCap};
use flow_graph::{Expr, Id, Program, Span, Timestamp, Value};
use flow_machine::contact::Facts;
use flow_machine::derive::{self, Change};
use flow_machine::{Contact, Engine, View};
use jiff::tz::TimeZone;
use oracle::scores::Oracle;
use oracle::{Hit, INT, LIMIT, Log, MONEY, TEXT, ZONE, ZONES};
use proptest::prelude::*;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const PARTS: [ScorePart; 3] = [ScorePart::Total, ScorePart::Fit, ScorePart::Engagement];

fn days(days: u32) -> Span {
    Span::Calendar { months: 0, days }
}

fn span() -> impl Strategy<Value = Span> {
    proptest::sample::select(vec![
        Span::Elapsed(36 * HOUR),
        Span::Elapsed(90 * 60_000),
        days(1),
        days(7),
        Span::Calendar { months: 1, days: 0 },
    ])
}

fn hit_rule(simple: bool) -> impl Strategy<Value = HitRule> {
    let points = proptest::sample::select(vec![5.0, 25.0, 30.0, 12.5, -40.0, -7.0, 0.1]);
    let half_life = proptest::sample::select(vec![None, Some(HOUR), Some(2 * DAY), Some(14 * DAY), Some(30 * DAY)]);
    let cap = proptest::option::of((proptest::sample::select(vec![3.0, 20.0, 33.0, 100.0]), span()));
    let once_per = proptest::option::of(Just(TEXT));
    (points, half_life, cap, once_per, any::<bool>()).prop_map(
        move |(points, half_life_ms, cap, once_per, filtered)| {
            let limit = Expr::Compare {
                op: CompareOp::GreaterEqual,
                left: Box::new(Expr::This(INT)),
                right: Box::new(Expr::Field(LIMIT)),
            };
            HitRule {
                points,
                event: oracle::SEEN,
                filter: filtered.then_some(limit),
                half_life_ms,
                cap: cap.filter(|_| !simple).map(|(points, per)| ScoreCap { points, per }),
                once_per: once_per.filter(|_| !simple),
                at: oracle::location(),
            }
        },
    )
}

fn score(simple: bool) -> impl Strategy<Value = Score> {
    let range = proptest::option::of(proptest::sample::select(vec![(0.0, 100.0), (-50.0, 60.0), (10.0, 10.0)]));
    (range, proptest::collection::vec(hit_rule(simple), 1..5)).prop_map(|(range, hits)| Score {
        name: "lead".into(),
        doc: None,
        range,
        fit: vec![],
        hits,
        bands: vec![],
        at: oracle::location(),
    })
}

#[derive(Debug, Clone)]
enum Step {
    Event { wait: i64, ago: i64, values: [Value; 5] },
    Limit { wait: i64, limit: i64 },
    Zone { wait: i64, zone: usize },
    Look { wait: i64 },
}

fn step() -> impl Strategy<Value = Step> {
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

fn start() -> impl Strategy<Value = i64> {
    let days = ["2026-03-20T10:00:00Z", "2026-10-20T00:00:00Z", "2024-01-28T00:00:00Z", "2011-12-28T00:00:00Z"];
    proptest::sample::select(days.map(oracle::ms).to_vec())
}

/// The machine, driven by nothing but its inputs and the wakes it asks for, beside the log.
struct Both {
    engine: Engine,
    contact: Contact,
    log: Log,
    limits: Vec<Option<i64>>,
    limit: Option<i64>,
    zone: TimeZone,
    now: Timestamp,
    /// The one timer: set after each input and each wake, and asked for at no other time.
    timer: Option<Timestamp>,
    /// Wakes that changed nothing.
    idle: usize,
    wakes: usize,
}

impl Both {
    fn new(program: Program, start: i64) -> Self {
        let engine = Engine::new(Arc::new(program)).unwrap();
        let contact = Contact::new(&engine, "ana");
        let zone = oracle::zone("Europe/Berlin");
        let now = Timestamp(start);
        let log = Log::default();
        let mut both =
            Self { engine, contact, log, limits: vec![], limit: None, zone, now, timer: None, idle: 0, wakes: 0 };
        both.refresh();
        both
    }

    fn oracle(&self) -> Oracle<'_> {
        let program = self.engine.program();
        Oracle { program, log: &self.log, limits: &self.limits, zone: &self.zone, now: self.now }
    }

    /// Up to an instant, waking when asked to; each change is what the log says it is.
    fn go(&mut self, to: Timestamp) {
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

    fn refresh(&mut self) -> Vec<Change> {
        let changes = derive::refresh(&self.engine, &mut self.contact, self.now);
        self.timer = derive::next_change(&self.engine, &self.contact, self.now);
        changes
    }

    fn check(&self, change: Change, alone: bool) {
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

    fn step(&mut self, step: &Step) {
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
                self.zone = oracle::zone(ZONES[*zone]);
            }
            Step::Look { .. } => {}
        }
        self.refresh();
    }

    /// Everything derived is what the log says.
    fn compare(&self) {
        let oracle = self.oracle();
        let view = View::new(&self.engine, &self.contact, self.now);
        for id in self.engine.program().scores.ids() {
            for part in PARTS {
                let (expected, found) = (oracle.score(id, part), view.score(id, part));
                assert!(oracle::near(expected, found), "{part:?} at {}: {expected} {found}", self.now);
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

fn compare(op: CompareOp, left: Expr, right: Expr) -> Expr {
    Expr::Compare { op, left: Box::new(left), right: Box::new(right) }
}

fn constant(number: f64) -> Expr {
    Expr::Const(Value::Number(number))
}

fn op() -> impl Strategy<Value = CompareOp> {
    use CompareOp::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
    proptest::sample::select(vec![GreaterEqual, Less, Greater, LessEqual, GreaterEqual, Less, Equal, NotEqual])
}

fn read(part: ScorePart, score: u32) -> Expr {
    Expr::Score { score: Id::new(score), part }
}

fn part() -> impl Strategy<Value = ScorePart> {
    proptest::sample::select(vec![ScorePart::Total, ScorePart::Engagement])
}

/// The behaviours that conditions read.
fn behaviours(program: &mut Program) {
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
        oracle::behaviour(program, measure, reach, None);
    }
}

/// Conditions over behaviours, scores 0 and 1, and segments before number `before`.
fn condition(before: u32) -> impl Strategy<Value = Expr> {
    let threshold = || proptest::sample::select(vec![-20.0, 0.0, 5.0, 12.5, 30.0, 50.0]);
    let bound = |n: i64, behaviour: u32| match behaviour {
        4 => Value::Money(n * 100),
        _ => Value::Int(n),
    };
    let figure = (op(), 1_u32..9, 0_i64..4).prop_map(move |(op, behaviour, n)| {
        compare(op, Expr::Behaviour(Id::new(behaviour)), Expr::Const(bound(n, behaviour)))
    });
    let since = (op(), span()).prop_map(|(op, span)| Expr::SinceLast { behaviour: Id::new(0), op, span });
    let level = (op(), part(), 0_u32..2, threshold())
        .prop_map(|(op, part, score, level)| compare(op, read(part, score), constant(level)));
    let mixed = (op(), part(), part(), threshold(), any::<bool>()).prop_map(|(op, a, b, level, sum)| {
        let (left, right) = (read(a, 0), read(b, 1));
        if sum {
            let sum = Expr::Arith { op: ArithOp::Add, left: Box::new(left), right: Box::new(right) };
            compare(op, sum, constant(level))
        } else {
            compare(op, left, right)
        }
    });
    let band = (0_u16..3).prop_map(|band| Expr::InBand { score: Id::new(0), band });
    let segment = (0..before.max(1))
        .prop_map(move |id| if before == 0 { Expr::And(vec![]) } else { Expr::InSegment(Id::new(id)) });
    let leaf = prop_oneof![4 => figure, 2 => since, 4 => level, 1 => mixed, 1 => band, 1 => segment];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Expr::And),
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Expr::Or),
            inner.clone().prop_map(|one| Expr::Not(Box::new(one))),
            (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| Expr::If {
                condition: Box::new(a),
                then: Box::new(b),
                otherwise: Box::new(c),
            }),
        ]
    })
}

fn bands(levels: &[(f64, f64)]) -> Vec<Band> {
    let band = |&(from, until): &(f64, f64)| Band { name: String::new(), from, until, at: oracle::location() };
    levels.iter().map(band).collect()
}

/// `PROPTEST_CASES` asks for more.
fn config(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    let cases = if default.cases == 256 { cases } else { default.cases };
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 300, ..default }
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn every_score_is_that_of_the_log(
        start in start(), score in score(false), steps in proptest::collection::vec(step(), 1..40),
    ) {
        let mut program = oracle::program();
        oracle::score(&mut program, score);
        let mut both = Both::new(program, start);
        for step in &steps {
            both.step(step);
            both.compare();
        }
        // Written down and read back it is the same, to the last bit.
        let text = serde_json::to_string(&both.contact).unwrap();
        let read: Contact = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&read, &both.contact);
        both.contact = read;
        both.go(both.now.plus(200 * DAY));
        both.compare();
    }

    /// Each wake for a score against a constant is a change, at the millisecond, and none is missed.
    #[test]
    fn a_score_crosses_when_the_log_says(
        start in start(), score in score(true), steps in proptest::collection::vec(step(), 1..12),
        part in part(), level in -60.0..90.0, greater: bool,
    ) {
        let mut program = oracle::program();
        let plain = Score { range: None, ..score };
        oracle::score(&mut program, plain);
        let op = if greater { CompareOp::GreaterEqual } else { CompareOp::Less };
        oracle::segment(&mut program, compare(op, read(part, 0), constant(level)));
        let mut both = Both::new(program, start);
        for step in &steps {
            both.step(step);
        }
        for _ in 0..500 {
            both.go(both.now.plus(7 * HOUR + 1));
            both.compare();
        }
        prop_assert_eq!(both.idle, 0);
    }

    /// Whatever the condition: waking only when asked shows the same as looking all the time.
    #[test]
    fn wakes_show_all_that_looking_would(
        start in start(),
        first in score(false), second in score(true),
        fit in condition(0),
        conditions in (condition(0), condition(1), condition(2)),
        steps in proptest::collection::vec(step(), 1..25),
        looks in proptest::collection::vec(0..2 * DAY, 40),
    ) {
        let mut program = oracle::program();
        behaviours(&mut program);
        let levels = [(-10.0, -10.0), (5.0, 5.0), (30.0, 30.0)];
        oracle::score(&mut program, Score { bands: bands(&levels), ..first });
        // A fact that hangs on time, and on nothing that is derived.
        let fit = if derives(&fit) { Expr::And(vec![]) } else { fit };
        oracle::score(&mut program, Score { fit: vec![FitRule { points: 9.0, when: fit, at: oracle::location() }], ..second });
        oracle::segment(&mut program, conditions.0);
        oracle::segment(&mut program, conditions.1);
        oracle::segment(&mut program, conditions.2);
        let mut both = Both::new(program, start);
        for step in &steps {
            both.step(step);
            both.compare();
        }
        for look in &looks {
            both.go(both.now.plus(*look));
            both.compare();
        }
    }

    /// Bands with hysteresis against walking through every few minutes.
    #[test]
    fn bands_follow_the_path(
        start in start(), score in score(true), steps in proptest::collection::vec(step(), 1..12),
    ) {
        let mut program = oracle::program();
        let levels = [(-30.0, -35.0), (0.0, -0.5), (20.0, 15.0), (30.0, 18.0)];
        let bands = bands(&levels);
        let id = oracle::score(&mut program, Score { bands: bands.clone(), ..score });
        let mut both = Both::new(program, start);
        let mut walked = derive::band::after(&bands, None, both.oracle().score(id, ScorePart::Total));
        let ends: Vec<&Step> = steps.iter().chain(&[Step::Look { wait: 20 * DAY }]).cloned_refs();
        for step in ends {
            let (Step::Event { wait, .. } | Step::Limit { wait, .. } | Step::Zone { wait, .. } | Step::Look { wait }) = step;
            let from = both.now;
            let mut blurred = false;
            for n in 1..=wait / (11 * 60_000) {
                let value = both.oracle().at(from.plus(n * 11 * 60_000)).score(id, ScorePart::Total);
                walked = derive::band::after(&bands, walked, value);
            }
            both.step(step);
            let value = both.oracle().score(id, ScorePart::Total);
            walked = derive::band::after(&bands, walked, value);
            blurred |= levels.iter().any(|(a, b)| oracle::near(value, *a) || oracle::near(value, *b));
            if !blurred {
                prop_assert_eq!(both.contact.facts.band(id), walked, "at {} with {}", both.now, value);
            }
            walked = both.contact.facts.band(id);
        }
    }
}

fn rule(points: f64, half_life_ms: Option<i64>) -> HitRule {
    HitRule {
        points,
        event: oracle::SEEN,
        filter: None,
        half_life_ms,
        cap: None,
        once_per: None,
        at: oracle::location(),
    }
}

fn plain(hits: Vec<HitRule>) -> Score {
    Score { name: "lead".into(), doc: None, range: None, fit: vec![], hits, bands: vec![], at: oracle::location() }
}

fn event(both: &mut Both) {
    let values = [Value::Int(1), Value::Missing, Value::Money(100), Value::text("a"), Value::Missing];
    both.step(&Step::Event { wait: 0, ago: 0, values });
}

#[test]
fn one_half_life_is_half_to_the_millisecond() {
    let mut program = oracle::program();
    oracle::score(&mut program, plain(vec![rule(40.0, Some(14 * DAY))]));
    let at_least = compare(CompareOp::GreaterEqual, read(ScorePart::Total, 0), constant(20.0));
    let segment = oracle::segment(&mut program, at_least);
    let mut both = Both::new(program, oracle::ms("2026-03-20T10:00:00Z"));
    let start = both.now;
    event(&mut both);
    assert!(both.contact.facts.in_segment(segment));
    // At 14 days it is exactly 20; a millisecond later it is below.
    assert_eq!(both.timer, Some(start.plus(14 * DAY + 1)));
    both.go(start.plus(14 * DAY));
    assert!(both.contact.facts.in_segment(segment));
    both.go(start.plus(14 * DAY + 1));
    assert!(!both.contact.facts.in_segment(segment));
    assert_eq!((both.timer, both.wakes), (None, 1));
}

#[test]
fn what_rises_before_it_falls_is_woken_once() {
    let mut program = oracle::program();
    oracle::score(&mut program, plain(vec![rule(60.0, Some(14 * DAY)), rule(-20.0, Some(HOUR))]));
    let at_least = compare(CompareOp::GreaterEqual, read(ScorePart::Total, 0), constant(30.0));
    let segment = oracle::segment(&mut program, at_least);
    let mut both = Both::new(program, oracle::ms("2026-03-20T10:00:00Z"));
    let start = both.now;
    event(&mut both);
    assert!(both.contact.facts.in_segment(segment));
    both.go(start.plus(14 * DAY));
    assert_eq!((both.contact.facts.in_segment(segment), both.wakes), (true, 0));
    both.go(start.plus(14 * DAY + 1));
    assert_eq!((both.contact.facts.in_segment(segment), both.wakes), (false, 1));
}

#[test]
fn a_score_that_only_touches_its_range_leaves_it_in_time() {
    let mut program = oracle::program();
    let held = Score { range: Some((0.0, 100.0)), ..plain(vec![rule(250.0, Some(DAY))]) };
    oracle::score(&mut program, held.clone());
    oracle::score(&mut program, Score { hits: vec![rule(10.0, None)], ..held });
    let sum = Expr::Arith {
        op: ArithOp::Add,
        left: Box::new(read(ScorePart::Total, 0)),
        right: Box::new(read(ScorePart::Total, 1)),
    };
    let segment = oracle::segment(&mut program, compare(CompareOp::GreaterEqual, sum, constant(60.0)));
    let mut both = Both::new(program, oracle::ms("2026-03-20T10:00:00Z"));
    event(&mut both);
    let out = both.now.plus(DAY * 2 + 27_816_574);
    for _ in 0..300 {
        both.go(both.now.plus(HOUR));
        both.compare();
    }
    assert!(!both.contact.facts.in_segment(segment) && both.now > out);
    assert!(both.wakes <= 3, "{}", both.wakes);
}

#[test]
fn a_cap_per_day_follows_the_zone() {
    let mut program = oracle::program();
    let capped = HitRule { cap: Some(ScoreCap { points: 20.0, per: days(1) }), ..rule(15.0, None) };
    let id = oracle::score(&mut program, plain(vec![capped]));
    let mut both = Both::new(program, oracle::ms("2026-03-28T12:00:00Z"));
    event(&mut both);
    // In Berlin that day has 23 hours, so the first hit has left the window.
    both.go(both.now.plus(23 * HOUR));
    event(&mut both);
    let read = |both: &Both| View::new(&both.engine, &both.contact, both.now).score(id, ScorePart::Total);
    assert!(oracle::near(read(&both), 30.0));
    both.step(&Step::Zone { wait: 0, zone: ZONES.len() - 1 });
    assert!(oracle::near(read(&both), 20.0));
    both.compare();
}

#[test]
fn of_two_events_the_earlier_can_leave_later() {
    let mut program = oracle::program();
    behaviours(&mut program);
    let two = compare(CompareOp::GreaterEqual, Expr::Behaviour(Id::new(3)), Expr::Const(Value::Int(2)));
    let segment = oracle::segment(&mut program, two);
    let mut both = Both::new(program, oracle::ms("2026-01-29T22:00:00Z"));
    event(&mut both);
    both.go(Timestamp(oracle::ms("2026-01-31T00:00:00Z")));
    event(&mut both);
    // Both leave on 28 February: the one of the 31st at 01:00, that of the 29th at 23:00.
    assert_eq!(both.timer, Some(Timestamp(oracle::ms("2026-02-28T00:00:00Z"))));
    both.go(Timestamp(oracle::ms("2026-02-28T00:00:00Z")));
    assert!(!both.contact.facts.in_segment(segment));
}

trait ClonedRefs<'a> {
    fn cloned_refs(self) -> Vec<&'a Step>;
}

impl<'a, I: Iterator<Item = &'a Step>> ClonedRefs<'a> for I {
    fn cloned_refs(self) -> Vec<&'a Step> {
        self.collect()
    }
}

fn derives(expr: &Expr) -> bool {
    match expr {
        Expr::And(many) | Expr::Or(many) => many.iter().any(derives),
        Expr::Not(one) => derives(one),
        Expr::If { condition, then, otherwise } => derives(condition) || derives(then) || derives(otherwise),
        Expr::Compare { left, right, .. } => derives(left) || derives(right),
        Expr::Arith { .. } | Expr::Score { .. } | Expr::InBand { .. } | Expr::InSegment(_) => true,
        _ => false,
    }
}
