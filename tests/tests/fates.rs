//! A program takes the place of another while people are at every step at which they can be: each of them has exactly one
//! fate, nobody is lost or doubled, what was rehearsed is what happens, and what help offers helps.
//!
//! Pairs of programs are those of `tests/scenarios/deploys/`, and the examples with a random edit: a step less, a step
//! more, steps changed or exchanged, a sequence renamed or finished as it was, with clauses and without.
//! `FLOW_EDITS=1000` tries so many of each.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::wildcard_enum_match_arm,
    reason = "a test may panic"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use flow_graph::program::{Sequence, StepKind};
use flow_graph::{Program, Timestamp, Value};
use flow_machine::adopt::Change;
use flow_machine::contact::journey::{Doing, Run, Sending};
use flow_machine::decision::Gate;
use flow_machine::input::Attributes;
use flow_machine::{Contact, DecisionKind, Engine, Input, Transition, invariants, step};
use flow_runtime::Renderer;
use flow_runtime::driver::deploy::Refused;
use flow_runtime::driver::restore::Standing;
use flow_runtime::driver::{Counts, Decided, Driver, Observer, Options};
use flow_runtime::identity::People as Identities;
use flow_runtime::ingest::Who;
use flow_runtime::rehearsal::{Fate, People};
use flow_tests::{files, lines, project, root, texts};
use serde_json::{Value as Json, json};

/// Monday, 2026-03-02, 12:00 UTC.
const NOW: Timestamp = Timestamp(1_772_452_800_000);
const HOUR: i64 = 3_600_000;

/// The files of a project, by their names.
type Texts = Vec<(String, String)>;

#[test]
fn scenarios_give_everybody_one_fate() {
    let scenarios = root().join("tests/scenarios");
    let read = |path: &Path| std::fs::read_to_string(path).expect("a file");
    let mut pairs = 0;
    for entry in std::fs::read_dir(scenarios.join("deploys")).expect("the folder of cases") {
        let case = entry.expect("a case").path();
        let texts = |dir: &str| -> Texts {
            let shared = ["flow.toml", "world.flow"].map(|name| (name.to_owned(), read(&scenarios.join(name))));
            let own: String = files(&case.join(dir)).iter().map(|path| read(path)).collect();
            shared.into_iter().chain([("main.flow".to_owned(), own)]).collect()
        };
        let (before, after) = (texts("before"), texts("after"));
        let old = compiled(&before).expect("a program");
        let name = case.display().to_string();
        take_over(&name, &old, &after);
        // The way back is a change like any other, and so is none.
        take_over(&format!("{name}, back"), &compiled(&after).expect("a program"), &before);
        let unchanged = take_over(&format!("{name}, again"), &old, &before);
        assert!(unchanged.is_some_and(|people| people.stranded.is_empty()), "{name}: nothing has changed");
        pairs += 1;
    }
    assert!(pairs >= 10, "only {pairs} cases were found");
}

#[test]
fn edits_of_examples_give_everybody_one_fate() {
    let edits = std::env::var("FLOW_EDITS").ok().and_then(|edits| edits.parse().ok()).unwrap_or(30);
    let mut chance = Chance(7);
    for name in ["shop", "saas"] {
        let before = example(&root().join("examples").join(name));
        let old = compiled(&before).expect("an example");
        let (mut tried, mut refused) = (0, 0);
        for number in 0..edits * 4 {
            let mut after = before.clone();
            for _ in 0..=chance.below(2) {
                edit(&mut after, &mut chance);
            }
            if tried == edits {
                break;
            }
            if let Some(people) = take_over(&format!("{name}, edit {number}"), &old, &after) {
                tried += 1;
                refused += usize::from(!people.stranded.is_empty());
            }
        }
        assert!(tried >= edits / 2, "of {name} only {tried} edits were programs");
        assert!(refused > 0 && refused < tried, "{refused} of {tried} were refused");
    }
}

