//! Whether it is well, and in figures how well.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use flow_graph::Timestamp;
use flow_runtime::driver::Counts;
use serde_json::json;

use super::App;
use super::admin::beside;
use super::answer::No;
use crate::metrics::{self, Text, label, labels};
use crate::shard::Shard;
use crate::store::StoreError;

/// Whether calls are taken. It looks at the shard: a daemon that hangs is not well.
pub(super) async fn health(State(app): State<Arc<App>>) -> Result<Response, No> {
    let up = app.begun.elapsed().as_secs();
    // A shard that carries contacts over has no time for questions, and is well.
    if let Some(carried) = app.deploys.under_way() {
        let version = env!("CARGO_PKG_VERSION");
        let body = json!({ "status": "deploying", "version": version, "up_seconds": up, "deploy": carried });
        return Ok((StatusCode::OK, Json(body)).into_response());
    }
    let now = app.door.look(flow_now).await?;
    let body = json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION"), "up_seconds": up, "clock": now });
    Ok((StatusCode::OK, Json(body)).into_response())
}

fn flow_now(shard: &Shard) -> String {
    shard.now().to_string()
}

/// What is asked of the shard for [`metrics`].
struct Looked {
    counts: Counts,
    contacts: usize,
    log: u64,
    lag: f64,
    number: u32,
    fingerprint: String,
}

impl Looked {
    fn at(shard: &Shard, now: Timestamp) -> Self {
        let late = shard.next_wake().map_or(0, |wake| now.since(wake).max(0));
        Self {
            counts: shard.counts(),
            contacts: shard.contacts(),
            log: shard.end(),
            lag: metrics::float(u64::try_from(late).unwrap_or(0)) / 1_000.0,
            number: shard.lineage().number(),
            fingerprint: String::new(),
        }
    }
}

/// Figures in the text form of Prometheus. While a program takes over, what only the shard knows is left out.
pub(super) async fn metrics(State(app): State<Arc<App>>) -> Result<Response, No> {
    let mut text = Text::default();
    let one = |value: u64| [(String::new(), metrics::float(value))];
    let carried = app.deploys.under_way();
    if carried.is_none() {
        let now = app.door.now();
        let mut looked = app.door.look(move |shard| Looked::at(shard, now)).await?;
        looked.fingerprint = flow_graph::canonical::fingerprint_of(app.names.now().catalog.program());
        of_shard(&mut text, &looked);
    }
    let (done, of) = carried.map_or((0, 0), |carried| (carried.contacts, carried.of));
    text.figure("deploy_contacts", "gauge", "Contacts to be carried over by the program that takes over.", &one(of));
    text.figure("deploy_contacts_done", "gauge", "Of them: those that are.", &one(done));
    let reader = app.reader.clone();
    let now = app.door.now();
    let (deliveries, oldest, bytes) =
        beside(move || Ok::<_, StoreError>((reader.delivery_counts()?, reader.oldest_due(now)?, reader.bytes())))
            .await??;
    let rows: Vec<_> =
        deliveries.iter().map(|(state, count)| (label("state", state), metrics::float(*count))).collect();
    text.figure("deliveries", "gauge", "Deliveries that are to leave, and that were given up.", &rows);
    let oldest = [(String::new(), metrics::float(oldest) / 1_000.0)];
    text.figure("delivery_oldest_due_seconds", "gauge", "For how long the oldest delivery has been due.", &oldest);
    text.figure("store_bytes", "gauge", "Length of the store with its write-ahead log.", &one(bytes));
    text.metrics(app.door.metrics());
    text.figure("up_seconds", "gauge", "Since the daemon began.", &one(app.begun.elapsed().as_secs()));
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text.text()).into_response())
}

fn of_shard(text: &mut Text, looked: &Looked) {
    let one = |value: u64| [(String::new(), metrics::float(value))];
    let Counts { inputs, late, duplicates, merged, turns, .. } = looked.counts;
    text.figure("inputs_total", "counter", "Calls that were taken.", &one(inputs));
    text.figure("late_total", "counter", "Of them: older than `late_after`.", &one(late));
    text.figure("duplicates_total", "counter", "Of them: seen before.", &one(duplicates));
    text.figure("merged_total", "counter", "Contacts that became part of another one.", &one(merged));
    text.figure("turns_total", "counter", "Turns of the machine.", &one(turns));
    let contacts = u64::try_from(looked.contacts).unwrap_or(u64::MAX);
    text.figure("contacts", "gauge", "Contacts that were ever seen.", &one(contacts));
    text.figure("log_bytes", "gauge", "Length of the log, with what was thrown away of it.", &one(looked.log));
    let lag = [(String::new(), looked.lag)];
    text.figure("timer_lag_seconds", "gauge", "How late the earliest timer is that is due.", &lag);
    let number = looked.number.to_string();
    let program = labels(&[("number", &number), ("fingerprint", &looked.fingerprint)]);
    text.figure("program_info", "gauge", "The program that runs.", &[(program, 1.0)]);
}
