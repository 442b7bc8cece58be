//! A store that is looked through, copied and made small, with a daemon that runs and without.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

#[path = "serve/daemon.rs"]
mod daemon;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use daemon::{Daemon, project, signed_up};

fn store(arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flow"));
    let output = command.arg("store").args(arguments).env("NO_COLOR", "1").output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap(), text)
}

/// Ends a daemon as if it was killed.
fn kill(mut daemon: Daemon) {
    daemon.child.kill().unwrap();
    daemon.child.wait().unwrap();
}

fn change(folder: &Path, sql: &str) {
    let python = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.commit()";
    let done = Command::new("python3").args(["-c", python]).arg(folder.join("flow.db")).arg(sql).status().unwrap();
    assert!(done.success());
}

#[test]
fn a_store_is_looked_through_while_a_daemon_runs_and_a_copy_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let place = folder.path().to_str().unwrap();
    let (code, text) = store(&["check", place]);
    assert!(code == 2 && text.contains("there is no store"), "{text}");
    let daemon = Daemon::start(folder.path(), &[]);
    for user in ["ana", "bob", "eve"] {
        assert_eq!(daemon.batch(&[signed_up(user)]).unwrap().0, 200);
    }
    daemon.why_after("eve", "delivered", 1);
    let (code, text) = store(&["check", place, "--format", "json"]);
    let checked: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"));
    assert_eq!((code, &checked["store"]["contacts"]), (0, &Value::from(3)), "{text}");
    assert_eq!(checked["store"]["replayed"], true);
    assert!(checked["store"]["deliveries"].as_u64() >= Some(3), "{text}");
    let (code, text) = store(&["compact", place]);
    assert!(code == 2 && text.contains("another process has the store"), "{text}");

    let copied = tempfile::tempdir().unwrap();
    project(copied.path());
    let to = copied.path().join("flow.db");
    let (code, text) = store(&["backup", to.to_str().unwrap(), place]);
    assert!(code == 0 && text.contains("is a copy of"), "{text}");
    let (code, text) = store(&["backup", to.to_str().unwrap(), place]);
    assert!(code == 2 && text.contains("is there already"), "{text}");
    let why = daemon.get("/v1/contacts/eve/why")["moments"].clone();
    kill(daemon);
    let (code, text) = store(&["check", copied.path().to_str().unwrap()]);
    assert!(code == 0 && text.contains("is well") && text.contains("3 contacts"), "{text}");
    let daemon = Daemon::start(copied.path(), &[]);
    assert_eq!(daemon.get("/v1/contacts/eve/why")["moments"], why, "the copy goes on where it stood");
    assert_eq!(daemon.batch(&[signed_up("joe")]).unwrap().0, 200);
}

#[test]
fn what_is_wrong_with_a_store_is_told() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let place = folder.path().to_str().unwrap();
    let daemon = Daemon::start(folder.path(), &[]);
    assert_eq!(daemon.batch(&[signed_up("ana"), signed_up("bob")]).unwrap().0, 200);
    daemon.why_after("bob", "delivered", 1);
    kill(daemon);
    let well = std::fs::read(folder.path().join("flow.db")).unwrap();
    let wal = std::fs::read(folder.path().join("flow.db-wal")).unwrap_or_default();
    for (sql, says) in [
        ("DELETE FROM deliveries WHERE contact = 'ana'", "were decided and are not there"),
        ("UPDATE deliveries SET key = 'x' WHERE contact = 'ana' AND name = 'hello'", "were never decided"),
        ("UPDATE log SET bytes = substr(bytes, 1, length(bytes) - 3) WHERE start = 1", "the log"),
        ("DELETE FROM log WHERE start = 1; UPDATE meta SET value = 1 WHERE key = 'upto'", "log"),
        ("UPDATE meta SET value = 99 WHERE key = 'store_version'", "knows versions up to"),
    ] {
        std::fs::write(folder.path().join("flow.db"), &well).unwrap();
        std::fs::write(folder.path().join("flow.db-wal"), &wal).unwrap();
        let _ = std::fs::remove_file(folder.path().join("flow.db-shm"));
        change(folder.path(), sql);
        let (code, text) = store(&["check", place]);
        assert!(code > 0 && text.contains(says), "{sql}: {code} {text}");
    }
}

