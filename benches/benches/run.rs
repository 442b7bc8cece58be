//! How fast events of a file become decisions, as `flow run` does it without writing them, and each stage of it by
//! itself: parsing, identity, clock and machine, all on one core and on two. And what a contact weighs.
//!
//! Words behind `--` choose: only what has all of them in its name is measured. `… run -- fixed` drives one fixed
//! workload once and measures nothing: for a count of its instructions by
//! `valgrind --tool=callgrind --toggle-collect='run::decide'`.

#![allow(clippy::cast_precision_loss, reason = "a rate needs no more than 2^53")]

use std::io::Cursor;
use std::path::PathBuf;
use std::sync::Arc;

use flow_benches::{report, report_all, report_of, resident, shop_events, show};
use flow_machine::Engine;
use flow_runtime::driver::{Arriving, Decided, Driver, Observer, Options};
use flow_runtime::identity::People;
use flow_runtime::ingest::{Catalog, Format, Incoming, Mapping, Read, Rejection};
use flow_runtime::parallel::{self, Plan, Source, Watch};
use flow_runtime::{Inputs, Renderer, Tally};
use flow_tests::{project, root};

const EVENTS: u64 = 400_000;
const ROUNDS: u32 = 5;

fn main() {
    if let Some(engine) = engine("shop") {
        if std::env::args().any(|argument| argument == "fixed") {
            let plan = plan(&engine, &Format::Segment);
            let inputs = inputs(&plan, &shop_events(1_000, 40_000, 7), &Format::Segment);
            let driver = decide(&plan, inputs);
            return show("turns of the fixed workload", driver.counts().turns as f64, "");
        }
        if chosen("memory, examples/shop") {
            // First, while nothing that was freed before can be taken again.
            weigh(&engine, 100_000);
        }
        for contacts in [2_000, 100_000, 1_000_000] {
            shop(&engine, contacts);
        }
    }
    if let (Some(engine), Some(text)) = (engine("cdnow"), purchases()) {
        let rows = text.lines().count() - 1;
        let plan = plan(&engine, &table());
        stage(&format!("run examples/cdnow, CSV, {rows} rows"), rows, || drop(drive(&plan, &text, &table())));
        all(&format!("run examples/cdnow, CSV, {rows} rows"), rows, &plan, &text, &table());
    }
}

fn shop(engine: &Arc<Engine>, contacts: u64) {
    let (name, format) = (format!("examples/shop, {contacts} contacts"), Format::Segment);
    let stages = ["parse", "identity", "drive", "run"].map(|stage| format!("{stage} {name}, one core"));
    if !stages.iter().any(|stage| chosen(stage)) && !chosen(&format!("run {name}, 2 cores")) {
        return;
    }
    // Whoever is there is there more than once.
    let events = EVENTS.max(contacts * 2);
    let (text, plan) = (shop_events(contacts, events, 7), plan(engine, &format));
    let events = usize::try_from(events).unwrap_or(0);
    stage(&format!("parse {name}"), events, || {
        for read in reads(&plan, &text, &format) {
            drop(read);
        }
    });
    if chosen(&format!("identity {name}")) || chosen(&format!("drive {name}")) {
        let inputs = inputs(&plan, &text, &format);
        stage(&format!("identity {name}"), events, || {
            let mut people = People::default();
            inputs.iter().for_each(|incoming| drop(people.resolve(&incoming.who)));
        });
        let drive_name = format!("drive {name}, one core");
        if chosen(&drive_name) {
            // Whoever reads a file hands its inputs over: nothing is copied.
            let ready = || inputs.clone();
            report_of(&drive_name, "events/s", events as f64, ROUNDS, ready, |inputs| drop(decide(&plan, inputs)));
        }
    }
    stage(&format!("run {name}"), events, || drop(drive(&plan, &text, &format)));
    all(&format!("run {name}"), events, &plan, &text, &format);
}

/// Everything behind the parser, all at once.
#[inline(never)]
fn decide(plan: &Plan, inputs: Vec<Incoming>) -> Driver {
    let (mut driver, mut counter) = driver(plan);
    inputs.into_iter().for_each(|incoming| driver.take(incoming, &mut counter));
    driver.finish(&mut counter);
    driver
}

