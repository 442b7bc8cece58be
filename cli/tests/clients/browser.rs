//! What browsers send, byte by byte, and what goes wrong on the way: the daemon answers in JSON, and goes on.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::daemon::{ADMIN, Daemon, WRITE, services};

const PAGE: &str = "Origin: https://shop.example";

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut command = Command::new(services().1);
    command.args(["-c", "import gzip, sys; sys.stdout.buffer.write(gzip.compress(sys.stdin.buffer.read()))"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut input, plain) = (child.stdin.take().unwrap(), plain.to_vec());
    let writer = std::thread::spawn(move || input.write_all(&plain).unwrap());
    let packed = child.wait_with_output().unwrap().stdout;
    writer.join().unwrap();
    packed
}

fn key() -> String {
    format!("Authorization: Bearer {WRITE}")
}

/// It takes calls, and soon.
fn is_well(daemon: &Daemon) {
    let begun = Instant::now();
    assert_eq!(daemon.send("GET /health", &[], b"").body["status"], "ok");
    let call = json!({ "userId": "well", "writeKey": WRITE }).to_string();
    assert_eq!(daemon.send("POST /v1/identify", &[], call.as_bytes()).status, 200);
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_page_of_any_origin_may_ask_and_send() {
    let daemon = Daemon::start(&[]);
    for path in ["/v1/t", "/v1/track", "/v1/batch", "/v1/b"] {
        let asked = [
            PAGE,
            "Access-Control-Request-Method: POST",
            "Access-Control-Request-Headers: authorization,content-type,x-retry-count",
            "Access-Control-Request-Private-Network: true",
        ];
        let answer = daemon.send(&format!("OPTIONS {path}"), &asked, b"");
        assert_eq!(answer.status, 204, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert!(answer.header("access-control-allow-methods").unwrap().contains("POST"));
        let allowed = answer.header("access-control-allow-headers").unwrap();
        for name in ["authorization", "content-type", "content-encoding", "x-retry-count"] {
            assert!(allowed.split(", ").any(|it| it == name), "{name} in {allowed}");
        }
        assert_eq!(answer.header("access-control-allow-private-network"), Some("true"));
        let answer = daemon.send(&format!("OPTIONS {path}"), &[PAGE], b"");
        assert_eq!(answer.header("access-control-allow-private-network"), None, "only who asks is told");
    }
    for (path, key, status) in [("/v1/t", WRITE, 400), ("/v1/t", "unknown", 401), ("/v1/i", WRITE, 200)] {
        let body = json!({ "userId": "ana", "event": "Unheard Of", "writeKey": key }).to_string();
        let answer = daemon.send(&format!("POST {path}"), &[PAGE, "Content-Type: text/plain"], body.as_bytes());
        assert_eq!(answer.status, status, "{answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "a page may read a no too");
        assert_eq!(answer.header("access-control-expose-headers"), Some("retry-after"));
    }
    let admin = format!("Authorization: Bearer {ADMIN}");
    let answer = daemon.send("GET /v1/rejects", &[PAGE, &admin], b"");
    assert_eq!(answer.header("access-control-allow-origin"), None, "no page reads what is for administrators");
}

/// `sendBeacon` sends a text, cannot set headers, and waits for nothing. The clock of this browser is an hour ahead.
#[test]
fn a_beacon_arrives_and_its_clock_is_put_right() {
    let daemon = Daemon::start(&[]);
    let now = Timestamp::now();
    let hour = Duration::from_secs(3_600);
    let call = json!({
        "anonymousId": "v-1", "userId": "ana", "messageId": "b-1",
        "type": "track", "event": "Order Completed", "properties": { "revenue": 5 },
        "context": { "campaign": { "name": "spring" }, "timezone": "Europe/Stockholm" },
        "timestamp": (now + hour - Duration::from_secs(60)).to_string(), "sentAt": (now + hour).to_string(),
        "writeKey": WRITE,
    });
    let body = json!({ "batch": [call.clone()], "writeKey": WRITE, "sentAt": call["sentAt"] }).to_string();
    let headers = [PAGE, "Content-Type: text/plain;charset=UTF-8"];
    for (path, body) in [("/v1/t", call.to_string()), ("/v1/b", body)] {
        let answer = daemon.send(&format!("POST {path}"), &headers, body.as_bytes());
        assert_eq!((answer.status, &answer.body["accepted"]), (200, &json!(1)), "{path}: {answer:?}");
    }
    assert_eq!(daemon.figure("flow_duplicates_total"), 1, "both are one call");
    let until = Instant::now() + Duration::from_secs(20);
    let fields = loop {
        let fields = daemon.get("/v1/contacts/v-1")["contact"]["fields"].clone();
        if fields.get("campaign").is_some() || Instant::now() > until {
            break fields;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let at: Timestamp = fields["at"].as_str().unwrap().parse().unwrap();
    let age = now.duration_since(at).as_secs();
    assert!((50..=61).contains(&age), "a minute ago, not {age} seconds");
    assert_eq!((&fields["campaign"], &fields["zone"]), (&json!("spring"), &json!("Europe/Stockholm")));
}

#[test]
fn packed_bodies_are_unpacked_or_refused() {
    let daemon = Daemon::start(&[]);
    let plain = json!({ "userId": "ana", "traits": { "plan": "pro" } }).to_string();
    let whole = gzip(plain.as_bytes());
    let half = &whole[..whole.len() / 2];
    let mut bent = whole.clone();
    let middle = bent.len() / 2;
    bent[middle..].iter_mut().for_each(|byte| *byte ^= 0x55);
    // Five bytes for each thousand: a bomb.
    let bomb = gzip(&vec![b' '; 64 << 20]);
    assert!(bomb.len() < 1 << 20);
    let cases: [(&str, &[u8], u16, Option<&str>); 8] = [
        ("gzip", &whole, 200, None),
        ("identity", plain.as_bytes(), 200, None),
        ("gzip", half, 400, Some("unreadable")),
        ("gzip", &bent, 400, Some("unreadable")),
        ("gzip", plain.as_bytes(), 400, Some("unreadable")),
        ("gzip", &bomb, 413, Some("body_too_long")),
        ("br", &whole, 415, Some("encoding")),
        ("gzip", b"", 400, None),
    ];
    for (encoding, body, status, error) in cases {
        let encoding = format!("Content-Encoding: {encoding}");
        let answer = daemon.send("POST /v1/identify", &[&key(), PAGE, &encoding], body);
        assert_eq!(answer.status, status, "{encoding}: {answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"), "{encoding}: {answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        if let Some(error) = error {
            assert_eq!(answer.body["error"], error, "{answer:?}");
            assert!(answer.body["message"].is_string());
        }
    }
    assert_eq!(daemon.get("/v1/contacts/ana")["contact"]["fields"]["plan"], "pro");
}

/// Who sends too much hears it at the end of what it sends: one that is cut off would only send all of it again.
#[test]
fn a_body_that_is_too_long_is_heard_out() {
    let daemon = Daemon::start(&[]);
    for length in [(5 << 20) + 1, 8 << 20, 19 << 20] {
        let answer = daemon.send("POST /v1/batch", &[&key()], &vec![b' '; length]);
        assert_eq!((answer.status, &answer.body["error"]), (413, &json!("body_too_long")), "{length}");
    }
    let calls: Vec<_> = (0..5_001).map(|_| json!({ "type": "identify", "userId": "u" })).collect();
    let answer = daemon.send("POST /v1/batch", &[&key()], json!({ "batch": calls }).to_string().as_bytes());
    assert_eq!((answer.status, &answer.body["error"]), (413, &json!("batch_too_long")));
    assert_eq!(daemon.figure("flow_inputs_total"), 0);
}

#[test]
fn other_methods_are_refused_in_words() {
    let daemon = Daemon::start(&[]);
    for path in ["/v1/track", "/v1/batch", "/v1/t", "/v1/b"] {
        for method in ["GET", "PUT", "DELETE"] {
            let answer = daemon.send(&format!("{method} {path}"), &[PAGE], b"");
            assert_eq!((answer.status, &answer.body["error"]), (405, &json!("method")), "{method} {path}: {answer:?}");
            assert!(answer.header("allow").unwrap().contains("POST"), "{answer:?}");
            assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        }
        let answer = daemon.send(&format!("HEAD {path}"), &[], b"");
        assert_eq!((answer.status, answer.header("content-type")), (405, Some("application/json")), "{answer:?}");
        assert_eq!(answer.body, Value::String(String::new()), "who asks for a head gets no body");
    }
    assert_eq!(daemon.send("POST /health", &[], b"").body["error"], "method");
    assert_eq!(daemon.send("GET /v1/nothing", &[], b"").status, 404);
}

/// Senders that say more than they send, send less than they say, or take their time: everybody else is served.
#[test]
fn liars_and_idlers_hold_nobody_up() {
    let daemon = Daemon::start(&[]);
    let call = json!({ "userId": "liar" }).to_string();
    // More is announced than comes: whether it hears of it or not, nothing is taken.
    let cut = daemon.send_and_end("POST /v1/identify", &[&key(), "Content-Length: 1000"], call.as_bytes());
    assert!(cut.is_none_or(|answer| answer.status == 400));
    // More comes than is announced: the body is what was announced.
    let first = daemon.send_and_end("POST /v1/identify", &[&key(), "Content-Length: 5"], call.as_bytes()).unwrap();
    assert_eq!(first.status, 400, "{first:?}");
    for wrong in ["Content-Length: much", "Content-Length: -1", "Content-Length: 99999999999999999999999"] {
        let answer = daemon.send_and_end("POST /v1/identify", &[&key(), wrong], b"");
        assert!(answer.is_none_or(|answer| answer.status == 400), "{wrong}");
    }
    let absurd = daemon.send_and_end("POST /v1/identify", &[&key(), "Content-Length: 9999999999999"], b"{}");
    assert!(absurd.is_none_or(|answer| answer.status < 500), "nothing is laid by for what is only announced");
    assert_eq!(daemon.send("GET /v1/contacts/liar", &[&format!("Authorization: Bearer {ADMIN}")], b"").status, 404);

    let idlers: Vec<_> = (0..200)
        .map(|number| {
            let mut stream = TcpStream::connect(&daemon.address).unwrap();
            let head = format!("POST /v1/batch HTTP/1.1\r\nHost: x\r\n{}\r\nContent-Length: 500\r\n\r\n{{", key());
            // Some have not even said what they want.
            let said = if number % 2 == 0 { head.as_str() } else { "POST /v1/ba" };
            stream.write_all(said.as_bytes()).unwrap();
            stream
        })
        .collect();
    is_well(&daemon);
    // Whoever has begun to send is told in the end that it takes too long, so that it sends again.
    let mut slow = idlers.into_iter().next().unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains(r#""error":"too_slow""#), "{answer}");
    is_well(&daemon);
}
