//! The daemon as it is seen from the network: one file for each part of it.
//!
//! Calls come in with a write key, everything else needs an admin token; both are compared by their hashes. Nothing
//! that is served is kept by a browser or a proxy, and no address holds who somebody is but where that is asked for.

mod admin;
mod answer;
mod body;
mod calls;
mod cors;
mod deliveries;
mod deploys;
mod health;
mod import;
mod key_acts;
pub mod keys;
mod limits;
pub(crate) mod listen;
mod person;
mod plans;
mod rejects;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use flow_runtime::Catalog;
use tower_http::decompression::RequestDecompressionLayer;

use crate::deploys::Deploys;
use crate::erasure::Erased;
use crate::figures::Figures;
use crate::plans::Plans;
use crate::service::{Closed, Door};
use crate::shard::Shard;
use crate::store::sqlite::Reader;
use answer::No;
use keys::Ring;
pub use limits::{Limits, Rate};

/// What every part of it needs.
#[derive(Debug)]
pub struct App {
    /// The shard.
    pub door: Door,
    /// The store.
    pub reader: Reader,
    /// What takes over.
    pub deploys: Deploys,
    /// What would happen if it did.
    pub plans: Plans,
    /// Reports.
    pub figures: Figures,
    /// The names of the program that runs.
    pub names: Names,
    /// Who was erased.
    pub erased: Arc<Erased>,
    /// Who may do what.
    pub keys: Ring,
    /// How much at once.
    pub limits: Limits,
    /// How often.
    pub rate: Rate,
    /// Held by whoever has what was refused taken again.
    pub replaying: tokio::sync::Mutex<()>,
    /// When the daemon began, for `/health`.
    pub begun: std::time::Instant,
}

/// The names of the program that runs; another one may take over.
#[derive(Debug)]
pub struct Names(RwLock<Known>);

/// The names of a program.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its number: what is read with these names is in the numbers of that program.
    pub program: u32,
    /// They.
    pub catalog: Arc<Catalog>,
}

impl Names {
    /// The names of the program that a shard runs.
    #[must_use]
    pub fn new(shard: &Shard) -> Self {
        Self(RwLock::new(Known::of(shard)))
    }

    /// The names of the program that runs now.
    #[must_use]
    pub fn now(&self) -> Known {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Known {
    fn of(shard: &Shard) -> Self {
        Self { program: shard.lineage().number(), catalog: Arc::new(Catalog::new(shard.engine())) }
    }
}

impl App {
    /// Another program has taken over: calls are read by its names from now on.
    ///
    /// # Errors
    /// When the daemon stops.
    pub async fn refresh(&self) -> Result<(), Closed> {
        let known = self.door.look(Known::of).await?;
        *self.names.0.write().unwrap_or_else(PoisonError::into_inner) = known;
        Ok(())
    }
}

/// All that is served; with the pages of letters, where there are some.
pub fn router(app: Arc<App>, pages: Option<Router>) -> Router {
    let calls = calls::routes()
        .layer(RequestDecompressionLayer::new().gzip(true).pass_through_unaccepted(true))
        .layer(middleware::from_fn(cors::allow));
    let admin = Router::new()
        .route("/v1/contacts/{id}", get(admin::contact).delete(person::erase))
        .route("/v1/contacts/{id}/export", get(person::export))
        .route("/v1/contacts/{id}/why", get(admin::why))
        .route("/v1/reports", get(admin::reports))
        .route("/v1/reports/{part}", get(admin::report))
        .route("/v1/deploys", get(deploys::list).post(deploys::deploy))
        .route("/v1/deploys/running", get(deploys::running))
        .route("/v1/deploys/plan", get(plans::come_to).post(plans::plan))
        .route("/v1/deploys/rollback", post(deploys::rollback))
        .route("/v1/deliveries", get(deliveries::list))
        .route("/v1/deliveries/retry", post(deliveries::retry_all))
        .route("/v1/deliveries/{id}/retry", post(deliveries::retry))
        .route("/v1/rejects", get(rejects::list))
        .route("/v1/rejects/replay", post(rejects::replay))
        .route("/v1/keys", get(key_acts::list).post(key_acts::add))
        .route("/v1/keys/{id}/rotate", post(key_acts::rotate))
        .route("/v1/keys/{id}/revoke", post(key_acts::revoke))
        .route("/v1/import", post(import::take))
        .route("/v1/audit", get(admin::audit))
        .route("/v1/program", get(admin::program))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), keys::admin_only));
    Router::new()
        .merge(calls)
        .merge(admin)
        .route("/health", get(health::health))
        .route("/metrics", get(health::metrics))
        .method_not_allowed_fallback(answer::not_so)
        .with_state(Arc::clone(&app))
        .merge(pages.unwrap_or_default())
        .fallback(answer::nothing_here)
        .layer(middleware::from_fn_with_state(app, in_time))
        .layer(middleware::map_response(guard))
}

/// Waits for nobody longer than it has patience for.
async fn in_time(State(app): State<Arc<App>>, request: Request, next: Next) -> Result<Response, No> {
    let answer = tokio::time::timeout(app.limits.patience, next.run(request))
        .await
        .map_err(|_| No::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "the request did not come to its end in time"));
    let status = answer.as_ref().map_or(StatusCode::REQUEST_TIMEOUT, Response::status);
    app.door.metrics().answered(status.as_u16());
    answer
}

/// What every answer carries, so that a browser does nothing with it but show it.
async fn guard(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("cache-control", "no-store"),
    ] {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    response
}

impl Default for Limits {
    fn default() -> Self {
        Self { body_bytes: 5 << 20, batch: 5_000, patience: Duration::from_secs(30), per_second: 0 }
    }
}
