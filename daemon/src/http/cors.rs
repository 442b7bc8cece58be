//! Pages of any origin may send calls: a write key says which project they are for, and no cookie says who sends.

use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Answers what a browser asks before it sends, and lets it read the answer.
pub(super) async fn allow(request: Request, next: Next) -> Response {
    let asks = request.method() == Method::OPTIONS;
    let private = request.headers().contains_key("access-control-request-private-network");
    let mut response = if asks { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    // When to come again is for whoever sends again.
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("retry-after"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    if asks {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST, OPTIONS"));
        let sent = HeaderValue::from_static("authorization, content-type, content-encoding, x-retry-count");
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, sent);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
        if private {
            headers.insert("access-control-allow-private-network", HeaderValue::from_static("true"));
        }
    }
    response
}
