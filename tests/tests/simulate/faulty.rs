//! A store that fills up, and that notices what must never be kept.

use std::sync::{Arc, Mutex};

use flow_daemon::log::{Block, Place};
use flow_daemon::outbox::Queue;
use flow_daemon::store::memory::MemoryStore;
use flow_daemon::store::{Commit, Kept, Queued, Store, StoreError};
use flow_graph::Timestamp;

use super::world::World;

/// The store of a run. It outlives every daemon.
#[derive(Clone)]
pub(crate) struct Faulty {
    pub(crate) inner: MemoryStore,
    world: Arc<World>,
    /// Nothing can be kept until then.
    full: Arc<Mutex<Timestamp>>,
    /// The daemon dies as soon as a commit is kept: nobody is told.
    dies: Arc<Mutex<bool>>,
    pub(crate) failed: Arc<Mutex<u64>>,
}

impl Faulty {
    pub(crate) fn new(world: &Arc<World>) -> Self {
        Self {
            inner: MemoryStore::default(),
            world: Arc::clone(world),
            full: Arc::new(Mutex::new(Timestamp::MIN)),
            dies: Arc::default(),
            failed: Arc::default(),
        }
    }

    /// The disk is full for so long.
    pub(crate) fn fill(&self, millis: i64) {
        *self.full.lock().unwrap() = self.world.clock.now().plus(millis);
    }

    /// While this is true a commit is kept, and whoever waits for it hears nothing.
    pub(crate) fn dying(&self, dies: bool) {
        *self.dies.lock().unwrap() = dies;
    }
}

impl Store for Faulty {
    fn commit(&mut self, commit: &Commit) -> Result<(), StoreError> {
        let now = self.world.clock.now();
        if now < *self.full.lock().unwrap() && !self.world.is_calm() {
            *self.failed.lock().unwrap() += 1;
            return Err(StoreError::new("the disk is full"));
        }
        for delivery in &commit.deliveries {
            assert!(delivery.at <= now, "{} was decided before its time: {} at {now}", delivery.key, delivery.at);
        }
        self.inner.commit(commit)?;
        match *self.dies.lock().unwrap() {
            true => Err(StoreError::new("nobody hears this: the daemon is dead")),
            false => Ok(()),
        }
    }

    fn load(&mut self) -> Result<Kept, StoreError> {
        self.inner.load()
    }

    fn blocks(&mut self, from: Place) -> Result<Vec<Block>, StoreError> {
        self.inner.blocks(from)
    }

    fn due(&mut self, until: Timestamp, most: usize, without: &[i64]) -> Result<Vec<Queued>, StoreError> {
        self.inner.due(until, most, without)
    }
}

impl Queue for Faulty {
    async fn due(&self, until: Timestamp, most: usize, without: Vec<i64>) -> Vec<Queued> {
        self.inner.clone().due(until, most, &without).unwrap()
    }
}
