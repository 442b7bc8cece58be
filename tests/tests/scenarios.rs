//! Scenarios of exactness: projects of one file each, with tests in the language and a golden timeline.
//!
//! Each file of `tests/scenarios/` is compiled together with `world.flow` and `flow.toml` of that folder. Its tests
//! must pass, and all that happens in them must be what the `.timeline` beside it says.

#![allow(clippy::expect_used, reason = "a test may panic")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flow_machine::Engine;
use flow_runtime::testing::{Bench, Failure};
use flow_tests::{files, golden, lines, root, texts};

#[test]
fn scenarios() {
    let mut wrong = Vec::new();
    let cases = cases();
    for case in &cases {
        if let Err(reason) = scenario(case) {
            wrong.push(reason);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(cases.len() >= 10, "only {} scenarios were found", cases.len());
}

#[test]
fn no_stray_timeline() {
    let stray: Vec<_> = files(&folder())
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == "timeline") && !path.with_extension("flow").exists())
        .collect();
    assert!(stray.is_empty(), "no scenario needs these: {stray:?}");
}

/// Checks, runs, and compares with the golden timeline.
fn scenario(path: &Path) -> Result<(), String> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let (settings, world, text) = (read(&folder().join("flow.toml")), read(&folder().join("world.flow")), read(path));
    let sources = texts(&[("flow.toml", &settings), ("world.flow", &world), (name, &text)]);
    let compiled = flow_compiler::compile(&sources);
    let Some(program) = compiled.program else {
        return Err(format!("{name} does not compile:\n{}", lines(&sources, &compiled.diagnostics)));
    };
    let engine = Engine::new(Arc::new(program)).map_err(|error| format!("{name}: {error}"))?;
    let bench = Bench::new(Arc::new(engine));
    let mut timeline = String::new();
    let mut failures = Vec::new();
    for test in &compiled.tests {
        let played = bench.play(test);
        let _ = writeln!(timeline, "── {}", test.name);
        for moment in &played.timeline {
            let _ = writeln!(timeline, "{} {} {}", moment.at, if moment.input { "→" } else { " " }, moment.line);
        }
        failures.extend(played.failure.map(|failure| said(name, &test.name, &failure)));
    }
    if !failures.is_empty() {
        return Err(failures.join("\n\n"));
    }
    golden(&path.with_extension("timeline"), &timeline)
}

fn said(file: &str, test: &str, failure: &Failure) -> String {
    let timeline: Vec<_> = failure.timeline.iter().map(|moment| format!("    {} {}", moment.at, moment.line)).collect();
    format!(
        "{file}:{}: \"{test}\"\n  {}\n  expected {}\n  actual   {}\n{}",
        failure.line,
        failure.text,
        failure.expected,
        failure.actual,
        timeline.join("\n")
    )
}

fn cases() -> Vec<PathBuf> {
    let flow = |path: &PathBuf| path.extension().is_some_and(|e| e == "flow");
    let own = |path: &PathBuf| path.parent() == Some(folder().as_path());
    files(&folder()).into_iter().filter(|path| flow(path) && own(path) && !path.ends_with("world.flow")).collect()
}

fn folder() -> PathBuf {
    root().join("tests/scenarios")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a file of the repository")
}
