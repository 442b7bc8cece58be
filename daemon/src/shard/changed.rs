//! Contacts whose state is not what the store has.

use flow_runtime::identity::ContactNumber;

/// Contacts, each once. Their numbers are dense, so a sign for each is less than a set of them would take.
#[derive(Debug, Default)]
pub(super) struct Changed {
    is: Vec<bool>,
    all: Vec<ContactNumber>,
}

impl Changed {
    pub(super) fn insert(&mut self, contact: ContactNumber) {
        let Ok(at) = usize::try_from(contact) else { return };
        if at >= self.is.len() {
            self.is.resize(at + 1, false);
        }
        if let Some(is) = self.is.get_mut(at)
            && !std::mem::replace(is, true)
        {
            self.all.push(contact);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// All of them, the largest number first; then there are none.
    pub(super) fn take(&mut self) -> Vec<ContactNumber> {
        let Self { mut all, .. } = std::mem::take(self);
        all.sort_unstable_by(|a, b| b.cmp(a));
        all
    }
}

impl Extend<ContactNumber> for Changed {
    fn extend<I: IntoIterator<Item = ContactNumber>>(&mut self, contacts: I) {
        contacts.into_iter().for_each(|contact| self.insert(contact));
    }
}

impl<'c> Extend<&'c ContactNumber> for Changed {
    fn extend<I: IntoIterator<Item = &'c ContactNumber>>(&mut self, contacts: I) {
        self.extend(contacts.into_iter().copied());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_there_once_and_the_largest_comes_first() {
        let mut changed = Changed::default();
        changed.extend([3, 1, 3, 7, 1]);
        assert_eq!(changed.take(), [7, 3, 1]);
        assert!(changed.is_empty());
        changed.insert(3);
        assert_eq!(changed.take(), [3]);
    }
}
