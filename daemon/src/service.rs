//! The threads of the daemon: one has the shard, one writes the store, and whoever wants something comes to the
//! [`Door`].
//!
//! While one commit is written the next one fills: the busier it is, the more goes into one. What came in is
//! acknowledged when it is on the disk. The queue in front of the shard is bounded; who finds it full comes back later.

mod door;
mod state;
mod writer;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use flow_runtime::Incoming;
use flow_runtime::driver::deploy::{self, Refused};
use tokio::sync::{Notify, oneshot};

use crate::clock::Clock;
use crate::shard::{Release, Shard};
use crate::store::{Act, Commit, Reject, Settled, Store};
pub use door::{Closed, Door};
use state::State;
use writer::{Work, Writer};

/// Requests that may wait in front of the shard.
const WAITING: usize = 1_024;
/// Calls that are taken into one commit, if as many are there.
const CALLS: usize = 20_000;
/// States that are written with each commit.
const STATES: usize = 500;
/// How long it takes at most until states are written on, when nothing else happens.
const REST: Duration = Duration::from_millis(200);

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
    /// An administrative act is kept.
    Act { act: Act, done: oneshot::Sender<Kept> },
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
        let writer = Writer { store, news, trouble, state: Arc::clone(&state) };
        let writer = std::thread::Builder::new().name("store".to_owned()).spawn(move || writer.run(&works))?;
        let keeper = Keeper { shard, clock: clock.clone(), asked, work, held: Vec::new() };
        let shard = std::thread::Builder::new().name("shard".to_owned()).spawn(move || keeper.run())?;
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

/// Has the shard.
struct Keeper {
    shard: Shard,
    clock: Clock,
    asked: Receiver<Ask>,
    work: SyncSender<Work>,
    /// What has come in and is not taken yet, because time comes first.
    held: Vec<Ask>,
}

impl Keeper {
    fn run(mut self) {
        // What was restored and is new is kept first of all.
        let mut goes_on = self.hand_over(Vec::new(), STATES);
        while goes_on {
            let passed = self.held.is_empty() && self.shard.next_wake().is_none_or(|wake| wake > self.clock.now());
            if passed {
                match self.asked.recv_timeout(self.patience()) {
                    Ok(ask) => self.held.push(ask),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            }
            goes_on = self.round();
        }
        // All states are written: the next start has nothing to run again.
        while !self.shard.is_settled() {
            if !self.hand_over(Vec::new(), usize::MAX) {
                break;
            }
        }
    }

    /// How long nothing has to be done.
    fn patience(&self) -> Duration {
        let wake = self.shard.next_wake().map_or(Duration::MAX, |wake| self.clock.until(wake));
        let rest = if self.shard.is_settled() { Duration::from_secs(1) } else { REST };
        wake.min(rest).max(Duration::from_millis(1))
    }

    /// Time passes, what has come in is taken, and all of it goes to the store; `false`: it is over.
    fn round(&mut self) -> bool {
        let mut done = Vec::new();
        let mut calls = 0;
        let mut goes_on = true;
        if self.shard.pass(self.clock.now()) {
            let now = self.clock.now();
            let mut held = std::mem::take(&mut self.held);
            while calls < CALLS
                && goes_on
                && let Some(ask) = held.pop().or_else(|| self.asked.try_recv().ok())
            {
                goes_on = self.answer(ask, now, &mut calls, &mut done);
            }
            self.held = held;
        }
        self.hand_over(done, STATES) && goes_on
    }

    fn answer(&mut self, ask: Ask, now: flow_graph::Timestamp, count: &mut usize, done: &mut Vec<Done>) -> bool {
        match ask {
            Ask::Calls { program, calls, rejects, done: when } => {
                *count += calls.len() + rejects.len();
                calls.into_iter().for_each(|call| self.shard.take_read_with(program, call, now));
                self.shard.reject(rejects);
                done.push(told(when));
            }
            Ask::Replay { program, calls, rejects, replayed, done: when } => {
                *count += calls.len() + rejects.len();
                calls.into_iter().for_each(|call| self.shard.take_read_with(program, call, now));
                self.shard.reject(rejects);
                self.shard.replayed(replayed);
                done.push(told(when));
            }
            Ask::Again { settled, done: when } => {
                self.shard.settle(settled);
                done.push(told(when));
            }
            Ask::Settled { settled, calls, done: when } => {
                *count += 1;
                let calls = calls(&self.shard);
                calls.into_iter().for_each(|call| self.shard.take(call, now));
                self.shard.settle([settled]);
                done.push(told(when));
            }
            Ask::Told { told: say, done: when } => {
                *count += 1;
                say(&self.shard).into_iter().for_each(|call| self.shard.take(call, now));
                done.push(told(when));
            }
            Ask::Look(look) => look(&self.shard),
            Ask::Deploy { release, done: when } => match self.shard.deploy(&release, now) {
                // Whoever asked may have gone.
                Ok(deployed) => done.push(Box::new(move |kept| drop(when.send(kept.map(|()| Ok(deployed)))))),
                Err(refused) => drop(when.send(Ok(Err(refused)))),
            },
            Ask::Act { act, done: when } => {
                self.shard.act(act);
                done.push(told(when));
            }
            Ask::Stop => return false,
        }
        true
    }

    /// Hands what has happened to the store; `false`: there is none any more.
    fn hand_over(&mut self, done: Vec<Done>, states: usize) -> bool {
        let commit = self.shard.commit(states);
        if commit.is_empty() && done.is_empty() {
            return true;
        }
        self.work.send(Work { commit, done }).is_ok()
    }
}

/// Whoever asked may have gone.
fn told(when: oneshot::Sender<Kept>) -> Done {
    Box::new(move |kept| drop(when.send(kept)))
}
