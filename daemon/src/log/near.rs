//! Blocks that were read last, kept for who reads many entries that are near each other.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Block, Blocks, Place};

/// How many blocks are kept: some megabytes.
const KEPT: usize = 128;

/// Blocks that were read last: whoever goes through all contacts, in the order in which they came, finds most of what
/// they have done in them. It holds as long as nothing is erased: it is made for one such walk.
#[derive(Debug)]
pub struct Near {
    blocks: Arc<dyn Blocks>,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    blocks: BTreeMap<Place, Arc<Block>>,
    /// The places at which they start, the one that was read first in front.
    order: VecDeque<Place>,
}

impl Near {
    /// In front of whoever has the blocks.
    #[must_use]
    pub fn new(blocks: Arc<dyn Blocks>) -> Self {
        Self { blocks, kept: Mutex::default() }
    }
}

impl Blocks for Near {
    fn block(&self, place: Place) -> Option<Arc<Block>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let near = kept.blocks.range(..=place).next_back().map(|(_, block)| block);
        if let Some(block) = near.filter(|block| place < block.end()) {
            return Some(Arc::clone(block));
        }
        let block = self.blocks.block(place)?;
        if kept.order.len() >= KEPT
            && let Some(first) = kept.order.pop_front()
        {
            kept.blocks.remove(&first);
        }
        kept.order.push_back(block.start);
        kept.blocks.insert(block.start, Arc::clone(&block));
        Some(block)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use flow_graph::Timestamp;

    use super::*;

    /// Blocks of ten bytes each, and how often one was read.
    #[derive(Debug, Default)]
    struct Tens(AtomicU64);

    impl Blocks for Tens {
        fn block(&self, place: Place) -> Option<Arc<Block>> {
            self.0.fetch_add(1, Ordering::Relaxed);
            let start = place / 10 * 10;
            (place < 100_000).then(|| Arc::new(Block { start, at: Timestamp(0), program: 1, bytes: vec![0; 10] }))
        }
    }

    #[test]
    fn what_is_near_is_read_once() {
        let tens = Arc::new(Tens::default());
        let near = Near::new(Arc::clone(&tens) as Arc<dyn Blocks>);
        let read = || tens.0.load(Ordering::Relaxed);
        for place in (0..20_000).chain(19_000..20_000) {
            assert_eq!(near.block(place).map(|block| block.start), Some(place / 10 * 10));
        }
        assert_eq!(read(), 2_000, "those that were read last are still there");
        assert!(near.block(3).is_some() && read() == 2_001, "no more of them than so many");
        assert!(near.block(100_000).is_none());
        assert_eq!(near.kept.lock().unwrap().blocks.len(), KEPT);
    }
}
