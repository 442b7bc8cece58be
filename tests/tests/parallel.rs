//! However many partitions the contacts are in: the same decisions in the same order, byte for byte, the same figures
//! and the same rows that could not be used.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::fmt::Write as _;
use std::io::Cursor;
use std::sync::Arc;

use flow_graph::Timestamp;
use flow_machine::Engine;
use flow_runtime::driver::{Arriving, Decided, Driver, Observer, Options};
use flow_runtime::ingest::{Catalog, Format, Incoming, Inputs, Mapping, Read, Rejection};
use flow_runtime::parallel::{self, Out, Plan, Source, Watch};
use flow_runtime::{Record, Renderer, Summary, Tally};
use flow_tests::{lines, project, root, texts};
use proptest::prelude::*;

/// All that a run gives.
#[derive(Debug, PartialEq)]
struct Run {
    decisions: Vec<u8>,
    count: u64,
    rejected: Vec<Rejection>,
    summary: Summary,
}

struct Recorder {
    engine: Arc<Engine>,
    tally: Tally,
    decisions: Vec<u8>,
    count: u64,
}

impl Observer for Recorder {
    fn decided(&mut self, decided: Decided<'_>) {
        let program = self.engine.program();
        self.count += 1;
        self.tally.decided(program, &decided);
        serde_json::to_writer(&mut self.decisions, &Record::new(program, &decided)).unwrap();
        self.decisions.push(b'\n');
    }

    fn arriving(&mut self, arriving: Arriving<'_>) {
        self.tally.arriving(&arriving);
    }
}

/// The measure: one driver.
fn one(plan: &Plan, files: &[(&str, Format)]) -> Run {
    let mut driver = Driver::new(Arc::clone(&plan.engine), Renderer::shared(&plan.engine), plan.options);
    let mut recorder =
        Recorder { engine: Arc::clone(&plan.engine), tally: Tally::default(), decisions: Vec::new(), count: 0 };
    let (mut inputs, mut rejected): (Vec<Incoming>, Vec<Rejection>) = (Vec::new(), Vec::new());
    for (number, (text, format)) in (0..).zip(files) {
        let name = format!("file {number}");
        for read in Inputs::new(Arc::clone(&plan.catalog), text.as_bytes(), &name, number, format).unwrap() {
            match read.unwrap() {
                Read::Incoming(incoming) => inputs.push(*incoming),
                Read::Rejected(rejection) => {
                    recorder.tally.rejected(&rejection);
                    rejected.push(rejection);
                }
            }
        }
    }
    if plan.sort {
        inputs.sort_by_key(Incoming::arrives);
    }
    inputs.iter().for_each(|incoming| driver.feed(incoming, &mut recorder));
    driver.finish(&mut recorder);
    let summary = Summary::new(&driver, &recorder.tally);
    Run { decisions: recorder.decisions, count: recorder.count, rejected, summary }
}

#[derive(Default)]
struct Rejected(Vec<Rejection>, Tally);

impl Watch for Rejected {
    fn rejected(&mut self, rejection: Rejection) {
        self.1.rejected(&rejection);
        self.0.push(rejection);
    }
}

/// Small buffers give many small batches. With more than two partitions it is known beforehand who stays alone.
fn many(plan: &Plan, files: &[(&str, Format)], written: bool) -> Run {
    let mut decisions = Vec::new();
    let mut watch = Rejected::default();
    let sources = |joining: Option<Arc<_>>| {
        let source = |((text, format), number): (&(&'_ str, Format), u32)| Source {
            name: format!("file {number}"),
            reader: std::io::BufReader::with_capacity(2_000, Cursor::new(text.as_bytes().to_vec())),
            format: format.clone(),
            joining: joining.clone(),
        };
        files.iter().zip(0..).map(source).collect::<Vec<_>>()
    };
    let looked = (plan.jobs > 2).then(|| parallel::look(sources(None), 2, &mut watch).unwrap());
    let sources = sources(looked.map(|ties| Arc::new(ties.joining())));
    let out: Option<Out<'_>> = written.then(|| -> Out<'_> { Box::new(|lines| decisions.extend_from_slice(lines)) });
    let mut ran = parallel::run(plan, sources, &mut watch, out).unwrap();
    let Rejected(rejected, tally) = watch;
    let (count, summary) = (ran.decisions(), ran.summary(tally));
    Run { decisions, count, rejected, summary }
}

