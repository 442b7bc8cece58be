//! Links of a letter that lead to the daemon: to unsubscribe, to choose topics, to count opens and clicks.
//!
//! | link | what it does |
//! |---|---|
//! | `BASE/m/unsubscribe/TOKEN` | asks, and on POST withdraws the consent to the topic of the message |
//! | `BASE/m/preferences/TOKEN` | the topics of the project, and which of them the person wants |
//! | `BASE/m/click/TOKEN` | leads on to the address within the token, and to no other |
//! | `BASE/m/open/TOKEN` | a picture of one point |
//!
//! What a token is, stands in `links/token.rs`. Links do not expire: who finds a letter after years can still
//! unsubscribe.

mod dress;
mod token;

use std::fmt;

use flow_graph::Timestamp;
use reqwest::Url;
use serde::{Deserialize, Serialize};

use crate::delivery::{Delivery, Message};
use crate::secret::Secret;
use token::Key;

pub use dress::{Dressed, PREFERENCES, UNSUBSCRIBE};

/// Characters that a secret has to have at least.
const SECRET_CHARS_MIN: usize = 16;

/// Makes links, and reads them.
pub struct Links {
    base: String,
    /// The first makes links; all of them open them.
    keys: Vec<Key>,
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Links").field("base", &self.base).finish_non_exhaustive()
    }
}

/// Which letter a link belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The key of the delivery.
    pub key: String,
    /// The id of the contact.
    pub contact: String,
    /// The message.
    pub message: String,
    /// Its topic.
    pub topic: String,
    /// When it was decided.
    pub at: Timestamp,
}

/// What is sealed: as short as can be, since a header with it has to fit into a line.
#[derive(Serialize, Deserialize)]
struct Content<'a> {
    key: &'a str,
    contact: Contact<'a>,
    message: &'a str,
    topic: &'a str,
    at: Timestamp,
    target: Option<&'a str>,
}

/// The id of a contact. Most keys begin with it.
#[derive(Serialize, Deserialize)]
enum Contact<'a> {
    Beginning(usize),
    Whole(&'a str),
}

/// Where a link leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// To unsubscribe.
    Unsubscribe,
    /// To choose topics.
    Preferences,
    /// On, to another address.
    Click,
    /// To a picture.
    Open,
}

impl Kind {
    /// Its word in an address.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unsubscribe => "unsubscribe",
            Self::Preferences => "preferences",
            Self::Click => "click",
            Self::Open => "open",
        }
    }

    /// Sealed with a token; never changes.
    fn number(self) -> u8 {
        match self {
            Self::Unsubscribe => 1,
            Self::Preferences => 2,
            Self::Click => 3,
            Self::Open => 4,
        }
    }
}

impl Links {
    /// Links that begin with `base`. The first secret makes them; the others still open those that they made before.
    ///
    /// # Errors
    /// What is wrong with the base or a secret, and what to write.
    pub fn new(base: &str, secrets: &[Secret]) -> Result<Self, String> {
        let url = Url::parse(base).map_err(|_| "the public address is none: write `https://mail.acme.example`")?;
        let local = url.host_str().is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]"));
        if url.scheme() != "https" && !(url.scheme() == "http" && local) {
            return Err("the public address must begin with `https://`: write `https://mail.acme.example`".into());
        }
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
            return Err("the public address is more than host and path: write `https://mail.acme.example`".into());
        }
        if secrets.is_empty() || secrets.iter().any(|secret| secret.expose().len() < SECRET_CHARS_MIN) {
            return Err(format!(
                "the secret for links has less than {SECRET_CHARS_MIN} characters: `openssl rand -base64 32` makes one"
            ));
        }
        let keys: Option<Vec<Key>> = secrets.iter().map(|secret| Key::new(secret.expose().as_bytes())).collect();
        let keys = keys.ok_or("the secret for links cannot be used")?;
        Ok(Self { base: url.as_str().trim_end_matches('/').to_owned(), keys })
    }

    /// A link of a letter; `target` is where a click leads on to.
    #[must_use]
    pub fn link(&self, kind: Kind, ticket: &Ticket, target: Option<&str>) -> Option<String> {
        let Ticket { key, contact, message, topic, at } = ticket;
        let contact = match key.starts_with(contact) {
            true => Contact::Beginning(contact.len()),
            false => Contact::Whole(contact),
        };
        let content = Content { key, contact, message, topic, at: *at, target };
        let content = postcard::to_stdvec(&content).ok()?;
        let token = self.keys.first()?.seal(kind.number(), &content)?;
        Some(format!("{}/m/{}/{token}", self.base, kind.word()))
    }

    /// What a token of this kind carries: the letter, and where a click leads on to.
    #[must_use]
    pub fn read(&self, kind: Kind, token: &str) -> Option<(Ticket, Option<String>)> {
        let sealed = self.keys.iter().find_map(|key| key.open(kind.number(), token))?;
        let content: Content<'_> = postcard::from_bytes(&sealed).ok()?;
        let contact = match content.contact {
            Contact::Beginning(length) => content.key.get(..length)?,
            Contact::Whole(contact) => contact,
        };
        let ticket = Ticket {
            key: content.key.to_owned(),
            contact: contact.to_owned(),
            message: content.message.to_owned(),
            topic: content.topic.to_owned(),
            at: content.at,
        };
        Some((ticket, content.target.map(str::to_owned)))
    }
}

