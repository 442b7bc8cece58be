//! A shard that goes on where another one stopped, however it stopped.
//!
//! The states are read; what the log has behind the mark is run again, each input only for a contact whose state does
//! not have it. The machine is exact, so the same is decided: what stands in the log is not written or delivered again,
//! and what does not was about to be decided when the other one stopped, and is decided now.

use std::sync::Arc;

use flow_machine::Contact;
use flow_runtime::driver::Side;
use flow_runtime::driver::Turn;
use flow_runtime::driver::restore::Standing;
use flow_runtime::identity::{ContactNumber, People};
use flow_runtime::{Decided, Driver, Renderer};
use rustc_hash::FxHashMap;

use super::keeper::Keeper;
use super::lineage::Lineage;
use super::{OPTIONS, Shard};
use crate::log::{Block, Blocks, Entry, Kind, Place, Writer, entries};
use crate::store::{Kept, Mark, State, Store, StoreError, read_contact, read_tally};

impl Shard {
    /// Goes on where a store stands; `None` where nothing was kept yet.
    ///
    /// # Errors
    /// When the store cannot be read, is damaged, or holds a log that its programs do not make.
    pub fn restore(store: &mut dyn Store, blocks: Arc<dyn Blocks>) -> Result<Option<Self>, StoreError> {
        let kept = store.load()?;
        let lineage = Lineage::read(&kept.programs)?;
        let Some(engine) = lineage.last().cloned() else { return Ok(None) };
        let Kept { mark, states, end, erased, .. } = kept;
        let mark = mark.ok_or_else(|| StoreError::damaged("it has programs and no states"))?;
        let mut people = People::noting();
        mark.news.iter().cloned().for_each(|news| people.learn(news));
        let states = Stated::read(states, people.len())?;
        let standing = Standing { people, contacts: states.contacts, counts: mark.counts, now: mark.now };
        let driver = Driver::restore(Arc::clone(&engine), Renderer::shared(&engine), OPTIONS, standing);
        let log = Writer::new(end, lineage.number(), states.places);
        let mut keeper = Keeper::new(engine, lineage, log, blocks);
        keeper.tally = read_tally(&mark.tally)?;
        let mut shard = Self { erased, ..Self::with(driver, keeper) };
        shard.run_again(store, &mark, &states.upto, states.ahead)?;
        Ok(Some(shard))
    }

    /// Runs what the log has behind the mark.
    fn run_again(
        &mut self,
        store: &mut dyn Store,
        mark: &Mark,
        upto: &[Place],
        mut ahead: Ahead,
    ) -> Result<(), StoreError> {
        let has = |contact: ContactNumber, place: Place| {
            usize::try_from(contact).ok().and_then(|at| upto.get(at)).is_some_and(|upto| place < *upto)
        };
        let mut stood = mark.now;
        each_block(store, mark.upto, |block| {
            stood = stood.max(block.at);
            for entry in since(block, mark.upto) {
                if matches!(entry.kind, Kind::Decision(_)) && !has(entry.contact, entry.place) {
                    *self.keeper.again.entry(entry.contact).or_default() += 1;
                }
            }
        })?;
        self.keeper.replays = true;
        each_block(store, mark.upto, |block| {
            for entry in since(block, mark.upto) {
                self.again(entry, has, &mut ahead);
            }
        })?;
        // What was decided after the last input, as time passed.
        self.driver.run_until(stood, &mut self.keeper);
        self.keeper.replays = false;
        if !self.keeper.again.is_empty() {
            return Err(StoreError::damaged("its log holds decisions that its programs do not make"));
        }
        if !ahead.is_empty() {
            return Err(StoreError::damaged("it has states of contacts that its log does not know"));
        }
        Ok(())
    }

    pub(super) fn again(&mut self, entry: Entry, has: impl Fn(ContactNumber, Place) -> bool, ahead: &mut Ahead) {
        let Entry { place, contact, .. } = entry;
        match entry.kind {
            Kind::Input { incoming, became, .. } => {
                self.keeper.retaking(place);
                let has = |contact| has(contact, place);
                let stands = |contact| ahead.remove(&contact);
                self.driver.retake((*incoming, became), has, stands, &mut self.keeper);
            }
            Kind::Decision(decision) if has(contact, place) => {
                let Some(id) = self.driver.contact(contact).map(|contact| Arc::clone(&contact.id)) else { return };
                let turn = Turn { at: decision.at, input: false, number: contact.into() };
                self.keeper.count(&Decided {
                    side: Side::Both,
                    turn,
                    contact,
                    id: &id,
                    decision: *decision,
                    content: None,
                });
            }
            Kind::Decision(_) | Kind::United(_) | Kind::Gone => {}
        }
        self.keeper.log.set_place(contact, place);
    }
}

/// Contacts whose state was kept before it was known, at the mark, that they are there: they came since.
pub(super) type Ahead = FxHashMap<ContactNumber, Contact>;

/// The states of a store.
struct Stated {
    /// Those who were known at the mark, by their numbers.
    contacts: Vec<Contact>,
    ahead: Ahead,
    /// By the numbers of all: the latest entry, and up to where the log is in the state. 0: there is none yet.
    places: Vec<Place>,
    upto: Vec<Place>,
}

impl Stated {
    /// Of so many it is known at the mark that they are there.
    fn read(states: Vec<State>, known: usize) -> Result<Self, StoreError> {
        let count = states.len();
        let mut all = Self {
            contacts: Vec::with_capacity(known),
            ahead: Ahead::default(),
            places: Vec::with_capacity(count),
            upto: Vec::with_capacity(count),
        };
        for State { number, upto, place, contact } in states {
            let contact = read_contact(number, &contact)?;
            let at = usize::try_from(number).unwrap_or(usize::MAX);
            if at >= known {
                all.ahead.insert(number, contact);
                all.places.resize(at, 0);
                all.upto.resize(at, 0);
            } else if at == all.contacts.len() {
                all.contacts.push(contact);
            } else {
                break;
            }
            all.places.push(place);
            all.upto.push(upto);
        }
        if all.contacts.len() < known {
            return Err(StoreError::damaged(&format!("the state of contact {} is missing", all.contacts.len())));
        }
        Ok(all)
    }
}

pub(super) fn each_block(store: &mut dyn Store, from: Place, mut each: impl FnMut(&Block)) -> Result<(), StoreError> {
    let mut from = from.max(1);
    loop {
        let blocks = store.blocks(from)?;
        if blocks.is_empty() {
            return Ok(());
        }
        for block in &blocks {
            if block.start > from {
                return Err(StoreError::damaged(&format!("its log lacks what stood at {from}")));
            }
            from = block.end();
            each(block);
        }
    }
}

/// The entries of a block from a place on.
fn since(block: &Block, from: Place) -> impl Iterator<Item = Entry> {
    entries(&block.bytes, block.start).filter(move |entry| entry.place >= from)
}
