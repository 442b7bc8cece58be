//! What a program would do to everybody in a store: how long that takes, and what it weighs. Once for a wait that is longer,
//! once for a figure that is new, for which all that everybody has done is read.

use std::time::Instant;

use flow_benches::{Span, process_seconds, resident};
use flow_compiler::source::Sources;
use flow_daemon::store::sqlite::stand;
use flow_tests::{project, root};

use crate::import;
use crate::world::{contacts, line, release};

pub(crate) fn run() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("flow.db");
    let events = folder.path().join("events.jsonl");
    import::write(&events, contacts(), 2 * contacts(), Span::now());
    drop(import::into(&store, &events));
    let begun = Instant::now();
    let mut shard = stand(&store).unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    let read = format!("{seconds:.1} s, {} MB", resident() / 1_000_000);
    line(&format!("a store is read, {} contacts", shard.contacts()), &read);
    for (name, from, to) in [
        ("a longer wait", "  wait 1h\n", "  wait 2h\n"),
        ("a new figure", "  wait 1h\n", "  wait 1h\n  choose { when count(cart_updated in last 3 days) > 2 { } }\n"),
    ] {
        let program = release(&changed(from, to)).program;
        let (begun, worked) = (Instant::now(), process_seconds().unwrap_or_default());
        let people = shard.rehearse(&program).unwrap();
        let (seconds, worked) = (begun.elapsed().as_secs_f64(), process_seconds().unwrap_or_default() - worked);
        let told = format!(
            "{seconds:.1} s ({worked:.1} s of a core), {:.0} contacts/s, {} MB with the store; {} runs inside",
            people.contacts as f64 / seconds,
            resident() / 1_000_000,
            people.runs.runs()
        );
        line(&format!("a plan, {name}"), &told);
    }
}

/// The shop with something changed.
fn changed(from: &str, to: &str) -> Sources {
    let mut sources = project(&root().join("examples/shop"));
    let id = sources.find("programs.flow").unwrap();
    let text = sources.get(id).unwrap().text.replacen(from, to, 1);
    assert!(text.contains(to), "the shop has no `{from}`");
    sources.set(id, text);
    sources
}
