//! How the threads are: what each may know of the other.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::journal::Journal;
use crate::metrics::Metrics;

/// How the threads are.
#[derive(Debug, Default)]
pub(super) struct State {
    closed: AtomicBool,
    trouble: Mutex<Option<String>>,
    /// What they measure.
    pub(super) metrics: Metrics,
    /// Where it is told what happens.
    pub(super) journal: Journal,
}

impl State {
    /// Nothing is taken any more.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// Why nothing can be kept now, if that is so.
    pub(super) fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_trouble(&self, trouble: Option<String>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }
}
