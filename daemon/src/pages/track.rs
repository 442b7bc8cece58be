//! Clicks and opens. That they are counted must not get into a person's way: a link leads on whatever becomes of the
//! report.

use axum::extract::{Path, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};

use super::look::headers;
use super::visit::{Deed, Visit, is_human};
use super::{Pages, report};
use crate::links::{Kind, Ticket};
use crate::reports::Reported;

/// A picture of one transparent point.
const POINT: [u8; 43] =
    *b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
/// Headers by which a program says that it only loads ahead.
const PURPOSES: [&str; 4] = ["sec-purpose", "purpose", "x-purpose", "x-moz"];

/// `GET /m/click/TOKEN`: on to the address within the token. There is no other place where one could stand, so nobody
/// can make a link of ours that leads to a page of theirs.
pub(super) async fn click(
    State(pages): State<Pages>,
    Path(token): Path<String>,
    method: Method,
    asked: HeaderMap,
) -> Response {
    let (ticket, target) = match pages.ticket(Kind::Click, &token) {
        Ok(read) => read,
        Err(page) => return *page,
    };
    let Some((link, location)) = target.and_then(|target| Some((target.clone(), HeaderValue::from_str(&target).ok()?)))
    else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let human = human(&pages, &ticket, Deed::Click, &method, &asked).await;
    // Whatever becomes of it, the person wants to get on.
    let _ = pages.reports.report(report(&ticket, Reported::Clicked { link, human }, &pages)).await;
    let mut headers = headers("text/plain; charset=utf-8");
    headers.insert(LOCATION, location);
    (StatusCode::FOUND, headers).into_response()
}

/// `GET /m/open/TOKEN`: a picture, for any token, so that no letter shows a broken one.
pub(super) async fn open(
    State(pages): State<Pages>,
    Path(token): Path<String>,
    method: Method,
    asked: HeaderMap,
) -> Response {
    if let Some((ticket, _)) = pages.links.read(Kind::Open, &token) {
        let human = human(&pages, &ticket, Deed::Open, &method, &asked).await;
        let _ = pages.reports.report(report(&ticket, Reported::Opened { human }, &pages)).await;
    }
    (StatusCode::OK, headers("image/gif"), POINT).into_response()
}

async fn human(pages: &Pages, ticket: &Ticket, deed: Deed, method: &Method, asked: &HeaderMap) -> bool {
    let header = |name: &str| asked.get(name).and_then(|value| value.to_str().ok());
    let delivered = pages.reports.delivered_at(&ticket.key).await.unwrap_or(ticket.at);
    is_human(&Visit {
        deed,
        head: method == Method::HEAD,
        agent: header("user-agent"),
        purpose: PURPOSES.into_iter().find_map(header),
        delivered: Some(delivered),
        at: pages.reports.now(),
    })
}
