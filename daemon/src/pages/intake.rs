//! `POST /m/reports`: what a mail provider tells of letters, as an adapter of a few lines passes it on.
//!
//! ```json
//! [{"kind":"bounced","address":"ana@example.org","hard":true,"at":"2026-03-27T10:00:00Z"},
//!  {"kind":"complained","key":"u-1/cart/1/send cart_reminder/1"}]
//! ```
//!
//! One object or a list of them, with `Authorization: Bearer SECRET`. All of a request is taken or nothing; the same
//! report twice does no harm.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use flow_graph::Timestamp;
use hmac_sha256::HMAC;
use serde::Deserialize;
use serde_json::json;

use super::Pages;
use super::look::headers;
use crate::reports::{Report, Reported};

/// Reports in one request.
const REPORTS_MAX: usize = 1000;

#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    Many(Vec<One>),
    One(One),
}

#[derive(Deserialize)]
struct One {
    kind: String,
    key: Option<String>,
    address: Option<String>,
    hard: Option<bool>,
    at: Option<String>,
}

/// Takes reports.
pub(super) async fn take(State(pages): State<Pages>, asked: HeaderMap, body: Bytes) -> Response {
    if !allowed(&pages, &asked) {
        return answer(
            StatusCode::UNAUTHORIZED,
            &json!({"error": "write `Authorization: Bearer` and the secret for reports"}),
        );
    }
    let many = match serde_json::from_slice(&body) {
        Ok(Body::Many(many)) => many,
        Ok(Body::One(one)) => vec![one],
        Err(_) => {
            let error = "the body is neither a report nor a list of them: `{\"kind\":\"bounced\",\"address\":\"…\",\"hard\":true}`";
            return answer(StatusCode::BAD_REQUEST, &json!({"error": error}));
        }
    };
    if many.len() > REPORTS_MAX {
        return answer(StatusCode::PAYLOAD_TOO_LARGE, &json!({"error": format!("more than {REPORTS_MAX} reports")}));
    }
    let now = pages.reports.now();
    let mut reports = Vec::with_capacity(many.len());
    for (number, one) in many.into_iter().enumerate() {
        match read(one, now) {
            Ok(report) => reports.push(report),
            Err(error) => return answer(StatusCode::BAD_REQUEST, &json!({"error": error, "index": number})),
        }
    }
    let taken = reports.len();
    for report in reports {
        if pages.reports.report(report).await.is_err() {
            return answer(StatusCode::SERVICE_UNAVAILABLE, &json!({"error": "not now: send all of it again"}));
        }
    }
    answer(StatusCode::OK, &json!({"taken": taken}))
}

fn read(one: One, now: Timestamp) -> Result<Report, &'static str> {
    let what = match one.kind.as_str() {
        "delivered" => Reported::Delivered,
        "complained" => Reported::Complained,
        "bounced" => Reported::Bounced {
            hard: one.hard.ok_or("`bounced` needs `hard`: true where the address is gone for good")?,
        },
        _ => return Err("`kind` is `bounced`, `complained` or `delivered`"),
    };
    if one.key.is_none() == one.address.is_none() {
        return Err("a report needs either `key` or `address`");
    }
    let at = match one.at {
        Some(at) => Timestamp(
            at.parse::<jiff::Timestamp>().map_err(|_| "`at` is a time as `2026-03-27T10:00:00Z`")?.as_millisecond(),
        ),
        None => now,
    };
    Ok(Report { at, what, key: one.key, contact: None, address: one.address, message: None })
}

/// Compared in constant time: what is compared are digests under a key that nobody knows.
fn allowed(pages: &Pages, asked: &HeaderMap) -> bool {
    let Some(secret) = &pages.secret else { return false };
    let given = asked.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.split_once(' '));
    given.is_some_and(|(scheme, given)| {
        let expected = HMAC::mac(secret.expose(), secret.expose());
        scheme.eq_ignore_ascii_case("bearer") && HMAC::verify(given.trim(), secret.expose(), &expected)
    })
}

fn answer(status: StatusCode, body: &serde_json::Value) -> Response {
    (status, headers("application/json"), body.to_string()).into_response()
}
