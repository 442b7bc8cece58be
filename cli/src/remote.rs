//! A daemon that runs somewhere, as a command asks it: over HTTP, with an admin token from the environment.
//!
//! A token stands in no argument, since other users of a machine see those; it is printed nowhere, follows no redirect
//! and goes through no proxy.

use std::time::Duration;

use reqwest::header::AUTHORIZATION;
use reqwest::{Client, Method, StatusCode, Url, redirect};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use tokio::runtime::Runtime;

use crate::args::remote::ToArgs;
use crate::commands::serve::settings::variable;
use crate::failure::Failure;

/// Where a daemon is that was told nothing else.
const HERE: &str = "http://127.0.0.1:8411";
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(120);
/// The version of answers that is understood here.
const FORMAT_VERSION: u64 = 1;

/// A daemon.
pub(crate) struct Daemon {
    runtime: Runtime,
    client: Client,
    base: Url,
    token: String,
}

/// What a daemon says when it does not do something.
#[derive(Debug, Deserialize)]
struct Said {
    error: String,
    message: String,
    help: Option<String>,
}

/// What is added to an address behind its path.
pub(crate) type Query<'a> = [(&'a str, String)];

impl Daemon {
    /// The daemon that is asked.
    pub(crate) fn of(args: &ToArgs) -> Result<Self, Failure> {
        let base = args.to.clone().or_else(|| variable("FLOW_URL")).unwrap_or_else(|| HERE.to_owned());
        let base = address(&base)?;
        let token = variable("FLOW_ADMIN_TOKEN").ok_or_else(|| {
            Failure::new("the variable `FLOW_ADMIN_TOKEN` is not set: without it a daemon tells nothing")
                .help("`flow serve` shows the first admin token when it is started for the first time")
        })?;
        let cannot = |why: String| Failure::new(format!("the client cannot be made: {why}"));
        let client = Client::builder()
            .tls_backend_preconfigured(flow_daemon::channel::tls().map_err(cannot)?)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .user_agent(concat!("flow/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| cannot(error.to_string()))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| cannot(error.to_string()))?;
        Ok(Self { runtime, client, base, token })
    }

    /// Asks for something.
    pub(crate) fn get(&self, path: &[&str], query: &Query<'_>) -> Result<Json, Failure> {
        self.ask(Method::GET, path, query, None)
    }

    /// The same, read.
    pub(crate) fn read<T: DeserializeOwned>(&self, path: &[&str], query: &Query<'_>) -> Result<T, Failure> {
        self.understand(self.get(path, query)?)
    }

    /// Has something done.
    pub(crate) fn post(&self, path: &[&str], query: &Query<'_>, body: Option<&Json>) -> Result<Json, Failure> {
        self.ask(Method::POST, path, query, body)
    }

    /// Has something taken away.
    pub(crate) fn delete(&self, path: &[&str]) -> Result<Json, Failure> {
        self.ask(Method::DELETE, path, &[], None)
    }

    /// An answer as what it should be.
    pub(crate) fn understand<T: DeserializeOwned>(&self, answer: Json) -> Result<T, Failure> {
        T::deserialize(answer).map_err(|error| {
            Failure::new(format!("the daemon at {} answers in another form: {error}", self.base))
                .help("`flow` and the daemon should have the same version")
        })
    }

    fn ask(&self, method: Method, path: &[&str], query: &Query<'_>, body: Option<&Json>) -> Result<Json, Failure> {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("v1").extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut request = self.client.request(method, url).header(AUTHORIZATION, format!("Bearer {}", self.token));
        if let Some(body) = body {
            request = request.json(body);
        }
        let (status, text) = self
            .runtime
            .block_on(async {
                let response = request.send().await?;
                Ok((response.status(), response.text().await?))
            })
            .map_err(|error: reqwest::Error| self.unreachable(&error))?;
        let answer: Option<Json> = serde_json::from_str(&text).ok();
        let answers = answer.as_ref().is_some_and(|answer| answer.get("format_version").is_some());
        // What was refused with reasons is an answer all the same.
        if !status.is_success() && !answers {
            return Err(self.refused(status, path, answer));
        }
        let answer = answer.ok_or_else(|| self.stranger())?;
        match answer.get("format_version").and_then(Json::as_u64) {
            Some(FORMAT_VERSION) => Ok(answer),
            Some(_) => Err(Failure::new(format!("the daemon at {} is newer than this `flow`", self.base))
                .help("use the `flow` with which it was started")),
            None => Err(self.stranger()),
        }
    }

    /// Nothing came back. What the client says of it holds the address, which may hold an id.
    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let base = &self.base;
        if error.is_timeout() {
            return Failure::new(format!("the daemon at {base} does not answer in time"));
        }
        if error.is_connect() {
            let help = match base.scheme() {
                "https" => "is it up, and is its certificate one that this machine trusts? `--to URL` says where it is",
                _ => "`flow serve` starts one; `--to URL` or `FLOW_URL` says where it is",
            };
            return Failure::new(format!("there is no daemon to be reached at {base}")).help(help);
        }
        Failure::new(format!("the connection to the daemon at {base} broke off"))
    }

    fn refused(&self, status: StatusCode, path: &[&str], answer: Option<Json>) -> Failure {
        let base = &self.base;
        let Some(said) = answer.and_then(|answer| Said::deserialize(answer).ok()) else { return self.stranger() };
        if status == StatusCode::UNAUTHORIZED {
            return Failure::new(format!("the daemon at {base} does not know the token in `FLOW_ADMIN_TOKEN`"))
                .help("it takes an admin token: a write key is none");
        }
        let old = matches!(said.error.as_str(), "not_found" | "method");
        if old {
            return Failure::new(format!("the daemon at {base} is too old: it has no `/v1/{}`", path.join("/")))
                .help("start it with the version of this `flow`");
        }
        let failure = Failure::new(said.message);
        match said.help {
            Some(help) => failure.help(help),
            None => failure,
        }
    }

    fn stranger(&self) -> Failure {
        Failure::new(format!("what answers at {} is no daemon of Flowline", self.base))
            .help("`--to URL` or `FLOW_URL` says where it is")
    }
}

/// The address of a daemon. A token goes in the clear to the own machine alone.
fn address(text: &str) -> Result<Url, Failure> {
    let wrong = |why: &str| {
        Failure::new(format!("`{text}` {why}")).help(format!("write it as `{HERE}` or `https://flow.acme.example`"))
    };
    let url = Url::parse(text.trim()).map_err(|_| wrong("is no address of a daemon"))?;
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    match url.scheme() {
        // What it holds is not repeated.
        _ if !url.username().is_empty() || url.password().is_some() => {
            Err(Failure::new("the address of the daemon holds a name or a password")
                .help("take them out: the token comes from `FLOW_ADMIN_TOKEN`"))
        }
        "https" => Ok(url),
        "http" if here => Ok(url),
        "http" => Err(wrong("would send the admin token where everybody on the way can read it")),
        _ => Err(wrong("is no address of a daemon")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_in_the_clear_to_the_own_machine_alone() {
        for right in
            ["http://127.0.0.1:8411", "http://localhost:1/", "http://[::1]:8411", "https://flow.acme.example/x"]
        {
            assert!(address(right).is_ok(), "{right}");
        }
        for (wrong, says) in [
            ("http://flow.acme.example", "everybody on the way"),
            ("http://10.0.0.1:8411", "everybody on the way"),
            ("127.0.0.1:8411", "no address"),
            ("ftp://127.0.0.1", "no address"),
            ("", "no address"),
            ("https://me:secret@flow.acme.example", "a name or a password"),
        ] {
            let failure = address(wrong).unwrap_err();
            assert!(failure.message.contains(says), "{wrong}: {failure}");
            assert!(!failure.message.contains("secret"), "{failure}");
        }
    }
}
