//! A daemon operated from the terminal: what it says of its contacts, of what it refused, of what leaves.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

#[path = "serve/daemon.rs"]
mod daemon;

use std::net::TcpListener;
use std::time::{Duration, Instant};

use daemon::{ADMIN, Daemon, SETTINGS, WORLD, WRITE, project, signed_up};
use serde_json::{Value, json};

/// No line is wider than the terminal that it is written for.
fn fits(text: &str) {
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn a_contact_is_told_in_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let daemon = Daemon::start(folder.path(), &[]);
    assert_eq!(daemon.batch(&[signed_up("ana/1")]).unwrap().0, 200);
    daemon.why_after("ana%2F1", "delivered {", 1);

    let (code, text) = daemon.flow(&["contact", "ana/1"]);
    assert_eq!(code, 0, "{text}");
    for says in
        ["ana/1  at ", "email  ana/1@x.example", "in sequence welcome, at `wait 2h`", "sent hello (sequence welcome"]
    {
        assert!(text.contains(says), "no `{says}` in {text}");
    }
    fits(&text);
    let (code, text) = daemon.flow(&["why", "ana/1"]);
    let order = [
        "→ known: email",
        "enrolled in welcome",
        "sent hello",
        "→ delivered { message hello }",
        "never sent\n  later\n",
    ];
    let places: Vec<_> = order.iter().map(|says| text.find(says)).collect();
    assert!(code == 0 && places.is_sorted() && places.iter().all(Option::is_some), "{places:?} {text}");
    assert!(text.contains("welcome: not yet: the run is at `wait 2h` until"), "{text}");
    fits(&text);
    let (code, text) = daemon.flow(&["why", "ana/1", "--message", "later"]);
    assert!(code == 0 && text.contains("nothing") && text.contains("not yet"), "{text}");
    let (code, text) = daemon.flow(&["why", "ana/1", "--message", "latter"]);
    assert_eq!(
        (code, text.as_str()),
        (2, "error: there is no message `latter`\n help: the project has `hello`, `later`\n")
    );
    let (code, text) = daemon.flow(&["contact", "bob"]);
    assert_eq!((code, text.as_str()), (2, "error: nobody has this id\n"));
    assert_eq!(daemon.flow_json(&["contact", "ana/1"])["contact"]["zone"], "Europe/Berlin");
    let story = daemon.flow_json(&["why", "ana/1"]);
    assert_eq!((&story["complete"], &story["not_sent"][0]["message"]), (&json!(true), &json!("later")));
    assert_eq!(daemon.flow_json(&["why", "ana/1", "--limit", "1"])["complete"], false);
}

