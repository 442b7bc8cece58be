//! Two programs over one history, held against two runs of one driver each whose decisions are compared one by one.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]
#![allow(clippy::wildcard_enum_match_arm, reason = "only some facts are worked out a second time")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use flow_compiler::source::Sources;
use flow_graph::{Program, Timestamp};
use flow_machine::Engine;
use flow_machine::decision::DecisionKind;
use flow_review::backtest::{Report, html, markdown, worth_telling};
use flow_runtime::Renderer;
use flow_runtime::backtest::label::Label;
use flow_runtime::backtest::outcome::{Difference, Outcome};
use flow_runtime::backtest::{Backtest, Setup};
use flow_runtime::driver::{Counts, Decided, Driver, Observer, Options};
use flow_runtime::ingest::{Catalog, Format, Inputs, Mapping, Read, Rejection};
use flow_runtime::parallel::{Source, Unreadable, Watch};
use flow_tests::{lines, project, root, texts};

/// Of each contact, what became of it in words: how often, and when first.
type Lives = BTreeMap<String, BTreeMap<String, (u64, i64)>>;

#[derive(Default)]
struct Naive(Vec<(u32, i64, Vec<String>)>, Option<Arc<Engine>>);

impl Observer for Naive {
    fn decided(&mut self, decided: Decided<'_>) {
        let engine = self.1.clone().unwrap();
        let said = said(engine.program(), &decided.decision.kind);
        self.0.push((decided.contact, decided.decision.at.0, said));
    }

    fn wants_content(&self) -> bool {
        false
    }
}

/// The facts of a decision, in words of its own.
fn said(program: &Program, kind: &DecisionKind) -> Vec<String> {
    let message = |id| &program.messages.get(id).unwrap().name;
    let sequence = |id| &program.sequences.get(id).unwrap().name;
    match kind {
        DecisionKind::Send(send) => vec![format!("Sent {} ", message(send.message))],
        DecisionKind::Held { send, gate, .. } => vec![format!("Held {} {}", message(send.message), gate.name())],
        DecisionKind::Dropped { send, gate } => vec![format!("Dropped {} {}", message(send.message), gate.name())],
        DecisionKind::Stage { lifecycle, to, .. } => {
            let lifecycle = program.lifecycles.get(*lifecycle).unwrap();
            vec![format!("Stage {} {}", lifecycle.name, lifecycle.stages[usize::from(*to)])]
        }
        DecisionKind::EnteredSegment(id) => vec![format!("Segment {} ", program.segments.get(*id).unwrap().name)],
        DecisionKind::Band { score, from, to: Some(to), .. } => {
            let score = program.scores.get(*score).unwrap();
            let first = from.map_or(0, |from| usize::from(from) + 1);
            let bands = score.bands.iter().enumerate();
            let reached = bands.filter(|(place, _)| *place >= first && *place <= usize::from(*to));
            reached.map(|(_, band)| format!("Band {} {}", score.name, band.name)).collect()
        }
        DecisionKind::Enrolled { sequence: id, holdout, .. } => {
            vec![format!("{} {} ", if *holdout { "HeldOut" } else { "Entered" }, sequence(*id))]
        }
        DecisionKind::Goal { sequence: id, converted, .. } => {
            let mut said = vec![format!("Goal {} ", sequence(*id))];
            said.extend(converted.then(|| format!("Converted {} ", sequence(*id))));
            said
        }
        DecisionKind::SlaStarted { sla, .. } => vec![format!("SlaStarted {} ", program.slas.get(*sla).unwrap().name)],
        DecisionKind::SlaBreached { sla, .. } => vec![format!("SlaBreached {} ", program.slas.get(*sla).unwrap().name)],
        _ => Vec::new(),
    }
}

/// Facts that the naive words know.
const KNOWN: [&str; 12] = [
    "Sent",
    "Held",
    "Dropped",
    "Stage",
    "Segment",
    "Band",
    "Entered",
    "HeldOut",
    "Goal",
    "Converted",
    "SlaStarted",
    "SlaBreached",
];

