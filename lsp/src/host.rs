//! What whoever starts the server hands in: the files on disk, and what only other packages know.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use flow_compiler::diagnostic::Diagnostic;
use flow_compiler::source::{FileKind, Sources};

/// The world around the server.
pub trait Host: Send + Sync + 'static {
    /// The folder of the project that a file or folder belongs to; none when no `flow.toml` stands at or above it.
    fn project_of(&self, path: &Path) -> Option<PathBuf>;

    /// The folders of all projects at or below a folder.
    fn projects_below(&self, folder: &Path) -> Vec<PathBuf>;

    /// The files of a project.
    ///
    /// # Errors
    /// A sentence when the folder cannot be read.
    fn load(&self, root: &Path) -> Result<Loaded, String>;

    /// What a file of a project is for, by its path from the project's folder; none for a file that is no part of it.
    fn kind_of(&self, path: &str) -> Option<FileKind>;

    /// Runs one test of a project.
    fn run_test(&self, sources: &Sources, test: &str) -> Ran;

    /// How many people are where, if a daemon that runs the project of that name can be asked; `None` when it cannot.
    fn people(&self, project: &str) -> Option<People>;

    /// The address of the page that explains a code: `F2001`.
    fn page(&self, code: &str) -> Option<String>;
}

/// The files of a project as they stand on disk.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// All of them, decoded.
    pub sources: Sources,
    /// What was found while they were read.
    pub unread: Vec<Diagnostic>,
}

/// What came of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// Everything that it expects is so.
    pub passed: bool,
    /// What a terminal would show.
    pub text: String,
}

/// How many people are where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    /// Who is in each segment.
    pub segments: BTreeMap<String, u64>,
    /// Who is on the way through each sequence.
    pub sequences: BTreeMap<String, u64>,
    /// Who waits at each step that has a label: `sequence.step`.
    pub steps: BTreeMap<String, u64>,
    /// Who is at each stage: `lifecycle.stage`.
    pub stages: BTreeMap<String, u64>,
}
