//! Webhooks and connectors against a receiver: what is sent, what answers mean, where nothing goes.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod support;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flow_daemon::channel::Channels;
use flow_daemon::channel::settings::Settings;
use flow_daemon::delivery::Outcome;
use serde_json::json;
use support::{Receiver, Service, call, connector, message, notice, open, output, team, webhook};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";

fn folder() -> &'static std::path::Path {
    std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
}

#[tokio::test]
async fn a_message_is_signed_as_the_published_library_verifies() {
    let receiver = Receiver::start(Vec::new()).await;
    let channels = open(vec![webhook("push", &receiver.url, Some(SECRET))], Vec::new(), folder());
    let delivery = message("u-1/cart/1/send grüße/1", "push", "ana@example.org");
    assert_eq!(channels.deliver(&delivery).await, Outcome::Delivered { reference: None, answer: None });
    let request = receiver.requests().pop().expect("a request");
    assert_eq!(request.header("webhook-id"), "u-1/cart/1/send%20gr%C3%BC%C3%9Fe/1");
    assert_eq!(request.header("idempotency-key"), request.header("webhook-id"));
    assert_eq!(request.header("content-type"), "application/json");
    let body = request.json();
    assert_eq!((&body["v"], &body["type"], &body["key"]), (&json!(1), &json!("message"), &json!(delivery.key)));
    assert_eq!((&body["data"]["to"], &body["data"]["from"]), (&json!("ana@example.org"), &json!("Acme")));

    let mut verifier = Service::start("verify_webhook.py", &[]);
    let headers: serde_json::Map<_, _> = ["webhook-id", "webhook-timestamp", "webhook-signature"]
        .into_iter()
        .map(|name| (name.to_owned(), json!(request.header(name))))
        .collect();
    let body = String::from_utf8(request.body).expect("text");
    verifier.say(&json!({"secret": SECRET, "headers": headers, "body": body}).to_string());
    assert_eq!(verifier.line(), "ok");
    verifier.say(&json!({"secret": SECRET, "headers": headers, "body": body + " "}).to_string());
    assert!(verifier.line().starts_with("refused"), "a changed body must not be verified");
}

