//! How long an editor waits: `flow lsp` on a project of 10,000 lines, as a process, over its protocol.
//!
//! It measures the `flow` of a build with `--release`: `cargo build --release -p flowline` first.

#![allow(clippy::cast_precision_loss, reason = "a figure needs no more than 2^53")]

use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use flow_benches::{project, show};
use lsp_server::{Message, Notification, Request, RequestId};
use serde_json::{Value, json};

/// How often each thing is measured.
const TIMES: usize = 400;
/// The file that is written in.
const FILE: &str = "sales/sequences_2.flow";

fn main() {
    let Some(flow) = flow_binary() else { return show("flow lsp (no release build)", 0.0, "ms") };
    let folder = std::env::temp_dir().join(format!("flow-bench-editor-{}", std::process::id()));
    let files = project::files(1);
    for (path, text) in &files {
        let path = folder.join(path);
        path.parent().map(fs::create_dir_all);
        let _ = fs::write(path, text);
    }
    let text = files.iter().find(|(path, _)| path == FILE).map(|(_, text)| text.clone()).unwrap_or_default();
    starts(&flow, &folder);
    if let Some(mut editor) = Editor::start(&flow, &folder) {
        editor.open(&text);
        keystrokes(&mut editor, &text);
        questions(&mut editor, &text);
        if let Some(resident) = resident(editor.server.id()) {
            show("flow lsp: memory after all that", resident, "MB");
        }
        editor.stop();
    }
    let _ = fs::remove_dir_all(&folder);
}

/// From the start of the process to the answer to a question about a document.
fn starts(flow: &Path, folder: &Path) {
    let mut took = Vec::new();
    for _ in 0..15 {
        let begin = Instant::now();
        let Some(mut editor) = Editor::start(flow, folder) else { return };
        took.push(begin.elapsed());
        editor.stop();
    }
    tell("flow lsp: start, all 342 files read, until it answers `initialize`", &mut took);
    let mut took = Vec::new();
    for _ in 0..15 {
        let begin = Instant::now();
        let Some(mut editor) = Editor::start(flow, folder) else { return };
        let place = json!({ "textDocument": { "uri": editor.uri() }, "position": { "line": 3, "character": 11 } });
        editor.ask("textDocument/hover", place);
        took.push(begin.elapsed());
        editor.stop();
    }
    tell("flow lsp: start, until the first hover is answered", &mut took);
}

/// From an edit that makes or mends a mistake to the problems after it.
fn keystrokes(editor: &mut Editor, text: &str) {
    let (line, character) = place(text, "send ");
    let mut took = Vec::new();
    for number in 0..TIMES {
        let begin = Instant::now();
        if number % 2 == 0 {
            editor.edit((line, character + 5), (line, character + 5), "x");
        } else {
            editor.edit((line, character + 5), (line, character + 6), "");
        }
        editor.wait_for_problems();
        took.push(begin.elapsed());
        // As fast as fingers, or faster.
        std::thread::sleep(Duration::from_millis(10));
    }
    tell("flow lsp: keystroke to problems", &mut took);
}

/// Questions right behind an edit, when nothing is known any more of the new text; and in a text that stands still.
fn questions(editor: &mut Editor, text: &str) {
    let (line, character) = place(text, "send ");
    for (name, method, column) in
        [("hover", "textDocument/hover", character + 7), ("completion", "textDocument/completion", character + 5)]
    {
        let (mut fresh, mut still) = (Vec::new(), Vec::new());
        for number in 0..TIMES {
            // A space at the end of the file changes nothing of what is asked.
            let end = (u32::try_from(text.lines().count()).unwrap_or(0), 0);
            let (to, piece) = if number % 2 == 0 { (end, " ") } else { ((end.0, 1), "") };
            let params =
                json!({ "textDocument": { "uri": editor.uri() }, "position": { "line": line, "character": column } });
            let begin = Instant::now();
            editor.edit(end, to, piece);
            editor.ask(method, params.clone());
            fresh.push(begin.elapsed());
            let begin = Instant::now();
            editor.ask(method, params);
            still.push(begin.elapsed());
            std::thread::sleep(Duration::from_millis(10));
        }
        tell(&format!("flow lsp: {name} right after a keystroke"), &mut fresh);
        tell(&format!("flow lsp: {name}, nothing typed since"), &mut still);
    }
}

