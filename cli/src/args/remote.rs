//! What can be asked of a daemon that runs.

use clap::{Subcommand, ValueEnum};

/// Where a daemon is, and how its answer is written.
#[derive(Debug, clap::Args)]
pub(crate) struct ToArgs {
    /// Where the daemon is [default: `FLOW_URL`, else http://127.0.0.1:8411]; `FLOW_ADMIN_TOKEN` lets in
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) to: Option<String>,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AnswerFormat {
    /// For people
    Text,
    /// JSON, with a version
    Json,
}

/// Show where a contact stands, and what happened to it last
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  FLOW_ADMIN_TOKEN=… flow contact u-104
  flow contact u-104 --to https://flow.acme.example --format json
  flow contact u-104 --export > u-104.json
  flow contact u-104 --erase
`flow why u-104` tells all that happened, and why the rest was not sent.")]
pub(crate) struct ContactArgs {
    /// Who: a user's id, or an anonymous one
    #[arg(value_name = "ID")]
    pub(crate) contact: String,
    /// Write all that is kept of them, as JSON
    #[arg(long, conflicts_with = "erase")]
    pub(crate) export: bool,
    /// Take them out of everything that is kept, for good; calls that speak of them are refused from then on
    #[arg(long)]
    pub(crate) erase: bool,
    /// How it is written
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
    #[command(flatten)]
    pub(crate) to: ToArgs,
}

/// Show what a daemon has come to: funnels, sequences, messages, service levels
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  flow report                                 all of it
  flow report sequences slas                  parts of it
  flow report cart_recovery --format json     one sequence, for programs
Parts are lifecycles, segments, scores, sequences, slas, messages, deliveries, rejects.
`FLOW_ADMIN_TOKEN` lets in.")]
pub(crate) struct ReportArgs {
    /// Parts, or names of what is in them [default: all]
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,
    /// How it is written
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
    #[command(flatten)]
    pub(crate) to: ToArgs,
}

/// List calls that a daemon has refused, by reason; take them after a fix
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  flow rejects                                what was refused, and why
  flow rejects --reason unknown_event         the latest for one reason
  flow rejects replay                         after a fix: what can be used now is taken
What was refused is taken as if it came when it did, in the order in which it came; each call
once, however often it is asked for. `FLOW_ADMIN_TOKEN` lets in.")]
pub(crate) struct RejectsArgs {
    #[command(subcommand)]
    pub(crate) act: Option<RejectsAct>,
    /// Only what was refused for this reason
    #[arg(long, global = true, value_name = "WORD")]
    pub(crate) reason: Option<String>,
    /// How many are shown, the latest first
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(0..=1000))]
    pub(crate) limit: u16,
    /// How it is written
    #[arg(long, global = true, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
    #[command(flatten)]
    pub(crate) to: ToArgs,
}

/// What becomes of what was refused.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum RejectsAct {
    /// Take what can be used now; the rest stays refused
    Replay,
}

/// List what leaves a daemon; try again what was given up
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  flow deliveries --dead                      what was given up, and why
  flow deliveries --contact u-104             what leaves to one contact
  flow deliveries retry                       all that was given up is tried again
  flow deliveries retry 17                    one of them
`FLOW_ADMIN_TOKEN` lets in.")]
pub(crate) struct DeliveriesArgs {
    #[command(subcommand)]
    pub(crate) act: Option<DeliveriesAct>,
    /// Only those of this state
    #[arg(long, value_enum, value_name = "STATE", conflicts_with = "dead")]
    pub(crate) state: Option<DeliveryState>,
    /// Only those that were given up: `--state dead`
    #[arg(long)]
    pub(crate) dead: bool,
    /// Only those to this contact
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) contact: Option<String>,
    /// How many are shown, the latest first
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
    /// How it is written
    #[arg(long, global = true, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
    #[command(flatten)]
    pub(crate) to: ToArgs,
}

/// What becomes of what leaves.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum DeliveriesAct {
    /// Try again what was given up
    Retry {
        /// Only this one, by its number
        id: Option<i64>,
    },
}

/// How far a delivery has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DeliveryState {
    /// It is still to leave
    Due,
    /// It has left
    Left,
    /// It was given up
    Dead,
}

impl DeliveryState {
    /// As the API calls it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Left => "left",
            Self::Dead => "dead",
        }
    }
}

/// List the administrative acts of a daemon: who did what, and when
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  flow audit --limit 50
  flow audit --to https://flow.acme.example --format json
`FLOW_ADMIN_TOKEN` lets in.")]
pub(crate) struct AuditArgs {
    /// How many are shown, the latest first
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
    /// How it is written
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
    #[command(flatten)]
    pub(crate) to: ToArgs,
}

