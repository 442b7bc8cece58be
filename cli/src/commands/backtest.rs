//! `flow backtest`: two programs over the same history, and what becomes of people under each.

mod store;
mod text;

use std::sync::Arc;

use flow_compiler::settings::Settings;
use flow_compiler::source::Sources;
use flow_compiler::suggest::{list, nearest};
use flow_graph::Program;
use flow_review::backtest::{Report, html, markdown, worth_telling};
use flow_runtime::backtest::label::Label;
use flow_runtime::backtest::{Backtest, Setup};
use flow_runtime::ingest::ties::Joining;
use flow_runtime::ingest::{Format, Rejection};
use flow_runtime::parallel::{self, Unreadable, Watch};
use tempfile::NamedTempFile;

use crate::args::backtest::{BacktestArgs, BacktestFormat};
use crate::failure::{Exit, Failure};
use crate::input::{self, Source};
use crate::progress::Progress;
use crate::project::Project;
use crate::side::Side;
use crate::terminal::Terminal;

pub(crate) fn run(args: &BacktestArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let mut base = Side::open(&args.base, None)?;
    let mut head = args.head.as_deref().map_or_else(|| Side::folder(None), |head| Side::open(head, None))?;
    let Some(before) = base.program(terminal) else { return Ok(Exit::Found) };
    let Some(after) = head.program(terminal) else { return Ok(Exit::Found) };
    let store = args.store.as_deref().map(store::prepared).transpose()?;
    let jobs = args.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let mut history = History { args, settings: settings(&head), store, joining: None };
    let sources = history.look(jobs)?;
    let setup = Setup {
        until: input::until(&args.read, &history.settings)?,
        merges: input::unites(&sources),
        sort: args.read.sort,
        jobs,
        label: label(args, &after)?,
    };
    let mut backtest = Backtest::new(&before, &after, setup).map_err(|error| Failure::new(error.to_string()))?;
    let mut rejected = 0;
    history.pass(&mut backtest, sources, &mut rejected)?;
    for _ in 1..backtest.passes() {
        history.again()?;
        history.pass(&mut backtest, history.open()?, &mut 0)?;
    }
    let outcome = backtest.outcome();
    let ids = worth_telling(&outcome, args.contacts.into());
    let stories = match ids.is_empty() || history.is_stream() {
        true => Vec::new(),
        false => {
            let mut progress = Progress::new(0, args.quiet);
            let mut watcher = Watcher { progress: &mut progress, rejected: &mut 0 };
            let mut open = || history.open().map(parallel_sources);
            backtest.stories(&ids, &mut open, &mut watcher)?
        }
    };
    let report = Report::new(&outcome, (&called(&base), &called(&head)), &stories);
    let report = match &args.label {
        Some(label) => {
            let within = label.within.as_ref().map(|(within, _)| within.as_str());
            report.foretold(&outcome, (&label.name, &label.event), within)
        }
        None => report,
    };
    let report = report.within(&history.settings.backtest);
    if let Some(path) = &args.html {
        std::fs::write(path, html::write(&report)).map_err(|error| Failure::file("write", path, &error))?;
    }
    match args.format {
        BacktestFormat::Text => terminal.say(&text::write(&report, rejected, terminal)),
        BacktestFormat::Markdown => terminal.pass(&markdown::write(&report)),
        BacktestFormat::Json => terminal.pass(&report.to_json()),
    }
    // The process ends soon and gives all back at once, which takes no time.
    std::mem::forget(backtest);
    Ok(if report.is_over() { Exit::Found } else { Exit::Done })
}

/// What scores are held against; the program after has to know the event.
fn label(args: &BacktestArgs, head: &Program) -> Result<Option<Label>, Failure> {
    let Some(label) = &args.label else { return Ok(None) };
    let events = || head.events.iter().map(|event| event.name.as_str());
    if !events().any(|event| event == label.event) {
        let failure = Failure::new(format!("the project has no event `{}`", label.event));
        let near = nearest(&label.event, events());
        return Err(match near {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure.help(format!("it has {}", list(events()))),
        });
    }
    Ok(Some(Label { event: label.event.clone(), within_ms: label.within.as_ref().map(|(_, ms)| *ms) }))
}

