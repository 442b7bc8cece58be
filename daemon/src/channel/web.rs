//! Requests of webhooks and connectors: what is sent, how long is waited, what an answer means.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url, redirect};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value as Json;

use super::guard::{Guard, Refused, is_public};
use super::settings::{SettingError, Settings};
use super::sign::{Signer, header_id};
use super::trust;
use crate::delivery::Outcome;
use crate::secret::Secret;

/// How long a connection may take.
const CONNECT_SECONDS_MAX: u64 = 5;
/// How long a request may take, from the look-up of the name to the end of the answer.
const REQUEST_SECONDS_MAX: u64 = 20;
/// What is read of an answer.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Connections that are kept open to one host.
const IDLE_CONNECTIONS_MAX: usize = 16;
/// For how long they are kept.
const IDLE_SECONDS_MAX: u64 = 50;
/// A longer `Retry-After` counts as this.
const RETRY_AFTER_SECONDS_MAX: u64 = 24 * 60 * 60;
/// What we call ourselves.
const USER_AGENT: &str = concat!("Flowline/", env!("CARGO_PKG_VERSION"));
/// What to do about an address that the guard refuses.
const ALLOW: &str = "a private network is reached only with `--allow-private`";

/// The client that all webhooks and connectors share.
pub(crate) struct Web {
    client: Client,
    allow_private: bool,
}

/// Where a webhook or connector is, and how what it gets is signed.
pub(crate) struct Target {
    url: Url,
    signer: Option<Signer>,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Target(…)")
    }
}

impl Web {
    /// Makes the client. What is wrong with it is a fault of the machine.
    pub(crate) fn new(settings: &Settings) -> Result<Self, String> {
        let client = Client::builder()
            .tls_backend_preconfigured(tls(&settings.authorities)?)
            .dns_resolver(Guard { allow_private: settings.allow_private })
            // What a proxy connects to, the guard would not see.
            .no_proxy()
            .redirect(redirect::Policy::none())
            .connect_timeout(Duration::from_secs(CONNECT_SECONDS_MAX))
            .timeout(settings.try_timeout.unwrap_or(Duration::from_secs(REQUEST_SECONDS_MAX)))
            .pool_max_idle_per_host(IDLE_CONNECTIONS_MAX)
            .pool_idle_timeout(Duration::from_secs(IDLE_SECONDS_MAX))
            .user_agent(USER_AGENT)
            .build()
            .map_err(|error| format!("the client for webhooks cannot be made: {error}"))?;
        Ok(Self { client, allow_private: settings.allow_private })
    }

    /// Reads `url` and `secret` of a section.
    pub(crate) fn target(
        &self,
        section: &str,
        url: Option<&Secret>,
        secret: Option<&Secret>,
    ) -> Result<Target, SettingError> {
        let wrong = |what: &str| {
            let help = "write an address of the web: `https://push.acme.example/send`";
            SettingError::new(section, "url", what, help)
        };
        let text = url.ok_or_else(|| wrong("is missing"))?;
        let url = Url::parse(text.expose().trim()).map_err(|_| wrong("is no address of the web"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong("begins neither with `https://` nor with `http://`"));
        }
        if !self.allow_private && literal(&url).is_some_and(|address| !is_public(address)) {
            return Err(SettingError::new(section, "url", "leads into the own machine or network", ALLOW));
        }
        let signer = secret
            .map(|secret| {
                Signer::new(secret).ok_or_else(|| {
                    let help =
                        "write `whsec_` and 24 to 64 bytes in base64 behind it: `openssl rand -base64 32` makes some";
                    SettingError::new(section, "secret", "is no key of Standard Webhooks", help)
                })
            })
            .transpose()?;
        Ok(Target { url, signer })
    }

