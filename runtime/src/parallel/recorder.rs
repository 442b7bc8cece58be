//! What is kept of a run: figures, and lines where somebody wants them.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use flow_machine::Engine;

use super::work::Keeper;
use super::write::Chunk;
use crate::driver::{Arriving, Decided, Observer};
use crate::identity::ContactNumber;
use crate::record::Record;
use crate::summary::{HeldOut, Tally};

/// Counts decisions, and makes lines of them where that is wanted.
pub(super) struct Recorder {
    engine: Arc<Engine>,
    pub(super) tally: Tally,
    pub(super) decisions: u64,
    chunk: Chunk,
    /// Where lines go, if anywhere.
    pipe: Option<SyncSender<Chunk>>,
}

impl Recorder {
    pub(super) fn new(engine: &Arc<Engine>, pipe: Option<SyncSender<Chunk>>) -> Self {
        Self { engine: Arc::clone(engine), tally: Tally::default(), decisions: 0, chunk: Chunk::default(), pipe }
    }
}

impl Observer for Recorder {
    fn decided(&mut self, decided: Decided<'_>) {
        let program = self.engine.program();
        self.decisions += 1;
        self.tally.decided(program, &decided);
        if self.pipe.is_some() {
            self.chunk.push(decided.turn, &Record::new(program, &decided));
        }
    }

    fn arriving(&mut self, arriving: Arriving<'_>) {
        self.tally.arriving(&arriving);
    }

    fn wants_content(&self) -> bool {
        self.pipe.is_some()
    }
}

impl Keeper for Recorder {
    type Luggage = HeldOut;

    fn go(&mut self, contact: ContactNumber) -> HeldOut {
        self.tally.go(contact)
    }

    fn come(&mut self, contact: ContactNumber, held_out: HeldOut) {
        self.tally.come(contact, held_out);
    }

    fn batch(&mut self) {
        if let Some(pipe) = &self.pipe {
            // Who does not listen any more has panicked, which is told when all come together.
            let _ = pipe.send(std::mem::take(&mut self.chunk));
        }
    }

    fn end(&mut self) {
        self.pipe = None;
    }
}
