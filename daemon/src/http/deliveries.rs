//! What leaves: listed, and tried again where it was given up.

use std::sync::Arc;

use axum::extract::{Extension, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::App;
use super::admin::{Asked, ask, said};
use super::answer::No;
use super::keys::Admin;
use crate::store::sqlite::Page;

/// Most deliveries that are taken up again in one request.
const TOGETHER: u32 = 1_000;

pub(super) async fn list(State(app): State<Arc<App>>, Query(asked): Query<Asked>) -> Result<Response, No> {
    let rows =
        ask(&app, move |reader| reader.deliveries(asked.state.as_deref(), asked.contact.as_deref(), &asked.page()));
    Ok(said("deliveries", rows.await?))
}

/// A delivery that was given up is tried again; another one is not: it would leave twice.
pub(super) async fn retry(
    State(app): State<Arc<App>>,
    Extension(Admin { name: who, .. }): Extension<Admin>,
    Path(id): Path<i64>,
) -> Result<Response, No> {
    let row = ask(&app, move |reader| reader.delivery_of(id)).await?;
    let row = row.ok_or_else(|| No::new(StatusCode::NOT_FOUND, "no_delivery", "no delivery has this number"))?;
    if row.state != "dead" {
        let message = format!("delivery {id} was not given up: its state is `{}`", row.state);
        return Err(No::new(StatusCode::CONFLICT, "not_dead", message));
    }
    app.door.again(&[id]).await?;
    app.door.act(&who, "retry_delivery", id.to_string()).await?;
    Ok(said("delivery", json!({ "id": id, "state": "due" })))
}

/// Deliveries that were given up, the latest of them, are tried again. Whoever wants all of them asks until none is
/// left.
pub(super) async fn retry_all(
    State(app): State<Arc<App>>,
    Extension(Admin { name: who, .. }): Extension<Admin>,
    Query(asked): Query<Asked>,
) -> Result<Response, No> {
    let page = Page { before: asked.page().before, most: TOGETHER };
    let rows = ask(&app, move |reader| reader.deliveries(Some("dead"), asked.contact.as_deref(), &page)).await?;
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    if !ids.is_empty() {
        app.door.again(&ids).await?;
        app.door.act(&who, "retry_deliveries", format!("{} given up", ids.len())).await?;
    }
    let left = u32::try_from(ids.len()).is_ok_and(|count| count == TOGETHER);
    Ok(said("retried", json!({ "deliveries": ids.len(), "before": ids.last().filter(|_| left) })))
}
