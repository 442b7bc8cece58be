//! Who is who: user ids, anonymous ids and aliases lead to contacts.
//!
//! * A user id is one contact, for good. An anonymous id that nobody has claimed is a contact of its own.
//! * A call with both claims the anonymous id: what it did before is merged into the user. A second device of the
//!   same user merges as well.
//! * Two user ids are never united, except by an alias that says so. An anonymous id that another user claims later
//!   (a shared device) belongs to that user from then on; what it did before stays where it is.
//! * User ids and anonymous ids are two worlds: the same text in both is two contacts.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::ingest::Who;

/// The number of a contact, in the order in which contacts were first seen.
pub type ContactNumber = u32;

/// Who is who.
#[derive(Debug, Default)]
pub struct People {
    users: FxHashMap<Arc<str>, ContactNumber>,
    anonymous: FxHashMap<Arc<str>, ContactNumber>,
    contacts: Vec<Person>,
    /// What has changed since somebody asked; nobody ever does: it is not kept.
    news: Option<Vec<News>>,
}

/// One thing more that is known of who is who. Told again in their order, they give the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum News {
    /// A contact with the next number.
    Contact {
        /// It has a user id.
        known: bool,
    },
    /// A user id leads to a contact.
    User(Arc<str>, ContactNumber),
    /// An anonymous id leads to a contact, from now on.
    Anonymous(Arc<str>, ContactNumber),
    /// A contact is part of another one.
    Merged(ContactNumber, ContactNumber),
}

#[derive(Debug)]
struct Person {
    /// It has a user id.
    known: bool,
    /// Into whom it was merged.
    into: Option<ContactNumber>,
}

/// What a call says about who is who.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolved {
    /// Whom the call speaks of.
    pub contact: ContactNumber,
    /// Seen for the first time: the id that it goes by.
    pub created: Option<Arc<str>>,
    /// Who turn out to be the same and are merged into it, in this order.
    pub merged: Vec<ContactNumber>,
}

impl People {
    /// Nobody yet; what becomes known is kept for [`People::news`].
    #[must_use]
    pub fn noting() -> Self {
        Self { news: Some(Vec::new()), ..Self::default() }
    }

    /// What has become known since this was asked last.
    pub fn news(&mut self) -> Vec<News> {
        self.news.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Learns what was known elsewhere.
    pub fn learn(&mut self, news: News) {
        match news {
            News::Contact { known } => self.contacts.push(Person { known, into: None }),
            News::User(id, contact) => drop(self.users.insert(id, contact)),
            News::Anonymous(id, contact) => drop(self.anonymous.insert(id, contact)),
            News::Merged(other, into) => {
                if let Some(person) = usize::try_from(other).ok().and_then(|at| self.contacts.get_mut(at)) {
                    person.into = Some(into);
                }
            }
        }
    }

    /// How many contacts there have been.
    #[must_use]
    pub fn len(&self) -> usize {
        self.contacts.len()
    }

    /// Nobody was ever seen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.contacts.is_empty()
    }

    fn tell(&mut self, news: News) {
        if let Some(kept) = &mut self.news {
            kept.push(news.clone());
        }
        self.learn(news);
    }

    /// Finds the contact of a call; `None` when the call names nobody.
    pub fn resolve(&mut self, who: &Who) -> Option<Resolved> {
        let mut resolved = match (&who.user, &who.anonymous) {
            (Some(user), None) => self.user(user),
            (None, Some(anonymous)) => self.anonymous(anonymous),
            (Some(user), Some(anonymous)) => {
                let mut resolved = self.user(user);
                self.claim(&mut resolved, anonymous);
                resolved
            }
            (None, None) => return None,
        };
        if let Some(previous) = &who.previous {
            self.alias(&mut resolved, previous);
        }
        Some(resolved)
    }

    /// The contact of a call, as far as it is known before the call.
    #[must_use]
    pub fn find(&self, who: &Who) -> Option<ContactNumber> {
        match (&who.user, &who.anonymous) {
            (Some(user), _) => self.find_user(user),
            (None, Some(anonymous)) => self.find_anonymous(anonymous),
            (None, None) => None,
        }
    }

    /// The contact of a user id, if there is one.
    #[must_use]
    pub fn find_user(&self, user: &str) -> Option<ContactNumber> {
        self.users.get(user).map(|&number| self.follow(number))
    }

    /// The contact of an anonymous id, if there is one.
    #[must_use]
    pub fn find_anonymous(&self, anonymous: &str) -> Option<ContactNumber> {
        self.anonymous.get(anonymous).map(|&number| self.follow(number))
    }