/// One core.
fn stage(name: &str, events: usize, work: impl FnMut()) {
    if chosen(&format!("{name}, one core")) {
        report(&format!("{name}, one core"), "events/s", events as f64, ROUNDS, work);
    }
}

/// All cores, and what they spend together.
fn all(name: &str, events: usize, plan: &Plan, text: &str, format: &Format) {
    let name = format!("{name}, {} cores", plan.jobs);
    if plan.jobs > 1 && chosen(&name) {
        report_all(&name, "events/s", events as f64, ROUNDS, || {
            let reader = Cursor::new(text);
            let source = Source { name: "bench".to_owned(), reader, format: format.clone(), joining: None };
            let ran = parallel::run(plan, vec![source], &mut Nobody, None);
            assert!(ran.is_ok_and(|ran| ran.counts().inputs > 0), "a run that can be read");
        });
    }
}

/// Whether all words that were given are in a name.
fn chosen(name: &str) -> bool {
    std::env::args().skip(1).filter(|word| !word.starts_with('-')).all(|word| name.contains(&word))
}

fn engine(example: &str) -> Option<Arc<Engine>> {
    let compiled = flow_compiler::compile(&project(&root().join("examples").join(example)));
    Engine::new(Arc::new(compiled.program?)).ok().map(Arc::new)
}

fn plan(engine: &Arc<Engine>, format: &Format) -> Plan {
    Plan {
        engine: Arc::clone(engine),
        catalog: Arc::new(Catalog::new(engine)),
        options: Options { merges: *format == Format::Segment, ..Options::default() },
        sort: *format != Format::Segment,
        jobs: std::thread::available_parallelism().map_or(1, usize::from).min(2),
    }
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

fn reads<'t>(plan: &Plan, text: &'t str, format: &Format) -> impl Iterator<Item = Incoming> + use<'t> {
    let inputs = Inputs::new(Arc::clone(&plan.catalog), Cursor::new(text), "bench", 0, format);
    inputs.into_iter().flatten().flatten().filter_map(|read| match read {
        Read::Incoming(incoming) => Some(*incoming),
        Read::Rejected(_) => None,
    })
}

/// In the order of arrival; of one instant the order of the file stands.
fn inputs(plan: &Plan, text: &str, format: &Format) -> Vec<Incoming> {
    let mut all: Vec<Incoming> = reads(plan, text, format).collect();
    all.sort_by_key(Incoming::arrives);
    all
}

fn driver(plan: &Plan) -> (Driver, Counter) {
    let driver = Driver::new(Arc::clone(&plan.engine), Renderer::shared(&plan.engine), plan.options);
    (driver, Counter { engine: Arc::clone(&plan.engine), tally: Tally::default() })
}

fn drive(plan: &Plan, text: &str, format: &Format) -> Driver {
    let (mut driver, mut counter) = driver(plan);
    if plan.sort {
        inputs(plan, text, format).into_iter().for_each(|incoming| driver.take(incoming, &mut counter));
    } else {
        reads(plan, text, format).for_each(|incoming| driver.take(incoming, &mut counter));
    }
    driver.finish(&mut counter);
    driver
}

/// What one contact takes, by what the process grows by: its state, its ids, and its log for later merges.
fn weigh(engine: &Arc<Engine>, contacts: u64) {
    let plan = plan(engine, &Format::Segment);
    let text = shop_events(contacts, 2 * contacts, 7);
    let inputs = inputs(&plan, &text, &Format::Segment);
    let (mut driver, mut counter) = driver(&plan);
    let before = resident();
    inputs.iter().for_each(|incoming| driver.feed(incoming, &mut counter));
    let grown = resident().saturating_sub(before);
    let seen = driver.contacts().count().max(1);
    let per = inputs.len() as f64 / seen as f64;
    show(&format!("memory, examples/shop, {per:.1} events each"), grown as f64 / seen as f64, "bytes/contact");
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

    fn wants_content(&self) -> bool {
        false
    }
}

struct Nobody;

impl Watch for Nobody {
    fn rejected(&mut self, _: Rejection) {}
}
