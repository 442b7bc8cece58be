//! Letters against a real SMTP server, with and without TLS: what arrives, what refusals mean, connections that last.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod support;

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flow_daemon::channel::Channels;
use flow_daemon::channel::settings::{ChannelSettings, Settings};
use flow_daemon::delivery::{Delivery, Outcome, What};
use flow_daemon::links::{Kind, Links};
use flow_daemon::secret::Secret;
use flow_graph::program::ChannelKind;
use serde_json::{Value as Json, json};
use support::{Service, message, notice, output, team};

/// The server, and a channel that leads to it.
struct Mail {
    service: Service,
    channels: Channels,
}

impl Mail {
    /// `url` with `PORT` in it.
    fn start(arguments: &[&str], url: &str) -> Self {
        Self::with_links(arguments, url, None)
    }

    fn with_links(arguments: &[&str], url: &str, links: Option<Arc<Links>>) -> Self {
        let service = Service::start("smtp.py", arguments);
        let hello: Json = serde_json::from_str(&service.line()).expect("JSON");
        let authority = STANDARD.decode(hello["authority"].as_str().expect("a certificate")).expect("base64");
        let url = url.replace("PORT", &hello["port"].to_string());
        let channel = ChannelSettings {
            url: Some(Secret::new(url)),
            from: Some("Söhne & Co <hello@acme.example>".into()),
            ..ChannelSettings::new("email", ChannelKind::Smtp)
        };
        let settings = Settings { channels: vec![channel], authorities: vec![authority], links, ..Settings::default() };
        let channels = Channels::open(&settings, &[team()], &output().0).expect("channels");
        Self { service, channels }
    }

    async fn deliver(&self, key: &str, to: &str) -> Outcome {
        self.channels.deliver(&message(key, "email", to)).await
    }

    /// The next letter that arrived: what the server tells of it, and its text.
    fn letter(&self) -> (Json, String) {
        let told: Json = serde_json::from_str(&self.service.line()).expect("JSON");
        let letter = STANDARD.decode(told["letter"].as_str().expect("a letter")).expect("base64");
        (told, String::from_utf8(letter).expect("ascii"))
    }
}

#[tokio::test]
async fn a_letter_arrives_the_same_each_time() {
    let mail = Mail::start(&[], "smtp://127.0.0.1:PORT");
    let Outcome::Delivered { reference, .. } = mail.deliver("k/1", "ana@example.org").await else { panic!("refused") };
    assert_eq!(reference.as_deref(), Some("250 2.0.0 OK queued as ABC123"));
    let (told, letter) = mail.letter();
    assert_eq!((told["from"].as_str(), told["to"][0].as_str()), (Some("hello@acme.example"), Some("ana@example.org")));
    // As a mail program reads it.
    let read = &told["read"];
    assert_eq!((&read["defects"], &read["subject"]), (&json!([]), &json!("Grüße: your cart")));
    assert_eq!(read["from"], "Söhne & Co <hello@acme.example>");
    let text = "Hello Ana\r\n\r\nBack to the cart <https://a.example/cart>";
    let html = "<p>Hello <b>Ana</b></p><p><a href=\"https://a.example/cart\">Back to the cart</a></p>";
    assert_eq!(read["parts"], json!({"text/plain": text, "text/html": html}));
    for part in [
        "From: =?utf-8?b?",
        "Subject: =?utf-8?b?",
        "Message-ID: <",
        "Date: Fri, 27 Mar 2026 10:00:00 +0000",
        "multipart/alternative",
        "Hello Ana\r\n\r\nBack to the cart <https://a.example/cart>",
        "<p>Hello <b>Ana</b></p>",
    ] {
        assert!(letter.contains(part), "{part}\n{letter}");
    }
    let _ = mail.deliver("k/1", "ana@example.org").await;
    let (again, same) = mail.letter();
    assert_eq!(letter, same, "a repetition has to be told by its Message-ID, and be the same");
    assert_eq!(told["connection"], again["connection"], "the connection is kept");
    mail.channels.close().await;
}