#[test]
fn who_cannot_be_asked_is_told() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let daemon = Daemon::start(folder.path(), &[]);
    let wrong = |words: &[&str], token: &str, says: &str| {
        let (code, text) = daemon.flow_with(words, token);
        assert!(code == 2 && text.contains(says), "{words:?}: {text}");
        assert!(!text.contains("write_for") && !text.contains("not_a_token"), "a token is never printed: {text}");
    };
    wrong(&["audit"], "not_a_token", "does not know the token in `FLOW_ADMIN_TOKEN`");
    wrong(&["audit"], WRITE, "a write key is none");
    wrong(&["audit"], "", "`FLOW_ADMIN_TOKEN` is not set");
    wrong(&["audit", "--to", "http://127.0.0.1:9"], ADMIN, "there is no daemon to be reached at http://127.0.0.1:9/");
    wrong(&["audit", "--to", "http://flow.example"], ADMIN, "everybody on the way can read it");
    wrong(&["why"], ADMIN, "it is not said whose story is wanted");
    for (status, answer, says) in [
        ("200 OK", "{}", "is no daemon of Flowline"),
        ("200 OK", "<html>", "is no daemon of Flowline"),
        ("302 Found\r\nLocation: http://127.0.0.1:9/", "", "is no daemon of Flowline"),
        ("404 Not Found", r#"{"error":"not_found","message":"x"}"#, "is too old: it has no `/v1/audit`"),
        ("200 OK", r#"{"format_version": 9}"#, "is newer than this `flow`"),
        ("200 OK\r\nTransfer-Encoding: chunked", "9", "broke off"),
    ] {
        let other = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", other.local_addr().unwrap());
        let answers = std::thread::spawn(move || {
            use std::io::{Read, Write};
            let (mut stream, _) = other.accept().unwrap();
            let mut asked = [0; 4096];
            assert!(stream.read(&mut asked).unwrap() > 0);
            let length =
                if status.contains("chunked") { String::new() } else { format!("Content-Length: {}", answer.len()) };
            write!(stream, "HTTP/1.1 {status}\r\n{length}\r\n\r\n{answer}").unwrap();
        });
        wrong(&["audit", "--to", &url], ADMIN, says);
        answers.join().unwrap();
    }
}

#[test]
fn what_was_refused_is_taken_after_a_fix_and_once() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let daemon = Daemon::start(folder.path(), &[]);
    let invited = |user: &str| json!({ "type": "track", "event": "Invited", "userId": user, "properties": {} });
    let wrong = json!({ "type": "track", "event": "Signed Up", "userId": 7.5 });
    assert_eq!(daemon.batch(&[invited("ana"), signed_up("bob"), wrong]).unwrap().0, 200);
    // The path says the type of this one.
    let (status, _) = daemon.request("POST /v1/track", WRITE, r#"{"event":"Invited","userId":"eve"}"#).unwrap();
    assert_eq!(status, 400);

    let (code, text) = daemon.flow(&["rejects"]);
    for says in
        ["unknown_event  2", "unknown_event: no event arrives as `Invited`", "from http/track", "flow rejects replay"]
    {
        assert!(code == 0 && text.contains(says), "no `{says}` in {text}");
    }
    fits(&text);
    let (_, text) = daemon.flow(&["rejects", "--reason", "invalid_id"]);
    assert!(text.contains("invalid_id") && !text.contains("unknown_event"), "{text}");
    let (code, text) = daemon.flow(&["rejects", "replay"]);
    assert!(code == 0 && text.starts_with("0 calls taken, 3 calls refused as before"), "{text}");

    let world = WORLD
        .replace("sequence welcome", "event invited as \"Invited\" { }\nsequence welcome")
        .replace("enter on signed_up", "enter on signed_up, invited");
    std::fs::write(folder.path().join("world.flow"), world).unwrap();
    daemon.wait_for("now runs");
    let (code, text) = daemon.flow(&["rejects", "replay", "--reason", "unknown_event"]);
    assert_eq!((code, text.as_str()), (0, "2 calls taken\n"));
    for user in ["ana", "eve"] {
        daemon.why_after(user, "sent hello", 1);
    }
    assert_eq!(daemon.flow_json(&["rejects", "replay"])["replayed"], json!({ "taken": 0, "refused": 1 }));
    assert_eq!(
        daemon.flow_json(&["rejects"])["counts"],
        json!([{ "scope": "call", "reason": "invalid_id", "count": 1 }])
    );
    let acts = daemon.flow_json(&["audit"])["acts"].clone();
    assert_eq!((&acts[0]["what"], &acts[0]["who"]), (&json!("replay_rejects"), &json!("FLOW_ADMIN_TOKEN")));
    let (_, text) = daemon.flow(&["audit"]);
    assert!(text.contains("replay rejects  2 taken, 0 refused"), "{text}");
}

/// Whoever was erased stays out, also where a call says their id in another way, so that it was not found.
#[test]
fn what_was_refused_of_somebody_who_was_erased_is_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let daemon = Daemon::start(folder.path(), &[]);
    assert_eq!(daemon.batch(&[signed_up("zoe")]).unwrap().0, 200);
    let hidden = r#"{"batch":[{"type":"track","event":"Invited","userId":"z\u006fe"}]}"#;
    assert_eq!(daemon.request("POST /v1/batch", WRITE, hidden).unwrap().0, 400);
    assert_eq!(daemon.request("DELETE /v1/contacts/zoe", ADMIN, "").unwrap().0, 200);
    let world = WORLD.replace("sequence welcome", "event invited as \"Invited\" { }\nsequence welcome");
    std::fs::write(folder.path().join("world.flow"), world).unwrap();
    daemon.wait_for("now runs");
    let replayed = daemon.flow_json(&["rejects", "replay"])["replayed"].clone();
    assert_eq!(replayed["taken"], 0, "{replayed}");
    assert_eq!(daemon.request("GET /v1/contacts/zoe", ADMIN, "").unwrap().0, 404);
}