/// As a side is called in a report: `main (3f2a91c)`.
fn called(side: &Side) -> String {
    match &side.version {
        Some(version) => format!("{} ({version})", side.name),
        None if side.name == "." => "this folder".to_owned(),
        None => side.name.clone(),
    }
}

/// What `flow.toml` says of the program after; where that has no files, of the project in this folder, if there is one.
fn settings(head: &Side) -> Settings {
    let here = || Project::load(None).unwrap_or_else(|_| Project::of_sources(Sources::default()));
    head.project.as_ref().map_or_else(|| here().settings(), Project::settings)
}

/// The events, which may have to go by more than once.
struct History<'a> {
    args: &'a BacktestArgs,
    settings: Settings,
    /// What a store has, prepared.
    store: Option<NamedTempFile>,
    /// Who may turn out to be somebody else, where all of it could be looked through.
    joining: Option<Arc<Joining>>,
}

impl History<'_> {
    /// Looks through files of lines for their ids alone: of who cannot turn out to be somebody else no events have to be
    /// kept. A prepared log knows it. The events, to go by for the first time.
    fn look(&mut self, jobs: usize) -> Result<Vec<Source>, Failure> {
        if self.store.is_some() || self.is_stream() {
            return self.open();
        }
        let sources = self.opened()?;
        let lines = sources.iter().filter(|source| source.format == Format::Segment).map(|source| source.bytes);
        let bytes: u64 = lines.sum();
        if bytes == 0 && sources.len() == 1 {
            return Ok(sources);
        }
        let mut progress = Progress::new(bytes, self.args.quiet).doing("looked through");
        let mut watcher = Watcher { progress: &mut progress, rejected: &mut 0 };
        let ties = parallel::look(parallel_sources(sources), jobs, &mut watcher)?;
        progress.finish();
        let mut sources = self.opened()?;
        let joining = Arc::new(input::joining(&sources, ties));
        input::settle(&mut sources, &joining);
        self.joining = Some(joining);
        Ok(sources)
    }

    fn open(&self) -> Result<Vec<Source>, Failure> {
        if let Some(store) = &self.store {
            return input::all(&[store.path().to_path_buf()], None, &self.settings);
        }
        let Some(joining) = &self.joining else {
            return input::all(&self.args.events, self.args.read.mapping.as_deref(), &self.settings);
        };
        let mut sources = self.opened()?;
        input::settle(&mut sources, joining);
        Ok(sources)
    }

    fn opened(&self) -> Result<Vec<Source>, Failure> {
        input::opened(&self.args.events, self.args.read.mapping.as_deref(), &self.settings)
    }

    /// What comes through a pipe goes by once.
    fn is_stream(&self) -> bool {
        self.args.events.iter().any(|path| input::is_stream(path))
    }

    fn again(&self) -> Result<(), Failure> {
        match self.is_stream() {
            false => Ok(()),
            true => Err(Failure::new("events from standard input go by once, and both programs read them differently")
                .help("write the events to a file, and name it after `--events`")),
        }
    }

    fn pass(&self, backtest: &mut Backtest, sources: Vec<Source>, rejected: &mut u64) -> Result<(), Failure> {
        let mut progress = Progress::new(sources.iter().map(|source| source.bytes).sum(), self.args.quiet);
        let mut watcher = Watcher { progress: &mut progress, rejected };
        backtest.pass(parallel_sources(sources), &mut watcher)?;
        progress.finish();
        Ok(())
    }
}

fn parallel_sources(sources: Vec<Source>) -> Vec<parallel::Source<Box<dyn std::io::BufRead>>> {
    sources.into_iter().map(Source::into_parallel).collect()
}

impl From<Unreadable> for Failure {
    fn from(unreadable: Unreadable) -> Self {
        input::unreadable(&unreadable.name, &unreadable.error)
    }
}

/// Counts what could not be used, and shows how far it is.
struct Watcher<'w> {
    progress: &'w mut Progress,
    rejected: &'w mut u64,
}

impl Watch for Watcher<'_> {
    fn rejected(&mut self, _: Rejection) {
        *self.rejected += 1;
    }

    fn read(&mut self, rows: usize, bytes: u64) {
        self.progress.steps(rows, bytes);
    }

    fn sorted(&mut self, inputs: usize) {
        self.progress.turn(inputs);
    }

    fn decided(&mut self, inputs: usize) {
        self.progress.decided(inputs);
    }
}