    /// Who a contact is by now: itself, or into whom it was merged.
    #[must_use]
    pub fn follow(&self, mut number: ContactNumber) -> ContactNumber {
        while let Some(into) = self.person(number).and_then(|person| person.into) {
            number = into;
        }
        number
    }

    fn user(&mut self, user: &Arc<str>) -> Resolved {
        if let Some(contact) = self.find_user(user) {
            return Resolved { contact, ..Resolved::default() };
        }
        let contact = self.add(true);
        self.tell(News::User(Arc::clone(user), contact));
        Resolved { contact, created: Some(Arc::clone(user)), merged: Vec::new() }
    }

    fn anonymous(&mut self, anonymous: &Arc<str>) -> Resolved {
        if let Some(contact) = self.find_anonymous(anonymous) {
            return Resolved { contact, ..Resolved::default() };
        }
        let contact = self.add(false);
        self.tell(News::Anonymous(Arc::clone(anonymous), contact));
        Resolved { contact, created: Some(Arc::clone(anonymous)), merged: Vec::new() }
    }

    /// A user speaks from a device: what it did while nobody had claimed it was the user.
    fn claim(&mut self, resolved: &mut Resolved, anonymous: &Arc<str>) {
        let before = self.find_anonymous(anonymous);
        if let Some(before) = before
            && !self.person(before).is_some_and(|person| person.known)
        {
            self.merge(resolved, before);
        }
        if before != Some(resolved.contact) {
            self.tell(News::Anonymous(Arc::clone(anonymous), resolved.contact));
        }
    }

    fn alias(&mut self, resolved: &mut Resolved, previous: &Arc<str>) {
        match self.find_anonymous(previous).or_else(|| self.find_user(previous)) {
            Some(before) => self.merge(resolved, before),
            None => {
                self.tell(News::Anonymous(Arc::clone(previous), resolved.contact));
            }
        }
    }

    fn merge(&mut self, resolved: &mut Resolved, other: ContactNumber) {
        if other == resolved.contact {
            return;
        }
        self.tell(News::Merged(other, resolved.contact));
        resolved.merged.push(other);
    }

    fn add(&mut self, known: bool) -> ContactNumber {
        let number = ContactNumber::try_from(self.contacts.len()).unwrap_or(ContactNumber::MAX);
        self.tell(News::Contact { known });
        number
    }

    fn person(&self, number: ContactNumber) -> Option<&Person> {
        self.contacts.get(usize::try_from(number).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(user: &str, anonymous: &str, previous: &str) -> Who {
        let id = |text: &str| (!text.is_empty()).then(|| Arc::from(text));
        Who { user: id(user), anonymous: id(anonymous), previous: id(previous) }
    }

    fn resolve(people: &mut People, user: &str, anonymous: &str, previous: &str) -> (u32, bool, Vec<u32>) {
        let resolved = people.resolve(&who(user, anonymous, previous)).unwrap();
        (resolved.contact, resolved.created.is_some(), resolved.merged)
    }

    #[test]
    fn devices_are_claimed_and_merged() {
        let mut people = People::default();
        assert_eq!(resolve(&mut people, "", "a1", ""), (0, true, vec![]));
        assert_eq!(resolve(&mut people, "", "a2", ""), (1, true, vec![]));
        assert_eq!(resolve(&mut people, "u1", "a1", ""), (2, true, vec![0]));
        assert_eq!(resolve(&mut people, "", "a1", ""), (2, false, vec![]));
        assert_eq!(resolve(&mut people, "u1", "a2", ""), (2, false, vec![1]));
        assert_eq!(resolve(&mut people, "u1", "a2", ""), (2, false, vec![]));
        assert_eq!(people.resolve(&Who::default()), None);
    }

    #[test]
    fn two_users_stay_two_unless_an_alias_says_so() {
        let mut people = People::default();
        assert_eq!(resolve(&mut people, "u1", "a1", ""), (0, true, vec![]));
        assert_eq!(resolve(&mut people, "u2", "a1", ""), (1, true, vec![]));
        assert_eq!(resolve(&mut people, "", "a1", ""), (1, false, vec![]), "the device has changed hands");
        assert_eq!(resolve(&mut people, "a1", "", ""), (2, true, vec![]), "a user of the same name is another");
        assert_eq!(resolve(&mut people, "u2", "", "u1"), (1, false, vec![0]));
        assert_eq!(resolve(&mut people, "u1", "", ""), (1, false, vec![]));
        assert_eq!(resolve(&mut people, "u2", "", "new"), (1, false, vec![]));
        assert_eq!(resolve(&mut people, "", "new", ""), (1, false, vec![]));
        assert_eq!(resolve(&mut people, "u1", "", "u2"), (1, false, vec![]), "already one");
    }
}
