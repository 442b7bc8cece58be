//! The thread that writes the store.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use tokio::sync::Notify;

use super::state::State;
use super::{Commit, Done, Unkept};
use crate::store::{Store, StoreError};

/// How long it waits before it tries again to keep what could not be kept.
const AGAIN: Duration = Duration::from_millis(500);

/// A commit, and who waits for it.
pub(super) struct Work {
    pub(super) commit: Commit,
    pub(super) done: Vec<Done>,
}

/// Writes the store.
pub(super) struct Writer {
    pub(super) store: Box<dyn Store>,
    pub(super) news: Arc<Notify>,
    pub(super) trouble: Arc<dyn Fn(&str) + Send + Sync>,
    pub(super) state: Arc<State>,
}

impl Writer {
    pub(super) fn run(mut self, works: &Receiver<Work>) {
        while let Ok(Work { commit, done }) = works.recv() {
            let leaves = !commit.deliveries.is_empty() || !commit.settled.is_empty();
            if !self.keep(&commit, done) {
                return;
            }
            if leaves {
                self.news.notify_one();
            }
        }
    }

    /// Keeps a commit, however long that takes: what comes after it stands on it. Who waits is told at once when it
    /// cannot be kept, and may come again; that it came twice is noticed by its id. `false`: the daemon is to stop, and
    /// it still cannot be kept.
    fn keep(&mut self, commit: &Commit, done: Vec<Done>) -> bool {
        let mut waiting = done;
        let mut told: Option<StoreError> = None;
        loop {
            let Err(error) = self.store.commit(commit) else {
                self.state.set_trouble(None);
                waiting.into_iter().for_each(|done| done(Ok(())));
                return true;
            };
            self.state.set_trouble(Some(error.message.clone()));
            std::mem::take(&mut waiting).into_iter().for_each(|done| done(Err(Unkept(error.message.clone()))));
            if told.as_ref() != Some(&error) {
                (self.trouble)(&error.message);
                told = Some(error);
            }
            if self.state.is_closed() {
                return false;
            }
            std::thread::sleep(AGAIN);
        }
    }
}
