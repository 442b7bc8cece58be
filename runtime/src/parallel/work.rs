//! One partition at work.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender};

use flow_graph::Timestamp;
use flow_machine::Engine;
use flow_machine::contact::WARM_AT_ONCE;
use smallvec::SmallVec;

use crate::driver::Observer;
use crate::driver::Options;
use crate::driver::beside::Beside;
use crate::driver::leaving::Leaving;
use crate::driver::partition::{Partition, Placed, SlotNumber};
use crate::identity::ContactNumber;
use crate::ingest::Incoming;
use crate::render::Renderer;

/// Keeps something of each contact of a partition while it works.
pub(crate) trait Keeper: Observer + Send {
    /// What is kept of one contact.
    type Luggage: Send;

    /// A contact leaves, with what is kept of it.
    fn go(&mut self, contact: ContactNumber) -> Self::Luggage;

    /// A contact comes from elsewhere.
    fn come(&mut self, contact: ContactNumber, luggage: Self::Luggage);

    /// All of a batch was done.
    fn batch(&mut self) {}

    /// Nothing more comes.
    fn end(&mut self) {}
}

/// The contacts of a partition under one program.
pub(crate) struct Lane<K> {
    pub(crate) partition: Partition,
    pub(crate) keeper: K,
}

impl<K> Lane<K> {
    /// Without contacts.
    pub(crate) fn new(engine: &Arc<Engine>, renderer: &Arc<Renderer>, options: Options, keeper: K) -> Self {
        let partition = Partition::new(Arc::clone(engine), Arc::clone(renderer), options.keeps_log());
        Self { partition, keeper }
    }

    /// The same under two programs of one shape.
    pub(crate) fn of_twins(beside: Beside, renderer: &Arc<Renderer>, options: Options, keeper: K) -> Self {
        Self { partition: Partition::of_twins(Arc::clone(renderer), options.keeps_log(), beside), keeper }
    }
}

/// What a partition has to do.
pub(crate) struct Batch<L> {
    pub(super) tasks: Vec<Task<L>>,
    /// Then everything due up to here happens.
    pub(super) until: Timestamp,
}

/// One thing that a partition has to do.
#[expect(clippy::large_enum_variant, reason = "nearly all are inputs, and they stand in one list")]
pub(super) enum Task<L> {
    /// An input for one of its contacts.
    Take {
        /// The input.
        incoming: Incoming,
        /// Whom it speaks of, and when it is taken.
        placed: Placed,
        /// Who is merged into the contact.
        joining: Vec<Joining<L>>,
        /// Their numbers.
        merged: Vec<ContactNumber>,
    },
    /// A contact goes over to another partition, as it is when everything due up to an instant has happened.
    Leave {
        /// Which.
        slot: SlotNumber,
        /// When.
        at: Timestamp,
        /// Who waits for it; gone once it was told, so that nobody waits in vain.
        to: Option<SyncSender<Over<L>>>,
    },
}

impl<L> Task<L> {
    /// Whose it is.
    fn slot(&self) -> SlotNumber {
        match self {
            Self::Take { placed, .. } => placed.slot,
            Self::Leave { slot, .. } => *slot,
        }
    }
}

/// A contact that is merged into another one.
pub(super) enum Joining<L> {
    /// It is in the same partition.
    Here(SlotNumber),
    /// It comes from another one.
    From(Receiver<Over<L>>),
}

/// A contact on its way to another partition, lane by lane.
pub(super) struct Over<L> {
    lanes: Lanes<(Leaving, L)>,
}

/// One of each lane.
type Lanes<T> = SmallVec<[T; 1]>;

/// A partition of the contacts: under one program, or under several side by side. Each task is done under all of them
/// before the next one, so that who waits for a contact of another partition has done all that comes before.
pub(crate) struct Worker<K> {
    lanes: Vec<Lane<K>>,
}

impl<K: Keeper> Worker<K> {
    pub(crate) fn new(lanes: Vec<Lane<K>>) -> Self {
        Self { lanes }
    }

    pub(crate) fn into_lanes(self) -> Vec<Lane<K>> {
        self.lanes
    }

    /// Works until nothing more comes.
    pub(super) fn work(mut self, batches: &Receiver<Batch<K::Luggage>>) -> Self {
        for batch in batches {
            let Batch { mut tasks, until } = batch;
            for tasks in tasks.chunks_mut(WARM_AT_ONCE) {
                self.lanes.iter().for_each(|lane| lane.partition.warm(tasks.iter().map(Task::slot)));
                tasks.iter_mut().for_each(|task| self.task(task));
            }
            for lane in &mut self.lanes {
                lane.partition.run_until(until, &mut lane.keeper);
                lane.keeper.batch();
            }
        }
        self.lanes.iter_mut().for_each(|lane| lane.keeper.end());
        self
    }

    fn task(&mut self, task: &mut Task<K::Luggage>) {
        match task {
            Task::Take { incoming, placed, joining, merged } => {
                let mut joined = self.join(placed.at, joining);
                let Some((last, others)) = self.lanes.split_last_mut() else { return };
                for (number, lane) in others.iter_mut().enumerate() {
                    let kept = (incoming.event.clone(), incoming.changes.clone(), placed.created.clone());
                    let joined = joined.get_mut(number).map(std::mem::take).unwrap_or_default();
                    lane.partition.take(incoming, placed, (joined, merged), &mut lane.keeper);
                    (incoming.event, incoming.changes, placed.created) = kept;
                }
                last.partition.take(incoming, placed, (joined.pop().unwrap_or_default(), merged), &mut last.keeper);
            }
            Task::Leave { slot, at, to } => {
                let leave = |lane: &mut Lane<K>| {
                    lane.partition.run_until(*at, &mut lane.keeper);
                    let leaving = lane.partition.leave(*slot, true)?;
                    let luggage = lane.keeper.go(leaving.number);
                    Some((leaving, luggage))
                };
                let lanes: Lanes<_> = self.lanes.iter_mut().filter_map(leave).collect();
                if let Some(to) = to.take() {
                    let _ = to.send(Over { lanes });
                }
            }
        }
    }

    /// Lets time pass up to an instant, and fetches those who are merged then: lane by lane.
    fn join(&mut self, at: Timestamp, joining: &mut Vec<Joining<K::Luggage>>) -> Lanes<Vec<Leaving>> {
        let mut joined: Lanes<Vec<Leaving>> = SmallVec::with_capacity(self.lanes.len());
        for lane in &mut self.lanes {
            lane.partition.run_until(at, &mut lane.keeper);
            joined.push(Vec::new());
        }
        for joining in joining.drain(..) {
            match joining {
                Joining::Here(slot) => {
                    for (lane, joined) in self.lanes.iter_mut().zip(&mut joined) {
                        joined.extend(lane.partition.leave(slot, false));
                    }
                }
                Joining::From(partition) => {
                    let Ok(over) = partition.recv() else { continue };
                    for ((lane, joined), (leaving, luggage)) in self.lanes.iter_mut().zip(&mut joined).zip(over.lanes) {
                        lane.keeper.come(leaving.number, luggage);
                        joined.push(leaving);
                    }
                }
            }
        }
        joined
    }
}
