//! What the thread of the shard does, from one commit to the next.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;

use flow_graph::Timestamp;
use tokio::sync::oneshot;

use super::state::State;
use super::writer::Work;
use super::{Ask, Done, Kept};
use crate::clock::Clock;
use crate::shard::{Forgotten, Shard};
use crate::store::Act;

/// Calls that are taken into one commit, if as many are there.
const CALLS: usize = 20_000;
/// States that are written with a commit, for which somebody may wait: so many, and one for each call in it. Then a
/// start never has much more to run again than there are contacts.
const STATES: usize = 50;
/// Most states that are written with a commit, and so many with one for which nobody waits.
const MOST_STATES: usize = 4_000;
/// How long it takes at most until states are written on, when nothing else happens.
const REST: Duration = Duration::from_millis(200);

/// Has the shard.
pub(super) struct Rounds {
    shard: Shard,
    clock: Clock,
    asked: Receiver<Ask>,
    /// What has come in and is not taken yet, because time comes first.
    held: Vec<Ask>,
    state: Arc<State>,
    /// It is over: what has happened still goes to the store.
    over: bool,
}

impl Rounds {
    pub(super) fn new(shard: Shard, clock: Clock, asked: Receiver<Ask>, state: Arc<State>) -> Self {
        Self { shard, clock, asked, held: Vec::new(), state, over: false }
    }

    /// Goes on until it is told to stop, or there is no store any more.
    pub(super) fn run(mut self, work: &SyncSender<Work>) {
        let hand_over = |done: Option<Work>| done.is_none_or(|done| work.send(done).is_ok());
        // What was restored and is new is kept first of all.
        let mut goes_on = hand_over(self.work(Vec::new(), MOST_STATES));
        while goes_on && !self.over {
            if !self.is_due() {
                match self.asked.recv_timeout(self.patience()) {
                    Ok(ask) => self.held.push(ask),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            }
            goes_on = hand_over(self.round());
        }
        // All states are written: the next start has nothing to run again.
        while !self.shard.is_settled() {
            if !hand_over(self.work(Vec::new(), usize::MAX)) {
                break;
            }
        }
    }

    /// There is something to do at once.
    fn is_due(&self) -> bool {
        !self.held.is_empty() || self.shard.next_wake().is_some_and(|wake| wake <= self.clock.now())
    }

    /// How long nothing has to be done.
    fn patience(&self) -> Duration {
        let wake = self.shard.next_wake().map_or(Duration::MAX, |wake| self.clock.until(wake));
        let rest = if self.shard.is_settled() { Duration::from_secs(1) } else { REST };
        wake.min(rest).max(Duration::from_millis(1))
    }

    /// Time passes, what has come in is taken, and all of it goes to the store, if there is anything.
    pub(super) fn round(&mut self) -> Option<Work> {
        let mut done = Vec::new();
        let mut calls = 0;
        if self.shard.pass(self.clock.now()) {
            let now = self.clock.now();
            let mut held = std::mem::take(&mut self.held);
            // A commit has one program that takes over.
            while calls < CALLS
                && !self.over
                && !self.shard.takes_over()
                && let Some(ask) = held.pop().or_else(|| self.asked.try_recv().ok())
            {
                self.answer(ask, now, &mut calls, &mut done);
            }
            self.held = held;
        }
        let states = if done.is_empty() { MOST_STATES } else { (STATES + calls).min(MOST_STATES) };
        self.work(done, states)
    }

    fn answer(&mut self, ask: Ask, now: Timestamp, count: &mut usize, done: &mut Vec<Done>) {
        self.state.metrics.waiting.goes();
        match ask {
            Ask::Calls { program, calls, rejects, done: when } => {
                self.state.metrics.rejected(&rejects);
                *count += calls.len() + rejects.len();
                self.shard.take_all(program, calls, now);
                self.shard.reject(rejects);
                done.push(told(when));
            }
            Ask::Replay { program, calls, rejects, replayed, done: when } => {
                *count += calls.len() + rejects.len();
                self.shard.take_all(program, calls, now);
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
            Ask::Keys { changes, act, done: when } => {
                self.shard.keys(changes);
                self.shard.act(act);
                done.push(told(when));
            }
            Ask::Folder { fingerprint, done: when } => {
                self.shard.folder(fingerprint);
                done.push(told(when));
            }
            Ask::Act { act, done: when } => {
                self.shard.act(act);
                done.push(told(when));
            }
            Ask::Erase { id, who, done: when } => {
                let forgotten = self.shard.erase(&id);
                if let Some(Forgotten { number, .. }) = forgotten {
                    let what = "erase_contact".to_owned();
                    self.shard.act(Act { at: now, who, what, detail: format!("contact {number}") });
                }
                // Whoever asked may have gone.
                done.push(Box::new(move |kept| drop(when.send(kept.map(|()| forgotten)))));
            }
            Ask::Stop => self.over = true,
        }
    }

    /// What has happened and is to be kept, if there is anything.
    pub(super) fn work(&mut self, done: Vec<Done>, states: usize) -> Option<Work> {
        let commit = self.shard.commit(states);
        (!commit.is_empty() || !done.is_empty()).then_some(Work { commit, done })
    }
}

/// Whoever asked may have gone.
fn told(when: oneshot::Sender<Kept>) -> Done {
    Box::new(move |kept| drop(when.send(kept)))
}
