//! The command `flow`: the one place that composes compiler and runtime, reads a project's files and prints.

mod args;
mod clock;
mod commands;
mod deploys;
mod diff;
mod failure;
mod git;
mod input;
mod layout;
mod markdown;
mod output;
mod parallel;
mod partitions;
mod people;
mod progress;
mod project;
mod remote;
mod replace;
mod side;
mod summary;
mod table;
mod terminal;
mod verdict;
mod watch;

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;

use args::{Args, Command};
use failure::Exit;
use terminal::Terminal;

/// Events are made on one thread and dropped on another, very many of them: a run takes a third less time with this one.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(said) => return refuse(&said),
    };
    let mut terminal = Terminal::new(args.color);
    let result = match &args.command {
        Command::Init(args) => commands::init::run(args, &mut terminal),
        Command::Check(args) => commands::check::run(args, &mut terminal),
        Command::Fix(args) => commands::fix::run(args, &mut terminal),
        Command::Fmt(args) => commands::fmt::run(args, &mut terminal),
        Command::Test(args) => commands::test::run(args, &mut terminal),
        Command::Run(args) => commands::run::run(args, &mut terminal),
        Command::Plan(args) => commands::plan::run(args, &mut terminal).or_else(|failure| {
            // 2 and 3 say that something changes.
            terminal.complain(&failure);
            Ok(Exit::Found)
        }),
        Command::Serve(args) => commands::serve::run(args, &mut terminal),
        Command::Deploy(args) => commands::deploy::deploy(args, &mut terminal),
        Command::Deploys(args) => commands::deploy::deploys(args, &mut terminal),
        Command::Rollback(args) => commands::deploy::rollback(args, &mut terminal),
        Command::Import(args) => commands::import::run(args, &mut terminal),
        Command::Store(args) => commands::store::run(args, &mut terminal),
        Command::Why(args) => commands::why::run(args, &mut terminal),
        Command::Contact(args) => commands::contact::run(args, &mut terminal),
        Command::Deliveries(args) => commands::deliveries::run(args, &mut terminal),
        Command::Backtest(args) => commands::backtest::run(args, &mut terminal),
        Command::Report(args) => commands::report::run(args, &mut terminal),
        Command::Rejects(args) => commands::rejects::run(args, &mut terminal),
        Command::Keys(args) => commands::keys::run(args, &mut terminal),
        Command::Audit(args) => commands::audit::run(args, &mut terminal),
        Command::Graph(args) => commands::graph::run(args, &mut terminal),
        Command::Lsp(_) => commands::lsp::run(),
        Command::Docs(args) => commands::docs::run(args, &mut terminal),
        Command::Explain(args) => commands::explain::run(args, &mut terminal),
        Command::DiffDriver(args) => commands::diff_driver::run(args, &mut terminal),
        Command::Completions(args) => commands::completions::run(args, &mut terminal),
        Command::Man(args) => commands::man::run(args, &mut terminal),
    };
    let exit = result.unwrap_or_else(|failure| {
        terminal.complain(&failure);
        Exit::Unusable
    });
    terminal.finish(exit).into()
}

/// What clap has to say: help and version are asked for, everything else is wrong use.
fn refuse(said: &clap::Error) -> ExitCode {
    let mut terminal = Terminal::new(args::Colour::Auto);
    let text = said.render();
    let text = if terminal.colour() || said.use_stderr() { text.ansi().to_string() } else { text.to_string() };
    if said.use_stderr() {
        terminal.note(&text);
        // `flow plan` says with 2 that something changes.
        let plans = std::env::args().skip(1).find(|word| !word.starts_with('-')).is_some_and(|word| word == "plan");
        return terminal.finish(if plans { Exit::Found } else { Exit::Unusable }).into();
    }
    terminal.say(&text);
    terminal.finish(Exit::Done).into()
}
