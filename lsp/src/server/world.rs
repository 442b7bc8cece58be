//! All that requests read: the projects and the open documents, as they are after the last message from the client.
//!
//! A message that changes something makes a new world that shares all that stayed the same; requests keep the one that
//! they began with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use flow_compiler::source::{FileId, FileKind, Sources};
use gen_lsp_types::{TextDocumentContentChangeEvent, Uri};

use super::client::Client;
use super::position::Lines;
use super::uri;
use crate::features::actions::Renamed;
use crate::host::Host;
use crate::snapshot::Snapshot;

/// All that requests read.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    /// What the client can do.
    pub(crate) client: Arc<Client>,
    /// Projects by their folders.
    pub(crate) projects: BTreeMap<PathBuf, Project>,
    /// Documents that are open in the editor.
    pub(crate) open: BTreeMap<PathBuf, Open>,
    /// What was given other names since the editor was started, by project, in that order.
    renamed: Arc<Mutex<BTreeMap<PathBuf, Vec<Renamed>>>>,
}

/// A project, and how often it has changed.
#[derive(Debug, Clone)]
pub(crate) struct Project {
    /// As it is.
    pub(crate) snapshot: Arc<Snapshot>,
    /// Grows with each change.
    pub(crate) revision: u64,
}

/// A document that is open: its text counts, not that of the disk.
#[derive(Debug, Clone)]
pub(crate) struct Open {
    /// As the client calls it.
    pub(crate) uri: Uri,
    /// As the client counts.
    pub(crate) version: i32,
    /// Its text.
    pub(crate) text: Arc<str>,
    /// The folder of its project.
    pub(crate) root: PathBuf,
}

impl World {
    /// Nothing is known yet but what the client can do.
    pub(crate) fn new(client: Client) -> Self {
        Self { client: Arc::new(client), ..Self::default() }
    }

    /// What was given other names in a project since the editor was started.
    pub(crate) fn renamed(&self, root: &Path) -> Vec<Renamed> {
        self.renamed.lock().unwrap_or_else(PoisonError::into_inner).get(root).cloned().unwrap_or_default()
    }

    /// Notes that something was given another name.
    pub(crate) fn rename(&self, root: &Path, renamed: Renamed) {
        let mut all = self.renamed.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(root.to_path_buf()).or_default().push(renamed);
    }

    /// The project of a file and the file's number in it.
    pub(crate) fn find(&self, path: &Path) -> Option<(&Path, &Project, FileId)> {
        let named = self.open.get(path).map(|open| open.root.as_path());
        let root = named.or_else(|| path.ancestors().skip(1).find(|folder| self.projects.contains_key(*folder)))?;
        let (root, project) = self.projects.get_key_value(root)?;
        let file = project.snapshot.sources.find(&relative(root, path)?)?;
        Some((root, project, file))
    }

    /// The address of a file of a project.
    pub(crate) fn uri(&self, root: &Path, path: &str) -> Uri {
        let full = root.join(path);
        self.open.get(&full).map_or_else(|| uri::of(&full), |open| open.uri.clone())
    }

    /// The projects of a folder come to be known.
    pub(crate) fn add_folder(&mut self, folder: &Path, host: &dyn Host) {
        let above = host.project_of(folder);
        for root in above.into_iter().chain(host.projects_below(folder)) {
            self.load(&root, host);
        }
    }

    /// The projects of a folder are forgotten, but for those with an open document.
    pub(crate) fn remove_folder(&mut self, folder: &Path) {
        let open: Vec<&PathBuf> = self.open.values().map(|open| &open.root).collect();
        self.projects.retain(|root, _| !root.starts_with(folder) || open.contains(&root));
    }

    /// Reads a project from disk, with the texts of open documents instead of those that lie there.
    pub(crate) fn load(&mut self, root: &Path, host: &dyn Host) {
        let loaded = host.load(root).unwrap_or_default();
        let mut sources = loaded.sources;
        for (path, open) in self.open.iter().filter(|(_, open)| open.root == root) {
            let Some(name) = relative(root, path) else { continue };
            match (sources.find(&name), host.kind_of(&name)) {
                (Some(file), _) => sources.set(file, open.text.clone()),
                (None, Some(kind)) => drop(sources.add(name, kind, open.text.clone())),
                (None, None) => {}
            }
        }
        let again = match self.projects.get(root) {
            Some(before) => before.snapshot.read_again(sources, loaded.unread),
            None => Snapshot::new(sources, loaded.unread),
        };
        self.replace(root, again);
    }

