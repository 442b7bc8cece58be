//! A project at one instant. What is not needed is not worked out, and what did not change is kept from the one before.

use std::sync::{Arc, OnceLock};

use flow_compiler::diagnostic::Diagnostic;
use flow_compiler::source::{FileId, FileKind, SourceFile, Sources};
use flow_compiler::{Analysis, Parsed, Proofs, analyse, parse};
use flow_graph::graph::Graph;

/// A project at one instant: its files, and what follows from them.
#[derive(Debug)]
pub struct Snapshot {
    /// The files. The number of a file stays the same as long as none comes or goes.
    pub sources: Sources,
    /// What was found while the files were read from disk.
    unread: Vec<Diagnostic>,
    /// The `.flow` files read one by one, by number; nothing for the others. Shared with earlier snapshots.
    parsed: Vec<Option<Arc<OnceLock<Parsed>>>>,
    /// Checked, not proved: what most questions need, in half the time.
    checked: OnceLock<Arc<Analysis>>,
    /// Checked and proved.
    proved: OnceLock<Arc<Analysis>>,
    /// All that there is to say.
    diagnostics: OnceLock<Vec<Diagnostic>>,
    /// Who reads whom, and what causes what.
    graph: OnceLock<Arc<Graph>>,
    /// What was known before the last change, for what may be a moment old.
    before: Before,
}

/// What was known of a project before its last change.
#[derive(Debug, Clone, Default)]
struct Before {
    analysis: Option<Arc<Analysis>>,
    graph: Option<Arc<Graph>>,
}

impl Snapshot {
    /// A project of some files.
    #[must_use]
    pub fn new(sources: Sources, unread: Vec<Diagnostic>) -> Self {
        let parsed = sources.iter().map(|(_, file)| (file.kind == FileKind::Flow).then(Arc::default)).collect();
        Self::of(sources, unread, parsed, Before::default())
    }

    /// The same project read again: what is known of files whose texts are the same is kept.
    #[must_use]
    pub fn read_again(&self, sources: Sources, unread: Vec<Diagnostic>) -> Self {
        let again = Self::new(sources, unread);
        let same = |(id, file): (FileId, &SourceFile)| {
            let before = self.sources.get(id).filter(|before| before.path == file.path && before.text == file.text);
            before.and_then(|_| self.parsed.get(id.0 as usize)?.clone())
        };
        let parsed = again.sources.iter().zip(again.parsed.iter());
        let parsed = parsed.map(|(file, fresh)| same(file).or_else(|| fresh.clone())).collect();
        Self { parsed, before: self.known(), ..again }
    }

    /// The same project with another text in one file.
    #[must_use]
    pub fn with_text(&self, file: FileId, text: impl Into<Arc<str>>) -> Self {
        let mut sources = self.sources.clone();
        sources.set(file, text);
        let mut parsed = self.parsed.clone();
        if let Some(slot) = parsed.get_mut(file.0 as usize).and_then(Option::as_mut) {
            *slot = Arc::default();
        }
        // What could not be decoded is shown as an editor decodes it.
        let unread = self.unread.iter().filter(|found| found.primary.span.file != file).cloned().collect();
        Self::of(sources, unread, parsed, self.known())
    }

    fn of(
        sources: Sources,
        unread: Vec<Diagnostic>,
        parsed: Vec<Option<Arc<OnceLock<Parsed>>>>,
        before: Before,
    ) -> Self {
        Self {
            sources,
            unread,
            parsed,
            before,
            checked: OnceLock::new(),
            proved: OnceLock::new(),
            diagnostics: OnceLock::new(),
            graph: OnceLock::new(),
        }
    }

    /// Who reads whom, and what causes what: of a project with errors, as far as it could be read.
    #[must_use]
    pub fn graph(&self) -> &Graph {
        self.graph.get_or_init(|| Arc::new(Graph::new(&self.analysis().program)))
    }

    /// The same as it was known last: for names and what leads to what, which may be a keystroke old; never for places.
    #[must_use]
    pub fn recent_graph(&self) -> &Graph {
        match (self.graph.get(), &self.before.graph) {
            (None, Some(before)) => before,
            (Some(_), _) | (None, None) => self.graph(),
        }
    }

    /// The project as it was checked last: for names and types, which may be a keystroke old; never for places.
    #[must_use]
    pub fn recent(&self) -> &Analysis {
        match (self.proved.get().or(self.checked.get()), &self.before.analysis) {
            (None, Some(before)) => before,
            (Some(_), _) | (None, None) => self.analysis(),
        }
    }

    /// What is known now, for the next snapshot.
    fn known(&self) -> Before {
        let analysis = self.proved.get().or(self.checked.get()).or(self.before.analysis.as_ref()).cloned();
        Before { analysis, graph: self.graph.get().or(self.before.graph.as_ref()).cloned() }
    }

    /// A file by its number.
    #[must_use]
    pub fn file(&self, file: FileId) -> Option<&SourceFile> {
        self.sources.get(file)
    }

    /// The text of a file; empty for a number that is not known.
    #[must_use]
    pub fn text(&self, file: FileId) -> &str {
        self.file(file).map_or("", |file| &file.text)
    }

    /// The tree of a `.flow` file.
    #[must_use]
    pub fn parsed(&self, file: FileId) -> Option<&Parsed> {
        let slot = self.parsed.get(file.0 as usize)?.as_ref()?;
        Some(slot.get_or_init(|| parse(file, self.text(file))))
    }

    /// All trees, in the order of the files.
    pub fn trees(&self) -> impl Iterator<Item = &Parsed> {
        self.sources.iter().filter_map(|(file, _)| self.parsed(file))
    }

    /// The project checked: names, types, the program as far as it goes.
    #[must_use]
    pub fn analysis(&self) -> &Analysis {
        if let Some(proved) = self.proved.get() {
            return proved;
        }
        self.checked.get_or_init(|| Arc::new(analyse(&self.sources, self.trees(), Proofs::LeftOut)))
    }

    /// Everything that there is to say of it, proofs included.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        self.diagnostics.get_or_init(|| {
            let prove = || Arc::new(analyse(&self.sources, self.trees(), Proofs::Wanted));
            let proved = self.proved.get_or_init(prove);
            self.unread.iter().chain(&proved.diagnostics).cloned().collect()
        })
    }
}
