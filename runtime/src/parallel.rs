//! A run on several processors: as many partitions of the contacts, and the same comes of it as from one driver.
//!
//! ```text
//!             ┌→ parser ─┐                 ┌→ partition ─┐
//! lines ─→ blocks        ├→ who, when ─→ batches         ├→ decisions, in order
//!             └→ parser ─┘                 └→ partition ─┘
//! ```
//!
//! * Blocks of lines are read and parsed side by side, and taken in the order of the file.
//! * One thread says of each input whom it speaks of and when it arrives, in their order: only there it matters what
//!   came before. It hands the inputs on in batches, each partition its own.
//! * Every partition has its batches in turn, lets all that is due up to the end of a batch happen, and then tells
//!   what it has decided in it. So decisions are put in order batch by batch, by their turns.
//! * Two contacts that become one may be in two partitions: then one of them is sent over. Whoever waits for it has done
//!   all that comes before, so no two can wait for each other.
//! * Queues are short: whoever is ahead waits.

mod look;
pub(crate) mod parse;
mod place;
mod recorder;
pub(crate) mod work;
mod write;

use std::io::{self, BufRead};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{Scope, ScopedJoinHandle};

use flow_graph::Timestamp;
use flow_machine::{Contact, Engine};

use crate::driver::partition::Partition;
use crate::driver::{Counts, Options};
use crate::identity::People;
use crate::ingest::segment::Sieve;
use crate::ingest::ties::Joining;
use crate::ingest::{Catalog, Format, Incoming, Rejection};
use crate::render::Renderer;
use crate::summary::{End, Summary, Tally};
pub use look::look;
use parse::{Parsed, Pool};
use place::Placer;
use recorder::Recorder;
use work::{Batch, Keeper, Lane, Worker};
use write::Chunk;

/// How many batches or chunks wait for somebody.
const WAITING: usize = 3;
/// How many inputs are handed on at once, where no block says so.
const BATCH: usize = 1_024;

/// What is to be run, and how.
#[derive(Debug)]
pub struct Plan {
    /// What is run.
    pub engine: Arc<Engine>,
    /// The names under which inputs arrive.
    pub catalog: Arc<Catalog>,
    /// What a driver would be told. No program can take over on the way.
    pub options: Options,
    /// Put all inputs into the order of their arrival first.
    pub sort: bool,
    /// How many partitions there are, at least one.
    pub jobs: usize,
}

/// A file of inputs.
#[derive(Debug)]
pub struct Source<R> {
    /// Its name in rejections.
    pub name: String,
    /// Its bytes.
    pub reader: R,
    /// What it looks like.
    pub format: Format,
    /// Who may turn out to be somebody else by all files of the run, where they were looked through for that. A prepared
    /// log knows it of itself.
    pub joining: Option<Arc<Joining>>,
}

/// Watches a run.
pub trait Watch {
    /// Something was not used; in the order of the files.
    fn rejected(&mut self, rejection: Rejection);

    /// So many more rows were read, which ended after so many bytes of all files.
    fn read(&mut self, rows: usize, bytes: u64) {
        let _ = (rows, bytes);
    }

    /// Everything is read and in order: so many inputs are to be decided.
    fn sorted(&mut self, inputs: usize) {
        let _ = inputs;
    }

    /// So many more of them are handed on.
    fn decided(&mut self, inputs: usize) {
        let _ = inputs;
    }
}

/// Takes decisions as lines of JSON, each with its end, in the order of the run.
pub type Out<'o> = Box<dyn FnMut(&[u8]) + Send + 'o>;

/// What a run came to.
#[derive(Debug)]
pub struct Ran {
    engine: Arc<Engine>,
    partitions: Vec<Partition>,
    tally: Tally,
    counts: Counts,
    now: Timestamp,
    decisions: u64,
}

/// A file could not be read, or does not fit its mapping.
#[derive(Debug)]
pub struct Unreadable {
    /// Its name.
    pub name: String,
    /// Why: of a mapping, with a [`MappingError`](crate::ingest::MappingError) inside.
    pub error: io::Error,
}

