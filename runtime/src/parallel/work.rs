//! One partition at work.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender};

use flow_graph::Timestamp;
use flow_machine::Engine;
use flow_machine::contact::WARM_AT_ONCE;

use super::Plan;
use super::write::Chunk;
use crate::driver::partition::{Leaving, Partition, Placed, SlotNumber};
use crate::driver::{Arriving, Decided, Observer};
use crate::identity::ContactNumber;
use crate::ingest::Incoming;
use crate::record::Record;
use crate::render::Renderer;
use crate::summary::{HeldOut, Tally};

/// What a partition has to do.
pub(super) struct Batch {
    pub(super) tasks: Vec<Task>,
    /// Then everything due up to here happens.
    pub(super) until: Timestamp,
}

/// One thing that a partition has to do.
#[expect(clippy::large_enum_variant, reason = "nearly all are inputs, and they stand in one list")]
pub(super) enum Task {
    /// An input for one of its contacts.
    Take {
        /// The input.
        incoming: Incoming,
        /// Whom it speaks of, and when it is taken.
        placed: Placed,
        /// Who is merged into the contact.
        joining: Vec<Joining>,
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
        to: Option<SyncSender<Over>>,
    },
}

impl Task {
    /// Whose it is.
    fn slot(&self) -> SlotNumber {
        match self {
            Self::Take { placed, .. } => placed.slot,
            Self::Leave { slot, .. } => *slot,
        }
    }
}

/// A contact that is merged into another one.
pub(super) enum Joining {
    /// It is in the same partition.
    Here(SlotNumber),
    /// It comes from another one.
    From(Receiver<Over>),
}

/// A contact on its way to another partition.
pub(super) struct Over {
    leaving: Leaving,
    held_out: HeldOut,
}

/// A partition with what is counted of it.
pub(super) struct Worker {
    partition: Partition,
    recorder: Recorder,
    pipe: Option<SyncSender<Chunk>>,
}

impl Worker {
    pub(super) fn new(plan: &Plan, renderer: Arc<Renderer>, pipe: Option<SyncSender<Chunk>>) -> Self {
        let recorder = Recorder {
            engine: Arc::clone(&plan.engine),
            tally: Tally::default(),
            decisions: 0,
            chunk: pipe.is_some().then(Chunk::default),
        };
        let partition = Partition::new(Arc::clone(&plan.engine), renderer, plan.options.keeps_log());
        Self { partition, recorder, pipe }
    }

    pub(super) fn into_parts(self) -> (Partition, Tally, u64) {
        (self.partition, self.recorder.tally, self.recorder.decisions)
    }

    /// Works until nothing more comes.
    pub(super) fn work(mut self, batches: &Receiver<Batch>) -> Self {
        for batch in batches {
            let Batch { mut tasks, until } = batch;
            for tasks in tasks.chunks_mut(WARM_AT_ONCE) {
                self.partition.warm(tasks.iter().map(Task::slot));
                tasks.iter_mut().for_each(|task| self.task(task));
            }
            self.partition.run_until(until, &mut self.recorder);
            if let Some((pipe, chunk)) = self.pipe.as_ref().zip(self.recorder.chunk.as_mut()) {
                // Who does not listen any more has panicked, which is told when all come together.
                let _ = pipe.send(std::mem::take(chunk));
            }
        }
        self.pipe = None;
        self
    }

    fn task(&mut self, task: &mut Task) {
        match task {
            Task::Take { incoming, placed, joining, merged } => {
                self.partition.run_until(placed.at, &mut self.recorder);
                let mut joined = Vec::with_capacity(joining.len());
                for joining in joining.drain(..) {
                    joined.extend(match joining {
                        Joining::Here(slot) => self.partition.leave(slot, false),
                        Joining::From(partition) => partition.recv().ok().map(|over| {
                            self.recorder.tally.come(over.leaving.number, over.held_out);
                            over.leaving
                        }),
                    });
                }
                self.partition.take(incoming, placed, (joined, merged), &mut self.recorder);
            }
            Task::Leave { slot, at, to } => {
                self.partition.run_until(*at, &mut self.recorder);
                let leaving = self.partition.leave(*slot, true);
                if let Some((leaving, to)) = leaving.zip(to.take()) {
                    let held_out = self.recorder.tally.go(leaving.number);
                    let _ = to.send(Over { leaving, held_out });
                }
            }
        }
    }
}

/// Counts decisions, and makes lines of them where that is wanted.
struct Recorder {
    engine: Arc<Engine>,
    tally: Tally,
    decisions: u64,
    chunk: Option<Chunk>,
}

impl Observer for Recorder {
    fn decided(&mut self, decided: Decided<'_>) {
        let program = self.engine.program();
        self.decisions += 1;
        self.tally.decided(program, &decided);
        if let Some(chunk) = &mut self.chunk {
            chunk.push(decided.turn, &Record::new(program, &decided));
        }
    }

    fn arriving(&mut self, arriving: Arriving<'_>) {
        self.tally.arriving(&arriving);
    }

    fn wants_content(&self) -> bool {
        self.chunk.is_some()
    }
}
