//! The log up to an instant, for whoever reads it while it grows.

use std::sync::Arc;

use super::{Block, Blocks, Place, Writer};

/// The log up to an instant: what is kept, and what may not be kept yet. It holds for as long as somebody reads, and
/// nobody who writes has to wait for that.
#[derive(Debug, Clone)]
pub struct Recent {
    /// Those that may not be kept yet, in order.
    unkept: Vec<Arc<Block>>,
    kept: Arc<dyn Blocks>,
    end: Place,
}

impl Recent {
    /// What a writer has come to.
    #[must_use]
    pub fn new(writer: &Writer, kept: &Arc<dyn Blocks>) -> Self {
        Self { unkept: writer.unkept_blocks(), kept: Arc::clone(kept), end: writer.next() }
    }

    /// The place behind the last entry.
    #[must_use]
    pub fn end(&self) -> Place {
        self.end
    }
}

impl Blocks for Recent {
    fn block(&self, place: Place) -> Option<Arc<Block>> {
        let holds = |block: &&Arc<Block>| block.start <= place && place < block.end();
        self.unkept.iter().find(holds).cloned().or_else(|| self.kept.block(place))
    }
}
