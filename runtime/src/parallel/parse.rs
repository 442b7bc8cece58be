//! Blocks of lines are parsed side by side, and come back in the order in which they were read.

use std::collections::VecDeque;
use std::io::{self, BufRead};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::Scope;

use super::{BATCH, Source, Unreadable};
use crate::ingest::blocks::{Block, Blocks};
use crate::ingest::calls::{Calls, File, Sink};
use crate::ingest::prepared::{Dictionary, Unpacker, next_block};
use crate::ingest::segment::Sieve;
use crate::ingest::stream::Rows;
use crate::ingest::{Catalog, Format, Incoming, Rejection};

/// How many blocks each parser has before it.
const AHEAD: usize = 2;

/// What a block, or some rows of a table, gave.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) incoming: Vec<Incoming>,
    pub(super) rejected: Vec<Rejection>,
    /// How many bytes of all files were read then.
    pub(super) bytes: u64,
    block: Block,
    /// A block of a prepared log instead.
    packed: Vec<u8>,
    dictionary: Option<Arc<Dictionary>>,
}

impl Sink for Parsed {
    fn accept(&mut self, incoming: Incoming) {
        self.incoming.push(incoming);
    }

    fn reject(&mut self, rejection: Rejection) {
        self.rejected.push(rejection);
    }
}

/// A thread that parses.
struct Parser {
    blocks: SyncSender<(Parsed, File)>,
    parsed: Receiver<Parsed>,
}

/// Threads that parse.
pub(super) struct Pool {
    parsers: Vec<Parser>,
    /// Which parsers are to be asked next, in this order.
    flying: VecDeque<usize>,
    next: usize,
    spare: Vec<Parsed>,
}

impl Pool {
    /// With a sieve, of most calls no more is read than whom they speak of, and when.
    pub(super) fn new<'s>(
        scope: &'s Scope<'s, '_>,
        catalog: &Arc<Catalog>,
        parsers: usize,
        only: Option<&Arc<Sieve>>,
    ) -> Self {
        let parser = |_| {
            let (blocks, asked) = sync_channel::<(Parsed, File)>(AHEAD);
            let (done, parsed) = sync_channel(AHEAD);
            let mut calls = Calls::new(Arc::clone(catalog), only.cloned());
            let mut unpacker = Unpacker::new(Arc::clone(catalog), only.cloned());
            scope.spawn(move || {
                for (mut parsed, file) in asked {
                    if let Some(dictionary) = parsed.dictionary.take() {
                        let packed = std::mem::take(&mut parsed.packed);
                        unpacker.read(&dictionary, &file, &packed, &mut parsed);
                        parsed.packed = packed;
                    } else {
                        let block = std::mem::take(&mut parsed.block);
                        calls.read(&file, &block, &mut parsed);
                        parsed.block = block;
                    }
                    if done.send(parsed).is_err() {
                        break;
                    }
                }
            });
            Parser { blocks, parsed }
        };
        Self { parsers: (0..parsers).map(parser).collect(), flying: VecDeque::new(), next: 0, spare: Vec::new() }
    }

    fn send(&mut self, parsed: Parsed, file: File) {
        if let Some(parser) = self.parsers.get(self.next)
            && parser.blocks.send((parsed, file)).is_ok()
        {
            self.flying.push_back(self.next);
        }
        self.next = (self.next + 1) % self.parsers.len().max(1);
    }

    fn is_full(&self) -> bool {
        self.flying.len() >= AHEAD * self.parsers.len()
    }

    /// Takes what the next block gave; `false` when none is being parsed.
    fn take(&mut self, take: &mut impl FnMut(&mut Parsed)) -> bool {
        let Some(next) = self.flying.pop_front() else { return false };
        if let Some(mut parsed) = self.parsers.get(next).and_then(|parser| parser.parsed.recv().ok()) {
            take(&mut parsed);
            self.spare.push(parsed);
        }
        true
    }
}

/// Reads all files, one after the other, and hands on what they give in their order.
pub(super) fn all<R: BufRead>(
    sources: Vec<Source<R>>,
    catalog: &Arc<Catalog>,
    pool: &mut Pool,
    take: &mut impl FnMut(&mut Parsed),
) -> Result<(), Unreadable> {
    let mut before = 0;
    for (number, source) in (0..).zip(sources) {
        let Source { name, reader, format, joining } = source;
        let file = File { name: Arc::from(name.as_str()), number, joining };
        let read = match format {
            Format::Segment => lines(reader, &file, &mut before, pool, take),
            Format::Prepared(dictionary) => prepared(reader, (&file, &dictionary), &mut before, pool, take),
            Format::Csv(mapping) => {
                while pool.take(take) {}
                let rows = Rows::new(Arc::clone(catalog), reader, file, &mapping);
                rows.and_then(|rows| table(rows, &mut before, take))
            }
        };
        if let Err(error) = read {
            while pool.take(take) {}
            return Err(Unreadable { name, error });
        }
    }
    while pool.take(take) {}
    Ok(())
}

fn lines<R: BufRead>(
    reader: R,
    file: &File,
    before: &mut u64,
    pool: &mut Pool,
    take: &mut impl FnMut(&mut Parsed),
) -> io::Result<()> {
    let mut blocks = Blocks::new(reader);
    loop {
        let mut parsed = pool.spare.pop().unwrap_or_default();
        if !blocks.next(&mut parsed.block)? {
            *before += blocks.bytes();
            return Ok(());
        }
        parsed.bytes = *before + blocks.bytes();
        pool.send(parsed, file.clone());
        if pool.is_full() {
            pool.take(take);
        }
    }
}

fn prepared<R: BufRead>(
    mut reader: R,
    (file, dictionary): (&File, &Arc<Dictionary>),
    before: &mut u64,
    pool: &mut Pool,
    take: &mut impl FnMut(&mut Parsed),
) -> io::Result<()> {
    loop {
        let mut parsed = pool.spare.pop().unwrap_or_default();
        if !next_block(&mut reader, &mut parsed.packed)? {
            return Ok(());
        }
        *before += parsed.packed.len() as u64;
        parsed.bytes = *before;
        parsed.dictionary = Some(Arc::clone(dictionary));
        pool.send(parsed, file.clone());
        if pool.is_full() {
            pool.take(take);
        }
    }
}

fn table<R: BufRead>(mut rows: Rows<R>, before: &mut u64, take: &mut impl FnMut(&mut Parsed)) -> io::Result<()> {
    let mut parsed = Parsed::default();
    loop {
        let more = rows.next(&mut parsed);
        let full = parsed.incoming.len() + parsed.rejected.len() >= BATCH;
        if full || !matches!(more, Ok(true)) {
            parsed.bytes = *before + rows.bytes();
            take(&mut parsed);
        }
        if !more? {
            *before += rows.bytes();
            return Ok(());
        }
    }
}
