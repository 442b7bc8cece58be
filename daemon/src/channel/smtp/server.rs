//! `url` of a channel of the kind `smtp`.
//!
//! | url | what |
//! |---|---|
//! | `smtps://user:password@mail.acme.example` | TLS from the start, port 465 |
//! | `smtp://user:password@mail.acme.example?tls=required` | STARTTLS, port 587; without it nothing is sent |
//! | `smtp://mail.acme.example?tls=opportunistic` | STARTTLS where the server offers it, port 587; no password |
//! | `smtp://127.0.0.1:2525` | no TLS, port 25; a password only to the own machine |
//!
//! User and password are percent-encoded. A path is the name that is said in `EHLO`.

use std::net::IpAddr;
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT};
use reqwest::Url;

use super::answer::{Failure, Stage};
use crate::channel::settings::SettingError;
use crate::channel::trust;
use crate::secret::Secret;

/// How long a connection may take.
const CONNECT_SECONDS_MAX: u64 = 15;

/// A mail server, and how it is spoken to. `Debug` is left out: it holds the password.
pub(super) struct Server {
    host: String,
    port: u16,
    tls: Tls,
    credentials: Option<Credentials>,
    hello: ClientId,
}

enum Tls {
    None,
    Opportunistic(TlsParameters),
    Required(TlsParameters),
    Wrapped(TlsParameters),
}

impl Server {
    /// Reads `url` of a section.
    pub(super) fn read(section: &str, url: Option<&Secret>, authorities: &[Vec<u8>]) -> Result<Self, SettingError> {
        let wrong = |what: &str, help: &str| SettingError::new(section, "url", what, help);
        let example = "write `smtps://user:password@mail.acme.example`, user and password percent-encoded";
        let text = url.ok_or_else(|| wrong("is missing", example))?;
        let url = Url::parse(text.expose().trim()).map_err(|_| wrong("is no address of a mail server", example))?;
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| wrong("names no mail server", example))?.to_owned();
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let tls = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
        let parameters = || tls_parameters(&host, authorities).map_err(|what| wrong(what, example));
        let (port, tls) = match (url.scheme(), tls.as_deref()) {
            ("smtps", _) => (SUBMISSIONS_PORT, Tls::Wrapped(parameters()?)),
            ("smtp", Some("required")) => (SUBMISSION_PORT, Tls::Required(parameters()?)),
            ("smtp", Some("opportunistic")) => (SUBMISSION_PORT, Tls::Opportunistic(parameters()?)),
            ("smtp", None) => (SMTP_PORT, Tls::None),
            ("smtp", Some(_)) => {
                return Err(wrong("asks for a kind of `tls` that is not known", "write `?tls=required`"));
            }
            (_, _) => return Err(wrong("begins neither with `smtps://` nor with `smtp://`", example)),
        };
        let credentials = credentials(&url).ok_or_else(|| wrong("has a user or password that is no text", example))?;
        let open = matches!(tls, Tls::None | Tls::Opportunistic(_));
        if credentials.is_some() && open && !is_loopback(&host) {
            let help = "write `smtps://`, or put `?tls=required` behind it";
            return Err(wrong("would send its password without encryption", help));
        }
        let name = url.path().trim_matches('/');
        let hello = if name.is_empty() { ClientId::default() } else { ClientId::Domain(name.to_owned()) };
        if name.contains(|c: char| !c.is_ascii_alphanumeric() && !".-:[]".contains(c)) {
            return Err(wrong("has a path that is no name of a machine", example));
        }
        Ok(Self { port: url.port().unwrap_or(port), host, tls, credentials, hello })
    }

    /// Connects, encrypts, logs in.
    pub(super) async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let failed = |error| Failure::Smtp(Stage::Connect, error);
        let wrapped = match &self.tls {
            Tls::Wrapped(parameters) => Some(parameters.clone()),
            Tls::None | Tls::Opportunistic(_) | Tls::Required(_) => None,
        };
        let limit = Some(Duration::from_secs(CONNECT_SECONDS_MAX));
        let address = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, limit, &self.hello, wrapped, None).await.map_err(failed)?;
        let upgrade = match &self.tls {
            Tls::Required(parameters) => Some(parameters),
            Tls::Opportunistic(parameters) => connection.can_starttls().then_some(parameters),
            Tls::None | Tls::Wrapped(_) => None,
        };
        if let Some(parameters) = upgrade {
            connection.starttls(parameters.clone(), &self.hello).await.map_err(failed)?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await.map_err(failed)?;
        }
        Ok(connection)
    }
}

fn tls_parameters(host: &str, authorities: &[Vec<u8>]) -> Result<TlsParameters, &'static str> {
    let unreadable = "cannot be used with these authorities";
    let mut builder = TlsParameters::builder(host.to_owned());
    for authority in trust::authorities(authorities).map_err(|_| unreadable)? {
        let authority = Certificate::from_der(authority.to_vec()).map_err(|_| unreadable)?;
        builder = builder.add_root_certificate(authority);
    }
    builder.build_rustls().map_err(|_| "names a mail server that no certificate can name")
}

/// User and password of a url; nothing where they cannot be decoded.
fn credentials(url: &Url) -> Option<Option<Credentials>> {
    if url.username().is_empty() {
        return Some(None);
    }
    let user = decode(url.username())?;
    let password = decode(url.password().unwrap_or_default())?;
    Some(Some(Credentials::new(user, password)))
}

/// `%40` is `@`.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<Server, SettingError> {
        Server::read("channels.email", Some(&Secret::new(url)), &[])
    }

    #[test]
    fn a_url_says_how_the_server_is_spoken_to() {
        let server = read("smtps://u%40a:p%3A%2F@mail.acme.example").expect("a server");
        assert_eq!((server.host.as_str(), server.port), ("mail.acme.example", 465));
        assert!(matches!(server.tls, Tls::Wrapped(_)));
        assert_eq!(server.credentials, Some(Credentials::new("u@a".into(), "p:/".into())));
        let server = read("smtp://u:p@mail.acme.example?tls=required").expect("a server");
        assert!(server.port == 587 && matches!(server.tls, Tls::Required(_)));
        let server = read("smtp://u:p@[::1]:2525/me.example").expect("a server");
        assert!(server.port == 2525 && server.host == "::1" && matches!(server.tls, Tls::None));
        assert_eq!(server.hello, ClientId::Domain("me.example".into()));
    }

    #[test]
    fn a_url_that_cannot_be_used_says_what_to_write() {
        for (url, says) in [
            ("hidden", "no address of a mail server"),
            ("https://hidden.example", "neither with `smtps://`"),
            ("smtp://u:hidden@mail.acme.example", "without encryption"),
            ("smtp://u:hidden@mail.acme.example?tls=opportunistic", "without encryption"),
            ("smtp://mail.acme.example?tls=hidden", "kind of `tls`"),
            ("smtps://u:%hidden@mail.acme.example", "no text"),
            ("smtps://mail.acme.example/a%0D%0Ahidden", "path"),
        ] {
            let error = read(url).err().expect(url).to_string();
            assert!(error.starts_with("`url` of [channels.email]") && error.contains(says), "{url}: {error}");
            assert!(!error.contains("hidden"), "{error}");
        }
    }
}
