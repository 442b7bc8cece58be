//! What an editor is answered, case by case: a file of `tests/editor/FEATURE/` has files of a project, one of them with a
//! `$0` where the cursor is, and behind `===` what is answered. `UPDATE_EXPECT=1` writes the answers.
//!
//! A line `@@ NAME` begins a file; without one the text is `main.flow`. All cases share the project in `tests/editor/world/`; a
//! file of the same name takes the place of one of it.

#![allow(clippy::expect_used, clippy::panic, reason = "a test may panic")]

#[path = "editor/agreement.rs"]
mod agreement;
#[path = "editor/marked.rs"]
mod marked;
#[path = "editor/shown.rs"]
mod shown;

use std::path::Path;

use flow_compiler::source::{FileId, FileKind, Sources};
use flow_lsp::Snapshot;
use flow_tests::{files, project, root};

/// A project with a cursor in it.
pub(crate) struct Case {
    /// The project.
    pub(crate) snapshot: Snapshot,
    /// The file with the cursor.
    pub(crate) file: FileId,
    /// Where the cursor is, in bytes.
    pub(crate) offset: u32,
    /// What stands behind `$0:` up to the end of its line: a word for the question, such as a new name.
    pub(crate) word: String,
}

#[test]
fn the_project_of_the_cases_is_sound() {
    let case = case("// nothing\n");
    assert_eq!(flow_tests::lines(&case.snapshot.sources, case.snapshot.diagnostics()), "");
}

#[test]
fn answers_are_those_of_the_cases() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for path in files(&root().join("tests/editor")) {
        if path.extension().is_none_or(|ending| ending != "txt") {
            continue;
        }
        seen += 1;
        let text = std::fs::read_to_string(&path).expect("a readable case");
        let (input, _) = text.split_once("\n===\n").unwrap_or((&text, ""));
        let feature = path.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        let answer = shown::answer(&feature.unwrap_or_default(), &case(input));
        let whole = format!("{}\n===\n{}\n", input.trim_end_matches('\n'), answer.trim_end());
        if let Err(difference) = flow_tests::golden(&path, &whole) {
            wrong.push(difference);
        }
    }
    assert!(seen > 0, "there are no cases");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The project of a case.
fn case(input: &str) -> Case {
    let mut parts: Vec<(String, String)> = Vec::new();
    for line in input.lines() {
        if let Some(name) = line.strip_prefix("@@ ") {
            parts.push((name.trim().to_owned(), String::new()));
            continue;
        }
        if parts.is_empty() {
            parts.push(("main.flow".to_owned(), String::new()));
        }
        if let Some((_, text)) = parts.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    let mut sources = Sources::default();
    for (_, file) in project(&root().join("tests/editor/world")).iter() {
        if parts.iter().all(|(name, _)| **name != *file.path) {
            sources.add(file.path.clone(), file.kind, file.text.clone());
        }
    }
    let mut cursor = None;
    let mut word = String::new();
    for (name, text) in parts {
        let mut text = text;
        let at = text.find("$0");
        if let Some(at) = at {
            let rest = text.get(at + 2..).unwrap_or("");
            let length = rest.strip_prefix(':').map_or(0, |rest| 1 + rest.find([' ', '\n']).unwrap_or(rest.len()));
            word = rest.get(1..length).unwrap_or("").to_owned();
            text.replace_range(at..at + 2 + length, "");
        }
        let kind = match name.as_str() {
            "flow.toml" => FileKind::Settings,
            _ if name.ends_with(".flow") => FileKind::Flow,
            _ => FileKind::Template,
        };
        let id = match sources.find(&name) {
            Some(id) => {
                sources.set(id, text);
                id
            }
            None => sources.add(name, kind, text),
        };
        cursor = cursor.or(at.map(|at| (id, u32::try_from(at).expect("a short text"))));
    }
    let (file, offset) = cursor.unwrap_or_else(|| (sources.find("main.flow").unwrap_or_default(), 0));
    Case { snapshot: Snapshot::new(sources, Vec::new()), file, offset, word }
}
