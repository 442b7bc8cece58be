//! Calls in Segment's shape. They are answered when they are kept; of a batch the answer says which were refused.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use axum::{Json, Router};
use flow_graph::Timestamp;
use flow_runtime::ingest::request::{Refused, Request, Requests};
use flow_runtime::ingest::{Catalog, Reason, Scope};
use serde::{Deserialize, Serialize};

use super::App;
use super::answer::{self, No};
use super::{body, keys};
use crate::erasure;
use crate::store::Reject;

/// The paths of each type of call: those of servers, and the short ones of browsers.
const PATHS: [(&str, &str, Option<&str>); 7] = [
    ("/v1/track", "/v1/t", Some("track")),
    ("/v1/identify", "/v1/i", Some("identify")),
    ("/v1/page", "/v1/p", Some("page")),
    ("/v1/screen", "/v1/s", Some("screen")),
    ("/v1/group", "/v1/g", Some("group")),
    ("/v1/alias", "/v1/a", Some("alias")),
    ("/v1/batch", "/v1/b", None),
];

pub(super) fn routes() -> Router<Arc<App>> {
    PATHS
        .into_iter()
        .fold(Router::new(), |router, (long, short, kind)| router.route(long, one(kind)).route(short, one(kind)))
        .method_not_allowed_fallback(answer::not_so)
}

fn one(kind: Option<&'static str>) -> MethodRouter<Arc<App>> {
    post(move |State(app): State<Arc<App>>, headers: HeaderMap, body: Body| async move {
        let body = body::read(&headers, body, app.limits.body_bytes).await?;
        take(&app, kind, &headers, &body).await
    })
    // What a browser asks beforehand is answered in `cors`; it has to get there.
    .options(|| async { StatusCode::NO_CONTENT })
}

/// The answer to calls that were taken.
#[derive(Serialize)]
struct Taken {
    success: bool,
    accepted: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rejected: Vec<Line>,
}

/// A call, or a value of one, that was refused.
#[derive(Serialize)]
struct Line {
    /// The number of the call in its batch, from 0.
    index: u32,
    scope: Scope,
    reason: Reason,
    detail: String,
}

async fn take(app: &App, kind: Option<&str>, headers: &HeaderMap, body: &[u8]) -> Result<Response, No> {
    let key = app.keys.writer(headers, key_in(headers, body).as_deref(), keys::now())?;
    let received = app.door.now();
    let names = app.names.now();
    let mut request = Requests::default().read(&names.catalog, kind, body, received);
    without_erased(app, &mut request, &names.catalog);
    let calls = request.accepted.len() + request.refused.len();
    if calls > app.limits.batch.saturating_mul(2) || request.accepted.len() > app.limits.batch {
        let most = app.limits.batch;
        return Err(No::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "batch_too_long",
            format!("a batch has {most} calls at most"),
        ));
    }
    if let Err(wait) = app.rate.take(key, calls, app.limits.per_second, std::time::Instant::now()) {
        return Err(No::new(StatusCode::TOO_MANY_REQUESTS, "too_often", "this write key sends too many calls")
            .again(wait.as_secs().saturating_add(1)));
    }
    let accepted = request.accepted.len();
    let rejects = request.refused.iter().map(|refused| reject(refused, received, kind)).collect();
    let calls = request.accepted.into_iter().map(|(_, call)| call).collect();
    app.door.take(names.program, calls, rejects).await?;
    let whole = request.refused.iter().any(|refused| refused.scope == Scope::Call);
    // What cannot be read is worth no second try: `400` says so to every client. One call that is wrong takes no
    // other one with it.
    let status = if accepted == 0 && whole { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let rejected = request.refused.into_iter().map(line).collect();
    Ok((status, Json(Taken { success: status == StatusCode::OK, accepted, rejected })).into_response())
}

/// Calls that speak of somebody who was erased are refused, and nothing of them is kept.
pub(super) fn without_erased(app: &App, request: &mut Request, catalog: &Catalog) {
    if app.erased.is_empty() {
        return;
    }
    for refused in request.refused.iter_mut().filter(|refused| app.erased.is_in(&refused.raw)) {
        (refused.raw, refused.detail) = (String::new(), erasure::DETAIL.to_owned());
    }
    let all = std::mem::take(&mut request.accepted);
    for (number, call) in all {
        match app.erased.refuses(&call, catalog.program()) {
            true => request.refused.push(Refused {
                number,
                scope: Scope::Call,
                reason: Reason::Erased,
                detail: erasure::DETAIL.to_owned(),
                raw: String::new(),
            }),
            false => request.accepted.push((number, call)),
        }
    }
}

fn line(refused: Refused) -> Line {
    Line { index: refused.number, scope: refused.scope, reason: refused.reason, detail: refused.detail }
}

/// What is kept of a call that was refused. The type that its path says is a part of where it came from: the call may
/// not say it itself.
pub(super) fn reject(refused: &Refused, at: Timestamp, kind: Option<&str>) -> Reject {
    Reject {
        id: 0,
        at,
        source: kind.map_or_else(|| "http".to_owned(), |kind| format!("http/{kind}")),
        scope: refused.scope,
        reason: refused.reason,
        detail: refused.detail.clone(),
        raw: refused.raw.clone(),
    }
}

/// The write key in a body: where nothing else shows one.
fn key_in(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Keyed {
        #[serde(rename = "writeKey")]
        key: Option<String>,
    }
    if headers.contains_key(axum::http::header::AUTHORIZATION) {
        return None;
    }
    serde_json::from_slice::<Keyed>(body).ok()?.key
}
