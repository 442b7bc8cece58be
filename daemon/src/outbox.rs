//! What leaves, leaves from here: only what was kept, each under its key, again and again until it has left or is given
//! up.
//!
//! A delivery is handed to its channel after the commit that holds it, and what became of it is kept in a later one. In
//! between a crash makes it leave again under the same key: whoever honours the key sees it once.

mod turns;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use flow_graph::Timestamp;
use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;
use turns::Turns;

use crate::channel::Channels;
use crate::clock::Clock;
use crate::delivery::{Delivery, Outcome};
use crate::journal::Happened;
use crate::service::{Closed, Door};
use crate::store::sqlite::Reader;
use crate::store::{Fate, Queued, Settled};

/// Most deliveries that are tried at the same time.
const AT_ONCE: usize = 64;
/// Most deliveries that were tried and of which it is not kept yet what became of them: a crash makes these leave again.
const UNKEPT: usize = 512;
/// Deliveries that are read at once.
const AHEAD: usize = 512;
/// How long it takes at most until what is due is looked for, whatever happens.
const LOOK: Duration = Duration::from_secs(1);

/// How often a delivery is tried, and how long between two tries.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// So often, then it is given up.
    pub tries: u32,
    /// From the first try to the second; twice as long each time.
    pub first: Duration,
    /// No longer than this between two tries.
    pub longest: Duration,
}

impl Default for Patience {
    /// Sixteen tries in about a day.
    fn default() -> Self {
        Self { tries: 16, first: Duration::from_secs(5), longest: Duration::from_secs(6 * 3_600) }
    }
}

impl Patience {
    /// What follows from a try that ended at an instant.
    #[must_use]
    pub fn judge(&self, queued: &Queued, outcome: &Outcome, at: Timestamp) -> Settled {
        let attempts = queued.attempts.saturating_add(1);
        let fate = match outcome {
            Outcome::Delivered { reference, .. } => Fate::Left { reference: reference.clone() },
            Outcome::Never { why, .. } => Fate::Dead { why: why.clone() },
            Outcome::Later { why, .. } if attempts >= self.tries => {
                Fate::Dead { why: format!("given up after {attempts} tries: {why}") }
            }
            Outcome::Later { why, after } => {
                let wait = self.wait(&queued.delivery.key, attempts).max(after.unwrap_or_default());
                let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
                Fate::Again { next: at.plus(wait), why: why.clone() }
            }
        };
        Settled { id: queued.id, attempts, at, fate }
    }

    /// How long to wait after so many tries: between half and all of what the doubling says, so that what failed
    /// together does not come back together. Which part is a hash of the key: the same on every run.
    #[must_use]
    pub fn wait(&self, key: &str, attempts: u32) -> Duration {
        let doubled = self.first.saturating_mul(1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX));
        let full = doubled.min(self.longest);
        let hash = hmac_sha256::Hash::hash(format!("{key}/{attempts}").as_bytes());
        full / 2 + (full / 2).mul_f64(f64::from(hash.first().copied().unwrap_or_default()) / 255.0)
    }
}

/// Whoever hands deliveries over.
pub trait Courier: Send + Sync + 'static {
    /// Tries once.
    fn deliver(&self, delivery: &Delivery) -> impl Future<Output = Outcome> + Send;

    /// By what a delivery leaves, and how many leave by it in a second at most, where that is limited.
    fn rate(&self, delivery: &Delivery) -> Option<(String, f64)> {
        let _ = delivery;
        None
    }

    /// The event that an answer to a delivery becomes, if any does.
    fn answer(&self, delivery: &Delivery) -> Option<String> {
        let _ = delivery;
        None
    }
}

impl Courier for Channels {
    async fn deliver(&self, delivery: &Delivery) -> Outcome {
        self.deliver(delivery).await
    }

    fn rate(&self, delivery: &Delivery) -> Option<(String, f64)> {
        self.rate(delivery)
    }

    fn answer(&self, delivery: &Delivery) -> Option<String> {
        self.answer(delivery).map(str::to_owned)
    }
}

/// Whoever knows what is due.
pub trait Queue: Send + Sync + 'static {
    /// Deliveries that are due; see [`crate::store::Store::due`]. What cannot be read now is read the next time; that
    /// the store cannot be read is told by whoever writes it.
    fn due(&self, until: Timestamp, most: usize, without: Vec<i64>) -> impl Future<Output = Vec<Queued>> + Send;
}

