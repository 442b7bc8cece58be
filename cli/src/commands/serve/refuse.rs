//! Why a daemon does not start, or goes on with the program that it has.

use std::sync::Arc;

use flow_daemon::deploys::NotDeployed;
use flow_daemon::serve::NoStart;
use flow_daemon::store::StoreError;

use crate::args::Colour;
use crate::failure::{Exit, Failure};
use crate::terminal::{Terminal, YELLOW};

/// The program that runs goes on.
pub(super) fn keep(terminal: &mut Terminal) {
    terminal.note(&format!("{}\n", terminal.paint(YELLOW, "the program that runs is kept")));
}

/// Why a program does not take over, a failure for each place.
pub(super) fn refusals(why: NotDeployed) -> Vec<Failure> {
    match why {
        NotDeployed::Stranded(left) | NotDeployed::StrandedSince(left) => left
            .iter()
            .map(|left| {
                let clauses: String = left.clauses.iter().map(|clause| format!("\n        {clause}")).collect();
                let message = format!("{} ({}:{})", left.message(), left.file, left.line);
                Failure::new(message).help(format!("{}{clauses}", left.help()))
            })
            .collect(),
        NotDeployed::Unusable(why) => vec![Failure::new(format!("the program cannot be run: {why}"))],
        NotDeployed::Unplanned(why) => vec![Failure::new(why.message()).help(why.help())],
        NotDeployed::Lacks(ways) => {
            let lacks = |way: &String| {
                Failure::new(format!("`[{way}]` is new: a daemon opens its channels when it starts"))
                    .help("start it again")
            };
            ways.iter().map(lacks).collect()
        }
    }
}

/// Tells that nothing can be kept, when that is so.
pub(crate) fn trouble() -> Arc<dyn Fn(&str) + Send + Sync> {
    Arc::new(|message: &str| Terminal::new(Colour::Auto).complain(&Failure::new(message)))
}

/// Why a store is not opened.
pub(crate) fn no_start(why: NoStart, terminal: &mut Terminal) -> Result<Exit, Failure> {
    match why {
        NoStart::Refused(refused) => {
            refusals(refused.into()).iter().for_each(|failure| terminal.complain(failure));
            Ok(Exit::Found)
        }
        NoStart::Store(error) => Err(unusable(error)),
        NoStart::System(why) => Err(Failure::new(why)),
    }
}

/// A store that cannot be used.
pub(crate) fn unusable(error: StoreError) -> Failure {
    let failure = Failure::new(error.message);
    match error.help {
        Some(help) => failure.help(help),
        None => failure,
    }
}