/// Lets one program take the place of another with people everywhere, and looks that all is as it was rehearsed. None: the
/// second one is no program.
fn take_over(name: &str, old: &Program, after: &Texts) -> Option<People> {
    let new = compiled(after)?;
    let mut driver = inhabited(name, old);
    let runs = |driver: &Driver| driver.contacts().map(|contact| contact.journey.runs().len()).sum::<usize>();
    let (contacts, before) = (driver.contacts().count(), runs(&driver));
    let people = driver.rehearse(new.clone(), &mut Ended::default()).expect("a program that runs");
    let count = |count: u64| usize::try_from(count).unwrap();
    // Each run has exactly one fate.
    let fates = || people.places.iter().flat_map(|place| &place.fates);
    assert_eq!(fates().map(|fate| count(fate.runs)).sum::<usize>(), before, "{name}");
    let stranded: u64 = fates().filter(|fate| fate.fate == Fate::Stranded).map(|fate| fate.runs).sum();
    assert_eq!(count(people.runs.runs() + stranded), before, "{name}");
    assert!(people.places.iter().all(|place| place.runs == place.fates.iter().map(|fate| fate.runs).sum::<u64>()));
    let told: u64 = people.stranded.iter().map(|it| it.people).sum();
    assert_eq!(told, stranded, "{name}: {:?}", people.stranded);
    let mut ended = Ended::default();
    match driver.deploy(&new, NOW, &mut ended) {
        Ok(deployed) => {
            assert_eq!((deployed.runs, stranded, &people.stranded), (people.runs, 0, &Vec::new()), "{name}");
            assert_eq!(driver.contacts().count(), contacts, "{name}");
            assert_eq!(runs(&driver) + ended.ended, before + ended.begun, "{name}: somebody was lost or doubled");
            for contact in driver.contacts() {
                assert_eq!(invariants::check(driver.engine(), contact), Vec::<String>::new(), "{name}: {}", contact.id);
            }
        }
        Err(Refused::Stranded(left)) => {
            assert!(!people.stranded.is_empty(), "{name}: {left:?}");
            assert_eq!(runs(&driver), before, "{name}: nothing is changed");
            helped(name, old, after, &people);
        }
        Err(Refused::Unusable(error)) => panic!("{name}: {error}"),
    }
    Some(people)
}

/// The first of the clauses that are offered for each place are written: then nobody is stranded.
fn helped(name: &str, old: &Program, after: &Texts, people: &People) {
    let clauses: Vec<_> = people.stranded.iter().filter_map(|it| it.clauses.first()).collect();
    if clauses.len() < people.stranded.len() {
        return;
    }
    let mut mended = after.clone();
    let written: String = clauses.iter().map(|clause| format!("{clause}\n")).collect();
    mended.push(("clauses.flow".to_owned(), written.clone()));
    let new = compiled(&mended).unwrap_or_else(|| panic!("{name}: {written} is not understood: {}", wrong(&mended)));
    let mut driver = inhabited(name, old);
    let deployed = driver.deploy(&new, NOW, &mut Ended::default());
    assert!(deployed.is_ok(), "{name}: with\n{written}{deployed:?}");
}

/// A driver with somebody at each step at which anybody can be, somebody who is in all sequences, and of each sequence with
/// a key somebody who is in it twice.
fn inhabited(name: &str, program: &Program) -> Driver {
    let engine = Arc::new(Engine::new(Arc::new(program.clone())).expect("a program that runs"));
    let mut contacts = vec![standing(&engine, "nowhere", &[])];
    let mut everywhere = Vec::new();
    for (number, sequence) in (0_u32..).zip(program.sequences.iter()) {
        let steps: Vec<u16> =
            (0_u16..).zip(&sequence.steps).filter(|(_, step)| rests(&step.kind)).map(|it| it.0).collect();
        let key = |key: &str| sequence.key.is_some().then(|| Value::text(key));
        for step in &steps {
            let id = format!("{}.{step}", sequence.name);
            contacts.push(standing(&engine, &id, &[(number, sequence, *step, key("k"))]));
        }
        if let Some(last) = steps.last() {
            everywhere.push((number, sequence, *last, key("k")));
            if key("").is_some() {
                let twice = ["one", "two"].map(|of| (number, sequence, *last, key(of)));
                contacts.push(standing(&engine, &format!("{}.twice", sequence.name), &twice));
            }
        }
    }
    contacts.push(standing(&engine, "everywhere", &everywhere));
    let mut people = Identities::noting();
    for contact in &contacts {
        people.resolve(&Who { user: Some(Arc::clone(&contact.id)), ..Who::default() }).expect("somebody new");
        assert_eq!(invariants::check(&engine, contact), Vec::<String>::new(), "{name}: {}", contact.id);
    }
    let standing = Standing { people, contacts, counts: Counts::default(), now: NOW };
    Driver::restore(Arc::clone(&engine), Renderer::shared(&engine), Options::default(), standing)
}

/// A contact with runs that stand at steps.
fn standing(engine: &Engine, id: &str, runs: &[(u32, &Sequence, u16, Option<Value>)]) -> Contact {
    let mut contact = Contact::new(engine, id);
    let born = Attributes { id: Arc::from(""), time: NOW, changes: Vec::new() };
    step(engine, &mut contact, Input::Attributes(born), NOW, &mut Transition::default());
    let mut state = serde_json::to_value(&contact).expect("a contact is data");
    let mut wake = state["journey"]["wake"].as_i64();
    let mut begun: Vec<Json> = Vec::new();
    for (serial, (number, sequence, place, key)) in (0..).zip(runs) {
        let until = Timestamp(NOW.0 + HOUR);
        let doing = match &sequence.steps[usize::from(*place)].kind {
            StepKind::Send(_) => {
                Doing::Sending(Sending { wished: NOW, held: Some((Gate::Quiet, until)), capped: None, again: false })
            }
            StepKind::WaitFor { limit: None, .. } => Doing::Waiting { until: None },
            _ => Doing::Waiting { until: Some(until) },
        };
        if doing != (Doing::Waiting { until: None }) {
            wake = Some(wake.map_or(until.0, |wake| wake.min(until.0)));
        }
        let run = Run {
            sequence: flow_graph::Id::new(*number),
            version: None,
            serial,
            owner: Arc::from(id),
            number: 1,
            key: key.clone(),
            trigger: None,
            entered: NOW,
            holdout: false,
            step: *place,
            since: NOW,
            doing,
            visited: [*place].into_iter().collect(),
            seen: [].into_iter().collect(),
        };
        begun.push(serde_json::to_value(run).expect("a run is data"));
    }
    let path = &mut state["journey"]["path"];
    path["next_serial"] = json!(path["next_serial"].as_u64().unwrap_or(0).max(begun.len() as u64));
    path["begun"] = runs
        .iter()
        .map(|run| run.0)
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .map(|of| json!([of, 2]))
        .collect();
    path["runs"] = Json::Array(begun);
    state["journey"]["wake"] = json!(wake);
    serde_json::from_value(state).expect("a contact")
}

