//! What the log says of one contact: its entries from the latest to the first.

use std::collections::BinaryHeap;
use std::sync::Arc;

use flow_graph::Timestamp;
use flow_machine::decision::Outcome;
use flow_machine::{Decision, DecisionKind, Event};

use super::{Block, Blocks, Entry, Kind, Place, Writer, entries};

/// Walks back through the entries of a contact, and of those that became part of it: the latest place first.
pub struct History<'b> {
    open: BinaryHeap<Place>,
    source: Source<'b>,
    block: Option<Arc<Block>>,
}

struct Source<'b> {
    blocks: &'b dyn Blocks,
    writer: Option<&'b Writer>,
}

impl<'b> History<'b> {
    /// From a place back, through blocks that were written.
    pub fn new(place: Place, blocks: &'b dyn Blocks) -> Self {
        let open = Some(place).filter(|place| *place > 0).into_iter().collect();
        Self { open, source: Source { blocks, writer: None }, block: None }
    }

    /// Through what a writer has, too, and what may not be kept yet.
    #[must_use]
    pub fn with(mut self, writer: &'b Writer) -> Self {
        self.source.writer = Some(writer);
        self
    }

    fn read(&mut self, place: Place) -> Option<(Entry, u32)> {
        let there = |block: &&Arc<Block>| block.start <= place && place < block.end();
        let block = match self.block.as_ref().filter(there) {
            Some(block) => Arc::clone(block),
            None => self
                .source
                .writer
                .and_then(|writer| writer.unkept(place))
                .or_else(|| self.source.blocks.block(place))?,
        };
        let at = usize::try_from(place.checked_sub(block.start)?).ok()?;
        let entry = entries(block.bytes.get(at..)?, place).next()?;
        let program = block.program;
        self.block = Some(block);
        Some((entry, program))
    }
}

impl std::fmt::Debug for History<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("History").field("open", &self.open).finish_non_exhaustive()
    }
}

impl Iterator for History<'_> {
    /// An entry, and the program whose numbers it uses.
    type Item = (Entry, u32);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let place = self.open.pop()?;
            // What is gone was thrown away on purpose, with all that is before it.
            let Some((entry, program)) = self.read(place) else { continue };
            let also = if let Kind::United(theirs) = entry.kind { theirs } else { 0 };
            self.open.extend([entry.before, also].into_iter().filter(|place| *place > 0));
            return Some((entry, program));
        }
    }
}

/// The events of a contact, each with the instant at which it was taken and its program, in the order of arrival.
pub type Events = Vec<(Timestamp, Arc<Event>, u32)>;

impl History<'_> {
    /// The events in it but for one entry: those that came in and were no repetitions, and those that the program
    /// emitted.
    #[must_use]
    pub fn events_without(self, input: Place) -> Events {
        let mut events: Events = self
            .filter(|(entry, _)| entry.place != input)
            .filter_map(|(entry, program)| match entry.kind {
                Kind::Input { at, incoming, became: Outcome::Accepted | Outcome::Late } => {
                    incoming.event.map(|event| (at, event, program))
                }
                Kind::Decision(decision) => emitted(*decision).map(|(at, event)| (at, event, program)),
                Kind::Input { became: Outcome::Duplicate, .. } | Kind::United(_) | Kind::Gone => None,
            })
            .collect();
        events.reverse();
        events.sort_by_key(|(at, ..)| *at);
        events
    }
}

fn emitted(decision: Decision) -> Option<(Timestamp, Arc<Event>)> {
    if let DecisionKind::Emit(event) = decision.kind { Some((decision.at, event)) } else { None }
}
