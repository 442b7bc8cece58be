//! `flow completions`: what a shell needs to complete commands, options and their values.

use clap::CommandFactory;

use crate::args::Args;
use crate::args::learn::CompletionsArgs;
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;

pub(crate) fn run(args: &CompletionsArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "flow", &mut script);
    terminal.pass(&String::from_utf8_lossy(&script));
    Ok(Exit::Done)
}