/// Send a project to a daemon: it takes over, or is refused with the reasons
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  flow deploy examples/shop --to https://flow.acme.example
  flow deploy --plan plan-7-3f9a0c11d2e4-…    only as it was planned: `flow plan` tells the token
  flow deploys                                which programs have run
  flow rollback                               the one before takes over again
It is compiled here and verified there, and takes over between two batches; who is inside
follows by `moved`, `retired` and the like. What would strand somebody is refused (code 1).
At a terminal it is shown first what becomes of whom, and asked. A plan that has gone stale,
or one of other sources, is refused. It stays until the next deploy, or until the folder of the daemon says something new.
Without a folder: the project in this folder or above it. `FLOW_ADMIN_TOKEN` lets in.")]
pub(crate) struct DeployArgs {
    /// A folder of the project [default: this one]
    pub(crate) dir: Option<std::path::PathBuf>,
    /// Only as it was planned: the token that `flow plan` told
    #[arg(long, value_name = "TOKEN")]
    pub(crate) plan: Option<String>,
    /// Show what becomes of whom, and go on without asking
    #[arg(long, conflicts_with = "plan")]
    pub(crate) yes: bool,
    /// How it is written
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
    #[command(flatten)]
    pub(crate) to: ToArgs,
}

/// List the programs that a daemon has run
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  flow deploys --limit 5
`FLOW_ADMIN_TOKEN` lets in.")]
pub(crate) struct DeploysArgs {
    /// How many are shown, the latest first
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
    /// How it is written
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
    #[command(flatten)]
    pub(crate) to: ToArgs,
}

/// Let a program that a daemon has run before take over again
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  flow rollback                               the one before the one that runs
  flow rollback 31130f276c8e                  one by its fingerprint: `flow deploys` lists them
It is a deploy like any other: what would strand somebody is refused (code 1).
`FLOW_ADMIN_TOKEN` lets in.")]
pub(crate) struct RollbackArgs {
    /// The beginning of its fingerprint [default: the one before]
    pub(crate) fingerprint: Option<String>,
    /// How it is written
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
    #[command(flatten)]
    pub(crate) to: ToArgs,
}

/// List, make, exchange and take back the keys of a daemon
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  flow keys                                   which there are; never themselves
  flow keys add website                       a new write key, shown once
  flow keys add ci --admin                    a new admin token
  flow keys rotate website --grace 7d         another one; the old one opens a week longer
  flow keys revoke 1f0c9a2b                   opens no more, at once
`FLOW_ADMIN_TOKEN` lets in. Keys of the daemon's environment are changed there.")]
pub(crate) struct KeysArgs {
    #[command(subcommand)]
    pub(crate) act: Option<KeysAct>,
    /// How it is written
    #[arg(long, global = true, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
    #[command(flatten)]
    pub(crate) to: ToArgs,
}

/// What becomes of keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysAct {
    /// List them: the same as without a word
    List,
    /// Make one, and show it once
    Add {
        /// What it is called
        name: String,
        /// An admin token, which does everything; else a write key, which sends calls
        #[arg(long)]
        admin: bool,
    },
    /// Exchange one for another one, which is shown once
    Rotate {
        /// Its id, or its name
        id: String,
        /// How long the old one still opens: up to `30d`; `0` for not at all
        #[arg(long, value_name = "TIME", default_value = "24h", value_parser = grace)]
        grace: u64,
    },
    /// Take one back: it opens no more
    Revoke {
        /// Its id, or its name
        id: String,
    },
}

/// `24h`, `7d`, `30m`, `0`, in seconds.
fn grace(text: &str) -> Result<u64, String> {
    const FORM: &str = "write how long, such as `30m`, `24h` or `7d`, or `0`";
    let (number, unit) = match text.char_indices().next_back() {
        Some((at, 'm')) => (text.get(..at), 60),
        Some((at, 'h')) => (text.get(..at), 3_600),
        Some((at, 'd')) => (text.get(..at), 86_400),
        _ if text == "0" => (Some(text), 1),
        _ => return Err(FORM.to_owned()),
    };
    let number = number.and_then(|number| number.parse::<u64>().ok()).ok_or(FORM)?;
    match number.checked_mul(unit) {
        Some(seconds) if seconds <= 30 * 86_400 => Ok(seconds),
        Some(_) | None => Err("an old key opens for thirty days at most".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::grace;

    #[test]
    fn a_grace_is_read() {
        assert_eq!(["0", "30m", "24h", "30d"].map(grace), [Ok(0), Ok(1_800), Ok(86_400), Ok(2_592_000)]);
        for wrong in ["", "h", "-1h", "1w", "31d", "1", "99999999999999999999d", "1ü"] {
            assert!(grace(wrong).is_err(), "{wrong}");
        }
    }
}
