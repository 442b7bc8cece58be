//! A store in memory: what a test may crash, look into and go on with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use flow_graph::Timestamp;
use flow_runtime::identity::ContactNumber;

use super::{Act, Commit, Deployed, Fate, Kept, Mark, Queued, Reject, Settled, State, Store, StoreError};
use crate::delivery::{Delivery, What};
use crate::erasure::{Erased, Erasure, Tombstone};
use crate::http::keys::KeyChange;
use crate::log::{Block, Blocks, Place, erase};

/// There is nobody from whom ids have to be kept.
const SALT: [u8; 32] = [7; 32];

/// A store in memory. Copies of it are the same store.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    blocks: BTreeMap<Place, Arc<Block>>,
    states: BTreeMap<ContactNumber, State>,
    mark: Option<Mark>,
    programs: Vec<Deployed>,
    deliveries: Vec<Row>,
    keys: BTreeMap<String, usize>,
    rejects: Vec<Reject>,
    replayed: BTreeSet<i64>,
    acts: Vec<Act>,
    key_changes: Vec<KeyChange>,
    tombstones: Vec<Tombstone>,
}

/// A delivery and what has become of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What leaves.
    pub delivery: Delivery,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next; none: never again.
    pub next: Option<Timestamp>,
    /// What became of it last.
    pub fate: Option<Fate>,
}

impl MemoryStore {
    fn with<R>(&self, work: impl FnOnce(&mut Inner) -> R) -> R {
        work(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// All deliveries, in the order in which they were decided.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Row> {
        self.with(|inner| inner.deliveries.clone())
    }

    /// All that was refused and not taken since.
    #[must_use]
    pub fn rejects(&self) -> Vec<Reject> {
        self.with(|inner| {
            let open = inner.rejects.iter().filter(|reject| !inner.replayed.contains(&reject.id));
            open.cloned().collect()
        })
    }

    /// All administrative acts.
    #[must_use]
    pub fn acts(&self) -> Vec<Act> {
        self.with(|inner| inner.acts.clone())
    }

    /// Another store with the same in it.
    #[must_use]
    pub fn fork(&self) -> Self {
        let copy = self.with(|inner| Inner {
            blocks: inner.blocks.clone(),
            states: inner.states.clone(),
            mark: inner.mark.clone(),
            programs: inner.programs.clone(),
            deliveries: inner.deliveries.clone(),
            keys: inner.keys.clone(),
            rejects: inner.rejects.clone(),
            replayed: inner.replayed.clone(),
            acts: inner.acts.clone(),
            key_changes: inner.key_changes.clone(),
            tombstones: inner.tombstones.clone(),
        });
        Self { inner: Arc::new(Mutex::new(copy)) }
    }
}

impl Blocks for MemoryStore {
    fn block(&self, place: Place) -> Option<Arc<Block>> {
        self.with(|inner| inner.blocks.range(..=place).next_back().map(|(_, block)| Arc::clone(block)))
            .filter(|block| place < block.end())
    }
}

impl Store for MemoryStore {
    fn commit(&mut self, commit: &Commit) -> Result<(), StoreError> {
        self.with(|inner| inner.commit(commit));
        Ok(())
    }

    fn load(&mut self) -> Result<Kept, StoreError> {
        Ok(self.with(|inner| Kept {
            programs: inner.programs.clone(),
            mark: inner.mark.clone(),
            states: inner.states.values().cloned().collect(),
            end: inner.blocks.values().next_back().map_or(0, |block| block.end()),
            erased: Arc::new(Erased::new(SALT, inner.tombstones.iter().copied())),
        }))
    }

    fn blocks(&mut self, from: Place) -> Result<Vec<Block>, StoreError> {
        let first = self.block(from).map_or(from, |block| block.start);
        Ok(self.with(|inner| inner.blocks.range(first..).take(16).map(|(_, block)| (**block).clone()).collect()))
    }

