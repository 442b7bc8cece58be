//! `--deploy DIR@TIME`: programs that take the place of the first one on the way.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use flow_compiler::settings::Settings;
use flow_graph::{Program, Timestamp};
use flow_machine::Engine;
use flow_runtime::driver::deploy::{Left, Refused};
use flow_runtime::ingest::Catalog;

use crate::args::RunArgs;
use crate::clock::Clock;
use crate::commands::check::compiled;
use crate::failure::Failure;
use crate::input;
use crate::layout::hanging;
use crate::project::Project;
use crate::terminal::{BOLD, CYAN, DIM, RED, Terminal};

/// A program and when it takes over.
pub(crate) struct Deploy {
    /// Its folder, as it was given.
    pub(crate) dir: String,
    /// Its files.
    project: Project,
    /// What it means.
    pub(crate) program: Program,
    /// When it takes over.
    pub(crate) at: Timestamp,
}

/// All that were asked for, in the order of time; nothing when one has errors, which are shown.
pub(crate) fn open(
    args: &RunArgs,
    settings: &Settings,
    until: Option<Timestamp>,
    terminal: &mut Terminal,
) -> Result<Option<VecDeque<Deploy>>, Failure> {
    let mut deploys = Vec::new();
    for text in &args.deploy {
        let parts = text.rsplit_once('@').filter(|(dir, _)| !dir.is_empty());
        let (dir, time) = parts.ok_or_else(|| {
            Failure::new(format!("`{text}` does not say when"))
                .help("write the folder and the time: `DIR@2026-03-01T10:00`")
        })?;
        let at = input::begins(time, settings)?;
        if until.is_some_and(|until| at > until) {
            return Err(Failure::new(format!("`{text}` comes after the end of the run"))
                .help("`--until` says where the run ends: move one of the two"));
        }
        let project = Project::load(Some(Path::new(dir)))?;
        let Some((program, _)) = compiled(&project, terminal) else { return Ok(None) };
        deploys.push(Deploy { dir: dir.to_owned(), project, program, at });
    }
    deploys.sort_by_key(|deploy| deploy.at);
    Ok(Some(deploys.into()))
}

/// The names under which inputs arrive: those of the program that runs at their arrival.
pub(crate) fn catalog(engine: &Arc<Engine>, deploys: &VecDeque<Deploy>) -> Result<Arc<Catalog>, Failure> {
    let mut later: Option<(Timestamp, Arc<Catalog>)> = None;
    let chain = |catalog: Catalog, later: Option<(Timestamp, Arc<Catalog>)>| match later {
        Some((at, later)) => Arc::new(catalog.until(at, later)),
        None => Arc::new(catalog),
    };
    for deploy in deploys.iter().rev() {
        let engine = Engine::new(Arc::new(deploy.program.clone()));
        let engine = Arc::new(engine.map_err(|error| Failure::new(error.to_string()))?);
        later = Some((deploy.at, chain(Catalog::new(&engine), later)));
    }
    Ok(chain(Catalog::new(engine), later))
}

/// Why a program could not take over, for people; `old` is the project that goes on.
pub(crate) fn refusal(deploy: &Deploy, old: &Project, refused: &Refused, terminal: &Terminal) -> String {
    let at = Clock::of(&old.settings().project.timezone.value).tell(&deploy.at.to_string());
    let lead = terminal.paint(RED.bold(), "error");
    let mut text = match refused {
        Refused::Unusable(error) => return format!("{lead}: {} cannot be run: {error}\n", deploy.dir),
        Refused::Stranded(_) => format!("{lead}: {} at {at} would strand people\n", deploy.dir),
    };
    let Refused::Stranded(left) = refused else { return text };
    for left in left {
        text.push_str(&place(left, old, terminal));
    }
    text.push_str(&terminal.paint(DIM, "\nit was not deployed, and the run ends here\n"));
    text
}

/// The project after a deploy.
pub(crate) fn into_project(deploy: Deploy) -> Project {
    deploy.project
}

fn place(left: &Left, old: &Project, terminal: &Terminal) -> String {
    let at = format!("{}:{}", old.path(&left.file), left.line);
    let mut text = format!("\n  {}\n", terminal.paint(BOLD, &at));
    text.push_str(&hanging("  ", &left.message(), terminal.width));
    let help = hanging("  help: ", &left.help(), terminal.width);
    text.push_str(&help.replacen("help", &terminal.paint(CYAN, "help"), 1));
    for clause in &left.clauses {
        text.push_str(&format!("        {clause}\n"));
    }
    text
}
