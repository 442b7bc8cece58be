//! What an administrator asks: a contact and why, reports, deliveries, what was refused, what was done.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::App;
use super::answer::No;
use super::keys::Admin;
use crate::explain;
use crate::shard::Shard;
use crate::store::StoreError;
use crate::store::sqlite::{Page, Reader};

/// The version of every answer in this file: within a version keys may be added, never removed.
const FORMAT_VERSION: u32 = 1;
/// Most rows of one answer.
const MOST: u32 = 1_000;

/// Which rows are asked for.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    state: Option<String>,
    contact: Option<String>,
    message: Option<String>,
    before: Option<i64>,
    limit: Option<u32>,
}

impl Asked {
    fn page(&self) -> Page {
        Page { before: self.before, most: self.limit.unwrap_or(100).min(MOST) }
    }
}

fn said(key: &str, value: impl Serialize) -> Response {
    Json(json!({ "format_version": FORMAT_VERSION, key: value })).into_response()
}

/// Asks the store, beside what else goes on.
async fn ask<R: Serialize + Send + 'static>(
    app: &App,
    key: &str,
    question: impl FnOnce(&Reader) -> Result<R, StoreError> + Send + 'static,
) -> Result<Response, No> {
    let reader = app.reader.clone();
    let answer = tokio::task::spawn_blocking(move || question(&reader)).await;
    let answer = answer.map_err(|_| No::new(StatusCode::INTERNAL_SERVER_ERROR, "failed", "that did not work"))??;
    Ok(said(key, answer))
}

fn nobody() -> No {
    No::new(StatusCode::NOT_FOUND, "no_contact", "nobody has this id")
}

/// What is known of a contact, and where it stands.
pub(super) async fn contact(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Response, No> {
    let state = app.door.look(move |shard| explain::contact(shard, &id)).await?;
    Ok(said("contact", state.ok_or_else(nobody)?))
}

/// What happened to a contact and why, the latest first.
pub(super) async fn why(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, No> {
    let most = usize::try_from(asked.page().most).unwrap_or(0);
    let moments = app.door.look(move |shard| explain::moments(shard, &id, asked.message.as_deref(), most)).await?;
    Ok(said("moments", moments.ok_or_else(nobody)?))
}

/// What it has come to. What was refused is counted where it is kept.
pub(super) async fn reports(State(app): State<Arc<App>>) -> Result<Response, No> {
    let summary = app.door.look(Shard::summary).await?;
    ask(&app, "report", move |reader| {
        let mut summary = summary;
        for (scope, reason, count) in reader.reject_counts()? {
            let counts = if scope == "call" { &mut summary.rejected } else { &mut summary.refused_values };
            counts.insert(reason.into(), count);
        }
        Ok(summary)
    })
    .await
}

pub(super) async fn deliveries(State(app): State<Arc<App>>, Query(asked): Query<Asked>) -> Result<Response, No> {
    ask(&app, "deliveries", move |reader| {
        reader.deliveries(asked.state.as_deref(), asked.contact.as_deref(), &asked.page())
    })
    .await
}

/// A delivery that was given up is tried again.
pub(super) async fn retry(
    State(app): State<Arc<App>>,
    Extension(Admin(who)): Extension<Admin>,
    Path(id): Path<i64>,
) -> Result<Response, No> {
    app.door.again(id).await?;
    app.door.act(&who, "retry_delivery", id.to_string()).await?;
    Ok(said("delivery", json!({ "id": id, "state": "due" })))
}

pub(super) async fn rejects(State(app): State<Arc<App>>, Query(asked): Query<Asked>) -> Result<Response, No> {
    ask(&app, "rejects", move |reader| reader.rejects(&asked.page())).await
}

pub(super) async fn audit(State(app): State<Arc<App>>, Query(asked): Query<Asked>) -> Result<Response, No> {
    ask(&app, "acts", move |reader| reader.acts(&asked.page())).await
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
