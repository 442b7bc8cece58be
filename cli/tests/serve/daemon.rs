//! A daemon of a small project, for tests: started as people start it, asked over plain sockets and by commands.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

pub(crate) const WRITE: &str = "write_for_tests";
pub(crate) const ADMIN: &str = "admin_for_tests";
pub(crate) const REPORTS: &str = "reports_for_tests_which_are_long";

pub(crate) const SETTINGS: &str = r#"[project]
name = "lamp"
language = 1
timezone = "Europe/Berlin"

[channels.email]
kind = "console"
"#;

pub(crate) const WORLD: &str = r#"contact { email: email?  zone: timezone? }
event signed_up as "Signed Up" { plan: text? }
topic service { consent none  transactional }
message hello { channel email  topic service  subject "Hello"  body "Welcome." }
message later { channel email  topic service  subject "Still there?"  body "Are you?" }
sequence welcome {
  enter on signed_up
  send hello
  wait 2h
  send later
}
"#;

/// A daemon that ends with the test.
pub(crate) struct Daemon {
    pub(crate) child: Child,
    pub(crate) address: String,
    lines: Receiver<String>,
    /// What it said while it started: of two streams nobody knows which line is read first.
    early: RefCell<Vec<String>>,
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Daemon {
    pub(crate) fn start(project: &Path, more: &[&str]) -> Self {
        Self::start_with(project, more, &[])
    }

    /// The same with variables of the environment.
    pub(crate) fn start_with(project: &Path, more: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flow"));
        command.arg("serve").arg(project).args(["--listen", "127.0.0.1:0"]).args(more);
        command.env("FLOW_WRITE_KEY", WRITE).env("FLOW_ADMIN_TOKEN", ADMIN).env("NO_COLOR", "1");
        command.env("FLOW_LINK_SECRET", "links_for_tests_which_are_long").env("FLOW_REPORT_SECRET", REPORTS);
        command.envs(variables.iter().copied());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        for stream in
            [Box::new(child.stdout.take().unwrap()) as Box<dyn Read + Send>, Box::new(child.stderr.take().unwrap())]
        {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    if sender.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        let mut daemon = Self { child, address: String::new(), lines, early: RefCell::default() };
        let (line, early) = daemon.read_to("listens at");
        daemon.early.replace(early);
        daemon.address = line.split("http://").nth(1).unwrap().to_owned();
        daemon
    }

    /// Waits for a line that holds a text; what was said at the start counts once.
    pub(crate) fn wait_for(&self, text: &str) -> String {
        let mut early = self.early.take();
        match early.iter().position(|line| line.contains(text)) {
            Some(at) => early.remove(at),
            None => self.read_to(text).0,
        }
    }

    /// Reads up to a line that holds a text: it, and what comes before it.
    fn read_to(&self, text: &str) -> (String, Vec<String>) {
        let until = Instant::now() + Duration::from_secs(60);
        let mut seen = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            if line.contains(text) {
                return (line, seen);
            }
            seen.push(line);
        }
        panic!("no line with `{text}` in {seen:#?}");
    }

    pub(crate) fn request(&self, head: &str, key: &str, body: &str) -> Option<(u16, Value)> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
        let length = body.len();
        let head = format!(
            "{head} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).ok()?;
        stream.write_all(body.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some((status, serde_json::from_str(body).unwrap_or(Value::Null)))
    }

    /// What happened to a contact, once a line that begins so came so often.
    pub(crate) fn why_after(&self, contact: &str, line: &str, times: usize) -> Value {
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let why = self.get(&format!("/v1/contacts/{contact}/why"));
            if why["moments"].as_array().unwrap().iter().filter(|moment| said(moment).starts_with(line)).count()
                >= times
            {
                return why;
            }
            assert!(Instant::now() < until, "no `{line}` in {why}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn batch(&self, calls: &[Value]) -> Option<(u16, Value)> {
        self.request("POST /v1/batch", WRITE, &json!({ "batch": calls }).to_string())
    }

    /// Where it is reached.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What a command says that asks this daemon, and its exit code.
    pub(crate) fn flow(&self, words: &[&str]) -> (i32, String) {
        self.flow_with(words, ADMIN)
    }

    pub(crate) fn flow_with(&self, words: &[&str], token: &str) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flow"));
        command.args(words).env("FLOW_URL", self.url()).env("FLOW_ADMIN_TOKEN", token);
        told(&command.env("NO_COLOR", "1").env("LANG", "C.UTF-8").env("COLUMNS", "80").output().unwrap())
    }

    /// What a command writes as JSON.
    pub(crate) fn flow_json(&self, words: &[&str]) -> Value {
        let (code, text) = self.flow(&[words, &["--format", "json"]].concat());
        assert_eq!(code, 0, "{words:?}: {text}");
        let answer: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(answer["format_version"], 1, "{words:?}: {text}");
        answer
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let (status, answer) = self.request(&format!("GET {path}"), ADMIN, "").unwrap();
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }
}

/// The exit code of a command, and all that it writes.
pub(crate) fn told(output: &Output) -> (i32, String) {
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap(), text)
}

pub(crate) fn said(moment: &Value) -> &str {
    moment["line"].as_str().unwrap()
}

pub(crate) fn project(folder: &Path) {
    std::fs::write(folder.join("flow.toml"), SETTINGS).unwrap();
    std::fs::write(folder.join("world.flow"), WORLD).unwrap();
}

pub(crate) fn signed_up(user: &str) -> Value {
    json!({ "type": "track", "event": "Signed Up", "userId": user, "messageId": format!("m-{user}"), "properties": {},
            "context": { "traits": { "email": format!("{user}@x.example") } } })
}

#[cfg(unix)]
pub(crate) fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

/// Takes one request, answers it so (or not at all), and says what its body is.
pub(crate) fn answer(listener: &TcpListener, status: &str, said: &str) -> Vec<u8> {
    let (stream, _) = listener.accept().unwrap();
    let mut lines = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(said) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = said.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    lines.read_exact(&mut body).unwrap();
    if !status.is_empty() {
        let length = said.len();
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
        lines.get_mut().write_all(format!("{head}{said}").as_bytes()).unwrap();
    }
    body
}
