//! Clients that people already use, as they are published: what they send arrives once, and what they are told makes
//! them do the right thing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::let_underscore_must_use,
    reason = "a test may panic"
)]

#[path = "clients/browser.rs"]
mod browser;
#[path = "clients/daemon.rs"]
mod daemon;
#[path = "clients/proxy.rs"]
mod proxy;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use daemon::{Daemon, WRITE, services};
use proxy::{Act, Proxy};

/// The published clients: how they are called, and whether they pack.
const CLIENTS: [(&str, bool); 3] = [("python.py", false), ("python.py", true), ("node.js", false)];

/// Sends calls with a published client; what it reports as failed.
fn client((script, gzip): (&str, bool), host: &str, key: &str, calls: &Value) -> Vec<Value> {
    let (folder, python) = services();
    let script_at = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(script);
    let mut command = if script == "node.js" { Command::new("node") } else { Command::new(python) };
    command.arg(script_at).arg(json!({ "host": host, "key": key, "gzip": gzip, "calls": calls }).to_string());
    command.env("NODE_PATH", folder.join("node/node_modules"));
    let done = command.stderr(Stdio::inherit()).output().unwrap();
    assert!(done.status.success(), "{script} has failed: see above");
    serde_json::from_slice(&done.stdout).unwrap()
}

/// Each call that there is: a visitor who becomes known, buys, opens the app and joins a company.
fn all_calls(bought: Timestamp) -> Value {
    let page = json!({ "path": "/pricing", "title": "Prices", "url": "https://shop.example/pricing" });
    let context = json!({
        "campaign": { "name": "spring", "source": "mail" },
        "page": { "path": "/cart", "referrer": "https://search.example/" },
    });
    json!([
        ["page", { "anonymousId": "v-1", "name": "Pricing", "properties": page }],
        ["alias", { "previousId": "v-1", "userId": "ana" }],
        ["identify", { "userId": "ana", "traits": { "email": "ana@x.example", "plan": "pro" },
                       "context": { "timezone": "Europe/Stockholm" } }],
        ["track", { "userId": "ana", "event": "Order Completed", "properties": { "revenue": 49.9, "items": 2 },
                    "context": context, "timestamp": bought.to_string() }],
        ["screen", { "userId": "ana", "name": "Home" }],
        ["group", { "userId": "ana", "groupId": "acme", "traits": { "name": "Acme" } }],
    ])
}

fn order(user: &str) -> Value {
    json!(["track", { "userId": user, "event": "Order Completed", "properties": { "revenue": 1 } }])
}

/// Ana is what all her calls together say, each of them once, however often they came again.
fn is_ana(daemon: &Daemon, bought: Timestamp, again: usize) {
    let contact = daemon.settled("ana", "one_of_each");
    let mut fields = contact["fields"].clone();
    let at = fields.as_object_mut().unwrap().remove("at").unwrap();
    let at: Timestamp = at.as_str().unwrap().parse().unwrap();
    // What lies between sending and arriving counts as the error of a clock.
    let differs = at.duration_since(bought).unsigned_abs();
    assert!(differs < Duration::from_secs(5), "{at} instead of {bought}");
    let spent = fields.as_object_mut().unwrap().remove("spent").unwrap();
    assert!(spent.to_string().contains("49.9"), "{spent}");
    let expected = json!({
        "email": "ana@x.example", "plan": "pro", "campaign": "spring", "referrer": "https://search.example/",
        "path": "/pricing", "screen": "Home", "company": "Acme", "zone": "Europe/Stockholm",
    });
    assert_eq!(fields, expected);
    assert_eq!(daemon.get("/v1/contacts/v-1")["contact"], contact, "the visitor is she");
    let why = daemon.get("/v1/contacts/ana/why");
    let lines: Vec<_> = why["moments"].as_array().unwrap().iter().map(|it| it["line"].as_str().unwrap()).collect();
    let inputs = why["moments"].as_array().unwrap().iter().filter(|it| it["input"] == true);
    let inputs: Vec<_> = inputs.map(|it| it["line"].as_str().unwrap()).collect();
    for event in ["order_placed", "page_viewed", "screen_viewed", "joined"] {
        let came = inputs.iter().filter(|line| line.contains(event));
        let (repeated, once): (Vec<&&str>, Vec<&&str>) =
            came.partition(|line| line.ends_with("(a duplicate: nothing happens)"));
        assert_eq!((once.len(), repeated.len()), (1, again), "{event}: {lines:#?}");
    }
    assert_eq!(lines.iter().filter(|line| line.starts_with("sent thanks")).count(), 1, "{lines:#?}");
    assert_eq!(daemon.get("/v1/deliveries")["deliveries"].as_array().unwrap().len(), 1);
    assert_eq!(daemon.get("/v1/rejects")["rejects"], json!([]));
}