/// Runs all inputs of some files. Rejections are not counted in the figures: whoever watches has them.
///
/// # Errors
/// When a file cannot be read. What stands before that has happened, and what was decided has been told.
pub fn run<R: BufRead>(
    plan: &Plan,
    sources: Vec<Source<R>>,
    watch: &mut impl Watch,
    out: Option<Out<'_>>,
) -> Result<Ran, Unreadable> {
    let jobs = plan.jobs.max(1);
    let renderer = Renderer::shared(&plan.engine);
    std::thread::scope(|scope| {
        let mut pipes = out.map(|out| writer(scope, jobs, out)).into_iter().flatten();
        let workers = (0..jobs).map(|_| {
            let recorder = Recorder::new(&plan.engine, pipes.next());
            Worker::new(vec![Lane::new(&plan.engine, &renderer, plan.options, recorder)])
        });
        drive(plan, sources, watch, workers.collect()).map(|driven| collect(plan, driven))
    })
}

/// What comes of partitions that have worked.
pub(crate) struct Driven<K> {
    /// By partition, what it has of each lane.
    pub(crate) workers: Vec<Worker<K>>,
    /// Inputs that were taken, and those after the end.
    pub(crate) counts: Counts,
    /// Where the clock stands.
    pub(crate) now: Timestamp,
    /// When the first input was taken.
    pub(crate) first: Option<Timestamp>,
    /// Who is who.
    pub(crate) people: People,
}

/// Brings all inputs of some files to partitions at work.
pub(crate) fn drive<K: Keeper, R: BufRead>(
    plan: &Plan,
    sources: Vec<Source<R>>,
    watch: &mut impl Watch,
    workers: Vec<Worker<K>>,
) -> Result<Driven<K>, Unreadable> {
    let jobs = workers.len();
    std::thread::scope(|scope| {
        let (batches, workers): (_, Vec<_>) = workers
            .into_iter()
            .map(|worker| {
                let (sender, receiver) = sync_channel(WAITING);
                (sender, scope.spawn(move || worker.work(&receiver)))
            })
            .unzip();
        let mut stage = Stage { placer: Placer::new(plan.options, jobs), batches };
        let read = feed(plan, sources, Pool::new(scope, &plan.catalog, jobs, None), watch, &mut stage);
        stage.finish(plan.options, read.is_ok());
        let Stage { placer, batches } = stage;
        drop(batches);
        // A thread that panics takes the run with it: that is a mistake of ours.
        let join = |worker: ScopedJoinHandle<'_, Worker<K>>| {
            worker.join().unwrap_or_else(|why| std::panic::resume_unwind(why))
        };
        let workers = workers.into_iter().map(join).collect();
        let (counts, now, first) = (placer.counts(), placer.now(), placer.first());
        read.map(|()| Driven { workers, counts, now, first, people: placer.into_people() })
    })
}

/// Hands on all inputs of some files in their order; no machine runs. Of inputs that speak of nobody to whom some ids
/// lead, nothing is there but of whom they do, and when.
pub(crate) fn each<R: BufRead>(
    plan: &Plan,
    sources: Vec<Source<R>>,
    ids: &[Arc<str>],
    watch: &mut impl Watch,
    take: &mut dyn FnMut(&Incoming),
) -> Result<(), Unreadable> {
    std::thread::scope(|scope| {
        let only = Arc::new(Sieve::new(ids));
        let mut pool = Pool::new(scope, &plan.catalog, plan.jobs, Some(&only));
        let mut waiting: Vec<Incoming> = Vec::new();
        parse::all(sources, &plan.catalog, &mut pool, &mut |parsed: &mut Parsed| {
            watch.read(parsed.incoming.len() + parsed.rejected.len(), parsed.bytes);
            parsed.rejected.clear();
            if plan.sort {
                waiting.append(&mut parsed.incoming);
            } else {
                parsed.incoming.drain(..).for_each(|incoming| take(&incoming));
            }
        })?;
        waiting.sort_by_key(Incoming::arrives);
        waiting.iter().for_each(take);
        Ok(())
    })
}

