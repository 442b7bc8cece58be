//! Who may turn out to be somebody else: of a whole history it can be known before it is read for good.
//!
//! [`identity`](crate::identity) says when two contacts become one. A call with a user id and an anonymous id unites two
//! only where the anonymous id was a contact of its own, so where a call has named it without a user; an alias may
//! unite all whom it names, and all beside whom its earlier id is named. So it can be told from the ids of all calls, in whichever order they come, who *may* turn
//! out to be another contact: of those who never do, no log has to be kept.
//!
//! Ids are compared by fingerprints, and calls that are refused later are believed: both can only tell of somebody that
//! they may, where they never do.

use std::hash::Hasher;

use rustc_hash::{FxHashSet, FxHasher};

use super::Who;
use super::json::Tree;
use super::prepared::Dictionary;
use super::segment::{self, Named, Said};

/// What calls say of ids that belong together.
#[derive(Debug, Clone, Default)]
pub struct Ties {
    /// Anonymous ids that a call names without a user, and earlier ids of aliases.
    own: FxHashSet<u64>,
    /// User ids with the anonymous ids beside which they are named.
    pairs: FxHashSet<(u64, u64)>,
    /// Ids of which it is known that they may.
    may: FxHashSet<u64>,
    /// What was looked through was not all of the calls: beside another id is enough.
    partly: bool,
}

impl Ties {
    /// Takes the calls of a line.
    pub(crate) fn line(&mut self, tree: &Tree<'_>) {
        segment::named(tree, &mut |named| self.call(&named));
    }

    /// Takes one call.
    pub(super) fn call(&mut self, named: &Named<'_>) {
        let print = |said: &Option<Said<'_>>| said.as_ref().map(|said| print(&said.text()));
        match (print(&named.user), print(&named.anonymous), print(&named.previous)) {
            (user, anonymous, Some(previous)) => {
                // Whoever the earlier id leads to by then.
                self.own.insert(previous);
                self.may.extend([user, anonymous, Some(previous)].into_iter().flatten());
            }
            (Some(user), Some(anonymous), None) => drop(self.pairs.insert((user, anonymous))),
            (None, Some(anonymous), None) => drop(self.own.insert(anonymous)),
            (_, None, None) => {}
        }
    }

    /// Takes what is known of a prepared log, of which it is not known who is named beside whom.
    pub fn log(&mut self, dictionary: &Dictionary) {
        self.partly = true;
        self.may.extend(dictionary.named_together().map(print));
    }

    /// Takes what was found elsewhere.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.own.extend(other.own);
        self.pairs.extend(other.pairs);
        self.may.extend(other.may);
        self.partly |= other.partly;
    }

    /// The ids that a call names together with another one.
    pub(super) fn named_together(&self) -> FxHashSet<u64> {
        let pairs = self.pairs.iter().flat_map(|(user, anonymous)| [*user, *anonymous]);
        pairs.chain(self.may.iter().copied()).collect()
    }

    /// Who may turn out to be somebody else, when all calls of a run were taken.
    #[must_use]
    pub fn joining(self) -> Joining {
        let Self { own, pairs, mut may, partly } = self;
        let united = pairs.into_iter().filter(|(_, anonymous)| partly || own.contains(anonymous));
        may.extend(united.flat_map(|(user, anonymous)| [user, anonymous]));
        Joining { may: Some(may) }
    }
}

/// Who may turn out to be somebody else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Joining {
    /// Nothing: everybody may.
    may: Option<FxHashSet<u64>>,
}

impl Joining {
    /// Nothing is known: everybody may.
    #[must_use]
    pub fn unknown() -> Self {
        Self::default()
    }

    /// Whether an id may lead to another contact.
    #[must_use]
    pub fn may(&self, id: &str) -> bool {
        self.may.as_ref().is_none_or(|may| !may.is_empty() && may.contains(&print(id)))
    }

    /// Whether whom a call names never turns out to be somebody else.
    pub(crate) fn alone(&self, who: &Who) -> bool {
        let Who { user, anonymous, previous, alone: _ } = who;
        [user, anonymous, previous].into_iter().flatten().all(|id| !self.may(id))
    }
}

/// The fingerprint of an id.
pub(super) fn print(id: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(id.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests;
