//! `flow test --mutate`: changes one rule at a time and says which tests notice.

use std::sync::Arc;

use flow_graph::Program;
use flow_graph::testcase::TestCase;
use flow_machine::Engine;
use flow_runtime::testing::Bench;
use flow_runtime::testing::coverage::Coverage;
use flow_runtime::testing::mutate::{Chance, Mutant, mutants};
use serde::Serialize;

use super::Results;
use crate::args::{TestArgs, TestFormat};
use crate::failure::{Exit, Failure};
use crate::layout::{elapsed, hanging, plural, share};
use crate::parallel;
use crate::progress::Counter;
use crate::project::Project;
use crate::terminal::{BOLD, CYAN, GREEN, Terminal, YELLOW};

/// The version of the JSON shape.
const FORMAT_VERSION: u32 = 1;

/// A change that was tried.
struct Tried {
    mutant: Mutant,
    /// The first test that noticed.
    noticed_by: Option<String>,
}

/// Tries every change. The tests hold as they are.
pub(super) fn run(
    args: &TestArgs,
    program: &Program,
    results: &Results<'_>,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let started = std::time::Instant::now();
    let tests: Vec<(&TestCase, &Coverage)> = results.ran.iter().map(|ran| (ran.case, &ran.coverage)).collect();
    let all = mutants(program);
    let counter = Counter::new(all.len(), "change");
    let noticed = parallel::map(&all, super::jobs(args), |mutant| {
        let noticed = notice(program, mutant, &tests);
        counter.step();
        noticed
    });
    counter.finish();
    let noticed = noticed.into_iter().collect::<Result<Vec<_>, Failure>>()?;
    let tried: Vec<Tried> =
        all.into_iter().zip(noticed).map(|(mutant, noticed_by)| Tried { mutant, noticed_by }).collect();
    match args.format {
        TestFormat::Text | TestFormat::Junit => {
            let text = text(results.project, &tried, terminal, started.elapsed());
            terminal.say(&text);
        }
        TestFormat::Json => terminal.say(&json(results.project, &tried)),
    }
    Ok(if args.min.is_some_and(|min| is_below(&tried, min, terminal)) { Exit::Found } else { Exit::Done })
}

/// The first test that notices a change: those that have been there are asked first.
fn notice(program: &Program, mutant: &Mutant, tests: &[(&TestCase, &Coverage)]) -> Result<Option<String>, Failure> {
    let engine = Engine::new(Arc::new(mutant.apply(program)));
    let engine = engine.map_err(|error| Failure::new(format!("{mutant:?}: {error}")))?;
    let bench = Bench::new(Arc::new(engine));
    let mut asked: Vec<(Chance, &TestCase)> =
        tests.iter().map(|(case, coverage)| (mutant.chance(coverage), *case)).collect();
    asked.retain(|(chance, _)| *chance != Chance::None);
    asked.sort_by_key(|(chance, _)| *chance);
    let noticed = asked.into_iter().find(|(_, case)| bench.run(case).is_some());
    Ok(noticed.map(|(_, case)| case.name.clone()))
}

fn is_below(tried: &[Tried], min: f64, terminal: &mut Terminal) -> bool {
    let noticed = noticed(tried);
    #[expect(clippy::cast_precision_loss, reason = "no project has so many rules")]
    let below = (noticed as f64) * 100.0 < min * (tried.len() as f64);
    if below {
        terminal.note(&format!("the tests notice {} of the changes, less than {min}%\n", share(noticed, tried.len())));
    }
    below
}

fn noticed(tried: &[Tried]) -> usize {
    tried.iter().filter(|tried| tried.noticed_by.is_some()).count()
}

fn text(project: &Project, tried: &[Tried], terminal: &Terminal, took: std::time::Duration) -> String {
    let noticed = noticed(tried);
    let mut text = table(project, tried);
    if noticed < tried.len() {
        text.push_str(&format!("\n{}\n", terminal.paint(BOLD, "nobody noticed")));
    }
    let mut last = String::new();
    for Tried { mutant, .. } in tried.iter().filter(|tried| tried.noticed_by.is_none()) {
        let place = format!("{}:{}", project.path(&mutant.place.file), mutant.place.line);
        // Where several changes of one line survive the line is told once.
        if place != last {
            text.push_str(&format!("  {}  {}\n", terminal.paint(CYAN, &place), mutant.item));
        }
        text.push_str(&hanging("      ", &mutant.words, terminal.width));
        last = place;
    }
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let style = if noticed == tried.len() { GREEN } else { YELLOW };
    let sum = format!("{} of {} noticed", noticed, plural(count(tried.len()), "change"));
    let sum = terminal.paint(style, &sum);
    text.push_str(&format!("\n{sum}, {}, in {}\n", share(noticed, tried.len()), elapsed(took)));
    text
}

/// How many changes of each file were noticed.
fn table(project: &Project, tried: &[Tried]) -> String {
    let mut files: Vec<(String, usize, usize)> = Vec::new();
    for it in tried {
        let file = project.path(&it.mutant.place.file);
        let noticed = usize::from(it.noticed_by.is_some());
        match files.last_mut() {
            Some((last, sum, all)) if *last == file => (*sum, *all) = (*sum + noticed, *all + 1),
            _ => files.push((file, noticed, 1)),
        }
    }
    let names = files.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or(0);
    let figures = files.iter().map(|(_, _, all)| all.to_string().len()).max().unwrap_or(0);
    let mut text = String::from("changes that a test noticed\n");
    for (name, noticed, all) in files {
        let percent = share(noticed, all);
        text.push_str(&format!("  {name:<names$}  {noticed:>figures$} of {all:>figures$}  {percent:>5}\n"));
    }
    text
}

#[derive(Serialize)]
struct Report {
    format_version: u32,
    changes: usize,
    noticed: usize,
    mutants: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    file: String,
    line: u32,
    item: String,
    kind: &'static str,
    change: String,
    noticed_by: Option<String>,
}

fn json(project: &Project, tried: &[Tried]) -> String {
    let entry = |tried: &Tried| Entry {
        file: project.path(&tried.mutant.place.file),
        line: tried.mutant.place.line,
        item: tried.mutant.item.clone(),
        kind: tried.mutant.kind,
        change: tried.mutant.words.clone(),
        noticed_by: tried.noticed_by.clone(),
    };
    let report = Report {
        format_version: FORMAT_VERSION,
        changes: tried.len(),
        noticed: noticed(tried),
        mutants: tried.iter().map(entry).collect(),
    };
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}
