//! What the daemon is told: options, and what stands in the environment.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use flow_compiler::settings as said;
use flow_compiler::source::Spanned;
use flow_daemon::http::Limits;
use flow_daemon::http::keys::{Keys, hash};
use flow_daemon::links::Links;
use flow_daemon::outbox::Patience;
use flow_daemon::secret::Secret;
use flow_daemon::serve::Settings;
use flow_daemon::store::sqlite::Retention;
use flow_graph::Span;

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

/// For how long what is kept, as `flow.toml` says.
pub(crate) fn retention(said: &said::Settings) -> Retention {
    let length = |length: &Option<Spanned<Span>>| {
        length.as_ref().map(|length| match length.value {
            Span::Elapsed(millis) => millis,
            // The longest months: never less than what is said.
            Span::Calendar { months, days } => (i64::from(months) * 31 + i64::from(days)) * 86_400_000,
        })
    };
    let said::RetentionSettings { log, deliveries, rejects } = &said.retention;
    Retention { log: length(log), deliveries: length(deliveries), rejects: length(rejects) }
}

/// All of it.
pub(super) fn settings(
    args: &ServeArgs,
    said: &said::Settings,
    links: Option<Arc<Links>>,
) -> Result<Settings, Failure> {
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
        retention: retention(said),
        reports: variable("FLOW_REPORT_SECRET").map(Secret::new),
        pace: match args.clock {
            Pace::Real => None,
            Pace::Fast(pace) => Some(pace),
        },
    })
}
