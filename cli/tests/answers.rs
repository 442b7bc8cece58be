//! What a connector answers comes back as an event of its contact.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

#[path = "serve/daemon.rs"]
mod daemon;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;

use daemon::{Daemon, SETTINGS, WORLD, signed_up};

const MORE: &str = r#"
event lead_scored as "Lead Scored" { score: int  grade: text? }
message graded { channel email  topic service  subject "Your grade"  body "{{ event.grade or \"none\" }}" }
sequence asks { enter on signed_up  call crm.score { plan: "x" } }
sequence hears { enter on lead_scored where score >= 50  send graded }
"#;

/// A connector that answers one request after the other with these bodies.
fn connector(answers: [&'static str; 2]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for (stream, answer) in listener.incoming().zip(answers) {
            let mut stream = stream.unwrap();
            let mut asked = [0; 8_192];
            let _ = stream.read(&mut asked).unwrap();
            let length = answer.len();
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
            stream.write_all(format!("{head}{answer}").as_bytes()).unwrap();
        }
    });
    url
}

#[test]
fn an_answer_is_an_event() {
    let folder = tempfile::tempdir().unwrap();
    let url = connector([r#"{"id":"r-1","score":75,"grade":"A","more":[1]}"#, r#"{"grade":"B"}"#]);
    let settings =
        format!("{SETTINGS}\n[connectors.crm]\nkind = \"http\"\nurl = \"{url}\"\nanswer = \"lead_scored\"\n");
    std::fs::write(folder.path().join("flow.toml"), &settings).unwrap();
    std::fs::write(folder.path().join("world.flow"), format!("{WORLD}{MORE}")).unwrap();
    let daemon = Daemon::start(folder.path(), &["--allow-private"]);
    assert_eq!(daemon.batch(&[signed_up("ana")]).unwrap().0, 200);
    daemon.why_after("ana", "lead_scored { score 75, grade A }", 1);
    daemon.why_after("ana", "sent graded", 1);
    // What lacks a field that has to be there is no event; it has left all the same.
    assert_eq!(daemon.batch(&[signed_up("bob")]).unwrap().0, 200);
    let why = daemon.why_after("bob", "delivered", 1);
    assert!(!why["moments"].to_string().contains("lead_scored"), "{why}");
    drop(daemon);

    std::fs::write(folder.path().join("flow.toml"), settings.replace("lead_scored", "leads")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_flow")).arg("serve").arg(folder.path()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(2) && text.contains("there is no event `leads`"), "{text}");
}