    /// A document is opened.
    pub(crate) fn open(&mut self, path: &Path, uri: Uri, version: i32, text: String, host: &dyn Host) {
        let found = host.project_of(path);
        let root = found.or_else(|| path.parent().map(Path::to_path_buf)).unwrap_or_default();
        let text: Arc<str> = text.into();
        let known = self.projects.contains_key(&root);
        let open = Open { uri, version, text: text.clone(), root: root.clone() };
        self.open.insert(path.to_path_buf(), open);
        match self.find(path).map(|(_, project, file)| (project.snapshot.clone(), file)) {
            // The text on disk is nearly always the same: then nothing is worked out anew.
            Some((snapshot, file)) if snapshot.text(file) == &*text => {}
            Some((snapshot, file)) => self.replace(&root, snapshot.with_text(file, text)),
            None if !known && host.project_of(path).is_none() => self.alone(&root, host),
            None => self.load(&root, host),
        }
    }

    /// Documents outside of every project: only what is open counts.
    fn alone(&mut self, root: &Path, host: &dyn Host) {
        let mut sources = Sources::default();
        for (path, open) in self.open.iter().filter(|(_, open)| open.root == root) {
            let Some(name) = relative(root, path) else { continue };
            if host.kind_of(&name) == Some(FileKind::Flow) {
                sources.add(name, FileKind::Flow, open.text.clone());
            }
        }
        self.replace(root, Snapshot::new(sources, Vec::new()));
    }

    /// A document is edited.
    pub(crate) fn change(&mut self, path: &Path, version: i32, changes: Vec<TextDocumentContentChangeEvent>) {
        let encoding = self.client.encoding;
        let Some(open) = self.open.get_mut(path) else { return };
        let mut text = open.text.to_string();
        for change in changes {
            match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
                    let lines = Lines::new(&text, encoding);
                    let (start, end) = (lines.offset(part.range.start), lines.offset(part.range.end));
                    text.replace_range(start as usize..end.max(start) as usize, &part.text);
                }
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => text = whole.text,
            }
        }
        let text: Arc<str> = text.into();
        (open.version, open.text) = (version, text.clone());
        let found = self.find(path).map(|(root, project, file)| (root.to_path_buf(), project.snapshot.clone(), file));
        if let Some((root, snapshot, file)) = found {
            self.replace(&root, snapshot.with_text(file, text));
        }
    }

    /// A document is closed: what lies on disk counts again.
    pub(crate) fn close(&mut self, path: &Path, host: &dyn Host) {
        let Some(open) = self.open.remove(path) else { return };
        let root = open.root;
        if host.project_of(path).is_some() {
            self.load(&root, host);
        } else if self.open.values().any(|open| open.root == root) {
            self.alone(&root, host);
        } else {
            self.projects.remove(&root);
        }
    }

    /// Files changed on disk.
    pub(crate) fn touched(&mut self, paths: &[PathBuf], host: &dyn Host) {
        let mut roots = Vec::new();
        for path in paths {
            let settings = path.file_name().is_some_and(|name| name == "flow.toml");
            let root = if settings { path.parent().map(Path::to_path_buf) } else { host.project_of(path) };
            let Some(root) = root.filter(|root| !roots.contains(root)) else { continue };
            let part = relative(&root, path).is_some_and(|name| host.kind_of(&name).is_some());
            if part && (self.projects.contains_key(&root) || settings) {
                roots.push(root);
            }
        }
        for root in roots {
            if host.project_of(&root).is_some_and(|found| found == root) {
                // A document that was opened before its project came to be belongs to it now.
                for (_, open) in self.open.iter_mut().filter(|(path, _)| path.starts_with(&root)) {
                    if open.root.starts_with(&root) {
                        open.root.clone_from(&root);
                    }
                }
                self.load(&root, host);
            } else {
                self.alone(&root, host);
            }
        }
    }

    fn replace(&mut self, root: &Path, snapshot: Snapshot) {
        let revision = self.projects.get(root).map_or(0, |project| project.revision) + 1;
        self.projects.insert(root.to_path_buf(), Project { snapshot: Arc::new(snapshot), revision });
    }
}

/// A path as a project calls it.
fn relative(root: &Path, path: &Path) -> Option<String> {
    Some(path.strip_prefix(root).ok()?.to_string_lossy().replace('\\', "/"))
}
