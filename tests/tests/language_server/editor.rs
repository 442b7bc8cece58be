//! An editor: opens the project of `tests/editor/world/`, writes in it, asks, and listens to what it is told.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use flow_compiler::source::{FileKind, Sources};
use flow_lsp::Host;
use flow_lsp::host::{Loaded, People, Ran};
use lsp_server::{Connection, Message, Notification, Request, RequestId};
use serde_json::{Value, json};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A project that lies nowhere but in memory.
pub(crate) struct Memory {
    root: PathBuf,
    sources: Sources,
    /// The test called `slow` ends once this is set.
    finish: Arc<AtomicBool>,
}

impl Host for Memory {
    fn project_of(&self, path: &Path) -> Option<PathBuf> {
        path.starts_with(&self.root).then(|| self.root.clone())
    }

    fn projects_below(&self, folder: &Path) -> Vec<PathBuf> {
        if self.root.starts_with(folder) { vec![self.root.clone()] } else { Vec::new() }
    }

    fn load(&self, _: &Path) -> Result<Loaded, String> {
        Ok(Loaded { sources: self.sources.clone(), unread: Vec::new() })
    }

    fn kind_of(&self, path: &str) -> Option<FileKind> {
        match path {
            "flow.toml" => Some(FileKind::Settings),
            _ if path.ends_with(".flow") => Some(FileKind::Flow),
            _ => path.starts_with("templates/").then_some(FileKind::Template),
        }
    }

    fn run_test(&self, _: &Sources, test: &str) -> Ran {
        while test == "slow" && !self.finish.load(Ordering::Acquire) {
            std::thread::yield_now();
        }
        Ran { passed: true, text: format!("passed  {test}\n") }
    }

    fn people(&self, _: &str) -> Option<People> {
        Some(People { segments: BTreeMap::from([("regulars".to_owned(), 12)]), ..People::default() })
    }

    fn page(&self, code: &str) -> Option<String> {
        Some(format!("https://flow.example/explain/{code}"))
    }
}

/// An editor with the project open.
pub(crate) struct Editor {
    connection: Connection,
    server: JoinHandle<()>,
    root: PathBuf,
    texts: BTreeMap<String, (i32, String)>,
    problems: BTreeMap<String, (Option<i32>, Vec<Value>)>,
    asked: i32,
    finish: Arc<AtomicBool>,
}

impl Editor {
    /// Lets the tests called `slow` end.
    pub(crate) fn finish_slow_tests(&self) {
        self.finish.store(true, Ordering::Release);
    }

    /// Starts a server for an editor that can do some things.
    pub(crate) fn start(capabilities: &Value) -> Self {
        Self::with(world(), capabilities)
    }

    /// The same with settings of the editor.
    pub(crate) fn start_with(capabilities: &Value, options: &Value) -> Self {
        Self::begin(world(), capabilities, options)
    }

    /// The same with another project.
    pub(crate) fn with(sources: Sources, capabilities: &Value) -> Self {
        Self::begin(sources, capabilities, &Value::Null)
    }

    fn begin(sources: Sources, capabilities: &Value, options: &Value) -> Self {
        let root = PathBuf::from("/project");
        let (server, connection) = Connection::memory();
        let finish = Arc::new(AtomicBool::new(false));
        let host = Arc::new(Memory { root: root.clone(), sources, finish: finish.clone() });
        let server = std::thread::spawn(move || flow_lsp::serve(&server, host).expect("a server that ends well"));
        let mut editor =
            Self { connection, server, root, texts: BTreeMap::new(), problems: BTreeMap::new(), asked: 0, finish };
        let folders = json!([{ "uri": editor.uri(""), "name": "project" }]);
        let params = json!({
            "processId": null,
            "rootUri": null,
            "capabilities": capabilities,
            "workspaceFolders": folders,
            "initializationOptions": options,
        });
        editor.ask("initialize", params).expect("a server that begins");
        editor.tell("initialized", json!({}));
        editor
    }

    /// The address of a file.
    pub(crate) fn uri(&self, path: &str) -> String {
        format!("file://{}", self.root.join(path).display())
    }

