//! The pages that links of letters lead to, over HTTP: what they show, what they report, what they refuse.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod support;

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flow_daemon::delivery::What;
use flow_daemon::links::{Dressed, Kind, Links, Ticket};
use flow_daemon::pages::{Pages, router};
use flow_daemon::reports::{Answer, Choice, Report, Reported, Reports, Unavailable};
use flow_daemon::secret::Secret;
use flow_graph::Timestamp;
use reqwest::{Client, Method, Response, StatusCode, redirect};
use serde_json::json;
use support::message;

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const SECRET: &str = "a secret for reports";
const AT: Timestamp = Timestamp(1_774_605_600_000);

/// Keeps reports, and plays that nothing can be kept.
#[derive(Default)]
struct Desk {
    taken: Mutex<Vec<Report>>,
    granted: Mutex<Vec<String>>,
    down: AtomicBool,
    later_ms: AtomicI64,
}

impl Reports for Desk {
    fn report(&self, report: Report) -> Answer<'_, Result<(), Unavailable>> {
        Box::pin(async move {
            if self.down.load(Ordering::SeqCst) {
                return Err(Unavailable);
            }
            self.taken.lock().expect("reports").push(report);
            Ok(())
        })
    }

    fn choices<'a>(&'a self, contact: &'a str) -> Answer<'a, Result<Vec<Choice>, Unavailable>> {
        Box::pin(async move {
            if self.down.load(Ordering::SeqCst) {
                return Err(Unavailable);
            }
            assert_eq!(contact, "u-1");
            let granted = self.granted.lock().expect("topics");
            let topics = ["promotions", "product_news", "<b>&\""].map(str::to_owned);
            Ok(topics.map(|topic| Choice { granted: granted.contains(&topic), topic }).into())
        })
    }

    fn delivered_at<'a>(&'a self, key: &'a str) -> Answer<'a, Option<Timestamp>> {
        Box::pin(async move { (key == "u-1/cart/1/send cart_reminder/1").then_some(AT) })
    }

    fn now(&self) -> Timestamp {
        AT.plus(self.later_ms.load(Ordering::SeqCst))
    }
}

/// The pages on loopback.
struct Site {
    desk: Arc<Desk>,
    links: Arc<Links>,
    client: Client,
    base: String,
}

impl Site {
    async fn start() -> Self {
        // Another test of this process may have done it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let links = Arc::new(Links::new(&base, &[Secret::new("0123456789abcdef")]).expect("links"));
        let desk = Arc::new(Desk { later_ms: AtomicI64::new(60_000), ..Desk::default() });
        *desk.granted.lock().expect("topics") = vec!["promotions".into()];
        let pages = Pages {
            links: Arc::clone(&links),
            reports: Arc::clone(&desk) as Arc<dyn Reports>,
            project: "Bean & Leaf".into(),
            secret: Some(Secret::new(SECRET)),
        };
        tokio::spawn(async move { axum::serve(listener, router(pages)).await });
        let client = Client::builder().no_proxy().redirect(redirect::Policy::none()).build().expect("a client");
        Self { desk, links, client, base }
    }

    fn link(&self, kind: Kind, target: Option<&str>) -> String {
        let delivery = message("u-1/cart/1/send cart_reminder/1", "email", "ana@example.org");
        let What::Message(message) = &delivery.what else { panic!("a message") };
        self.links.link(kind, &Ticket::new(&delivery, message), target).expect("a link")
    }

    async fn ask(&self, method: Method, url: &str, body: &'static str) -> Response {
        let request = self.client.request(method, url).header("user-agent", BROWSER).body(body);
        request.send().await.expect("an answer")
    }

    /// What was reported since the last time.
    fn taken(&self) -> Vec<Reported> {
        self.desk.taken.lock().expect("reports").drain(..).map(|report| report.what).collect()
    }
}

fn withdrawn(topic: &str) -> Reported {
    Reported::Unsubscribed { topic: Some(topic.into()) }
}

#[tokio::test]
async fn to_look_is_not_to_unsubscribe() {
    let site = Site::start().await;
    let link = site.link(Kind::Unsubscribe, None);
    for method in [Method::GET, Method::HEAD] {
        assert_eq!(site.ask(method, &link, "").await.status(), StatusCode::OK);
    }
    let page = site.ask(Method::GET, &link, "").await.text().await.expect("a page");
    assert!(page.contains("<form method=\"post\">") && page.contains("Bean &amp; Leaf"), "{page}");
    assert!(!page.contains("u-1") && !page.contains("ana@"), "{page}");
    assert_eq!(site.taken(), []);
    // RFC 8058: what a mail program sends.
    let done = site.ask(Method::POST, &link, "List-Unsubscribe=One-Click").await;
    assert_eq!(done.status(), StatusCode::OK);
    let report = site.desk.taken.lock().expect("reports").pop().expect("a report");
    assert_eq!((report.what, report.at), (withdrawn("promotions"), AT.plus(60_000)));
    assert_eq!((report.contact.as_deref(), report.message.as_deref()), (Some("u-1"), Some("cart_reminder")));
}

