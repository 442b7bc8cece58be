//! The server: one thread takes messages in their order and owns the state; a few others work answers out.

mod capabilities;
mod client;
mod crowd;
mod handlers;
mod pool;
mod position;
mod routes;
mod uri;
mod view;
mod watcher;
mod world;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::{Receiver, select, unbounded};
use gen_lsp_types as lsp;
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use serde_json::Value;

use crate::host::Host;
use client::Client;
use crowd::Crowd;
use pool::{Done, Job, Pool};
use routes::{Route, When, routes};
use view::Refusal;
use watcher::Watcher;
use world::World;

/// Why the server ended before it was asked to.
#[derive(Debug)]
pub struct Failed(String);

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failed {}

/// Serves an editor over standard input and output until it says `exit`.
///
/// # Errors
/// The editor broke the protocol, or went away.
pub fn serve_stdio(host: Arc<dyn Host>) -> Result<(), Failed> {
    let (connection, threads) = Connection::stdio();
    let served = serve(&connection, host);
    drop(connection);
    let joined = threads.join().map_err(|error| Failed(error.to_string()));
    served.and(joined)
}

/// Serves an editor over a connection until it says `exit`.
///
/// # Errors
/// The editor broke the protocol, or went away.
pub fn serve(connection: &Connection, host: Arc<dyn Host>) -> Result<(), Failed> {
    let failed = |error: lsp_server::ProtocolError| Failed(error.to_string());
    let (id, params) = connection.initialize_start().map_err(failed)?;
    let client = Client::read(&params);
    let answer = serde_json::to_value(capabilities::initialized(&client)).unwrap_or_default();
    connection.initialize_finish(id, answer).map_err(failed)?;
    let (sender, done) = unbounded();
    let crowd = client.refreshes_lenses.then(|| Crowd::start(sender.clone()));
    let mut server = Server::new(connection, host, client, Pool::start(2, &sender), Watcher::start(sender));
    server.crowd = crowd;
    server.begin();
    server.run(&done)
}

/// How often an answer that is out of date is worked out again.
const TRIES: u8 = 5;

/// A request that is being worked on.
struct Running {
    method: &'static str,
    params: Value,
    cancelled: Arc<AtomicBool>,
    /// The changes that the client had sent when the work began.
    changes: u64,
    tries: u8,
}

struct Server<'c> {
    connection: &'c Connection,
    host: Arc<dyn Host>,
    routes: Arc<HashMap<&'static str, Route>>,
    world: Arc<World>,
    /// How many messages have changed the world.
    changes: u64,
    pool: Pool,
    watcher: Watcher,
    /// For a client that can be told to ask again.
    crowd: Option<Crowd>,
    running: HashMap<RequestId, Running>,
    /// What was published last, by file.
    published: BTreeMap<PathBuf, Vec<lsp::Diagnostic>>,
    /// Numbers of our own requests.
    asked: i32,
}

impl<'c> Server<'c> {
    fn new(connection: &'c Connection, host: Arc<dyn Host>, client: Client, pool: Pool, watcher: Watcher) -> Self {
        let mut world = World::new(client);
        for folder in world.client.clone().folders.iter() {
            world.add_folder(folder, &*host);
        }
        Self {
            connection,
            host,
            routes: Arc::new(routes()),
            world: Arc::new(world),
            changes: 0,
            pool,
            watcher,
            crowd: None,
            running: HashMap::new(),
            published: BTreeMap::new(),
            asked: 0,
        }
    }

    /// What is done before the first message: files are watched, problems are looked for.
    fn begin(&mut self) {
        if self.world.client.watches {
            let watchers =
                ["**/*.flow", "**/flow.toml", "**/templates/**"].map(|glob| serde_json::json!({"globPattern": glob}));
            let registration = serde_json::json!({
                "registrations": [{
                    "id": "files",
                    "method": "workspace/didChangeWatchedFiles",
                    "registerOptions": { "watchers": watchers },
                }]
            });
            self.ask("client/registerCapability", registration);
        }
        self.watch();
    }

