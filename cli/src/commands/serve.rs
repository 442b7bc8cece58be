//! `flow serve`: a project runs day and night.

mod channels;
mod journal;
pub(crate) mod refuse;
pub(crate) mod settings;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use flow_daemon::deploys::Taken;
use flow_daemon::http::App;
use flow_daemon::serve::{Daemon, Started};
use flow_daemon::service::Closed;
use flow_daemon::shard::Release;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::args::ServeArgs;
use crate::commands::check::compiled;
use crate::failure::{Exit, Failure};
use crate::layout::plural;
use crate::project::{self, Project};
use crate::terminal::{BOLD, DIM, GREEN, Terminal, YELLOW};
use crate::watch::Changes;

/// How fast the clock goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Pace {
    /// As everybody's.
    Real,
    /// So many times faster.
    Fast(f64),
}

/// Reads `real` or `fast:1h/s`.
pub(crate) fn clock(text: &str) -> Result<Pace, String> {
    const FORM: &str = "write `real`, or how much passes in a second: `fast:30m/s`, `fast:1h/s`, `fast:1d/s`";
    if text == "real" {
        return Ok(Pace::Real);
    }
    let length = text.strip_prefix("fast:").and_then(|rest| rest.strip_suffix("/s")).ok_or(FORM)?;
    let (number, unit) = length.split_at_checked(length.len().saturating_sub(1)).ok_or(FORM)?;
    let unit = match unit {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        _ => return Err(FORM.to_owned()),
    };
    let pace = number.parse::<f64>().map_err(|_| FORM.to_owned())? * unit;
    match flow_daemon::clock::PACES.contains(&pace) {
        true => Ok(Pace::Fast(pace)),
        false => Err("a clock goes at least as fast as everybody's, and at most a year in a second".to_owned()),
    }
}

pub(crate) fn run(args: &ServeArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let project = Project::load(args.dir.as_deref())?;
    let Some(release) = release(&project, args.dir.as_deref(), terminal)? else { return Ok(Exit::Found) };
    let changes = Changes::of(args.dir.as_deref())?;
    let runtime = runtime()?;
    let links = settings::links(args)?;
    channels::answers(&project, &release.program)?;
    let channels = channels::open(&project, &release.program.teams, args, links.clone())?;
    let mut settings = settings::settings(args, &project.settings(), links)?;
    settings.ways = channels.channels.ways();
    let store = settings.store.clone();
    let journal = args.journal.as_deref().map(journal::open).transpose()?;
    let daemon = match runtime.block_on(Daemon::start(settings, release.clone(), refuse::trouble())) {
        Ok(daemon) => daemon,
        Err(why) => return refuse::no_start(why, terminal),
    };
    greet(&daemon.started, &store, &release, terminal);
    if let Some(journal) = journal {
        daemon.keep_journal(journal);
    }
    if let Some(refused) = daemon.started.refused.clone() {
        refuse::refusals(refused.into()).iter().for_each(|failure| terminal.complain(failure));
        refuse::keep(terminal);
    }
    if channels.trial {
        let words = "a trial: none of the variables that `flow.toml` names is set, so what leaves is printed here";
        terminal.say(&format!("  {}\n", terminal.paint(YELLOW, words)));
    }
    let app = Arc::clone(daemon.app());
    let (stop, stopped) = watch::channel(false);
    let running = runtime.spawn(daemon.run(Arc::new(channels.channels), stopped));
    while let Some(changed) = changes.next() {
        if !args.no_watch {
            let what = terminal.paint(DIM, &format!("{} has changed", changed.display()));
            terminal.note(&format!("{what}\n"));
            if let Err(failure) = reload(args, &app, &runtime, terminal) {
                terminal.complain(&failure);
            }
        }
    }
    terminal.note(&terminal.paint(DIM, "\nstopping: what was taken is kept\n"));
    // Nobody listens where it has stopped by itself.
    let _ = stop.send(true);
    runtime.block_on(running).map_err(|error| Failure::new(format!("the daemon has failed: {error}")))?;
    Ok(Exit::Done)
}