#[test]
fn what_is_old_enough_is_thrown_away() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let place = folder.path().to_str().unwrap();
    let daemon = Daemon::start(folder.path(), &[]);
    let wrong = serde_json::json!({ "type": "track", "event": "Unheard Of", "userId": "ana", "messageId": "w" });
    assert_eq!(daemon.batch(&[signed_up("ana"), wrong]).unwrap().0, 200);
    // The daemon knows that it has left before that is kept.
    let until = Instant::now() + Duration::from_secs(30);
    while daemon.get("/v1/deliveries?state=left")["deliveries"] == serde_json::json!([]) {
        assert!(Instant::now() < until, "nothing leaves");
        std::thread::sleep(Duration::from_millis(20));
    }
    kill(daemon);
    // As if all of it had been long ago.
    change(
        folder.path(),
        "UPDATE rejects SET at = 1; UPDATE deliveries SET at = 1; UPDATE log SET at = 1;
         UPDATE meta SET value = (SELECT max(start + length(bytes)) FROM log) WHERE key = 'upto'",
    );
    let (code, text) = store(&["compact", place]);
    assert!(code == 0 && !text.contains("thrown away"), "nothing is said of retention: {text}");
    let settings = folder.path().join("flow.toml");
    let more = "\n[retention]\nlog = \"30 days\"\ndeliveries = \"1 year\"\nrejects = \"24h\"\n";
    std::fs::write(&settings, format!("{}{more}", std::fs::read_to_string(&settings).unwrap())).unwrap();
    let (code, text) = store(&["compact", place]);
    assert!(code == 0 && text.contains("1 delivery thrown away"), "{text}");
    assert!(text.contains("1 reject thrown away") && text.contains("of the log thrown away"), "{text}");
}

#[test]
fn a_file_is_brought_into_a_daemon_that_runs_once_however_often_it_is() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let row = |user: u32| {
        let when = "2026-01-01T00:00:00Z";
        serde_json::json!({ "type": "track", "event": "Signed Up", "userId": format!("u{user}"), "timestamp": when })
            .to_string()
    };
    let rows: Vec<_> = (0..5_000).map(row).chain(["{".to_owned()]).collect();
    let (file, other) = (folder.path().join("events.jsonl"), folder.path().join("other.jsonl"));
    std::fs::write(&file, rows.join("\n")).unwrap();
    // The same rows under another name.
    std::fs::write(&other, rows.join("\n")).unwrap();
    let daemon = Daemon::start(folder.path(), &[]);
    let place = folder.path().to_str().unwrap();
    let url = format!("http://{}", daemon.address);
    for file in [&file, &file, &other] {
        let (code, text) = daemon.flow(&["import", place, "--events", file.to_str().unwrap(), "--to", &url]);
        assert!(code == 0 && text.contains("5,000 calls taken") && text.contains("1 row could not be used"), "{text}");
    }
    assert_eq!(daemon.get("/v1/contacts/u4999")["contact"]["id"], "u4999");
    let checked = store(&["check", place, "--format", "json"]);
    let checked: Value = serde_json::from_str(&checked.1).unwrap();
    assert_eq!(
        (&checked["store"]["contacts"], &checked["store"]["wrong"]),
        (&Value::from(5_000), &serde_json::json!([]))
    );
    let moments = daemon.get("/v1/contacts/u7/why")["moments"].clone();
    assert_eq!(moments.as_array().unwrap().len(), 3, "{moments}");

    let world = folder.path().join("world.flow");
    let text = std::fs::read_to_string(&world).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    project(elsewhere.path());
    std::fs::write(elsewhere.path().join("world.flow"), text.replace("Still there?", "Hm?")).unwrap();
    let place = elsewhere.path().to_str().unwrap();
    let (code, text) = daemon.flow(&["import", place, "--events", file.to_str().unwrap(), "--to", &url]);
    assert!(code == 2 && text.contains("runs another program"), "{text}");
    assert_eq!(daemon.request("POST /v1/import", daemon::ADMIN, "{}").unwrap().0, 400);
}
