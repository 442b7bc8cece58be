//! What becomes of the people inside is said before a program takes over, and it takes over as it was planned or not at
//! all.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a test may panic"
)]
#![cfg(unix)]

#[path = "serve/daemon.rs"]
mod daemon;

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use daemon::{ADMIN, Daemon, WORLD, answer, project, signed_up, told};
use flow_compiler::source::{FileKind, Sources};
use flow_daemon::deploys::Progress;
use flow_daemon::plans::over_store;
use flow_graph::Program;
use serde_json::{Value, json};

/// A daemon with `ana` and `bob` in `wait 2h`.
fn with_people(folder: &Path) -> Daemon {
    project(folder);
    let daemon = Daemon::start(folder, &[]);
    for who in ["ana", "bob"] {
        assert_eq!(daemon.batch(&[signed_up(who)]).unwrap().0, 200);
        daemon.why_after(who, "sent hello", 1);
    }
    daemon
}

/// A folder with the project and something changed.
fn changed(from: &str, to: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let world = WORLD.replace(from, to);
    assert_ne!(world, WORLD);
    std::fs::write(folder.path().join("world.flow"), world).unwrap();
    folder
}

fn compiled(folder: &Path) -> Program {
    let mut sources = Sources::default();
    for (name, kind) in [("flow.toml", FileKind::Settings), ("world.flow", FileKind::Flow)] {
        sources.add(name, kind, std::fs::read_to_string(folder.join(name)).unwrap());
    }
    flow_compiler::compile(&sources).program.unwrap()
}

fn plan(daemon: &Daemon, folder: &Path) -> Value {
    let body = json!({ "program": compiled(folder) }).to_string();
    let (status, answer) = daemon.request("POST /v1/deploys/plan", ADMIN, &body).unwrap();
    assert_eq!(status, 200, "{answer}");
    keeps_to_its_schema(&answer["plan"]["people"]);
    answer["plan"].clone()
}

/// What is published says each key that is written.
fn keeps_to_its_schema(people: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schemas/people.schema.json");
    let mut schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    close(&mut schema);
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.add_resource("schema.json", schema).unwrap();
    let index = compiler.compile("schema.json", &mut schemas).unwrap();
    schemas.validate(people, index).unwrap_or_else(|error| panic!("{error:#}"));
}

/// No key but those that are named.
fn close(schema: &mut Value) {
    if let Value::Object(map) = schema {
        if map.contains_key("properties") {
            map.insert("additionalProperties".to_owned(), Value::Bool(false));
        }
        map.values_mut().for_each(close);
    }
}

fn token(plan: &Value) -> &str {
    plan["token"].as_str().unwrap()
}

fn deploy(daemon: &Daemon, folder: &Path, words: &[&str]) -> (i32, String) {
    daemon.flow(&[&["deploy", folder.to_str().unwrap()], words].concat())
}

/// The number of the program that runs.
fn runs(daemon: &Daemon) -> u64 {
    daemon.get("/v1/program")["program"]["number"].as_u64().unwrap()
}

