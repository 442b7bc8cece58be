//! What the compiler proves of conditions, against brute force: random conditions over a small world, evaluated by the
//! machine itself in every state of that world. A proof that one state contradicts is a bug.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

use std::sync::Arc;

use flow_compiler::prove::{Answer, Around, Comparison, Prover, Subject, Witness};
use flow_graph::program::Program;
use flow_graph::{Expr, Timestamp, Value};
use flow_machine::input::Attributes;
use flow_machine::{Contact, Engine, Event, Input, Transition, View, step};
use flow_tests::{lines, texts};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// Friday before the clocks go forward in Berlin.
const START: Timestamp = Timestamp(1_774_602_000_000);

const WORLD: &str = r#"
enum color { red, green, blue }
contact { a: int? in 0..3, b: int?, n: number?, m: money?, c: color?, f: bool?, t: text?, d: date?, s: set of text }
event x { v: int in 0..2, w: text? }
event y
segment base { a >= 2 and c == red }
segment hot_ones { score sc >= 5 or did x where v == 2 in last 2 days }
score sc {
  range 0..10
  half-life 1 day
  +3 when f == true
  +4 on x where v >= 1
  -2 on y no decay
  bands { lo from 0, mid from 3, hi from 6 until 4 }
}
score fit { +2 when a >= 2  +1.5 when f == true  -1 when c == blue }
lifecycle l {
  stages p, q, r
  start p
  p -> q when a >= 1
  q -> r on x where v == 2
  r -> p on y
}
"#;

/// Conditions with outcomes that hang together, so that contradictions are not rare.
fn atom() -> impl Strategy<Value = String> {
    let op = || prop::sample::select(vec!["<", "<=", "==", ">=", ">"]);
    let int = || -1..5_i32;
    let color = || prop::sample::select(vec!["red", "green", "blue"]);
    let text = || prop::sample::select(vec!["", "a", "ab", "b", "ba", "abc"]);
    let test = || prop::sample::select(vec!["starts with", "ends with", "contains", "=="]);
    let span = || prop::sample::select(vec!["1 day", "2 days", "7 days", "30h", "1 month", "3 days"]);
    let filter = || {
        prop::sample::select(vec![
            "",
            " where v == 2",
            " where v >= 1",
            " where w == \"a\"",
            " where v == 1 and w == \"a\"",
            " where a >= 2",
        ])
    };
    let within = || prop_oneof![Just("ever".to_owned()), span().prop_map(|span| format!("in last {span}"))];
    prop_oneof![
        (op(), int()).prop_map(|(op, n)| format!("(b {op} {n})")),
        (op(), 0..4_i32).prop_map(|(op, n)| format!("((a ?? 1) {op} {n})")),
        (op(), int()).prop_map(|(op, n)| format!("((b ?? 0) + 1 {op} {n})")),
        (op(), int()).prop_map(|(op, n)| format!("(n {op} {n}.5)")),
        (op(), int()).prop_map(|(op, n)| format!("(m {op} {n} EUR)")),
        op().prop_map(|op| format!("(b {op} n)")),
        op().prop_map(|op| format!("((a ?? 0) {op} (b ?? 0))")),
        color().prop_map(|c| format!("c == {c}")),
        color().prop_map(|c| format!("(c ?? blue) != {c}")),
        (color(), color()).prop_map(|(c, d)| format!("c in [{c}, {d}]")),
        Just("f == true".to_owned()),
        Just("(if f == true then a else b) >= 2".to_owned()),
        prop::sample::select(vec!["a", "b", "c", "t", "d"]).prop_map(|field| format!("{field} is known")),
        (test(), text()).prop_map(|(test, text)| format!("t {test} \"{text}\"")),
        Just("t matches \"a.*\"".to_owned()),
        text().prop_map(|text| format!("s contains \"{text}\"")),
        (op(), 27..30_i32).prop_map(|(op, day)| format!("d {op} 2026-03-{day}")),
        (filter(), within(), op(), 0..3_i32).prop_map(|(f, w, op, n)| format!("count(x{f} {w}) {op} {n}")),
        (filter(), within()).prop_map(|(f, w)| format!("did x{f} {w}")),
        (filter(), within()).prop_map(|(f, w)| format!("never did x{f} {w}")),
        (filter(), within(), op(), 1..4_i32).prop_map(|(f, w, op, n)| format!("sum(x.v{f} {w}) {op} {n}")),
        (within(), op()).prop_map(|(w, op)| format!("distinct(x.v {w}) {op} 2")),
        (filter(), op(), 0..3_i32).prop_map(|(f, op, n)| format!("last(x.v{f}) {op} {n}")),
        (prop::sample::select(vec!["<", "<=", ">=", ">"]), span())
            .prop_map(|(op, span)| format!("time since last x {op} {span}")),
        (op(), 0..11_i32).prop_map(|(op, n)| format!("score sc {op} {n}")),
        (op(), -2..5_i32).prop_map(|(op, n)| format!("score fit {op} {n}")),
        prop::sample::select(vec!["lo", "mid", "hi"]).prop_map(|band| format!("sc is {band}")),
        prop::sample::select(vec!["in segment base", "in segment hot_ones"]).prop_map(str::to_owned),
        prop::sample::select(vec!["stage l is p", "stage l is r", "stage l at least q"]).prop_map(str::to_owned),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    atom().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(|all| format!("({})", all.join(" and "))),
            2 => prop::collection::vec(inner.clone(), 2..3).prop_map(|any| format!("({})", any.join(" or "))),
            1 => inner.prop_map(|inner| format!("not ({inner})")),
        ]
    })
}

