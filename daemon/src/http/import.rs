//! Files that are brought in while the daemon runs: rows that were read elsewhere, by the names of the program that runs.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use flow_graph::canonical::fingerprint_of;
use serde_json::json;

use super::admin::{beside, said};
use super::answer::No;
use super::keys::Admin;
use super::{App, body};
use crate::import::{self, Batch};
use crate::service::Closed;

/// Longest batch.
const MOST_BYTES: usize = 32 << 20;
/// How often a batch comes again by itself while the queue is full, and how long it waits in between.
const AGAIN: (u32, Duration) = (200, Duration::from_millis(50));

/// Takes a batch of rows; answers when they are kept.
pub(super) async fn take(
    State(app): State<Arc<App>>,
    Extension(Admin { .. }): Extension<Admin>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, No> {
    let body = body::read(&headers, body, MOST_BYTES).await?;
    let names = app.names.now();
    let catalog = Arc::clone(&names.catalog);
    let read = beside(move || {
        let batch: Batch = serde_json::from_slice(&body).map_err(|_| unreadable())?;
        if batch.fingerprint != fingerprint_of(catalog.program()) {
            let message = "the daemon runs another program than the one by which the rows were read";
            return Err(No::new(StatusCode::CONFLICT, "other_program", message)
                .help("import with the project that it runs, or send this one there first: `flow deploy`"));
        }
        let calls = batch.calls(catalog.program()).ok_or_else(unreadable)?;
        Ok((calls, batch.rejects))
    });
    let (calls, rejects) = read.await??;
    let now = app.door.now();
    let rejects: Vec<_> = rejects.into_iter().map(|rejection| import::rejected(rejection, now)).collect();
    let taken = json!({ "taken": calls.len(), "refused": rejects.len() });
    for _ in 0..AGAIN.0 {
        match app.door.take(names.program, calls.clone(), rejects.clone()).await {
            Err(Closed::Full) => tokio::time::sleep(AGAIN.1).await,
            taken_or_not => {
                taken_or_not?;
                return Ok(said("imported", taken));
            }
        }
    }
    Err(Closed::Full.into())
}

fn unreadable() -> No {
    No::new(StatusCode::BAD_REQUEST, "unreadable", "this is no batch of rows")
        .help("`flow import --to` makes them; `flow` and the daemon should have the same version")
}
