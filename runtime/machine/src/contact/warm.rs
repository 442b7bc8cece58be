//! The memory of many contacts, fetched side by side.
//!
//! A step waits for memory several times in a row, each time for the place that it has just read about: of contacts
//! that are too many for the caches that is a good part of its time. Whoever knows who is next can let those waits run
//! beside each other: to read a little of each is enough.

use super::Contact;

/// So many contacts are worth fetching at once: more would drive each other out again, and more than a processor can
/// wait for.
pub const WARM_AT_ONCE: usize = 16;

/// Reads the beginnings of what steps of these contacts will read. Nothing comes of it but speed.
pub fn warm<'c>(contacts: impl Iterator<Item = &'c Contact> + Clone) {
    // One pass for each step of the way: within a pass nothing waits for anything.
    let own = contacts.clone().map(Contact::own).fold(0, usize::wrapping_add);
    let beside = contacts.clone().map(Contact::beside).fold(own, usize::wrapping_add);
    std::hint::black_box(contacts.map(Contact::beyond).fold(beside, usize::wrapping_add));
}

impl Contact {
    /// Something of each line of its own memory.
    fn own(&self) -> usize {
        let (facts, journey) = (&self.facts, &self.journey);
        let begun = usize::from(journey.has_begun()) + usize::from(journey.follow);
        usize::from(self.born) + usize::from(facts.members.has(0)) + usize::from(self.memory.settled) + begun
    }

    /// Something of what it points to.
    fn beside(&self) -> usize {
        let facts = &self.facts;
        facts.known() + facts.seen.ids() + facts.figures.len() + facts.bands.len() + self.journey.runs().len()
    }

    /// Something of what that points to.
    fn beyond(&self) -> usize {
        self.journey.runs().first().map_or(0, |run| usize::from(run.holdout))
    }
}
