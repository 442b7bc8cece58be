//! Reruns of tests: what the language promises holds for every scenario and every example, and a test that leans on
//! something else is told so.

#![allow(clippy::expect_used, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use flow_compiler::source::Sources;
use flow_graph::testcase::TestCase;
use flow_machine::Engine;
use flow_runtime::testing::Bench;
use flow_runtime::testing::vary::{Deviation, Varied};
use flow_tests::{files, lines, project, root, texts};

#[test]
fn scenarios_hold_in_every_rerun() {
    let folder = root().join("tests/scenarios");
    let read = |path: &Path| std::fs::read_to_string(path).expect("a file of the repository");
    let (settings, world) = (read(&folder.join("flow.toml")), read(&folder.join("world.flow")));
    let own = |path: &Path| path.parent() == Some(&folder) && path.extension().is_some_and(|it| it == "flow");
    let mut wrong = String::new();
    let mut reruns = BTreeMap::new();
    for path in files(&folder).into_iter().filter(|path| own(path) && !path.ends_with("world.flow")) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let sources = texts(&[("flow.toml", &settings), ("world.flow", &world), (&name, &read(&path))]);
        vary(&sources, &name, &mut reruns, &mut wrong);
    }
    assert!(wrong.is_empty(), "{wrong}");
    let names = [
        "repeated",
        "repeated later",
        "unique value again",
        "delayed",
        "contacts apart",
        "reversed",
        "out of order",
        "too late",
        "visitor",
        "device",
        "clock change",
    ];
    for name in names {
        assert!(reruns.get(name).is_some_and(|count| *count >= 3), "too few `{name}` in {reruns:?}");
    }
    assert_eq!(reruns.len(), names.len(), "{reruns:?}");
}

#[test]
fn examples_hold_in_every_rerun() {
    let mut wrong = String::new();
    let mut reruns = BTreeMap::new();
    for example in ["cdnow", "saas", "shop"] {
        vary(&project(&root().join("examples").join(example)), example, &mut reruns, &mut wrong);
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(reruns.values().sum::<usize>() > 200, "{reruns:?}");
}

/// Reruns all tests of a project; counts the reruns by name, and writes down what differed.
fn vary(sources: &Sources, name: &str, reruns: &mut BTreeMap<&'static str, usize>, wrong: &mut String) {
    for (test, varied) in varied(sources) {
        for (kind, count) in varied.reruns {
            *reruns.entry(kind).or_default() += count;
        }
        for Deviation { variation, failure, .. } in varied.deviations {
            let _ = writeln!(wrong, "{name}:{} \"{test}\" {}: {}", failure.line, variation.name, variation.words);
            let _ =
                writeln!(wrong, "  {}\n  expected {}\n  actual   {}", failure.text, failure.expected, failure.actual);
        }
    }
}

/// Each test by name, with its reruns.
fn varied(sources: &Sources) -> Vec<(String, Varied)> {
    let compiled = flow_compiler::compile(sources);
    let program = compiled.program.unwrap_or_else(|| panic!("{}", lines(sources, &compiled.diagnostics)));
    let bench = Bench::new(Arc::new(Engine::new(Arc::new(program)).expect("an engine")));
    let one = |test: &TestCase| {
        assert_eq!(bench.run(test), None, "{} fails as it is", test.name);
        let varied = bench.vary(test);
        assert_eq!(varied, bench.vary(test), "the same again");
        assert_eq!(bench.broken_promises(test), [""; 0], "{}", test.name);
        (test.name.clone(), varied)
    };
    compiled.tests.iter().map(one).collect()
}

/// A project in which the order and the age of events count, by what its tests declare.
const LEANING: &str = r#"
contact { email: email? personal  timezone: timezone? }
event demo_requested
event plan_chosen { plan: text }
score lead {
  half-life 7 days
  +80 on demo_requested
}
segment recent { did demo_requested in last 7 days }
test "an hour counts" {
  contact ana { }
  at 2026-03-02T10:00
  ana does demo_requested
  after 7 days expect ana score lead == 40
               expect ana not in segment recent
}
test "an hour may count" {
  contact ana { }
  varies score
  at 2026-03-02T10:00
  ana does demo_requested
  after 7 days expect ana score lead == 40
               expect ana not in segment recent
}
test "the last word counts" {
  contact ana { }
  at 2026-03-02T10:00
  ana does plan_chosen { plan "team" }
  ana does plan_chosen { plan "solo" }
  expect ana last(plan_chosen.plan) == "solo"
  after 7 days expect ana last(plan_chosen.plan) == "solo"
}
"#;

#[test]
fn what_a_test_leans_on_is_told_unless_it_is_declared() {
    let told = varied(&texts(&[("main.flow", LEANING)]));
    let said: Vec<(&str, Vec<(&str, &str)>)> = told
        .iter()
        .map(|(name, varied)| {
            let told = varied.deviations.iter().map(|it| (it.variation.name, it.varies));
            (name.as_str(), told.collect())
        })
        .collect();
    // In spring 168 hours are enough for both; in autumn they are an hour short of seven days.
    let hours = vec![("clock change", "score")];
    assert_eq!(said, [("an hour counts", hours), ("an hour may count", vec![]), ("the last word counts", vec![])]);
}
