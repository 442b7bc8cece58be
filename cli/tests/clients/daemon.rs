//! A daemon that tests send calls to, and the plainest of all clients.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

pub(crate) const WRITE: &str = "write_for_tests";
pub(crate) const ADMIN: &str = "admin_for_tests";

const SETTINGS: &str = r#"[project]
name = "lamp"
language = 1
timezone = "UTC"
currency = "EUR"

[channels.email]
kind = "console"
"#;

const WORLD: &str = r#"contact {
  email: email?  plan: text?  zone: timezone?
  spent: money?  at: datetime?  campaign: text?  referrer: text?
  path: text?  screen: text?  company: text?
}
event order_placed as "Order Completed" { value: money as "revenue"  items: int? }
event page_viewed as page { path: text  title: text? }
event screen_viewed as screen { name: text }
event joined as group { group: text as "groupId"  company: text? as "name" }
topic service { consent none  transactional }
message thanks { channel email  topic service  subject "Thanks"  body "Thank you." }

segment one_of_each {
  count(order_placed ever) == 1 and count(page_viewed ever) == 1
  and count(screen_viewed ever) == 1 and count(joined ever) == 1
}
sequence bought {
  enter on order_placed
  set spent to event.value
  set at to event.time
  set campaign to event.utm.campaign
  set referrer to event.page.referrer
  send thanks
}
sequence looked { enter on page_viewed  set path to event.path }
sequence opened_app { enter on screen_viewed  set screen to event.name }
sequence member { enter on joined  set company to event.company }
"#;

/// A daemon that ends with its test, and its project.
pub(crate) struct Daemon {
    child: Child,
    pub(crate) address: String,
    _folder: tempfile::TempDir,
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }
}

impl Daemon {
    pub(crate) fn start(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("flow.toml"), SETTINGS).unwrap();
        std::fs::write(folder.path().join("world.flow"), WORLD).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_flow"));
        command.arg("serve").arg(folder.path()).args(["--listen", "127.0.0.1:0", "--no-watch"]).args(more);
        command.env("FLOW_WRITE_KEY", WRITE).env("FLOW_ADMIN_TOKEN", ADMIN).env("NO_COLOR", "1");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let line = lines.find(|line| line.contains("listens at")).expect("it starts");
        // Whatever else it says is read, so that it never waits for somebody to read it.
        std::thread::spawn(move || lines.for_each(drop));
        let address = line.split("http://").nth(1).unwrap().to_owned();
        Self { child, address, _folder: folder }
    }

    /// Sends a request with these header lines, and the length of the body.
    pub(crate) fn send(&self, first: &str, headers: &[&str], body: &[u8]) -> Answer {
        let length = format!("Content-Length: {}", body.len());
        let headers: Vec<_> = headers.iter().copied().chain([length.as_str()]).collect();
        read(&self.open(first, &headers, body)).expect("an answer")
    }

    /// Sends a request with these header lines and no other ones, and then says that nothing more comes; none where the
    /// connection ends without an answer.
    pub(crate) fn send_and_end(&self, first: &str, headers: &[&str], body: &[u8]) -> Option<Answer> {
        let stream = self.open(first, headers, body);
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        read(&stream)
    }

    fn open(&self, first: &str, headers: &[&str], body: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        let head = format!("{first} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        stream
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let answer = self.send(&format!("GET {path}"), &[&format!("Authorization: Bearer {ADMIN}")], b"");
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.body
    }

    /// A figure of `/metrics`.
    pub(crate) fn figure(&self, name: &str) -> u64 {
        let Value::String(text) = self.send("GET /metrics", &[], b"").body else { panic!("text") };
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).expect("a figure");
        line.parse().unwrap()
    }

    /// Waits until a figure of `/metrics` has got to a value: to no other one.
    pub(crate) fn reaches(&self, name: &str, value: u64) {
        let until = Instant::now() + Duration::from_secs(20);
        while self.figure(name) < value && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(self.figure(name), value, "{name}");
    }

    /// A contact, when it is in a segment; what a call leads to follows its answer.
    pub(crate) fn settled(&self, id: &str, segment: &str) -> Value {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let contact = self.get(&format!("/v1/contacts/{id}"))["contact"].clone();
            if contact["segments"].as_array().unwrap().iter().any(|it| it == segment) {
                return contact;
            }
            assert!(Instant::now() < until, "not in {segment}: {contact:#}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn read(mut stream: &TcpStream) -> Option<Answer> {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the answer is heard to its end");
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let body = serde_json::from_str(body).unwrap_or_else(|_| Value::String(body.to_owned()));
    Some(Answer { status, head: head.to_owned(), body })
}

/// The folder with published clients, and the Python of it; installed when they are not there yet.
pub(crate) fn services() -> (std::path::PathBuf, String) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("services");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/services/install.sh");
    let done = Command::new("bash").arg(script).arg(&folder).stderr(Stdio::inherit()).output().unwrap();
    assert!(done.status.success(), "the clients that this test needs could not be installed: see above");
    (folder, String::from_utf8(done.stdout).unwrap().trim().to_owned())
}