fn a_while_ago() -> Timestamp {
    let seconds = Timestamp::now().as_second() - 600;
    Timestamp::from_second(seconds).unwrap()
}

#[test]
fn all_calls_arrive_once() {
    for kind in CLIENTS {
        let daemon = Daemon::start(&[]);
        let bought = a_while_ago();
        let url = format!("http://{}", daemon.address);
        assert_eq!(client(kind, &url, WRITE, &all_calls(bought)), [] as [Value; 0], "{kind:?}");
        is_ana(&daemon, bought, 0);
        // What the channel says of the message comes in as well.
        daemon.reaches("flow_inputs_total", 6 + 1);
        assert_eq!(daemon.figure("flow_duplicates_total"), 0, "{kind:?}");
    }
}

/// The daemon has taken a batch, and the client is told otherwise: twice. It sends it again, and again.
#[test]
fn what_is_sent_again_counts_once() {
    let unavailable = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let too_often =
        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    for kind in CLIENTS {
        let daemon = Daemon::start(&[]);
        let acts = [Act::PassAndSay(unavailable), Act::Say(unavailable), Act::PassAndSay(too_often)];
        let proxy = Proxy::start(&daemon.address, &acts);
        let bought = a_while_ago();
        assert_eq!(client(kind, &proxy.url, WRITE, &all_calls(bought)), [] as [Value; 0], "{kind:?}");
        assert_eq!(proxy.told(), [503, 503, 429, 200], "{kind:?}");
        let answered: Vec<_> = proxy.seen().iter().map(|seen| seen.answered).collect();
        assert_eq!(answered, [Some(200), None, Some(200), Some(200)], "{kind:?}");
        is_ana(&daemon, bought, 2);
        // Of six calls twice, five are known by their ids; that two people are one is no more true the second time.
        assert_eq!(daemon.figure("flow_duplicates_total"), 10, "{kind:?}");
    }
}

#[test]
fn who_sends_too_often_comes_again_when_told() {
    for kind in CLIENTS {
        let daemon = Daemon::start(&["--rate", "1"]);
        let proxy = Proxy::start(&daemon.address, &[]);
        // All that a key may save up.
        let calls: Vec<_> =
            (0..10).map(|number| json!({ "type": "identify", "userId": format!("u{number}") })).collect();
        let key = format!("Authorization: Bearer {WRITE}");
        let body = json!({ "batch": calls }).to_string();
        assert_eq!(daemon.send("POST /v1/batch", &[&key], body.as_bytes()).status, 200);
        assert_eq!(client(kind, &proxy.url, WRITE, &json!([order("ana"), order("bob")])), [] as [Value; 0], "{kind:?}");
        let told = proxy.told();
        let (last, before) = told.split_last().unwrap();
        assert_eq!(*last, 200, "{kind:?}: {told:?}");
        assert!(!before.is_empty() && before.len() < 4 && before.iter().all(|it| *it == 429), "{kind:?}: {told:?}");
        assert_eq!(daemon.figure("flow_duplicates_total"), 0, "{kind:?}");
        daemon.reaches("flow_inputs_total", 10 + 2 + 2);
    }
}

/// What no second try can mend is tried once, and the client says so to whoever uses it.
#[test]
fn what_is_of_no_use_is_sent_once() {
    let nonsense = json!([["track", { "userId": "ana", "event": "Unheard Of" }]]);
    let fine = json!([order("ana")]);
    for kind in CLIENTS {
        let daemon = Daemon::start(&[]);
        let cases = [
            (400, WRITE, &nonsense, Act::Pass),
            (401, "a_key_that_nobody_knows", &fine, Act::Pass),
            (413, WRITE, &fine, Act::Pad(6 << 20)),
        ];
        for (status, key, calls, act) in cases {
            // Blanks behind a packed body are no part of what it holds.
            if matches!(act, Act::Pad(_)) && kind.1 {
                continue;
            }
            let proxy = Proxy::start(&daemon.address, &[act]);
            let failed = client(kind, &proxy.url, key, calls);
            assert_eq!(failed, [json!({ "status": status, "calls": 1 })], "{kind:?}");
            assert_eq!(proxy.told(), [status], "{kind:?}");
        }
        let rejects = daemon.get("/v1/rejects")["rejects"].clone();
        assert_eq!(rejects.as_array().unwrap().len(), 1, "{kind:?}: {rejects}");
        assert_eq!(rejects[0]["reason"], "unknown_event");
        assert!(rejects[0]["raw"].as_str().unwrap().contains("Unheard Of"));
        assert_eq!(daemon.figure("flow_inputs_total"), 0, "{kind:?}");

        // One that is wrong takes no other one with it.
        let proxy = Proxy::start(&daemon.address, &[]);
        let mixed = json!([nonsense[0], order("bob")]);
        assert_eq!(client(kind, &proxy.url, WRITE, &mixed), [] as [Value; 0], "{kind:?}");
        assert_eq!(proxy.told(), [200], "{kind:?}");
        daemon.reaches("flow_inputs_total", 1 + 1);
        assert_eq!(daemon.get("/v1/rejects")["rejects"].as_array().unwrap().len(), 2, "{kind:?}");
    }
}