impl Queue for Reader {
    async fn due(&self, until: Timestamp, most: usize, without: Vec<i64>) -> Vec<Queued> {
        let reader = self.clone();
        let read = tokio::task::spawn_blocking(move || Self::due(&reader, until, most, &without));
        read.await.ok().and_then(Result::ok).unwrap_or_default()
    }
}

/// What an outbox has taken out of the store.
#[derive(Debug)]
struct UnderWay {
    /// Being tried, or what became of them is not kept yet.
    away: BTreeSet<i64>,
    /// Of them: being tried.
    tried: usize,
    /// To be tried as soon as there is room.
    ready: VecDeque<Queued>,
    /// There may be more in the store.
    more: bool,
    /// When the store was looked at.
    looked: Instant,
    /// Whose turn it is, where not all may leave at once.
    turns: Turns,
}

impl Default for UnderWay {
    fn default() -> Self {
        Self {
            away: BTreeSet::new(),
            tried: 0,
            ready: VecDeque::new(),
            more: true,
            looked: Instant::now(),
            turns: Turns::default(),
        }
    }
}

impl UnderWay {
    fn back(&mut self, back: Back) {
        match back {
            Back::Tried => self.tried = self.tried.saturating_sub(1),
            Back::Kept(id) => drop(self.away.remove(&id)),
        }
    }
}

/// What a delivery that is away tells.
#[derive(Debug, Clone, Copy)]
enum Back {
    /// It was tried, and there is room for another one.
    Tried,
    /// What became of it is kept.
    Kept(i64),
}

/// Takes deliveries out of the store and has them handed over.
#[derive(Debug)]
pub struct Outbox<C, Q = Reader> {
    /// Who hands them over.
    pub courier: Arc<C>,
    /// Where they are.
    pub queue: Q,
    /// Where it is told what became of them.
    pub door: Door,
    /// What time it is.
    pub clock: Clock,
    /// Something was kept that leaves.
    pub news: Arc<Notify>,
    /// How often and how long.
    pub patience: Patience,
}

impl<C: Courier, Q: Queue> Outbox<C, Q> {
    /// Goes on until it is dropped, or the daemon stops.
    pub async fn run(self) {
        let it = Arc::new(self);
        let (back, mut returned) = mpsc::unbounded_channel();
        let mut under_way = UnderWay::default();
        loop {
            while let Ok(back) = returned.try_recv() {
                under_way.back(back);
            }
            it.look(&mut under_way).await;
            let mut wait = Vec::new();
            while under_way.tried < AT_ONCE
                && under_way.away.len() < UNKEPT + wait.len()
                && let Some(queued) = under_way.ready.pop_front()
            {
                under_way.away.insert(queued.id);
                if let Some(at) = it.turn(&mut under_way.turns, &queued) {
                    wait.push(at);
                    continue;
                }
                under_way.tried += 1;
                let (it, back) = (Arc::clone(&it), back.clone());
                tokio::spawn(async move {
                    let id = queued.id;
                    let outcome = it.hand_over(&queued).await;
                    // Nobody waits for it any more when the daemon stops.
                    let _ = back.send(Back::Tried);
                    it.keep(queued, outcome).await;
                    let _ = back.send(Back::Kept(id));
                });
            }
            if !wait.is_empty() {
                let (it, back) = (Arc::clone(&it), back.clone());
                tokio::spawn(async move {
                    let ids: Vec<_> = wait.iter().map(|wait| wait.id).collect();
                    it.postpone(wait).await;
                    // As above.
                    ids.into_iter().for_each(|id| back.send(Back::Kept(id)).unwrap_or_default());
                });
            }
            tokio::select! {
                // In this order, so that the same run is the same again.
                biased;
                () = it.news.notified() => under_way.more = true,
                back = returned.recv() => back.into_iter().for_each(|back| under_way.back(back)),
                () = tokio::time::sleep(LOOK) => {}
            }
            if it.door.is_closed() {
                return;
            }
        }
    }

    /// Looks for what is due, where there may be more and nothing is left of the look before; what was seen long ago is
    /// looked at again, since it may not be there any more.
    async fn look(&self, under_way: &mut UnderWay) {
        if under_way.looked.elapsed() >= LOOK {
            under_way.ready.clear();
            under_way.more = true;
        }
        if !under_way.more || !under_way.ready.is_empty() {
            return;
        }
        let due = self.queue.due(self.clock.now(), AHEAD, under_way.away.iter().copied().collect()).await;
        under_way.looked = Instant::now();
        under_way.more = due.len() == AHEAD;
        under_way.ready.extend(due);
    }