    fn run(&mut self, done: &Receiver<Done>) -> Result<(), Failed> {
        loop {
            select! {
                recv(self.connection.receiver) -> message => {
                    // The editor went away without a word.
                    let Ok(message) = message else { return Ok(()) };
                    if self.message(message)? {
                        return Ok(());
                    }
                }
                recv(done) -> done => if let Ok(done) = done {
                    self.done(done);
                }
            }
        }
    }

    /// Takes a message; true when it was the last one.
    fn message(&mut self, message: Message) -> Result<bool, Failed> {
        match message {
            Message::Request(request) => {
                if self.connection.handle_shutdown(&request).map_err(|error| Failed(error.to_string()))? {
                    return Ok(true);
                }
                self.request(request);
            }
            Message::Notification(notification) => self.notification(notification),
            Message::Response(_) => {}
        }
        Ok(false)
    }

    fn request(&mut self, request: Request) {
        let Request { id, method, params } = request;
        let Some(route) = self.routes.get(method.as_str()) else {
            let message = format!("there is no request `{method}`");
            return self.answer(Response::new_err(id, ErrorCode::MethodNotFound as i32, message));
        };
        let cancelled = Arc::new(AtomicBool::new(false));
        let running = Running { method: route.method, params, cancelled, changes: self.changes, tries: 1 };
        self.start(id, running);
    }

    fn start(&mut self, id: RequestId, running: Running) {
        self.pool.work(Job {
            id: id.clone(),
            method: running.method,
            params: running.params.clone(),
            cancelled: running.cancelled.clone(),
            world: self.world.clone(),
            host: self.host.clone(),
            routes: self.routes.clone(),
        });
        self.running.insert(id, running);
    }

    /// Something that was worked out is there.
    fn done(&mut self, done: Done) {
        match done {
            Done::Answer { id, result } => self.answered(id, result),
            Done::Moved => self.ask("workspace/codeLens/refresh", Value::Null),
            Done::Problems(problems) => {
                let current = |root: &PathBuf| self.world.projects.get(root).map(|project| project.revision);
                if !self.world.client.pulls && current(&problems.root) == Some(problems.revision) {
                    self.publish(problems.files);
                }
            }
        }
    }

    fn answered(&mut self, id: RequestId, result: Result<Value, Refusal>) {
        let Some(mut running) = self.running.remove(&id) else { return };
        let late = running.changes != self.changes;
        let when = self.routes.get(running.method).map_or(When::Place, |route| route.when);
        let response = match result {
            Ok(_) if late && when == When::Place => {
                Response::new_err(id, ErrorCode::ContentModified as i32, "the text has changed since".to_owned())
            }
            Ok(_) if late && running.tries < TRIES => {
                (running.tries, running.changes) = (running.tries + 1, self.changes);
                return self.start(id, running);
            }
            Ok(result) => Response::new_ok(id, result),
            Err(Refusal::Cancelled) => {
                Response::new_err(id, ErrorCode::RequestCanceled as i32, "the request was cancelled".to_owned())
            }
            Err(Refusal::Impossible(message)) => Response::new_err(id, ErrorCode::RequestFailed as i32, message),
        };
        self.answer(response);
    }

    /// Tells the client the problems of files in which they are others than before.
    fn publish(&mut self, files: BTreeMap<PathBuf, Vec<lsp::Diagnostic>>) {
        for (path, diagnostics) in files {
            if self.published.get(&path).map_or(&[][..], Vec::as_slice) == diagnostics.as_slice() {
                continue;
            }
            let open = self.world.open.get(&path);
            let uri = open.map_or_else(|| uri::of(&path), |open| open.uri.clone());
            let params = lsp::PublishDiagnosticsParams::new(uri, open.map(|open| open.version), diagnostics.clone());
            self.tell("textDocument/publishDiagnostics", params);
            self.published.insert(path, diagnostics);
        }
    }

