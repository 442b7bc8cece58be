//! Programs that take over: sent by somebody, or one that ran before. `docs/operations.md` says how this and the
//! folder of the daemon go together.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Extension, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use flow_graph::Program;
use flow_graph::canonical::fingerprint_of;
use flow_graph::program::FORMAT_VERSION;
use flow_runtime::driver::deploy::{Deployed, Left};
use flow_runtime::rehearsal::Token;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::App;
use super::admin::{Asked, answer, ask, said};
use super::answer::No;
use super::body;
use super::keys::Admin;
use crate::deploys::{NotDeployed, Outcome};
use crate::shard::Release;

/// Longest program, as JSON with all its templates.
const MOST_BYTES: usize = 64 << 20;
/// How long an answer waits for a program to take over; whoever sent it asks again then.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// A program that is sent.
#[derive(Debug, Deserialize)]
struct Sent {
    program: Json,
    commit: Option<String>,
    /// The token of the plan as which it is to take over.
    plan: Option<String>,
}

/// What a deploy came to, for whoever asks.
#[derive(Debug, Serialize)]
struct Said<'a> {
    fingerprint: &'a str,
    /// Its number; none where it was refused.
    number: Option<u32>,
    /// It runs; else it was refused.
    accepted: bool,
    /// It is another one than before.
    changed: bool,
    #[serde(flatten)]
    moved: Option<&'a Deployed>,
    /// Why not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<Reason<'a>>,
}

/// Why a program was refused.
#[derive(Debug, Serialize)]
pub(super) struct Reason<'a> {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    clauses: &'a [String],
}

impl<'a> Reason<'a> {
    fn left(left: &'a Left) -> Self {
        let (file, line) = (Some(left.file.as_str()), Some(left.line));
        Self { message: left.message(), file, line, help: Some(left.help()), clauses: &left.clauses }
    }

    fn plain(message: String, help: Option<&str>) -> Self {
        Self { message, file: None, line: None, help: help.map(ToOwned::to_owned), clauses: &[] }
    }
}

pub(super) fn reasons(why: &NotDeployed) -> Vec<Reason<'_>> {
    match why {
        NotDeployed::Stranded(left) => left.iter().map(Reason::left).collect(),
        NotDeployed::StrandedSince(left) => {
            let since = "when it was planned nobody would have been stranded, and somebody has come there since";
            let help = Some("write what becomes of them, plan that, and deploy it with the token of that plan");
            let reasons = left.iter().map(Reason::left);
            [Reason::plain(since.to_owned(), help)].into_iter().chain(reasons).collect()
        }
        NotDeployed::Unplanned(why) => vec![Reason::plain(why.message(), Some(why.help()))],
        NotDeployed::Unusable(why) => vec![Reason::plain(format!("the program cannot be run: {why}"), None)],
        NotDeployed::Lacks(ways) => lacks(ways),
    }
}

/// What the daemon has not opened.
pub(super) fn lacks(ways: &[String]) -> Vec<Reason<'_>> {
    let help = "a daemon opens its channels when it starts: put the section into the `flow.toml` with which it \
                        runs, and start it again";
    let lacks = |way: &String| Reason::plain(format!("the daemon has no `[{way}]`"), Some(help));
    ways.iter().map(lacks).collect()
}

fn outcome(outcome: &Outcome) -> Said<'_> {
    let (number, moved, reasons) = match &outcome.done {
        Ok(taken) => (Some(taken.number), taken.moved.as_ref(), Vec::new()),
        Err(why) => (None, None, reasons(why)),
    };
    let accepted = number.is_some();
    Said { fingerprint: &outcome.fingerprint, number, accepted, changed: moved.is_some(), moved, reasons }
}

/// The programs that have run, the latest first, and one that is about to.
pub(super) async fn list(State(app): State<Arc<App>>, Query(asked): Query<Asked>) -> Result<Response, No> {
    let deploys = ask(&app, move |reader| reader.programs(&asked.page())).await?;
    let last = app.deploys.last();
    Ok(answer(json!({
        "deploys": deploys,
        "under_way": app.deploys.under_way(),
        "last": last.as_deref().map(outcome),
    })))
}

/// The program that runs, whole: what a comparison with it begins with. It holds no secrets: those have names in it.
pub(super) async fn running(State(app): State<Arc<App>>) -> Result<Response, No> {
    let (number, engine) = app.door.look(|shard| (shard.lineage().number(), Arc::clone(shard.engine()))).await?;
    let fingerprint = fingerprint_of(engine.program());
    Ok(said("running", json!({ "number": number, "fingerprint": fingerprint, "program": engine.program() })))
}