/// The program with two conditions as its last segments, if it compiles; a comparison whose outcome is known is refused.
fn compiled(first: &str, second: &str) -> Option<Program> {
    let text = format!("{WORLD}\nsegment z_first {{ {first} }}\nsegment z_second {{ {second} }}\n");
    let sources = texts(&[("main.flow", &text)]);
    let found = flow_compiler::compile_unproved(&sources);
    // A comparison whose outcome is known is refused, and a score that moves cannot be divided; the words are right.
    let of_words = |number: &str| number.starts_with("F1") || number.starts_with("F2");
    if let Some(wrong) = found.diagnostics.iter().find(|wrong| of_words(wrong.code.number())) {
        panic!("{}\n{text}", lines(&sources, std::slice::from_ref(wrong)));
    }
    found.program
}

/// What happens to a contact before it is looked at: hours before now, and what.
fn logs() -> Vec<Vec<(i64, &'static str, Value, Value)>> {
    let w = |text: &str| Value::text(text);
    let v = Value::Int;
    vec![
        vec![],
        vec![(0, "x", v(2), w("a"))],
        vec![(1, "x", v(1), Value::Missing)],
        vec![(1, "x", v(0), w("b"))],
        vec![(24, "x", v(2), w("a"))],
        vec![(23, "x", v(1), w("a"))],
        vec![(30, "x", v(1), w("a")), (3, "x", v(2), w("b"))],
        vec![(48, "x", v(2), w("a")), (47, "x", v(2), w("a"))],
        vec![(71, "x", v(1), w("a")), (2, "y", v(0), w(""))],
        vec![(170, "x", v(2), w("b")), (100, "x", v(1), w("a"))],
        vec![(168, "x", v(0), Value::Missing)],
        vec![(744, "x", v(2), w("a"))],
        vec![(743, "x", v(1), w("a")), (26, "x", v(0), w("a"))],
        vec![(900, "x", v(2), w("b")), (5, "y", v(0), w(""))],
        vec![(20, "x", v(2), w("a")), (10, "x", v(2), w("c")), (1, "x", v(1), w("a")), (1, "x", v(1), w("a"))],
        vec![(3, "y", v(0), w("")), (2, "x", v(2), w("a")), (1, "y", v(0), w(""))],
    ]
}

/// Values of the fields a, b, n, m, c, f, t, d, s.
fn fields() -> Vec<Vec<Value>> {
    let int = |n: i64| Value::Int(n);
    let pools: Vec<Vec<Value>> = vec![
        vec![Value::Missing, int(0), int(1), int(2), int(3)],
        vec![Value::Missing, int(-1), int(0), int(1), int(2), int(3), int(4)],
        vec![Value::Missing, Value::Number(-0.5), Value::Number(1.0), Value::Number(2.5), Value::Number(3.25)],
        vec![Value::Missing, Value::Money(0), Value::Money(150), Value::Money(300)],
        vec![Value::Missing, Value::Enum(0), Value::Enum(1), Value::Enum(2)],
        vec![Value::Missing, Value::Bool(true), Value::Bool(false)],
        ["-", "", "a", "ab", "abc", "ba", "b", "xaby"]
            .map(|text| if text == "-" { Value::Missing } else { Value::text(text) })
            .to_vec(),
        vec![
            Value::Missing,
            Value::Date(jiff::civil::date(2026, 3, 27)),
            Value::Date(jiff::civil::date(2026, 3, 28)),
            Value::Date(jiff::civil::date(2026, 3, 29)),
        ],
        vec![Value::Missing, Value::set(vec![Value::text("a")]), Value::set(vec![Value::text("a"), Value::text("ab")])],
    ];
    // Not every combination: steps through the pools that have no common divisor meet all pairs.
    (0..420_usize)
        .map(|i| {
            pools.iter().enumerate().map(|(k, pool)| pool[(i * (k + 1) + i / (k + 2)) % pool.len()].clone()).collect()
        })
        .collect()
}

