//! Stands between a client and the daemon: passes requests on, and says what it was told to say instead of the answer.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What is done with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// The daemon gets it and its answer goes back.
    Pass,
    /// The daemon gets it with so many blanks behind it, and its answer goes back.
    Pad(usize),
    /// The daemon gets it; what goes back is this instead of the answer, as when a connection breaks behind a proxy.
    PassAndSay(&'static str),
    /// The daemon does not see it.
    Say(&'static str),
}

/// One request of the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// The status that the client was told.
    pub(crate) told: u16,
    /// The status that the daemon answered, where it was asked.
    pub(crate) answered: Option<u16>,
}

/// A proxy that lives as long as the process.
pub(crate) struct Proxy {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Proxy {
    /// Does these acts, one for each request, and passes on what comes after.
    pub(crate) fn start(daemon: &str, acts: &[Act]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (all, daemon) = (Arc::clone(&seen), daemon.to_owned());
        let acts = Arc::new(Mutex::new(acts.iter().copied().collect::<VecDeque<_>>()));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (seen, acts, daemon) = (Arc::clone(&all), Arc::clone(&acts), daemon.clone());
                std::thread::spawn(move || one(&stream, &daemon, &acts, &seen));
            }
        });
        Self { url, seen }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// What the client was told, request by request.
    pub(crate) fn told(&self) -> Vec<u16> {
        self.seen().iter().map(|seen| seen.told).collect()
    }
}

fn one(stream: &TcpStream, daemon: &str, acts: &Mutex<VecDeque<Act>>, seen: &Mutex<Vec<Seen>>) {
    // A client that opens a connection in advance and sends nothing is no request.
    let Some((head, body)) = request(stream) else { return };
    let act = acts.lock().unwrap().pop_front().unwrap_or(Act::Pass);
    let (answered, said) = match act {
        Act::Say(said) => (None, said.as_bytes().to_vec()),
        Act::Pass | Act::Pad(_) | Act::PassAndSay(_) => {
            let more = if let Act::Pad(more) = act { more } else { 0 };
            let answer = ask(daemon, &head, &body, more);
            let said = if let Act::PassAndSay(said) = act { said.as_bytes().to_vec() } else { answer.clone() };
            (Some(status(&answer)), said)
        }
    };
    seen.lock().unwrap().push(Seen { head, body, told: status(&said), answered });
    let mut stream = stream;
    stream.write_all(&said).unwrap();
}

fn request(stream: &TcpStream) -> Option<(String, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        let (key, value) = line.split_once(": ").unwrap_or((&line, ""));
        if key.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap();
        }
        assert!(!key.eq_ignore_ascii_case("transfer-encoding"), "clients say how long a body is");
        // Each request gets a connection of its own, so that the end of the answer is the end of the connection.
        if !key.eq_ignore_ascii_case("connection") {
            head.push_str(&line);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((head, body))
}

fn ask(daemon: &str, head: &str, body: &[u8], more: usize) -> Vec<u8> {
    let lines = head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("content-length"));
    let head: String = lines.map(|line| format!("{line}\r\n")).collect();
    let length = body.len() + more;
    let mut stream = TcpStream::connect(daemon).unwrap();
    stream.write_all(format!("{head}Connection: close\r\nContent-Length: {length}\r\n\r\n").as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    stream.write_all(&vec![b' '; more]).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

fn status(answer: &[u8]) -> u16 {
    let text = String::from_utf8_lossy(answer);
    text.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
}