#[test]
fn what_was_given_up_is_tried_again_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let hooks = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("kind = \"webhook\"\nurl = \"http://{}/\"", hooks.local_addr().unwrap());
    std::fs::write(folder.path().join("flow.toml"), SETTINGS.replace("kind = \"console\"", &url)).unwrap();
    // The first two requests are refused for good, the others taken.
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        for (number, stream) in hooks.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let mut asked = [0; 65_536];
            let _ = stream.read(&mut asked);
            let status = if number < 2 { "410 Gone" } else { "204 No Content" };
            let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    let daemon = Daemon::start(folder.path(), &["--allow-private"]);
    assert_eq!(daemon.batch(&[signed_up("ana"), signed_up("bob")]).unwrap().0, 200);
    let until = |state: &str, count: usize| -> Vec<Value> {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let rows = daemon.flow_json(&["deliveries", "--state", state])["deliveries"].clone();
            if rows.as_array().unwrap().len() == count {
                return rows.as_array().unwrap().clone();
            }
            assert!(Instant::now() < deadline, "{state}: {rows}");
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    let dead = until("dead", 2);
    let (code, text) = daemon.flow(&["deliveries", "--dead"]);
    assert!(code == 0 && text.contains("it answered 410") && text.contains("message hello to bob"), "{text}");
    fits(&text);
    let id = dead[1]["id"].to_string();
    assert_eq!(daemon.flow(&["deliveries", "retry", &id]), (0, "1 delivery is tried again\n".to_owned()));
    until("left", 1);
    let (code, text) = daemon.flow(&["deliveries", "retry", &id]);
    assert!(code == 2 && text.contains("was not given up: its state is `left`"), "it would leave twice: {text}");
    assert_eq!(daemon.flow(&["deliveries", "retry", "999"]).0, 2);
    assert_eq!(daemon.flow(&["deliveries", "retry"]), (0, "1 delivery is tried again\n".to_owned()));
    until("left", 2);
    assert_eq!(daemon.flow(&["deliveries", "retry"]), (0, "nothing was given up\n".to_owned()));
    assert_eq!(daemon.flow(&["deliveries", "--dead"]), (0, "no delivery is like that\n".to_owned()));
}

/// The key in what a command says.
fn shown(text: &str) -> String {
    let mut lines = text.lines().map(str::trim);
    lines.find(|line| line.starts_with("write_") || line.starts_with("admin_")).unwrap().to_owned()
}

/// What names the key in what a command says: eight digits in brackets.
fn id(text: &str) -> String {
    text.split(['(', ')']).find(|part| part.len() == 8).unwrap().to_owned()
}

#[test]
fn keys_are_made_exchanged_and_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let daemon = Daemon::start(folder.path(), &["--clock", "fast:1d/s"]);
    let sends = |key: &str| daemon.request("POST /v1/batch", key, &json!({ "batch": [signed_up("ana")] }).to_string());
    let status = |key: &str| sends(key).unwrap().0;
    let ok = |words: &[&str]| {
        let (code, text) = daemon.flow(words);
        assert_eq!(code, 0, "{words:?}: {text}");
        fits(&text);
        text
    };
    let made = ok(&["keys", "add", "website"]);
    let first = shown(&made);
    assert!(made.starts_with("a new write key `website`") && status(&first) == 200, "{made}");
    assert_eq!(daemon.request("GET /v1/keys", &first, "").unwrap().0, 401, "a write key is no admin token");

    let made = ok(&["keys", "rotate", "website", "--grace", "1h"]);
    let second = shown(&made);
    assert!(made.contains("the old one opens for 1 hour longer"), "{made}");
    assert_eq!((status(&first), status(&second)), (200, 200), "everybody's clock counts, not the fast one");
    let (code, text) = daemon.flow(&["keys", "revoke", "website"]);
    assert!(code == 2 && text.contains("several keys are called `website`"), "{text}");
    let listed = daemon.flow_json(&["keys"])["keys"].clone();
    let old = listed.as_array().unwrap().iter().find(|key| key["name"] == "website" && !key["until"].is_null());
    let old = old.unwrap()["id"].as_str().unwrap().to_owned();
    assert!(ok(&["keys", "revoke", &old]).contains("opens no more"));
    assert_eq!((status(&first), status(&second)), (401, 200));
    let third = shown(&ok(&["keys", "rotate", "website", "--grace", "0"]));
    assert_eq!((status(&second), status(&third)), (401, 200));

    // Admin tokens: who asks cannot lock itself out, and neither can somebody take back what is not the daemon's.
    let made = ok(&["keys", "add", "ci", "--admin"]);
    let (token, own) = (shown(&made), id(&made));
    let (code, text) = daemon.flow_with(&["keys", "revoke", &own], &token);
    assert!(code == 2 && text.contains("it would lock you out"), "{text}");
    let (code, text) = daemon.flow_with(&["keys", "revoke", "FLOW_ADMIN_TOKEN"], &token);
    assert!(code == 2 && text.contains("comes from the environment of the daemon"), "{text}");
    let (code, text) = daemon.flow(&["keys", "add", "a/b"]);
    assert!(code == 2 && text.contains("a name has 1 to 64"), "{text}");
    assert_eq!(daemon.flow(&["keys", "rotate", "website", "--grace", "31d"]).0, 2);
    assert_eq!(daemon.flow(&["keys", "rotate", "nobody"]).0, 2);
    let listed = ok(&["keys"]);
    assert!(listed.contains("from the environment") && listed.contains("; ended"), "{listed}");
    let audit = ok(&["audit"]);
    for key in [&first, &second, &third, &token] {
        assert!(!listed.contains(key.as_str()) && !audit.contains(key.as_str()), "a key is shown once");
    }
    assert_eq!(audit.matches("rotate key").count(), 2, "{audit}");

    drop(daemon);
    let again = Daemon::start(folder.path(), &[]);
    let status = |key: &str| again.request("POST /v1/batch", key, "{}").unwrap().0;
    assert_eq!((status(&first), status(&second), status(&third)), (401, 401, 400), "it is so after a restart, too");
    assert_eq!(again.flow_with(&["audit"], &token).0, 0);
    let store = std::fs::read(folder.path().join("flow.db")).unwrap();
    let wal = std::fs::read(folder.path().join("flow.db-wal")).unwrap();
    let holds =
        |key: &str| [&store, &wal].iter().any(|file| file.windows(key.len()).any(|part| part == key.as_bytes()));
    assert!(!holds(&third) && !holds(&token), "only hashes are kept");
}