fn naive(program: &Program, text: &str, format: &Format, setup: &Setup) -> (Lives, u64) {
    let engine = Arc::new(Engine::new(Arc::new(program.clone())).unwrap());
    let catalog = Arc::new(Catalog::new(&engine));
    let options = Options { until: setup.until, merges: setup.merges, deploys: false };
    let mut driver = Driver::new(Arc::clone(&engine), Renderer::shared(&engine), options);
    let mut observer = Naive(Vec::new(), Some(engine));
    let mut inputs = Vec::new();
    for read in Inputs::new(catalog, text.as_bytes(), "events", 0, format).unwrap() {
        if let Read::Incoming(incoming) = read.unwrap() {
            inputs.push(*incoming);
        }
    }
    if setup.sort {
        inputs.sort_by_key(flow_runtime::Incoming::arrives);
    }
    inputs.iter().for_each(|incoming| driver.feed(incoming, &mut observer));
    driver.finish(&mut observer);
    let mut lives = Lives::new();
    for (contact, at, said) in observer.0 {
        let root = driver.people().follow(contact);
        let life = lives.entry(driver.contact(root).unwrap().id.to_string()).or_default();
        for said in said {
            let (count, first) = life.entry(said).or_insert((0, at));
            *count += 1;
            *first = at.min(*first);
        }
    }
    (lives, driver.contacts().count() as u64)
}

fn expected(before: &Lives, after: &Lives) -> BTreeMap<String, Difference> {
    let mut all: BTreeMap<String, Difference> = BTreeMap::new();
    let contacts = before.keys().chain(after.keys()).collect::<std::collections::BTreeSet<_>>();
    for contact in contacts {
        let of = |lives: &Lives| lives.get(contact).cloned().unwrap_or_default();
        let (base, head) = (of(before), of(after));
        for said in base.keys().chain(head.keys()).collect::<std::collections::BTreeSet<_>>() {
            let it = all.entry(said.clone()).or_default();
            let (base, head) = (base.get(said).copied(), head.get(said).copied());
            let (was, is) = (base.map_or(0, |it| it.0), head.map_or(0, |it| it.0));
            it.base += was;
            it.head += is;
            it.base_contacts += u64::from(was > 0);
            it.head_contacts += u64::from(is > 0);
            it.base_again += u64::from(was > 1);
            it.head_again += u64::from(is > 1);
            it.gained += u64::from(was == 0);
            it.lost += u64::from(is == 0);
            it.more += u64::from(is > was);
            it.fewer += u64::from(is < was);
            if let Some((base, head)) = base.zip(head) {
                it.earlier += u64::from(head.1 < base.1);
                it.later += u64::from(head.1 > base.1);
            }
        }
    }
    all
}

struct Nobody;

impl Watch for Nobody {
    fn rejected(&mut self, _: Rejection) {}
}

fn source<'t>(text: &'t str, format: &Format) -> Vec<Source<std::io::BufReader<&'t [u8]>>> {
    let reader = std::io::BufReader::with_capacity(3_000, text.as_bytes());
    vec![Source { name: "events".to_owned(), reader, format: format.clone(), joining: None }]
}

fn run(base: &Program, head: &Program, setup: &Setup, (text, format): (&str, &Format)) -> (Outcome, Report) {
    let mut backtest = Backtest::new(base, head, setup.clone()).unwrap();
    for _ in 0..backtest.passes() {
        backtest.pass(source(text, format), &mut Nobody).unwrap();
    }
    let outcome = backtest.outcome();
    let ids = worth_telling(&outcome, 4);
    let mut open = || Ok::<_, Unreadable>(source(text, format));
    let stories = backtest.stories(&ids, &mut open, &mut Nobody).unwrap();
    let report = Report::new(&outcome, ("before", "after"), &stories);
    (outcome, report)
}

