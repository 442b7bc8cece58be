//! All that is kept of somebody, handed out or taken out.

use std::sync::Arc;

use axum::extract::{Extension, Path, State};
use axum::response::Response;
use serde_json::json;

use super::App;
use super::admin::{answer, ask, beside, known, nobody, said};
use super::answer::No;
use super::keys::Admin;

/// Everything that is kept of a contact, and of all who turned out to be the same.
pub(super) async fn export(
    State(app): State<Arc<App>>,
    Extension(Admin { name: who, .. }): Extension<Admin>,
    Path(id): Path<String>,
) -> Result<Response, No> {
    let known = known(&app, id.clone()).await?;
    let found = app.door.look(move |shard| shard.person(&id)).await?;
    let (number, person) = found.ok_or_else(nobody)?;
    let ids = person.ids.clone();
    let (standing, happened) = beside(move || (known.standing(), known.all())).await?;
    let (deliveries, rejects) = ask(&app, move |reader| reader.all_of(&person)).await?;
    app.door.act(&who, "export_contact", format!("contact {number}")).await?;
    Ok(answer(json!({
        "contact": standing, "ids": ids, "history": happened, "deliveries": deliveries, "rejects": rejects
    })))
}

/// A contact, and all who turned out to be the same, are taken out of everything that is kept. Calls that speak of them
/// are refused from then on.
pub(super) async fn erase(
    State(app): State<Arc<App>>,
    Extension(Admin { name: who, .. }): Extension<Admin>,
    Path(id): Path<String>,
) -> Result<Response, No> {
    let forgotten = app.door.erase(&who, id).await?;
    Ok(said("erased", forgotten.ok_or_else(nobody)?))
}