#[tokio::test]
async fn answers_say_whether_to_try_again() {
    let replies = vec![
        (503, &[("retry-after", "7")] as &[_], Vec::new()),
        (429, &[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")], Vec::new()),
        (408, &[], Vec::new()),
        (425, &[], Vec::new()),
        (500, &[], Vec::new()),
        (400, &[], Vec::new()),
        (410, &[("retry-after", "7")], Vec::new()),
        (302, &[("location", "/elsewhere")], Vec::new()),
        (204, &[], Vec::new()),
    ];
    let receiver = Receiver::start(replies).await;
    let channels = open(vec![webhook("push", &receiver.url, None)], Vec::new(), folder());
    let mut told = Vec::new();
    for _ in 0..9 {
        told.push(match channels.deliver(&message("k", "push", "a@b.example")).await {
            Outcome::Delivered { .. } => "delivered".to_owned(),
            Outcome::Later { after, why } => format!("later {:?} {why}", after.map(|after| after.as_secs())),
            Outcome::Never { bounced, why } => format!("never {bounced} {why}"),
        });
    }
    let expected = [
        "later Some(7) it answered 503",
        "later Some(0) it answered 429",
        "later None it answered 408",
        "later None it answered 425",
        "later None it answered 500",
        "never false it answered 400",
        "never false it answered 410",
        "never false it answered 302: redirects are not followed, `url` has to be the final address",
        "delivered",
    ];
    assert_eq!(told, expected);
    assert_eq!(receiver.requests().len(), 9, "a redirect was followed");
    assert_eq!(receiver.requests()[0].header("webhook-signature"), "", "there is no secret to sign with");
}

#[tokio::test]
async fn the_answer_of_a_connector_is_kept() {
    let long = format!("\"{}\"", "x".repeat(64 * 1024));
    let replies = vec![
        (201, &[] as &[_], br#"{"id":"lead-9","event":"lead_created"}"#.to_vec()),
        (200, &[], b"thanks".to_vec()),
        (200, &[], long.into_bytes()),
    ];
    let receiver = Receiver::start(replies).await;
    let channels = open(Vec::new(), vec![connector("crm", &receiver.url)], folder());
    let answer = Some(json!({"id": "lead-9", "event": "lead_created"}));
    let delivered = Outcome::Delivered { reference: Some("lead-9".into()), answer };
    assert_eq!(channels.deliver(&call("k", "crm")).await, delivered);
    for _ in 0..2 {
        assert_eq!(channels.deliver(&call("k", "crm")).await, Outcome::Delivered { reference: None, answer: None });
    }
    let body = receiver.requests()[0].json();
    assert_eq!(body["data"], json!({"connector": "crm", "action": "create_lead", "arguments": {"score": 75}}));
    assert!(matches!(channels.deliver(&call("k", "erp")).await, Outcome::Never { .. }));
}

#[tokio::test]
async fn a_notice_goes_by_each_route_under_a_key_of_its_own() {
    let receiver = Receiver::start(Vec::new()).await;
    let (output, shown) = output();
    let settings =
        Settings { connectors: vec![connector("chat", &receiver.url)], allow_private: true, ..Settings::default() };
    let channels = Channels::open(&settings, &[team()], &output).expect("channels");
    let parts = channels.split(notice("k", "sales"));
    assert_eq!(parts.iter().map(|part| part.key.as_str()).collect::<Vec<_>>(), ["k/1", "k/2"]);
    assert_eq!(
        parts.iter().map(|part| channels.way(part)).collect::<Vec<_>>(),
        ["channels.the terminal", "connectors.chat"]
    );
    for part in &parts {
        assert!(matches!(channels.deliver(part).await, Outcome::Delivered { .. }));
    }
    assert_eq!(receiver.requests()[0].header("webhook-id"), "k/2");
    assert_eq!(receiver.requests()[0].json()["data"]["team"], "sales");
    let shown = String::from_utf8(shown.lock().expect("output").clone()).expect("text");
    assert_eq!(shown, "2026-03-27 10:00:00Z  u-1           notify sales              A lead is waiting u-1\n");
    assert!(matches!(channels.deliver(&notice("k", "support")).await, Outcome::Never { .. }));
}

#[tokio::test]
async fn nothing_goes_into_the_own_network() {
    let receiver = Receiver::start(Vec::new()).await;
    let port = receiver.url.split(':').nth(2).and_then(|rest| rest.split('/').next()).expect("a port");
    let by_name = format!("http://localhost:{port}/");
    let settings = Settings { channels: vec![webhook("push", &by_name, None)], ..Settings::default() };
    let channels = Channels::open(&settings, &[], &output().0).expect("a name is judged when it is resolved");
    let told = channels.deliver(&message("k", "push", "a@b.example")).await;
    let Outcome::Later { why, .. } = told else { panic!("{told:?}") };
    assert!(why.contains("--allow-private") && !why.contains("localhost"), "{why}");
    assert!(receiver.requests().is_empty());
    let settings = Settings { channels: vec![webhook("push", &receiver.url, None)], ..Settings::default() };
    let errors = Channels::open(&settings, &[], &output().0).expect_err("an address is judged at once");
    assert_eq!(errors[0].key, "channels.push.url");
    assert!(errors[0].to_string().contains("--allow-private"), "{}", errors[0]);
}

#[tokio::test]
async fn https_only_with_a_certificate_that_somebody_vouches_for() {
    let service = Service::start("https.py", &[]);
    let hello: serde_json::Value = serde_json::from_str(&service.line()).expect("JSON");
    let authority = STANDARD.decode(hello["authority"].as_str().expect("a certificate")).expect("base64");
    let url = format!("https://localhost:{}/hook", hello["port"]);
    for (authorities, trusted) in [(vec![authority], true), (Vec::new(), false)] {
        let channels = vec![webhook("push", &url, None)];
        let settings = Settings { channels, authorities, allow_private: true, ..Settings::default() };
        let channels = Channels::open(&settings, &[], &output().0).expect("channels");
        let expected = match trusted {
            true => Outcome::Delivered { reference: Some("over-tls".into()), answer: None },
            false => {
                Outcome::Later { why: "it cannot be reached, or its certificate is not trusted".into(), after: None }
            }
        };
        assert_eq!(channels.deliver(&message("k", "push", "a@b.example")).await, expected);
    }
}

#[tokio::test]
async fn who_cannot_be_reached_is_tried_later() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let url = format!("http://user:hidden@{address}/hidden");
    let cut = tokio::spawn(async move {
        // Takes the connection, and closes it without an answer.
        drop(listener.accept().await);
        drop(listener);
    });
    let channels = open(vec![webhook("push", &url, None)], Vec::new(), folder());
    for _ in 0..2 {
        let told = channels.deliver(&message("k", "push", "a@b.example")).await;
        let Outcome::Later { why, after: None } = told else { panic!("{told:?}") };
        assert!(!why.contains("hidden") && !why.contains("127."), "{why}");
    }
    tokio::time::timeout(Duration::from_secs(5), cut).await.expect("in time").expect("no panic");
}
