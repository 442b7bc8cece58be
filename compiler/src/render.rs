//! Diagnostics made into text: for people, for tools, for reviewers. Each form is one file.
//!
//! A renderer gets [`View`] and diagnostics and returns a `String`; the same input always gives the same text.

pub mod github;
pub mod json;
pub mod miette;
pub mod plain;
pub mod sarif;
mod snippet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{Position, SourceFile, Sources, Span};

/// What a renderer has to know beside the diagnostics.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The files of the project.
    pub sources: &'a Sources,
    /// The project's folder as the reader names it; it stands before each path. Empty or `.`: nothing.
    pub folder: &'a str,
}

impl<'a> View<'a> {
    /// The files of a project, with paths as they stand in it.
    #[must_use]
    pub fn new(sources: &'a Sources) -> Self {
        Self { sources, folder: "" }
    }

    /// The same, each path behind `folder`.
    #[must_use]
    pub fn within(self, folder: &'a str) -> Self {
        Self { folder, ..self }
    }

    /// Where a span stands, or nothing when its file is not known.
    #[must_use]
    pub fn place(&self, span: Span) -> Option<Place<'a>> {
        let file = self.sources.get(span.file)?;
        let path = clean(&self.path(&file.path));
        Some(Place { path, file, span, start: file.position(span.start), end: file.position(span.end) })
    }

    /// A path of the project as the reader names it.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        match self.folder.trim_end_matches('/') {
            "" if self.folder.is_empty() => path.to_owned(),
            "." => path.to_owned(),
            // The top of a revision: `main:world.flow`.
            top if top.ends_with(':') => format!("{top}{path}"),
            folder => format!("{folder}/{path}"),
        }
    }
}

/// Where a span stands.
#[derive(Debug, Clone)]
pub struct Place<'a> {
    /// The path as the reader names it.
    pub path: String,
    /// The file.
    pub file: &'a SourceFile,
    /// The span.
    pub span: Span,
    /// Its first character.
    pub start: Position,
    /// One past its last character.
    pub end: Position,
}

/// `error` or `warning`.
#[must_use]
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// `2 errors, 1 warning`, or nothing when there is none.
#[must_use]
pub fn count(diagnostics: &[Diagnostic]) -> String {
    let of = |severity| diagnostics.iter().filter(|d| d.severity() == severity).count();
    let words = |n: usize, word: &str| match n {
        0 => None,
        1 => Some(format!("1 {word}")),
        n => Some(format!("{n} {word}s")),
    };
    let parts = [words(of(Severity::Error), "error"), words(of(Severity::Warning), "warning")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The advice of a diagnostic: its help, else what its fixes do.
pub(crate) fn advice(diagnostic: &Diagnostic) -> Option<String> {
    if let Some(help) = &diagnostic.help {
        return Some(clean(help));
    }
    let titles: Vec<String> = diagnostic.fixes.iter().map(|fix| clean(&fix.title)).collect();
    (!titles.is_empty()).then(|| titles.join(", or "))
}

/// Text that cannot move the cursor, colour the screen or turn the direction of reading: a project's words are shown
/// to reviewers who did not write them.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|c| if hidden(c) { '\u{fffd}' } else { c }).collect()
}

/// Characters that are not shown but do something.
#[must_use]
pub fn hidden(c: char) -> bool {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    turns || (c.is_control() && c != '\n' && c != '\t')
}