/// A program is sent: it takes over, or is refused with the reasons.
pub(super) async fn deploy(
    State(app): State<Arc<App>>,
    Extension(Admin { name: who, .. }): Extension<Admin>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, No> {
    let Verified { program, commit, plan } = read(&headers, body).await?;
    let plan = plan.map(|plan| plan.parse()).transpose();
    let plan = plan.map_err(|why| wrong("not_a_plan", format!("`plan` cannot be used: {why}")))?;
    let release = Release { program: Arc::new(program), who, commit };
    take_over(app, release, plan, "deploy").await
}

/// A program that is sent, once it is verified.
pub(super) struct Verified {
    pub(super) program: Program,
    commit: Option<String>,
    plan: Option<String>,
}

/// Reads a program that is sent.
pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Verified, No> {
    let body = body::read(headers, body, MOST_BYTES).await?;
    let Sent { program, commit, plan } = serde_json::from_slice(&body)
        .map_err(|error| wrong("not_a_program", format!("the body is no program that is sent: {error}")))?;
    let format = program.get("format_version").and_then(Json::as_u64);
    if format.is_some_and(|format| format > u64::from(FORMAT_VERSION)) {
        let format = format.unwrap_or_default();
        let message = format!("the program has form {format}, and this daemon knows forms up to {FORMAT_VERSION}");
        return Err(wrong("newer_program", message).help("use the `flow` of the daemon, or a later daemon"));
    }
    let program = Program::deserialize(program)
        .map_err(|error| wrong("not_a_program", format!("the program cannot be read: {error}")))?;
    flow_graph::verify(&program)
        .map_err(|error| wrong("not_a_program", format!("the program does not hold together: {error}")))?;
    Ok(Verified { program, commit, plan })
}

/// A program that ran before takes over again.
pub(super) async fn rollback(
    State(app): State<Arc<App>>,
    Extension(Admin { name: who, .. }): Extension<Admin>,
    Query(asked): Query<Asked>,
) -> Result<Response, No> {
    let rows =
        ask(&app, |reader| reader.programs(&crate::store::sqlite::Page { before: None, most: u32::MAX })).await?;
    let now = rows.first().map(|row| row.fingerprint.clone()).unwrap_or_default();
    let fits = |fingerprint: &str| match &asked.to {
        Some(to) => !to.is_empty() && fingerprint.starts_with(to.as_str()),
        None => fingerprint != now,
    };
    let found = rows.into_iter().find(|row| fits(&row.fingerprint));
    let found = found.ok_or_else(|| match &asked.to {
        Some(to) => No::new(StatusCode::NOT_FOUND, "no_program", format!("no program that has run begins with `{to}`")),
        None => No::new(StatusCode::NOT_FOUND, "no_program", "no other program has run here"),
    })?;
    let number = found.number;
    let program = app.door.look(move |shard| shard.lineage().engine(number).map(|it| it.program().clone())).await?;
    let program = program.ok_or_else(|| No::new(StatusCode::NOT_FOUND, "no_program", "it is not kept any more"))?;
    let release = Release { program: Arc::new(program), who, commit: found.commit };
    take_over(app, release, None, "rollback").await
}

/// It takes over however long that takes, whether or not somebody waits for it.
async fn take_over(app: Arc<App>, release: Release, plan: Option<Token>, act: &'static str) -> Result<Response, No> {
    let mut done = tokio::spawn(async move {
        let (who, commit) = (release.who.clone(), release.commit.clone());
        let outcome = app.deploy(release, plan).await?;
        app.door.act(&who, act, outcome.words(commit.as_deref())).await?;
        Ok::<_, crate::service::Closed>(outcome)
    });
    match tokio::time::timeout(PATIENCE, &mut done).await {
        Ok(Ok(outcome)) => Ok(tell(&*outcome?)),
        Ok(Err(_)) => Err(No::new(StatusCode::INTERNAL_SERVER_ERROR, "failed", "that did not work")),
        Err(_) => Ok((StatusCode::ACCEPTED, said("deploy", json!({ "under_way": true }))).into_response()),
    }
}

fn tell(done: &Outcome) -> Response {
    let status = if done.done.is_ok() { StatusCode::OK } else { StatusCode::CONFLICT };
    (status, said("deploy", outcome(done))).into_response()
}

fn wrong(error: &'static str, message: String) -> No {
    No::new(StatusCode::BAD_REQUEST, error, message)
}
