//! Somebody is handed all that is kept of them, and then taken out of it: out of every file, for good.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

#[path = "serve/daemon.rs"]
mod daemon;

use std::path::Path;
use std::process::Command;

use daemon::{ADMIN, Daemon, WRITE, project, signed_up};
use serde_json::{Value, json};

const USER: &str = "user-ana-4711";
const DEVICE: &str = "device-of-ana-12";
const ADDRESS: &str = "Ana.Secret@mail.example";
const BEFORE: &str = "ana.before@mail.example";

/// All that must be found nowhere.
const WORDS: [&str; 4] = [USER, DEVICE, ADDRESS, BEFORE];

/// Which words stand in which files of a store.
fn found(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for ending in ["", "-wal", "-shm"] {
        let bytes = std::fs::read(folder.join(format!("flow.db{ending}"))).unwrap_or_default();
        for word in WORDS {
            let times = bytes.windows(word.len()).filter(|piece| piece.eq_ignore_ascii_case(word.as_bytes())).count();
            if times > 0 {
                found.push(format!("{word} stands {times} times in flow.db{ending}"));
            }
        }
    }
    found
}

fn call(kind: &str, id: &str, who: &Value, more: &Value) -> Value {
    let mut call = json!({ "type": kind, "messageId": id });
    for part in [who, more] {
        call.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
    }
    call
}

/// Everything that ana does, between many others.
fn fill(daemon: &Daemon) {
    let (device, user) = (json!({ "anonymousId": DEVICE }), json!({ "userId": USER }));
    let both = json!({ "userId": USER, "anonymousId": DEVICE });
    let event = |plan: &str| json!({ "event": "Signed Up", "properties": { "plan": plan } });
    let traits = |email: &str| json!({ "traits": { "email": email } });
    let hers = [
        call("track", "a1", &device, &event("free")),
        call("identify", "a2", &device, &traits(BEFORE)),
        call("identify", "a3", &both, &traits(ADDRESS)),
        call("track", "a4", &user, &event("paid")),
        call("track", "a5", &user, &json!({ "event": "Unheard Of", "properties": { "of": ADDRESS } })),
    ];
    for (round, hers) in hers.iter().enumerate() {
        let mut calls: Vec<Value> = (0..60).map(|n| signed_up(&format!("other-{round}-{n}"))).collect();
        calls.insert(round * 11, hers.clone());
        assert_eq!(daemon.batch(&calls).unwrap().0, 200);
    }
    for time in 0..30 {
        let who =
            call("identify", &format!("b{time}"), &user, &json!({ "traits": { "email": ADDRESS, "zone": "UTC" } }));
        assert_eq!(daemon.batch(&[who]).unwrap().0, 200);
    }
    daemon.why_after(USER, "delivered", 1);
}

fn refused(daemon: &Daemon) {
    let event = json!({ "event": "Signed Up" });
    for (call, reason) in [
        (call("track", "c1", &json!({ "userId": USER }), &event), "erased"),
        (call("track", "c2", &json!({ "anonymousId": DEVICE }), &event), "erased"),
        (call("alias", "c3", &json!({ "userId": "new", "previousId": USER }), &json!({})), "erased"),
        (call("identify", "c4", &json!({ "userId": "new" }), &json!({ "traits": { "email": ADDRESS } })), "erased"),
        (call("track", "c5", &json!({ "userId": USER }), &json!({ "event": "Unheard Of" })), "unknown_event"),
    ] {
        let (status, answer) = daemon.batch(std::slice::from_ref(&call)).unwrap();
        assert_eq!((status, &answer["rejected"][0]["reason"]), (400, &json!(reason)), "{call}: {answer}");
    }
    assert_eq!(daemon.request(&format!("GET /v1/contacts/{USER}"), ADMIN, "").unwrap().0, 404);
}

#[test]
fn somebody_is_handed_out_and_then_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let mut daemon = Daemon::start(folder.path(), &[]);
    fill(&daemon);
    assert!(!found(folder.path()).is_empty());
    let all = daemon.get(&format!("/v1/contacts/{DEVICE}/export"));
    assert_eq!(all["ids"], json!([DEVICE, USER]));
    assert_eq!(all["contact"]["fields"]["email"], ADDRESS);
    let history = all["history"].as_array().unwrap();
    assert_eq!(history[0]["event"], json!({ "name": "signed_up", "fields": { "plan": "free" } }));
    assert!(history.iter().any(|entry| entry["known"]["email"] == BEFORE), "{all:#}");
    assert!(history.iter().any(|entry| entry["decision"]["kind"] == "send"), "{all:#}");
    assert!(all["deliveries"].as_array().unwrap().iter().any(|row| row["delivery"]["what"]["body"] == "Welcome."));
    assert!(all["rejects"][0]["raw"].as_str().unwrap().contains("Unheard Of"));
    assert_eq!(daemon.request(&format!("DELETE /v1/contacts/{USER}"), WRITE, "").unwrap().0, 401);

    let other = daemon.get("/v1/contacts/other-2-5/why")["moments"].clone();
    let (status, answer) = daemon.request(&format!("DELETE /v1/contacts/{USER}"), ADMIN, "").unwrap();
    assert_eq!((status, &answer["erased"]["ids"]), (200, &json!(2)), "{answer}");
    assert_eq!(found(folder.path()), Vec::<String>::new());
    refused(&daemon);
    assert_eq!(daemon.request(&format!("DELETE /v1/contacts/{USER}"), ADMIN, "").unwrap().0, 404);
    assert_eq!(daemon.get("/v1/contacts/other-2-5/why")["moments"], other, "others are as they were");
    let audit = daemon.get("/v1/audit").to_string();
    assert!(audit.contains("erase_contact") && audit.contains("export_contact"), "{audit}");

    // As it is killed, and started again.
    daemon.child.kill().unwrap();
    daemon.child.wait().unwrap();
    assert_eq!(found(folder.path()), Vec::<String>::new());
    let daemon = Daemon::start(folder.path(), &[]);
    refused(&daemon);
    assert_eq!(daemon.get("/v1/contacts/other-2-5/why")["moments"], other);
    assert_eq!(daemon.get("/v1/contacts/other-4-59")["contact"]["fields"]["email"], "other-4-59@x.example");
    let rejects = daemon.get("/v1/rejects?reason=erased").to_string();
    assert!(rejects.contains("erased") && !WORDS.iter().any(|word| rejects.contains(word)), "{rejects}");
    assert_eq!(daemon.batch(&[signed_up("new")]).unwrap().0, 200);
    assert_eq!(daemon.get("/v1/reports")["format_version"], 1);
    let (code, text) = daemon.flow(&["contact", "other-1-1", "--erase"]);
    assert!(code == 0 && text.starts_with("erased: 1 id,"), "{text}");
    let (code, text) = daemon.flow(&["contact", "other-1-2", "--export"]);
    assert!(code == 0 && text.contains("other-1-2@x.example"), "{text}");
    let check = Command::new(env!("CARGO_BIN_EXE_flow")).args(["store", "check"]).arg(folder.path()).output().unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stdout));
    assert_eq!(found(folder.path()), Vec::<String>::new());
}
