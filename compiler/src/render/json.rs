//! Diagnostics as JSON, for tools. The shape is versioned: a change that breaks a reader raises the number.

use serde::Serialize;

use super::View;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Label, Severity};
use crate::source::{Position, Span};

/// The version of the shape.
pub const FORMAT_VERSION: u32 = 1;

/// One JSON object with all diagnostics, with its line break.
#[must_use]
pub fn json(view: View<'_>, diagnostics: &[Diagnostic]) -> String {
    let report = Report {
        format_version: FORMAT_VERSION,
        errors: diagnostics.iter().filter(|d| d.severity() == Severity::Error).count(),
        warnings: diagnostics.iter().filter(|d| d.severity() == Severity::Warning).count(),
        diagnostics: diagnostics.iter().map(|diagnostic| entry(view, diagnostic)).collect(),
    };
    // Strings and numbers alone cannot fail to become JSON.
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}

fn entry(view: View<'_>, diagnostic: &Diagnostic) -> Entry {
    Entry {
        code: diagnostic.code.number(),
        slug: diagnostic.code.slug(),
        severity: super::severity(diagnostic.severity()),
        message: diagnostic.message.clone(),
        help: diagnostic.help.clone(),
        explain: format!("flow explain {}", diagnostic.code),
        primary: labelled(view, &diagnostic.primary),
        labels: diagnostic.labels.iter().filter_map(|label| labelled(view, label)).collect(),
        fixes: diagnostic.fixes.iter().map(|fix| remedy(view, fix)).collect(),
    }
}

fn labelled(view: View<'_>, label: &Label) -> Option<LabelEntry> {
    Some(LabelEntry { place: place(view, label.span)?, text: label.text.clone() })
}

fn remedy(view: View<'_>, fix: &Fix) -> FixEntry {
    let applicability = match fix.applicability {
        Applicability::Safe => "safe",
        Applicability::Unsafe => "unsafe",
        Applicability::Display => "display",
    };
    let edit = |edit: &Edit| Some(EditEntry { place: place(view, edit.span)?, text: edit.text.clone() });
    FixEntry { title: fix.title.clone(), applicability, edits: fix.edits.iter().filter_map(edit).collect() }
}

fn place(view: View<'_>, span: Span) -> Option<PlaceEntry> {
    let place = view.place(span)?;
    let point = |p: Position| Point { line: p.line, column: p.column, utf16: p.utf16 };
    Some(PlaceEntry {
        path: view.path(&place.file.path),
        bytes: [span.start, span.end],
        start: point(place.start),
        end: point(place.end),
    })
}

#[derive(Serialize)]
struct Report {
    format_version: u32,
    errors: usize,
    warnings: usize,
    diagnostics: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    code: &'static str,
    slug: &'static str,
    severity: &'static str,
    message: String,
    help: Option<String>,
    /// The command that tells more.
    explain: String,
    /// Nothing where the diagnostic has no place, as when `flow.toml` is missing.
    primary: Option<LabelEntry>,
    labels: Vec<LabelEntry>,
    fixes: Vec<FixEntry>,
}

#[derive(Serialize)]
struct LabelEntry {
    #[serde(flatten)]
    place: PlaceEntry,
    text: String,
}

#[derive(Serialize)]
struct FixEntry {
    title: String,
    applicability: &'static str,
    edits: Vec<EditEntry>,
}

#[derive(Serialize)]
struct EditEntry {
    #[serde(flatten)]
    place: PlaceEntry,
    /// What stands there afterwards.
    text: String,
}

#[derive(Serialize)]
struct PlaceEntry {
    path: String,
    /// First byte and one past the last.
    bytes: [u32; 2],
    start: Point,
    end: Point,
}

/// Line and column from 1 in characters; `utf16` from 0, as editors count.
#[derive(Serialize)]
struct Point {
    line: u32,
    column: u32,
    utf16: u32,
}