#[test]
fn what_was_planned_is_what_happens() {
    let folder = tempfile::tempdir().unwrap();
    let daemon = with_people(folder.path());
    let next = changed("wait 2h", "wait 3h");
    let planned = plan(&daemon, next.path());
    assert_eq!((&planned["changed"], &planned["base"]["number"]), (&json!(true), &json!(1)));
    let people = &planned["people"];
    assert_eq!((&people["contacts"], &people["runs"]["recomputed"]), (&json!(2), &json!(2)), "{people}");
    let place = &people["places"][0];
    assert_eq!((&place["sequence"], &place["step"], &place["line"]), (&json!("welcome"), &json!("wait 2h"), &json!(9)));
    let fate = &place["fates"][0];
    assert_eq!((&fate["fate"], &fate["runs"]), (&json!("recomputed"), &json!(2)), "{fate}");
    let at = |key: &str| fate["sample"][0][key].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert_eq!(fate["sample"][0]["contact"], "ana");
    assert_eq!(at("after").duration_since(at("before")).as_secs(), 3_600);
    let mut again = plan(&daemon, next.path());
    again["people"]["at"] = people["at"].clone();
    assert_eq!(again, planned, "nothing was changed by looking");
    assert_eq!(runs(&daemon), 1);

    // The same over the store, while the daemon runs with it.
    let backup = folder.path().join("copy.db");
    let (code, text) = daemon.flow(&["store", "backup", backup.to_str().unwrap(), folder.path().to_str().unwrap()]);
    assert_eq!(code, 0, "{text}");
    let over = over_store(&backup, &compiled(next.path()), &Arc::new(Progress::default())).unwrap();
    let mut said = serde_json::to_value(over.people.as_ref().unwrap()).unwrap();
    said["at"] = people["at"].clone();
    assert_eq!((&said, over.token().unwrap().to_string().as_str()), (people, token(&planned)));

    let (code, text) = deploy(&daemon, next.path(), &["--plan", token(&planned)]);
    assert!(code == 0 && text.contains("as number 2, 2 contacts carried over"), "{text}");
    let last = daemon.get("/v1/deploys")["last"].clone();
    assert_eq!(last["runs"], people["runs"], "the numbers of the plan are those of the deploy");
    let (code, text) = deploy(&daemon, next.path(), &["--plan", token(&planned)]);
    assert!(code == 0 && text.contains("runs already"), "sent twice: {text}");
}

#[test]
fn a_plan_that_has_gone_stale_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let daemon = with_people(folder.path());
    let (ours, theirs) = (changed("wait 2h", "wait 3h"), changed("Still there?", "Hm?"));
    let planned = plan(&daemon, ours.path());
    let (code, text) = deploy(&daemon, theirs.path(), &["--plan", token(&planned)]);
    assert!(code == 1 && text.contains("this is not the program that was planned"), "{text}");
    let (code, text) = deploy(&daemon, theirs.path(), &["--yes"]);
    assert!(code == 0 && text.contains("all 2 who are inside sequences stay where they are"), "{text}");
    let (code, text) = deploy(&daemon, ours.path(), &["--plan", token(&planned)]);
    assert!(code == 1 && text.contains("it was made while program 1 ran, and program 2 runs now"), "{text}");
    assert!(text.contains("plan again") && text.contains("is kept"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert_eq!(runs(&daemon), 2);
    let (code, text) = deploy(&daemon, ours.path(), &["--plan", "plan-nonsense"]);
    assert!(code == 2 && text.contains("no token of a plan"), "{text}");
    let again = plan(&daemon, ours.path());
    assert_eq!(deploy(&daemon, ours.path(), &["--plan", token(&again)]).0, 0);
}

#[test]
fn who_comes_after_the_plan_is_not_stranded_by_it() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let daemon = Daemon::start(folder.path(), &[]);
    let lacking = changed(
        "sequence welcome {\n  enter on signed_up\n  send hello\n  wait 2h\n  send later",
        "sequence welcome {\n  enter on signed_up\n  in flight finish\n  send hello",
    );
    let world = std::fs::read_to_string(lacking.path().join("world.flow")).unwrap();
    let without: String =
        world.lines().filter(|line| !line.starts_with("message later")).map(|line| format!("{line}\n")).collect();
    std::fs::write(lacking.path().join("world.flow"), without).unwrap();
    let planned = plan(&daemon, lacking.path());
    assert_eq!(daemon.batch(&[signed_up("ana")]).unwrap().0, 200);
    daemon.why_after("ana", "sent hello", 1);
    let (code, text) = deploy(&daemon, lacking.path(), &["--plan", token(&planned)]);
    assert!(code == 1 && text.contains("nobody would have been stranded, and somebody has come"), "{text}");
    assert!(text.contains("lacks the message `later`"), "{text}");
    let again = plan(&daemon, lacking.path());
    assert_eq!((&again["token"], &again["people"]["stranded"][0]["people"]), (&Value::Null, &json!(1)), "{again}");
}

