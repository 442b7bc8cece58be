//! The pages that links of letters lead to, and where bounces come in by webhook.
//!
//! A link that is followed never changes consent: scanners of mail follow all links. `GET` asks, `POST` acts; `POST` is
//! also what a mail program sends for one-click unsubscribing (RFC 8058). An answer that something is done means that it
//! is kept for good.

mod choose;
mod intake;
mod look;
mod track;
pub mod visit;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};

use crate::links::{Kind, Links, Ticket};
use crate::reports::{Report, Reported, Reports};
use crate::secret::Secret;

/// A longer body is refused.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// What the pages need.
#[derive(Clone)]
pub struct Pages {
    /// Reads tokens.
    pub links: Arc<Links>,
    /// Takes reports.
    pub reports: Arc<dyn Reports>,
    /// The name of the sender, as the pages show it.
    pub project: Arc<str>,
    /// With which bounces are let in; without one, none are.
    pub secret: Option<Secret>,
}

impl std::fmt::Debug for Pages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pages").field("links", &self.links).field("project", &self.project).finish_non_exhaustive()
    }
}

/// The routes: `/m/unsubscribe`, `/m/preferences`, `/m/click`, `/m/open`, `/m/reports`.
pub fn router(pages: Pages) -> Router {
    Router::new()
        .route("/m/unsubscribe/{token}", get(choose::ask).post(choose::unsubscribe))
        .route("/m/preferences/{token}", get(choose::show).post(choose::save))
        .route("/m/click/{token}", get(track::click))
        .route("/m/open/{token}", get(track::open))
        .route("/m/reports", post(intake::take))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(pages)
}

impl Pages {
    /// The letter of a token; without one, the page that says so.
    fn ticket(&self, kind: Kind, token: &str) -> Result<(Ticket, Option<String>), Box<Response>> {
        self.links.read(kind, token).ok_or_else(|| {
            let text = "<p>It may have been cut on its way. Please use the link in the e-mail itself, or answer the e-mail: \
                        we will do it for you.</p>";
            Box::new(self.page(StatusCode::NOT_FOUND, "This link does not work", text))
        })
    }

    fn page(&self, status: StatusCode, title: &str, content: &str) -> Response {
        look::page(status, &self.project, title, content)
    }

    /// What a person is told when nothing could be kept.
    fn unavailable(&self) -> Response {
        let text = "<p>Nothing was changed. Please try again in a minute.</p>";
        let mut response = self.page(StatusCode::SERVICE_UNAVAILABLE, "This does not work right now", text);
        response.headers_mut().insert("retry-after", axum::http::HeaderValue::from_static("60"));
        response
    }
}

/// A report on a letter.
fn report(ticket: &Ticket, what: Reported, pages: &Pages) -> Report {
    Report {
        at: pages.reports.now(),
        what,
        key: Some(ticket.key.clone()),
        contact: Some(ticket.contact.clone()),
        address: None,
        message: Some(ticket.message.clone()),
    }
}
