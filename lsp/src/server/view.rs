//! What one request sees: the world as it was when the request came, and ways between places of the protocol and ours.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use flow_compiler::source::{FileId, Span};
use gen_lsp_types::{Location, Position, Range, Uri};

use super::position::Lines;
use super::uri;
use super::world::World;
use crate::host::Host;
use crate::snapshot::Snapshot;

/// Why a request is not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Nobody waits for the answer any more.
    Cancelled,
    /// What was asked cannot be done, in a sentence for the person who asked.
    Impossible(String),
}

/// What one request sees.
pub(crate) struct View<'a> {
    /// The projects and the open documents.
    pub(crate) world: &'a World,
    /// The world around the server.
    pub(crate) host: &'a dyn Host,
    /// Nobody waits for the answer any more.
    pub(crate) cancelled: &'a AtomicBool,
}

/// One file of a project.
pub(crate) struct Document<'a> {
    /// The project's folder.
    pub(crate) root: &'a Path,
    /// The project.
    pub(crate) snapshot: &'a Arc<Snapshot>,
    /// The file.
    pub(crate) file: FileId,
    /// Its lines.
    pub(crate) lines: Lines<'a>,
}

impl<'a> View<'a> {
    /// Stops the work on a request that was cancelled.
    pub(crate) fn alive(&self) -> Result<(), Refusal> {
        if self.cancelled.load(Ordering::Relaxed) { Err(Refusal::Cancelled) } else { Ok(()) }
    }

    /// The document of an address; none when it is no part of a project.
    pub(crate) fn document(&self, uri: &Uri) -> Option<Document<'a>> {
        let path = uri::path(&uri.0)?;
        let (root, project, file) = self.world.find(&path)?;
        let lines = Lines::new(project.snapshot.text(file), self.world.client.encoding);
        Some(Document { root, snapshot: &project.snapshot, file, lines })
    }

    /// The document and the byte offset of a place.
    pub(crate) fn at(&self, uri: &Uri, position: Position) -> Option<(Document<'a>, u32)> {
        let document = self.document(uri)?;
        let offset = document.lines.offset(position);
        Some((document, offset))
    }

    /// The address of a file of the same project.
    pub(crate) fn uri(&self, document: &Document<'_>, file: FileId) -> Uri {
        self.world.uri(document.root, document.snapshot.sources.path(file))
    }

    /// The version of a file that is open.
    pub(crate) fn version(&self, document: &Document<'_>, file: FileId) -> Option<i32> {
        let path = document.root.join(document.snapshot.sources.path(file));
        self.world.open.get(&path).map(|open| open.version)
    }

    /// A place in any file of the same project.
    pub(crate) fn location(&self, document: &Document<'_>, span: Span) -> Location {
        Location::new(self.uri(document, span.file), self.range_in(document, span))
    }

    /// A place in any file of the same project, without its file.
    pub(crate) fn range_in(&self, document: &Document<'_>, span: Span) -> Range {
        if span.file == document.file {
            return document.range(span);
        }
        let lines = Lines::new(document.snapshot.text(span.file), self.world.client.encoding);
        lines.range(span.start, span.end)
    }

    /// All projects with their folders.
    pub(crate) fn projects(&self) -> impl Iterator<Item = (&'a PathBuf, &'a Arc<Snapshot>)> {
        self.world.projects.iter().map(|(root, project)| (root, &project.snapshot))
    }
}

/// Ways to places of a project for an answer that has many of them: the lines of a file are found once.
pub(crate) struct Places<'a> {
    view: &'a View<'a>,
    document: &'a Document<'a>,
    files: BTreeMap<FileId, (Uri, Lines<'a>)>,
}

impl<'a> Places<'a> {
    /// Ways to places of the project of a document.
    pub(crate) fn new(view: &'a View<'_>, document: &'a Document<'_>) -> Self {
        Self { view, document, files: BTreeMap::new() }
    }

    /// A place in any file of the project.
    pub(crate) fn location(&mut self, span: Span) -> Location {
        let (view, document) = (self.view, self.document);
        let (uri, lines) = self.files.entry(span.file).or_insert_with(|| {
            let lines = Lines::new(document.snapshot.text(span.file), view.world.client.encoding);
            (view.uri(document, span.file), lines)
        });
        Location::new(uri.clone(), lines.range(span.start, span.end))
    }

    /// The same without its file.
    pub(crate) fn range(&mut self, span: Span) -> Range {
        self.location(span).range
    }
}

impl Document<'_> {
    /// A place in this file.
    pub(crate) fn range(&self, span: Span) -> Range {
        self.lines.range(span.start, span.end)
    }
}
