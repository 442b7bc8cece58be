//! `flow run`: real events through the project, on the virtual clock.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use flow_graph::Timestamp;
use flow_machine::Engine;
use flow_machine::adopt::Change;
use flow_runtime::driver::deploy::Refused;
use flow_runtime::driver::{Arriving, Decided, Driver, Observer, Options};
use flow_runtime::ingest::{Catalog, Incoming, Read, Rejection};
use flow_runtime::parallel::Plan;
use flow_runtime::{Record, Renderer, Summary, Tally};
use serde::Serialize;

use super::check::compiled;
use crate::args::{RunArgs, RunFormat};
use crate::clock::Clock;
use crate::deploys::{self, Deploy};
use crate::failure::{Exit, Failure};
use crate::input::{self, Source};
use crate::output::Output;
use crate::partitions::{self, Done, Outputs};
use crate::progress::Progress;
use crate::project::Project;
use crate::summary::{self, Rejects};
use crate::terminal::Terminal;

/// The version of the JSON summary.
const FORMAT_VERSION: u32 = 1;

pub(crate) fn run(args: &RunArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let project = Project::load(args.dir.as_deref())?;
    let Some((program, _)) = compiled(&project, terminal) else { return Ok(Exit::Found) };
    let settings = project.settings();
    let sources = input::open(&args.input, &settings)?;
    let until = input::until(&args.input.read, &settings)?;
    let engine = Arc::new(Engine::new(Arc::new(program)).map_err(|error| Failure::new(error.to_string()))?);
    let Some(deploys) = deploys::open(args, &settings, until, terminal)? else { return Ok(Exit::Found) };
    let catalog = deploys::catalog(&engine, &deploys)?;
    let merges = input::unites(&sources);
    let options = Options { until, merges, deploys: !deploys.is_empty() };
    let outputs = Outputs {
        decisions: open_output(args.out.as_deref(), args)?,
        rejects: open_output(args.rejects.as_deref(), args)?,
    };
    let mut progress = Progress::new(sources.iter().map(|source| source.bytes).sum(), args.quiet);
    let jobs = args.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let mut run = Run::new(&engine, options, project, deploys, outputs);
    // A program that takes over does so for everybody at once.
    let done = if jobs > 1 && !options.deploys {
        let plan = Plan { engine, catalog, options, sort: args.input.read.sort, jobs };
        partitions::run(&plan, sources, &mut run.recorder.outputs, &mut progress)
    } else {
        drive(args, sources, &catalog, &mut progress, &mut run).map(|()| run.done())
    };
    let took = progress.finish();
    run.recorder.outputs.finish()?;
    if let Some((deploy, refused)) = run.refusal.take() {
        terminal.note(&deploys::refusal(&deploy, &run.project, &refused, terminal));
        return Ok(Exit::Found);
    }
    let Done { summary, decisions, refused } = done?;
    if !args.quiet {
        let text = match args.format {
            RunFormat::Text => {
                let clock = Clock::of(&settings.project.timezone.value);
                let end = summary::End {
                    summary: &summary,
                    rejects: &refused,
                    decisions,
                    took,
                    out: args.out.as_deref(),
                    clock: &clock,
                    sorted: args.input.read.sort,
                    dirs: &run.dirs,
                    until: args.input.read.until.as_deref(),
                };
                summary::text(&end, terminal)
            }
            RunFormat::Json => json(&summary, decisions),
        };
        // Where decisions go to standard output, nothing else may.
        if args.out.as_deref() == Some(Path::new("-")) { terminal.note(&text) } else { terminal.say(&text) }
    }
    Ok(if args.strict && !refused.is_empty() { Exit::Rejected } else { Exit::Done })
}

/// What a run is made of.
struct Run {
    driver: Driver,
    /// Folders that have taken over.
    dirs: Vec<String>,
    /// What runs now.
    project: Project,
    /// What takes over later, in the order of time.
    deploys: VecDeque<Deploy>,
    /// What could not take over, and why.
    refusal: Option<(Deploy, Refused)>,
    recorder: Recorder,
    refused: Rejects,
}