#[tokio::test]
async fn done_means_kept() {
    let site = Site::start().await;
    site.desk.down.store(true, Ordering::SeqCst);
    for (kind, method) in
        [(Kind::Unsubscribe, Method::POST), (Kind::Preferences, Method::GET), (Kind::Preferences, Method::POST)]
    {
        let answer = site.ask(method, &site.link(kind, None), "").await;
        assert_eq!(
            (answer.status(), answer.headers()["retry-after"].as_bytes()),
            (StatusCode::SERVICE_UNAVAILABLE, &b"60"[..])
        );
    }
    // A person gets on, whatever becomes of the count.
    let click = site.ask(Method::GET, &site.link(Kind::Click, Some("https://a.example/")), "").await;
    assert_eq!(click.status(), StatusCode::FOUND);
}

#[tokio::test]
async fn topics_are_chosen() {
    let site = Site::start().await;
    let link = site.link(Kind::Preferences, None);
    let page = site.ask(Method::GET, &link, "").await.text().await.expect("a page");
    assert!(page.contains("value=\"promotions\" checked> promotions</label>"), "{page}");
    assert!(page.contains("value=\"product_news\"> product news</label>"), "{page}");
    assert!(page.contains("value=\"&lt;b&gt;&amp;&quot;\"> &lt;b&gt;"), "{page}");
    assert_eq!(site.taken(), []);
    let page = site.ask(Method::POST, &link, "topic=product_news&topic=unknown&topic=%3Cb%3E%26%22").await;
    assert!(page.text().await.expect("a page").contains("Saved."));
    let subscribed = |topic: &str| Reported::Subscribed { topic: topic.into() };
    assert_eq!(site.taken(), [withdrawn("promotions"), subscribed("product_news"), subscribed("<b>&\"")]);
    site.ask(Method::POST, &link, "topic=promotions").await;
    assert_eq!(site.taken(), [], "what stays is not reported");
    site.ask(Method::POST, &link, "topic=promotions&all=off").await;
    assert_eq!(site.taken(), [withdrawn("promotions")]);
}

#[tokio::test]
async fn a_click_leads_to_the_address_of_the_letter_only() {
    let site = Site::start().await;
    let link = site.link(Kind::Click, Some("https://a.example/?a=1&b=%22"));
    let answer = site.ask(Method::GET, &link, "").await;
    assert_eq!(
        (answer.status(), answer.headers()["location"].as_bytes()),
        (StatusCode::FOUND, &b"https://a.example/?a=1&b=%22"[..])
    );
    let clicked = |human| Reported::Clicked { link: "https://a.example/?a=1&b=%22".into(), human };
    assert_eq!(site.taken(), [clicked(true)]);
    assert_eq!(site.ask(Method::HEAD, &link, "").await.status(), StatusCode::FOUND);
    assert_eq!(site.taken(), [clicked(false)]);
    site.desk.later_ms.store(3_000, Ordering::SeqCst);
    site.ask(Method::GET, &link, "").await;
    assert_eq!(site.taken(), [clicked(false)], "sooner than a person can be");
    // A token of another kind, a changed one, one behind which somebody wrote an address of theirs.
    let token = link.rsplit('/').next().expect("a token");
    let other = site.link(Kind::Unsubscribe, None).replace("/unsubscribe/", "/click/");
    let changed = link.replace(token, &format!("B{}", token.get(1..).expect("ascii")));
    for wrong in [other, changed, format!("{link}x"), format!("{}/m/click/https%3A%2F%2Fevil.example", site.base)] {
        let answer = site.ask(Method::GET, &wrong, "").await;
        assert_eq!((answer.status(), answer.headers().get("location")), (StatusCode::NOT_FOUND, None), "{wrong}");
    }
    let with_query = site.ask(Method::GET, &format!("{link}?url=https://evil.example"), "").await;
    assert_eq!(with_query.headers()["location"], "https://a.example/?a=1&b=%22");
}

#[tokio::test]
async fn an_open_is_a_picture() {
    let site = Site::start().await;
    let link = site.link(Kind::Open, None);
    let answer = site.ask(Method::GET, &link, "").await;
    assert_eq!(
        (answer.headers()["content-type"].as_bytes(), answer.headers()["cache-control"].as_bytes()),
        (&b"image/gif"[..], &b"no-store"[..])
    );
    assert!(answer.bytes().await.expect("a picture").starts_with(b"GIF89a"));
    assert_eq!(site.taken(), [Reported::Opened { human: true }]);
    site.client.get(&link).header("user-agent", "Mozilla/5.0").send().await.expect("an answer");
    assert_eq!(site.taken(), [Reported::Opened { human: false }], "Mail Privacy Protection");
    assert_eq!(site.ask(Method::GET, &format!("{}/m/open/x", site.base), "").await.status(), StatusCode::OK);
    assert_eq!(site.taken(), []);
}

