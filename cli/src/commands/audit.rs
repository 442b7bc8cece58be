//! `flow audit`: the administrative acts of a daemon.

use serde::Deserialize;

use crate::args::remote::{AnswerFormat, AuditArgs};
use crate::clock::Clock;
use crate::failure::{Exit, Failure};
use crate::layout::columns;
use crate::remote::Daemon;
use crate::terminal::{BOLD, DIM, Terminal};

#[derive(Debug, Deserialize)]
struct List {
    acts: Vec<Act>,
}

#[derive(Debug, Deserialize)]
struct Act {
    at: String,
    who: String,
    what: String,
    detail: String,
}

pub(crate) fn run(args: &AuditArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let daemon = Daemon::of(&args.to)?;
    let answer = daemon.get(&["audit"], &[("limit", args.limit.to_string())])?;
    match args.format {
        AnswerFormat::Json => terminal.json(&answer),
        AnswerFormat::Text => {
            let List { acts } = daemon.understand(answer)?;
            let clock = Clock::of("UTC");
            let row = |act: Act| vec![clock.tell(&act.at), act.who, act.what.replace('_', " "), act.detail];
            let rows: Vec<_> = acts.into_iter().map(row).collect();
            let head = format!("{}  {}", terminal.paint(BOLD, "acts"), terminal.paint(DIM, "the latest first, UTC"));
            match rows.is_empty() {
                true => terminal.say("nobody has done anything\n"),
                false => terminal.say(&format!("{head}\n{}", columns(&rows, terminal.width))),
            }
        }
    }
    Ok(Exit::Done)
}
