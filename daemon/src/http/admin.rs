//! What an administrator asks: a contact and why, reports, what was done. What each of the answers has in common.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::App;
use super::answer::No;
use crate::explain::Known;
use crate::figures::report::PARTS;
use crate::store::StoreError;
use crate::store::sqlite::{Page, Reader};

/// The version of every answer in this file: within a version keys may be added, never removed.
const FORMAT_VERSION: u32 = 1;
/// Most rows of one answer.
const MOST: u32 = 1_000;

/// Which rows are asked for.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    pub(super) state: Option<String>,
    pub(super) contact: Option<String>,
    pub(super) reason: Option<String>,
    message: Option<String>,
    before: Option<i64>,
    pub(super) after: Option<i64>,
    pub(super) to: Option<String>,
    limit: Option<u32>,
}

impl Asked {
    pub(super) fn page(&self) -> Page {
        Page { before: self.before, most: self.limit.unwrap_or(100).min(MOST) }
    }
}

/// An answer with the version of its form.
#[derive(Debug, Serialize)]
struct Answer<T> {
    format_version: u32,
    #[serde(flatten)]
    of: T,
}

/// An answer of several keys.
pub(super) fn answer(of: impl Serialize) -> Response {
    Json(Answer { format_version: FORMAT_VERSION, of }).into_response()
}

/// An answer of one key.
pub(super) fn said(key: &str, value: impl Serialize) -> Response {
    Json(json!({ "format_version": FORMAT_VERSION, key: value })).into_response()
}

/// Does what takes its time beside everything else.
pub(super) async fn beside<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> Result<R, No> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| No::new(StatusCode::INTERNAL_SERVER_ERROR, "failed", "that did not work"))
}

/// Asks the store, beside what else goes on.
pub(super) async fn ask<R: Send + 'static>(
    app: &App,
    question: impl FnOnce(&Reader) -> Result<R, StoreError> + Send + 'static,
) -> Result<R, No> {
    let reader = app.reader.clone();
    Ok(beside(move || question(&reader)).await??)
}

pub(super) fn nobody() -> No {
    No::new(StatusCode::NOT_FOUND, "no_contact", "nobody has this id")
}

pub(super) async fn known(app: &App, id: String) -> Result<Known, No> {
    app.door.look(move |shard| Known::of(shard, &id)).await?.ok_or_else(nobody)
}

/// What is known of a contact, and where it stands.
pub(super) async fn contact(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Response, No> {
    let known = known(&app, id).await?;
    let standing = beside(move || known.standing()).await?;
    Ok(said("contact", standing.ok_or_else(nobody)?))
}

/// What happened to a contact and why, the latest first; and why the rest was not sent.
pub(super) async fn why(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, No> {
    let most = usize::try_from(asked.page().most).unwrap_or(0);
    let known = known(&app, id).await?;
    if let Some(message) = &asked.message {
        let names = known.messages();
        if !names.contains(message) {
            let no = No::new(StatusCode::NOT_FOUND, "no_message", format!("there is no message `{message}`"));
            let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            return Err(no.help(format!("the project has {}", names.join(", "))));
        }
    }
    let story = beside(move || known.story(asked.message.as_deref(), most)).await?;
    Ok(answer(story.ok_or_else(nobody)?))
}

/// What it has come to: all of it, or one part.
pub(super) async fn reports(State(app): State<Arc<App>>) -> Result<Response, No> {
    Ok(said("report", app.figures.report(&app.door).await?))
}

/// A part of what it has come to, with what says of when it is.
pub(super) async fn report(State(app): State<Arc<App>>, Path(part): Path<String>) -> Result<Response, No> {
    if !PARTS.contains(&part.as_str()) {
        let no = No::new(StatusCode::NOT_FOUND, "no_report", format!("there is no report of `{part}`"));
        return Err(no.help(format!("there are {}", PARTS.join(", "))));
    }
    let mut report = json!(app.figures.report(&app.door).await?);
    if let Some(keys) = report.as_object_mut() {
        let other = |key: &String| PARTS.contains(&key.as_str()) && *key != part;
        let of_others = |key: &String| match key.as_str() {
            "calls" | "notices" => part != "deliveries",
            "rejected" | "refused_values" => part != "rejects",
            _ => other(key),
        };
        keys.retain(|key, _| !of_others(key));
    }
    Ok(said("report", report))
}

pub(super) async fn audit(State(app): State<Arc<App>>, Query(asked): Query<Asked>) -> Result<Response, No> {
    Ok(said("acts", ask(&app, move |reader| reader.acts(&asked.page())).await?))
}

/// The program that runs.
pub(super) async fn program(State(app): State<Arc<App>>) -> Result<Response, No> {
    let program = app
        .door
        .look(|shard| {
            let fingerprint = flow_graph::canonical::fingerprint_of(shard.engine().program());
            json!({ "number": shard.lineage().number(), "fingerprint": fingerprint })
        })
        .await?;
    Ok(said("program", program))
}
