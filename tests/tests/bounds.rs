//! The worst case of a program is never exceeded: random programs, run over random events by the machine. And where caps
//! decide it, it is reached.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    clippy::wildcard_enum_match_arm,
    reason = "a test may panic"
)]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use flow_graph::{Program, Timestamp};
use flow_machine::Engine;
use flow_machine::decision::{DecisionKind, Gate};
use flow_review::bounds::{self, Bounds, changes};
use flow_runtime::Renderer;
use flow_runtime::driver::{Decided, Driver, Observer, Options};
use flow_runtime::ingest::{Catalog, Format, Inputs, Read};
use flow_tests::{lines, texts};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// 2026-10-15T00:00 in Berlin, ten days before its clocks go back.
const BEGIN: Timestamp = Timestamp(1_792_015_200_000);

/// What left, and what a cap dropped.
#[derive(Default)]
struct Seen {
    /// By whether it is transactional: the days on which messages left.
    sent: BTreeMap<bool, Vec<i64>>,
    dropped: Vec<String>,
    engine: Option<Arc<Engine>>,
    zone: Option<TimeZone>,
}

impl Observer for Seen {
    fn decided(&mut self, decided: Decided<'_>) {
        let program = self.engine.as_ref().unwrap().program();
        match &decided.decision.kind {
            DecisionKind::Send(send) => {
                let message = program.messages.get(send.message).unwrap();
                let at = jiff::Timestamp::from_millisecond(decided.decision.at.0).unwrap();
                let date = self.zone.as_ref().unwrap().to_datetime(at).date();
                let day = date.since(jiff::civil::date(1970, 1, 1)).unwrap().get_days();
                let transactional = program.topics.get(message.topic).unwrap().transactional;
                self.sent.entry(transactional).or_default().push(i64::from(day));
            }
            DecisionKind::Dropped { send, gate: Gate::Cap } => {
                self.dropped.push(program.messages.get(send.message).unwrap().name.clone());
            }
            _ => {}
        }
    }
}

impl Seen {
    /// The most messages in seven days in a row.
    fn most(&self, kinds: &[bool]) -> u64 {
        let mut days: Vec<i64> = kinds.iter().filter_map(|kind| self.sent.get(kind)).flatten().copied().collect();
        days.sort_unstable();
        let within = |first: &i64| days.iter().filter(|day| (*first..*first + 7).contains(*day)).count() as u64;
        days.iter().map(within).max().unwrap_or(0)
    }
}

fn compiled(text: &str) -> Program {
    let sources = texts(&[("main.flow", text)]);
    let compiled = flow_compiler::compile_unproved(&sources);
    compiled.program.unwrap_or_else(|| panic!("{}\n{text}", lines(&sources, &compiled.diagnostics)))
}

/// Runs a program over events of one contact, each a minute from the beginning, its event and its key.
fn run(program: &Program, events: &[(i64, usize, u8)]) -> Seen {
    let engine = Arc::new(Engine::new(Arc::new(program.clone())).unwrap());
    let begin = jiff::Timestamp::from_millisecond(BEGIN.0).unwrap();
    let mut text = format!(
        r#"{{"type":"identify","messageId":"i","userId":"ana","timestamp":"{begin}","traits":{{"email":"ana@x.example"}}}}"#
    );
    text.push('\n');
    for (number, (minute, event, key)) in events.iter().enumerate() {
        let at = jiff::Timestamp::from_millisecond(BEGIN.0 + minute * MINUTE).unwrap();
        let line = format!(
            r#"{{"type":"track","messageId":"{number}","userId":"ana","event":"E{event}","timestamp":"{at}","properties":{{"k":"{key}"}}}}"#
        );
        writeln!(text, "{line}").unwrap();
    }
    let inputs = Inputs::new(Arc::new(Catalog::new(&engine)), text.as_bytes(), "events", 0, &Format::Segment).unwrap();
    let zone = TimeZone::get(&program.project.timezone).unwrap();
    let mut seen = Seen { engine: Some(Arc::clone(&engine)), zone: Some(zone), ..Seen::default() };
    let end = BEGIN.plus(60 * DAY);
    let options = Options { until: Some(end), ..Options::default() };
    let mut driver = Driver::new(Arc::clone(&engine), Renderer::shared(&engine), options);
    for read in inputs {
        match read.unwrap() {
            Read::Incoming(incoming) => driver.feed(&incoming, &mut seen),
            Read::Rejected(rejected) => panic!("{rejected:?}"),
        }
    }
    driver.finish(&mut seen);
    seen
}