/// A thread that writes what the partitions send it.
fn writer<'s>(scope: &'s Scope<'s, '_>, partitions: usize, out: Out<'s>) -> Vec<SyncSender<Chunk>> {
    let (pipes, ends): (Vec<_>, Vec<_>) = (0..partitions).map(|_| sync_channel(WAITING)).unzip();
    scope.spawn(move || write::write(&ends, out));
    pipes
}

fn feed<L, R: BufRead>(
    plan: &Plan,
    sources: Vec<Source<R>>,
    mut pool: Pool,
    watch: &mut impl Watch,
    stage: &mut Stage<L>,
) -> Result<(), Unreadable> {
    let mut waiting: Vec<Incoming> = Vec::new();
    parse::all(sources, &plan.catalog, &mut pool, &mut |parsed: &mut Parsed| {
        watch.read(parsed.incoming.len() + parsed.rejected.len(), parsed.bytes);
        parsed.rejected.drain(..).for_each(|rejection| watch.rejected(rejection));
        if plan.sort {
            waiting.append(&mut parsed.incoming);
        } else {
            stage.place(parsed.incoming.drain(..));
        }
    })?;
    if plan.sort {
        // Of one instant the order of the files stands.
        waiting.sort_by_key(Incoming::arrives);
        watch.sorted(waiting.len());
    }
    let mut waiting = waiting.into_iter();
    while waiting.len() > 0 {
        watch.decided(waiting.len().min(BATCH));
        stage.place(waiting.by_ref().take(BATCH));
    }
    Ok(())
}

/// Hands inputs on.
struct Stage<L> {
    placer: Placer<L>,
    batches: Vec<SyncSender<Batch<L>>>,
}

impl<L> Stage<L> {
    fn place(&mut self, inputs: impl Iterator<Item = Incoming>) {
        inputs.for_each(|incoming| self.placer.place(incoming));
        self.hand_on();
    }

    fn hand_on(&mut self) {
        for (sender, batch) in self.batches.iter().zip(self.placer.batches()) {
            // Who is gone has panicked, which is told when all come together.
            let _ = sender.send(batch);
        }
    }

    /// The end of the inputs: where they could be read to the end, the clock goes on to where the run was to end.
    fn finish(&mut self, options: Options, complete: bool) {
        if let Some(until) = options.until.filter(|_| complete) {
            self.placer.run_until(until);
            self.hand_on();
        }
    }
}

fn collect(plan: &Plan, driven: Driven<Recorder>) -> Ran {
    let mut ran = Ran {
        engine: Arc::clone(&plan.engine),
        partitions: Vec::with_capacity(driven.workers.len()),
        tally: Tally::default(),
        counts: driven.counts,
        now: driven.now,
        decisions: 0,
    };
    for Lane { partition, keeper } in driven.workers.into_iter().flat_map(Worker::into_lanes) {
        ran.counts.add(partition.counts());
        ran.tally.absorb(keeper.tally);
        ran.decisions += keeper.decisions;
        ran.partitions.push(partition);
    }
    ran
}

impl Ran {
    /// How much was decided.
    #[must_use]
    pub fn decisions(&self) -> u64 {
        self.decisions
    }

    /// How much has happened.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The contacts that were not merged into others, partition by partition.
    pub fn contacts(&self) -> impl Iterator<Item = &Contact> {
        self.partitions.iter().flat_map(Partition::contacts)
    }

    /// The figures of the run, with what was rejected as it was counted elsewhere.
    #[must_use]
    pub fn summary(&mut self, rejected: Tally) -> Summary {
        self.tally.absorb(rejected);
        let end = End { program: self.engine.program(), until: self.now, counts: self.counts, deployed: &[] };
        Summary::of(&end, &self.tally, self.contacts())
    }
}