const FUNNEL: &str = r#"contact { email: email?  zone: timezone?  owner: text? }
event signed_up as "Signed Up" { plan: text? }
event ordered as "Ordered" { }
event asked as "Asked" { }
event answered as "Answered" { }
segment owned { owner == "lea" }
lifecycle customer {
  stages visitor, buyer, friend
  start visitor
  visitor -> buyer on ordered
  buyer -> friend on answered
}
topic service { consent none }
message hello { channel email  topic service  subject "Hello"  body "Welcome." }
sequence welcome {
  enter on signed_up
  goal ordered within 9 days
  holdout 50%
  send hello
  wait 2 days
}
sla reply {
  per contact.owner
  start on asked
  met on answered within 1h
  target 90%
}
"#;

/// A report of a daemon as it is written for programs, once a figure of it is what it should be.
fn report_with(daemon: &Daemon, place: &str, expected: &Value) -> Value {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let report = daemon.flow_json(&["report"])["report"].clone();
        if report.pointer(place) == Some(expected) {
            return report;
        }
        assert!(Instant::now() < deadline, "{place}: {report:#}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_report_says_what_it_has_come_to() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    std::fs::write(folder.path().join("world.flow"), FUNNEL).unwrap();
    let daemon = Daemon::start(folder.path(), &["--clock", "fast:1h/s"]);
    let call = |user: &str, event: &str, properties: &Value| {
        json!({ "type": "track", "event": event, "userId": user, "properties": properties,
                "messageId": format!("{event}/{user}/{properties}"), "context": { "traits": { "owner": "lea" } } })
    };
    let users: Vec<_> = (0..40).map(|number| format!("u{number}")).collect();
    let none = json!({});
    let of = |event: &str, users: &[String]| users.iter().map(|user| call(user, event, &none)).collect::<Vec<_>>();
    assert_eq!(daemon.batch(&of("Signed Up", &users)).unwrap().0, 200);
    std::thread::sleep(Duration::from_millis(700));
    assert_eq!(daemon.batch(&of("Ordered", &users[..20])).unwrap().0, 200);
    assert_eq!(daemon.batch(&[of("Asked", &users[..3]), of("Answered", &users[..2])].concat()).unwrap().0, 200);

    let report = report_with(&daemon, "/slas/0/all/breached", &json!(1));
    keeps_to_its_schema(&daemon.flow_json(&["report"]));
    let stages = &report["lifecycles"][0]["stages"];
    let figures = |stage: usize| {
        let stage = &stages[stage];
        [&stage["contacts"], &stage["people"], &stage["moved_on"], &stage["rate"]].map(Value::as_f64)
    };
    assert_eq!(figures(0), [Some(20.0), Some(40.0), Some(20.0), Some(0.5)]);
    assert_eq!(figures(1), [Some(18.0), Some(20.0), Some(2.0), Some(0.1)]);
    assert_eq!(figures(2), [Some(2.0), Some(2.0), Some(0.0), Some(0.0)]);
    let median = stages[0]["median_seconds"].as_f64().unwrap();
    assert!((0.6 * 3_600.0..20.0 * 3_600.0).contains(&median), "0.7 seconds are 0.7 hours: {median}");
    assert_eq!(report["segments"], json!([{ "name": "owned", "contacts": 40 }]));

    let sequence = &report["sequences"][0];
    let runs = |kind: &str, key: &str| sequence[kind][key].as_u64().unwrap();
    let (messaged, held) = (runs("messaged", "entered"), runs("held_out", "entered"));
    assert!(messaged + held == 40 && messaged > 0 && held > 0, "{sequence}");
    assert_eq!(runs("messaged", "goal") + runs("held_out", "goal"), 20);
    let share = |kind: &str| sequence[kind]["share"].as_f64().unwrap();
    let lift = |key: &str| sequence["lift"][key].as_f64().unwrap();
    assert!((lift("difference") - (share("messaged") - share("held_out"))).abs() < 1e-12);
    assert!(lift("low") < lift("difference") && lift("difference") < lift("high"));
    assert_eq!(sequence["steps"][0]["step"], "wait 2 days");
    assert_eq!(sequence["steps"][0]["runs"], 20, "who bought is out of it: {sequence}");

    let week = &report["slas"][0]["weeks"][0];
    assert_eq!((&week["all"]["started"], &week["per"]["lea"]["started"]), (&json!(3), &json!(3)), "{week}");
    let weeks = report["slas"][0]["weeks"].as_array().unwrap();
    assert_eq!(weeks.iter().map(|week| week["per"]["lea"]["breached"].as_u64().unwrap()).sum::<u64>(), 1);
    assert_eq!(report["slas"][0]["all"]["share"].as_f64().map(|share| (share * 3.0).round()), Some(2.0));
    feedback(&daemon, messaged, &call);

    let (code, text) = daemon.flow(&["report"]);
    for says in
        ["stages of customer", "visitor", "50 %", "lift over those held out", "reply, target 90 %", "week of", "  lea"]
    {
        assert!(code == 0 && text.contains(says), "no `{says}` in {text}");
    }
    fits(&text);
    let (_, text) = daemon.flow(&["report", "welcome"]);
    assert!(text.contains("inside welcome") && !text.contains("stages of"), "{text}");
    let (code, text) = daemon.flow(&["report", "welcom"]);
    assert!(code == 2 && text.contains("nothing is called `welcom`"), "{text}");
    let part = daemon.get("/v1/reports/slas")["report"].clone();
    assert!(part["slas"][0]["weeks"].is_array() && part.get("sequences").is_none(), "{part}");
    assert_eq!(daemon.request("GET /v1/reports/x", ADMIN, "").unwrap().0, 404);
}

/// No key but those of the schema, each with its type.
fn keeps_to_its_schema(report: &Value) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schemas/report.schema.json");
    let mut schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    close(&mut schema);
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.add_resource("schema.json", schema).unwrap();
    let index = compiler.compile("schema.json", &mut schemas).unwrap_or_else(|error| panic!("{error:#}"));
    schemas.validate(report, index).unwrap_or_else(|error| panic!("{error:#}"));
}