/// What is decided keeps to the bounds; how many left.
fn keeps(program: &Program, bounds: &Bounds, seen: &Seen) -> Result<u64, TestCaseError> {
    let channel = bounds.channels.iter().find(|it| it.channel == "email");
    let (limited, transactional, all) = (seen.most(&[false]), seen.most(&[true]), seen.most(&[false, true]));
    prop_assert!(channel.is_some() || all == 0);
    if let Some(channel) = channel {
        for (found, bound) in [(limited, channel.limited), (transactional, channel.transactional), (all, channel.most)]
        {
            prop_assert!(bound.is_none_or(|bound| found <= bound), "{found} left, at most {bound:?}: {channel:#?}");
        }
    }
    for message in &seen.dropped {
        let known = bounds.held_back.iter().any(|held| held.message == *message);
        prop_assert!(known, "a cap dropped {message}: {:#?}", bounds.held_back);
    }
    // Written and read it is the same.
    let text = serde_json::to_string(bounds).unwrap();
    prop_assert_eq!(&serde_json::from_str::<Bounds>(&text).unwrap(), bounds);
    prop_assert!(changes(bounds, &bounds::of(program)).is_empty());
    Ok(limited)
}

const SPANS: &[&str] = &["30m", "3h", "12h", "24h", "1 day", "2 days", "3 days", "6 days", "7 days", "168h", "9 days"];

fn span() -> impl Strategy<Value = &'static str> {
    prop::sample::select(SPANS)
}

/// Steps as lines; `depth` blocks deep at most.
fn steps(depth: u32) -> BoxedStrategy<String> {
    let plain = prop_oneof![
        4 => (0..5_usize).prop_map(|message| format!("  send m{message}\n")),
        3 => span().prop_map(|span| format!("  wait {span}\n")),
        1 => Just("  wait until 09:00\n".to_owned()),
        1 => Just("  wait until weekday 10:00..16:00\n".to_owned()),
    ];
    if depth == 0 {
        return prop::collection::vec(plain, 1..4).prop_map(|lines| lines.concat()).boxed();
    }
    let block = prop_oneof![
        (steps(depth - 1), steps(depth - 1), 0..100_u8).prop_map(|(a, b, share)| format!(
            "  split s {{\n  {share}% a {{\n{a}  }}\n  {}% b {{\n{b}  }}\n  }}\n",
            100 - share
        )),
        (steps(depth - 1), steps(depth - 1)).prop_map(|(a, b)| format!(
            "  choose {{\n  when count(e1 in last 2 days) > 1 {{\n{a}  }}\n  otherwise {{\n{b}  }}\n  }}\n"
        )),
        (steps(depth - 1), steps(depth - 1), span(), 0..4_usize).prop_map(|(a, b, span, event)| format!(
            "  wait up to {span} {{\n  on e{event} {{\n{a}  }}\n  timeout {{\n{b}  }}\n  }}\n"
        )),
    ];
    let one = prop_oneof![5 => plain, 1 => block];
    prop::collection::vec(one, 1..5).prop_map(|lines| lines.concat()).boxed()
}

fn sequence(number: usize) -> impl Strategy<Value = String> {
    let again = prop_oneof![
        2 => Just(String::new()),
        1 => Just("  again\n".to_owned()),
        3 => span().prop_map(|span| format!("  again after {span}\n")),
    ];
    let ends = prop_oneof![
        4 => Just(""),
        1 => Just("  exit on e3\n"),
        1 => Just("  goal e3\n"),
        1 => Just("  exit when count(e2 in last 1 day) > 1\n"),
        1 => Just("  unless count(e2 in last 1 day) > 1\n"),
    ];
    (0..4_usize, prop::bool::weighted(0.15), again, ends, steps(2)).prop_map(move |(event, key, again, ends, steps)| {
        let key = if key { "    key k\n" } else { "" };
        // `unless` belongs to `enter on`, the others stand behind `again`.
        let (unless, ends) = if ends.contains("unless") { (ends, "") } else { ("", ends) };
        // Names of splits are told apart by their sequence and their place in it.
        let mut parts = 0;
        let steps: String = steps
            .split_inclusive('\n')
            .map(|line| {
                parts += 1;
                line.replace("split s", &format!("split s{parts}"))
            })
            .collect();
        format!("sequence q{number} {{\n  enter on e{event}\n{key}{unless}{again}{ends}{steps}}}\n")
    })
}

fn world(priorities: &[i64], transactional: usize) -> String {
    let mut text = String::from("contact { email: email? }\ntopic news { consent opt_out }\n");
    text.push_str("topic service { consent none  transactional }\n");
    (0..4).for_each(|event| writeln!(text, "event e{event} as \"E{event}\" {{ k: text }}").unwrap());
    for (number, priority) in priorities.iter().enumerate() {
        let topic = if number < transactional { "service" } else { "news" };
        writeln!(
            text,
            "message m{number} {{\n  channel email\n  topic {topic}\n  subject \"x\"\n  body \"y\"\n  priority {priority}\n}}"
        )
        .unwrap();
    }
    text
}

