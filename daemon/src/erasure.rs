//! People who wanted to be forgotten: what is taken out of everything that is kept, and how they stay out.
//!
//! Nothing is kept of them but salted hashes of their ids and addresses, so that a call that speaks of them is known
//! and refused. Who has the store alone can try ids, and cannot read them.

use std::sync::{PoisonError, RwLock};

use flow_graph::Value;
use flow_graph::program::Program;
use flow_runtime::Incoming;
use flow_runtime::identity::{ContactNumber, News};
use rustc_hash::FxHashSet;
use serde_json::Value as Json;

use crate::log::Place;
use crate::store::Reject;

/// What is kept of an id or an address.
pub type Tombstone = [u8; 32];

/// Shorter words are too often part of something else to be looked for.
const WORD_BYTES: usize = 4;

/// What is taken out of everything that is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erasure {
    /// The numbers of the contact, and of those who became part of it.
    pub numbers: Vec<ContactNumber>,
    /// All ids that led to it.
    pub ids: Vec<String>,
    /// All addresses that it is known to have had.
    pub addresses: Vec<String>,
    /// Where its entries stand in the log.
    pub places: Vec<Place>,
    /// What stays.
    pub tombstones: Vec<Tombstone>,
}

impl Erasure {
    /// Takes its ids out of what became known.
    pub fn of_news(&self, news: &mut Vec<News>) {
        news.retain(|news| !news.tells_of(|contact| self.numbers.contains(&contact)));
    }

    /// A text speaks of it: it has one of its ids as a value of JSON, or one of its addresses anywhere.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        let quoted = |id: &String| text.contains(&serde_json::to_string(id).unwrap_or_default());
        let lower = text.to_lowercase();
        self.ids.iter().any(quoted) || self.addresses.iter().any(|address| lower.contains(&address.to_lowercase()))
    }

    /// What must not be found in any file any more.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().chain(&self.addresses).map(String::as_str).filter(|word| word.len() >= WORD_BYTES)
    }
}

/// Who was erased; the same for everybody who has a part of the daemon.
#[derive(Debug, Default)]
pub struct Erased {
    salt: [u8; 32],
    tombstones: RwLock<FxHashSet<Tombstone>>,
}

impl Erased {
    /// Those whom a store knows.
    #[must_use]
    pub fn new(salt: [u8; 32], tombstones: impl IntoIterator<Item = Tombstone>) -> Self {
        Self { salt, tombstones: RwLock::new(tombstones.into_iter().collect()) }
    }

    /// What is kept of an id.
    #[must_use]
    pub fn id(&self, id: &str) -> Tombstone {
        hmac_sha256::HMAC::mac(format!("id {id}"), self.salt)
    }

    /// What is kept of an address, whatever the size of its letters.
    #[must_use]
    pub fn address(&self, address: &str) -> Tombstone {
        hmac_sha256::HMAC::mac(format!("address {}", address.trim().to_lowercase()), self.salt)
    }

    /// These stay out from now on.
    pub(crate) fn add(&self, tombstones: &[Tombstone]) {
        self.tombstones.write().unwrap_or_else(PoisonError::into_inner).extend(tombstones);
    }

    /// How many ids and addresses there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tombstones.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Nobody was erased.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A call as it came, which could not be read as one, speaks of somebody who was erased.
    #[must_use]
    pub fn is_in(&self, raw: &str) -> bool {
        let Ok(call) = serde_json::from_str::<Json>(raw) else { return false };
        let known = self.tombstones.read().unwrap_or_else(PoisonError::into_inner);
        let text = |place: &str| call.pointer(place).and_then(Json::as_str);
        let ids = ["/userId", "/anonymousId", "/previousId"].into_iter().filter_map(text);
        let addresses = ["/traits/email", "/context/traits/email", "/properties/email"].into_iter().filter_map(text);
        ids.map(|id| self.id(id)).chain(addresses.map(|it| self.address(it))).any(|hash| known.contains(&hash))
    }

    /// A call speaks of somebody who was erased: by an id, or by the address that it brings.
    #[must_use]
    pub fn refuses(&self, call: &Incoming, program: &Program) -> bool {
        let known = self.tombstones.read().unwrap_or_else(PoisonError::into_inner);
        if known.is_empty() {
            return false;
        }
        let who = &call.who;
        let ids = [&who.user, &who.anonymous, &who.previous].into_iter().flatten();
        let told = call.changes.iter().filter(|(field, _)| Some(*field) == program.email_field);
        let mut addresses =
            told.filter_map(|(_, value)| if let Value::Text(address) = value { Some(address) } else { None });
        ids.into_iter().any(|id| known.contains(&self.id(id)))
            || addresses.any(|address| known.contains(&self.address(address)))
    }
}

/// What is kept of a call that speaks of somebody who was erased: that there was one.
pub(crate) fn refusal(at: flow_graph::Timestamp, source: &str) -> Reject {
    Reject {
        id: 0,
        at,
        source: source.to_owned(),
        scope: flow_runtime::ingest::Scope::Call,
        reason: flow_runtime::ingest::Reason::Erased,
        detail: DETAIL.to_owned(),
        raw: String::new(),
    }
}

/// Why, for people.
pub(crate) const DETAIL: &str = "it speaks of somebody who was erased";
