//! The thread that writes the store.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::state::State;
use super::{Done, Unkept};
use crate::journal::Happened;
use crate::store::{Commit, Store, StoreError};

/// How long it waits before it tries again to keep what could not be kept.
const AGAIN: Duration = Duration::from_millis(500);

/// A commit, and who waits for it.
pub(super) struct Work {
    pub(super) commit: Commit,
    pub(super) done: Vec<Done>,
}

/// Writes the store.
pub(super) struct Writer {
    store: Box<dyn Store>,
    news: Arc<Notify>,
    trouble: Arc<dyn Fn(&str) + Send + Sync>,
    state: Arc<State>,
    /// What whoever is told of trouble was told last.
    told: Option<StoreError>,
}

impl Writer {
    pub(super) fn new(
        store: Box<dyn Store>,
        news: Arc<Notify>,
        trouble: Arc<dyn Fn(&str) + Send + Sync>,
        state: Arc<State>,
    ) -> Self {
        Self { store, news, trouble, state, told: None }
    }

    /// Keeps each commit, however long that takes: what comes after it stands on it.
    pub(super) fn run(mut self, works: &Receiver<Work>) {
        while let Ok(mut work) = works.recv() {
            while !self.keep(&mut work) {
                if self.state.is_closed() {
                    return;
                }
                std::thread::sleep(AGAIN);
            }
        }
    }

    /// Tries to keep a commit; `false`: it is to be tried again. Who waits is told at once when it cannot be kept, and
    /// may come again; that it came twice is noticed by its id.
    pub(super) fn keep(&mut self, work: &mut Work) -> bool {
        let waiting = std::mem::take(&mut work.done);
        let begun = Instant::now();
        let Err(error) = self.store.commit(&work.commit) else {
            self.state.metrics.commits.add(begun.elapsed());
            if self.told.take().is_some() {
                self.state.journal.note(|| Happened::KeptAgain);
            }
            self.state.set_trouble(None);
            for act in &work.commit.acts {
                self.state.journal.note(|| Happened::from(act));
            }
            waiting.into_iter().for_each(|done| done(Ok(())));
            if !work.commit.deliveries.is_empty() || !work.commit.settled.is_empty() {
                self.news.notify_one();
            }
            return true;
        };
        self.state.metrics.failed_commits.add(1);
        self.state.set_trouble(Some(error.message.clone()));
        if self.told.as_ref() != Some(&error) {
            (self.trouble)(&error.message);
            self.state.journal.note(|| Happened::NothingKept { why: error.message.clone() });
            self.told = Some(error.clone());
        }
        waiting.into_iter().for_each(|done| done(Err(Unkept(error.message.clone()))));
        false
    }
}
