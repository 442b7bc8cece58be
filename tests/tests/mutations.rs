//! Changed programs are programs, and a test that is not asked about a change would not have noticed it.

#![allow(clippy::expect_used, clippy::panic, reason = "a test may panic")]

use std::sync::Arc;

use flow_compiler::source::Sources;
use flow_graph::Program;
use flow_graph::testcase::TestCase;
use flow_machine::Engine;
use flow_runtime::testing::Bench;
use flow_runtime::testing::coverage::Coverage;
use flow_runtime::testing::mutate::{Chance, mutants};
use flow_tests::{lines, project, root, texts};

#[test]
fn changes_of_the_examples_are_programs_and_nobody_is_passed_over() {
    for example in ["cdnow", "saas", "shop"] {
        let (program, tests) = compiled(&project(&root().join("examples").join(example)));
        let original = bench(&program);
        let covered: Vec<(&TestCase, Coverage)> = tests.iter().map(|case| (case, original.cover(case).1)).collect();
        let all = mutants(&program);
        assert!(all.len() > 100, "{example}: only {} changes", all.len());
        for mutant in &all {
            let changed = mutant.apply(&program);
            assert_ne!(changed, program, "{mutant:?} changes nothing");
            assert_eq!(flow_graph::verify(&changed), Ok(()), "{mutant:?}");
            assert!(!mutant.words.contains('?') && !mutant.item.contains('?'), "{mutant:?}");
            let changed = bench(&changed);
            for (case, _) in covered.iter().filter(|(_, coverage)| mutant.chance(coverage) == Chance::None) {
                assert_eq!(changed.run(case), None, "{example}: \"{}\" notices {mutant:?}", case.name);
            }
        }
        let again: Vec<String> = mutants(&program).iter().map(|mutant| format!("{mutant:?}")).collect();
        assert_eq!(again, all.iter().map(|mutant| format!("{mutant:?}")).collect::<Vec<_>>());
    }
}

/// One of each that can be changed.
const WORLD: &str = r#"
contact { email: email? personal  timezone: timezone?  size: int?  tags: set of text  renewal: date? }
event signed_up
event ordered { order: text unique, value: money }
topic news { consent opt_in }
message hello { channel email  topic news  subject "Hello"  body "Hello" }
segment big { size >= 50 and did ordered in last 7 days and not (size in [60, 70, 80]) }
segment silent { time since last ordered > 30 days }
score lead {
  range 0..100
  half-life 7 days
  +20 when size > 10
  +5 on ordered where value >= 10 EUR  at most 20 per 7 days
  bands { cold from 0, hot from 60 until 50 }
}
lifecycle buyer {
  stages none_yet, buyer
  start none_yet
  none_yet -> buyer on ordered where value > 1 EUR
}
limits { email at most 1 per 1 day  when capped: skip  quiet 21:00..08:00 local }
sequence welcome {
  enter on signed_up, entered segment big
    unless stage buyer at least buyer
  again after 1 month
  goal ordered
  exit on unsubscribed
  wait 1h
  wait until mon 09:00
  step renewal: wait until contact.renewal - 7 days at 09:00 else continue
  wait up to 2 days { on clicked(hello) { set tags add "x" } timeout { send hello } }
  choose { when size == 5 { send hello } otherwise { exit } }
}
test "nothing" {
  contact ana { }
  at 2026-03-02T10:00
  ana does signed_up
  expect ana not sent hello
}
"#;

#[test]
fn changes_say_what_they_change() {
    let (program, _) = compiled(&texts(&[("main.flow", WORLD)]));
    let said: Vec<String> =
        mutants(&program).iter().map(|it| format!("{} {}: {}", it.place.line, it.item, it.words)).collect();
    let said = said.join("\n") + "\n";
    flow_tests::golden(&root().join("tests/language/mutations.txt"), &said).unwrap_or_else(|wrong| panic!("{wrong}"));
}

fn compiled(sources: &Sources) -> (Program, Vec<TestCase>) {
    let compiled = flow_compiler::compile(sources);
    let program = compiled.program.unwrap_or_else(|| panic!("{}", lines(sources, &compiled.diagnostics)));
    (program, compiled.tests)
}

fn bench(program: &Program) -> Bench {
    Bench::new(Arc::new(Engine::new(Arc::new(program.clone())).expect("an engine")))
}
