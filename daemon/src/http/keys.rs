//! Who may do what. Write keys send calls, admin tokens do everything else; of both only hashes are known here.
//!
//! A key of the store can be made, exchanged for another one and taken back while the daemon runs; the one that was
//! exchanged opens for a while longer, so that nobody who uses it is locked out. It is everybody's clock that counts,
//! also where the daemon's own is faster. Keys of the environment are its own for as long as it runs.

use std::sync::{Arc, PoisonError, RwLock};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use flow_graph::Timestamp;
use serde::{Deserialize, Serialize};

use super::App;
use super::answer::No;
use crate::clock::Clock;

/// The hash of a key.
pub type Hash = [u8; 32];

/// Keys that a daemon is told when it starts.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// Keys that send calls, by name.
    pub write: Vec<(String, Hash)>,
    /// Tokens that do everything else, by name.
    pub admin: Vec<(String, Hash)>,
}

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// It sends calls.
    Write,
    /// It does everything else.
    Admin,
}

impl Purpose {
    /// As the store and the API call it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

/// A key: all of it but itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// What it is for.
    pub purpose: Purpose,
    /// Its name, for people.
    pub name: String,
    /// Its hash.
    pub hash: Hash,
    /// Since when; none: it comes from the environment.
    pub since: Option<Timestamp>,
    /// Until when it opens; none: until somebody says so.
    pub until: Option<Timestamp>,
}