    /// What becomes of a delivery whose turn it is not yet.
    fn turn(&self, turns: &mut Turns, queued: &Queued) -> Option<Settled> {
        let now = self.clock.now();
        let next = turns.wait(queued.id, self.courier.rate(&queued.delivery)?, now)?;
        let fate = Fate::Again { next, why: "waits for its turn: no more may leave at once".to_owned() };
        Some(Settled { id: queued.id, attempts: queued.attempts, at: now, fate })
    }

    /// Keeps when it is whose turn; until then nobody looks at them.
    async fn postpone(&self, wait: Vec<Settled>) {
        if let Err(Closed::Unkept(_)) = self.door.postpone(wait).await {
            self.door.well_again().await;
        }
    }

    /// Tries once.
    async fn hand_over(&self, queued: &Queued) -> Outcome {
        let metrics = self.door.metrics();
        if queued.attempts == 0 {
            let waited = u64::try_from(self.clock.now().since(queued.delivery.at)).unwrap_or(0);
            metrics.handed_over.add(Duration::from_millis(waited));
        }
        let begun = Instant::now();
        let outcome = self.courier.deliver(&queued.delivery).await;
        metrics.tries.add(begun.elapsed());
        outcome
    }

    /// Tells that a delivery has not left.
    fn tell(&self, queued: &Queued, settled: &Settled) {
        let (why, again_at) = match &settled.fate {
            Fate::Left { .. } => return,
            Fate::Again { next, why } => (why, Some(*next)),
            Fate::Dead { why } => (why, None),
        };
        self.door.journal().note(|| {
            let (kind, name) = queued.delivery.what.named();
            let (delivery, tries, why) = (queued.id, settled.attempts, why.clone());
            Happened::DeliveryFailed { delivery, kind, name, tries, why, again_at }
        });
    }

    /// Keeps what became of a try.
    async fn keep(&self, queued: Queued, outcome: Outcome) {
        let settled = self.patience.judge(&queued, &outcome, self.clock.now());
        self.door.metrics().tried(&settled.fate);
        self.tell(&queued, &settled);
        // Until it is kept nobody tries it again; if it is never kept, a later start tries it again.
        let answer = self.courier.answer(&queued.delivery);
        let told = self.door.settled(settled, queued.delivery, outcome, answer).await;
        if let Err(Closed::Unkept(_)) = told {
            // It has been taken, and is kept as soon as anything is.
            self.door.well_again().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::What;

    #[test]
    fn waits_double_and_end() {
        let patience = Patience::default();
        let waits: Vec<_> = (1..16).map(|attempts| patience.wait("k", attempts)).collect();
        for (attempts, wait) in (0..).zip(&waits) {
            let full = (patience.first * 2_u32.pow(attempts)).min(patience.longest);
            assert!(*wait >= full / 2 && *wait <= full, "{attempts}: {wait:?}");
        }
        assert_ne!(patience.wait("k", 3), patience.wait("l", 3));
        let all: Duration = waits.iter().sum();
        assert!(all > Duration::from_secs(12 * 3_600) && all < Duration::from_secs(30 * 3_600), "{all:?}");
    }

    #[test]
    fn what_the_other_side_says_counts() {
        let what = What::Notice { team: "sales".to_owned(), text: "x".to_owned(), route: None };
        let delivery = Delivery { key: "k".to_owned(), contact: "c".to_owned(), at: Timestamp(0), what };
        let queued = |attempts| Queued { id: 1, delivery: delivery.clone(), attempts };
        let later = |after| Outcome::Later { why: "busy".to_owned(), after };
        let patience = Patience::default();
        let fate = |attempts, outcome: &Outcome| patience.judge(&queued(attempts), outcome, Timestamp(0)).fate;
        let hour = Some(Duration::from_secs(3_600));
        assert_eq!(fate(0, &later(hour)), Fate::Again { next: Timestamp(3_600_000), why: "busy".to_owned() });
        assert_eq!(fate(15, &later(None)), Fate::Dead { why: "given up after 16 tries: busy".to_owned() });
        let never = Outcome::Never { why: "no such address".to_owned(), bounced: true };
        assert_eq!(fate(0, &never), Fate::Dead { why: "no such address".to_owned() });
    }
}
