//! All of a log run again from its first entry, through every program that it saw: it has to come to the decisions
//! that stand in it, to the states that are kept, and to what has left.

use std::collections::BTreeSet;
use std::sync::Arc;

use flow_graph::Timestamp;
use flow_machine::Decision;
use flow_runtime::driver::Counts;
use flow_runtime::driver::restore::Standing;
use flow_runtime::identity::{ContactNumber, People};
use flow_runtime::{Driver, Renderer};
use rustc_hash::FxHashMap;

use super::keeper::Keeper;
use super::lineage::Lineage;
use super::restore::{Ahead, each_block};
use super::{OPTIONS, Shard};
use crate::log::{Blocks, Kind, Writer, entries};
use crate::store::{Deployed, Store, StoreError, write_contact};

/// What was made by running a log again.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// Of each contact, what was decided of it.
    pub(super) decisions: FxHashMap<ContactNumber, Row>,
    /// The keys of what leaves.
    pub(super) keys: BTreeSet<String>,
}

/// How many decisions, and a hash of them in their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Row {
    count: u64,
    hash: [u8; 32],
}

impl Row {
    pub(super) fn add(&mut self, decision: &Decision) {
        let mut hash = hmac_sha256::Hash::new();
        hash.update(self.hash);
        hash.update(postcard::to_stdvec(decision).unwrap_or_default());
        *self = Self { count: self.count + 1, hash: hash.finalize() };
    }
}

/// What a log has come to.
#[derive(Debug)]
pub struct Replayed {
    /// The keys of all that leaves because of it, sorted.
    pub keys: BTreeSet<String>,
    /// Contacts of which something else was decided than stands in the log, or whose state is another one: what is
    /// wrong with each of them.
    pub wrong: Vec<(ContactNumber, String)>,
}

impl Shard {
    /// Runs all of a log again from nothing, and compares what it comes to with the log and with this shard, which was
    /// restored from the same store and has done nothing since. The log has to be there from its first entry.
    ///
    /// # Errors
    /// When the store cannot be read, or its programs do not follow each other.
    pub fn replay(&self, store: &mut dyn Store, blocks: Arc<dyn Blocks>) -> Result<Replayed, StoreError> {
        let programs = store.load()?.programs;
        let mut it = Self::at_the_beginning(&programs, blocks)?;
        let mut kept: FxHashMap<ContactNumber, Row> = FxHashMap::default();
        let mut wrong = None;
        each_block(store, 1, |block| {
            if wrong.is_none() {
                wrong = it.take_over(&programs, block.program, &self.keeper.lineage).err();
            }
            for entry in entries(&block.bytes, block.start) {
                if let Kind::Decision(decision) = &entry.kind {
                    kept.entry(entry.contact).or_default().add(decision);
                }
                it.again(entry, |_, _| false, &mut Ahead::default());
            }
        })?;
        wrong.map_or(Ok(()), Err)?;
        let last = u32::try_from(programs.len()).unwrap_or(u32::MAX);
        it.take_over(&programs, last, &self.keeper.lineage)?;
        it.driver.run_until(self.now(), &mut it.keeper);
        let made = it.keeper.made.take().unwrap_or_default();
        let wrong = self.differs(&it, &kept, &made);
        Ok(Replayed { keys: made.keys, wrong })
    }

    fn at_the_beginning(programs: &[Deployed], blocks: Arc<dyn Blocks>) -> Result<Self, StoreError> {
        let lineage = Lineage::read(programs.get(..1).unwrap_or_default())?;
        let engine = lineage.last().cloned().ok_or_else(|| StoreError::damaged("it has no program"))?;
        let now = programs.first().map_or(Timestamp::FIRST_VALID, |first| first.at);
        let standing = Standing { people: People::default(), contacts: Vec::new(), counts: Counts::default(), now };
        let driver = Driver::restore(Arc::clone(&engine), Renderer::shared(&engine), OPTIONS, standing);
        let mut keeper = Keeper::new(engine, lineage, Writer::new(1, 1, Vec::new()), blocks);
        keeper.made = Some(Made::default());
        keeper.replays = true;
        Ok(Self::with(driver, keeper))
    }

    /// The programs up to one take over, each at its instant.
    fn take_over(&mut self, programs: &[Deployed], upto: u32, all: &Lineage) -> Result<(), StoreError> {
        while self.keeper.lineage.number() < upto {
            let next = self.keeper.lineage.number() + 1;
            let kept = programs.iter().find(|program| program.number == next);
            let (Some(kept), Some(engine)) = (kept, all.engine(next)) else {
                return Err(StoreError::damaged(&format!("program {next} is missing")));
            };
            self.driver.deploy(engine.program(), kept.at, &mut self.keeper).map_err(|_| {
                StoreError::damaged(&format!("program {next} cannot have taken over from the one before it"))
            })?;
        }
        Ok(())
    }

    fn differs(
        &self,
        replayed: &Self,
        kept: &FxHashMap<ContactNumber, Row>,
        made: &Made,
    ) -> Vec<(ContactNumber, String)> {
        let count = self.contacts().max(replayed.contacts());
        let all = 0..ContactNumber::try_from(count).unwrap_or(ContactNumber::MAX);
        let row = |rows: &FxHashMap<_, Row>, number| rows.get(&number).copied().unwrap_or_default();
        let state = |shard: &Self, number| shard.driver.contact(number).map(write_contact);
        all.filter_map(|number| {
            let (kept, made) = (row(kept, number), row(&made.decisions, number));
            let why = if kept.count != made.count {
                format!("the log has {} decisions, and run again it makes {}", kept.count, made.count)
            } else if kept.hash != made.hash {
                "run again the log makes other decisions".to_owned()
            } else if state(self, number) != state(replayed, number) {
                "run again the log comes to another state".to_owned()
            } else {
                return None;
            };
            Some((number, why))
        })
        .collect()
    }
}
