//! The thread that writes the store.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use tokio::sync::{Notify, oneshot};

use super::{Commit, Kept, Unkept};
use crate::store::{Store, StoreError};

/// How long it waits before it tries again to keep what could not be kept.
const AGAIN: Duration = Duration::from_millis(500);

/// A commit, and who waits for it.
pub(super) struct Work {
    pub(super) commit: Commit,
    pub(super) done: Vec<oneshot::Sender<Kept>>,
}

/// Writes the store.
pub(super) struct Writer {
    pub(super) store: Box<dyn Store>,
    pub(super) news: Arc<Notify>,
    pub(super) trouble: Arc<dyn Fn(&str) + Send + Sync>,
}

impl Writer {
    pub(super) fn run(mut self, works: &Receiver<Work>) {
        while let Ok(Work { commit, done }) = works.recv() {
            let leaves = !commit.deliveries.is_empty() || !commit.settled.is_empty();
            self.keep(&commit, done);
            if leaves {
                self.news.notify_one();
            }
        }
    }

    /// Keeps a commit, however long that takes: what comes after it stands on it. Who waits is told at once when it
    /// cannot be kept, and may come again; that it came twice is noticed by its id.
    fn keep(&mut self, commit: &Commit, done: Vec<oneshot::Sender<Kept>>) {
        let mut waiting = done;
        let mut told: Option<StoreError> = None;
        loop {
            match self.store.commit(commit) {
                Ok(()) => {
                    for when in waiting {
                        // Whoever asked may have gone.
                        let _ = when.send(Ok(()));
                    }
                    return;
                }
                Err(error) => {
                    for when in std::mem::take(&mut waiting) {
                        let _ = when.send(Err(Unkept(error.message.clone())));
                    }
                    if told.as_ref() != Some(&error) {
                        (self.trouble)(&error.message);
                        told = Some(error);
                    }
                    std::thread::sleep(AGAIN);
                }
            }
        }
    }
}