#[tokio::test]
async fn each_page_is_shut_tight() {
    let site = Site::start().await;
    let pages = [
        site.link(Kind::Unsubscribe, None),
        site.link(Kind::Preferences, None),
        site.link(Kind::Click, Some("https://a.example/")),
        site.link(Kind::Open, None),
        format!("{}/m/unsubscribe/%3Cscript%3E", site.base),
    ];
    for url in pages {
        let answer = site.ask(Method::GET, &url, "").await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("x-frame-options", "DENY"),
        ] {
            assert_eq!(answer.headers()[name], value, "{url}");
        }
        let policy = answer.headers()["content-security-policy"].to_str().expect("text").to_owned();
        assert!(
            policy.starts_with("default-src 'none'; style-src 'sha256-") && policy.contains("frame-ancestors 'none'")
        );
        let page = answer.text().await.unwrap_or_default();
        assert!(!page.contains("<script"), "{url}");
        // The one style of the pages is the one that the policy lets in.
        if let Some(style) = page.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next()) {
            let hash = STANDARD.encode(hmac_sha256::Hash::hash(style.as_bytes()));
            assert!(policy.contains(&format!("'sha256-{hash}'")), "{policy}");
        }
    }
}

#[tokio::test]
async fn bounces_come_in_with_the_secret_only() {
    let site = Site::start().await;
    let url = format!("{}/m/reports", site.base);
    let post = async |secret: &str, body: serde_json::Value| {
        let request = site.client.post(&url).header("authorization", format!("Bearer {secret}"));
        let answer = request.body(body.to_string()).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json::<serde_json::Value>().await.expect("JSON"))
    };
    let bounce = json!({"kind": "bounced", "address": "ana@example.org", "hard": true, "at": "2026-03-27T09:00:00Z"});
    assert_eq!(post("wrong", bounce.clone()).await.0, 401);
    assert_eq!(site.client.post(&url).send().await.expect("an answer").status(), StatusCode::UNAUTHORIZED);
    assert_eq!(site.taken(), []);
    let complaint = json!({"kind": "complained", "key": "u-1/x"});
    assert_eq!(post(SECRET, json!([bounce, complaint])).await, (200, json!({"taken": 2})));
    let taken: Vec<Report> = site.desk.taken.lock().expect("reports").drain(..).collect();
    assert_eq!(
        (&taken[0].what, taken[0].at.to_string().as_str()),
        (&Reported::Bounced { hard: true }, "2026-03-27T09:00:00.000Z")
    );
    assert_eq!((taken[0].address.as_deref(), taken[0].key.as_deref()), (Some("ana@example.org"), None));
    assert_eq!((&taken[1].what, taken[1].key.as_deref()), (&Reported::Complained, Some("u-1/x")));
    for (wrong, says) in [
        (json!({"kind": "opened", "key": "k"}), "`kind` is"),
        (json!({"kind": "bounced", "key": "k"}), "needs `hard`"),
        (json!({"kind": "complained"}), "either `key` or `address`"),
        (json!({"kind": "complained", "key": "k", "at": "yesterday"}), "`at` is a time"),
        (json!("text"), "neither a report"),
    ] {
        let (status, answer) = post(SECRET, json!([complaint, wrong])).await;
        assert_eq!(status, 400, "{wrong}");
        assert!(answer["error"].as_str().is_some_and(|error| error.contains(says)), "{wrong}: {answer}");
    }
    assert_eq!(post(SECRET, json!(vec![complaint; 1001])).await.0, 413);
    assert_eq!(site.taken(), [], "of a request with a mistake nothing is taken");
    site.desk.down.store(true, Ordering::SeqCst);
    assert_eq!(post(SECRET, json!({"kind": "complained", "key": "k"})).await.0, 503);
}

/// From the letter to the report: every link of a letter is followed.
#[tokio::test]
async fn the_links_of_a_letter_work() {
    let site = Site::start().await;
    let delivery = message("u-1/cart/1/send cart_reminder/1", "email", "ana@example.org");
    let What::Message(message) = &delivery.what else { panic!("a message") };
    let dressed = Dressed::new(&delivery, message, Some(&site.links));
    let html = dressed.html.expect("HTML");
    let links: Vec<&str> = html.split('"').filter(|part| part.starts_with("http")).collect();
    assert_eq!(links.len(), 2, "{html}");
    for link in links {
        site.ask(Method::GET, link, "").await;
    }
    site.ask(Method::POST, &dressed.unsubscribe.expect("a link"), "List-Unsubscribe=One-Click").await;
    let clicked = Reported::Clicked { link: "https://a.example/cart".into(), human: true };
    assert_eq!(site.taken(), [clicked, Reported::Opened { human: true }, withdrawn("promotions")]);
}
