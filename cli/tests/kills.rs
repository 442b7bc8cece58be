//! A daemon that is killed at moments spread over its work, with a real mail server behind it: what was acknowledged is
//! there and has left, and a letter leaves twice only in the moment that `docs/delivery.md` names.
//!
//! `FLOW_KILLS=200` kills it so often.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

#[path = "serve/daemon.rs"]
mod daemon;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use daemon::Daemon;
use serde_json::{Value, json};

/// Letters that may have left before it is kept that they have: those that a kill may make leave twice.
const UNDER_WAY: usize = 512;

const SETTINGS: &str = r#"[project]
name = "lamp"
language = 1
timezone = "Europe/Berlin"

[channels.email]
kind = "smtp"
url = "env:SMTP_URL"
from = "Lamp <hello@lamp.example>"
"#;

const WORLD: &str = r#"contact { email: email? }
event signed_up as "Signed Up" { }
topic service { consent none  transactional }
message hello { channel email  topic service  subject "Hello"  body "Welcome." }
sequence welcome { enter on signed_up  send hello }
"#;

/// Ends with the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A mail server, and how often it got a letter to each address.
struct Mail {
    _process: Process,
    port: u64,
    letters: Arc<Mutex<BTreeMap<String, usize>>>,
}

impl Mail {
    fn start() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("services");
        let services = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/services");
        let done = Command::new("bash").arg(services.join("install.sh")).arg(&folder).stderr(Stdio::inherit()).output();
        let python = String::from_utf8(done.unwrap().stdout).unwrap();
        let mut command = Command::new(python.trim());
        command.arg(services.join("smtp.py")).args(["--seconds", "3600"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let hello: Value = serde_json::from_str(&lines.next().expect("the mail server starts")).unwrap();
        let letters: Arc<Mutex<BTreeMap<String, usize>>> = Arc::default();
        let kept = Arc::clone(&letters);
        std::thread::spawn(move || {
            for line in lines {
                let letter: Value = serde_json::from_str(&line).unwrap();
                let to = letter["to"][0].as_str().unwrap().to_owned();
                *kept.lock().unwrap().entry(to).or_default() += 1;
            }
        });
        Self { _process: Process(child), port: hello["port"].as_u64().unwrap(), letters }
    }
}

/// A daemon that sends its letters there.
fn start(project: &Path, mail: &Mail) -> Daemon {
    Daemon::start_with(project, &["--no-watch"], &[("SMTP_URL", &format!("smtp://127.0.0.1:{}", mail.port))])
}

/// Sends calls until an instant; adds whose were acknowledged.
fn load(daemon: &Daemon, until: Instant, next: &mut u32, acknowledged: &mut BTreeSet<String>) {
    while Instant::now() < until {
        let users: Vec<_> = (*next..*next + 5).map(|number| format!("u{number}@x.example")).collect();
        *next += 5;
        let call = |user: &String| {
            json!({ "type": "track", "event": "Signed Up", "userId": user, "messageId": format!("m-{user}"),
                    "context": { "traits": { "email": user } } })
        };
        let calls: Vec<_> = users.iter().map(call).collect();
        if daemon.batch(&calls).is_some_and(|(status, _)| status == 200) {
            acknowledged.extend(users);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn what_is_acknowledged_leaves_and_leaves_once() {
    let kills = std::env::var("FLOW_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(3_u32);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("flow.toml"), SETTINGS).unwrap();
    std::fs::write(folder.path().join("world.flow"), WORLD).unwrap();
    let mail = Mail::start();
    let (mut acknowledged, mut next) = (BTreeSet::new(), 0);
    for round in 0..kills {
        let mut daemon = start(folder.path(), &mail);
        let end = Instant::now() + Duration::from_millis(u64::from(60 + round * 97 % 500));
        load(&daemon, end, &mut next, &mut acknowledged);
        daemon.child.kill().unwrap();
        daemon.child.wait().unwrap();
    }
    assert!(acknowledged.len() > usize::try_from(kills).unwrap() * 5, "{} acknowledged", acknowledged.len());
    let daemon = start(folder.path(), &mail);
    let deadline = Instant::now() + Duration::from_secs(120);
    while daemon.get("/v1/deliveries?state=due&limit=1")["deliveries"] != json!([]) {
        assert!(Instant::now() < deadline, "a delivery is stuck");
        std::thread::sleep(Duration::from_millis(50));
    }
    let letters = mail.letters.lock().unwrap().clone();
    let lost: Vec<_> = acknowledged.iter().filter(|user| !letters.contains_key(*user)).collect();
    assert!(lost.is_empty(), "acknowledged and never sent: {lost:?}");
    let again: usize = letters.values().map(|times| times - 1).sum();
    println!("{kills} kills, {} acknowledged, {} letters, {again} of them again", acknowledged.len(), letters.len());
    assert!(again <= UNDER_WAY * usize::try_from(kills).unwrap(), "{again} letters left again");
    let most = letters.values().copied().max().unwrap_or(0);
    assert!(most <= 3, "a letter left {most} times: a kill makes one leave again that was under way, no other");
    let dead = daemon.get("/v1/deliveries?state=dead&limit=1");
    assert_eq!(dead["deliveries"], json!([]), "nothing was given up");
}