/// What the oracle says, with any number of partitions; the report with one.
fn compare(base: &Program, head: &Program, setup: &Setup, events: (&str, &Format)) -> Report {
    let (before, contacts) = naive(base, events.0, events.1, setup);
    let (after, others) = naive(head, events.0, events.1, setup);
    let expected = expected(&before, &after);
    let mut first: Option<(Report, String, String)> = None;
    for jobs in [1, 2, 7] {
        let (outcome, report) = run(base, head, &Setup { jobs, ..setup.clone() }, events);
        assert_eq!(outcome.contacts, (contacts, others));
        let mut found = BTreeMap::new();
        for (fact, difference) in outcome.facts.iter().zip(&outcome.differences) {
            let kind = format!("{:?}", fact.kind);
            if KNOWN.contains(&kind.as_str()) && (difference.base > 0 || difference.head > 0) {
                found.insert(
                    format!("{kind} {} {}", fact.item, fact.part),
                    Difference {
                        sample_more: outcome_none(),
                        sample_fewer: outcome_none(),
                        sample_moved: outcome_none(),
                        ..difference.clone()
                    },
                );
            }
        }
        assert_eq!(found, expected, "{jobs} partitions");
        let (json, page) = (report.to_json(), html::write(&report));
        match &first {
            None => first = Some((report, json, page)),
            Some((_, known, known_page)) => assert!(*known == json && *known_page == page, "{jobs} partitions"),
        }
    }
    let (report, _, _) = first.unwrap();
    // Whoever is told of lives differently under both.
    for story in &report.contacts {
        assert!(story.moments.iter().any(|moment| !moment.is_same()), "{story:#?}");
    }
    report
}

fn outcome_none() -> flow_runtime::backtest::outcome::Sample {
    flow_runtime::backtest::outcome::Sample::default()
}

fn compiled(sources: &Sources) -> Program {
    let compiled = flow_compiler::compile(sources);
    compiled.program.unwrap_or_else(|| panic!("{}", lines(sources, &compiled.diagnostics)))
}

/// An example with one text replaced in all of its files.
fn changed(example: &str, from: &str, to: &str) -> Program {
    let folder = root().join("examples").join(example);
    let mut sources = Sources::default();
    let mut found = false;
    for (_, file) in project(&folder).iter() {
        found |= file.text.contains(from);
        sources.add(file.path.to_string(), file.kind, file.text.replace(from, to));
    }
    assert!(found, "`{from}` stands in {example}");
    compiled(&sources)
}

fn all_merging() -> Setup {
    Setup { merges: true, jobs: 1, ..Setup::default() }
}

#[test]
fn changes_of_the_shop_are_what_two_runs_say() {
    let text = std::fs::read_to_string(root().join("examples/shop/events.jsonl")).unwrap();
    let base = compiled(&project(&root().join("examples/shop")));
    let until = Some(Timestamp(1_775_000_000_000));
    for (from, to) in [
        ("email at most 1 per 1 day, 3 per 7 days", "email at most 1 per 3 days, 2 per 7 days"),
        ("when capped: wait up to 2 days then skip", "when capped: skip"),
        ("wait 2 days", "wait 5 days"),
    ] {
        let head = changed("shop", from, to);
        for sort in [false, true] {
            let setup = Setup { until, sort, ..all_merging() };
            let report = compare(&base, &head, &setup, (&text, &Format::Segment));
            assert!(!report.is_empty() && report.affected > 0, "{from}");
            let said = markdown::write(&report);
            assert!(said.contains("| before | after |") && said.contains("<details>"), "{said}");
        }
    }
    let same = compare(&base, &base, &all_merging(), (&text, &Format::Segment));
    assert!(same.same && same.is_empty());
    let worded =
        compare(&base, &changed("shop", "subject \"", "subject \"New: "), &all_merging(), (&text, &Format::Segment));
    assert!(!worded.same && worded.is_empty(), "what messages say decides nothing");
}

/// The excerpt of the record shop, and how its rows are read.
fn record_shop() -> (String, Format) {
    let table = std::fs::read_to_string(root().join("examples/cdnow/sample.csv")).unwrap();
    let field = |name: &str, column: &str| (name.to_owned(), column.to_owned());
    let format = Format::Csv(Mapping {
        event: "order_placed".to_owned(),
        contact: "customer_id".to_owned(),
        time: "date".to_owned(),
        id: None,
        fields: vec![field("quantity", "quantity"), field("value", "amount")],
        delimiter: b',',
    });
    (table, format)
}

#[test]
fn another_score_of_the_record_shop_moves_its_buyers() {
    let (table, format) = record_shop();
    let base = compiled(&project(&root().join("examples/cdnow")));
    let head = changed("cdnow", "half-life 60 days", "half-life 20 days");
    let setup = Setup { sort: true, jobs: 1, ..Setup::default() };
    let report = compare(&base, &head, &setup, (&table, &format));
    let hot = report.changes.iter().find(|it| it.name() == "appetite: warm").unwrap();
    assert!(hot.count.after != hot.count.before, "{hot:?}");
    assert!(report.scores.iter().any(|score| score.bars.iter().any(|bar| bar.1 != bar.2)));
}

