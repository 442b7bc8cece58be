//! Files into the store, by the whole way of the daemon: read, decided, and durable.

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use flow_benches::{Span, shop_events_in};
use flow_daemon::import::Import;
use flow_runtime::Inputs;
use flow_runtime::ingest::Format;

use crate::world::{contacts, rates, shop};

const ROUNDS: usize = 3;

pub(crate) fn run() {
    let folder = tempfile::tempdir().unwrap();
    let (contacts, events) = (contacts(), 2 * contacts());
    for (name, span) in [("of now", Span::now()), ("of March, so that nothing is set off", Span::MARCH)] {
        let file = folder.path().join("events.jsonl");
        write(&file, contacts, events, span);
        let round = |round: usize| {
            let store = folder.path().join(format!("{round}.db"));
            let begun = Instant::now();
            into(&store, &file).finish().unwrap();
            let rate = events as f64 / begun.elapsed().as_secs_f64();
            std::fs::remove_file(&store).unwrap();
            rate
        };
        rates(&format!("import, {contacts} contacts, events {name}"), (0..ROUNDS).map(round).collect());
    }
}

/// Events of `examples/shop` in a file.
pub(crate) fn write(file: &Path, contacts: u64, events: u64, span: Span) {
    let text = shop_events_in(contacts, events, 7, span);
    File::create(file).unwrap().write_all(text.as_bytes()).unwrap();
}

/// A file on its way into a store, all of it taken.
pub(crate) fn into(store: &Path, file: &Path) -> Import {
    let mut import = Import::open(store, &shop(), Arc::new(|why: &str| panic!("{why}"))).unwrap();
    let reader = BufReader::with_capacity(1 << 20, File::open(file).unwrap());
    for read in Inputs::new(Arc::clone(import.catalog()), reader, "events.jsonl", 0, &Format::Segment).unwrap() {
        import.take(read.unwrap()).unwrap();
    }
    import
}
