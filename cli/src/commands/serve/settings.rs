//! What the daemon is told: options, and what stands in the environment.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use flow_daemon::http::Limits;
use flow_daemon::http::keys::{Keys, hash};
use flow_daemon::links::Links;
use flow_daemon::outbox::Patience;
use flow_daemon::secret::Secret;
use flow_daemon::serve::Settings;

use super::Pace;
use crate::args::ServeArgs;
use crate::failure::Failure;
use crate::project;

/// The store, in the folder of its project.
const STORE: &str = "flow.db";

/// The links of letters, where people can reach the daemon.
pub(super) fn links(args: &ServeArgs) -> Result<Option<Arc<Links>>, Failure> {
    let Some(base) = &args.public_url else { return Ok(None) };
    let secrets: Vec<_> = variable("FLOW_LINK_SECRET").iter().flat_map(|all| all.split(',')).map(Secret::new).collect();
    if secrets.is_empty() {
        return Err(Failure::new("the variable `FLOW_LINK_SECRET` is not set: links are sealed with it")
            .help("`openssl rand -base64 32` makes one; keep it, links of letters that were sent need it"));
    }
    let links = Links::new(base, &secrets).map_err(|why| Failure::new(format!("`--public-url {base}`: {why}")))?;
    Ok(Some(Arc::new(links)))
}

/// Where the store of a project is.
pub(crate) fn store(named: Option<&Path>, dir: Option<&Path>) -> Result<PathBuf, Failure> {
    match named {
        Some(store) => Ok(store.to_owned()),
        None => Ok(project::root(dir)?.join(STORE)),
    }
}

/// A variable of the environment that says something.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// All of it.
pub(super) fn settings(args: &ServeArgs, links: Option<Arc<Links>>) -> Result<Settings, Failure> {
    let store = store(args.store.as_deref(), args.dir.as_deref())?;
    let key = |name: &str| variable(name).map(|key| (name.to_owned(), hash(&key))).into_iter().collect();
    Ok(Settings {
        listen: args.listen,
        store,
        keys: Keys { write: key("FLOW_WRITE_KEY"), admin: key("FLOW_ADMIN_TOKEN") },
        limits: Limits { per_second: args.rate.unwrap_or(0), ..Limits::default() },
        patience: Patience::default(),
        ways: None,
        links,
        reports: variable("FLOW_REPORT_SECRET").map(Secret::new),
        pace: match args.clock {
            Pace::Real => None,
            Pace::Fast(pace) => Some(pace),
        },
    })
}