fn tell(name: &str, took: &mut [Duration]) {
    took.sort_unstable();
    let at = |share: usize| {
        took.get((took.len() * share / 100).min(took.len() - 1)).map_or(0.0, |it| it.as_secs_f64() * 1e3)
    };
    show(&format!("{name}, p50"), at(50), "ms");
    show(&format!("{name}, p99"), at(99), "ms");
}

/// Line and column of the first place of a text.
fn place(text: &str, wanted: &str) -> (u32, u32) {
    let found = text.lines().enumerate().find_map(|(line, content)| Some((line, content.find(wanted)?)));
    let number = |number: usize| u32::try_from(number).unwrap_or(0);
    found.map_or((0, 0), |(line, column)| (number(line), number(column)))
}

/// Megabytes that a process has in memory; only Linux tells.
fn resident(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1e3)
}

/// The binary beside this program.
fn flow_binary() -> Option<PathBuf> {
    let here = std::env::current_exe().ok()?;
    let flow = here.parent()?.parent()?.join("flow");
    flow.is_file().then_some(flow)
}

/// An editor with a server of its own.
struct Editor {
    server: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    folder: PathBuf,
    version: i32,
    asked: i32,
}

impl Editor {
    fn start(flow: &Path, folder: &Path) -> Option<Self> {
        let mut server = Command::new(flow)
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let (input, output) = (server.stdin.take()?, BufReader::new(server.stdout.take()?));
        let mut editor = Self { server, input, output, folder: folder.to_path_buf(), version: 1, asked: 0 };
        let root = format!("file://{}", folder.display());
        let folders = json!([{ "uri": root, "name": "bench" }]);
        editor.ask(
            "initialize",
            json!({ "processId": null, "rootUri": root, "capabilities": {}, "workspaceFolders": folders }),
        );
        editor.tell("initialized", json!({}));
        Some(editor)
    }

    fn uri(&self) -> String {
        format!("file://{}", self.folder.join(FILE).display())
    }

    fn open(&mut self, text: &str) {
        let document = json!({ "uri": self.uri(), "languageId": "flow", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    fn edit(&mut self, from: (u32, u32), to: (u32, u32), text: &str) {
        self.version += 1;
        let place = |(line, character): (u32, u32)| json!({ "line": line, "character": character });
        let change = json!({ "range": { "start": place(from), "end": place(to) }, "text": text });
        let document = json!({ "uri": self.uri(), "version": self.version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
    }

    /// Waits for the problems of the text as it is now.
    fn wait_for_problems(&mut self) {
        let (uri, version) = (self.uri(), self.version);
        while let Ok(Some(message)) = Message::read(&mut self.output) {
            if let Message::Notification(told) = message
                && told.params.get("uri").and_then(Value::as_str) == Some(&uri)
                && told.params.get("version").and_then(Value::as_i64) == Some(i64::from(version))
            {
                return;
            }
        }
    }

    fn ask(&mut self, method: &str, params: Value) {
        self.asked += 1;
        let id = RequestId::from(self.asked);
        let _ = Message::from(Request::new(id.clone(), method.to_owned(), params)).write(&mut self.input);
        while let Ok(Some(message)) = Message::read(&mut self.output) {
            if let Message::Response(response) = message
                && response.id == id
            {
                return;
            }
        }
    }

    fn tell(&mut self, method: &str, params: Value) {
        let _ = Message::from(Notification::new(method.to_owned(), params)).write(&mut self.input);
    }

    fn stop(&mut self) {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        let _ = self.server.wait();
    }
}