/// Everybody in the small world, with the instant at which they are looked at.
fn states(engine: &Engine) -> Vec<(Contact, Timestamp)> {
    let program = engine.program();
    let kind = |name: &str| program.events.enumerate().find(|(_, event)| event.name == name).unwrap().0;
    let (logs, fields) = (logs(), fields());
    let mut found = Vec::new();
    for (i, values) in fields.iter().enumerate() {
        let log = &logs[i % logs.len()];
        let mut contact = Contact::new(engine, "ana");
        let mut out = Transition::default();
        let changes: Vec<_> = program.fields.ids().zip(values.iter().cloned()).collect();
        let set = |contact: &mut Contact, at: Timestamp, out: &mut Transition| {
            let attributes = Attributes { id: Arc::from(""), time: at, changes: changes.clone() };
            step(engine, contact, Input::Attributes(attributes), at, out);
        };
        let first = Timestamp(START.0 - 1_000 * HOUR);
        if i % 3 == 0 {
            set(&mut contact, first, &mut out);
        }
        for (ago, name, v, w) in log {
            let at = Timestamp(START.0 - ago * HOUR);
            let event = program.events.get(kind(name)).unwrap();
            let values: Vec<Value> = if event.fields.is_empty() { vec![] } else { vec![v.clone(), w.clone()] };
            let event =
                Event { kind: kind(name), id: Arc::from(""), time: at, values: values.into_boxed_slice(), meta: None };
            step(engine, &mut contact, Input::Event(Arc::new(event)), at, &mut out);
        }
        if i % 3 != 0 {
            set(&mut contact, START, &mut out);
        }
        step(engine, &mut contact, Input::Wake, START, &mut out);
        found.push((contact.clone(), START));
        let later = Timestamp(START.0 + [HOUR, DAY, 2 * DAY + 1, 6 * DAY][i % 4]);
        step(engine, &mut contact, Input::Wake, later, &mut out);
        found.push((contact, later));
    }
    found
}

fn conditions(program: &Program) -> (Expr, Expr) {
    let mut all = program.segments.iter().rev();
    let (second, first) = (all.next().unwrap(), all.next().unwrap());
    (first.condition.clone(), second.condition.clone())
}

/// The world of a witness that has only fields of the contact.
fn holds_for(engine: &Engine, condition: &Expr, witness: &Witness) -> bool {
    let mut contact = Contact::new(engine, "ana");
    let mut out = Transition::default();
    let changes = witness.values.iter().filter_map(|(term, value)| {
        let Subject::Value(Expr::Field(id)) = term.subject else { return None };
        Some((id, value.clone()))
    });
    let attributes = Attributes { id: Arc::from(""), time: START, changes: changes.collect() };
    step(engine, &mut contact, Input::Attributes(attributes), START, &mut out);
    View::new(engine, &contact, START).holds(condition)
}

#[derive(Debug, Default)]
struct Tally {
    never: usize,
    witnessed: usize,
    implied: usize,
    silent: usize,
}

/// What was proved of two conditions holds for everybody in the small world.
fn check(first: &str, second: &str, tally: &mut Tally) {
    let Some(program) = compiled(first, second) else { return };
    let (a, b) = conditions(&program);
    let prover = Prover::new(&program);
    let around = Around::default();
    let engine = Engine::new(Arc::new(program.clone())).unwrap();
    let (can, cannot) = (prover.can_hold(&a, around), prover.can_fail(&a, around));
    let compared = prover.compare(&a, &b, around);
    for (contact, now) in states(&engine) {
        let view = View::new(&engine, &contact, now);
        let (is, also) = (view.holds(&a), view.holds(&b));
        let told =
            format!("{first}\n{second}\nfirst {is}, second {also}: {:?}", contact.facts.fields(program.fields.len()));
        assert!(can != Answer::No || !is, "said to be never true: {told}");
        assert!(cannot != Answer::No || is, "said to be always true: {told}");
        let fine = match &compared {
            Comparison::Equivalent => is == also,
            Comparison::Narrower(_) => is || !also,
            Comparison::Wider(_) => !is || also,
            Comparison::Disjoint => !(is && also),
            Comparison::Different { .. } | Comparison::CannotTell => true,
        };
        assert!(fine, "{compared:?}: {told}");
    }
    match &can {
        Answer::Yes(witness) => {
            tally.witnessed += 1;
            assert!(!witness.certain || holds_for(&engine, &a, witness), "no witness of {first}: {witness:?}");
        }
        Answer::No => tally.never += 1,
        Answer::CannotTell => tally.silent += 1,
    }
    tally.implied += usize::from(!matches!(compared, Comparison::CannotTell | Comparison::Different { .. }));
}

