//! `flow serve` as it is used: started, sent calls, changed, stopped, killed.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

#[path = "serve/daemon.rs"]
mod daemon;

use std::collections::BTreeSet;
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use daemon::{ADMIN, Daemon, REPORTS, WORLD, WRITE, project, said, signal, signed_up, told};
use serde_json::json;

#[test]
#[cfg(unix)]
fn a_call_is_decided_told_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let mut daemon = Daemon::start(folder.path(), &["--clock", "fast:30m/s"]);
    let wrong = json!({ "type": "track", "event": "Unheard Of", "userId": "ana", "messageId": "w" });
    let (status, answer) = daemon.batch(&[signed_up("ana"), wrong, signed_up("ana")]).unwrap();
    assert_eq!((status, &answer["accepted"]), (200, &json!(2)), "{answer}");
    assert_eq!(answer["rejected"][0]["index"], 1);
    assert_eq!(answer["rejected"][0]["reason"], "unknown_event");
    daemon.wait_for("Hello");
    daemon.wait_for("Still there?");

    let why = daemon.why_after("ana", "delivered { message", 2);
    let lines: Vec<_> = why["moments"].as_array().unwrap().iter().map(said).collect();
    assert!(lines.iter().any(|line| line.starts_with("sent later (sequence welcome, world.flow:10")), "{lines:#?}");
    assert_eq!(
        lines.iter().filter(|line| line.starts_with("sent hello")).count(),
        1,
        "a repetition counts for nothing"
    );
    assert_eq!(daemon.get("/v1/contacts/ana")["contact"]["fields"]["email"], "ana@x.example");
    assert!(daemon.get("/v1/rejects")["rejects"][0]["raw"].as_str().unwrap().contains("Unheard Of"));
    assert_eq!(daemon.request("GET /v1/rejects", WRITE, "").unwrap().0, 401, "a write key reads nothing");
    assert_eq!(daemon.request("POST /v1/batch", ADMIN, "{}").unwrap().0, 401, "an admin token writes nothing");
    assert_eq!(daemon.request("POST /v1/track", WRITE, "{").unwrap().0, 400);

    signal(&daemon.child, "TERM");
    let begun = Instant::now();
    assert!(daemon.child.wait().unwrap().success());
    assert!(begun.elapsed() < Duration::from_secs(15));
    let again = Daemon::start(folder.path(), &["--clock", "fast:30m/s"]);
    assert_eq!(again.get("/v1/contacts/ana/why")["moments"], why["moments"], "all of it is there after a restart");
}

#[test]
fn a_change_of_the_project_takes_over_or_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let daemon = Daemon::start(folder.path(), &[]);
    assert_eq!(daemon.batch(&[signed_up("ana")]).unwrap().0, 200);
    let world = folder.path().join("world.flow");
    let number = || daemon.get("/v1/program")["program"]["number"].clone();
    let write = |text: &str| std::fs::write(&world, text).unwrap();

    write(&WORLD.replace("send later", "send later_on"));
    daemon.wait_for("the program that runs is kept");
    write(&WORLD.replace("  wait 2h\n  send later\n", ""));
    let line = daemon.wait_for("1 person is at");
    assert!(line.contains("the new program has no such step"), "{line}");
    daemon.wait_for("the program that runs is kept");
    assert_eq!(number(), 1);
    write(&WORLD.replace("Still there?", "Hm?"));
    daemon.wait_for("1 contact carried over");
    assert_eq!(number(), 2);
    assert_eq!(daemon.batch(&[signed_up("bob")]).unwrap().0, 200);
    assert_eq!(daemon.get("/v1/contacts/bob")["contact"]["sequences"][0]["sequence"], "welcome");
}

fn import(project: &Path, file: &Path) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flow"));
    told(&command.arg("import").arg(project).arg("--events").arg(file).env("NO_COLOR", "1").output().unwrap())
}