    /// Looks for problems in what has changed since the last time, and whether people have moved.
    fn watch(&mut self) {
        if let Some(crowd) = &self.crowd {
            crowd.look(self.world.clone(), self.host.clone());
        }
        self.watcher.look(self.world.clone(), self.host.clone());
    }

    fn notification(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        match method.as_str() {
            "$/cancelRequest" => {
                let id = params.get("id").and_then(|id| serde_json::from_value::<RequestId>(id.clone()).ok());
                if let Some(running) = id.and_then(|id| self.running.get(&id)) {
                    running.cancelled.store(true, Ordering::Relaxed);
                }
            }
            "textDocument/didOpen" => self.change(params, |world, host, it: lsp::DidOpenTextDocumentParams| {
                let lsp::TextDocumentItem { uri, version, text, .. } = it.text_document;
                if let Some(path) = uri::path(&uri.0) {
                    world.open(&path, uri, version, text, host);
                }
            }),
            "textDocument/didChange" => self.change(params, |world, _, it: lsp::DidChangeTextDocumentParams| {
                let document = it.text_document;
                if let Some(path) = uri::path(&document.text_document_identifier.uri.0) {
                    world.change(&path, document.version, it.content_changes);
                }
            }),
            "textDocument/didClose" => self.change(params, |world, host, it: lsp::DidCloseTextDocumentParams| {
                if let Some(path) = uri::path(&it.text_document.uri.0) {
                    world.close(&path, host);
                }
            }),
            "textDocument/didSave" if !self.world.client.watches => {
                self.change(params, |world, host, it: lsp::DidSaveTextDocumentParams| {
                    world.touched(&uri::path(&it.text_document.uri.0).into_iter().collect::<Vec<_>>(), host);
                });
            }
            "workspace/didChangeWatchedFiles" => {
                self.change(params, |world, host, it: lsp::DidChangeWatchedFilesParams| {
                    let paths: Vec<_> = it.changes.iter().filter_map(|change| uri::path(&change.uri.0)).collect();
                    world.touched(&paths, host);
                });
                if self.world.client.pulls && self.world.client.refreshes_diagnostics {
                    self.ask("workspace/diagnostic/refresh", Value::Null);
                }
            }
            "workspace/didChangeWorkspaceFolders" => {
                self.change(params, |world, host, it: lsp::DidChangeWorkspaceFoldersParams| {
                    let paths = |folders: &[lsp::WorkspaceFolder]| -> Vec<PathBuf> {
                        folders.iter().filter_map(|folder| uri::path(&folder.uri.0)).collect()
                    };
                    paths(&it.event.removed).iter().for_each(|folder| world.remove_folder(folder));
                    paths(&it.event.added).iter().for_each(|folder| world.add_folder(folder, host));
                });
            }
            _ => {}
        }
    }

    /// Makes the world after a message; one that cannot be understood changes nothing.
    fn change<P: serde::de::DeserializeOwned>(&mut self, params: Value, change: impl FnOnce(&mut World, &dyn Host, P)) {
        let Ok(params) = serde_json::from_value(params) else { return };
        let mut world = World::clone(&self.world);
        change(&mut world, &*self.host, params);
        let gone: Vec<PathBuf> = self.published.keys().filter(|path| world.find(path).is_none()).cloned().collect();
        self.world = Arc::new(world);
        self.changes += 1;
        self.publish(gone.into_iter().map(|path| (path, Vec::new())).collect());
        self.watch();
    }

    fn answer(&self, response: Response) {
        // Nobody hears it any more when this fails, and the loop ends by itself.
        let _ = self.connection.sender.send(response.into());
    }

    fn tell(&self, method: &str, params: impl serde::Serialize) {
        let _ = self.connection.sender.send(Notification::new(method.to_owned(), params).into());
    }

    fn ask(&mut self, method: &str, params: Value) {
        self.asked += 1;
        let request = Request::new(RequestId::from(self.asked), method.to_owned(), params);
        let _ = self.connection.sender.send(request.into());
    }
}