fn limits() -> impl Strategy<Value = String> {
    let cap = (1..4_u32, span()).prop_map(|(count, span)| format!("{count} per {span}"));
    let quiet = prop_oneof![2 => Just(""), 1 => Just("  quiet 21:00..08:00 local\n"), 1 => Just("  quiet 12:00..13:00 local\n")];
    let policy =
        prop_oneof![1 => Just("skip".to_owned()), 3 => span().prop_map(|span| format!("wait up to {span} then skip"))];
    let some = (prop::collection::btree_set(cap, 1..3), quiet, policy).prop_map(|(caps, quiet, policy)| {
        let caps = caps.into_iter().collect::<Vec<_>>().join(", ");
        format!("limits {{\n  email at most {caps}\n{quiet}  when capped: {policy}\n}}\n")
    });
    prop_oneof![4 => some, 1 => Just(String::new())]
}

fn program() -> impl Strategy<Value = String> {
    let sequences = (1..4_usize).prop_flat_map(|count| (0..count).map(sequence).collect::<Vec<_>>());
    let priorities = prop::collection::vec(prop::sample::select(&[10_i64, 50, 50, 90][..]), 5);
    (priorities, prop::bool::weighted(0.3), limits(), sequences).prop_map(|(priorities, service, limits, sequences)| {
        let world = world(&priorities, usize::from(service));
        world + &limits + &sequences.concat()
    })
}

/// Events in bursts and alone.
fn events() -> impl Strategy<Value = Vec<(i64, usize, u8)>> {
    let minute = prop_oneof![0..40 * 24 * 60_i64, (0..40 * 4_i64).prop_map(|quarter| quarter * 6 * 60)];
    prop::collection::vec((minute, 0..4_usize, 0..3_u8), 1..120).prop_map(|mut events| {
        events.sort_unstable();
        events
    })
}

#[test]
fn no_run_exceeds_the_bounds() {
    let config = ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let (reached, bounded, dropped, held) = (Cell::new(0), Cell::new(0), Cell::new(0), Cell::new(0));
    let add = |count: &Cell<usize>, more: usize| count.set(count.get() + more);
    TestRunner::new_with_rng(config, rng)
        .run(&(program(), events()), |(text, events)| {
            let program = compiled(&text);
            let bounds = bounds::of(&program);
            let seen = run(&program, &events);
            let most = keeps(&program, &bounds, &seen);
            let most = most.map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
            let bound = bounds.channels.first().and_then(|channel| channel.limited);
            add(&bounded, usize::from(bound.is_some_and(|bound| bound > 0)));
            add(&reached, usize::from(most > 0 && bound == Some(most)));
            add(&dropped, usize::from(!seen.dropped.is_empty()));
            add(&held, usize::from(!bounds.held_back.is_empty()));
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    let found = [reached.get(), bounded.get(), dropped.get(), held.get()];
    println!("reached, bounded, dropped, held: {found:?}");
    // It is worth something only where bounds are reached, and caps drop what they are said to.
    assert!(reached.get() * 4 > bounded.get() && dropped.get() * 4 > held.get(), "{found:?}");
}

/// `FLOW_CASES=10000` tries many.
fn cases() -> u32 {
    std::env::var("FLOW_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(400)
}

/// A letter for each event, as often as the limits let it.
fn pressed(limits: &str) -> (u64, u64) {
    let text = world(&[50], 0) + "sequence q { enter on e0\n  key k\n  again\n  send m0\n}\n" + limits;
    let program = compiled(&text);
    let bounds = bounds::of(&program);
    let every_ten_minutes: Vec<_> = (0..20 * 24 * 6).map(|n| (n * 10, 0, u8::try_from(n % 251).unwrap())).collect();
    let seen = run(&program, &every_ten_minutes);
    let most = keeps(&program, &bounds, &seen).unwrap();
    (most, bounds.channels[0].limited.unwrap())
}

#[test]
fn what_the_caps_allow_is_reached() {
    for caps in [
        "1 per 1 day",
        "3 per 7 days",
        "1 per 1 day, 3 per 7 days",
        "2 per 1 day, 4 per 3 days",
        "2 per 3 days",
        "1 per 2 days, 2 per 5 days",
        "5 per 6 days, 2 per 2 days",
        "1 per 1 month",
        // The eighth leaves in the week in which the clocks go back.
        "1 per 24h",
        "3 per 168h",
        "1 per 50h",
        "2 per 12h",
    ] {
        let (found, bound) = pressed(&format!("limits {{\n  email at most {caps}\n  when capped: skip\n}}\n"));
        assert_eq!(found, bound, "{caps}");
    }
    for (caps, quiet) in
        [("1 per 6h", "21:00..08:00"), ("1 per 1 day", "08:00..20:00"), ("2 per 1 day", "00:00..23:00")]
    {
        let limits = format!("limits {{\n  email at most {caps}\n  quiet {quiet} local\n  when capped: skip\n}}\n");
        let (found, bound) = pressed(&limits);
        // In the week in which the clocks go back quiet hours are not counted on.
        assert!(found <= bound && found + 8 >= bound, "{caps}, {quiet}: {found} of {bound}");
    }
}
