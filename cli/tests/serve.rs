//! `flow serve` as it is used: started, sent calls, changed, stopped, killed.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const WRITE: &str = "write_for_tests";
const ADMIN: &str = "admin_for_tests";
const REPORTS: &str = "reports_for_tests_which_are_long";

const SETTINGS: &str = r#"[project]
name = "lamp"
language = 1
timezone = "Europe/Berlin"

[channels.email]
kind = "console"
"#;

const WORLD: &str = r#"contact { email: email?  zone: timezone? }
event signed_up as "Signed Up" { plan: text? }
topic service { consent none  transactional }
message hello { channel email  topic service  subject "Hello"  body "Welcome." }
message later { channel email  topic service  subject "Still there?"  body "Are you?" }
sequence welcome {
  enter on signed_up
  send hello
  wait 2h
  send later
}
"#;

/// A daemon that ends with the test.
struct Daemon {
    child: Child,
    address: String,
    lines: Receiver<String>,
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Daemon {
    fn start(project: &Path, more: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flow"));
        command.arg("serve").arg(project).args(["--listen", "127.0.0.1:0"]).args(more);
        command.env("FLOW_WRITE_KEY", WRITE).env("FLOW_ADMIN_TOKEN", ADMIN).env("NO_COLOR", "1");
        command.env("FLOW_LINK_SECRET", "links_for_tests_which_are_long").env("FLOW_REPORT_SECRET", REPORTS);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        for stream in
            [Box::new(child.stdout.take().unwrap()) as Box<dyn Read + Send>, Box::new(child.stderr.take().unwrap())]
        {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    if sender.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        let mut daemon = Self { child, address: String::new(), lines };
        let line = daemon.wait_for("listens at");
        daemon.address = line.split("http://").nth(1).unwrap().to_owned();
        daemon
    }

    /// Waits for a line that holds a text.
    fn wait_for(&self, text: &str) -> String {
        let until = Instant::now() + Duration::from_secs(60);
        let mut seen = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            if line.contains(text) {
                return line;
            }
            seen.push(line);
        }
        panic!("no line with `{text}` in {seen:#?}");
    }

    fn request(&self, head: &str, key: &str, body: &str) -> Option<(u16, Value)> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
        let length = body.len();
        let head = format!(
            "{head} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).ok()?;
        stream.write_all(body.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some((status, serde_json::from_str(body).unwrap_or(Value::Null)))
    }

    /// What happened to a contact, once a line of it came so often.
    fn why_after(&self, contact: &str, line: &str, times: usize) -> Value {
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let why = self.get(&format!("/v1/contacts/{contact}/why"));
            if why["moments"].as_array().unwrap().iter().filter(|moment| moment["line"] == line).count() >= times {
                return why;
            }
            assert!(Instant::now() < until, "no `{line}` in {why}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn batch(&self, calls: &[Value]) -> Option<(u16, Value)> {
        self.request("POST /v1/batch", WRITE, &json!({ "batch": calls }).to_string())
    }

    fn get(&self, path: &str) -> Value {
        let (status, answer) = self.request(&format!("GET {path}"), ADMIN, "").unwrap();
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }
}

fn project(folder: &Path) {
    std::fs::write(folder.join("flow.toml"), SETTINGS).unwrap();
    std::fs::write(folder.join("world.flow"), WORLD).unwrap();
}

fn signed_up(user: &str) -> Value {
    json!({ "type": "track", "event": "Signed Up", "userId": user, "messageId": format!("m-{user}"), "properties": {},
            "context": { "traits": { "email": format!("{user}@x.example") } } })
}

#[cfg(unix)]
fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

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

    let why = daemon.why_after("ana", "delivered came in", 2);
    let lines: Vec<_> = why["moments"].as_array().unwrap().iter().map(|it| it["line"].as_str().unwrap()).collect();
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
    assert_eq!(again.get("/v1/contacts/ana/why"), why, "all of it is there after a restart");
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
    let output = command.arg("import").arg(project).arg("--events").arg(file).env("NO_COLOR", "1").output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap(), text)
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
    daemon.why_after("ana", "bounced came in", 1);
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
