//! Scores against the whole log, and wakes against looking all the time.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test"
)]

mod oracle;

use flow_graph::expr::{ArithOp, CompareOp, ScorePart};
use flow_graph::program::{Band, FitRule, HitRule, Score, ScoreCap};
use flow_graph::{Expr, Id, Span, Value};
use flow_machine::{Contact, derive};
use oracle::drive::{Both, DAY, HOUR, Step, behaviours, compare, constant, days, read, start, step};
use oracle::{INT, LIMIT, TEXT};
use proptest::prelude::*;

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

fn op() -> impl Strategy<Value = CompareOp> {
    use CompareOp::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
    proptest::sample::select(vec![GreaterEqual, Less, Greater, LessEqual, GreaterEqual, Less, Equal, NotEqual])
}

fn part() -> impl Strategy<Value = ScorePart> {
    proptest::sample::select(vec![ScorePart::Total, ScorePart::Engagement])
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
        for step in steps.iter().chain(&[Step::Look { wait: 20 * DAY }]) {
            let (Step::Event { wait, .. } | Step::Limit { wait, .. } | Step::Zone { wait, .. } | Step::Look { wait }) = step;
            let from = both.now;
            let mut blurred = false;
            for n in 1..=wait / (11 * 60_000) {
                let value = both.oracle().at(from.plus(n * 11 * 60_000)).score(id, ScorePart::Total);
                walked = derive::band::after(&bands, walked, value);
            }
            // Right before something arrives, too: what arrives may lift a score that has just fallen.
            let before = both.oracle().at(from.plus(*wait)).score(id, ScorePart::Total);
            walked = derive::band::after(&bands, walked, before);
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