    /// Opens a file with a text.
    pub(crate) fn open(&mut self, path: &str, text: &str) {
        self.texts.insert(path.to_owned(), (1, text.to_owned()));
        let document = json!({ "uri": self.uri(path), "languageId": "flow", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Replaces what stands between two places.
    pub(crate) fn edit(&mut self, path: &str, from: (u32, u32), to: (u32, u32), text: &str) {
        let place = |(line, character): (u32, u32)| json!({ "line": line, "character": character });
        let change = json!({ "range": { "start": place(from), "end": place(to) }, "text": text });
        let uri = self.uri(path);
        let (version, _) = self.texts.get_mut(path).expect("an open file");
        *version += 1;
        let document = json!({ "uri": uri, "version": *version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
    }

    /// Closes a file.
    pub(crate) fn close(&mut self, path: &str) {
        self.tell("textDocument/didClose", json!({ "textDocument": { "uri": self.uri(path) } }));
        self.texts.remove(path);
    }

    /// The problems of a file as it is now: `line:column-line:column code`, from 0. They are asked for, and then the same
    /// have to be told by the server without being asked.
    pub(crate) fn problems(&mut self, path: &str) -> Vec<String> {
        let question = json!({ "textDocument": { "uri": self.uri(path) } });
        let report = self.ask("textDocument/diagnostic", question).expect("an answer");
        let asked = report["items"].as_array().cloned().unwrap_or_default();
        while self.problems.get(path).map_or(&[][..], |(_, told)| told.as_slice()) != asked.as_slice() {
            let message = self.connection.receiver.recv_timeout(PATIENCE).expect("the same problems, told in time");
            self.hear(message);
        }
        let place = |place: &Value| format!("{}:{}", place["line"], place["character"]);
        let shown = |found: &Value| {
            let range = &found["range"];
            format!(
                "{}-{} {}",
                place(&range["start"]),
                place(&range["end"]),
                found["code"].as_str().unwrap_or_default()
            )
        };
        self.problems.get(path).map_or_else(Vec::new, |(_, found)| found.iter().map(shown).collect())
    }

    /// Asks something and waits for the answer; the number of the error where it is refused.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Result<Value, i32> {
        let id = self.send(method, params);
        self.wait(&id)
    }

    /// Asks something and does not wait.
    pub(crate) fn send(&mut self, method: &str, params: Value) -> RequestId {
        self.asked += 1;
        let id = RequestId::from(self.asked);
        let request = Request::new(id.clone(), method.to_owned(), params);
        self.connection.sender.send(request.into()).expect("a server that listens");
        id
    }

    /// Waits for the answer to something that was asked.
    pub(crate) fn wait(&mut self, id: &RequestId) -> Result<Value, i32> {
        loop {
            let message = self.connection.receiver.recv_timeout(PATIENCE).expect("an answer in time");
            if let Message::Response(response) = &message
                && response.id == *id
            {
                return answer(response);
            }
            self.hear(message);
        }
    }

    /// Waits until the server asks something of the editor.
    pub(crate) fn asked(&mut self, method: &str) {
        loop {
            let message = self.connection.receiver.recv_timeout(PATIENCE).expect("a question in time");
            if matches!(&message, Message::Request(request) if request.method == method) {
                return;
            }
            self.hear(message);
        }
    }

    /// Tells something.
    pub(crate) fn tell(&mut self, method: &str, params: Value) {
        let told = Notification::new(method.to_owned(), params);
        self.connection.sender.send(told.into()).expect("a server that listens");
    }

    fn hear(&mut self, message: Message) {
        if let Message::Notification(told) = message
            && told.method == "textDocument/publishDiagnostics"
        {
            let uri = told.params["uri"].as_str().unwrap_or_default();
            let path = uri.strip_prefix(&self.uri("")).unwrap_or(uri).to_owned();
            let version = told.params["version"].as_i64().and_then(|version| i32::try_from(version).ok());
            let found = told.params["diagnostics"].as_array().cloned().unwrap_or_default();
            self.problems.insert(path, (version, found));
        }
    }

    /// Ends the server as the protocol says.
    pub(crate) fn stop(mut self) {
        self.ask("shutdown", Value::Null).expect("a server that ends");
        self.tell("exit", Value::Null);
        self.server.join().expect("a server that did not panic");
    }
}

/// The project of `tests/editor/world/`.
fn world() -> Sources {
    flow_tests::project(&flow_tests::root().join("tests/editor/world"))
}

fn answer(response: &lsp_server::Response) -> Result<Value, i32> {
    response.response_result.clone().map_err(|error| error.code)
}
