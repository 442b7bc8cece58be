//! What a program would do to everybody, before it takes over. Nothing is changed, and nobody has to wait for it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use flow_runtime::rehearsal::People;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::App;
use super::admin::{answer, said};
use super::answer::No;
use super::deploys::{PATIENCE, Reason, lacks, read, reasons};
use crate::deploys::NotDeployed;
use crate::plans::{NoPlan, Outcome, Planned};

/// A program that would run.
#[derive(Debug, Serialize)]
struct Said<'a> {
    fingerprint: &'a str,
    /// The program that runs.
    base: Base<'a>,
    /// It is another one.
    changed: bool,
    /// With what it is deployed as it was planned; none where it would be refused.
    token: Option<String>,
    /// What becomes of everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    people: Option<&'a People>,
    /// Why it would be refused beside that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<Reason<'a>>,
}

/// The program that runs.
#[derive(Debug, Serialize)]
struct Base<'a> {
    number: u32,
    fingerprint: &'a str,
}

/// Of which program it is asked what its plan came to.
#[derive(Debug, Deserialize)]
pub(super) struct Of {
    fingerprint: String,
}

/// A program is sent: it is said what it would do.
pub(super) async fn plan(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Result<Response, No> {
    let program = Arc::new(read(&headers, body).await?.program);
    let mut done = tokio::spawn(async move { app.plan(program).await });
    match tokio::time::timeout(PATIENCE, &mut done).await {
        Ok(Ok(outcome)) => tell(&outcome),
        Ok(Err(_)) => Err(No::new(StatusCode::INTERNAL_SERVER_ERROR, "failed", "that did not work")),
        Err(_) => Ok((StatusCode::ACCEPTED, said("plan", json!({ "under_way": true }))).into_response()),
    }
}

/// What the plan of a program came to, or how far it is.
pub(super) async fn come_to(State(app): State<Arc<App>>, Query(of): Query<Of>) -> Result<Response, No> {
    match (app.plans.of(&of.fingerprint), app.plans.under_way()) {
        (Some(outcome), _) => tell(&outcome),
        (None, Some(carried)) => Ok(answer(json!({ "plan": { "under_way": true, "carried": carried } }))),
        (None, None) => Ok(answer(json!({ "plan": { "under_way": false } }))),
    }
}

fn tell(outcome: &Outcome) -> Result<Response, No> {
    match outcome {
        Ok(planned) => Ok(said("plan", of(planned)).into_response()),
        Err(NoPlan::Unusable(why)) => {
            let why = NotDeployed::Unusable(why.clone());
            let plan = json!({ "changed": true, "token": null, "reasons": reasons(&why) });
            Ok((StatusCode::CONFLICT, said("plan", plan)).into_response())
        }
        Err(NoPlan::Closed(closed)) => Err(closed.clone().into()),
    }
}

fn of(planned: &Planned) -> Said<'_> {
    Said {
        fingerprint: &planned.fingerprint,
        base: Base { number: planned.number, fingerprint: &planned.base },
        changed: planned.people.is_some(),
        token: planned.token().map(|token| token.to_string()),
        people: planned.people.as_ref(),
        reasons: lacks(&planned.lacks),
    }
}
