//! What can be done to the store of a daemon.

use std::path::PathBuf;

use clap::Subcommand;

use super::remote::AnswerFormat;

/// Look through the store of a daemon, make it small, copy it
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  flow store check examples/shop              whether all of it is well
  flow store backup shop.db examples/shop     a copy, while the daemon runs
  flow store compact examples/shop            throw away what is old enough
Without a folder: the project in this folder or above it. `check` ends with code 1 when
something is wrong.")]
pub(crate) struct StoreArgs {
    #[command(subcommand)]
    pub(crate) what: StoreWhat,
}

/// What is done.
#[derive(Debug, Subcommand)]
pub(crate) enum StoreWhat {
    /// Read all of it, run the log again, and compare; a daemon may run with it meanwhile
    Check {
        #[command(flatten)]
        store: WhichStore,
        /// How it is written
        #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
        format: AnswerFormat,
    },
    /// Throw away what is older than `[retention]` of `flow.toml` keeps, and give the room back;
    /// the daemon has to be stopped
    Compact {
        #[command(flatten)]
        store: WhichStore,
    },
    /// Copy it to a new file, as it is at one moment; a daemon may run with it meanwhile
    Backup {
        /// The file, which must not be there yet
        #[arg(value_name = "FILE")]
        to: PathBuf,
        #[command(flatten)]
        store: WhichStore,
    },
}

/// Which store.
#[derive(Debug, clap::Args)]
pub(crate) struct WhichStore {
    /// A folder of the project [default: this one]
    pub(crate) dir: Option<PathBuf>,
    /// The store [default: `flow.db` in the project's folder]
    #[arg(long, value_name = "FILE")]
    pub(crate) store: Option<PathBuf>,
}
