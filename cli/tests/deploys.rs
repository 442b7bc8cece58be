//! Programs that are sent to a daemon, and taken back; and how that and its folder go together.

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
use std::process::{Command, Stdio};

use daemon::{ADMIN, Daemon, SETTINGS, WORLD, WRITE, answer, project, signal, signed_up, told};
use serde_json::{Value, json};

/// A folder with the project and something changed.
fn changed(from: &str, to: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let world = WORLD.replace(from, to);
    assert_ne!(world, WORLD);
    std::fs::write(folder.path().join("world.flow"), world).unwrap();
    folder
}

fn deploy(daemon: &Daemon, folder: &Path) -> (i32, String) {
    daemon.flow(&["deploy", folder.to_str().unwrap()])
}

fn stop(mut daemon: Daemon) {
    signal(&daemon.child, "TERM");
    assert!(daemon.child.wait().unwrap().success());
}

/// Number and fingerprint of the program that runs.
fn runs(daemon: &Daemon) -> (u64, String) {
    let program = daemon.get("/v1/program")["program"].clone();
    (program["number"].as_u64().unwrap(), program["fingerprint"].as_str().unwrap().to_owned())
}

#[test]
fn a_project_is_sent_listed_and_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let daemon = Daemon::start(folder.path(), &[]);
    assert_eq!(daemon.batch(&[signed_up("ana")]).unwrap().0, 200);
    let (number, first) = runs(&daemon);
    assert_eq!(number, 1);

    let newer = changed("Still there?", "Hm?");
    let (code, text) = deploy(&daemon, newer.path());
    assert!(code == 0 && text.contains("as number 2, 1 contact carried over"), "{text}");
    assert!(text.contains("runs of sequences: 1 stayed"), "{text}");
    let (code, text) = deploy(&daemon, newer.path());
    assert!(code == 0 && text.contains("runs already, as number 2"), "{text}");
    let (_, second) = runs(&daemon);
    assert_ne!(first, second);

    let (code, text) = deploy(&daemon, changed("  wait 2h\n  send later\n", "").path());
    for says in ["was refused", "world.flow:9", "1 person is at `wait 2h`", "retired sequence.welcome.step", "is kept"]
    {
        assert!(code == 1 && text.contains(says), "no `{says}` in {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80 || line.contains("retired")), "{text}");
    assert_eq!(runs(&daemon), (2, second.clone()));
    let broken = changed("send later", "send never");
    let (code, text) = deploy(&daemon, broken.path());
    assert!(code == 1 && text.contains("F2001"), "what is wrong is told here: {text}");

    let running = daemon.get("/v1/deploys/running")["running"].clone();
    assert_eq!((&running["number"], &running["fingerprint"]), (&json!(2), &json!(second)));
    assert!(running["program"].to_string().contains("Hm?"), "all of it is there");

    let deploys = daemon.flow_json(&["deploys"])["deploys"].clone();
    let listed: Vec<_> = deploys.as_array().unwrap().iter().map(|row| row["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(listed, [second.as_str(), first.as_str()]);
    assert_eq!((&deploys[0]["who"], &deploys[1]["who"]), (&json!("FLOW_ADMIN_TOKEN"), &json!("serve")));
    let (_, text) = daemon.flow(&["deploys"]);
    assert!(text.contains(&second[..12]) && text.contains("by FLOW_ADMIN_TOKEN; it runs"), "{text}");

    let (code, text) = daemon.flow(&["rollback"]);
    assert!(code == 0 && text.contains(&first[..12]) && text.contains("as number 3"), "{text}");
    let (code, text) = daemon.flow(&["rollback", &second[..8]]);
    assert!(code == 0 && text.contains(&second[..12]) && text.contains("as number 4"), "{text}");
    let (code, text) = daemon.flow(&["rollback", "ffff_no"]);
    assert!(code == 2 && text.contains("no program that has run begins with `ffff_no`"), "{text}");
    // The story goes on over all of it, and calls are read by the program that runs.
    assert_eq!(daemon.batch(&[signed_up("bob")]).unwrap().0, 200);
    let lines = daemon.why_after("ana", "sent hello", 1);
    assert_eq!(lines["moments"].as_array().unwrap().iter().filter(|it| it["decision"]["kind"] == "send").count(), 1);
    let acts = daemon.flow_json(&["audit"])["acts"].clone();
    let acts: Vec<_> = acts.as_array().unwrap().iter().map(|act| act["what"].as_str().unwrap()).collect();
    assert_eq!(acts, ["rollback", "rollback", "deploy", "deploy", "deploy"]);
    let (_, text) = daemon.flow(&["audit"]);
    assert!(
        text.contains("was refused") && text.contains("ran already") && text.contains("runs as number 4"),
        "{text}"
    );
}

#[test]
fn the_last_word_counts_whoever_says_it() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let daemon = Daemon::start(folder.path(), &[]);
    let sent = changed("Still there?", "Sent");
    assert_eq!(deploy(&daemon, sent.path()).0, 0);
    let (_, second) = runs(&daemon);
    stop(daemon);

    // The folder says what it said before: what was sent goes on.
    let daemon = Daemon::start(folder.path(), &[]);
    assert_eq!(runs(&daemon), (2, second.clone()));
    let world = folder.path().join("world.flow");
    std::fs::write(&world, format!("{WORLD}\n// a note\n")).unwrap();
    std::fs::write(&world, WORLD.replace("Still there?", "From the folder")).unwrap();
    daemon.wait_for("now runs");
    assert_eq!(runs(&daemon).0, 3);
    let acts = daemon.flow_json(&["audit"])["acts"].clone();
    assert_eq!((&acts[0]["who"], &acts[0]["what"]), (&json!("serve"), &json!("deploy")));
    assert_eq!(deploy(&daemon, sent.path()).0, 0);
    assert_eq!(runs(&daemon), (4, second.clone()));
    stop(daemon);

    let daemon = Daemon::start(folder.path(), &[]);
    assert_eq!(runs(&daemon), (4, second), "what was sent last goes on");
    stop(daemon);
    std::fs::write(&world, WORLD.replace("Still there?", "Changed while it was down")).unwrap();
    let daemon = Daemon::start(folder.path(), &[]);
    assert_eq!(runs(&daemon).0, 5);
    assert_eq!(daemon.batch(&[signed_up("ana")]).unwrap().0, 200);
    daemon.why_after("ana", "sent hello", 1);
    stop(daemon);

    // A folder that would strand somebody keeps no daemon from starting.
    std::fs::write(&world, WORLD.replace("  wait 2h\n  send later\n", "")).unwrap();
    let daemon = Daemon::start(folder.path(), &[]);
    daemon.wait_for("the program that runs is kept");
    assert_eq!(runs(&daemon).0, 5);
}

#[test]
fn what_is_no_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let daemon = Daemon::start(folder.path(), &[]);
    let post = |body: &str| daemon.request("POST /v1/deploys", ADMIN, body).unwrap();
    for (body, says) in [
        ("{", "is no program that is sent"),
        (r#"{"program": 7}"#, "cannot be read"),
        (r#"{"program": {"format_version": 99}}"#, "has form 99, and this daemon knows forms up to"),
    ] {
        let (status, answer) = post(body);
        assert!(status == 400 && answer["message"].as_str().unwrap().contains(says), "{body}: {answer}");
    }
    assert_eq!(daemon.request("POST /v1/deploys", WRITE, "{}").unwrap().0, 401);

    // A channel that the daemon has not opened.
    let other =
        changed("channel email  topic service  subject \"Still", "channel push  topic service  subject \"Still");
    let settings = format!("{SETTINGS}\n[channels.push]\nkind = \"console\"\n");
    std::fs::write(other.path().join("flow.toml"), settings).unwrap();
    let (code, text) = deploy(&daemon, other.path());
    assert!(code == 1 && text.contains("the daemon has no `[channels.push]`"), "{text}");

    // Numbers that lead nowhere.
    let compiled = changed("Still there?", "Hm?");
    let (code, text) = deploy(&daemon, compiled.path());
    assert_eq!(code, 0, "{text}");
    let program = sent(compiled.path());
    let mut wrong = program.clone();
    wrong["email_field"] = json!(77);
    let (status, answer) = post(&json!({ "program": wrong }).to_string());
    assert!(status == 400 && answer["message"].as_str().unwrap().contains("does not hold together"), "{answer}");
    let (status, answer) = post(&json!({ "program": program }).to_string());
    assert_eq!((status, &answer["deploy"]["changed"]), (200, &json!(false)), "{answer}");
    assert_eq!(runs(&daemon).0, 2);
}

/// A program that takes its time is waited for, and what it came to is told.
#[test]
fn a_program_that_takes_its_time_is_waited_for() {
    let folder = changed("Still there?", "Hm?");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let fingerprint = |text: &str| format!(r#""fingerprint":"{text}","changed":true"#);
    let list = |under_way: &str, last: &str| {
        format!(r#"{{"format_version":1,"deploys":[],"under_way":{under_way},"last":{last}}}"#)
    };
    let other = format!(r#"{{{},"number":1}}"#, fingerprint("other"));
    let answers = std::thread::spawn(move || {
        let first = r#"{"format_version":1,"deploy":{"under_way":true}}"#.to_owned();
        let ours = |sent: &Value| {
            let program: flow_graph::Program = serde_json::from_value(sent["program"].clone()).unwrap();
            let ours = fingerprint(&flow_graph::canonical::fingerprint_of(&program));
            format!(r#"{{{ours},"number":7,"contacts":900000,"runs":{{"stayed":12}}}}"#)
        };
        let sent: Value = serde_json::from_slice(&answer(&listener, "202 Accepted", &first)).unwrap();
        answer(&listener, "200 OK", &list(r#"{"contacts":300000,"of":900000}"#, "null"));
        answer(&listener, "200 OK", &list("null", &other));
        answer(&listener, "200 OK", &list("null", &ours(&sent)));
    });
    let mut command = Command::new(env!("CARGO_BIN_EXE_flow"));
    command.arg("deploy").arg(folder.path()).args(["--to", &url]).env("FLOW_ADMIN_TOKEN", ADMIN).env("NO_COLOR", "1");
    let (code, text) = told(&command.output().unwrap());
    answers.join().unwrap();
    for says in ["300,000 of 900,000 contacts carried over", "as number 7, 900,000 contacts carried over", "12 stayed"]
    {
        assert!(code == 0 && text.contains(says), "no `{says}` in {text}");
    }
}

/// What is sent of a project.
fn sent(folder: &Path) -> Value {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut command = Command::new(env!("CARGO_BIN_EXE_flow"));
    command.arg("deploy").arg(folder).args(["--to", &url]).env("FLOW_ADMIN_TOKEN", ADMIN);
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    let body = answer(&listener, "", "");
    assert_eq!(child.wait().unwrap().code(), Some(2), "nobody answered");
    serde_json::from_slice::<Value>(&body).unwrap()["program"].clone()
}
