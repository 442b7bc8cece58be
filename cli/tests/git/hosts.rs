//! A code host for tests: keeps the comments of one change, as GitHub and GitLab do.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// What it was asked, and what it keeps.
#[derive(Default)]
pub(super) struct Kept {
    /// Comments: their numbers and texts.
    pub(super) comments: Vec<(u64, String)>,
    /// Method, path and token of each request.
    pub(super) asked: Vec<String>,
    /// Nobody may write.
    pub(super) closed: bool,
}

/// A host that ends with the test.
pub(super) struct Host {
    pub(super) address: String,
    pub(super) kept: Arc<Mutex<Kept>>,
}

impl Host {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let kept: Arc<Mutex<Kept>> = Arc::default();
        let shared = Arc::clone(&kept);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                answer(stream, &mut shared.lock().unwrap());
            }
        });
        Self { address, kept }
    }
}

fn answer(mut stream: TcpStream, kept: &mut Kept) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() == 0 || line.trim().is_empty() {
            break;
        }
        lines.push(line.trim().to_owned());
    }
    let Some(first) = lines.first().cloned() else { return };
    let header = |name: &str| {
        let find = |line: &String| {
            line.split_once(':').filter(|(it, _)| it.eq_ignore_ascii_case(name)).map(|it| it.1.trim().to_owned())
        };
        lines.iter().find_map(find).unwrap_or_default()
    };
    let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    let body = String::from_utf8(body).unwrap();
    let token = header("authorization") + &header("private-token");
    kept.asked.push(format!("{} {token}", first.trim_end_matches(" HTTP/1.1")));
    let (status, said) = serve(&first, &body, kept);
    let said = said.to_string();
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        said.len()
    );
    stream.write_all((head + &said).as_bytes()).unwrap();
}

fn serve(first: &str, body: &str, kept: &mut Kept) -> (u16, Value) {
    let mut words = first.split(' ');
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let text = || {
        let json = serde_json::from_str::<Value>(body).ok().and_then(|it| Some(it["body"].as_str()?.to_owned()));
        json.unwrap_or_else(|| decoded(body.strip_prefix("body=").unwrap()))
    };
    match method {
        "GET" => {
            let page: usize = query.split("page=").last().unwrap().parse().unwrap();
            let page: Vec<Value> = kept
                .comments
                .iter()
                .skip((page - 1) * 100)
                .take(100)
                .map(|(id, body)| json!({ "id": id, "body": body, "system": false }))
                .collect();
            (200, page.into())
        }
        _ if kept.closed => (403, json!({ "message": "Resource not accessible by integration" })),
        "POST" => {
            let id = 1000 + kept.comments.len() as u64;
            kept.comments.push((id, text()));
            (201, json!({ "id": id }))
        }
        "PATCH" | "PUT" => {
            let id: u64 = path.rsplit('/').next().unwrap().parse().unwrap();
            kept.comments.iter_mut().find(|comment| comment.0 == id).unwrap().1 = text();
            (200, json!({ "id": id }))
        }
        _ => (405, json!({})),
    }
}

/// `a%20b+c` as `a b c`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        match first {
            b'%' => {
                bytes.push(u8::from_str_radix(std::str::from_utf8(&rest[..2]).unwrap(), 16).unwrap());
                rest = &rest[2..];
            }
            b'+' => bytes.push(b' '),
            byte => bytes.push(*byte),
        }
    }
    String::from_utf8(bytes).unwrap()
}
