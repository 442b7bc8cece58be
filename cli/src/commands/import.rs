//! `flow import`: files of events into the store of a daemon that is stopped, or to one that runs.

mod prepare;
mod remote;

use flow_daemon::import::Import;
use flow_daemon::service::Closed;
use flow_runtime::ingest::Inputs;

use super::serve::refuse::{no_start, trouble};
use super::serve::release;
use super::serve::settings::store;
use crate::args::ImportArgs;
use crate::failure::{Exit, Failure};
use crate::input::{self, unreadable};
use crate::layout::plural;
use crate::progress::Progress;
use crate::project::Project;
use crate::terminal::{DIM, Terminal};

pub(crate) fn run(args: &ImportArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    if let Some(to) = args.to.as_deref().filter(|to| prepare::is_log(to)) {
        return prepare::run(args, std::path::Path::new(to), terminal);
    }
    let project = Project::load(args.dir.as_deref())?;
    let Some(release) = release(&project, args.dir.as_deref(), terminal)? else { return Ok(Exit::Found) };
    let sources = input::all(&args.events, args.mapping.as_deref(), &project.settings())?;
    if args.to.is_some() {
        return remote::run(args, &release, sources, terminal);
    }
    let store = store(args.store.as_deref(), args.dir.as_deref())?;
    let mut import = match Import::open(&store, &release, trouble()) {
        Ok(import) => import,
        Err(why) => return no_start(why, terminal),
    };
    let mut progress = Progress::new(sources.iter().map(|source| source.bytes).sum(), args.quiet);
    let mut before = 0;
    for (number, source) in (0..).zip(sources) {
        let name = source.name.clone();
        let inputs = Inputs::new(import.catalog().clone(), source.reader, &name, number, &source.format);
        let mut inputs = inputs.map_err(|error| unreadable(&name, &error))?;
        while let Some(read) = inputs.next() {
            import.take(read.map_err(|error| unreadable(&name, &error))?).map_err(closed)?;
            progress.step(before + inputs.bytes());
        }
        before += inputs.bytes();
    }
    let (done, summary) = import.finish().map_err(closed)?;
    let took = progress.finish();
    if !args.quiet {
        let rows = [
            (plural(done.taken, "call"), "taken", ""),
            (plural(done.repeated, "call"), "of the store were repeated", "; they count once"),
            (plural(done.late, "call"), "of the store were late", "; they set nothing off"),
            (plural(done.refused, "row"), "could not be used", "; the daemon lists them at `/v1/rejects`"),
        ];
        let line =
            |(count, what, more): &(String, &str, &str)| format!("  {count:>12} {what}{}\n", terminal.paint(DIM, more));
        let lines: String = rows.iter().filter(|(count, ..)| !count.starts_with("0 ")).map(line).collect();
        let contacts = plural(summary.contacts, "contact");
        let seconds = took.as_secs_f64();
        terminal.say(&format!("{} has {contacts}; {seconds:.1} s\n{lines}", store.display()));
    }
    Ok(if args.strict && done.refused > 0 { Exit::Rejected } else { Exit::Done })
}

fn closed(closed: Closed) -> Failure {
    let why = match closed {
        Closed::Unkept(why) => why,
        Closed::Full | Closed::Stopping => "the store was closed".to_owned(),
    };
    Failure::new(why).help("what was taken is kept; import the file again, and the rest of it is taken")
}