impl Key {
    /// What names it, and says nothing of it: the first eight digits of its hash.
    #[must_use]
    pub fn id(&self) -> String {
        self.hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether it opens at an instant.
    #[must_use]
    pub fn opens(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// What becomes of keys; it is kept before it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyChange {
    /// There is one more.
    Added(Key),
    /// One opens until an instant.
    Until(Hash, Timestamp),
}

/// All keys of a daemon that runs.
#[derive(Debug)]
pub struct Ring(RwLock<Vec<Key>>);

/// Who asked, where an admin token was shown.
#[derive(Debug, Clone)]
pub(crate) struct Admin {
    /// The name of the token.
    pub(crate) name: String,
    /// Its hash.
    pub(crate) hash: Hash,
}

/// The hash of a key. Keys are long and random, so one round is enough.
#[must_use]
pub fn hash(key: &str) -> Hash {
    hmac_sha256::Hash::hash(key.as_bytes())
}

/// A new key: what it is for, and 24 random bytes as text.
///
/// # Errors
/// When the system has no random bytes.
pub fn generate(purpose: Purpose) -> std::io::Result<String> {
    let mut bytes = [0_u8; 24];
    getrandom::fill(&mut bytes).map_err(|_| std::io::Error::other("the system has no random bytes"))?;
    Ok(format!("{}_{}", purpose.word(), BASE64_URL_SAFE_NO_PAD.encode(bytes)))
}

/// What time it is for keys.
pub(super) fn now() -> Timestamp {
    Clock::real().now()
}

impl Ring {
    /// With these keys.
    #[must_use]
    pub fn new(keys: Vec<Key>) -> Self {
        Self(RwLock::new(keys))
    }

    /// All keys, those too that open no more.
    pub(super) fn all(&self) -> Vec<Key> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was kept counts from now on.
    pub(super) fn change(&self, change: KeyChange) {
        let mut keys = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match change {
            KeyChange::Added(key) => keys.push(key),
            KeyChange::Until(hash, until) => {
                keys.iter_mut().filter(|key| key.hash == hash).for_each(|key| key.until = Some(until));
            }
        }
    }

    /// Finds a key that opens. All are looked at, each byte of them, so how long it takes says nothing.
    fn find(&self, purpose: Purpose, shown: &str, now: Timestamp) -> Option<(String, Hash)> {
        let sought = hash(shown);
        let keys = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut found = None;
        for (position, key) in keys.iter().enumerate() {
            let differ = key.hash.iter().zip(&sought).fold(0, |differ, (a, b)| differ | (a ^ b));
            if std::hint::black_box(differ) == 0 && key.purpose == purpose && key.opens(now) {
                found = Some(position);
            }
        }
        keys.get(found?).map(|key| (key.name.clone(), key.hash))
    }

    /// The number of the write key that a request shows: as the name of Basic authentication, as a Bearer token, or
    /// in its body, as browsers do. It is the same for as long as the key is.
    ///
    /// # Errors
    /// When it shows none, or none that is known.
    pub(super) fn writer(&self, headers: &HeaderMap, in_body: Option<&str>, now: Timestamp) -> Result<u64, No> {
        let shown = basic(headers).or_else(|| bearer(headers).map(ToOwned::to_owned));
        let Some(shown) = shown.as_deref().or(in_body) else {
            return Err(No::new(StatusCode::UNAUTHORIZED, "no_key", "the request shows no write key")
                .help("send it as the user name of Basic authentication, with an empty password"));
        };
        let (_, hash) = self.find(Purpose::Write, shown, now).ok_or_else(|| {
            No::new(StatusCode::UNAUTHORIZED, "unknown_key", "the write key of the request is not known")
        })?;
        Ok(hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn admin(&self, headers: &HeaderMap, now: Timestamp) -> Result<Admin, No> {
        let shown = bearer(headers).ok_or_else(|| {
            No::new(StatusCode::UNAUTHORIZED, "no_token", "the request shows no admin token")
                .help("send the header `Authorization: Bearer TOKEN`")
        })?;
        let (name, hash) = self.find(Purpose::Admin, shown, now).ok_or_else(|| {
            No::new(StatusCode::UNAUTHORIZED, "unknown_token", "the admin token of the request is not known")
        })?;
        Ok(Admin { name, hash })
    }
}

/// Lets through whoever shows an admin token.
pub(super) async fn admin_only(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Result<Response, No> {
    let admin = app.keys.admin(request.headers(), now())?;
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

    fn key(purpose: Purpose, shown: &str, until: Option<i64>) -> Key {
        Key { purpose, name: shown.to_owned(), hash: hash(shown), since: None, until: until.map(Timestamp) }
    }

    #[test]
    fn a_key_is_found_wherever_clients_show_it() {
        let keys = Ring::new(vec![key(Purpose::Write, "k1", None), key(Purpose::Write, "k2", None)]);
        let writer = |headers: &HeaderMap, in_body| keys.writer(headers, in_body, Timestamp(0));
        let basic = headers(&format!("Basic {}", BASE64_STANDARD.encode("k2:")));
        let first = writer(&headers("bearer k1"), None).unwrap();
        assert_ne!(writer(&basic, None).unwrap(), first);
        assert_eq!(writer(&HeaderMap::new(), Some("k1")).unwrap(), first);
        assert!(writer(&headers("Bearer k3"), Some("k1")).is_err(), "what is shown counts");
        assert!(writer(&HeaderMap::new(), None).is_err());
        assert!(keys.admin(&headers("Bearer k1"), Timestamp(0)).is_err(), "a write key is no admin token");
    }

    #[test]
    fn a_key_opens_until_it_does_not() {
        let keys = Ring::new(vec![key(Purpose::Admin, "k1", None)]);
        let opens = |at: i64| keys.admin(&headers("Bearer k1"), Timestamp(at)).is_ok();
        assert!(opens(99));
        keys.change(KeyChange::Until(hash("k1"), Timestamp(10)));
        assert!(opens(9) && !opens(10));
        keys.change(KeyChange::Added(key(Purpose::Admin, "k2", None)));
        assert_eq!(keys.admin(&headers("Bearer k2"), Timestamp(10)).unwrap().name, "k2");
        assert_eq!(keys.all().iter().map(Key::id).collect::<Vec<_>>().concat().len(), 16);
    }

    #[test]
    fn keys_differ() {
        let (a, b) = (generate(Purpose::Write).unwrap(), generate(Purpose::Write).unwrap());
        assert_ne!(a, b);
        assert!(a.starts_with("write_") && a.len() == 38, "{a}");
    }
}