    /// Sends a body under a key. The answer of a connector is kept, where it is JSON.
    pub(crate) async fn post(&self, target: &Target, key: &str, body: String, keep: bool) -> Outcome {
        let id = header_id(key);
        let timestamp = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let timestamp = i64::try_from(timestamp).unwrap_or(i64::MAX);
        let mut request = self
            .client
            .post(target.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .header("idempotency-key", &id)
            .header("webhook-id", &id)
            .header("webhook-timestamp", timestamp.to_string());
        if let Some(signer) = &target.signer {
            request = request.header("webhook-signature", signer.signature(&id, timestamp, body.as_bytes()));
        }
        match request.body(body).send().await {
            Ok(response) => judge(response, keep).await,
            Err(error) => failure(&error),
        }
    }
}

/// What an answer means.
async fn judge(response: Response, keep: bool) -> Outcome {
    let status = response.status();
    if status.is_success() {
        // It was handed over, whatever becomes of the rest of the answer.
        let answer = read(response).await.and_then(|body| serde_json::from_slice::<Json>(&body).ok());
        let reference = answer.as_ref().and_then(|answer| answer.get("id")?.as_str()).map(str::to_owned);
        return Outcome::Delivered { reference, answer: answer.filter(|_| keep) };
    }
    let why = format!("it answered {}", status.as_u16());
    if status.is_redirection() {
        return Outcome::never(format!("{why}: redirects are not followed, `url` has to be the final address"));
    }
    let again = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_EARLY, StatusCode::TOO_MANY_REQUESTS];
    if status.is_server_error() || again.contains(&status) {
        let after =
            response.headers().get(RETRY_AFTER).and_then(|value| retry_after(value.to_str().ok()?, SystemTime::now()));
        return Outcome::Later { why, after };
    }
    Outcome::never(why)
}

/// The body of an answer, unless it is longer than may be or breaks off.
async fn read(mut response: Response) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    Some(body)
}

/// Why there is no answer. The words of the client are not passed on: they hold the address.
fn failure(error: &reqwest::Error) -> Outcome {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.is::<Refused>() {
            return Outcome::later(format!("its name leads into the own machine or network: {ALLOW}"));
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        Outcome::later("there was no answer in time")
    } else if error.is_connect() {
        Outcome::later("it cannot be reached, or its certificate is not trusted")
    } else if error.is_builder() {
        Outcome::never("no request can be made of this")
    } else {
        Outcome::later("the connection broke off")
    }
}

/// `Retry-After`: seconds, or a date of HTTP.
fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    let seconds = match value.parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => {
            let then = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
            let now = jiff::Timestamp::try_from(now).ok()?;
            u64::try_from(then.as_second().saturating_sub(now.as_second())).unwrap_or(0)
        }
    };
    Some(Duration::from_secs(seconds.min(RETRY_AFTER_SECONDS_MAX)))
}

/// The address of a url whose host is no name.
fn literal(url: &Url) -> Option<IpAddr> {
    url.host_str()?.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// TLS as it is spoken to webhooks and connectors.
pub(super) fn tls(authorities: &[Vec<u8>]) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    roots.add_parsable_certificates(trust::authorities(authorities)?);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be set up: {error}"))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = UNIX_EPOCH + Duration::from_secs(784_111_770);
        let seconds = |value| retry_after(value, now).map(|after| after.as_secs());
        assert_eq!(seconds("120"), Some(120));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:37 GMT"), Some(7));
        assert_eq!(seconds("Sat, 06 Nov 1993 08:49:37 GMT"), Some(0));
        assert_eq!(seconds("999999999"), Some(86_400));
        assert_eq!(seconds("soon"), None);
        assert_eq!(seconds("-1"), None);
    }

    fn target(allow_private: bool, url: &str, secret: Option<&str>) -> Result<Target, SettingError> {
        let web = Web::new(&Settings { allow_private, ..Settings::default() }).expect("a client");
        web.target("channels.push", Some(&Secret::new(url)), secret.map(Secret::new).as_ref())
    }

    #[test]
    fn settings_that_cannot_be_used_say_what_to_write() {
        for (url, says) in [
            ("push", "no address of the web"),
            ("ftp://acme.example/hidden", "neither with"),
            ("http://127.0.0.1:9/hidden", "own machine or network"),
            ("http://[::1]/hidden", "own machine or network"),
            ("http://2130706433/hidden", "own machine or network"),
            ("http://0x7f.1/hidden", "own machine or network"),
            ("http://[::ffff:10.0.0.1]/hidden", "own machine or network"),
        ] {
            let error = target(false, url, None).expect_err(url).to_string();
            assert!(error.starts_with("`url` of [channels.push]") && error.contains(says), "{url}: {error}");
            assert!(!error.contains("hidden"), "{error}");
        }
        let error = target(false, "https://acme.example", Some("hidden!")).expect_err("a secret").to_string();
        assert!(error.contains("whsec_") && !error.contains("hidden"), "{error}");
        assert!(target(true, "http://127.0.0.1:9/", None).is_ok());
    }

    #[test]
    fn nothing_shows_a_secret() {
        let target =
            target(false, "https://user:hidden@acme.example/hidden", Some("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        let shown = format!("{target:?} {:?}", Secret::new("hidden"));
        assert!(!shown.contains("hidden") && !shown.contains("MfKQ"), "{shown}");
    }
}
