//! How fast two programs go over one history, from JSON Lines and from a prepared log: events of the history in a
//! second, both programs together, with all cores that there are.
//!
//! Words behind `--` choose: only what has all of them in its name is measured.

#![allow(clippy::cast_precision_loss, reason = "a rate needs no more than 2^53")]

use std::io::Cursor;
use std::sync::Arc;

use flow_benches::{report_all, shop_events, show};
use flow_compiler::source::Sources;
use flow_graph::Program;
use flow_runtime::backtest::{Backtest, Setup};
use flow_runtime::ingest::prepared::{Dictionary, Writer};
use flow_runtime::ingest::{Format, Rejection};
use flow_runtime::parallel::{Source, Watch, look};
use flow_tests::{project, root};

const ROUNDS: u32 = 5;

/// Changes of the example: the more contacts a change concerns, and the longer, the less is computed for both at once.
const CHANGES: [(&str, &str, &str); 3] = [
    ("another cap, which concerns nearly all", "email at most 1 per 1 day", "email at most 1 per 2 days"),
    ("another threshold of a segment", ">= 300 EUR", ">= 400 EUR"),
    ("another wait in a sequence", "wait 1h", "wait 2h"),
];

fn main() {
    let Some(base) = shop("", "") else { return };
    for (contacts, events) in [(2_000, 400_000), (100_000, 1_000_000), (1_000_000, 2_000_000)] {
        let name = format!("examples/shop, {contacts} contacts");
        if !chosen(&name) {
            continue;
        }
        let text = shop_events(contacts, events, 7);
        let Some(packed) = prepared(&text) else { return };
        show(&format!("prepared log, {name}"), packed.len() as f64 / text.len() as f64, "of the size of JSON Lines");
        for (change, from, to) in CHANGES {
            let Some(head) = shop(from, to) else { return };
            measure(&format!("backtest, JSON Lines, {name}, {change}"), events, (&base, &head), || {
                (Format::Segment, Cursor::new(text.as_bytes()))
            });
            measure(&format!("backtest, prepared, {name}, {change}"), events, (&base, &head), || {
                let mut reader = Cursor::new(packed.as_slice());
                let dictionary = Dictionary::open(&mut reader).ok().flatten().unwrap_or_default();
                (Format::Prepared(Arc::new(dictionary)), reader)
            });
        }
    }
}

fn measure<'t>(
    name: &str,
    events: u64,
    (base, head): (&Program, &Program),
    open: impl Fn() -> (Format, Cursor<&'t [u8]>),
) {
    if !chosen(name) {
        return;
    }
    let jobs = std::thread::available_parallelism().map_or(1, usize::from).min(2);
    report_all(&format!("{name}, {jobs} cores"), "events/s", events as f64, ROUNDS, || {
        let (format, reader) = open();
        let merges = match &format {
            Format::Prepared(dictionary) => dictionary.unites(),
            Format::Segment | Format::Csv(_) => true,
        };
        let setup = Setup { merges, jobs, ..Setup::default() };
        let Ok(mut backtest) = Backtest::new(base, head, setup) else { return };
        let source = |reader, format, joining| Source { name: "bench".to_owned(), reader, format, joining };
        // As the command does: files of lines are looked through first.
        let joining =
            (format == Format::Segment).then(|| look(vec![source(open().1, Format::Segment, None)], jobs, &mut Nobody));
        let Ok(joining) = joining.transpose() else { return };
        let source = source(reader, format, joining.map(|ties| Arc::new(ties.joining())));
        assert!(backtest.pass(vec![source], &mut Nobody).is_ok(), "a history that can be read");
        let outcome = backtest.outcome();
        assert!(outcome.counts.0.inputs > 0 && outcome.affected > 0, "a change that is seen");
    });
}

/// The example with some text replaced.
fn shop(from: &str, to: &str) -> Option<Program> {
    let mut sources = Sources::default();
    for (_, file) in project(&root().join("examples/shop")).iter() {
        let text = if from.is_empty() { file.text.to_string() } else { file.text.replace(from, to) };
        sources.add(file.path.to_string(), file.kind, text);
    }
    flow_compiler::compile(&sources).program
}

fn prepared(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes).ok()?;
    for (number, line) in (1..).zip(text.lines()) {
        writer.line(line.as_bytes(), number).ok()?;
    }
    writer.finish().ok()?;
    Some(bytes)
}

/// Whether all words that were given are in a name, or the name in front of them.
fn chosen(name: &str) -> bool {
    std::env::args().skip(1).filter(|word| !word.starts_with('-')).all(|word| {
        name.contains(&word)
            || (!name.starts_with("backtest") && ["JSON", "Lines", "prepared"].contains(&word.as_str()))
    })
}

struct Nobody;

impl Watch for Nobody {
    fn rejected(&mut self, _: Rejection) {}
}
