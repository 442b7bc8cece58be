//! `flow check`: is the project right?

mod report;

use flow_compiler::Compilation;
use flow_compiler::diagnostic::Severity;
use flow_compiler::render::{count, github, json, miette, plain, sarif};
use flow_compiler::source::FileKind;
use flow_graph::Program;
use flow_review::bounds;

use crate::args::{CheckArgs, CheckFormat};
use crate::failure::{Exit, Failure};
use crate::layout::hanging;
use crate::project::Project;
use crate::terminal::{BOLD, DIM, GREEN, Terminal, YELLOW};
use crate::watch::watch;

/// How many diagnostics are drawn: who has more begins with these.
const SHOWN: usize = 200;

pub(crate) fn run(args: &CheckArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    if args.watch {
        return watch(args.dir.as_deref(), terminal, |terminal| once(args, terminal));
    }
    once(args, terminal)
}

/// The diagnostics with the worst case of the program, where there is one.
fn with_bounds(diagnostics: &str, compilation: &Compilation) -> serde_json::Value {
    let mut report: serde_json::Value = serde_json::from_str(diagnostics).unwrap_or_default();
    let bounds = compilation.program.as_ref().and_then(|program| serde_json::to_value(bounds::of(program)).ok());
    if let (Some(report), Some(bounds)) = (report.as_object_mut(), bounds) {
        report.insert("bounds".to_owned(), bounds);
    }
    report
}

fn once(args: &CheckArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let project = Project::load(args.dir.as_deref())?;
    let compilation = project.compile();
    let view = project.view();
    let found = &compilation.diagnostics;
    match args.format {
        CheckFormat::Text => {
            report(&project, &compilation, terminal);
            if let Some(program) = &compilation.program {
                let verdict = match found.as_slice() {
                    [] => terminal.paint(GREEN, "no problems"),
                    some => terminal.paint(YELLOW, &count(some)),
                };
                terminal.say(&format!("{verdict} in {}\n", files(&project)));
                let inventory = inventory(program, compilation.tests.len());
                let words = if inventory.is_empty() { "nothing is declared yet" } else { &inventory };
                terminal.say(&hanging("  ", words, terminal.width));
                if args.report {
                    terminal.say(&report::text(&project, program, terminal));
                }
            }
        }
        CheckFormat::Plain => terminal.say(&plain::plain(view, found)),
        CheckFormat::Json if args.report => terminal.json(&with_bounds(&json::json(view, found), &compilation)),
        CheckFormat::Json => terminal.say(&json::json(view, found)),
        CheckFormat::Sarif => terminal.say(&sarif::sarif(view, found)),
        CheckFormat::Github => terminal.say(&github::github(view, found)),
    }
    let denied = args.deny_warnings && !found.is_empty();
    Ok(if compilation.program.is_some() && !denied { Exit::Done } else { Exit::Found })
}

/// Shows all diagnostics to a person, and where to read on.
pub(crate) fn report(project: &Project, compilation: &Compilation, terminal: &mut Terminal) {
    let found = &compilation.diagnostics;
    if found.is_empty() {
        return;
    }
    let shown = found.get(..found.len().min(SHOWN)).unwrap_or_default();
    terminal.say(&miette::miette(project.view(), shown, terminal.style()));
    let mut end = String::from("\n");
    if found.len() > SHOWN {
        let words = format!("the first {SHOWN} of {} are shown; `--format plain` has a line for each\n", found.len());
        end.push_str(&terminal.paint(DIM, &words));
    }
    if compilation.program.is_none() {
        end.push_str(&terminal.paint(BOLD, &count(found)));
        if let Some(first) = found.iter().find(|diagnostic| diagnostic.severity() == Severity::Error) {
            end.push_str(&terminal.paint(DIM, &format!("  (`flow explain {}` tells more)", first.code)));
        }
        end.push('\n');
    }
    terminal.say(&end);
}

/// The program, or nothing after all errors have been shown: what every command that runs a project begins with.
pub(crate) fn compiled(project: &Project, terminal: &mut Terminal) -> Option<(Program, Compilation)> {
    let mut compilation = project.compile();
    let program = compilation.program.take();
    if program.is_none() {
        report(project, &compilation, terminal);
    }
    Some((program?, compilation))
}

fn files(project: &Project) -> String {
    let files = project.sources.iter().filter(|(_, file)| file.kind != FileKind::Settings).count();
    if files == 1 { "1 file".to_owned() } else { format!("{files} files") }
}

/// What the program has, in the order of the language.
fn inventory(program: &Program, tests: usize) -> String {
    let declared = program.events.len().saturating_sub(flow_graph::program::builtin::NAMES.len());
    let parts = [
        (declared, "event"),
        (program.segments.len(), "segment"),
        (program.scores.len(), "score"),
        (program.lifecycles.len(), "lifecycle"),
        (program.messages.len(), "message"),
        (program.sequences.len(), "sequence"),
        (program.slas.len(), "service level"),
        (tests, "test"),
    ];
    let words = parts.into_iter().filter(|(n, _)| *n > 0).map(|(n, word)| match n {
        1 => format!("1 {word}"),
        n => format!("{n} {word}s"),
    });
    words.collect::<Vec<_>>().join(", ")
}