#[test]
fn a_file_is_imported_once_however_often_it_is() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let file = folder.path().join("events.jsonl");
    let row = |user: u32| {
        let when = "2026-01-01T00:00:00Z";
        // Without a message id: the file and the line are one.
        json!({ "type": "track", "event": "Signed Up", "userId": format!("u{user}"), "timestamp": when }).to_string()
    };
    let rows: Vec<_> = (0..5_000).map(row).chain(["{".to_owned()]).collect();
    std::fs::write(&file, rows.join("\n")).unwrap();
    let (code, text) = import(folder.path(), &file);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("flow.db has 5,000 contacts") && text.contains("1 row could not be used"), "{text}");
    assert!(text.contains("5,000 calls of the store were late"), "what is old sets nothing off: {text}");
    let (code, text) = import(folder.path(), &file);
    assert!(
        code == 0 && text.contains("has 5,000 contacts") && text.contains("5,000 calls of the store were repeated"),
        "{text}"
    );

    let daemon = Daemon::start(folder.path(), &[]);
    assert_eq!(daemon.get("/v1/contacts/u4999")["contact"]["id"], "u4999");
    assert_eq!(daemon.get("/v1/rejects")["rejects"][0]["reason"], "not_json");
    assert_eq!(daemon.get("/v1/deliveries")["deliveries"], json!([]));
    let (code, text) = import(folder.path(), &file);
    assert!(code == 2 && text.contains("another process has the store"), "{text}");
}

#[test]
fn what_comes_back_of_a_letter_is_an_event_of_its_contact() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let daemon = Daemon::start(folder.path(), &["--public-url", "http://127.0.0.1:8411"]);
    assert_eq!(daemon.batch(&[signed_up("ana")]).unwrap().0, 200);
    let report = |key: &str| {
        let body = json!({ "kind": "bounced", "address": "Ana@x.example", "hard": true }).to_string();
        daemon.request("POST /m/reports", key, &body).unwrap().0
    };
    assert_eq!(report("wrong"), 401);
    assert!(report(REPORTS) < 300);
    daemon.why_after("ana", "bounced {", 1);
}

/// Kills the daemon at moments that are spread over its work, again and again while calls come in: what was
/// acknowledged is there, and each message left under one key.
#[test]
fn nothing_acknowledged_is_lost_to_a_kill() {
    let rounds = std::env::var("FLOW_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(12_u32);
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let mut acknowledged: BTreeSet<String> = BTreeSet::new();
    let mut next = 0_u32;
    for round in 0..rounds {
        let mut daemon = Daemon::start(folder.path(), &[]);
        let end = Instant::now() + Duration::from_millis(u64::from(30 + round * 53 % 300));
        while Instant::now() < end {
            let users: Vec<_> = (next..next + 20).map(|number| format!("u{number}")).collect();
            next += 20;
            let calls: Vec<_> = users.iter().map(|user| signed_up(user)).collect();
            if daemon.batch(&calls).is_some_and(|(status, _)| status == 200) {
                acknowledged.extend(users);
            }
        }
        let address = daemon.address.clone();
        let last = std::thread::spawn(move || {
            // Under way when the daemon dies; whatever becomes of it is right.
            let _ = TcpStream::connect(address).and_then(|mut stream| stream.write_all(b"POST /v1/batch HTTP/1.1\r\n"));
        });
        daemon.child.kill().unwrap();
        daemon.child.wait().unwrap();
        last.join().unwrap();
    }
    assert!(acknowledged.len() > 200, "{} acknowledged", acknowledged.len());
    let daemon = Daemon::start(folder.path(), &[]);
    let deadline = Instant::now() + Duration::from_secs(60);
    let settled = loop {
        let due = daemon.get("/v1/deliveries?state=due&limit=1");
        if due["deliveries"].as_array().unwrap().is_empty() || Instant::now() > deadline {
            break due;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    assert_eq!(settled["deliveries"], json!([]), "nobody is stuck");
    let mut keys: BTreeSet<String> = BTreeSet::new();
    let mut before = i64::MAX;
    loop {
        let page = daemon.get(&format!("/v1/deliveries?limit=1000&before={before}"));
        let rows = page["deliveries"].as_array().unwrap();
        let Some(last) = rows.last() else { break };
        before = last["id"].as_i64().unwrap();
        for row in rows {
            assert_eq!(row["state"], "left", "{row}");
            assert!(keys.insert(row["key"].as_str().unwrap().to_owned()), "{row} twice");
        }
    }
    for user in &acknowledged {
        assert!(keys.contains(&format!("{user}/welcome/1/send hello/1")), "{user} was acknowledged and is lost");
    }
}
