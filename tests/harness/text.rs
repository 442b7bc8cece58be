//! Any bytes as a project: nothing may panic, and whatever is said is in its place and can be shown in every form.
//!
//! The bytes are one `.flow` file; a line `@@ NAME` begins another file of the project.

#![expect(clippy::panic, reason = "a check of tests; a finding is a panic")]

use std::sync::Arc;

use flow_compiler::diagnostic::{Diagnostic, Label, Sink};
use flow_compiler::render::{View, github, json, miette, plain, sarif};
use flow_compiler::source::{FileId, FileKind, SourceFile, Sources, Span};
use flow_compiler::syntax::decode;
use flow_graph::Program;
use flow_machine::Engine;

use crate::SETTINGS;

/// A diagnostic is one sentence; the author's own words in it are cut by whoever quotes them.
const MESSAGE_BYTES: usize = 2_000;

/// Compiles the bytes and looks at all that comes of it.
///
/// # Panics
/// When something is not as it has to be: that is a finding.
pub fn compiles(bytes: &[u8]) {
    let (sources, unread) = project(bytes);
    let compiled = flow_compiler::compile(&sources);
    for diagnostic in unread.iter().chain(&compiled.diagnostics) {
        if let Err(fault) = well_placed(&sources, diagnostic) {
            panic!("{}: {fault}: {diagnostic:#?}", diagnostic.code);
        }
    }
    shown(&sources, &compiled.diagnostics);
    let again = flow_compiler::compile(&sources);
    assert!(again == compiled, "the same text gives another result");
    if let Some(program) = compiled.program {
        runs(program);
    }
}

/// The files of a project, and what was found while they were decoded.
#[must_use]
pub fn project(bytes: &[u8]) -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let mut sink = Sink::default();
    let parts = parts(bytes);
    if parts.iter().all(|(name, _)| name != "flow.toml") {
        sources.add("flow.toml", FileKind::Settings, SETTINGS);
    }
    let first = if parts.iter().any(|(name, _)| name == "flow.toml") { 0 } else { 1 };
    for (number, (name, bytes)) in (first..).zip(parts) {
        let kind = match name.as_str() {
            "flow.toml" => FileKind::Settings,
            _ if name.ends_with(".flow") => FileKind::Flow,
            _ => FileKind::Template,
        };
        let text = decode(&bytes, FileId(number), &mut sink);
        sources.add(name, kind, text);
    }
    (sources, sink.finish())
}

fn parts(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut parts = vec![("main.flow".to_owned(), Vec::new())];
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_prefix(b"@@ ") {
            Some(name) => parts.push((String::from_utf8_lossy(name).trim().to_owned(), Vec::new())),
            None => {
                if let Some((_, text)) = parts.last_mut() {
                    text.extend_from_slice(line);
                }
            }
        }
    }
    parts
}

/// Whether all places of a diagnostic are in its files, between characters, and its words are what they must be.
///
/// # Errors
/// What is wrong, in words.
pub fn well_placed(sources: &Sources, diagnostic: &Diagnostic) -> Result<(), String> {
    let message = &diagnostic.message;
    if message.is_empty() || message.len() > MESSAGE_BYTES {
        return Err(format!("a message of {} bytes", message.len()));
    }
    if diagnostic.help.as_deref().is_some_and(str::is_empty) {
        return Err("an empty help".to_owned());
    }
    let labels = diagnostic.labels.iter().chain([&diagnostic.primary]).map(|label| &label.text);
    let titles = diagnostic.fixes.iter().map(|fix| &fix.title);
    let lines = diagnostic.help.iter().flat_map(|help| help.split('\n'));
    let mut words = labels.chain(titles).chain([message]).map(String::as_str).chain(lines);
    if let Some(words) = words.find(|words| words.contains(acts)) {
        return Err(format!("words that do something to a terminal: {words:?}"));
    }
    for Label { span, .. } in diagnostic.labels.iter().chain([&diagnostic.primary]) {
        inside(sources, *span)?;
    }
    for fix in &diagnostic.fixes {
        let mut edits: Vec<Span> = fix.edits.iter().map(|edit| edit.span).collect();
        edits.sort_unstable();
        for span in &edits {
            inside(sources, *span)?;
        }
        let overlap = edits.iter().zip(edits.iter().skip(1)).any(|(a, b)| a.file == b.file && b.start < a.end);
        if overlap || fix.title.is_empty() {
            return Err("a fix whose edits overlap, or without a title".to_owned());
        }
    }
    Ok(())
}

/// A control character, or one that turns the direction of reading.
fn acts(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn inside(sources: &Sources, span: Span) -> Result<(), String> {
    if span.file == FileId::NONE {
        return Ok(());
    }
    let file: &SourceFile = sources.get(span.file).ok_or("a place in no file")?;
    let between = |at: u32| file.text.is_char_boundary(at as usize);
    if span.start > span.end || !between(span.start) || !between(span.end) {
        return Err(format!("the place {}..{} is not in `{}`", span.start, span.end, file.path));
    }
    Ok(())
}

/// Every form can be written; those for machines can be read.
fn shown(sources: &Sources, diagnostics: &[Diagnostic]) {
    let view = View::new(sources);
    // A thousand mistakes are drawn like ten.
    let few = diagnostics.get(..diagnostics.len().min(10)).unwrap_or_default();
    drop(miette::miette(view, few, miette::Style::default()));
    assert_eq!(plain::plain(view, few).lines().count(), few.len(), "a line for each");
    assert_eq!(github::github(view, few).lines().count(), few.len(), "a line for each");
    for text in [json::json(view, few), sarif::sarif(view, few)] {
        let read: Result<serde_json::Value, _> = serde_json::from_str(&text);
        assert!(read.is_ok(), "not JSON: {text}");
    }
}

/// What the compiler lets through is a program: it can be written, read, verified, made ready.
fn runs(program: Program) {
    let text = program.to_json().unwrap_or_else(|error| panic!("cannot be written: {error}"));
    let read = Program::from_json(&text).unwrap_or_else(|error| panic!("cannot be read: {error}"));
    assert!(read == program, "a program that was read is another one");
    if let Err(error) = Engine::new(Arc::new(program)) {
        panic!("cannot be run: {error}");
    }
}
