//! `flow fix`: what the compiler can mend by itself.

use flow_compiler::diagnostic::{Applicability, Severity};
use flow_compiler::fix::{self, Done, Fixed, Which};
use flow_compiler::render::count;

use crate::args::FixArgs;
use crate::commands::check::report;
use crate::diff::unified;
use crate::failure::{Exit, Failure};
use crate::project::Project;
use crate::replace::replace;
use crate::terminal::{DIM, GREEN, Terminal, YELLOW};

pub(crate) fn run(args: &FixArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let project = Project::load(args.dir.as_deref())?;
    if !project.is_text() {
        // What cannot be read as text cannot be written again.
        report(&project, &project.compile(), terminal);
        return Ok(Exit::Found);
    }
    let which = if args.unsafe_too { Which::Unsafe } else { Which::Safe };
    let fixed = fix::fix(&project.sources, which);
    let changed = write(&project, &fixed, args, terminal)?;
    tell(&project, &fixed, args, terminal);
    let errors = fixed.left.iter().any(|diagnostic| diagnostic.severity() == Severity::Error);
    let would = changed > 0 && (args.dry_run || args.diff);
    Ok(if errors || would { Exit::Found } else { Exit::Done })
}

/// Writes the files that are another text now, or shows how they would differ; how many there are.
fn write(project: &Project, fixed: &Fixed, args: &FixArgs, terminal: &mut Terminal) -> Result<usize, Failure> {
    let mut changed = 0;
    for ((_, before), (_, after)) in project.sources.iter().zip(fixed.sources.iter()) {
        if before.text == after.text {
            continue;
        }
        changed += 1;
        let path = project.path(&before.path);
        if args.diff {
            terminal.say(&unified(&path, &before.text, &after.text, terminal));
        } else if !args.dry_run {
            replace(path.as_ref(), &after.text)?;
        }
    }
    Ok(changed)
}

/// Says what was done, what was not, and what is left.
fn tell(project: &Project, fixed: &Fixed, args: &FixArgs, terminal: &mut Terminal) {
    let mut text = String::new();
    let place = |done: &Done| format!("{}:{}", project.path(&done.path), done.line);
    let doing = if args.dry_run || args.diff { "would fix" } else { "fixed" };
    for done in &fixed.applied {
        let doing = terminal.paint(GREEN, doing);
        text.push_str(&format!("{doing} {}  {} {}\n", place(done), done.code, done.title));
    }
    for back in &fixed.taken_back {
        let left = terminal.paint(YELLOW, "left alone");
        text.push_str(&format!("{left} {}  {} {}\n", place(&back.fix), back.fix.code, back.fix.title));
        text.push_str(&format!("  it would bring {} {}\n", back.code, back.message));
    }
    let applied = match (fixed.applied.len(), args.dry_run || args.diff) {
        (0, _) => "nothing to fix".to_owned(),
        (1, false) => "1 fix".to_owned(),
        (n, false) => format!("{n} fixes"),
        (1, true) => "1 fix possible".to_owned(),
        (n, true) => format!("{n} fixes possible"),
    };
    text.push_str(&terminal.paint(DIM, &format!("{applied}{}", left(fixed, args.unsafe_too))));
    text.push('\n');
    // A diff can be handed on to other programs.
    if args.diff { terminal.note(&text) } else { terminal.say(&text) }
}

/// What is left, and what to do about it.
fn left(fixed: &Fixed, asked: bool) -> String {
    if fixed.left.is_empty() {
        return ", no problems left".to_owned();
    }
    let risky = |how| fixed.left.iter().filter(|d| d.fixes.iter().any(|fix| fix.applicability == how)).count();
    let more = match risky(Applicability::Unsafe) {
        0 => String::new(),
        _ if asked => String::new(),
        1 => ", one of them with a fix that needs a look (`--unsafe`)".to_owned(),
        n => format!(", {n} of them with a fix that needs a look (`--unsafe`)"),
    };
    format!("; {} left{more}", count(&fixed.left))
}
