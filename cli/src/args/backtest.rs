//! What can be asked of a backtest.

use std::path::PathBuf;

use clap::ValueEnum;

use super::ReadArgs;

/// Run two programs over the same history and show what becomes of people under each
#[derive(Debug, clap::Args)]
#[command(override_usage = "flow backtest <BASE> [HEAD] --events <FILE>... [OPTIONS]
       flow backtest <BASE> [HEAD] --store <FILE> [OPTIONS]")]
#[command(after_long_help = "\
Examples:
  flow backtest main --events events.jsonl             this folder against a branch
  flow backtest main feature --events events.jsonl --html report.html
  flow backtest old/ new/ --events events.jsonl --format markdown > comment.md
A side is a git revision (`main`, `main:path/to/project`), a folder, the address of a daemon,
or a store. Without HEAD: the project in this folder or above it, as it is now.")]
pub(crate) struct BacktestArgs {
    /// The program before
    pub(crate) base: String,
    /// The program after [default: the project in this folder]
    pub(crate) head: Option<String>,
    /// Files of events: JSON Lines, CSV by a mapping of HEAD, or a prepared log (`flow import --to history.flowlog`)
    #[arg(long, value_name = "FILE", required_unless_present = "store", num_args = 1..)]
    pub(crate) events: Vec<PathBuf>,
    /// What a daemon has taken: its store, or a backup of it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["events", "mapping", "sort"])]
    pub(crate) store: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
    /// Hold scores against what happened later, as `won:order_placed` or `"won:order_placed within 30 days"`
    #[arg(long, value_name = "NAME:EVENT", value_parser = label)]
    pub(crate) label: Option<LabelArg>,
    /// Write the report to this file as a page that opens from disk
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Of how many contacts both timelines are told; 0 saves the second look at the history
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(0..=50))]
    pub(crate) contacts: u16,
    /// How many partitions of the contacts are run at once [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) jobs: Option<u16>,
    /// How the report is written
    #[arg(long, value_enum, default_value_t = BacktestFormat::Text)]
    pub(crate) format: BacktestFormat,
    /// No progress
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BacktestFormat {
    /// For people, at a terminal
    Text,
    /// For the comment of a pull request
    Markdown,
    /// JSON, with a version
    Json,
}

/// What scores are held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LabelArg {
    /// What the event means: `won`.
    pub(crate) name: String,
    /// The event.
    pub(crate) event: String,
    /// How soon it has to come: in words, and in milliseconds.
    pub(crate) within: Option<(String, i64)>,
}

/// `won:order_placed within 30 days`
fn label(text: &str) -> Result<LabelArg, String> {
    let wrong =
        || "write a name and an event, such as `won:order_placed` or `won:order_placed within 30 days`".to_owned();
    let (name, rest) = text.split_once(':').ok_or_else(wrong)?;
    let (event, within) = rest.split_once(" within ").map_or((rest, None), |(event, within)| (event, Some(within)));
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !is_name(name.trim()) || !is_name(event.trim()) {
        return Err(wrong());
    }
    let within = within.map(|within| duration(within).ok_or_else(wrong)).transpose()?;
    Ok(LabelArg { name: name.trim().to_owned(), event: event.trim().to_owned(), within })
}

/// A length of time as in a `.flow` file, in words and in milliseconds. A day has 24 hours here.
fn duration(text: &str) -> Option<(String, i64)> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let number: i64 = number.parse().ok().filter(|number| (1..=100_000).contains(number))?;
    let unit = match unit.trim() {
        "h" => 3_600_000,
        "m" => 60_000,
        "day" | "days" => 86_400_000,
        "week" | "weeks" => 7 * 86_400_000,
        _ => return None,
    };
    Some((text.to_owned(), number * unit))
}