impl Run {
    fn new(
        engine: &Arc<Engine>,
        options: Options,
        project: Project,
        deploys: VecDeque<Deploy>,
        outputs: Outputs,
    ) -> Self {
        Self {
            driver: Driver::new(Arc::clone(engine), Renderer::shared(engine), options),
            dirs: Vec::new(),
            project,
            deploys,
            refusal: None,
            recorder: Recorder { engine: Arc::clone(engine), tally: Tally::default(), decisions: 0, outputs },
            refused: Rejects::default(),
        }
    }

    fn done(&mut self) -> Done {
        Done {
            summary: Summary::new(&self.driver, &self.recorder.tally),
            decisions: self.recorder.decisions,
            refused: std::mem::take(&mut self.refused),
        }
    }

    /// Takes an input; what takes over before it does so first.
    fn feed(&mut self, incoming: Incoming) -> Result<(), Failure> {
        self.deploy(incoming.arrives())?;
        self.driver.take(incoming, &mut self.recorder);
        Ok(())
    }

    /// Lets all take over that do so up to an instant. The failure ends the run; what is said is the refusal.
    fn deploy(&mut self, until: Timestamp) -> Result<(), Failure> {
        while let Some(next) = self.deploys.pop_front_if(|next| next.at <= until) {
            match self.driver.deploy(&next.program, next.at, &mut self.recorder) {
                Ok(_) => {
                    self.dirs.push(next.dir.clone());
                    self.project = deploys::into_project(next);
                }
                Err(refused) => {
                    self.refusal = Some((next, refused));
                    return Err(Failure::new("a project could not take over"));
                }
            }
        }
        Ok(())
    }

    fn reject(&mut self, rejection: Rejection) {
        self.recorder.tally.rejected(&rejection);
        if let Some(out) = &mut self.recorder.outputs.rejects {
            out.record(&rejection);
        }
        self.refused.add(rejection);
    }
}

/// All inputs through the driver, in the order of the files or, sorted, of their arrival.
fn drive(
    args: &RunArgs,
    sources: Vec<Source>,
    catalog: &Arc<Catalog>,
    progress: &mut Progress,
    run: &mut Run,
) -> Result<(), Failure> {
    let mut waiting: Vec<Incoming> = Vec::new();
    input::read(sources, catalog, progress, &mut |read| {
        match read {
            Read::Rejected(rejection) => run.reject(rejection),
            Read::Incoming(incoming) if args.input.read.sort => waiting.push(*incoming),
            Read::Incoming(incoming) => return run.feed(*incoming),
        }
        Ok(())
    })?;
    // Of one instant the order of the files stands.
    waiting.sort_by_key(Incoming::arrives);
    progress.turn(waiting.len());
    for incoming in waiting {
        progress.decided(1);
        run.feed(incoming)?;
    }
    run.deploy(Timestamp::LAST_VALID)?;
    run.driver.finish(&mut run.recorder);
    Ok(())
}

/// A file to write to, when one is named. It must not be one that is read.
fn open_output(path: Option<&Path>, args: &RunArgs) -> Result<Option<Output>, Failure> {
    let Some(path) = path else { return Ok(None) };
    let real = |path: &Path| path.canonicalize().ok();
    if real(path).is_some() && args.input.events.iter().any(|events| real(events) == real(path)) {
        return Err(Failure::new(format!("`{}` is read and cannot be written at the same time", path.display())));
    }
    Output::create(path).map(Some)
}

/// Counts decisions, and writes them down where that is wanted.
struct Recorder {
    engine: Arc<Engine>,
    tally: Tally,
    decisions: u64,
    outputs: Outputs,
}

impl Observer for Recorder {
    fn decided(&mut self, decided: Decided<'_>) {
        let program = self.engine.program();
        self.decisions += 1;
        self.tally.decided(program, &decided);
        if let Some(out) = &mut self.outputs.decisions {
            out.record(&Record::new(program, &decided));
        }
    }

    fn deployed(&mut self, change: &Change) {
        self.engine = Arc::clone(change.engine());
        self.tally.deployed(change);
    }

    fn arriving(&mut self, arriving: Arriving<'_>) {
        self.tally.arriving(&arriving);
    }

    fn wants_content(&self) -> bool {
        self.outputs.decisions.is_some()
    }
}

#[derive(Serialize)]
struct Report<'a> {
    format_version: u32,
    decisions: u64,
    #[serde(flatten)]
    summary: &'a Summary,
}

fn json(summary: &Summary, decisions: u64) -> String {
    let report = Report { format_version: FORMAT_VERSION, decisions, summary };
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}