fn compare(mut plan: Plan, files: &[(&str, Format)]) -> Run {
    plan.jobs = 1;
    let expected = one(&plan, files);
    for jobs in [1, 2, 3, 7] {
        plan.jobs = jobs;
        let found = many(&plan, files, true);
        if found.decisions != expected.decisions {
            let (found, expected) =
                (String::from_utf8_lossy(&found.decisions), String::from_utf8_lossy(&expected.decisions));
            let first = found.lines().zip(expected.lines()).find(|(found, expected)| found != expected);
            panic!("{jobs} partitions: {first:#?}");
        }
        assert!(found == expected, "{jobs} partitions: {:#?} and not {:#?}", found.summary, expected.summary);
        let unwritten = Run { decisions: expected.decisions.clone(), ..many(&plan, files, false) };
        assert!(unwritten == expected, "{jobs} partitions, nothing written: {:#?}", unwritten.summary);
    }
    expected
}

fn plan(engine: Arc<Engine>, options: Options, sort: bool) -> Plan {
    let catalog = Arc::new(Catalog::new(&engine));
    Plan { engine, catalog, options, sort, jobs: 1 }
}

fn engine(sources: &flow_compiler::source::Sources) -> Arc<Engine> {
    let compiled = flow_compiler::compile(sources);
    let program = compiled.program.unwrap_or_else(|| panic!("{}", lines(sources, &compiled.diagnostics)));
    Arc::new(Engine::new(Arc::new(program)).unwrap())
}

#[test]
fn the_examples_decide_the_same_in_any_number_of_partitions() {
    let shop = engine(&project(&root().join("examples/shop")));
    let text = std::fs::read_to_string(root().join("examples/shop/events.jsonl")).unwrap();
    let until = Some(Timestamp(1_775_000_000_000));
    for (sort, until) in [(false, None), (true, None), (true, until)] {
        let options = Options { until, ..Options::default() };
        let run = compare(plan(Arc::clone(&shop), options, sort), &[(&text, Format::Segment)]);
        assert!(run.count > 100 && !run.rejected.is_empty() && run.summary.counts.merged > 0, "{:#?}", run.summary);
    }
    let cdnow = engine(&project(&root().join("examples/cdnow")));
    let table = std::fs::read_to_string(root().join("examples/cdnow/sample.csv")).unwrap();
    let field = |name: &str, column: &str| (name.to_owned(), column.to_owned());
    let mapping = Mapping {
        event: "order_placed".to_owned(),
        contact: "customer_id".to_owned(),
        time: "date".to_owned(),
        id: None,
        fields: vec![field("quantity", "quantity"), field("value", "amount")],
        delimiter: b',',
    };
    let format = Format::Csv(mapping);
    let options = Options { merges: false, ..Options::default() };
    let run = compare(
        plan(cdnow, options, true),
        &[(&table, format.clone()), ("customer_id,date,quantity,amount\n", format)],
    );
    assert!(run.count > 300, "{:#?}", run.summary);
}

const WORLD: &str = r#"
contact { email: email?  plan: text?  timezone: timezone? }
event order_placed as "Order Completed" { value: money as "revenue" }
event page_viewed as page { path: text? }
event thanked
topic news { consent none }
message hello { channel email  topic news  subject "Hello"  body "Hello {{ contact.plan | default('you') }}" }
message last { channel email  topic news  subject "Last"  body "Last" }
score warm {
  half-life 3 days
  +5 on page_viewed
  +20 on order_placed
  bands { warm from 10, hot from 30 }
}
segment buyers { count(order_placed in last 7 days) >= 2 }
lifecycle buyer { stages visitor, customer  start visitor  visitor -> customer on order_placed }
limits {
  email at most 1 per 1 day
  when capped: skip
}
sequence welcome {
  enter on order_placed
  again
  goal page_viewed within 3 days
  holdout 30%
  wait 2h
  send hello
  wait 1 day
  send last
}
sequence loyal {
  enter on entered segment buyers
  again
  send last
  emit thanked
}
"#;