fn close(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if map.contains_key("properties") {
                map.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            map.values_mut().for_each(close);
        }
        Value::Array(list) => list.iter_mut().for_each(close),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What comes back of messages: people count once each, machines each time.
fn feedback(daemon: &Daemon, sent: u64, call: &dyn Fn(&str, &str, &Value) -> Value) {
    let back = |user: &str, event: &str, human: bool, time: u32| {
        call(user, event, &json!({ "message": "hello", "human": human, "link": format!("https://x.example/{time}") }))
    };
    let calls = [
        back("u0", "opened", true, 1),
        back("u0", "opened", true, 2),
        back("u0", "opened", false, 1),
        back("u1", "clicked", true, 1),
        back("u1", "clicked", true, 2),
        back("u1", "clicked", true, 1),
        call("u2", "complained", &json!({ "message": "hello" })),
    ];
    assert_eq!(daemon.batch(&calls).unwrap().0, 200);
    let report = report_with(daemon, "/messages/0/complained", &json!(1));
    let message = &report["messages"][0];
    let expected =
        [("opened", 2), ("clicked", 1), ("opened_by_machines", 1), ("clicked_by_machines", 0), ("sent", sent)];
    for (key, count) in expected {
        assert_eq!(message[key], count, "{key}: {message}");
    }
    report_with(daemon, "/messages/0/delivered", &json!(sent));
    let delivery = json!([{ "kind": "message", "name": "hello", "due": 0, "left": sent, "dead": 0 }]);
    report_with(daemon, "/deliveries", &delivery);
}
