//! The threads of the daemon: one has the shard, one writes the store, and whoever wants something comes to the
//! [`Door`].
//!
//! While one commit is written the next one fills: the busier it is, the more goes into one. What came in is
//! acknowledged when it is on the disk. The queue in front of the shard is bounded; who finds it full comes back later.

mod by_hand;
mod door;
mod rounds;
mod state;
mod writer;

use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use flow_runtime::Incoming;
use flow_runtime::driver::deploy::{self, Refused};
use tokio::sync::{Notify, oneshot};

use crate::clock::Clock;
use crate::http::keys::KeyChange;
use crate::shard::{Forgotten, Release, Shard};
use crate::store::{Act, Reject, Settled, Store};
pub use by_hand::ByHand;
pub use door::{Closed, Door};
use rounds::Rounds;
use state::State;
use writer::Writer;

/// Requests that may wait in front of the shard.
const WAITING: usize = 1_024;

/// What was kept, or why not.
pub type Kept = Result<(), Unkept>;

/// What came in could not be kept: it was not taken, as far as its sender is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unkept(pub String);

/// Who waits until something is kept.
pub(crate) type Done = Box<dyn FnOnce(Kept) + Send>;

/// What is said of a contact, once it is known who that is.
pub(crate) type Told = Box<dyn FnOnce(&Shard) -> Vec<Incoming> + Send>;

/// What somebody wants of the shard.
pub(crate) enum Ask {
    /// Calls are taken.
    Calls {
        /// The number of the program with which they were read.
        program: u32,
        calls: Vec<Incoming>,
        rejects: Vec<Reject>,
        done: oneshot::Sender<Kept>,
    },
    /// Calls that had been refused are taken.
    Replay {
        /// The number of the program with which they were read.
        program: u32,
        calls: Vec<Incoming>,
        rejects: Vec<Reject>,
        /// What had been refused, by its numbers in the store.
        replayed: Vec<i64>,
        done: oneshot::Sender<Kept>,
    },
    /// What was given up is tried again.
    Again { settled: Vec<Settled>, done: oneshot::Sender<Kept> },
    /// Something has left, or has not; what is said of it comes in as calls.
    Settled { settled: Settled, calls: Told, done: oneshot::Sender<Kept> },
    /// Something is said of a contact.
    Told { told: Told, done: oneshot::Sender<Kept> },
    /// Somebody wants to look.
    Look(Box<dyn FnOnce(&Shard) + Send>),
    /// Another program shall run.
    Deploy { release: Release, done: oneshot::Sender<Result<Result<deploy::Deployed, Refused>, Unkept>> },
    /// Something becomes of keys.
    Keys { changes: Vec<KeyChange>, act: Act, done: oneshot::Sender<Kept> },
    /// The folder of the daemon holds a program with this fingerprint.
    Folder { fingerprint: String, done: oneshot::Sender<Kept> },
    /// An administrative act is kept.
    Act { act: Act, done: oneshot::Sender<Kept> },
    /// Somebody is taken out of everything, by an id; by whom.
    Erase { id: String, who: String, done: oneshot::Sender<Result<Option<Forgotten>, Unkept>> },
    /// It is over.
    Stop,
}

/// The daemon's threads.
#[derive(Debug)]
pub struct Service {
    door: Door,
    shard: std::thread::JoinHandle<()>,
    writer: std::thread::JoinHandle<()>,
}

impl Service {
    /// Starts the threads. `news` is told when something was kept that leaves; `trouble` when nothing can be kept.
    ///
    /// # Errors
    /// When the system has no more threads.
    pub fn start(
        shard: Shard,
        store: Box<dyn Store>,
        clock: Clock,
        news: Arc<Notify>,
        trouble: Arc<dyn Fn(&str) + Send + Sync>,
    ) -> std::io::Result<Self> {
        let (ask, asked) = sync_channel(WAITING);
        let (work, works) = sync_channel(1);
        let state = Arc::new(State::default());
        let writer = Writer::new(store, news, trouble, Arc::clone(&state));
        let writer = std::thread::Builder::new().name("store".to_owned()).spawn(move || writer.run(&works))?;
        let rounds = Rounds::new(shard, clock.clone(), asked, Arc::clone(&state));
        let shard = std::thread::Builder::new().name("shard".to_owned()).spawn(move || rounds.run(&work))?;
        Ok(Self { door: Door::new(ask, clock, state), shard, writer })
    }

    /// Where to come with what one wants.
    #[must_use]
    pub fn door(&self) -> &Door {
        &self.door
    }

    /// Takes what has come in, keeps it, and ends.
    pub fn stop(self) {
        self.door.close();
        // A thread that has panicked has said so.
        let _ = self.shard.join();
        let _ = self.writer.join();
    }
}
