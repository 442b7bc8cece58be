//! The lives of a daemon: up, lost, up again, and at last in peace until there is nothing more to do.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use flow_daemon::outbox::{Outbox, Patience};
use flow_daemon::service::ByHand;
use flow_daemon::shard::Shard;
use flow_daemon::store::Store;
use flow_daemon::store::memory::MemoryStore;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::checks;
use super::clients::{self, Sent};
use super::faulty::Faulty;
use super::provider::Provider;
use super::world::{BEGIN, HOUR, World};

/// What a run has come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Came {
    /// Daemons that were lost.
    pub(crate) lost: u64,
    pub(crate) acknowledged: u64,
    /// Calls that were sent again.
    pub(crate) repeated: u64,
    /// Deliveries that have left.
    pub(crate) left: u64,
    /// Commits that could not be kept at first.
    pub(crate) full: u64,
    /// Tries that failed.
    pub(crate) failed: u64,
    /// Deliveries that took effect twice, because the daemon was lost or the answer was.
    pub(crate) twice: u64,
    pub(crate) deploys: u64,
    pub(crate) merged: u64,
}

impl Came {
    pub(crate) fn add(&mut self, more: Self) {
        self.lost += more.lost;
        self.acknowledged += more.acknowledged;
        self.repeated += more.repeated;
        self.left += more.left;
        self.full += more.full;
        self.failed += more.failed;
        self.twice += more.twice;
        self.deploys += more.deploys;
        self.merged += more.merged;
    }
}

/// So long there is trouble, in milliseconds of the runtime.
const TROUBLE: Duration = Duration::from_secs(700);

/// All that outlives a daemon.
struct Run {
    world: Arc<World>,
    store: Faulty,
    known: Arc<Mutex<std::collections::BTreeMap<String, super::provider::Known>>>,
    failed: Arc<Mutex<u64>>,
    life: u32,
    deploys: u64,
}

/// A daemon that is up.
struct Daemon {
    hands: ByHand,
    outbox: JoinHandle<()>,
}

impl Run {
    /// Starts a daemon where the store stands.
    fn start(&mut self) -> Daemon {
        self.life += 1;
        let blocks: Arc<MemoryStore> = Arc::new(self.store.inner.clone());
        let shard = match Shard::restore(&mut self.store, Arc::clone(&blocks) as _).unwrap() {
            Some(shard) => shard,
            None => {
                let mut shard = Shard::new(&self.world.releases[0], BEGIN, blocks).unwrap();
                let first = shard.commit(0);
                self.store.inner.commit(&first).unwrap();
                shard
            }
        };
        let news = Arc::new(Notify::new());
        let (clock, store) = (self.world.clock.clone(), Box::new(self.store.clone()));
        let hands = ByHand::new(shard, store, clock.clone(), Arc::clone(&news), Arc::new(|_: &str| ()));
        let courier = Provider {
            world: Arc::clone(&self.world),
            store: self.store.inner.clone(),
            known: Arc::clone(&self.known),
            life: self.life,
            failed: Arc::clone(&self.failed),
        };
        let outbox = Outbox {
            courier: Arc::new(courier),
            queue: self.store.clone(),
            door: hands.door().clone(),
            clock,
            news,
            patience: Patience::default(),
        };
        let outbox = tokio::spawn(outbox.run());
        self.world.set_door(Some(hands.door().clone()));
        self.world.say(|| format!("life {} begins", self.life));
        Daemon { hands, outbox }
    }

    /// Something may go wrong now, or be wanted of the daemon.
    fn happen(&mut self, daemon: &Daemon) {
        if self.world.fails(100) && self.world.below(1_500) == 0 {
            let length = HOUR * i64::try_from(self.world.below(8)).unwrap();
            self.world.say(|| format!("the disk is full for {} h", length / HOUR));
            self.store.fill(length);
        }
        if self.world.below(2_500) == 0 && !self.world.is_calm() {
            let door = daemon.hands.door().clone();
            let release = self.world.releases[usize::try_from(self.world.below(2)).unwrap()].clone();
            self.deploys += 1;
            tokio::spawn(async move { door.deploy(release).await });
        }
    }

    /// A daemon goes on until it is lost, or until `end` says that all is over.
    async fn live(&mut self, mut daemon: Daemon, mut end: impl FnMut(&Daemon) -> bool) -> Option<Daemon> {
        loop {
            self.world.look();
            self.happen(&daemon);
            for _ in 0..self.world.below(3) {
                daemon.hands.shard_goes_on();
            }
            // A store that is slow: the shard goes on while it writes.
            if self.world.below(3) > 0 {
                daemon.hands.store_goes_on();
            }
            if self.world.fails(100) && self.world.below(900) == 0 {
                if self.world.below(3) == 0 {
                    self.store.dying(true);
                    daemon.hands.store_goes_on();
                    self.store.dying(false);
                }
                self.world.say(|| format!("life {} ends", self.life));
                daemon.outbox.abort();
                self.world.set_door(None);
                return None;
            }
            if end(&daemon) {
                return Some(daemon);
            }
            self.world.pause(40).await;
        }
    }
}

/// Runs a seed.
pub(crate) async fn run(seed: u64) -> Came {
    let world = World::new(seed);
    let store = Faulty::new(&world);
    let (known, failed) = (Arc::default(), Arc::default());
    let mut run = Run { world: Arc::clone(&world), store, known, failed, life: 0, deploys: 0 };
    let sent: Arc<Mutex<Sent>> = Arc::default();
    let clients = tokio::spawn(clients::send(Arc::clone(&world), Arc::clone(&sent)));
    let begun = tokio::time::Instant::now();
    let mut daemon = None;
    while begun.elapsed() < TROUBLE {
        let up = run.start();
        daemon = run.live(up, |_| begun.elapsed() >= TROUBLE).await;
        if daemon.is_none() {
            world.pause(20_000).await;
        }
    }
    world.calm_down();
    let up = daemon.unwrap_or_else(|| run.start());
    let mut quiet = None;
    let store = run.store.inner.clone();
    // Three days after the last call all that follows from it has happened.
    let up = run.live(up, |_| {
        let due = store.deliveries().iter().any(|row| row.next.is_some());
        if !clients.is_finished() || due {
            quiet = None;
        }
        let since = *quiet.get_or_insert_with(|| world.clock.now());
        world.clock.now() > since.plus(4 * 24 * HOUR)
    });
    let mut up = up.await.unwrap();
    clients.await.unwrap();
    let looked = Arc::new(Mutex::new(None));
    let answer = Arc::clone(&looked);
    let door = up.hands.door().clone();
    tokio::spawn(async move {
        let state = door.look(checks::State::of).await.unwrap();
        *answer.lock().unwrap() = Some(state);
    });
    while looked.lock().unwrap().is_none() {
        world.pause(1).await;
        up.hands.shard_goes_on();
        up.hands.store_goes_on();
    }
    up.outbox.abort();
    let state = looked.lock().unwrap().take().unwrap();
    checks::all(&world, &run.store.inner, &sent.lock().unwrap(), &state);
    let known = run.known.lock().unwrap();
    let failed = *run.failed.lock().unwrap();
    let full = *run.store.failed.lock().unwrap();
    let sent = sent.lock().unwrap();
    Came {
        lost: u64::from(run.life) - 1,
        acknowledged: sent.acknowledged.len() as u64,
        repeated: sent.repeated,
        left: known.values().filter(|known| known.effects > 0).count() as u64,
        full,
        failed,
        twice: known.values().filter(|known| known.effects > 1).count() as u64,
        deploys: run.deploys,
        merged: state.merged,
    }
}
