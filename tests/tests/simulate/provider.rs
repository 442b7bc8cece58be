//! Whoever is handed deliveries: it fails, is slow, is silent, takes what it says it did not take; and it notices what
//! must never come to it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use flow_daemon::delivery::{Delivery, Outcome};
use flow_daemon::outbox::Courier;
use flow_daemon::store::Fate;
use flow_daemon::store::memory::MemoryStore;

use super::world::World;

/// What has become of a key.
#[derive(Debug, Default, Clone)]
pub(crate) struct Known {
    /// How often it took effect.
    pub(crate) effects: u32,
    /// It is being tried by the daemon of this life.
    under_way: Option<u32>,
    /// It took effect, and the daemon of this life was told.
    told: Option<u32>,
}

/// Seen by one life of the daemon.
pub(crate) struct Provider {
    pub(crate) world: Arc<World>,
    pub(crate) store: MemoryStore,
    pub(crate) known: Arc<Mutex<BTreeMap<String, Known>>>,
    pub(crate) life: u32,
    pub(crate) failed: Arc<Mutex<u64>>,
}

impl Provider {
    fn with<R>(&self, key: &str, work: impl FnOnce(&mut Known) -> R) -> R {
        work(self.known.lock().unwrap().entry(key.to_owned()).or_default())
    }

    /// What must never come.
    fn look(&self, delivery: &Delivery) {
        let (world, key) = (&self.world, &delivery.key);
        world.must(delivery.at <= world.clock.now(), || format!("{key} leaves before its time"));
        let row = self.store.deliveries().into_iter().find(|row| row.delivery.key == *key);
        world.must(row.as_ref().is_some_and(|row| row.delivery == *delivery), || format!("{key} is not what is kept"));
        let over = row.is_some_and(|row| matches!(row.fate, Some(Fate::Left { .. } | Fate::Dead { .. })));
        world.must(!over, || format!("{key} has left already"));
        self.with(key, |known| {
            world.must(known.under_way != Some(self.life), || format!("{key} is tried twice at the same time"));
            world.must(known.told != Some(self.life), || format!("{key} leaves twice without need"));
            known.under_way = Some(self.life);
        });
    }
}

impl Courier for Provider {
    async fn deliver(&self, delivery: &Delivery) -> Outcome {
        self.look(delivery);
        let key = &delivery.key;
        let later = |why: &str| Outcome::Later { why: why.to_owned(), after: None };
        self.world.pause(if self.world.fails(5) { 60_000 } else { 400 }).await;
        let (outcome, effect) = match self.world.below(100) {
            _ if self.world.is_calm() => (Outcome::Delivered { reference: None, answer: None }, true),
            0..=14 => (later("busy"), false),
            15..=19 => (later("there was no answer in time"), true),
            20 => (Outcome::Never { why: "no such address".to_owned(), bounced: true }, false),
            _ => (Outcome::Delivered { reference: None, answer: None }, true),
        };
        self.world.say(|| format!("life {}: {key}: {outcome:?}, effect {effect}", self.life));
        *self.failed.lock().unwrap() += u64::from(!matches!(outcome, Outcome::Delivered { .. }));
        self.with(key, |known| {
            known.effects += u32::from(effect);
            if known.under_way == Some(self.life) {
                known.under_way = None;
            }
        });
        // The answer is on its way.
        self.world.pause(100).await;
        if matches!(outcome, Outcome::Delivered { .. }) {
            self.with(key, |known| known.told = Some(self.life));
        }
        outcome
    }
}
