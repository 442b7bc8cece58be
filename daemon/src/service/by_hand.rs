//! The daemon's threads without threads: whoever has them says which one goes on. So a test decides in which order
//! things happen, and where all of it is lost.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use tokio::sync::Notify;

use super::rounds::Rounds;
use super::state::State;
use super::writer::{Work, Writer};
use super::{Door, WAITING};
use crate::clock::Clock;
use crate::shard::Shard;
use crate::store::Store;

/// So far the shard is ahead of what the store writes: one commit in the queue between them, one that has no room in it.
const AHEAD: usize = 2;

/// What [`super::Service`] has in threads. Dropped, it is a daemon that was killed.
pub struct ByHand {
    door: Door,
    rounds: Rounds,
    writer: Writer,
    /// Waits until the store has written what it writes.
    next: VecDeque<Work>,
    /// Is being written.
    now: Option<Work>,
}

impl std::fmt::Debug for ByHand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ByHand").field("door", &self.door).finish_non_exhaustive()
    }
}

impl ByHand {
    /// What [`super::Service::start`] starts.
    #[must_use]
    pub fn new(
        shard: Shard,
        store: Box<dyn Store>,
        clock: Clock,
        news: Arc<Notify>,
        trouble: Arc<dyn Fn(&str) + Send + Sync>,
    ) -> Self {
        let (ask, asked) = sync_channel(WAITING);
        let state = Arc::new(State::default());
        let writer = Writer::new(store, news, trouble, Arc::clone(&state));
        let mut rounds = Rounds::new(shard, clock.clone(), asked, Arc::clone(&state));
        let next = rounds.work(Vec::new(), 0).into_iter().collect();
        Self { door: Door::new(ask, clock, state), rounds, writer, next, now: None }
    }

    /// Where to come with what one wants.
    #[must_use]
    pub fn door(&self) -> &Door {
        &self.door
    }

    /// The thread of the shard does one round; `false`: it has to wait for the store first.
    pub fn shard_goes_on(&mut self) -> bool {
        if self.next.len() == AHEAD {
            return false;
        }
        self.next.extend(self.rounds.round());
        true
    }

    /// The thread of the store tries once to keep a commit; `false`: there is none, or it could not be kept.
    pub fn store_goes_on(&mut self) -> bool {
        let Some(mut work) = self.now.take().or_else(|| self.next.pop_front()) else { return false };
        let kept = self.writer.keep(&mut work);
        self.now = (!kept).then_some(work);
        kept
    }
}
