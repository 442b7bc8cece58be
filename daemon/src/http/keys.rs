//! Who may do what. Write keys send calls, admin tokens do everything else; of both only hashes are known here.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

use super::App;
use super::answer::No;

/// The hash of a key.
pub type Hash = [u8; 32];

/// Who may do what.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// Keys that send calls, by name.
    pub write: Vec<(String, Hash)>,
    /// Tokens that do everything else, by name.
    pub admin: Vec<(String, Hash)>,
}

/// Who asked, where an admin token was shown.
#[derive(Debug, Clone)]
pub(crate) struct Admin(pub(crate) String);

/// The hash of a key. Keys are long and random, so one round is enough.
#[must_use]
pub fn hash(key: &str) -> Hash {
    hmac_sha256::Hash::hash(key.as_bytes())
}

/// A new key: what it is for, and 24 random bytes as text.
///
/// # Errors
/// When the system has no random bytes.
pub fn generate(purpose: &str) -> std::io::Result<String> {
    let mut bytes = [0_u8; 24];
    getrandom::fill(&mut bytes).map_err(|_| std::io::Error::other("the system has no random bytes"))?;
    Ok(format!("{purpose}_{}", BASE64_URL_SAFE_NO_PAD.encode(bytes)))
}

/// Finds a key by its hash. All are looked at, each byte of them, so how long it takes says nothing.
fn find(keys: &[(String, Hash)], key: &str) -> Option<usize> {
    let sought = hash(key);
    let mut found = None;
    for (position, (_, hash)) in keys.iter().enumerate() {
        let differ = hash.iter().zip(&sought).fold(0, |differ, (a, b)| differ | (a ^ b));
        if std::hint::black_box(differ) == 0 {
            found = Some(position);
        }
    }
    found
}

impl Keys {
    /// The number of the write key that a request shows: as the name of Basic authentication, as a Bearer token, or
    /// in its body, as browsers do.
    ///
    /// # Errors
    /// When it shows none, or none that is known.
    pub(super) fn writer(&self, headers: &HeaderMap, in_body: Option<&str>) -> Result<usize, No> {
        let shown = basic(headers).or_else(|| bearer(headers).map(ToOwned::to_owned));
        let Some(shown) = shown.as_deref().or(in_body) else {
            return Err(No::new(StatusCode::UNAUTHORIZED, "no_key", "the request shows no write key")
                .help("send it as the user name of Basic authentication, with an empty password"));
        };
        find(&self.write, shown).ok_or_else(|| {
            No::new(StatusCode::UNAUTHORIZED, "unknown_key", "the write key of the request is not known")
        })
    }

    fn admin(&self, headers: &HeaderMap) -> Result<Admin, No> {
        let shown = bearer(headers).ok_or_else(|| {
            No::new(StatusCode::UNAUTHORIZED, "no_token", "the request shows no admin token")
                .help("send the header `Authorization: Bearer TOKEN`")
        })?;
        let found = find(&self.admin, shown).and_then(|position| self.admin.get(position));
        let (name, _) = found.ok_or_else(|| {
            No::new(StatusCode::UNAUTHORIZED, "unknown_token", "the admin token of the request is not known")
        })?;
        Ok(Admin(name.clone()))
    }
}

/// Lets through whoever shows an admin token.
pub(super) async fn admin_only(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Result<Response, No> {
    let admin = app.keys.admin(request.headers())?;
    request.extensions_mut().insert(admin);
    Ok(next.run(request).await)
}

fn authorization<'h>(headers: &'h HeaderMap, scheme: &str) -> Option<&'h str> {
    let (shown, rest) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    shown.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    authorization(headers, "bearer")
}

/// The user name of Basic authentication; clients of Segment send the key there, with an empty password.
fn basic(headers: &HeaderMap) -> Option<String> {
    let decoded = BASE64_STANDARD.decode(authorization(headers, "basic")?).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    Some(text.split_once(':').map_or(text.as_str(), |(name, _)| name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &str) -> HeaderMap {
        [(header::AUTHORIZATION, value.parse().unwrap())].into_iter().collect()
    }

    #[test]
    fn a_key_is_found_wherever_clients_show_it() {
        let keys = Keys { write: vec![("a".into(), hash("k1")), ("b".into(), hash("k2"))], admin: Vec::new() };
        let basic = headers(&format!("Basic {}", BASE64_STANDARD.encode("k2:")));
        assert_eq!(keys.writer(&basic, None).unwrap(), 1);
        assert_eq!(keys.writer(&headers("bearer k1"), None).unwrap(), 0);
        assert_eq!(keys.writer(&HeaderMap::new(), Some("k1")).unwrap(), 0);
        assert!(keys.writer(&headers("Bearer k3"), Some("k1")).is_err(), "what is shown counts");
        assert!(keys.writer(&HeaderMap::new(), None).is_err());
        assert!(keys.admin(&headers("Bearer k1")).is_err(), "a write key is no admin token");
    }

    #[test]
    fn keys_differ() {
        let (a, b) = (generate("write").unwrap(), generate("write").unwrap());
        assert_ne!(a, b);
        assert!(a.starts_with("write_") && a.len() == 38, "{a}");
    }
}
