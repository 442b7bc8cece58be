//! Rows are read here and sent to a daemon that runs, many at once.

use std::sync::Arc;

use flow_daemon::import::{Batch, named};
use flow_daemon::shard::Release;
use flow_graph::canonical::fingerprint_of;
use flow_machine::Engine;
use flow_runtime::Incoming;
use flow_runtime::ingest::{Catalog, Inputs, Read, Rejection};

use crate::args::ImportArgs;
use crate::args::remote::ToArgs;
use crate::failure::{Exit, Failure};
use crate::input::{Source, unreadable};
use crate::layout::plural;
use crate::progress::Progress;
use crate::remote::Daemon;
use crate::terminal::{DIM, Terminal};

/// Rows that are sent together.
const TOGETHER: usize = 2_000;

/// What is to be sent next.
struct Sender {
    daemon: Daemon,
    fingerprint: String,
    calls: Vec<Incoming>,
    rejects: Vec<Rejection>,
    taken: u64,
    refused: u64,
}

impl Sender {
    fn add(&mut self, read: Read) -> Result<(), Failure> {
        match read {
            Read::Incoming(incoming) => self.calls.push(named(*incoming)),
            Read::Rejected(rejection) => self.rejects.push(rejection),
        }
        if self.calls.len() + self.rejects.len() >= TOGETHER { self.send() } else { Ok(()) }
    }

    fn send(&mut self) -> Result<(), Failure> {
        let (calls, rejects) = (std::mem::take(&mut self.calls), std::mem::take(&mut self.rejects));
        if calls.is_empty() && rejects.is_empty() {
            return Ok(());
        }
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        let (taken, refused) = (count(calls.len()), count(rejects.len()));
        let batch = serde_json::to_value(Batch::new(&self.fingerprint, &calls, rejects));
        let batch = batch.map_err(|error| Failure::new(format!("the rows cannot be packed: {error}")))?;
        self.daemon.post(&["import"], &[], Some(&batch)).map_err(|failure| match failure.help {
            Some(_) => failure,
            None => failure.help("what was taken is kept; import the file again, and the rest of it is taken"),
        })?;
        (self.taken, self.refused) = (self.taken + taken, self.refused + refused);
        Ok(())
    }
}

pub(super) fn run(
    args: &ImportArgs,
    release: &Release,
    sources: Vec<Source>,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let daemon = Daemon::of(&ToArgs { to: args.to.clone() })?;
    let engine = Engine::new(Arc::clone(&release.program));
    let engine = engine.map_err(|error| Failure::new(format!("the program cannot be run: {error}")))?;
    let catalog = Arc::new(Catalog::new(&Arc::new(engine)));
    let fingerprint = fingerprint_of(&release.program);
    let mut sender = Sender { daemon, fingerprint, calls: Vec::new(), rejects: Vec::new(), taken: 0, refused: 0 };
    let mut progress = Progress::new(sources.iter().map(|source| source.bytes).sum(), args.quiet);
    let mut before = 0;
    for (number, source) in (0..).zip(sources) {
        let name = source.name.clone();
        let inputs = Inputs::new(Arc::clone(&catalog), source.reader, &name, number, &source.format);
        let mut inputs = inputs.map_err(|error| unreadable(&name, &error))?;
        while let Some(read) = inputs.next() {
            sender.add(read.map_err(|error| unreadable(&name, &error))?)?;
            progress.step(before + inputs.bytes());
        }
        before += inputs.bytes();
    }
    sender.send()?;
    let took = progress.finish();
    if !args.quiet {
        let seconds = took.as_secs_f64();
        terminal.say(&format!("{} taken; {seconds:.1} s\n", plural(sender.taken, "call")));
        if sender.refused > 0 {
            let more = terminal.paint(DIM, "; `flow rejects` lists them");
            terminal.say(&format!("  {} could not be used{more}\n", plural(sender.refused, "row")));
        }
    }
    Ok(if args.strict && sender.refused > 0 { Exit::Rejected } else { Exit::Done })
}
