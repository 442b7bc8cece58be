//! What a plan tells of a change: nothing where nothing changes, and everything that decides anything.

#![allow(clippy::expect_used, clippy::panic, reason = "a test may panic")]

#[path = "plan/decide.rs"]
mod decide;

use std::collections::BTreeMap;

use flow_compiler::source::Sources;
use flow_compiler::{compile, compile_unproved};
use flow_graph::{Canonical, Program};
use flow_review::plan::{Code, Compared, Places, Plan, markdown, plan};
use flow_tests::harness::events::{Dice, events};
use flow_tests::harness::rearrange::rearranged;
use flow_tests::harness::tokens;
use flow_tests::{golden, lines, project, root};
use proptest::prelude::*;

const EXAMPLES: [&str; 3] = ["shop", "saas", "cdnow"];

fn example(name: &str) -> Sources {
    project(&root().join("examples").join(name))
}

fn compiled(sources: &Sources) -> Program {
    let compilation = compile(sources);
    compilation.program.unwrap_or_else(|| panic!("{}", lines(sources, &compilation.diagnostics)))
}

fn between(old: &Program, new: &Program) -> Plan {
    let side = |name: &str, program| Compared { name: name.to_owned(), program, places: Places::default() };
    plan(&side("before", old), &side("after", new))
}

/// Each folder of `tests/language/plans/` holds a project before and after; what is told of it stands beside them.
#[test]
fn what_is_told_of_a_change() {
    let folder = root().join("tests/language/plans");
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in std::fs::read_dir(&folder).expect("the folder").flatten().filter(|it| it.path().is_dir()) {
        count += 1;
        let path = case.path();
        let [before, after] = ["before", "after"].map(|side| {
            let sources = project(&path.join(side));
            let program = compiled(&sources);
            (program, Places::new(&sources, &compile(&sources).references))
        });
        let [base, head] = [("before", &before), ("after", &after)].map(|(name, (program, places))| Compared {
            name: name.to_owned(),
            program,
            places: places.clone(),
        });
        let text = markdown::markdown(&plan(&base, &head));
        wrong.extend(golden(&path.join("plan.md"), &text).err());
    }
    assert!(count >= 8, "only {count} cases");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_reason_stands_in_the_documents() {
    let text = std::fs::read_to_string(root().join("docs/review.md")).expect("the file");
    for code in Code::ALL {
        let sign = if code.needs_approval() { " ⚠" } else { "" };
        let row = format!("| `{}`{sign} | {} |", code.word(), code.says());
        assert!(text.contains(&row), "docs/review.md lacks this row:\n{row}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_files_layout_and_comments_are_no_change(
        order in prop::collection::vec(0_usize..1_000, 40),
        files in 1_usize..6,
    ) {
        for name in EXAMPLES {
            let before = example(name);
            let after = rearranged(&before, &order, files);
            let plan = between(&compiled(&before), &compiled(&after));
            prop_assert_eq!(plan.changes, Vec::new());
        }
    }
}

/// Each name of the examples that a `moved` clause can take along, taken along.
#[test]
fn a_name_that_moved_is_no_change() {
    let mut count = 0;
    for name in EXAMPLES {
        let sources = example(name);
        let before = compiled(&sources);
        for (address, new) in names(&before) {
            let after = tokens::renamed(&sources, &address, &new);
            let compilation = compile_unproved(&after);
            let Some(program) = compilation.program else {
                panic!("{name}: {address}: {}", lines(&after, &compilation.diagnostics))
            };
            let plan = between(&before, &program);
            assert_eq!(plan.changes, [], "{name}: {address}");
            count += 1;
        }
    }
    assert!(count > 30, "only {count} names");
}

/// Addresses that can move, with another name for each.
fn names(program: &Program) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut add = |kind: &str, name: &str| found.push((format!("{kind}.{name}"), format!("{name}_new")));
    program.segments.iter().for_each(|it| add("segment", &it.name));
    program.scores.iter().for_each(|it| add("score", &it.name));
    program.lifecycles.iter().for_each(|it| add("lifecycle", &it.name));
    program.messages.iter().for_each(|it| add("message", &it.name));
    program.sequences.iter().for_each(|it| add("sequence", &it.name));
    program.slas.iter().for_each(|it| add("sla", &it.name));
    found
}

/// Whatever one word, number or sign less or other does to an example: where the plan is empty, the two mean the same,
/// and generated contacts are decided alike. `FLOW_TOKENS=all` tries each token, else it is one of so many.
#[test]
fn no_change_of_a_token_is_missed() {
    let all = std::env::var("FLOW_TOKENS").is_ok_and(|it| it == "all");
    let mut told: BTreeMap<&'static str, usize> = BTreeMap::new();
    let (mut decided, mut silent, mut tried) = (0, 0, 0);
    for (number, name) in EXAMPLES.into_iter().enumerate() {
        let sources = example(name);
        let before = compiled(&sources);
        let canonical = Canonical::new(&before);
        let inputs = events(&before, 12, 30, 7);
        let usual = decide::decisions(&before, &inputs);
        assert!(usual.len() > 50, "{name}: only {} decisions", usual.len());
        let mutants = tokens::mutants(&sources);
        let mut dice = Dice(number as u64);
        for mutant in mutants {
            if !all && dice.below(8) != 0 {
                continue;
            }
            let Some(after) = compile_unproved(&mutant.sources).program else { continue };
            tried += 1;
            let plan = between(&before, &after);
            let same = Canonical::new(&after).fingerprint == canonical.fingerprint;
            let what = format!("{name}: {}", mutant.says);
            if plan.changes.is_empty() {
                silent += 1;
                // Only clauses for people who are inside are not told by themselves.
                assert!(same || mutant.says.contains("moved") || mutant.says.contains("retired"), "missed: {what}");
                assert_eq!(decide::decisions(&after, &inputs), usual, "missed: {what}");
            } else {
                assert!(!same, "{what}: told {:?}", plan.changes);
                plan.changes.iter().for_each(|change| *told.entry(change.code.word()).or_default() += 1);
                // That the contacts notice changes at all.
                if tried % 4 == 0 {
                    decided += usize::from(decide::decisions(&after, &inputs) != usual);
                }
            }
        }
    }
    println!("{tried} changes, {silent} of them without meaning, {decided} of a quarter decide otherwise; {told:#?}");
    assert!(tried > 100 && decided > 10, "{tried} changes, {decided} decide otherwise");
    assert!(!told.contains_key("changed"), "something was told without words of its own");
}
