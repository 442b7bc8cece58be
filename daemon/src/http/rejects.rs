//! What was refused: listed with the reasons, and taken after all once the project knows it.

use std::sync::Arc;

use axum::extract::{Extension, Query, State};
use axum::response::Response;
use flow_runtime::ingest::request::{Request, Requests};
use serde::Serialize;
use serde_json::json;

use super::App;
use super::admin::{Asked, answer, ask, said};
use super::answer::No;
use super::calls::{reject, without_erased};
use super::keys::Admin;
use crate::store::Reject;

/// Most calls that are taken again in one request.
const TOGETHER: u32 = 2_000;

#[derive(Debug, Serialize)]
struct List {
    /// How much was refused and not taken since, by what is lost and why.
    counts: Vec<Count>,
    rejects: Vec<Reject>,
}

#[derive(Debug, Serialize)]
struct Count {
    scope: String,
    reason: String,
    count: u64,
}

/// What was refused and not taken since, the latest first; of one reason where that is asked for.
pub(super) async fn list(State(app): State<Arc<App>>, Query(asked): Query<Asked>) -> Result<Response, No> {
    let list = ask(&app, move |reader| {
        let counts = reader.open_reject_counts()?.into_iter();
        let counts = counts.map(|(scope, reason, count)| Count { scope, reason, count }).collect();
        Ok(List { counts, rejects: reader.rejects(asked.reason.as_deref(), &asked.page())? })
    });
    Ok(answer(list.await?))
}

/// Calls that were refused are read again, with the names of the program that runs and as if they came when they did.
/// Those that can be used now are taken and marked, in one commit; so whoever asks twice has each of them once.
/// Whoever wants all of them asks again with `after`, until none is said.
pub(super) async fn replay(
    State(app): State<Arc<App>>,
    Extension(Admin { name: who, .. }): Extension<Admin>,
    Query(asked): Query<Asked>,
) -> Result<Response, No> {
    // Two at once would both find the same.
    let _alone = app.replaying.lock().await;
    let (after, reason) = (asked.after.unwrap_or_default(), asked.reason);
    let rows = ask(&app, move |reader| reader.rejected_calls(reason.as_deref(), after, TOGETHER)).await?;
    let last = rows.last().map(|row| row.id);
    let more = u32::try_from(rows.len()).is_ok_and(|count| count == TOGETHER);
    let (names, mut requests) = (app.names.now(), Requests::default());
    let (mut calls, mut ids, mut values, mut refused) = (Vec::new(), Vec::new(), Vec::new(), 0_u32);
    for row in &rows {
        let kind = row.source.strip_prefix("http/");
        let mut request = requests.read(&names.catalog, kind, row.raw.as_bytes(), row.at);
        without_erased(&app, &mut request, &names.catalog);
        let Request { accepted, refused: again } = request;
        if accepted.is_empty() {
            refused += 1;
            continue;
        }
        ids.push(row.id);
        calls.extend(accepted.into_iter().map(|(_, call)| call));
        values.extend(again.iter().map(|refused| reject(refused, row.at, kind)));
    }
    let taken = ids.len();
    if taken > 0 {
        app.door.replay(names.program, calls, values, ids).await?;
        app.door.act(&who, "replay_rejects", format!("{taken} taken, {refused} refused again")).await?;
    }
    let after = last.filter(|_| more);
    Ok(said("replayed", json!({ "taken": taken, "refused": refused, "after": after })))
}
