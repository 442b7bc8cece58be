//! What can be asked for to review a change.

use std::path::PathBuf;

use clap::ValueEnum;

/// Say what a change does to people, before it is merged
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  flow plan main                             what is changed here since `main`
  flow plan v1.4 v1.5 --dir shop             between two revisions, of the project in `shop`
  flow plan https://flow.acme.example        what a deploy of this folder would do
  flow plan main --format markdown           for a pull request
A side is a git revision, a folder, the address of a daemon, or a store (`flow.db`, a backup).
Ends with code 0 when nothing changes, 2 when something does, 3 when some of it needs
approval, 1 when a side has an error or people would be stranded.")]
pub(crate) struct PlanArgs {
    /// What is compared with: a revision, a folder, a daemon or a store
    pub(crate) base: String,
    /// What is planned [default: the project as it is now]
    pub(crate) head: Option<String>,
    /// A folder of the project, for revisions and where nothing else is said [default: this one]
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// How the plan is written
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    pub(crate) format: PlanFormat,
    /// Write a test for each contact that shows a change, where one can be written, to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) save_tests: Option<PathBuf>,
}

/// How a plan is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanFormat {
    /// For people at a terminal
    Text,
    /// For a pull request
    Markdown,
    /// For programs
    Json,
}
