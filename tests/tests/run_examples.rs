//! The examples over their recorded events: from lines of files to decisions and figures.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

use std::fmt::Write as _;
use std::sync::Arc;

use flow_machine::Engine;
use flow_runtime::driver::{Arriving, Decided, Driver, Observer, Options};
use flow_runtime::ingest::{Catalog, Format, Inputs, Mapping, Read, Rejection};
use flow_runtime::testing::Bench;
use flow_runtime::{Record, Renderer, Summary, Tally};
use flow_tests::{lines, project, root};

/// Collects what a run writes.
struct Output {
    engine: Arc<Engine>,
    records: String,
    tally: Tally,
}

impl Observer for Output {
    fn decided(&mut self, decided: Decided<'_>) {
        let program = self.engine.program();
        self.tally.decided(program, &decided);
        let record = Record::new(program, &decided);
        writeln!(self.records, "{}", serde_json::to_string(&record).unwrap()).unwrap();
    }

    fn arriving(&mut self, arriving: Arriving<'_>) {
        self.tally.arriving(&arriving);
    }
}

struct Ran {
    records: String,
    rejections: Vec<Rejection>,
    summary: Summary,
}

fn engine(example: &str) -> Arc<Engine> {
    let sources = project(&root().join("examples").join(example));
    let compiled = flow_compiler::compile(&sources);
    let program = compiled.program.unwrap_or_else(|| panic!("{example}:\n{}", lines(&sources, &compiled.diagnostics)));
    Arc::new(Engine::new(Arc::new(program)).unwrap())
}

fn run(engine: &Arc<Engine>, events: &[u8], format: &Format, options: Options) -> Ran {
    let catalog = Arc::new(Catalog::new(engine));
    let mut output = Output { engine: Arc::clone(engine), records: String::new(), tally: Tally::default() };
    let mut driver = Driver::new(Arc::clone(engine), Renderer::shared(engine), options);
    let mut rejections = Vec::new();
    for read in Inputs::new(catalog, events, "events", 0, format).unwrap() {
        match read.unwrap() {
            Read::Incoming(incoming) => driver.feed(&incoming, &mut output),
            Read::Rejected(rejection) => {
                output.tally.rejected(&rejection);
                rejections.push(rejection);
            }
        }
    }
    driver.finish(&mut output);
    let summary = Summary::new(&driver, &output.tally);
    Ran { records: output.records, rejections, summary }
}

fn cdnow() -> Format {
    Format::Csv(Mapping {
        event: "order_placed".to_owned(),
        contact: "customer_id".to_owned(),
        time: "date".to_owned(),
        id: None,
        fields: vec![("quantity".to_owned(), "quantity".to_owned()), ("value".to_owned(), "amount".to_owned())],
        delimiter: b',',
    })
}

#[test]
fn the_record_shop_runs_on_its_sample() {
    let engine = engine("cdnow");
    let events = std::fs::read(root().join("examples/cdnow/sample.csv")).unwrap();
    let mut rows: Vec<_> = events.split(|byte| *byte == b'\n').filter(|row| !row.is_empty()).collect();
    rows[1..].sort_by_key(|row| row.split(|byte| *byte == b',').nth(1).map(<[u8]>::to_vec));
    let sorted = rows.join(&b'\n');
    let options = Options { merges: false, ..Options::default() };
    let ran = run(&engine, &sorted, &cdnow(), options);
    assert_eq!(ran.rejections, []);
    assert_eq!(ran.summary.contacts, 100);
    assert_eq!(ran.summary.counts.inputs, u64::try_from(rows.len() - 1).unwrap());
    assert_eq!(ran.summary.counts.duplicates, 0);
    let total: u64 = ran.summary.lifecycles[0].stages.iter().map(|stage| stage.contacts).sum();
    assert_eq!(total, 100, "everybody is in one stage");
    assert!(ran.records.contains(r#""kind":"stage""#) && ran.records.contains(r#""kind":"send""#));
    let again = run(&engine, &sorted, &cdnow(), options);
    assert_eq!(again.records, ran.records, "byte for byte");
}

#[test]
fn the_coffee_shop_runs_on_its_events() {
    let engine = engine("shop");
    let events = std::fs::read(root().join("examples/shop/events.jsonl")).unwrap();
    let ran = run(&engine, &events, &Format::Segment, Options::default());
    assert!(ran.summary.counts.duplicates > 0, "an event comes twice");
    assert!(ran.summary.counts.late > 0, "some come late");
    assert!(ran.summary.counts.merged > 0, "visitors sign up");
    for reason in ["not_json", "unknown_event", "invalid_time"] {
        assert!(ran.summary.rejected.contains_key(reason), "{reason}: {:?}", ran.summary.rejected);
    }
    assert!(ran.summary.refused_values.contains_key("invalid_value"), "a zone on Mars");
    for line in ran.records.lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(record["v"], 1);
        assert!(record["at"].as_str().unwrap().ends_with('Z'));
        assert!(record["why"]["line"].as_u64().unwrap() > 0, "{line}");
        assert_ne!(record["name"], "?", "{line}");
        assert_ne!(record["gate"], "render", "{line}");
    }
    let again = run(&engine, &events, &Format::Segment, Options::default());
    assert_eq!(again.records, ran.records, "byte for byte");
}

#[test]
fn the_tests_of_the_examples_pass() {
    for example in ["cdnow", "saas", "shop"] {
        let sources = project(&root().join("examples").join(example));
        let compiled = flow_compiler::compile(&sources);
        let Some(program) = compiled.program else {
            panic!("{example}:\n{}", lines(&sources, &compiled.diagnostics));
        };
        let bench = Bench::new(Arc::new(Engine::new(Arc::new(program)).unwrap()));
        assert!(!compiled.tests.is_empty(), "{example} has tests");
        let failed: Vec<_> =
            compiled.tests.iter().filter_map(|case| bench.run(case).map(|failure| (&case.name, failure))).collect();
        assert!(failed.is_empty(), "{example}: {failed:#?}");
    }
}
