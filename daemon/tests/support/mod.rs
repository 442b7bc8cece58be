//! What the tests of channels talk to: deliveries, a receiver of requests, real services from `tests/services/`.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::expect_used,
    clippy::panic,
    reason = "tests use what they need, and may panic"
)]

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver as Lines, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use flow_daemon::channel::settings::{ChannelSettings, ConnectorSettings, Settings};
use flow_daemon::channel::{Channels, console::Output};
use flow_daemon::delivery::{Delivery, Message, What};
use flow_daemon::secret::Secret;
use flow_graph::Timestamp;
use flow_graph::program::{ChannelKind, Route, Team};
use serde_json::{Value as Json, json};

/// How long a service may take to answer.
const ANSWER_SECONDS: u64 = 60;

/// A message to an address.
pub fn message(key: &str, channel: &str, to: &str) -> Delivery {
    let message = Message {
        name: "cart_reminder".into(),
        channel: channel.into(),
        topic: "promotions".into(),
        transactional: false,
        to: Some(to.into()),
        subject: Some("Grüße: your cart".into()),
        body: "<p>Hello <b>Ana</b></p><p><a href=\"https://a.example/cart\">Back to the cart</a></p>".into(),
        html: true,
        text: None,
    };
    delivery(key, What::Message(message))
}

/// A call of a connector.
pub fn call(key: &str, connector: &str) -> Delivery {
    let arguments = json!({"score": 75}).as_object().cloned().unwrap_or_default();
    delivery(key, What::Call { connector: connector.into(), action: "create_lead".into(), arguments })
}

/// A notice to a team.
pub fn notice(key: &str, team: &str) -> Delivery {
    delivery(key, What::Notice { team: team.into(), text: "A lead is waiting\nu-1".into(), route: None })
}

fn delivery(key: &str, what: What) -> Delivery {
    Delivery { key: key.into(), contact: "u-1".into(), at: Timestamp(1_774_605_600_000), what }
}

/// A team that is reached by mail and by a connector.
pub fn team() -> Team {
    Team {
        name: "sales".into(),
        routes: vec![Route::Email("sales@acme.example".into()), Route::Webhook("chat".into())],
    }
}

/// An output that can be read.
pub fn output() -> (Output, Arc<Mutex<Vec<u8>>>) {
    let buffer = Arc::new(Mutex::new(Vec::new()));
    let output: Output = buffer.clone();
    (output, buffer)
}

/// Opens channels that may go to loopback.
pub fn open(channels: Vec<ChannelSettings>, connectors: Vec<ConnectorSettings>, folder: &Path) -> Channels {
    let settings =
        Settings { channels, connectors, folder: folder.to_owned(), allow_private: true, ..Settings::default() };
    Channels::open(&settings, &[team()], &output().0).unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// A webhook at an address.
pub fn webhook(name: &str, url: &str, secret: Option<&str>) -> ChannelSettings {
    ChannelSettings {
        url: Some(Secret::new(url)),
        secret: secret.map(Secret::new),
        from: Some("Acme".into()),
        ..ChannelSettings::new(name, ChannelKind::Webhook)
    }
}

/// A connector at an address.
pub fn connector(name: &str, url: &str) -> ConnectorSettings {
    ConnectorSettings { name: name.into(), url: Some(Secret::new(url)), secret: None, rate: None, answer: None }
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Request {
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// What a receiver answers.
pub type Reply = (u16, &'static [(&'static str, &'static str)], Vec<u8>);

#[derive(Clone, Default)]
struct Seen {
    requests: Arc<Mutex<Vec<Request>>>,
    replies: Arc<Mutex<VecDeque<Reply>>>,
}

/// A server on loopback that keeps requests, and answers as it was told; else 200.
pub struct Receiver {
    pub url: String,
    seen: Seen,
}

impl Receiver {
    pub async fn start(replies: Vec<Reply>) -> Self {
        let seen = Seen { replies: Arc::new(Mutex::new(replies.into())), ..Seen::default() };
        let router = axum::Router::new().fallback(receive).with_state(seen.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, seen }
    }

    pub fn requests(&self) -> Vec<Request> {
        self.seen.requests.lock().expect("requests").clone()
    }
}

async fn receive(State(seen): State<Seen>, headers: HeaderMap, body: Bytes) -> (StatusCode, HeaderMap, Vec<u8>) {
    seen.requests.lock().expect("requests").push(Request { headers, body: body.to_vec() });
    let (status, headers, body) = seen.replies.lock().expect("replies").pop_front().unwrap_or((200, &[], Vec::new()));
    let headers = headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
    (StatusCode::from_u16(status).expect("a status"), headers.collect(), body)
}

/// The Python with the services, which are installed below the target directory when they are not there yet.
pub fn python() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a target").join("services");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/services/install.sh");
    let done = Command::new("bash").arg(script).arg(folder).stderr(Stdio::inherit()).output().expect("bash");
    assert!(done.status.success(), "the services that this test needs could not be installed: see above");
    PathBuf::from(String::from_utf8_lossy(&done.stdout).trim())
}

/// A Python program of `tests/services/`; it ends with this value.
pub struct Service {
    child: Child,
    input: Option<ChildStdin>,
    lines: Lines<String>,
}

impl Service {
    pub fn start(name: &str, arguments: &[&str]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/services").join(name);
        let mut child = Command::new(python())
            .arg(script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a service");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let (sender, lines) = channel();
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, input, lines }
    }

    pub fn say(&mut self, line: &str) {
        writeln!(self.input.as_mut().expect("its input"), "{line}").expect("written");
    }

    pub fn line(&self) -> String {
        self.lines.recv_timeout(Duration::from_secs(ANSWER_SECONDS)).expect("an answer of the service")
    }

    /// Says nothing for a moment.
    pub fn is_silent(&self) -> bool {
        self.lines.recv_timeout(Duration::from_millis(200)) == Err(RecvTimeoutError::Timeout)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.input.take());
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
