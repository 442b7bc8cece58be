//! Programs that take over while people are inside: each folder of `tests/scenarios/deploys/` is a case.
//!
//! `plan.txt` says which folder takes over when (`after 2026-03-02T12:00`) and where the run ends (`until …`); times are
//! UTC. Each project has `flow.toml` and `world.flow` of `tests/scenarios/` too. All that is decided about the events
//! of `events.jsonl`, what became of the runs, or why a project could not take over, stands in `decisions.txt`.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flow_graph::{Program, Timestamp};
use flow_machine::adopt::Change;
use flow_machine::{Engine, invariants};
use flow_runtime::driver::deploy::Refused;
use flow_runtime::driver::{Arriving, Decided, Driver, Observer, Options};
use flow_runtime::ingest::{Catalog, Format, Incoming, Inputs, Read};
use flow_runtime::record::Kind;
use flow_runtime::{Record, Renderer};
use flow_tests::{files, golden, lines, root, texts};

#[test]
fn deploys() {
    let mut wrong = Vec::new();
    let mut cases = 0;
    for entry in std::fs::read_dir(folder()).expect("the folder of cases") {
        let case = entry.expect("a case").path();
        cases += 1;
        let actual = run(&case);
        wrong.extend(golden(&case.join("decisions.txt"), &actual).err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(cases >= 10, "only {cases} cases were found");
}

/// The same events up to the time of the deploy, and the deploy: what came before is decided alike.
fn run(case: &Path) -> String {
    let plan = Plan::read(case);
    let engine = |dir: &str| Arc::new(Engine::new(Arc::new(program(&case.join(dir)))).expect("a program that runs"));
    let first = engine("before");
    let mut later = None;
    for (dir, at) in plan.deploys.iter().rev() {
        let catalog = Catalog::new(&engine(dir));
        later = Some((*at, Arc::new(chained(catalog, later))));
    }
    let catalog = chained(Catalog::new(&first), later);
    let text = read(&case.join("events.jsonl"));
    let options = Options { until: Some(plan.until), deploys: true, ..Options::default() };
    let mut driver = Driver::new(Arc::clone(&first), Renderer::shared(&first), options);
    let mut told = Told { engine: first, text: String::new() };
    let mut deploys = plan.deploys.iter().peekable();
    let inputs = inputs(catalog, &text);
    let ends = inputs.iter().map(|incoming| (incoming.arrives(), Some(incoming))).chain([(plan.until, None)]);
    for (at, incoming) in ends {
        while let Some((dir, at)) = deploys.next_if(|deploy| deploy.1 <= at) {
            let next = program(&case.join(dir));
            driver.run_until(*at, &mut told);
            let people = driver.rehearse(next.clone(), &mut Unheard).expect("a program that runs");
            match driver.deploy(&next, *at, &mut told) {
                Ok(deployed) => {
                    assert_eq!((&people.stranded, people.runs), (&Vec::new(), deployed.runs), "{}", case.display());
                    assert_eq!((&people.at, people.contacts), (&deployed.at, deployed.contacts));
                    let _ = writeln!(told.text, "{at} == {dir}: {}", words(deployed.runs));
                }
                Err(Refused::Stranded(left)) => {
                    let reasons = people.stranded.iter().map(|it| (it.people, it.message.clone(), it.help.clone()));
                    let told_now = left.iter().map(|left| (left.people, left.message(), left.help()));
                    assert!(reasons.eq(told_now), "{}: {:?}", case.display(), people.stranded);
                    for left in left {
                        let _ =
                            writeln!(told.text, "{at} refused {dir}: {}:{}: {}", left.file, left.line, left.message());
                        let _ = writeln!(told.text, "  help: {}", left.help());
                        left.clauses.iter().for_each(|clause| told.text.push_str(&format!("    {clause}\n")));
                    }
                }
                Err(Refused::Unusable(error)) => panic!("{error}"),
            }
        }
        if let Some(incoming) = incoming {
            driver.feed(incoming, &mut told);
        }
        for contact in driver.contacts() {
            assert_eq!(invariants::check(driver.engine(), contact), Vec::<String>::new());
        }
    }
    driver.finish(&mut told);
    told.text
}

#[test]
fn of_a_split_only_the_share_that_moved_changes_sides() {
    let text = |arms: &str| {
        format!(
            "message hello {{ channel email  topic account  subject \"Hello\"  body \"Hello.\" }}\n\
             sequence offers {{\n  enter on asked\n  again\n  split offer {{ {arms} }}\n}}\n"
        )
    };
    let arms = [
        "50% control { }  50% discount { send hello }",
        "60% control { }  40% discount { send hello }",
        // The same points with the border drawn as an arm of its own: who changes sides is known by it.
        "50% control { }  10% moves { }  40% discount { send hello }",
    ];
    let programs = arms.map(|arms| compiled("main.flow", &text(arms)));
    let engine = Arc::new(Engine::new(Arc::new(programs[0].clone())).expect("a program that runs"));
    let mut driver = Driver::new(Arc::clone(&engine), Renderer::shared(&engine), Options::default());
    let mut sides = Sides { engine: Arc::clone(&engine), arms: BTreeMap::new() };
    for (day, program) in (1..).zip(&programs) {
        if day > 1 {
            driver.deploy(program, at(&format!("2026-03-0{day}T00:00")), &mut sides).expect("nobody is inside");
        }
        let asked: String = (0..1_000)
            .map(|n| {
                format!("{{\"type\":\"track\",\"userId\":\"u{n}\",\"event\":\"asked\",\"timestamp\":\"2026-03-0{day}T10:00:00Z\"}}\n")
            })
            .collect();
        for incoming in inputs(Catalog::new(driver.engine()), &asked) {
            driver.feed(&incoming, &mut sides);
        }
    }
    let mut moved = 0;
    for (contact, arms) in &sides.arms {
        let arms: Vec<&str> = arms.iter().map(String::as_str).collect();
        let expected = match arms.get(2) {
            Some(&"control") => ["control", "control"],
            Some(&"moves") => ["discount", "control"],
            _ => ["discount", "discount"],
        };
        assert_eq!(arms.get(..2), Some(&expected[..]), "{contact}");
        moved += usize::from(arms.get(2) == Some(&"moves"));
    }
    assert_eq!(sides.arms.len(), 1_000);
    assert!((75..125).contains(&moved), "{moved} of 1,000 have changed sides");
}

/// A message leaves once under its key: a run of a sequence that was away, or was called otherwise, is another one than those
/// that there were before.
#[test]
fn a_message_of_a_sequence_that_comes_back_leaves_again() {
    let hello = "message hello { channel email  topic account  subject \"Hello\"  body \"Hello.\" }\n";
    let of = |name: &str| format!("sequence {name} {{\n  enter on asked\n  again\n  send hello\n}}\n");
    let moved = |from: &str, to: &str| format!("moved sequence.{from} to sequence.{to}\n");
    let texts = [
        of("offers"),
        "retired sequence.offers { exit }\n".to_owned(),
        of("offers"),
        of("deals") + &moved("offers", "deals"),
        of("offers") + &moved("deals", "offers"),
        of("offers") + &of("deals"),
        of("offers") + &moved("deals", "offers"),
    ];
    let programs = texts.map(|text| compiled("main.flow", &format!("{hello}{text}")));
    let engine = Arc::new(Engine::new(Arc::new(programs[0].clone())).expect("a program that runs"));
    let mut driver = Driver::new(Arc::clone(&engine), Renderer::shared(&engine), Options::default());
    let mut keys = Keys::default();
    for (day, program) in (1..).zip(&programs) {
        if day > 1 {
            driver.deploy(program, at(&format!("2026-03-0{day}T00:00")), &mut keys).expect("nobody is inside");
        }
        let email = "\"context\":{\"traits\":{\"email\":\"ana@x.example\"}}";
        let asked = format!(
            "{{\"type\":\"track\",\"userId\":\"ana\",\"event\":\"asked\",{email},\"timestamp\":\"2026-03-0{day}T10:00:00Z\"}}\n"
        );
        for incoming in inputs(Catalog::new(driver.engine()), &asked) {
            driver.feed(&incoming, &mut keys);
        }
    }
    // Of the second program nothing leaves, of the sixth two do.
    assert_eq!(keys.0.len(), 7, "{:?}", keys.0);
    let distinct: std::collections::BTreeSet<_> = keys.0.iter().collect();
    assert_eq!(distinct.len(), keys.0.len(), "{:?}", keys.0);
}

/// The keys of what has left.
#[derive(Default)]
struct Keys(Vec<String>);

impl Observer for Keys {
    fn decided(&mut self, decided: Decided<'_>) {
        if let flow_machine::DecisionKind::Send(send) = decided.decision.kind {
            self.0.push(send.key);
        }
    }
}

struct Plan {
    deploys: Vec<(String, Timestamp)>,
    until: Timestamp,
}

impl Plan {
    fn read(case: &Path) -> Self {
        let mut plan = Self { deploys: Vec::new(), until: Timestamp::LAST_VALID };
        for line in read(&case.join("plan.txt")).lines() {
            let (word, time) = line.split_once(' ').expect("a folder and a time");
            match word {
                "until" => plan.until = at(time),
                dir => plan.deploys.push((dir.to_owned(), at(time))),
            }
        }
        plan
    }
}

/// What is told, a line each.
struct Told {
    engine: Arc<Engine>,
    text: String,
}

impl Observer for Told {
    fn decided(&mut self, decided: Decided<'_>) {
        let record = Record::new(self.engine.program(), &decided);
        let _ = writeln!(self.text, "{} {}   {}", record.at, record.contact, record.line());
    }

    fn arriving(&mut self, arriving: Arriving<'_>) {
        let event = arriving.incoming.event.as_ref().and_then(|event| self.engine.program().events.get(event.kind));
        let what = event.map_or("what is known", |event| &event.name);
        let _ = writeln!(self.text, "{} {} → {what}", arriving.at, arriving.id);
    }

    fn deployed(&mut self, change: &Change) {
        self.engine = Arc::clone(change.engine());
    }
}

/// What is only tried tells nobody.
struct Unheard;

impl Observer for Unheard {
    fn decided(&mut self, decided: Decided<'_>) {
        panic!("{:?} was decided while a program was only tried", decided.decision);
    }
}

/// The arms that each contact took, in order.
struct Sides {
    engine: Arc<Engine>,
    arms: BTreeMap<String, Vec<String>>,
}

impl Observer for Sides {
    fn decided(&mut self, decided: Decided<'_>) {
        let record = Record::new(self.engine.program(), &decided);
        if record.kind == Kind::Split {
            self.arms.entry(record.contact.to_string()).or_default().push(record.text("arm").to_owned());
        }
    }

    fn deployed(&mut self, change: &Change) {
        self.engine = Arc::clone(change.engine());
    }
}

fn words(runs: flow_machine::adopt::Moves) -> String {
    let flow_machine::adopt::Moves { stayed, recomputed, moved, finishing, exited, enrolled } = runs;
    format!(
        "{stayed} stayed, {recomputed} recomputed, {moved} moved, {finishing} finishing, {exited} exited, {enrolled} enrolled"
    )
}

fn chained(catalog: Catalog, later: Option<(Timestamp, Arc<Catalog>)>) -> Catalog {
    match later {
        Some((at, later)) => catalog.until(at, later),
        None => catalog,
    }
}

fn inputs(catalog: Catalog, text: &str) -> Vec<Incoming> {
    let inputs = Inputs::new(Arc::new(catalog), text.as_bytes(), "events.jsonl", 0, &Format::Segment);
    let each = |read: std::io::Result<Read>| match read.expect("a line") {
        Read::Incoming(incoming) => *incoming,
        Read::Rejected(rejection) => panic!("{rejection:?}"),
    };
    inputs.expect("the events").map(each).collect()
}

fn program(dir: &Path) -> Program {
    let flow: String = files(dir).iter().map(|path| read(path)).collect();
    let name = format!("{}/main.flow", dir.file_name().and_then(|name| name.to_str()).unwrap_or_default());
    compiled(&name, &flow)
}

fn compiled(name: &str, text: &str) -> Program {
    let base = folder().parent().map(Path::to_path_buf).expect("the scenarios");
    let (settings, world) = (read(&base.join("flow.toml")), read(&base.join("world.flow")));
    let sources = texts(&[("flow.toml", &settings), ("world.flow", &world), (name, text)]);
    let compiled = flow_compiler::compile(&sources);
    compiled.program.unwrap_or_else(|| panic!("{name}:\n{}", lines(&sources, &compiled.diagnostics)))
}

fn at(text: &str) -> Timestamp {
    let at: jiff::Timestamp = format!("{text}:00Z").parse().expect("a time");
    Timestamp(at.as_millisecond())
}

fn folder() -> PathBuf {
    root().join("tests/scenarios/deploys")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
