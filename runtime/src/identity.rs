//! Who is who: user ids, anonymous ids and aliases lead to contacts.
//!
//! * A user id is one contact, for good. An anonymous id that nobody has claimed is a contact of its own.
//! * A call with both claims the anonymous id: what it did before is merged into the user. A second device of the
//!   same user merges as well.
//! * Two user ids are never united, except by an alias that says so. An anonymous id that another user claims later
//!   (a shared device) belongs to that user from then on; what it did before stays where it is.
//! * User ids and anonymous ids are two worlds: the same text in both is two contacts.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
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
    /// Nothing is known of a contact any more, and no id leads to it.
    Erased(ContactNumber),
}

impl News {
    /// It tells an id of a contact.
    #[must_use]
    pub fn tells_of(&self, contact: impl FnOnce(ContactNumber) -> bool) -> bool {
        match self {
            Self::User(_, number) | Self::Anonymous(_, number) => contact(*number),
            Self::Contact { .. } | Self::Merged(..) | Self::Erased(_) => false,
        }
    }
}

#[derive(Debug)]
struct Person {
    /// It has a user id.
    known: bool,
    /// Into whom it was merged.
    into: Option<ContactNumber>,
    /// Nothing is known of it any more.
    erased: bool,
}

/// All that is one contact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whole {
    /// Its number, and those of all who became part of it, in order.
    pub numbers: Vec<ContactNumber>,
    /// All ids that lead to it, in order.
    pub ids: Vec<Arc<str>>,
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
            News::Contact { known } => self.contacts.push(Person { known, into: None, erased: false }),
            News::User(id, contact) => drop(self.users.insert(id, contact)),
            News::Anonymous(id, contact) => drop(self.anonymous.insert(id, contact)),
            News::Merged(other, into) => {
                if let Some(person) = usize::try_from(other).ok().and_then(|at| self.contacts.get_mut(at)) {
                    person.into = Some(into);
                }
            }
            // Whoever told it has told no id of it either.
            News::Erased(contact) => {
                if let Some(person) = usize::try_from(contact).ok().and_then(|at| self.contacts.get_mut(at)) {
                    person.erased = true;
                }
            }
        }
    }

    /// All that is one contact by now. Everybody is looked at.
    #[must_use]
    pub fn whole(&self, contact: ContactNumber) -> Whole {
        let contact = self.follow(contact);
        let count = ContactNumber::try_from(self.contacts.len()).unwrap_or(ContactNumber::MAX);
        let numbers = (0..count).filter(|number| self.follow(*number) == contact).collect();
        let leads = |(_, number): &(&Arc<str>, &ContactNumber)| self.follow(**number) == contact;
        let ids = self.users.iter().chain(&self.anonymous).filter(leads).map(|(id, _)| Arc::clone(id));
        let mut ids: Vec<_> = ids.collect();
        ids.sort_unstable();
        ids.dedup();
        Whole { numbers, ids }
    }

    /// From now on nothing is known of some contacts, and no id leads to them; what was to be told of them is not told.
    pub fn erase(&mut self, contacts: &[ContactNumber]) {
        let gone: FxHashSet<ContactNumber> = contacts.iter().copied().collect();
        self.users.retain(|_, number| !gone.contains(number));
        self.anonymous.retain(|_, number| !gone.contains(number));
        if let Some(news) = &mut self.news {
            news.retain(|news| !news.tells_of(|contact| gone.contains(&contact)));
        }
        contacts.iter().for_each(|contact| self.tell(News::Erased(*contact)));
    }

    /// Nothing is known of a contact any more.
    #[must_use]
    pub fn is_erased(&self, contact: ContactNumber) -> bool {
        self.person(contact).is_some_and(|person| person.erased)
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
        Who { user: id(user), anonymous: id(anonymous), previous: id(previous), alone: false }
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
    fn who_is_erased_is_led_to_by_nothing() {
        let mut people = People::noting();
        resolve(&mut people, "", "a1", "");
        resolve(&mut people, "u1", "a1", "");
        resolve(&mut people, "u2", "", "");
        let whole = people.whole(0);
        assert_eq!((whole.numbers.clone(), whole.ids), (vec![0, 1], vec![Arc::from("a1"), Arc::from("u1")]));
        people.erase(&whole.numbers);
        assert!(people.find_user("u1").is_none() && people.find_anonymous("a1").is_none() && people.is_erased(0));
        assert_eq!(people.find_user("u2"), Some(2));
        let news = people.news();
        let mut again = People::default();
        news.iter().cloned().for_each(|news| again.learn(news));
        assert!(again.is_erased(1) && !again.is_erased(2) && again.len() == 3);
        assert!(!format!("{news:?}").contains("u1"));
        assert_eq!(resolve(&mut people, "u1", "", ""), (3, true, vec![]), "somebody new");
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
