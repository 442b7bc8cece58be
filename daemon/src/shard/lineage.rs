//! The programs that have run, so that what an earlier one wrote can be read with the one that runs.

use std::collections::BTreeSet;
use std::sync::Arc;

use flow_graph::Program;
use flow_machine::adopt::Change;
use flow_machine::engine::EngineError;
use flow_machine::{Engine, Event};
use flow_runtime::Incoming;

use crate::store::{Deployed, StoreError};

/// The programs that have run, and how each follows from the one before it.
#[derive(Debug, Clone, Default)]
pub struct Lineage {
    /// By number, from 1.
    engines: Vec<Arc<Engine>>,
    /// From each to the next.
    changes: Vec<Arc<Change>>,
}

impl Lineage {
    /// Reads the programs of a store, in their order.
    ///
    /// # Errors
    /// When one cannot be read any more.
    pub fn read(programs: &[Deployed]) -> Result<Self, StoreError> {
        let mut lineage = Self::default();
        for kept in programs {
            let wrong =
                |why: String| StoreError::new(format!("program {} of the store cannot be run: {why}", kept.number));
            let program: Program = serde_json::from_str(&kept.program).map_err(|error| wrong(error.to_string()))?;
            flow_graph::verify(&program).map_err(|error| wrong(error.to_string()))?;
            let engine = Engine::new(Arc::new(program)).map_err(|error| wrong(error.to_string()))?;
            lineage.push(Arc::new(engine)).map_err(|error| wrong(error.to_string()))?;
        }
        Ok(lineage)
    }

    /// One more program.
    ///
    /// # Errors
    /// When it cannot be run.
    pub fn push(&mut self, engine: Arc<Engine>) -> Result<(), EngineError> {
        if let Some(last) = self.engines.last() {
            let change = Change::new(Arc::clone(last), engine.program(), BTreeSet::new())?;
            self.changes.push(Arc::new(change));
        }
        self.engines.push(engine);
        Ok(())
    }

    /// The number of the program that runs; 0: none does.
    #[must_use]
    pub fn number(&self) -> u32 {
        u32::try_from(self.engines.len()).unwrap_or(u32::MAX)
    }

    /// A program by its number.
    #[must_use]
    pub fn engine(&self, number: u32) -> Option<&Arc<Engine>> {
        self.engines.get(usize::try_from(number.checked_sub(1)?).ok()?)
    }

    /// The program that runs.
    #[must_use]
    pub fn last(&self) -> Option<&Arc<Engine>> {
        self.engines.last()
    }

    /// What a number of an earlier program is in the one that runs, told by what each change says of it; none where that
    /// has no such thing.
    #[must_use]
    pub fn follow<T>(&self, program: u32, it: T, step: impl Fn(&Change, T) -> Option<T>) -> Option<T> {
        let skip = usize::try_from(program.saturating_sub(1)).unwrap_or(usize::MAX);
        self.changes.iter().skip(skip).try_fold(it, |it, change| step(change, it))
    }

    /// An event of an earlier program in the numbers of the one that runs; none where that has no such event.
    #[must_use]
    pub fn current(&self, event: Arc<Event>, program: u32) -> Option<Arc<Event>> {
        let skip = usize::try_from(program.saturating_sub(1)).unwrap_or(usize::MAX);
        self.changes.iter().skip(skip).try_fold(event, |event, change| change.event(&event))
    }

    /// A call that was read with an earlier program in the numbers of the one that runs.
    #[must_use]
    pub fn current_call(&self, mut call: Incoming, program: u32) -> Incoming {
        let skip = usize::try_from(program.saturating_sub(1)).unwrap_or(usize::MAX);
        for change in self.changes.iter().skip(skip) {
            call.event = call.event.and_then(|event| change.event(&event));
            call.changes = call.changes.iter().filter_map(|(field, value)| change.field(*field, value)).collect();
        }
        call
    }
}
