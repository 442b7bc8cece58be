//! How fast events of a file become decisions, as `flow run` does it without writing them: reading, identity, clock,
//! machine, counting. And what a contact weighs.

#![allow(clippy::cast_precision_loss, reason = "a rate needs no more than 2^53")]

use std::io::Cursor;
use std::path::PathBuf;
use std::sync::Arc;

use flow_benches::{report, shop_events, show};
use flow_machine::Engine;
use flow_runtime::driver::{Arriving, Decided, Driver, Observer, Options};
use flow_runtime::ingest::{Catalog, Format, Incoming, Mapping, Read};
use flow_runtime::{Inputs, Renderer, Tally};
use flow_tests::{project, root};

const EVENTS: u64 = 200_000;

fn main() {
    if let Some(engine) = engine("shop") {
        // First, while nothing that was freed before can be taken again.
        weigh(&engine, 100_000);
        for contacts in [2_000, 100_000] {
            let text = shop_events(contacts, EVENTS, 7);
            let read = format!("read examples/shop, JSON Lines, {contacts} contacts");
            report(&read, "events/s", EVENTS as f64, 5, || drop(inputs(&engine, &text, &Format::Segment)));
            let run = format!("run examples/shop, JSON Lines, {contacts} contacts");
            report(&run, "events/s", EVENTS as f64, 5, || drop(drive(&engine, &text, &Format::Segment)));
        }
    }
    if let (Some(engine), Some(text)) = (engine("cdnow"), purchases()) {
        let rows = text.lines().count() - 1;
        let name = format!("run examples/cdnow, {rows} rows of CSV");
        report(&name, "events/s", rows as f64, 5, || drop(drive(&engine, &text, &table())));
    }
}

fn engine(example: &str) -> Option<Arc<Engine>> {
    let compiled = flow_compiler::compile(&project(&root().join("examples").join(example)));
    Engine::new(Arc::new(compiled.program?)).ok().map(Arc::new)
}

/// The whole data set where it is, else the excerpt.
fn purchases() -> Option<String> {
    let named = std::env::var_os("CDNOW").map(PathBuf::from);
    let beside = root().join("../shared/data/cdnow/transactions.csv");
    let files = [named, Some(beside), Some(root().join("examples/cdnow/sample.csv"))];
    files.into_iter().flatten().find_map(|file| std::fs::read_to_string(file).ok())
}

/// As `examples/cdnow/flow.toml` has it.
fn table() -> Format {
    let text = |text: &str| text.to_owned();
    Format::Csv(Mapping {
        event: text("order_placed"),
        contact: text("customer_id"),
        time: text("date"),
        id: None,
        fields: vec![(text("quantity"), text("quantity")), (text("value"), text("amount"))],
        delimiter: b',',
    })
}

/// In the order of arrival; of one instant the order of the file stands.
fn inputs(engine: &Arc<Engine>, text: &str, format: &Format) -> Vec<Incoming> {
    let catalog = Arc::new(Catalog::new(engine));
    let Ok(inputs) = Inputs::new(catalog, Cursor::new(text), "bench", 0, format) else { return Vec::new() };
    let incoming = inputs.flatten().filter_map(|read| match read {
        Read::Incoming(incoming) => Some(*incoming),
        Read::Rejected(_) => None,
    });
    let mut all: Vec<Incoming> = incoming.collect();
    all.sort_by_key(Incoming::arrives);
    all
}

fn drive(engine: &Arc<Engine>, text: &str, format: &Format) -> Driver {
    let options = Options { merges: *format == Format::Segment, ..Options::default() };
    let mut driver = Driver::new(Arc::clone(engine), Renderer::shared(engine), options);
    let mut counter = Counter { engine: Arc::clone(engine), tally: Tally::default() };
    for incoming in inputs(engine, text, format) {
        driver.feed(&incoming, &mut counter);
    }
    driver.finish(&mut counter);
    driver
}

/// What one contact takes, by what the process grows by: its state, its ids, and its log for later merges.
fn weigh(engine: &Arc<Engine>, contacts: u64) {
    let text = shop_events(contacts, EVENTS, 7);
    let inputs = inputs(engine, &text, &Format::Segment);
    let mut driver = Driver::new(Arc::clone(engine), Renderer::shared(engine), Options::default());
    let mut counter = Counter { engine: Arc::clone(engine), tally: Tally::default() };
    let before = resident();
    inputs.iter().for_each(|incoming| driver.feed(incoming, &mut counter));
    let grown = resident().saturating_sub(before);
    let seen = driver.contacts().count().max(1);
    let per = inputs.len() as f64 / seen as f64;
    show(&format!("memory, examples/shop, {per:.1} events each"), grown as f64 / seen as f64, "bytes/contact");
}

/// Bytes of this process that are in memory; 0 where the system does not say.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: usize = line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0);
    kib * 1_024
}

struct Counter {
    engine: Arc<Engine>,
    tally: Tally,
}

impl Observer for Counter {
    fn decided(&mut self, decided: Decided<'_>) {
        self.tally.decided(self.engine.program(), &decided);
    }

    fn arriving(&mut self, arriving: Arriving<'_>) {
        self.tally.arriving(&arriving);
    }
}