#[test]
fn whoever_deploys_sees_what_becomes_of_whom() {
    let folder = tempfile::tempdir().unwrap();
    let daemon = with_people(folder.path());
    // So that the wait of the new program is over for both.
    std::thread::sleep(Duration::from_millis(1_200));
    let (code, text) = deploy(&daemon, changed("wait 2h", "wait 1s").path(), &["--yes"]);
    for says in [
        "people  2 contacts: 2 inside sequences would be touched",
        "wait 2h",
        "so all go on at once",
        "ana: 20",
        "later",
        "messages are sent as soon as the program runs",
        "as number 2",
    ] {
        assert!(code == 0 && text.contains(says), "no `{says}` in {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let stranding = changed("  wait 2h\n  send later\n", "");
    assert_eq!(daemon.batch(&[signed_up("cid")]).unwrap().0, 200);
    let (code, text) = deploy(&daemon, stranding.path(), &["--yes"]);
    assert!(code == 1 && text.contains("would be refused") && text.contains("retired sequence.welcome.step"), "{text}");
    assert_eq!(runs(&daemon), 2);
}

#[test]
fn flow_plan_says_it_of_a_daemon_and_of_its_backup() {
    let folder = tempfile::tempdir().unwrap();
    let daemon = with_people(folder.path());
    let backup = folder.path().join("copy.db");
    let (code, text) = daemon.flow(&["store", "backup", backup.to_str().unwrap(), folder.path().to_str().unwrap()]);
    assert_eq!(code, 0, "{text}");
    let (longer, stranding) = (changed("wait 2h", "wait 3h"), changed("  wait 2h\n  send later\n", ""));
    let mut tokens = Vec::new();
    for base in [daemon.url(), backup.to_str().unwrap().to_owned()] {
        let (code, text) = daemon.flow(&["plan", &base, longer.path().to_str().unwrap()]);
        assert_eq!(code, 2, "{text}");
        for says in ["wait-longer", "- wait 2h", "people  2 contacts", "2 inside sequences would be touched", "ana: 20"]
        {
            assert!(text.contains(says), "no `{says}` in {text}");
        }
        let token = text.split("flow deploy --plan ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        let (_, json) = daemon.flow(&["plan", &base, longer.path().to_str().unwrap(), "--format", "json"]);
        let json: Value = serde_json::from_str(&json).unwrap();
        keeps_to_its_schema(&json["people"]);
        assert_eq!(json["token"], json!(token));
        tokens.push(token);
        let (_, text) = daemon.flow(&["plan", &base, longer.path().to_str().unwrap(), "--format", "markdown"]);
        assert!(text.contains("### People inside"), "{text}");
        let (code, text) = daemon.flow(&["plan", &base, stranding.path().to_str().unwrap()]);
        assert!(
            code == 1 && text.contains("would be refused") && text.contains("retired sequence.welcome.step"),
            "{text}"
        );
        assert!(!text.contains("flow deploy --plan"), "{text}");
    }
    assert_eq!(tokens[0], tokens[1], "what was planned over a backup of now is what is planned");
    let (code, text) = deploy(&daemon, longer.path(), &["--plan", &tokens[1]]);
    assert_eq!(code, 0, "{text}");
}

/// A plan that takes its time is waited for, and how far it is told.
#[test]
fn a_plan_that_takes_its_time_is_waited_for() {
    let folder = changed("wait 2h", "wait 3h");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let plan = |of: Value| json!({ "format_version": 1, "plan": of }).to_string();
    let answers = std::thread::spawn(move || {
        let carried = json!({ "contacts": 300_000, "of": 900_000 });
        let refused = json!([{ "message": "the daemon has no `[channels.push]`" }]);
        for said in [
            plan(json!({ "under_way": true })),
            plan(json!({ "under_way": true, "carried": carried })),
            plan(json!({ "fingerprint": "f", "changed": true, "token": null, "reasons": refused })),
        ] {
            answer(&listener, "200 OK", &said);
        }
    });
    let mut command = Command::new(env!("CARGO_BIN_EXE_flow"));
    command.arg("deploy").arg(folder.path()).args(["--yes", "--to", &url]);
    let (code, text) = told(&command.env("FLOW_ADMIN_TOKEN", ADMIN).env("NO_COLOR", "1").output().unwrap());
    answers.join().unwrap();
    for says in ["300,000 of 900,000 contacts looked at", "would be refused", "has no `[channels.push]`"] {
        assert!(code == 1 && text.contains(says), "no `{says}` in {text}");
    }
}
