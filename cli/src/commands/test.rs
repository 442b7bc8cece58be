//! `flow test`: the project's own tests, on a virtual clock.

pub(crate) mod coverage;
mod json;
mod mutate;
mod text;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use flow_graph::testcase::TestCase;
use flow_machine::Engine;
use flow_runtime::testing::coverage::Coverage;
use flow_runtime::testing::vary::{Deviation, Varied};
use flow_runtime::testing::{Bench, Failure as Failed};

use super::check::compiled;
use crate::args::{CoverageFormat, TestArgs, TestFormat};
use crate::failure::{Exit, Failure};
use crate::layout::plural;
use crate::parallel;
use crate::project::Project;
use crate::terminal::Terminal;
use crate::verdict;
use crate::watch::watch;

/// A test that was run.
pub(crate) struct Ran<'a> {
    /// The test.
    pub(crate) case: &'a TestCase,
    /// What it expected and did not find.
    pub(crate) failed: Option<Box<Failed>>,
    /// How long it took.
    pub(crate) took: Duration,
    /// What it reached, if somebody asked.
    pub(crate) coverage: Coverage,
    /// What came of its reruns, if somebody asked and it holds.
    pub(crate) varied: Option<Varied>,
}

impl Ran<'_> {
    /// It holds as it is written, and in its reruns.
    pub(crate) fn holds(&self) -> bool {
        self.failed.is_none() && self.deviations().is_empty()
    }

    /// Its reruns that found something else.
    pub(crate) fn deviations(&self) -> &[Deviation] {
        self.varied.as_ref().map(|varied| varied.deviations.as_slice()).unwrap_or_default()
    }
}

/// All that one command found out.
pub(crate) struct Results<'a> {
    /// Of which project.
    pub(crate) project: &'a Project,
    /// Its tests.
    pub(crate) ran: Vec<Ran<'a>>,
    /// How long all of it took.
    pub(crate) took: Duration,
    /// What they reached, if somebody asked.
    pub(crate) coverage: Option<coverage::Report>,
}

pub(crate) fn run(args: &TestArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let (dir, filter) = words(&args.words)?;
    fitting(args)?;
    let (dir, filter) = (dir.as_deref(), filter.as_deref());
    if args.watch {
        return watch(dir, terminal, |terminal| once(args, (dir, filter), terminal));
    }
    once(args, (dir, filter), terminal)
}

fn once(
    args: &TestArgs,
    (dir, filter): (Option<&Path>, Option<&str>),
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let mut project = Project::load(dir)?;
    project.proofs = !args.unproved;
    let Some((program, compilation)) = compiled(&project, terminal) else { return Ok(Exit::Found) };
    let chosen = choose(&compilation.tests, filter)?;
    let program = Arc::new(program);
    let engine = Engine::new(Arc::clone(&program)).map_err(|error| Failure::new(error.to_string()))?;
    let bench = Bench::new(Arc::new(engine));
    let started = Instant::now();
    let covers = args.covers() || args.mutate;
    let ran = parallel::map(&chosen, jobs(args), |case| one(&bench, case, (covers, args.vary)));
    let coverage = args.covers().then(|| coverage::Report::new(&project, &program, &ran));
    let results = Results { project: &project, ran, took: started.elapsed(), coverage };
    let failed = results.ran.iter().any(|ran| !ran.holds());
    if args.mutate && !failed && !results.ran.is_empty() {
        return mutate::run(args, &program, &results, terminal);
    }
    show(args, &results, terminal)?;
    let short = match (&results.coverage, args.min) {
        (Some(coverage), Some(min)) => coverage.is_below(min, terminal),
        (None, _) | (_, None) => false,
    };
    Ok(if failed || short { Exit::Found } else { Exit::Done })
}

/// Options that have no meaning together.
fn fitting(args: &TestArgs) -> Result<(), Failure> {
    if args.coverage.is_some() && args.format == TestFormat::Junit {
        return Err(Failure::new("JUnit has no place for coverage").help("write it to a file with `--coverage-out`"));
    }
    if args.coverage == Some(CoverageFormat::Lcov) && args.format == TestFormat::Json {
        return Err(Failure::new("JSON and LCOV cannot both be written to standard output")
            .help("write the LCOV to a file with `--coverage-out`"));
    }
    if args.min.is_some() && !args.covers() && !args.mutate {
        return Err(Failure::new("`--min` has nothing to measure").help("add `--coverage` or `--mutate`"));
    }
    if args.mutate && (args.vary || args.covers()) {
        return Err(
            Failure::new("`--mutate` stands alone").help("run it beside `--vary` and `--coverage`, not with them")
        );
    }
    if args.mutate && args.format == TestFormat::Junit {
        return Err(Failure::new("JUnit has no place for changes that nobody noticed").help("use `--format json`"));
    }
    Ok(())
}

fn one<'a>(bench: &Bench, case: &'a TestCase, (covers, varies): (bool, bool)) -> Ran<'a> {
    let started = Instant::now();
    let (failed, coverage) = if covers { bench.cover(case) } else { (bench.run(case), Coverage::default()) };
    let varied = (varies && failed.is_none()).then(|| bench.vary(case));
    Ran { case, failed, took: started.elapsed(), coverage, varied }
}

fn show(args: &TestArgs, results: &Results<'_>, terminal: &mut Terminal) -> Result<(), Failure> {
    if let (Some(path), Some(coverage)) = (&args.coverage_out, &results.coverage) {
        coverage.write(path)?;
    }
    if args.coverage == Some(CoverageFormat::Lcov) {
        // The report has standard output to itself; what failed is told beside it.
        if let Some(coverage) = &results.coverage {
            terminal.say(&coverage.lcov());
        }
        let text = text::text(results, terminal);
        terminal.note(&text);
        return Ok(());
    }
    match args.format {
        TestFormat::Text => {
            let text = text::text(results, terminal);
            terminal.say(&text);
            if let Some(coverage) = results.coverage.as_ref().filter(|_| args.coverage.is_some()) {
                let text = coverage.text(terminal);
                terminal.say(&text);
            }
        }
        TestFormat::Json => terminal.say(&json::json(results)),
        TestFormat::Junit => terminal.say(&verdict::junit(results.project, &results.ran, results.took)?),
    }
    Ok(())
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

/// The tests with a text in their names.
fn choose<'a>(tests: &'a [TestCase], filter: Option<&str>) -> Result<Vec<&'a TestCase>, Failure> {
    let fits = |case: &&TestCase| filter.is_none_or(|filter| case.name.to_lowercase().contains(&filter.to_lowercase()));
    let chosen: Vec<&TestCase> = tests.iter().filter(fits).collect();
    if let Some(filter) = filter.filter(|_| chosen.is_empty()) {
        let all = match tests.len() {
            0 => "no tests".to_owned(),
            n => plural(u64::try_from(n).unwrap_or(u64::MAX), "test"),
        };
        return Err(Failure::new(format!("no test has `{filter}` in its name")).help(format!("the project has {all}")));
    }
    Ok(chosen)
}

fn jobs(args: &TestArgs) -> usize {
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    args.jobs.map_or_else(processors, usize::from)
}
