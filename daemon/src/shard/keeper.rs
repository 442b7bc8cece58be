//! Listens to a driver: writes the log, counts, and collects what shall leave.

use std::collections::BTreeSet;
use std::sync::Arc;

use flow_graph::Timestamp;
use flow_machine::adopt::Change;
use flow_machine::decision::Outcome as Became;
use flow_machine::{Engine, Event};
use flow_runtime::driver::{Arriving, Turn};
use flow_runtime::identity::ContactNumber;
use flow_runtime::log::Entry;
use flow_runtime::{Decided, Observer, Tally};
use rustc_hash::FxHashMap;

use super::changed::Changed;
use super::compose;
use super::lineage::Lineage;
use super::replay::Made;
use crate::delivery::Delivery;
use crate::deploys::Progress;
use crate::log::{Blocks, History, Place, Writer};

/// Listens to a driver.
#[derive(Debug)]
pub(super) struct Keeper {
    pub(super) engine: Arc<Engine>,
    pub(super) lineage: Lineage,
    pub(super) log: Writer,
    pub(super) blocks: Arc<dyn Blocks>,
    pub(super) tally: Tally,
    pub(super) deliveries: Vec<Delivery>,
    pub(super) failures: Vec<(Delivery, String)>,
    /// Contacts whose state is not what the store has.
    pub(super) changed: Changed,
    /// Decisions that are in the log already and are made again: how many of each contact. Those are neither written
    /// nor delivered again.
    pub(super) again: FxHashMap<ContactNumber, u32>,
    /// What is run stands in the log already.
    pub(super) replays: bool,
    /// All of the log is run, to see whether it comes to the same: what it comes to.
    pub(super) made: Option<Made>,
    /// How far a program is that takes over.
    pub(super) progress: Arc<Progress>,
    /// The input that is being taken.
    input: Place,
    /// What became part of its contact while it is taken again: in the log that stands behind the input.
    joined: Vec<Place>,
    /// The turn in which something was decided last, of whom, and how much.
    turn: Option<(Turn, ContactNumber)>,
    ordinal: u32,
}

impl Keeper {
    pub(super) fn new(engine: Arc<Engine>, lineage: Lineage, log: Writer, blocks: Arc<dyn Blocks>) -> Self {
        Self {
            engine,
            lineage,
            log,
            blocks,
            tally: Tally::default(),
            deliveries: Vec::new(),
            failures: Vec::new(),
            changed: Changed::default(),
            again: FxHashMap::default(),
            replays: false,
            made: None,
            progress: Arc::default(),
            input: 0,
            joined: Vec::new(),
            turn: None,
            ordinal: 0,
        }
    }

    /// The events of a contact in the numbers of the program that runs; without the input that is being taken.
    fn events_of(&self, places: &[Place]) -> Vec<Entry> {
        let mut all: Vec<Entry> = Vec::new();
        let places: BTreeSet<Place> = places.iter().copied().collect();
        for place in places {
            let history = History::new(place, &*self.blocks).with(&self.log);
            all.extend(history.events_without(self.input).into_iter().filter_map(|(at, event, program)| {
                let event: Arc<Event> = self.lineage.current(event, program)?;
                Some((at, event))
            }));
        }
        all.sort_by_key(|(at, _)| *at);
        all
    }

    /// Whether a decision is made for the first time.
    fn is_new(&mut self, contact: ContactNumber) -> bool {
        let Some(left) = self.again.get_mut(&contact) else { return true };
        *left -= 1;
        if *left == 0 {
            self.again.remove(&contact);
        }
        false
    }

    /// How many decisions of the same turn of the contact came before this one.
    fn ordinal(&mut self, turn: Turn, contact: ContactNumber) -> u32 {
        if self.turn != Some((turn, contact)) {
            (self.turn, self.ordinal) = (Some((turn, contact)), 0);
        }
        self.ordinal += 1;
        self.ordinal
    }
}

impl Observer for Keeper {
    fn decided(&mut self, decided: Decided<'_>) {
        self.tally.decided(self.engine.program(), &decided);
        self.changed.insert(decided.contact);
        let ordinal = self.ordinal(decided.turn, decided.contact);
        if let Some(made) = &mut self.made {
            made.decisions.entry(decided.contact).or_default().add(&decided.decision);
            let leaves = compose::deliveries(self.engine.program(), &decided, ordinal);
            made.keys.extend(leaves.into_iter().map(|(delivery, _)| delivery.key));
            return;
        }
        if !self.is_new(decided.contact) {
            return;
        }
        self.log.decision(decided.contact, &decided.decision);
        for (delivery, why) in compose::deliveries(self.engine.program(), &decided, ordinal) {
            match why {
                None => self.deliveries.push(delivery),
                Some(why) => self.failures.push((delivery, why)),
            }
        }
    }

    fn arriving(&mut self, arriving: Arriving<'_>) {
        self.tally.arriving(&arriving);
        self.changed.insert(arriving.contact);
        self.changed.extend(arriving.merged);
        if !self.replays {
            self.input = self.log.input(arriving.contact, arriving.at, arriving.incoming);
        }
    }

    fn united(&mut self, contact: ContactNumber, other: ContactNumber) -> Option<Vec<Entry>> {
        self.joined.extend([self.log.place(contact), self.log.place(other)]);
        let events = self.events_of(&self.joined);
        if !self.replays {
            self.log.united(contact, other);
            self.joined.clear();
        }
        Some(events)
    }

    fn carrying(&mut self, _contact: ContactNumber) {
        self.progress.step();
    }

    fn events(&mut self, contact: ContactNumber) -> Option<Vec<Entry>> {
        Some(self.events_of(&[self.log.place(contact)]))
    }

    fn deployed(&mut self, change: &Change) {
        self.tally.deployed(change);
        self.engine = Arc::clone(change.engine());
        // It runs already, so nothing in it can be wrong.
        let _ = self.lineage.push(Arc::clone(change.engine()));
        self.log.deployed(self.lineage.number());
    }

    fn taken(&mut self, _contact: ContactNumber, became: Became) {
        if !self.replays {
            self.log.mark(self.input, became);
        }
        self.input = 0;
        self.joined.clear();
    }
}

impl Keeper {
    /// An input that stands in the log is taken again.
    pub(super) fn retaking(&mut self, place: Place) {
        self.input = place;
    }

    /// What was decided and is in the state of its contact already: only its figures are still to be counted.
    pub(super) fn count(&mut self, decided: &Decided<'_>) {
        self.tally.decided(self.engine.program(), decided);
    }

    /// When the clock of the log stands.
    pub(super) fn take_blocks(&mut self, at: Timestamp) -> Vec<Arc<crate::log::Block>> {
        self.log.take(at)
    }
}