#[tokio::test]
async fn lines_of_dots_arrive_as_they_were() {
    let mail = Mail::start(&[], "smtp://127.0.0.1:PORT");
    let mut delivery = message("k", "email", "ana@example.org");
    let What::Message(message) = &mut delivery.what else { panic!("a message") };
    (message.html, message.body) = (false, format!(".\n..\n.a\n{}\nü\n.\n", "long ".repeat(400)));
    let body = message.body.replace('\n', "\r\n");
    for _ in 0..2 {
        assert!(matches!(mail.channels.deliver(&delivery).await, Outcome::Delivered { .. }));
        assert_eq!(mail.letter().0["read"]["parts"]["text/plain"].as_str(), Some(body.as_str()));
    }
}

#[tokio::test]
async fn a_letter_says_how_to_unsubscribe() {
    let links = Arc::new(Links::new("https://mail.acme.example", &[Secret::new("0123456789abcdef")]).expect("links"));
    let mail = Mail::with_links(&[], "smtp://127.0.0.1:PORT", Some(Arc::clone(&links)));
    let mut delivery = message("k/1", "email", "ana@example.org");
    assert!(matches!(mail.channels.deliver(&delivery).await, Outcome::Delivered { .. }));
    let letter = mail.letter().1;
    let token = letter.split("List-Unsubscribe: <https://mail.acme.example/m/unsubscribe/").nth(1);
    let token = token.and_then(|rest| rest.split(">\r\n").next()).expect("the header, in one line");
    assert_eq!(links.read(Kind::Unsubscribe, token).expect("a ticket").0.key, "k/1");
    assert!(letter.contains("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{letter}");
    assert!(letter.replace("=\r\n", "").contains("https://mail.acme.example/m/open/"), "{letter}");

    let What::Message(message) = &mut delivery.what else { panic!("a message") };
    message.transactional = true;
    assert!(matches!(mail.channels.deliver(&delivery).await, Outcome::Delivered { .. }));
    assert!(!mail.letter().1.contains("List-Unsubscribe"));
}

#[tokio::test]
async fn refusals_mean_what_their_step_and_code_say() {
    let mail = Mail::start(&[], "smtp://127.0.0.1:PORT");
    let mut told = Vec::new();
    for user in ["later", "gone", "denied", "full", "refused", "busy", "cut", "ana"] {
        let outcome = mail.deliver(user, &format!("{user}@example.org")).await;
        told.push(match outcome {
            Outcome::Delivered { .. } => "delivered".to_owned(),
            Outcome::Later { why, .. } => format!("later: {why}"),
            Outcome::Never { why, bounced } => format!("never, bounced {bounced}: {why}"),
        });
    }
    let expected = [
        "later: the mail server refused the recipient: 451 4.3.0",
        "never, bounced true: the mail server refused the recipient: 550 5.1.1",
        "never, bounced false: the mail server refused the recipient: 554 5.7.1",
        "never, bounced false: the mail server refused the recipient: 552 5.2.2",
        "never, bounced false: the mail server refused the letter: 554 5.6.0",
        "later: the mail server refused the letter: 452 4.3.1",
        "later: the connection broke off after the letter: it may have arrived, and be sent again",
        "delivered",
    ];
    assert_eq!(told, expected);
    let connections: Vec<Json> = (0..4).map(|_| mail.letter().0["connection"].clone()).collect();
    assert_eq!(connections, [0, 0, 0, 1], "a refusal is no reason to connect again");
}

#[tokio::test]
async fn tls_and_passwords() {
    for (arguments, url) in [
        (["--tls", "starttls", "--login"], "smtp://flow%40acme:p%3A%2F%25@localhost:PORT?tls=required"),
        (["--tls", "wrapped", "--login"], "smtps://flow%40acme:p%3A%2F%25@localhost:PORT"),
    ] {
        let mail = Mail::start(&arguments, url);
        let told = mail.deliver("k", "ana@example.org").await;
        assert!(matches!(told, Outcome::Delivered { .. }), "{url}: {told:?}");
        let (told, _) = mail.letter();
        assert_eq!((&told["tls"], told["login"].as_str()), (&Json::Bool(true), Some("flow@acme")), "{url}");

        let mail = Mail::start(&arguments, &url.replace("p%3A", "q"));
        let told = mail.deliver("k", "ana@example.org").await;
        let Outcome::Later { why, .. } = told else { panic!("{told:?}") };
        assert!(why.contains("the connection: 535"), "{why}");
        assert!(mail.service.is_silent());
    }
    // The server offers no TLS: nothing is sent.
    let mail = Mail::start(&[], "smtp://localhost:PORT?tls=required");
    assert!(matches!(mail.deliver("k", "ana@example.org").await, Outcome::Later { .. }));
    assert!(mail.service.is_silent());
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let service = Service::start("smtp.py", &["--tls", "wrapped"]);
    let hello: Json = serde_json::from_str(&service.line()).expect("JSON");
    let channel = ChannelSettings {
        url: Some(Secret::new(format!("smtps://localhost:{}", hello["port"]))),
        from: Some("hello@acme.example".into()),
        ..ChannelSettings::new("email", ChannelKind::Smtp)
    };
    let settings = Settings { channels: vec![channel], ..Settings::default() };
    let channels = Channels::open(&settings, &[], &output().0).expect("channels");
    let told = channels.deliver(&message("k", "email", "ana@example.org")).await;
    let Outcome::Later { why, .. } = told else { panic!("{told:?}") };
    assert!(!why.contains("localhost"), "{why}");
    assert!(service.is_silent());
}

#[tokio::test]
async fn addresses_of_all_scripts() {
    let old = Mail::start(&[], "smtp://127.0.0.1:PORT");
    assert!(matches!(old.deliver("k", "jürgen@example.org").await, Outcome::Never { bounced: false, .. }));
    assert!(matches!(old.deliver("k", "ana@bücher.example").await, Outcome::Delivered { .. }));
    assert_eq!(old.letter().0["to"][0], "ana@xn--bcher-kva.example");
    let new = Mail::start(&["--utf8"], "smtp://127.0.0.1:PORT");
    let told = new.deliver("k", "jürgen@example.org").await;
    assert!(matches!(told, Outcome::Delivered { .. }), "{told:?}");
    assert_eq!(new.letter().0["to"][0], "jürgen@example.org");
}

#[tokio::test]
async fn a_notice_is_a_letter_to_the_team() {
    let mail = Mail::start(&[], "smtp://127.0.0.1:PORT");
    let parts = mail.channels.split(notice("k", "sales"));
    let told = mail.channels.deliver(&parts[0]).await;
    assert!(matches!(told, Outcome::Delivered { .. }), "{told:?}");
    let (told, letter) = mail.letter();
    assert_eq!(told["to"][0], "sales@acme.example");
    for part in ["Subject: [sales] A lead is waiting\r\n", "Auto-Submitted: auto-generated", "A lead is waiting\r\nu-1"]
    {
        assert!(letter.contains(part), "{part}\n{letter}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_later() {
    let mail = Mail::start(&[], "smtp://127.0.0.1:PORT");
    assert!(matches!(mail.deliver("k", "ana@example.org").await, Outcome::Delivered { .. }));
    let Mail { service, channels } = mail;
    drop(service);
    let text: Delivery = {
        let mut delivery = message("k", "email", "ana@example.org");
        if let What::Message(message) = &mut delivery.what {
            message.html = false;
        }
        delivery
    };
    let told = channels.deliver(&text).await;
    assert_eq!(told, Outcome::Later { why: "the mail server cannot be reached".into(), after: None });
}
