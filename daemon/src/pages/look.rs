//! How the pages look: plain, readable on a telephone, light and dark, without a script or a picture.

use std::sync::LazyLock;

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac_sha256::Hash;

use crate::html::links::escape;

const STYLE: &str = ":root{color-scheme:light dark}\
body{font:1.125rem/1.5 system-ui,sans-serif;max-width:32rem;margin:0 auto;padding:2rem 1.25rem;color:#1b1b1f;background:#fff}\
h1{font-size:1.5rem;line-height:1.25;margin:0 0 1rem}\
form{margin:1.5rem 0}\
fieldset{border:0;margin:0 0 1rem;padding:0}legend{padding:0;margin:0 0 .5rem}\
label{display:flex;gap:.75rem;align-items:center;padding:.75rem 0;border-bottom:1px solid #d5d5dc}\
input{width:1.5rem;height:1.5rem;margin:0;flex:none}\
button{font:inherit;padding:.75rem 1.25rem;border:1px solid #1f4fd1;border-radius:.5rem;background:#1f4fd1;color:#fff;cursor:pointer}\
button.quiet{background:none;color:inherit;border-color:#8a8a95}\
:focus-visible{outline:3px solid #f0a000;outline-offset:2px}\
a{color:#1f4fd1}footer{margin-top:3rem;font-size:.9rem;color:#5b5b66}\
@media(prefers-color-scheme:dark){body{color:#ececf1;background:#17171b}a{color:#9db7ff}label{border-color:#3a3a42}\
footer{color:#a5a5b0}button{background:#3b66dd;border-color:#3b66dd}}";

/// Nothing is loaded, run or embedded; forms go to the daemon only.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let style = STANDARD.encode(Hash::hash(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
});

/// A page. `title` is text, `content` is HTML.
pub(super) fn page(status: StatusCode, project: &str, title: &str, content: &str) -> Response {
    let (project, title) = (escape(project), escape(title));
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{title} · {project}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n{content}\n</main>\n<footer>{project}</footer>\n</body>\n</html>\n"
    );
    (status, headers("text/html; charset=utf-8"), html).into_response()
}

/// The headers of all answers that a person's browser gets.
pub(super) fn headers(content_type: &'static str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CONTENT_SECURITY_POLICY, POLICY.clone());
    for (name, value) in [
        (CACHE_CONTROL.as_str(), "no-store"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
        ("x-robots-tag", "noindex, nofollow"),
        ("cross-origin-opener-policy", "same-origin"),
        ("permissions-policy", "interest-cohort=()"),
    ] {
        // The names are written small here, as they have to be.
        if let Ok(name) = HeaderName::from_bytes(name.as_bytes()) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    headers
}

/// A name of the program as a person reads it: `product_news` is `product news`.
pub(super) fn words(name: &str) -> String {
    escape(&name.replace('_', " "))
}
