//! What can be asked for to begin and to learn: a new project, pages, completions.

use std::path::PathBuf;

use clap::ValueEnum;
use clap_complete::Shell;

use super::remote::AnswerFormat;

/// Begin a project: three questions, or flags
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  flow init                                        asks, and writes into this folder
  flow init letters --template newsletter --yes    asks nothing
  flow init crm --template saas --name \"Acme CRM\" --zone America/New_York --currency USD
Nothing that is there is written over. What is written passes `flow check` and `flow test`.")]
pub(crate) struct InitArgs {
    /// The folder, which is made where there is none [default: this one]
    pub(crate) folder: Option<PathBuf>,
    /// What it begins with
    #[arg(long, value_enum)]
    pub(crate) template: Option<Template>,
    /// What it is called [default: as its folder]
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// The time zone of people who have none of their own, such as `Europe/Berlin` [default: that of this machine]
    #[arg(long)]
    pub(crate) zone: Option<String>,
    /// The currency of all amounts, such as `USD`
    #[arg(long, default_value = "EUR")]
    pub(crate) currency: String,
    /// Ask nothing; take what is usual
    #[arg(long, short)]
    pub(crate) yes: bool,
}

/// What a project can begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Template {
    /// A shop: welcome, carts, after the purchase
    Shop,
    /// Software with a trial: a score, sales, a promise between both
    Saas,
    /// A newsletter: double opt-in, welcome, a letter each week, farewell
    Newsletter,
}

/// Write a project as pages, for people who do not program
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  flow docs                               into the folder `site` of the project
  flow docs examples/shop --out handbook  somewhere else
The pages open from a disk: nothing is fetched. Each item in words and as a picture, messages
as people get them, who reads and writes what, tests as examples, the language.
Without a folder: the project in this folder or above it.")]
pub(crate) struct DocsArgs {
    /// A folder of the project [default: this one]
    pub(crate) dir: Option<PathBuf>,
    /// Where the pages go [default: `site` in the project]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

/// Explain a word of the language, or the code of a diagnostic
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  flow explain                  the language in the order in which it is learnt
  flow explain wait             one thing of it, with examples
  flow explain F2001            what a code means, with a wrong and a right example
  flow explain unknown-name     the same by its name
  flow explain --list           all pages and all codes")]
pub(crate) struct ExplainArgs {
    /// A word, such as `wait` or `half-life`; a code, such as `F2001`, or its name; a reason of `flow plan`
    #[arg(value_name = "WORD")]
    pub(crate) words: Vec<String>,
    /// List all pages and all codes
    #[arg(long, conflicts_with = "words")]
    pub(crate) list: bool,
    /// What is written
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
}

/// Write completions for a shell
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  flow completions bash > ~/.local/share/bash-completion/completions/flow
  flow completions zsh > ~/.zfunc/_flow          with `fpath+=~/.zfunc` before `compinit`
  flow completions fish > ~/.config/fish/completions/flow.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

/// Write the manual: a page, or one for each command into a folder
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  flow man | man -l -                        the page of `flow`
  flow man check | man -l -                  the page of a command
  flow man --out /usr/local/share/man/man1   all of them, for packages")]
pub(crate) struct ManArgs {
    /// The command whose page is written [default: `flow` itself]
    #[arg(conflicts_with = "out")]
    pub(crate) of: Option<String>,
    /// Write all pages into this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}
