//! Files of lines are looked through for ids alone, before they are read for good: who may turn out to be somebody else.
//!
//! The order of calls does not matter for that. Most blocks are not even cut into lines: where no anonymous id and no
//! earlier one is named, nobody is named by two.

use std::io::{self, BufRead};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use memchr::memmem::Finder;

use super::{Source, Unreadable, WAITING, Watch};
use crate::ingest::blocks::{Block, Blocks, Row};
use crate::ingest::json::Document;
use crate::ingest::ties::Ties;
use crate::ingest::{Format, MAX_LINE_BYTES};

/// A thread that looks through blocks, and those that it is done with.
struct Looker {
    blocks: SyncSender<Block>,
    spare: Receiver<Block>,
}

/// Looks through all files of lines, on so many threads. Of other files nothing is read.
///
/// # Errors
/// When a file cannot be read.
pub fn look<R: BufRead>(sources: Vec<Source<R>>, jobs: usize, watch: &mut impl Watch) -> Result<Ties, Unreadable> {
    std::thread::scope(|scope| {
        let (lookers, threads): (Vec<_>, Vec<_>) = (0..jobs.max(1))
            .map(|_| {
                let (blocks, asked) = sync_channel(WAITING);
                let (done, spare) = sync_channel(2 * WAITING);
                (Looker { blocks, spare }, scope.spawn(move || all(&asked, &done)))
            })
            .unzip();
        let mut before = 0;
        let mut read = Ok(());
        for Source { name, reader, format, .. } in sources {
            if format == Format::Segment {
                read = hand_on(reader, &lookers, &mut before, watch).map_err(|error| Unreadable { name, error });
            }
            if read.is_err() {
                break;
            }
        }
        drop(lookers);
        let mut ties = Ties::default();
        for thread in threads {
            // A thread that panics takes the run with it: that is a mistake of ours.
            ties.absorb(thread.join().unwrap_or_else(|why| std::panic::resume_unwind(why)));
        }
        read.map(|()| ties)
    })
}

fn hand_on<R: BufRead>(reader: R, lookers: &[Looker], before: &mut u64, watch: &mut impl Watch) -> io::Result<()> {
    let mut blocks = Blocks::new(reader);
    let mut lines = 0;
    for looker in lookers.iter().cycle() {
        let mut block = looker.spare.try_recv().unwrap_or_default();
        if !blocks.next(&mut block)? {
            break;
        }
        watch.read(blocks.lines().saturating_sub(lines), *before + blocks.bytes());
        lines = blocks.lines();
        // Who is gone has panicked, which is told when all come together.
        let _ = looker.blocks.send(block);
    }
    *before += blocks.bytes();
    Ok(())
}

/// Looks through blocks until no more come.
fn all(blocks: &Receiver<Block>, done: &SyncSender<Block>) -> Ties {
    let mut glance = Glance::new();
    for block in blocks {
        if glance.may_say(block.bytes()) {
            block.rows().for_each(|row| glance.row(row));
        }
        let _ = done.try_send(block);
    }
    glance.ties
}

/// Looks for ids.
struct Glance {
    document: Document,
    ties: Ties,
    words: [Finder<'static>; 2],
}

impl Glance {
    fn new() -> Self {
        let words = ["anonymousId", "previousId"].map(Finder::new);
        Self { document: Document::default(), ties: Ties::default(), words }
    }

    /// Whether anybody may be named otherwise than as a user. A key may be written with escapes.
    fn may_say(&self, bytes: &[u8]) -> bool {
        memchr::memchr(b'\\', bytes).is_some() || self.words.iter().any(|word| word.find(bytes).is_some())
    }

    fn row(&mut self, row: Row<'_>) {
        let Some(text) = row.text.filter(|text| !row.too_long && text.len() <= MAX_LINE_BYTES) else { return };
        if self.may_say(text.as_bytes())
            && let Ok(tree) = self.document.read(text)
        {
            self.ties.line(&tree);
        }
    }
}
