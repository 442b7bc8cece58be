//! Typed tables: an index of one kind cannot be used for another.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

use serde::{Deserialize, Serialize};

/// The number of an entry of a [`Table<T>`].
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id<T> {
    number: u32,
    #[serde(skip)]
    kind: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    /// The entry of a number; whoever makes one from outside has to check it against the table.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self { number, kind: PhantomData }
    }

    /// Its number, from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self.number as usize
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.number.cmp(&other.number)
    }
}
impl<T> std::hash::Hash for Id<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}
impl<T> std::fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{}", self.number)
    }
}

/// Entries of one kind, numbered from 0.
///
/// INVARIANT: an [`Id`] that is used on a table came from that table's `push`, or was checked by `verify` when the
/// program was read from outside. That is why indexing may be written with brackets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Table<T> {
    entries: Vec<T>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<T> Table<T> {
    /// Adds an entry and returns its number.
    pub fn push(&mut self, entry: T) -> Id<T> {
        let id = self.next_id();
        self.entries.push(entry);
        id
    }

    /// The number that the next entry will have.
    #[must_use]
    pub fn next_id(&self) -> Id<T> {
        Id::new(u32::try_from(self.entries.len()).unwrap_or(u32::MAX))
    }

    /// The entry of a number, if there is one.
    #[must_use]
    pub fn get(&self, id: Id<T>) -> Option<&T> {
        self.entries.get(id.index())
    }

    /// The same to be changed.
    pub fn get_mut(&mut self, id: Id<T>) -> Option<&mut T> {
        self.entries.get_mut(id.index())
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True when there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All entries in order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.entries.iter()
    }

    /// The same to be changed.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.entries.iter_mut()
    }

    /// All entries with their numbers.
    pub fn enumerate(&self) -> impl DoubleEndedIterator<Item = (Id<T>, &T)> + ExactSizeIterator {
        self.entries.iter().enumerate().map(|(i, entry)| (Id::new(u32::try_from(i).unwrap_or(u32::MAX)), entry))
    }

    /// All numbers in order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = Id<T>> + ExactSizeIterator + use<T> {
        (0..u32::try_from(self.entries.len()).unwrap_or(u32::MAX)).map(Id::new)
    }
}

impl<T> Index<Id<T>> for Table<T> {
    type Output = T;

    #[expect(clippy::indexing_slicing, reason = "the invariant of the table: its ids are its own")]
    fn index(&self, id: Id<T>) -> &T {
        &self.entries[id.index()]
    }
}

impl<T> IndexMut<Id<T>> for Table<T> {
    #[expect(clippy::indexing_slicing, reason = "the invariant of the table: its ids are its own")]
    fn index_mut(&mut self, id: Id<T>) -> &mut T {
        &mut self.entries[id.index()]
    }
}

impl<'a, T> IntoIterator for &'a Table<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter()
    }
}
