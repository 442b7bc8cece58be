//! Files of events go into a store by the way by which calls go: shard, log, commit; that of a daemon that is stopped,
//! or in [`Batch`]es to one that runs.
//!
//! What leaves because of them is in the outbox, and leaves when the daemon is started. A row without a message id gets
//! one from what it says and its line, so a file may be imported again: what was taken counts once.

mod batch;

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use flow_graph::Timestamp;
use flow_runtime::ingest::{Catalog, Read, Rejection};
use flow_runtime::{Incoming, Summary};
use tokio::sync::{Notify, oneshot};

use crate::clock::Clock;
use crate::serve::{NoStart, open};
use crate::service::{Closed, Kept, Service};
use crate::shard::Release;
use crate::store::Reject;
use crate::store::sqlite::SqliteStore;
pub use batch::Batch;

/// Rows that are handed on together.
const TOGETHER: usize = 2_000;
/// Hands that may be under way: enough for a commit that is written, one that waits and one that fills.
const UNDER_WAY: usize = 32;

/// Files on their way into a store.
#[derive(Debug)]
pub struct Import {
    service: Service,
    catalog: Arc<Catalog>,
    program: u32,
    clock: Clock,
    calls: Vec<Incoming>,
    rejects: Vec<Reject>,
    under_way: VecDeque<oneshot::Receiver<Kept>>,
    /// How many rows were taken and refused.
    done: Imported,
}

/// What an import came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Imported {
    /// Rows that were taken, those that had been before too.
    pub taken: u64,
    /// Rows, and values of rows, that were refused.
    pub refused: u64,
    /// Of those taken: seen before.
    pub repeated: u64,
    /// Of those taken: older than `late_after`, so that they set nothing off.
    pub late: u64,
}

impl Import {
    /// Opens a store, and lets the program take over where it is another one. `trouble` is told when nothing can be kept.
    ///
    /// # Errors
    /// When any of that fails; nothing was changed then.
    pub fn open(store: &Path, release: &Release, trouble: Arc<dyn Fn(&str) + Send + Sync>) -> Result<Self, NoStart> {
        let mut store = SqliteStore::open(store)?;
        let opened = open(&mut store, None, release)?;
        if let Some(refused) = opened.refused {
            return Err(NoStart::Refused(refused));
        }
        let (program, clock) = (opened.shard.lineage().number(), opened.clock.clone());
        let catalog = Arc::new(Catalog::new(opened.shard.engine()));
        let service = Service::start(opened.shard, Box::new(store), opened.clock, Arc::new(Notify::new()), trouble)
            .map_err(|error| NoStart::System(error.to_string()))?;
        let (calls, rejects) = (Vec::with_capacity(TOGETHER), Vec::new());
        let done = Imported::default();
        Ok(Self { service, catalog, program, clock, calls, rejects, under_way: VecDeque::new(), done })
    }

    /// The names by which rows are read.
    #[must_use]
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// Takes what a row of a file gives.
    ///
    /// # Errors
    /// When nothing can be kept any more.
    pub fn take(&mut self, read: Read) -> Result<(), Closed> {
        match read {
            Read::Incoming(incoming) => {
                self.done.taken += 1;
                self.calls.push(named(*incoming));
            }
            Read::Rejected(rejection) => {
                self.done.refused += 1;
                self.rejects.push(rejected(rejection, self.clock.now()));
            }
        }
        if self.calls.len() + self.rejects.len() >= TOGETHER {
            self.hand_on()?;
        }
        Ok(())
    }

    /// Waits until all of it is kept, and closes the store. What it came to, and what the store has come to with it.
    ///
    /// # Errors
    /// When something could not be kept.
    pub fn finish(mut self) -> Result<(Imported, Summary), Closed> {
        self.hand_on()?;
        while let Some(oldest) = self.under_way.pop_front() {
            kept(oldest)?;
        }
        let (answer, answered) = std::sync::mpsc::channel();
        // Whoever asked is here.
        self.service.door().look_later(move |shard| drop(answer.send(shard.summary())))?;
        let summary = answered.recv().map_err(|_| Closed::Stopping)?;
        self.service.stop();
        let done = Imported { repeated: summary.counts.duplicates, late: summary.counts.late, ..self.done };
        Ok((done, summary))
    }

    fn hand_on(&mut self) -> Result<(), Closed> {
        if self.under_way.len() >= UNDER_WAY
            && let Some(oldest) = self.under_way.pop_front()
        {
            kept(oldest)?;
        }
        let calls = std::mem::replace(&mut self.calls, Vec::with_capacity(TOGETHER));
        let rejects = std::mem::take(&mut self.rejects);
        self.under_way.push_back(self.service.door().take_later(self.program, calls, rejects)?);
        Ok(())
    }
}

/// What is kept of a row that could not be used.
pub(crate) fn rejected(rejection: Rejection, at: Timestamp) -> Reject {
    let Rejection { file, line, scope, reason, detail, raw } = rejection;
    Reject { id: 0, at, source: format!("{file}:{line}"), scope, reason, detail, raw }
}

fn kept(when: oneshot::Receiver<Kept>) -> Result<(), Closed> {
    match when.blocking_recv() {
        Ok(Ok(())) => Ok(()),
        Ok(Err(unkept)) => Err(Closed::Unkept(unkept.0)),
        Err(_) => Err(Closed::Stopping),
    }
}

/// With a message id, whatever it brings itself: from its line and what it says, whatever the file is called.
#[must_use]
pub fn named(mut incoming: Incoming) -> Incoming {
    if incoming.id.is_empty() {
        let Incoming { who, time, event, changes, origin, .. } = &incoming;
        let values = event.as_ref().map(|event| &event.values);
        let said = format!("{} {} {who:?} {values:?} {changes:?}", origin.line, time.0);
        let hash = hmac_sha256::Hash::hash(said.as_bytes());
        let id: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        incoming.id = Arc::from(format!("row-{id}"));
        if let Some(event) = &mut incoming.event {
            Arc::make_mut(event).id = Arc::clone(&incoming.id);
        }
    }
    incoming
}
