//! `flow test`: the project's own tests, on a virtual clock.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use flow_graph::testcase::TestCase;
use flow_machine::Engine;
use flow_runtime::testing::{Bench, Failure as Failed};
use serde::Serialize;

use super::check::compiled;
use crate::args::{TestArgs, TestFormat};
use crate::failure::{Exit, Failure};
use crate::layout::{elapsed, plural};
use crate::project::Project;
use crate::terminal::{GREEN, RED, Terminal};
use crate::verdict;

/// The version of the JSON shape.
const FORMAT_VERSION: u32 = 1;

/// A test that was run.
pub(crate) struct Ran<'a> {
    /// The test.
    pub(crate) case: &'a TestCase,
    /// What it expected and did not find.
    pub(crate) failed: Option<Box<Failed>>,
    /// How long it took.
    pub(crate) took: Duration,
}

pub(crate) fn run(args: &TestArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let (dir, filter) = words(&args.words)?;
    let project = Project::load(dir.as_deref())?;
    let Some((program, compilation)) = compiled(&project, terminal) else { return Ok(Exit::Found) };
    let chosen: Vec<&TestCase> = compilation.tests.iter().filter(|case| fits(case, filter.as_deref())).collect();
    if let Some(filter) = filter.filter(|_| chosen.is_empty()) {
        let all = match compilation.tests.len() {
            0 => "no tests".to_owned(),
            n => plural(u64::try_from(n).unwrap_or(u64::MAX), "test"),
        };
        return Err(Failure::new(format!("no test has `{filter}` in its name")).help(format!("the project has {all}")));
    }
    let engine = Engine::new(Arc::new(program)).map_err(|error| Failure::new(error.to_string()))?;
    let started = Instant::now();
    let ran = run_all(&Bench::new(Arc::new(engine)), &chosen, jobs(args));
    let took = started.elapsed();
    match args.format {
        TestFormat::Text => text(&project, &ran, took, terminal),
        TestFormat::Json => terminal.say(&json(&ran)),
        TestFormat::Junit => terminal.say(&verdict::junit(&project, &ran, took)?),
    }
    Ok(if ran.iter().any(|ran| ran.failed.is_some()) { Exit::Found } else { Exit::Done })
}

/// `flow test`, `flow test DIR`, `flow test FILTER`, `flow test DIR FILTER`.
fn words(words: &[String]) -> Result<(Option<PathBuf>, Option<String>), Failure> {
    match words {
        [] => Ok((None, None)),
        [one] if Path::new(one).exists() => Ok((Some(one.into()), None)),
        [one] if one.contains('/') => {
            Err(Failure::new(format!("there is no folder `{one}`")).help("a filter is a part of a test's name"))
        }
        [one] => Ok((None, Some(one.clone()))),
        [dir, filter, ..] => Ok((Some(dir.into()), Some(filter.clone()))),
    }
}

fn fits(case: &TestCase, filter: Option<&str>) -> bool {
    filter.is_none_or(|filter| case.name.to_lowercase().contains(&filter.to_lowercase()))
}

fn jobs(args: &TestArgs) -> usize {
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    args.jobs.map_or_else(processors, usize::from)
}

/// Runs tests on several threads; the results stand in the order of the tests.
fn run_all<'a>(bench: &Bench, cases: &[&'a TestCase], jobs: usize) -> Vec<Ran<'a>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(&case) = cases.get(number) else { return done };
            let started = Instant::now();
            let failed = bench.run(case);
            done.push((number, Ran { case, failed, took: started.elapsed() }));
        }
    };
    let mut ran: Vec<(usize, Ran<'a>)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs.clamp(1, cases.len().max(1))).map(|_| scope.spawn(work)).collect();
        // A thread that panics takes the program with it: that is a mistake of ours, not of a test.
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|why| std::panic::resume_unwind(why)))
            .collect()
    });
    ran.sort_by_key(|(number, _)| *number);
    ran.into_iter().map(|(_, ran)| ran).collect()
}

fn text(project: &Project, ran: &[Ran<'_>], took: Duration, terminal: &mut Terminal) {
    let mut files: Vec<(&str, String)> = Vec::new();
    let width = ran.iter().map(|ran| project.path(&ran.case.file).chars().count()).max().unwrap_or(0);
    for ran in ran {
        let sign = if ran.failed.is_some() { terminal.paint(RED.bold(), "F") } else { ".".to_owned() };
        match files.last_mut() {
            Some((file, signs)) if *file == ran.case.file => signs.push_str(&sign),
            _ => files.push((&ran.case.file, sign)),
        }
    }
    for (file, signs) in files {
        terminal.say(&format!("{:<width$}  {signs}\n", project.path(file)));
    }
    for ran in ran {
        if let Some(failed) = &ran.failed {
            let story = verdict::story(project, ran.case, failed, terminal);
            terminal.say(&story);
        }
    }
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let failed = ran.iter().filter(|ran| ran.failed.is_some()).count();
    let time = elapsed(took);
    let line = if ran.is_empty() {
        "the project has no tests\n".to_owned()
    } else if failed == 0 {
        format!("{} passed in {time}\n", terminal.paint(GREEN, &plural(count(ran.len()), "test")))
    } else {
        let words = terminal.paint(RED.bold(), &format!("{failed} of {} failed", plural(count(ran.len()), "test")));
        format!("\n{words} in {time}\n")
    };
    terminal.say(&line);
}

#[derive(Serialize)]
struct Report {
    format_version: u32,
    passed: usize,
    failed: usize,
    tests: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    name: String,
    file: String,
    line: u32,
    passed: bool,
    seconds: f64,
    failure: Option<Failed>,
}

fn json(ran: &[Ran<'_>]) -> String {
    let entry = |ran: &Ran<'_>| Entry {
        name: ran.case.name.clone(),
        file: ran.case.file.clone(),
        line: ran.case.line,
        passed: ran.failed.is_none(),
        seconds: ran.took.as_secs_f64(),
        failure: ran.failed.as_deref().cloned(),
    };
    let failed = ran.iter().filter(|ran| ran.failed.is_some()).count();
    let report = Report {
        format_version: FORMAT_VERSION,
        passed: ran.len() - failed,
        failed,
        tests: ran.iter().map(entry).collect(),
    };
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}
