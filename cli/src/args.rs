//! What can be asked for on the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// Marketing automation as code: check, test and run `.flow` projects.
#[derive(Debug, Parser)]
#[command(name = "flow", version, max_term_width = 100, after_help = AFTER, subcommand_required = true)]
#[command(arg_required_else_help = true, disable_help_subcommand = true, infer_subcommands = false)]
pub(crate) struct Args {
    /// Colours: on a terminal, always, or never; the variable `NO_COLOR` counts too
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN", hide_possible_values = true)]
    pub(crate) color: Colour,
    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER: &str = "\
Exit codes:
  0  done, nothing wrong
  1  an error in the project, or a test that fails
  2  wrong use, or an input that cannot be read
  3  `flow run --strict`: some rows could not be used

`flow COMMAND --help` shows examples.";

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Check(CheckArgs),
    Explain(ExplainArgs),
}

/// Check a project without running it
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  flow check                                  the project in this folder or above it
  flow check examples/shop                    another one
  flow check --format json | jq .errors       for tools
  flow check --format sarif > flow.sarif      for code scanning
  flow check --format github                  notes in a pull request")]
pub(crate) struct CheckArgs {
    /// A folder of the project [default: this one]
    pub(crate) dir: Option<PathBuf>,
    /// How diagnostics are written
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub(crate) format: CheckFormat,
}

/// Explain a code of a diagnostic, with a wrong and a right example
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  flow explain F2001      what this code means
  flow explain --list     all codes")]
pub(crate) struct ExplainArgs {
    /// The code, such as `F2001`, or its name
    #[arg(required_unless_present = "list")]
    pub(crate) code: Option<String>,
    /// List all codes
    #[arg(long, conflicts_with = "code")]
    pub(crate) list: bool,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Also into files and pipes.
    Always,
    /// Nowhere.
    Never,
}

/// How `flow check` writes diagnostics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// The lines in question, drawn
    Text,
    /// One line for each diagnostic
    Plain,
    /// JSON, with a version
    Json,
    /// SARIF 2.1.0
    Sarif,
    /// Workflow commands of GitHub Actions
    Github,
}