impl Ticket {
    /// Of a message.
    #[must_use]
    pub fn new(delivery: &Delivery, message: &Message) -> Self {
        Self {
            key: delivery.key.clone(),
            contact: delivery.contact.clone(),
            message: message.name.clone(),
            topic: message.topic.clone(),
            at: delivery.at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(secrets: &[&str]) -> Links {
        let secrets: Vec<Secret> = secrets.iter().map(|secret| Secret::new(*secret)).collect();
        Links::new("https://mail.acme.example/", &secrets).expect("links")
    }

    fn ticket() -> Ticket {
        Ticket {
            key: "ana@example.org/cart/1/send x/1".into(),
            contact: "ana@example.org".into(),
            message: "x".into(),
            topic: "promotions".into(),
            at: Timestamp(5),
        }
    }

    #[test]
    fn a_link_carries_a_letter_and_shows_nothing_of_it() {
        let links = links(&["0123456789abcdef"]);
        let link = links.link(Kind::Click, &ticket(), Some("https://a.example/?q=1")).expect("a link");
        let token = link.strip_prefix("https://mail.acme.example/m/click/").expect("a token");
        assert!(!link.contains("ana") && !link.contains("a.example"), "{link}");
        assert_eq!(links.read(Kind::Click, token), Some((ticket(), Some("https://a.example/?q=1".into()))));
        assert_eq!(links.read(Kind::Unsubscribe, token), None);
    }

    #[test]
    fn a_contact_that_does_not_begin_the_key_is_kept_too() {
        let links = links(&["0123456789abcdef"]);
        for contact in ["u-2", "", "ana@example.org/cart/1/send x/1 and more"] {
            let ticket = Ticket { contact: contact.into(), ..ticket() };
            let link = links.link(Kind::Open, &ticket, None).expect("a link");
            let token = link.rsplit('/').next().expect("a token");
            assert_eq!(links.read(Kind::Open, token), Some((ticket, None)));
        }
    }

    #[test]
    fn a_secret_can_be_changed() {
        let old = links(&["0123456789abcdef"]).link(Kind::Open, &ticket(), None).expect("a link");
        let token = old.rsplit('/').next().expect("a token");
        assert!(links(&["fedcba9876543210", "0123456789abcdef"]).read(Kind::Open, token).is_some());
        assert!(links(&["fedcba9876543210"]).read(Kind::Open, token).is_none());
    }

    #[test]
    fn what_cannot_be_used_is_told() {
        let long = [Secret::new("0123456789abcdef")];
        for base in
            ["mail", "http://mail.acme.example", "ftp://a", "https://a/?b", "https://a/#b", "https://u:hidden@a"]
        {
            let error = Links::new(base, &long).expect_err(base);
            assert!(error.contains("write `https://"), "{error}");
        }
        assert!(Links::new("http://localhost:8080", &long).is_ok());
        for secrets in [&[][..], &[Secret::new("short")]] {
            assert!(Links::new("https://a.example", secrets).expect_err("short").contains("openssl"));
        }
    }
}