#[test]
fn no_proof_is_contradicted_by_any_state() {
    let cases = std::env::var("PROOF_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(160);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let tally = std::cell::RefCell::new(Tally::default());
    let run = runner.run(&(condition(), condition()), |(first, second)| {
        check(&first, &second, &mut tally.borrow_mut());
        Ok(())
    });
    run.unwrap_or_else(|error| panic!("{error}"));
    let tally = tally.into_inner();
    // The test is worth something only while all kinds of answers are given.
    assert!(tally.never >= 3 && tally.witnessed > 20 && tally.implied > 10, "{tally:?}");
}

/// Conditions on an event and on the contact that it is of.
fn filter() -> impl Strategy<Value = String> {
    let op = || prop::sample::select(vec!["<", "<=", "==", ">=", ">"]);
    let text = || prop::sample::select(vec!["", "a", "ab", "b", "abc"]);
    let test = || prop::sample::select(vec!["starts with", "ends with", "contains", "=="]);
    let atom = prop_oneof![
        (op(), 0..3_i32).prop_map(|(op, n)| format!("(v {op} {n})")),
        (test(), text()).prop_map(|(test, text)| format!("w {test} \"{text}\"")),
        text().prop_map(|text| format!("(w ?? \"a\") == \"{text}\"")),
        Just("w is known".to_owned()),
        Just("v == contact.a".to_owned()),
        (op(), 0..4_i32).prop_map(|(op, n)| format!("(a {op} {n})")),
        Just("c in [red, blue]".to_owned()),
        Just("w == contact.t".to_owned()),
        (test(), text()).prop_map(|(test, text)| format!("contact.t {test} \"{text}\"")),
    ];
    atom.prop_recursive(3, 10, 3, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(|all| format!("({})", all.join(" and "))),
            1 => prop::collection::vec(inner.clone(), 2..3).prop_map(|any| format!("({})", any.join(" or "))),
            1 => inner.prop_map(|inner| format!("not ({inner})")),
        ]
    })
}

#[test]
fn no_proof_about_an_event_is_contradicted() {
    let mut runner = TestRunner::new(Config { cases: 120, failure_persistence: None, ..Config::default() });
    let proved = std::cell::Cell::new(0);
    let run = runner.run(&(filter(), filter()), |(first, second)| {
        let counted = |filter: &str| format!("count(x where {filter} ever) >= 1");
        let Some(program) = compiled(&counted(&first), &counted(&second)) else { return Ok(()) };
        let (a, b) = conditions(&program);
        let of = |condition: &Expr| {
            let mut found = None;
            condition.walk(&mut |part| {
                if let Expr::Behaviour(id) = part {
                    found =
                        program.behaviours.get(*id).and_then(|it| it.filter.clone().map(|filter| (it.event, filter)));
                }
            });
            found
        };
        let (Some((event, a)), Some((_, b))) = (of(&a), of(&b)) else { return Ok(()) };
        let prover = Prover::new(&program);
        let around = Around { event: Some(event), remembered: false, even_days: false };
        let never = prover.can_hold(&a, around) == Answer::No;
        let (implies, apart) = (prover.implies(&a, &b, around), prover.compare(&a, &b, around) == Comparison::Disjoint);
        proved.set(proved.get() + usize::from(never) + usize::from(implies) + usize::from(apart));
        let engine = Engine::new(Arc::new(program.clone())).unwrap();
        for (contact, now) in states(&engine).into_iter().step_by(3) {
            for (v, w) in [(0, "-"), (1, "a"), (2, "ab"), (0, "b"), (1, ""), (2, "abc"), (2, "a"), (1, "-")] {
                let w = if w == "-" { Value::Missing } else { Value::text(w) };
                let values = Box::from([Value::Int(v), w]);
                let happened = Event { kind: event, id: Arc::from(""), time: now, values, meta: None };
                let view = View::new(&engine, &contact, now).with_this(&happened);
                let (is, also) = (view.holds(&a), view.holds(&b));
                let told = format!("{first}\n{second}\nfirst {is}, second {also}: {:?}", happened.values);
                assert!(!never || !is, "said to be never true: {told}");
                assert!(!implies || !is || also, "said to imply: {told}");
                assert!(!(apart && is && also), "said to be apart: {told}");
            }
        }
        Ok(())
    });
    run.unwrap_or_else(|error| panic!("{error}"));
    assert!(proved.get() > 10, "only {} proofs", proved.get());
}
