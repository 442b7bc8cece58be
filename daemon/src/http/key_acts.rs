//! Keys are made, exchanged for others, and taken back. A key is shown in the one answer in which it is made.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Extension, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use flow_graph::Timestamp;
use serde::{Deserialize, Serialize};

use super::App;
use super::admin::said;
use super::answer::No;
use super::keys::{Admin, Hash, Key, KeyChange, Purpose, generate, hash, now};

/// How long a key that was exchanged opens, where nothing else is said: a day, in seconds.
const GRACE: u64 = 24 * 3_600;
/// It opens no longer than so long: thirty days.
const MOST_GRACE: u64 = 30 * GRACE;
/// Longest name of a key.
const NAME: usize = 64;

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    purpose: Purpose,
    name: String,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Exchange {
    grace_seconds: Option<u64>,
}

/// A key as it is listed.
#[derive(Debug, Serialize)]
struct Row {
    id: String,
    purpose: Purpose,
    name: String,
    /// It opens now.
    opens: bool,
    /// Where it is known from: `store` or `environment`.
    from: &'static str,
    #[serde(serialize_with = "crate::text::maybe")]
    since: Option<Timestamp>,
    #[serde(serialize_with = "crate::text::maybe")]
    until: Option<Timestamp>,
    /// Itself: in the answer in which it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

impl Row {
    fn of(key: &Key, shown: Option<String>) -> Self {
        Self {
            id: key.id(),
            purpose: key.purpose,
            name: key.name.clone(),
            opens: key.opens(now()),
            from: if key.since.is_some() { "store" } else { "environment" },
            since: key.since,
            until: key.until,
            key: shown,
        }
    }
}

/// All keys, the oldest first.
pub(super) async fn list(State(app): State<Arc<App>>) -> Response {
    said("keys", app.keys.all().iter().map(|key| Row::of(key, None)).collect::<Vec<_>>())
}

/// One more key.
pub(super) async fn add(
    State(app): State<Arc<App>>,
    Extension(admin): Extension<Admin>,
    wanted: Result<Json<Wanted>, JsonRejection>,
) -> Result<Response, No> {
    let Json(Wanted { purpose, name }) = wanted.map_err(|_| {
        No::new(StatusCode::BAD_REQUEST, "unreadable", "the body does not say which key is wanted")
            .help("send `{\"purpose\": \"write\", \"name\": \"website\"}`, or `admin`")
    })?;
    let fits = |c: char| c.is_alphanumeric() || "-_. ".contains(c);
    if name.trim().is_empty() || name.chars().count() > NAME || !name.chars().all(fits) {
        let message = format!("a name has 1 to {NAME} letters, digits, `-`, `_`, `.` and spaces");
        return Err(No::new(StatusCode::BAD_REQUEST, "name", message));
    }
    let (key, shown) = make(purpose, name)?;
    let what = format!("{} key {} `{}`", purpose.word(), key.id(), key.name);
    app.door.keys(vec![KeyChange::Added(key.clone())], &admin.name, "add_key", what).await?;
    app.keys.change(KeyChange::Added(key.clone()));
    Ok((StatusCode::CREATED, said("key", Row::of(&key, Some(shown)))).into_response())
}

/// A key is exchanged for another one; the old one opens for a while longer.
pub(super) async fn rotate(
    State(app): State<Arc<App>>,
    Extension(admin): Extension<Admin>,
    Path(id): Path<String>,
    exchange: Option<Json<Exchange>>,
) -> Result<Response, No> {
    let Json(exchange) = exchange.unwrap_or_default();
    let grace = exchange.grace_seconds.unwrap_or(GRACE);
    if grace > MOST_GRACE {
        return Err(No::new(StatusCode::BAD_REQUEST, "grace", "an old key opens for thirty days at most"));
    }
    let old = find(&app, &id)?;
    let until = now().plus(i64::try_from(grace).unwrap_or(0).saturating_mul(1_000));
    let until = old.until.map_or(until, |sooner| sooner.min(until));
    let (key, shown) = make(old.purpose, old.name.clone())?;
    let changes = vec![KeyChange::Added(key.clone()), KeyChange::Until(old.hash, until)];
    let what = format!("{} key {} `{}`: {} from now on", old.purpose.word(), old.id(), old.name, key.id());
    app.door.keys(changes.clone(), &admin.name, "rotate_key", what).await?;
    changes.into_iter().for_each(|change| app.keys.change(change));
    Ok((StatusCode::CREATED, said("key", Row::of(&key, Some(shown)))).into_response())
}

/// A key opens no more, at once.
pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    Extension(admin): Extension<Admin>,
    Path(id): Path<String>,
) -> Result<Response, No> {
    let old = find(&app, &id)?;
    if old.hash == admin.hash {
        let message = "this is the token with which you ask: it would lock you out";
        return Err(
            No::new(StatusCode::CONFLICT, "own_key", message).help("rotate it, or revoke it with another admin token")
        );
    }
    let now = now();
    let changes = vec![KeyChange::Until(old.hash, now)];
    let what = format!("{} key {} `{}`", old.purpose.word(), old.id(), old.name);
    app.door.keys(changes.clone(), &admin.name, "revoke_key", what).await?;
    changes.into_iter().for_each(|change| app.keys.change(change));
    Ok(said("key", Row::of(&Key { until: Some(now), ..old }, None)))
}

fn make(purpose: Purpose, name: String) -> Result<(Key, String), No> {
    let shown = generate(purpose)
        .map_err(|error| No::new(StatusCode::SERVICE_UNAVAILABLE, "no_random_bytes", error.to_string()))?;
    let hash: Hash = hash(&shown);
    Ok((Key { purpose, name, hash, since: Some(now()), until: None }, shown))
}

/// A key of the store that opens, by its id, or by its name where only one has it.
fn find(app: &App, id: &str) -> Result<Key, No> {
    let now = now();
    let all: Vec<Key> = app.keys.all().into_iter().filter(|key| key.opens(now)).collect();
    let by_id = all.iter().find(|key| key.id() == id);
    let mut named = all.iter().filter(|key| key.name == id);
    let found = match (by_id, named.next(), named.next()) {
        (Some(key), ..) | (None, Some(key), None) => key.clone(),
        (None, Some(_), Some(_)) => {
            let message = format!("several keys are called `{id}`");
            return Err(No::new(StatusCode::CONFLICT, "ambiguous", message).help("name the one by its id"));
        }
        (None, None, _) => {
            return Err(No::new(StatusCode::NOT_FOUND, "no_key", format!("no key that opens is called `{id}`")));
        }
    };
    if found.since.is_none() {
        let message = format!("`{}` comes from the environment of the daemon", found.name);
        return Err(No::new(StatusCode::CONFLICT, "environment", message)
            .help("change the variable there, and start the daemon again"));
    }
    Ok(found)
}