/// What a daemon measures, as the parser of Prometheus' own client reads it.
fn measured(daemon: &Daemon) -> Value {
    let Value::String(text) = daemon.send("GET /metrics", &[], b"").body else { panic!("text") };
    let (_, python) = services();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/metrics.py");
    let mut child = Command::new(python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "it is not in Prometheus' form: {text}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn prometheus_reads_what_is_measured() {
    let daemon = Daemon::start(&[]);
    let calls = json!({ "batch": [
        { "type": "track", "event": "Order Completed", "userId": "ana", "properties": { "revenue": 1 } },
        { "type": "track", "event": "Nobody Knows", "userId": "ana" },
    ] });
    let key = format!("Authorization: Bearer {WRITE}");
    assert_eq!(daemon.send("POST /v1/batch", &[&key], calls.to_string().as_bytes()).status, 200);
    assert_eq!(daemon.send("GET /v1/program", &[], b"").status, 401);
    // The order, and that its message was delivered.
    daemon.reaches("flow_inputs_total", 2);
    let measured = measured(&daemon);
    let kinds: Vec<_> = measured.as_object().unwrap().values().map(|family| family["type"].as_str().unwrap()).collect();
    assert!(kinds.iter().all(|kind| matches!(*kind, "counter" | "gauge" | "histogram")), "{kinds:?}");
    let value = |family: &str, sample: &str, labels: &Value| -> f64 {
        let samples = measured[family]["samples"].as_array().unwrap_or_else(|| panic!("no {family} in {measured:#}"));
        let found = samples.iter().find(|it| it[0] == sample && (labels.is_null() || it[1] == *labels));
        found.unwrap_or_else(|| panic!("no {sample} {labels} in {samples:?}"))[2].as_f64().unwrap()
    };
    let rejected = json!({ "scope": "call", "reason": "unknown_event" });
    for (family, sample, labels, expected) in [
        ("flow_inputs", "flow_inputs_total", Value::Null, 2.0),
        ("flow_contacts", "flow_contacts", Value::Null, 1.0),
        ("flow_rejects", "flow_rejects_total", rejected, 1.0),
        ("flow_delivery_tries", "flow_delivery_tries_total", json!({ "outcome": "left" }), 1.0),
        ("flow_delivery_latency_seconds", "flow_delivery_latency_seconds_count", Value::Null, 1.0),
        ("flow_delivery_try_seconds", "flow_delivery_try_seconds_bucket", json!({ "le": "+Inf" }), 1.0),
        ("flow_deliveries", "flow_deliveries", json!({ "state": "due" }), 0.0),
        ("flow_http_responses", "flow_http_responses_total", json!({ "class": "4xx" }), 1.0),
        ("flow_commits_failed", "flow_commits_failed_total", Value::Null, 0.0),
        ("flow_timer_lag_seconds", "flow_timer_lag_seconds", Value::Null, 0.0),
        ("flow_deploy_contacts", "flow_deploy_contacts", Value::Null, 0.0),
    ] {
        assert!((value(family, sample, &labels) - expected).abs() < 1e-9, "{sample}: {measured:#}");
    }
    assert!(value("flow_commit_seconds", "flow_commit_seconds_count", &Value::Null) >= 2.0);
    assert!(value("flow_store_bytes", "flow_store_bytes", &Value::Null) > 4_096.0);
    let labels = &measured["flow_program_info"]["samples"][0][1];
    assert_eq!((&labels["number"], labels["fingerprint"].as_str().map(str::len)), (&json!("1"), Some(64)));
}
