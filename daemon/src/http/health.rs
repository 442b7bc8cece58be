//! Whether it is well, and in figures how well.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::App;
use super::answer::No;

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

fn flow_now(shard: &crate::shard::Shard) -> String {
    shard.now().to_string()
}

/// Figures in the text form of Prometheus.
pub(super) async fn metrics(State(app): State<Arc<App>>) -> Result<Response, No> {
    let (counts, contacts, log) = app.door.look(|shard| (shard.counts(), shard.contacts(), shard.end())).await?;
    let reader = app.reader.clone();
    let deliveries = tokio::task::spawn_blocking(move || reader.delivery_counts()).await;
    let deliveries = deliveries.ok().transpose()?.unwrap_or_default();
    let mut text = String::new();
    let mut figure = |name: &str, kind: &str, help: &str, rows: &[(String, u64)]| {
        let _ = writeln!(text, "# HELP flow_{name} {help}\n# TYPE flow_{name} {kind}");
        for (labels, value) in rows {
            let _ = writeln!(text, "flow_{name}{labels} {value}");
        }
    };
    let one = |value| [(String::new(), value)];
    figure("inputs_total", "counter", "Calls that were taken.", &one(counts.inputs));
    figure("late_total", "counter", "Of them: older than `late_after`.", &one(counts.late));
    figure("duplicates_total", "counter", "Of them: seen before.", &one(counts.duplicates));
    figure("merged_total", "counter", "Contacts that became part of another one.", &one(counts.merged));
    figure("turns_total", "counter", "Turns of the machine.", &one(counts.turns));
    figure("contacts", "gauge", "Contacts that were ever seen.", &one(u64::try_from(contacts).unwrap_or(u64::MAX)));
    figure("log_bytes", "gauge", "Length of the log.", &one(log));
    let rows: Vec<_> = deliveries.into_iter().map(|(state, count)| (format!("{{state=\"{state}\"}}"), count)).collect();
    figure("deliveries", "gauge", "Deliveries by state.", &rows);
    figure("up_seconds", "gauge", "Since the daemon began.", &one(app.begun.elapsed().as_secs()));
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}