const WORLD: &str = r#"
contact { email: email?  plan: text?  timezone: timezone? }
event order_placed as "Order Completed" { value: money as "revenue" }
event page_viewed as page { path: text? }
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
"#;

/// Changes that are tried with each other: what stands there, and what may stand there instead.
const CHANGES: [(&str, &str); 9] = [
    ("half-life 3 days", "half-life 9 days"),
    ("+5 on page_viewed", "+9 on page_viewed"),
    ("warm from 10", "warm from 12"),
    (">= 2 }", ">= 3 }"),
    ("customer on order_placed", "customer on page_viewed"),
    ("at most 1 per 1 day", "at most 2 per 1 day"),
    ("wait 2h", "wait 9h"),
    ("holdout 30%", "holdout 60%"),
    // Inputs are others then, and the history goes by twice.
    ("event page_viewed as page { path: text? }", "event page_viewed as page { path: text? as \"url\"  at: text? }"),
];

/// Calls of a few people on a few devices, many of whom turn out to be the same.
fn calls(seed: u64, count: usize) -> String {
    let mut state = seed | 1;
    let mut chance = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let (mut text, mut now) = (String::new(), 1_772_323_200_000_i64);
    for number in 0..count {
        now += i64::try_from(chance(300)).unwrap() * 60_000;
        let (user, device) = (chance(12), chance(16));
        let who = match chance(10) {
            0..4 => format!(r#""userId":"u{user}""#),
            4..8 => format!(r#""anonymousId":"a{device}""#),
            _ => format!(r#""userId":"u{user}","anonymousId":"a{device}""#),
        };
        let what = match chance(8) {
            0..3 => r#""type":"track","event":"Order Completed","properties":{"revenue":5}"#.to_owned(),
            3..6 => r#""type":"page","properties":{"path":"/x"}"#.to_owned(),
            6 => format!(r#""type":"identify","traits":{{"email":"u{user}@x.example","plan":"p{device}"}}"#),
            _ => r#""type":"track","event":"Unknown""#.to_owned(),
        };
        let time = Timestamp(now - if chance(12) == 0 { 400_000_000 } else { 0 });
        let id = number - usize::try_from(chance(2)).unwrap().min(number);
        let _ = writeln!(
            text,
            r#"{{{who},"messageId":"m{id}","timestamp":"{time}","receivedAt":"{}",{what}}}"#,
            Timestamp(now)
        );
    }
    text
}

#[test]
fn any_change_is_what_two_runs_say() {
    let base = compiled(&texts(&[("main.flow", WORLD)]));
    let mut differs = 0;
    for (number, (from, to)) in (0..).zip(CHANGES) {
        let (also, instead) = CHANGES[(number + 3) % CHANGES.len()];
        for text in [WORLD.replace(from, to), WORLD.replace(from, to).replace(also, instead)] {
            assert_ne!(text, WORLD);
            let head = compiled(&texts(&[("main.flow", &text)]));
            let events = calls(number as u64 * 7 + 3, 400);
            let until = (number % 2 == 0).then_some(Timestamp(1_772_323_200_000 + 40 * 86_400_000));
            let setup = Setup { until, sort: number % 3 == 0, ..all_merging() };
            let report = compare(&base, &head, &setup, (&events, &Format::Segment));
            differs += usize::from(!report.is_empty());
        }
    }
    assert!(differs > 12, "{differs} of 18 changes are seen");
}

/// Programs of one shape share contacts, those of another one do not: all figures are the same.
#[test]
fn figures_are_the_same_where_contacts_are_shared() {
    const NOBODY: &str = "segment nobody { plan == \"there is no such plan\" }\n";
    let base = compiled(&texts(&[("main.flow", WORLD)]));
    let (mut sent, mut differs) = (0, 0);
    for (seed, (from, to)) in (20..).zip(CHANGES) {
        let text = WORLD.replace(from, to);
        let head = compiled(&texts(&[("main.flow", &text)]));
        let apart = compiled(&texts(&[("main.flow", &format!("{text}{NOBODY}"))]));
        let events = calls(seed, 1_500);
        let label = Some(Label { event: "order_placed".to_owned(), within_ms: Some(5 * 86_400_000) });
        for merges in [true, false] {
            let setup = Setup { merges, jobs: 2, label: label.clone(), ..Setup::default() };
            let (shared, _) = run(&base, &head, &setup, (&events, &Format::Segment));
            let (alone, _) = run(&base, &apart, &setup, (&events, &Format::Segment));
            assert_eq!(shared.pressure, alone.pressure, "{from}, merges: {merges}");
            assert_eq!(shared.scores, alone.scores, "{from}, merges: {merges}");
            assert_eq!(shared.labels, alone.labels, "{from}, merges: {merges}");
            assert_eq!((shared.contacts, shared.affected), (alone.contacts, alone.affected), "{from}");
            let figures = |counts: Counts| Counts { turns: 0, ..counts };
            let counts = |outcome: &Outcome| (figures(outcome.counts.0), figures(outcome.counts.1));
            assert_eq!(counts(&shared), counts(&alone), "{from}, merges: {merges}");
            sent += shared.pressure.iter().flat_map(|it| &it.weeks).map(|week| week.1).sum::<u64>();
            differs += usize::from(shared.pressure.iter().flat_map(|it| &it.weeks).any(|week| week.1 != week.2));
        }
    }
    assert!(sent > 100 && differs > 4, "{sent} weeks with messages, {differs} runs differ in them");
}

/// What scores foretold, worked out from the bands that contacts reached and the events that came, one by one.
#[test]
fn what_scores_foretold_is_what_happened_later() {
    const WITHIN_MS: i64 = 60 * 86_400_000;
    let (table, format) = record_shop();
    let base = compiled(&project(&root().join("examples/cdnow")));
    let head = changed("cdnow", "half-life 60 days", "half-life 20 days");
    let label = Some(Label { event: "order_placed".to_owned(), within_ms: Some(WITHIN_MS) });
    let setup = Setup { sort: true, jobs: 2, label, ..Setup::default() };
    let (outcome, report) = run(&base, &head, &setup, (&table, &format));
    let report = report.foretold(&outcome, ("won", "order_placed"), Some("60 days"));
    let engine = Arc::new(Engine::new(Arc::new(base.clone())).unwrap());
    let inputs = Inputs::new(Arc::new(Catalog::new(&engine)), table.as_bytes(), "events", 0, &format).unwrap();
    let mut orders: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for read in inputs {
        if let Read::Incoming(incoming) = read.unwrap() {
            orders.entry(incoming.who.user.clone().unwrap().to_string()).or_default().push(incoming.arrives().0);
        }
    }
    let end = *orders.values().flatten().max().unwrap();
    let found = report.label.as_ref().unwrap();
    let again = |times: &&Vec<i64>| times.iter().any(|at| at > times.iter().min().unwrap());
    let again = orders.values().filter(again).count() as u64;
    assert_eq!((found.happened.before, found.contacts.before), (again, orders.len() as u64));
    assert!(again > 20 && (found.scores[0].before[0].judged.lift.unwrap() - 1.0).abs() < 0.1, "{found:?}");
    let mut judged = 0;
    for (program, bands) in [(&base, &found.scores[0].before), (&head, &found.scores[0].after)] {
        let (lives, _) = naive(program, &table, &format, &setup);
        for band in bands {
            let (mut reached, mut hits, mut late) = (0, 0, 0);
            for (contact, life) in &lives {
                let reached_first = life.get(&format!("Band appetite {}", band.band)).map(|it| it.1);
                // Everybody has no points, which is as cold as can be, from the beginning.
                let from_the_first = (band.judged.threshold == 0.0).then(|| *orders[contact].iter().min().unwrap());
                let Some(first) = &from_the_first.or(reached_first) else { continue };
                let hit = orders[contact].iter().any(|at| at > first && at - first <= WITHIN_MS);
                if hit || first + WITHIN_MS <= end {
                    reached += 1;
                    hits += u64::from(hit);
                } else {
                    late += 1;
                }
            }
            judged += reached;
            let found = (band.judged.reached, band.judged.hits, band.judged.too_late);
            assert_eq!(found, (reached, hits, late), "{}", band.band);
            assert!(band.judged.recall.unwrap() <= 1.0 && band.judged.low.unwrap() <= band.judged.precision.unwrap());
        }
    }
    assert!(judged > 100, "{judged} contacts are judged");
}