fn runtime() -> Result<Runtime, Failure> {
    let built = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    built.map_err(|error| Failure::new(format!("the daemon cannot start: {error}")))
}

/// What the project says now, if it is right.
pub(super) fn release(
    project: &Project,
    dir: Option<&Path>,
    terminal: &mut Terminal,
) -> Result<Option<Release>, Failure> {
    let Some((program, _)) = compiled(project, terminal) else { return Ok(None) };
    let commit = commit(&project::root(dir)?);
    Ok(Some(Release { program: Arc::new(program), who: "serve".to_owned(), commit }))
}

/// The commit of the folder; none where it is in no repository, or has changes.
fn commit(folder: &Path) -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let clean = git(&["status", "--porcelain", "--", "."])?.is_empty();
    git(&["rev-parse", "HEAD"]).filter(|_| clean)
}

fn greet(started: &Started, store: &Path, release: &Release, terminal: &mut Terminal) {
    let fingerprint: String = started.runs.chars().take(12).collect();
    let name = &release.program.project.name;
    let mut text =
        format!("{} {}\n", terminal.paint(BOLD, name), terminal.paint(DIM, &format!("program {fingerprint}")));
    let contacts = u64::try_from(started.contacts).unwrap_or(u64::MAX);
    let what = if started.resumed { plural(contacts, "contact") } else { "new".to_owned() };
    text.push_str(&format!("  store        {} ({what})\n", store.display()));
    text.push_str(&format!("  listens at   http://{}\n", started.address));
    for (purpose, key) in &started.made {
        let label = if *purpose == "write" { "write key  " } else { "admin token" };
        text.push_str(&format!("  {label}  {key}\n"));
    }
    if !started.made.is_empty() {
        text.push_str(&terminal.paint(DIM, "  (keys are shown once; only their hashes are kept)\n"));
    }
    if started.deployed {
        text.push_str(&terminal.paint(GREEN, "  the program has changed and has taken over\n"));
    }
    terminal.say(&text);
}

/// The project has changed: what it says now takes over, or is refused.
fn reload(args: &ServeArgs, app: &App, runtime: &Runtime, terminal: &mut Terminal) -> Result<(), Failure> {
    let project = Project::load(args.dir.as_deref())?;
    let Some(release) = release(&project, args.dir.as_deref(), terminal)? else {
        refuse::keep(terminal);
        return Ok(());
    };
    let closed = |closed| match closed {
        Closed::Unkept(why) => Failure::new(why),
        Closed::Full => Failure::new("too much waits to be taken"),
        Closed::Stopping => Failure::new("the daemon is being stopped"),
    };
    let Some(outcome) = runtime.block_on(app.folder(release)).map_err(closed)? else { return Ok(()) };
    let short: String = outcome.fingerprint.chars().take(12).collect();
    match &outcome.done {
        Ok(Taken { moved: Some(moved), .. }) => {
            let people = plural(moved.contacts, "contact");
            terminal.say(&format!("{} {short}, {people} carried over\n", terminal.paint(GREEN, "now runs")));
        }
        Ok(Taken { moved: None, .. }) => {}
        Err(why) => {
            refuse::refusals(why.clone()).iter().for_each(|failure| terminal.complain(failure));
            refuse::keep(terminal);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_read() {
        assert_eq!(clock("real"), Ok(Pace::Real));
        assert_eq!(clock("fast:1h/s"), Ok(Pace::Fast(3_600.0)));
        assert_eq!(clock("fast:0.5d/s"), Ok(Pace::Fast(43_200.0)));
        for wrong in
            ["", "fast", "fast:1h", "fast:1x/s", "fast:/s", "fast:0s/s", "fast:-1h/s", "fast:9999d/s", "fast:1é/s"]
        {
            assert!(clock(wrong).is_err(), "{wrong}");
        }
    }
}
