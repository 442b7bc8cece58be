//! The journal of a daemon: what happens, a line of JSON each, and nothing of anybody in it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

#[path = "serve/daemon.rs"]
mod daemon;

use std::path::Path;
use std::time::{Duration, Instant};

use daemon::{Daemon, SETTINGS, WORLD, signal};
use serde_json::{Value, json};

fn lines(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The first line with an event, once it is there.
fn line(file: &Path, event: &str) -> Value {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(line) = lines(file).into_iter().find(|line| line["event"] == event) {
            return line;
        }
        assert!(Instant::now() < until, "no `{event}` in {:?}", lines(file));
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_happens_is_told_and_nothing_of_anybody() {
    let folder = tempfile::tempdir().unwrap();
    // Nobody listens at this port, so no letter leaves.
    let smtp = "kind = \"smtp\"\nurl = \"smtp://127.0.0.1:1\"\nfrom = \"Lamp <hello@lamp.example>\"";
    std::fs::write(folder.path().join("flow.toml"), SETTINGS.replace("kind = \"console\"", smtp)).unwrap();
    std::fs::write(folder.path().join("world.flow"), WORLD).unwrap();
    let file = folder.path().join("journal.jsonl");
    let mut daemon = Daemon::start(folder.path(), &["--journal", file.to_str().unwrap()]);
    let started = line(&file, "started");
    assert_eq!(
        (&started["level"], &started["contacts"], &started["resumed"]),
        (&json!("info"), &json!(0), &json!(false))
    );
    daemon.batch(&[json!({ "type": "track", "event": "Signed Up", "userId": "ana-7", "messageId": "1",
                           "context": { "traits": { "email": "ana@x.example" } } })]);
    let failed = line(&file, "delivery_failed");
    assert_eq!(
        (&failed["level"], &failed["kind"], &failed["name"]),
        (&json!("warn"), &json!("message"), &json!("hello"))
    );
    assert!(failed["tries"] == 1 && failed["again_at"].is_string() && failed["why"].is_string(), "{failed}");
    assert_eq!(daemon.flow(&["keys", "add", "website"]).0, 0);
    let act = line(&file, "act");
    assert!(act["what"].as_str().unwrap().contains("key"), "{act}");
    signal(&daemon.child, "TERM");
    daemon.child.wait().unwrap();
    line(&file, "stopped");
    for line in lines(&file) {
        assert!(line["at"].as_str().unwrap().ends_with('Z') && line["level"].is_string(), "{line}");
    }
    let text = std::fs::read_to_string(&file).unwrap();
    for word in ["ana", "x.example", daemon::WRITE, daemon::ADMIN] {
        assert!(!text.contains(word), "`{word}` in {text}");
    }
}

#[test]
fn a_journal_that_cannot_be_written_is_told_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    daemon::project(folder.path());
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_flow"));
    command.arg("serve").arg(folder.path()).args(["--listen", "127.0.0.1:0", "--journal", "/nowhere/journal.jsonl"]);
    let (code, said) = daemon::told(&command.env("NO_COLOR", "1").output().unwrap());
    assert!(code == 2 && said.contains("cannot write the journal `/nowhere/journal.jsonl`"), "{code}: {said}");
}