    fn due(&mut self, until: Timestamp, most: usize, without: &[i64]) -> Result<Vec<Queued>, StoreError> {
        let mut due: Vec<(Timestamp, Queued)> = self.with(|inner| {
            let rows = inner.deliveries.iter().zip(0..);
            let due = rows.filter_map(|(row, id)| Some((row.next.filter(|next| *next <= until)?, row, id)));
            let queued = |row: &Row, id| Queued { id, delivery: row.delivery.clone(), attempts: row.attempts };
            due.filter(|(.., id)| !without.contains(id)).map(|(next, row, id)| (next, queued(row, id))).collect()
        });
        due.sort_by_key(|(next, queued)| (*next, queued.id));
        due.truncate(most);
        Ok(due.into_iter().map(|(_, queued)| queued).collect())
    }
}

impl Inner {
    fn commit(&mut self, commit: &Commit) {
        self.blocks.extend(commit.blocks.iter().map(|block| (block.start, Arc::clone(block))));
        for delivery in &commit.deliveries {
            self.deliver(delivery, Some(delivery.at), None);
        }
        for (delivery, why) in &commit.failures {
            self.deliver(delivery, None, Some(Fate::Dead { why: why.clone() }));
        }
        for reject in &commit.rejects {
            let id = i64::try_from(self.rejects.len()).unwrap_or(i64::MAX).saturating_add(1);
            self.rejects.push(Reject { id, ..reject.clone() });
        }
        self.replayed.extend(commit.replayed.iter().copied());
        commit.settled.iter().for_each(|settled| self.settle(settled));
        self.states.extend(commit.states.iter().map(|state| (state.number, state.clone())));
        if let Some(mark) = &commit.mark {
            let mut news = self.mark.take().map(|mark| mark.news).unwrap_or_default();
            news.extend(mark.news.iter().cloned());
            self.mark = Some(Mark { news, ..mark.clone() });
        }
        self.programs.extend(commit.program.clone());
        self.acts.extend(commit.acts.iter().cloned());
        self.key_changes.extend(commit.keys.iter().cloned());
        commit.erasures.iter().for_each(|erasure| self.erase(erasure));
    }

    fn deliver(&mut self, delivery: &Delivery, next: Option<Timestamp>, fate: Option<Fate>) {
        if !self.keys.contains_key(&delivery.key) {
            self.keys.insert(delivery.key.clone(), self.deliveries.len());
            self.deliveries.push(Row { delivery: delivery.clone(), attempts: 0, next, fate });
        }
    }

    fn erase(&mut self, erasure: &Erasure) {
        for place in &erasure.places {
            let Some((_, block)) = self.blocks.range_mut(..=*place).next_back() else { continue };
            let (start, block) = (block.start, Arc::make_mut(block));
            erase(&mut block.bytes, start, *place);
        }
        if let Some(mark) = &mut self.mark {
            erasure.of_news(&mut mark.news);
        }
        for (number, row) in self.deliveries.iter_mut().enumerate() {
            let delivery = &mut row.delivery;
            if erasure.ids.contains(&delivery.contact) {
                self.keys.remove(&delivery.key);
                // Numbers of others stay as they are.
                let what = What::Notice { team: String::new(), text: String::new(), route: None };
                let (key, contact) = (format!("erased {number}"), String::new());
                *row = Row { delivery: Delivery { key, contact, at: delivery.at, what }, next: None, ..row.clone() };
            }
        }
        self.rejects.retain(|reject| !erasure.is_in(&reject.raw) && !erasure.is_in(&reject.detail));
        self.tombstones.extend(&erasure.tombstones);
    }

    fn settle(&mut self, settled: &Settled) {
        let row = usize::try_from(settled.id).ok().and_then(|at| self.deliveries.get_mut(at));
        let Some(row) = row else { return };
        row.attempts = settled.attempts;
        row.next = if let Fate::Again { next, .. } = &settled.fate { Some(*next) } else { None };
        row.fate = Some(settled.fate.clone());
    }
}
