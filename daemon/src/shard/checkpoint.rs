//! States of contacts are written behind: some of them with each commit.
//!
//! A round begins at a place of the log, with all contacts that changed since the round before. When each of them is
//! written, at that place or later, the mark is set to the place: a start reads the states, and runs of the log what is
//! behind the mark, for each contact what is behind its own state.

use flow_graph::Timestamp;
use flow_runtime::driver::Counts;
use flow_runtime::identity::{ContactNumber, News};

use super::Shard;
use crate::log::Place;
use crate::store::{Commit, Mark, State, write_contact, write_tally};

/// A round that is under way, if there is anything left to write.
#[derive(Debug, Default)]
pub(super) struct Round {
    left: Vec<ContactNumber>,
    pub(super) mark: Option<Mark>,
    /// Where the last round began.
    last: Place,
}

impl Shard {
    /// Adds the states of no more than so many contacts to a commit that has all blocks; begins a round where none is
    /// under way.
    pub(super) fn checkpoint(&mut self, most: usize, commit: &mut Commit) {
        if most == 0 {
            return;
        }
        if self.round.mark.is_none() {
            if self.keeper.changed.is_empty() && self.round.last == self.end() {
                return;
            }
            self.begin();
        }
        for _ in 0..most {
            let Some(number) = self.round.left.pop() else { break };
            commit.states.extend(self.state(number));
            // What is left of a contact that became part of another one says nothing without that one.
            let into = self.driver.people().follow(number);
            if into != number {
                commit.states.extend(self.state(into));
            }
        }
        if self.round.left.is_empty() {
            commit.mark = self.round.mark.take();
        }
    }

    /// Adds the states of all contacts to a commit that has all blocks.
    pub(super) fn checkpoint_all(&mut self, commit: &mut Commit) {
        let all = ContactNumber::try_from(self.contacts()).unwrap_or(ContactNumber::MAX);
        self.keeper.changed.extend(0..all);
        self.checkpoint_changed(commit);
    }

    /// Adds all states that are not written yet to a commit that has all blocks: the mark is behind the last of them.
    pub(super) fn checkpoint_changed(&mut self, commit: &mut Commit) {
        let begun = self.round.mark.take();
        self.keeper.changed.extend(std::mem::take(&mut self.round.left));
        self.begin();
        if let (Some(mark), Some(begun)) = (&mut self.round.mark, begun) {
            mark.news.splice(0..0, begun.news);
        }
        self.checkpoint(usize::MAX, commit);
    }

    /// Whether all that has happened is in the states.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.round.mark.is_none() && self.keeper.changed.is_empty()
    }

    fn begin(&mut self) {
        // The last is written first.
        self.round.left = self.keeper.changed.take();
        self.round.last = self.end();
        let (now, counts, news) = self.standing();
        self.round.mark = Some(Mark {
            upto: self.end(),
            program: self.keeper.lineage.number(),
            now,
            counts,
            tally: write_tally(&self.keeper.tally),
            news,
        });
    }

    fn standing(&mut self) -> (Timestamp, Counts, Vec<News>) {
        (self.driver.now(), self.driver.counts(), self.driver.people_mut().news())
    }

    fn state(&self, number: ContactNumber) -> Option<State> {
        let contact = write_contact(self.driver.contact(number)?);
        Some(State { number, upto: self.end(), place: self.place(number), contact })
    }
}