fn rests(kind: &StepKind) -> bool {
    matches!(kind, StepKind::Wait(_) | StepKind::WaitUntil(_) | StepKind::WaitFor { .. } | StepKind::Send(_))
}

/// How many runs began and ended.
#[derive(Default)]
struct Ended {
    begun: usize,
    ended: usize,
    /// How often each message left, by its key.
    sent: BTreeMap<String, usize>,
}

impl Observer for Ended {
    fn decided(&mut self, decided: Decided<'_>) {
        match &decided.decision.kind {
            DecisionKind::Enrolled { .. } => self.begun += 1,
            DecisionKind::Exited { .. } | DecisionKind::Goal { .. } => self.ended += 1,
            DecisionKind::Send(send) => {
                let times = self.sent.entry(send.key.clone()).or_default();
                *times += 1;
                assert_eq!(*times, 1, "{} left twice", send.key);
            }
            _ => {}
        }
    }

    fn deployed(&mut self, _change: &Change) {}
}

/// Chance that is the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }
}

/// Changes something of a sequence.
fn edit(texts: &mut Texts, chance: &mut Chance) {
    let all: Vec<(usize, usize)> = (0..texts.len())
        .flat_map(|file| {
            let lines = texts[file].1.lines().enumerate().filter(|(_, line)| line.starts_with("sequence "));
            lines.map(move |(line, _)| (file, line)).collect::<Vec<_>>()
        })
        .collect();
    let (file, start) = all[chance.below(all.len())];
    let mut lines: Vec<String> = texts[file].1.lines().map(str::to_owned).collect();
    let end = (start..lines.len()).find(|line| lines[*line] == "}").expect("the end of the sequence");
    let name = lines[start].split_whitespace().nth(1).unwrap().to_owned();
    let is_step = |line: &String| {
        let line = line.trim_start();
        ["wait", "send", "step", "set", "notify", "call"].iter().any(|word| line.starts_with(word))
            && !line.ends_with('{')
    };
    let steps: Vec<usize> = (start..end).filter(|line| is_step(&lines[*line])).collect();
    let other = format!("{name}_renamed");
    match (chance.below(8), steps.is_empty()) {
        (0, _) => lines.insert(start + 1, "  in flight finish".to_owned()),
        (1, _) => lines[start] = lines[start].replacen(&name, &other, 1),
        (2, _) => {
            lines[start] = lines[start].replacen(&name, &other, 1);
            lines.push(format!("moved sequence.{name} to sequence.{other}"));
        }
        (_, true) => {}
        (3, _) => drop(lines.remove(steps[chance.below(steps.len())])),
        (4, _) => {
            let (one, two) = (steps[chance.below(steps.len())], steps[chance.below(steps.len())]);
            lines.swap(one, two);
        }
        (5, _) => {
            let at = steps[chance.below(steps.len())];
            lines[at] = "  wait 9 days".to_owned();
        }
        (6, _) => lines.insert(steps[chance.below(steps.len())], "  wait 20 minutes".to_owned()),
        (_, _) => {
            let at = steps[chance.below(steps.len())];
            let line = lines[at].trim_start().to_owned();
            let bare =
                line.strip_prefix("step ").and_then(|rest| rest.split_once(": ")).map(|(_, step)| step.to_owned());
            lines[at] = format!("  step renamed: {}", bare.unwrap_or(line));
        }
    }
    texts[file].1 = lines.iter().map(|line| format!("{line}\n")).collect();
}

/// The texts of an example, without its tests.
fn example(folder: &Path) -> Texts {
    let sources = project(folder);
    let files = sources.iter().map(|(_, file)| (file.path.to_string(), file.text.to_string()));
    files.filter(|(name, _)| name != "tests.flow").collect()
}

fn compiled(all: &Texts) -> Option<Program> {
    flow_compiler::compile(&sources(all)).program
}

fn wrong(all: &Texts) -> String {
    lines(&sources(all), &flow_compiler::compile(&sources(all)).diagnostics)
}

fn sources(all: &Texts) -> flow_compiler::source::Sources {
    texts(&all.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>())
}
