//! What can be asked for on the command line.

pub(crate) mod backtest;
pub(crate) mod git;
pub(crate) mod learn;
pub(crate) mod remote;
pub(crate) mod review;
pub(crate) mod store;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use learn::{CompletionsArgs, DocsArgs, ExplainArgs, InitArgs, ManArgs};
use remote::{
    AnswerFormat, AuditArgs, ContactArgs, DeliveriesArgs, DeployArgs, DeploysArgs, KeysArgs, RejectsArgs, ReportArgs,
    RollbackArgs, ToArgs,
};

/// Marketing automation as code: check, test and run `.flow` projects.
#[derive(Debug, Parser)]
#[command(name = "flow", version, max_term_width = 100, after_help = AFTER, subcommand_required = true)]
#[command(arg_required_else_help = true, infer_subcommands = false)]
pub(crate) struct Args {
    /// Colours: auto (on a terminal, unless `NO_COLOR` is set), always, never
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN", hide_possible_values = true)]
    pub(crate) color: Colour,
    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER: &str = "\
Exit codes:
  0  done, nothing wrong
  1  an error in the project (`--deny-warnings`: or a warning), a failed test, or a budget of a
     backtest that is exceeded
  2  wrong use, or an input that cannot be read
  3  `flow run --strict`: some rows could not be used
`flow plan` has its own: 0 nothing changes, 2 something does, 3 it needs approval, 1 an error

`flow COMMAND --help` shows examples.";

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(InitArgs),
    Check(CheckArgs),
    Fix(FixArgs),
    Fmt(FmtArgs),
    Test(TestArgs),
    Run(RunArgs),
    Plan(review::PlanArgs),
    Backtest(backtest::BacktestArgs),
    Serve(ServeArgs),
    Deploy(DeployArgs),
    Deploys(DeploysArgs),
    Rollback(RollbackArgs),
    Import(ImportArgs),
    Store(store::StoreArgs),
    Why(WhyArgs),
    Contact(ContactArgs),
    Report(ReportArgs),
    Deliveries(DeliveriesArgs),
    Rejects(RejectsArgs),
    Keys(KeysArgs),
    Audit(AuditArgs),
    Graph(GraphArgs),
    Lsp(LspArgs),
    Docs(DocsArgs),
    Explain(ExplainArgs),
    DiffDriver(git::DiffDriverArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

/// Serve an editor: the language server, over standard input and output
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
An editor starts this by itself; `editors/` of the source says how each is set up.
With `FLOW_ADMIN_TOKEN` (and `FLOW_URL`) it shows how many people are where, as a daemon tells it.")]
pub(crate) struct LspArgs {
    /// What all editors do in any case
    #[arg(long, hide = true)]
    pub(crate) stdio: bool,
}

/// Check a project without running it
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  flow check examples/shop                         one project
  flow check examples/mistakes --format plain      one line for each mistake
  flow check examples/shop --report                how many messages a contact can get
  flow check examples/shop --deny-warnings --format github
                                                   in the checks of a pull request
Without a folder: the project in this folder or above it.")]
pub(crate) struct CheckArgs {
    /// A folder of the project [default: this one]
    pub(crate) dir: Option<PathBuf>,
    /// How diagnostics are written
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub(crate) format: CheckFormat,
    /// End with code 1 when there are warnings, too
    #[arg(long)]
    pub(crate) deny_warnings: bool,
    /// Tell the worst case, too: how many messages one contact can get, and which the limits can keep from leaving
    #[arg(long)]
    pub(crate) report: bool,
    /// Check again whenever a file of the project changes, until Ctrl-C
    #[arg(long)]
    pub(crate) watch: bool,
}

/// Mend what the compiler can mend by itself
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  flow fix examples/mistakes --dry-run           what can be mended without a look
  flow fix examples/mistakes --unsafe --diff     what needs a look, too, as a diff
Without a folder: the project in this folder or above it. A fix that would bring a new
error is taken back and told. Ends with code 1 when errors are left.")]
pub(crate) struct FixArgs {
    /// A folder of the project [default: this one]
    pub(crate) dir: Option<PathBuf>,
    /// Apply fixes that may change what is decided, too: look at them
    #[arg(long = "unsafe")]
    pub(crate) unsafe_too: bool,
    /// Write nothing; say what would be done, and end with code 1 when there is something
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Write nothing; show what would be done as a diff, and end with code 1 when there is something
    #[arg(long)]
    pub(crate) diff: bool,
}

/// Lay out `.flow` files: one style, every comment kept
#[derive(Debug, clap::Args)]
#[command(override_usage = "flow fmt [DIR|FILE]... [OPTIONS]")]
#[command(after_long_help = "\
Examples:
  flow fmt examples/shop --check     which files would change (code 1 when there is one)
  flow fmt examples/shop --diff      what would change
  cat examples/shop/world.flow | flow fmt -
Without a folder or a file: the project in this folder or above it. An item that cannot be
read stays as it is and is reported (code 1); the others are formatted all the same.")]
pub(crate) struct FmtArgs {
    /// Folders and files (`-`: from standard input to standard output) [default: the project]
    #[arg(value_names = ["DIR|FILE"])]
    pub(crate) paths: Vec<PathBuf>,
    /// Write nothing; name the files that would change, and end with code 1 when there is one
    #[arg(long)]
    pub(crate) check: bool,
    /// Write nothing; show what would change, and end with code 1 when something would
    #[arg(long)]
    pub(crate) diff: bool,
}

/// Run the tests of a project on a virtual clock
#[derive(Debug, clap::Args)]
#[command(override_usage = "flow test [DIR] [FILTER] [OPTIONS]")]
#[command(after_long_help = "\
Examples:
  flow test examples/shop                        all tests of a project
  flow test examples/shop cart                   those with `cart` in their name
  flow test examples/saas --format junit         for the checks of a pull request
  flow test examples/shop --mutate               what no test would notice
  flow test examples/shop --vary                 events twice, late, reordered
  flow test examples/shop --coverage --min 80%   what the tests reach
Without a folder: the project in this folder or above it.")]
pub(crate) struct TestArgs {
    /// A folder of the project [default: this one], then a part of the names of tests
    #[arg(value_names = ["DIR", "FILTER"], num_args = 0..=2)]
    pub(crate) words: Vec<String>,
    /// How results are written
    #[arg(long, value_enum, default_value_t = TestFormat::Text)]
    pub(crate) format: TestFormat,
    /// Run each test again with events repeated, delayed and reordered, contacts merged on the
    /// way, and the calendar moved over both clock changes
    #[arg(long)]
    pub(crate) vary: bool,
    /// Tell which steps, branches, rules and so on the tests reach, as `text` or `lcov`
    #[arg(long, value_enum, value_name = "AS", num_args = 0..=1, require_equals = true, default_missing_value = "text")]
    pub(crate) coverage: Option<CoverageFormat>,
    /// Write the coverage to this file, as an LCOV tracefile
    #[arg(long, value_name = "FILE")]
    pub(crate) coverage_out: Option<PathBuf>,
    /// Run again whenever a file of the project changes, until Ctrl-C
    #[arg(long)]
    pub(crate) watch: bool,
    /// Change one rule at a time and say which changes no test notices
    #[arg(long)]
    pub(crate) mutate: bool,
    /// Run them even where `flow check` proves that something goes wrong, to see how it does
    #[arg(long)]
    pub(crate) unproved: bool,
    /// End with code 1 when less than this is reached, or noticed, as `80%`
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(crate) min: Option<f64>,
    /// How many tests run at once [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
}

impl TestArgs {
    /// Whether anybody wants to know what the tests reach.
    pub(crate) fn covers(&self) -> bool {
        self.coverage.is_some() || self.coverage_out.is_some()
    }
}

/// `80%` or `80`
fn percent(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').unwrap_or(text).trim_end().parse::<f64>();
    match number {
        Ok(number) if (0.0..=100.0).contains(&number) => Ok(number),
        Ok(_) | Err(_) => Err("write a percentage from 0 to 100, such as `80%`".to_owned()),
    }
}

/// Run a project over real events and show what it decides
#[derive(Debug, clap::Args)]
#[command(override_usage = "flow run [DIR] --events <FILE>... [OPTIONS]")]
#[command(after_long_help = "\
Examples:
  flow run examples/shop --events examples/shop/events.jsonl
  flow run examples/shop --events examples/shop/events.jsonl --quiet --out -
  flow run examples/cdnow --events examples/cdnow/sample.csv --sort
  cat examples/shop/events.jsonl | flow run examples/shop --events -
JSON Lines have Segment's shape; CSV becomes events as `[import.NAME]` says.")]
pub(crate) struct RunArgs {
    /// A folder of the project [default: this one]
    pub(crate) dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Write each decision to this file, as JSON Lines (`-`: standard output)
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Write each row that cannot be used to this file, with its line and the reason
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
    /// Let another project take over then, as `new@2026-03-01T10:00`; may be repeated
    #[arg(long, value_name = "DIR@TIME")]
    pub(crate) deploy: Vec<String>,
    /// How many partitions of the contacts are run at once [default: one for each processor]. What is decided and
    /// written is the same for any number; with `--deploy` it is 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) jobs: Option<u16>,
    /// How the summary is written
    #[arg(long, value_enum, default_value_t = RunFormat::Text)]
    pub(crate) format: RunFormat,
    /// No summary and no progress
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// End with code 3 when a row could not be used
    #[arg(long)]
    pub(crate) strict: bool,
}

/// Tell one contact's story: what was decided, and which line did it
#[derive(Debug, clap::Args)]
#[command(override_usage = "flow why <ID> [OPTIONS]
       flow why [DIR] --events <FILE>... --contact <ID> [OPTIONS]")]
#[command(mut_arg("events", |arg| arg.required(false)))]
#[command(after_long_help = "\
Examples:
  flow why u-104                              as the daemon of this machine knows it
  flow why u-104 --message cart_reminder --to https://flow.acme.example
  flow why examples/shop --events examples/shop/events.jsonl --contact u-104
Without events a daemon is asked: `FLOW_ADMIN_TOKEN` lets in.")]
pub(crate) struct WhyArgs {
    /// Whose story a daemon shall tell; with events: a folder of the project [default: this one]
    #[arg(value_name = "ID|DIR")]
    pub(crate) what: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Whose story: a user's id, or an anonymous one
    #[arg(long, value_name = "ID")]
    pub(crate) contact: Option<String>,
    /// Only what concerns this message
    #[arg(long, value_name = "NAME")]
    pub(crate) message: Option<String>,
    /// How many moments a daemon tells, the latest
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
    /// How a daemon's answer is written
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
    #[command(flatten)]
    pub(crate) to: ToArgs,
}

/// Where events come from.
#[derive(Debug, clap::Args)]
pub(crate) struct InputArgs {
    /// Files of events: JSON Lines, or CSV by a mapping (`-`: standard input)
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    pub(crate) events: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
}

/// How events are read, and how long time goes on.
#[derive(Debug, clap::Args)]
pub(crate) struct ReadArgs {
    /// The `[import.NAME]` of `flow.toml` for CSV files; needed where there are several
    #[arg(long, value_name = "NAME")]
    pub(crate) mapping: Option<String>,
    /// Put all events into the order of their time first
    #[arg(long)]
    pub(crate) sort: bool,
    /// Go on until then: the end of a day (`2026-06-30`) or an instant
    /// (`2026-06-30T12:00`, in the project's zone unless it says `Z` or an offset)
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
}

/// Run a project day and night: take events over HTTP, decide, deliver
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  flow serve examples/shop                       on this machine alone, with a store beside the project
  flow serve examples/shop --clock fast:1h/s     an hour of the contacts' time in each second
  FLOW_WRITE_KEY=… FLOW_ADMIN_TOKEN=… flow serve /srv/shop --store /var/lib/flow/shop.db
A change of the project takes over at once, when it is right and strands nobody. Ctrl-C or
SIGTERM ends it within ten seconds; what was acknowledged is kept whatever happens.
Without a folder: the project in this folder or above it.")]
pub(crate) struct ServeArgs {
    /// A folder of the project [default: this one]
    pub(crate) dir: Option<PathBuf>,
    /// Where to listen; beyond this machine only behind a proxy with TLS
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8411")]
    pub(crate) listen: std::net::SocketAddr,
    /// The store [default: `flow.db` in the project's folder]
    #[arg(long, value_name = "FILE")]
    pub(crate) store: Option<PathBuf>,
    /// `real`, or faster: `fast:1h/s` is an hour in each second
    #[arg(long, value_name = "CLOCK", default_value = "real", value_parser = crate::commands::serve::clock)]
    pub(crate) clock: crate::commands::serve::Pace,
    /// Most calls that one write key may send in a second [default: no limit]
    #[arg(long, value_name = "CALLS")]
    pub(crate) rate: Option<u32>,
    /// Where people reach the daemon, for the links of letters: unsubscribing, preferences, clicks, opens;
    /// `FLOW_LINK_SECRET` seals them, `FLOW_REPORT_SECRET` lets reports of bounces in
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// Let webhooks and connectors go to this machine and to private networks, too
    #[arg(long)]
    pub(crate) allow_private: bool,
    /// Do not watch the project's files
    #[arg(long)]
    pub(crate) no_watch: bool,
    /// Append what happens to a file, a line of JSON each, without personal data
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
}

/// Bring files of events into a daemon, or into its store while it is stopped
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  flow import examples/shop --events examples/shop/events.jsonl
  flow import /srv/shop --events orders.csv --mapping orders --store /var/lib/flow/shop.db
  flow import examples/shop --events orders.jsonl --to http://127.0.0.1:8411
  flow import --events orders.jsonl --to history.flowlog
What is older than `late_after` is known from then on, and sets nothing off. A file may be
imported again: what was taken counts once. What leaves, leaves when the daemon is started.")]
pub(crate) struct ImportArgs {
    /// A folder of the project [default: this one]
    pub(crate) dir: Option<PathBuf>,
    /// Files of events: JSON Lines, or CSV by a mapping (`-`: standard input)
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    pub(crate) events: Vec<PathBuf>,
    /// The `[import.NAME]` of `flow.toml` for CSV files; needed where there are several
    #[arg(long, value_name = "NAME")]
    pub(crate) mapping: Option<String>,
    /// The store [default: `flow.db` in the project's folder]
    #[arg(long, value_name = "FILE", conflicts_with = "to")]
    pub(crate) store: Option<PathBuf>,
    /// Send the rows to a daemon that runs, with this project (`FLOW_ADMIN_TOKEN` lets in); or write them to a
    /// prepared log (`history.flowlog`), which `flow backtest` reads fast, whatever the project is
    #[arg(long, value_name = "URL|FILE.flowlog")]
    pub(crate) to: Option<String>,
    /// Say nothing but what is wrong
    #[arg(long)]
    pub(crate) quiet: bool,
    /// End with code 3 when rows could not be used
    #[arg(long)]
    pub(crate) strict: bool,
}

/// Draw a project, or one item with what it reads and what it causes
#[derive(Debug, clap::Args)]
#[command(override_usage = "flow graph [DIR] [ITEM] [OPTIONS]")]
#[command(after_long_help = "\
Examples:
  flow graph examples/shop                                 who reads whom, and what causes what
  flow graph examples/shop --format svg --out shop.svg     the same as a picture
  flow graph examples/shop sequence.cart_recovery --format mermaid
                                                           the flow chart of a sequence
  flow graph examples/saas score.lead --format svg --out lead.svg
  flow graph examples/shop order_placed                    a name that only one item has
  flow graph examples/shop --format json                   for programs: the canonical form
An item is written as in `moved`: `segment.vip`, `lifecycle.customer`, `contact.email`.
Without a folder: the project in this folder or above it.")]
pub(crate) struct GraphArgs {
    /// A folder of the project [default: this one], then an item
    #[arg(value_names = ["DIR", "ITEM"], num_args = 0..=2)]
    pub(crate) words: Vec<String>,
    /// What is written
    #[arg(long, value_enum, default_value_t = GraphFormat::Text)]
    pub(crate) format: GraphFormat,
    /// How much is drawn. The project: 1 items, 2 messages, figures and fields too, 3 steps too. An item:
    /// so many neighbours far to each side
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=9))]
    pub(crate) depth: u32,
    /// Write it to this file (`-`: standard output)
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
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

/// How `flow test` writes results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestFormat {
    /// A line for each file, and what failed in full
    Text,
    /// JSON, with a version
    Json,
    /// JUnit XML
    Junit,
}

/// How coverage is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CoverageFormat {
    /// For people
    Text,
    /// An LCOV tracefile, for `genhtml` and code hosts
    Lcov,
}

/// What `flow graph` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// Lines for people
    Text,
    /// A flowchart that code hosts draw
    Mermaid,
    /// A graph for Graphviz
    Dot,
    /// A picture
    Svg,
    /// The canonical form, with a version and a fingerprint
    Json,
}

/// How `flow run` writes its summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RunFormat {
    /// For people
    Text,
    /// JSON, with a version
    Json,
}