/// One call of a log: who in which way, what, and how long after the one before it.
#[derive(Debug, Clone)]
struct Call {
    user: u8,
    device: u8,
    way: u8,
    what: u8,
    after_min: i64,
    back_min: i64,
    id: u16,
}

fn call() -> impl Strategy<Value = Call> {
    let back = prop_oneof![4 => Just(0_i64), 1 => 0..600_i64, 1 => Just(8_000_i64)];
    (0..12_u8, 0..16_u8, 0..12_u8, 0..10_u8, 0..400_i64, back, 0..400_u16).prop_map(
        |(user, device, way, what, after_min, back_min, id)| Call { user, device, way, what, after_min, back_min, id },
    )
}

fn write(calls: &[Call]) -> String {
    let mut text = String::new();
    let mut now = 1_772_323_200_000;
    for call in calls {
        now += call.after_min * 60_000;
        let Call { user, device, id, .. } = call;
        let who = match call.way {
            0..4 => format!(r#""userId":"u{user}""#),
            4..8 => format!(r#""anonymousId":"a{device}""#),
            8..11 => format!(r#""userId":"u{user}","anonymousId":"a{device}""#),
            _ => format!(r#""userId":"u{user}","previousId":"u{}""#, device % 12),
        };
        let what = match (call.way, call.what) {
            (11, _) => r#""type":"alias""#.to_owned(),
            (_, 0..4) => r#""type":"track","event":"Order Completed","properties":{"revenue":5}"#.to_owned(),
            (_, 4..7) => r#""type":"page","properties":{"path":"/x"}"#.to_owned(),
            (_, 7) => format!(r#""type":"identify","traits":{{"email":"u{user}@x.example","plan":"p{device}"}}"#),
            (_, 8) => r#""type":"identify","context":{"timezone":"Asia/Tokyo"}"#.to_owned(),
            _ => r#""type":"track","event":"Unknown""#.to_owned(),
        };
        let (time, received) = (Timestamp(now - call.back_min * 60_000), Timestamp(now));
        let _ =
            writeln!(text, r#"{{{who},"messageId":"m{id}","timestamp":"{time}","receivedAt":"{received}",{what}}}"#);
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_log_decides_the_same_in_any_number_of_partitions(
        calls in prop::collection::vec(call(), 0..160),
        sort in any::<bool>(),
        end in prop::option::of(0..60_000_i64),
    ) {
        let engine = engine(&texts(&[("main.flow", WORLD)]));
        let until = end.map(|minutes| Timestamp(1_772_323_200_000 + minutes * 60_000));
        let options = Options { until, ..Options::default() };
        compare(plan(engine, options, sort), &[(&write(&calls), Format::Segment)]);
    }
}

/// The log of the property has what it is about.
#[test]
fn the_logs_merge_contacts_and_hold_runs_out() {
    let calls: Vec<Call> = (0..4_000_u32)
        .map(|n| {
            let mix =
                |by: u32, below: u32| u8::try_from(n.wrapping_mul(2_654_435_761).rotate_left(by) % below).unwrap();
            let back_min = if n % 9 == 0 { 8_000 } else { 0 };
            Call {
                user: mix(3, 12),
                device: mix(11, 16),
                way: mix(19, 12),
                what: mix(27, 10),
                after_min: i64::from(mix(7, 90)),
                back_min,
                id: u16::try_from(n / 2).unwrap(),
            }
        })
        .collect();
    let engine = engine(&texts(&[("main.flow", WORLD)]));
    let run = compare(plan(engine, Options::default(), false), &[(&write(&calls), Format::Segment)]);
    let counts = run.summary.counts;
    assert!(counts.merged > 10 && counts.late > 50 && counts.duplicates > 50, "{counts:?}");
    let welcome = run.summary.sequences.iter().find(|figures| figures.sequence == "welcome").unwrap();
    assert!(welcome.held_out.entered > 5 && welcome.held_out.goal > 0, "{welcome:#?}");
}
