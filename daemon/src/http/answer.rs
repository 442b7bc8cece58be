//! What is said when something is not done: a JSON object with a stable word, a sentence, and what to do.

use axum::Json;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::figures::NoReport;
use crate::service::Closed;

/// Why something was not done.
#[derive(Debug)]
pub(crate) struct No {
    status: StatusCode,
    said: Said,
    /// Seconds after which to come again.
    again: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Said {
    /// A stable word.
    error: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

impl No {
    pub(crate) fn new(status: StatusCode, error: &'static str, message: impl Into<String>) -> Self {
        Self { status, said: Said { error, message: message.into(), help: None }, again: None }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.said.help = Some(help.into());
        self
    }

    pub(crate) fn again(mut self, seconds: u64) -> Self {
        self.again = Some(seconds.max(1));
        self
    }
}

impl IntoResponse for No {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.said)).into_response();
        if let Some(seconds) = self.again {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let ask = HeaderValue::from_static("Basic realm=\"flow\", charset=\"UTF-8\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, ask);
        }
        response
    }
}

impl From<Closed> for No {
    fn from(closed: Closed) -> Self {
        match closed {
            Closed::Full => Self::new(StatusCode::TOO_MANY_REQUESTS, "busy", "too much waits to be taken").again(1),
            Closed::Stopping => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", "the daemon is being stopped").again(5)
            }
            Closed::Unkept(why) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "not_kept", format!("nothing was taken: {why}")).again(5)
            }
        }
    }
}

impl From<crate::store::StoreError> for No {
    fn from(error: crate::store::StoreError) -> Self {
        let no = Self::new(StatusCode::SERVICE_UNAVAILABLE, "store", error.message);
        match error.help {
            Some(help) => no.help(help),
            None => no,
        }
    }
}

impl From<NoReport> for No {
    fn from(why: NoReport) -> Self {
        match why {
            NoReport::Closed(closed) => closed.into(),
            NoReport::Store(error) => error.into(),
        }
    }
}

pub(super) async fn nothing_here(uri: Uri) -> No {
    No::new(StatusCode::NOT_FOUND, "not_found", format!("there is nothing at `{}`", uri.path()))
        .help("calls go to `/v1/batch`, `/v1/track` and the like; `docs/http.md` lists all paths")
}

pub(super) async fn not_so(method: Method, uri: Uri) -> No {
    let message = format!("`{}` takes no {method}", uri.path());
    No::new(StatusCode::METHOD_NOT_ALLOWED, "method", message).help("the header `Allow` says what it takes")
}
