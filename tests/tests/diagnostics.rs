//! Golden diagnostics: how each mistake looks to its author.
//!
//! A case is a folder `tests/language/diagnostics/<CODE>_<slug>…/` with a project, or a single `.flow` file of that
//! name; settings are supplied where it brings none. `UPDATE_EXPECT=1` rewrites the goldens and makes a first case,
//! from the page, for each code that has none.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use flow_compiler::diagnostic::{Code, Diagnostic};
use flow_compiler::explain::{self, Block};
use flow_compiler::render::{View, miette, plain};
use flow_compiler::source::Sources;
use flow_compiler::{Compilation, compile};
use flow_tests::{files, root};

const EXPECTED: &str = "expected.txt";

#[test]
fn golden_cases() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    if update {
        seed();
    }
    let mut wrong = Vec::new();
    let mut shown = BTreeSet::new();
    for case in cases() {
        let Some(code) = case.code() else {
            wrong.push(format!("{}: the name must begin with a code of the registry", case.name));
            continue;
        };
        let sources = explain::project(&case.blocks);
        let Compilation { diagnostics, .. } = compile(&sources);
        if !diagnostics.iter().any(|diagnostic| diagnostic.code == code) {
            wrong.push(format!("{}: does not give {code} but\n{}", case.name, render(&sources, &diagnostics)));
            continue;
        }
        shown.insert(code);
        let actual = render(&sources, &diagnostics);
        let known = fs::read_to_string(&case.expected).unwrap_or_default();
        if actual == known {
            continue;
        }
        if update {
            fs::write(&case.expected, &actual).unwrap();
        } else {
            wrong.push(format!("{}:\n{}", case.name, difference(&known, &actual)));
        }
    }
    for code in Code::ALL.iter().filter(|code| !shown.contains(code)) {
        wrong.push(format!("{code} {} has no case", code.slug()));
    }
    assert!(wrong.is_empty(), "UPDATE_EXPECT=1 rewrites; then read the result aloud.\n{}", wrong.join("\n"));
}

#[test]
fn no_golden_without_a_case() {
    let needed: BTreeSet<PathBuf> = cases().into_iter().map(|case| case.expected).collect();
    let stray: Vec<PathBuf> = files(&folder())
        .into_iter()
        .filter(|path| path.to_string_lossy().ends_with(EXPECTED) && !needed.contains(path))
        .collect();
    assert!(stray.is_empty(), "no case needs these goldens: {stray:#?}");
}

/// A message can be read aloud: it starts small, ends without a stop, fits on a line, and speaks the language's words.
#[test]
fn messages_have_a_style() {
    let mut wrong = Vec::new();
    let mut projects: Vec<Sources> = cases().iter().map(|case| explain::project(&case.blocks)).collect();
    projects.push(explain::project(&blocks(&root().join("examples/mistakes"))));
    for sources in projects {
        for diagnostic in compile(&sources).diagnostics {
            for fault in faults(&diagnostic) {
                wrong.push(format!("{}: {fault}: {}", diagnostic.code, diagnostic.message));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A file with five independent mistakes gives five diagnostics, no more; so each file of the example gives one.
#[test]
fn each_mistake_of_the_example_is_told_once() {
    let sources = explain::project(&blocks(&root().join("examples/mistakes")));
    let found = compile(&sources).diagnostics;
    let mut wrong = Vec::new();
    let numbered = |path: &str| path.starts_with(|c: char| c.is_ascii_digit()) && !path.starts_with("00");
    for (id, file) in sources.iter().filter(|(_, file)| numbered(&file.path)) {
        // A mistake may have its first place in another file: in a template, or at the second of two like names.
        let touches = |d: &Diagnostic| d.labels.iter().chain([&d.primary]).any(|label| label.span.file == id);
        let here: Vec<Diagnostic> = found.iter().filter(|d| touches(d)).cloned().collect();
        if here.len() != 1 {
            wrong.push(format!("{}: {} diagnostics\n{}", file.path, here.len(), render(&sources, &here)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong with the words of a diagnostic.
fn faults(diagnostic: &Diagnostic) -> Vec<&'static str> {
    let message = &diagnostic.message;
    let mut faults = Vec::new();
    if !message.starts_with(|c: char| c.is_lowercase() || c == '`' || c.is_ascii_digit()) {
        faults.push("starts with a capital letter");
    }
    if message.ends_with(['.', '!', ':']) {
        faults.push("ends with a stop");
    }
    if message.contains('\n') || message.contains("  ") {
        faults.push("has a line break or a double space");
    }
    if message.chars().count() > 100 {
        faults.push("is longer than 100 characters");
    }
    let rust = ["Option", "Vec", "String", "str", "usize", "u32", "i64", "f64", "None", "Some", "Box", "Arc", "Result"];
    let words = |text: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| rust.contains(&word));
    let labels = diagnostic.labels.iter().chain([&diagnostic.primary]);
    if words(message) || labels.into_iter().any(|label| words(&label.text)) {
        faults.push("names a Rust type");
    }
    if diagnostic.help.as_deref().is_some_and(|help| help.is_empty() || words(help)) {
        faults.push("has a help that is empty or names a Rust type");
    }
    faults
}

/// One project with a mistake.
struct Case {
    /// The name of its folder or file.
    name: String,
    /// Its files.
    blocks: Vec<Block>,
    /// Its golden.
    expected: PathBuf,
}

impl Case {
    fn code(&self) -> Option<Code> {
        Code::find(self.name.split('_').next()?)
    }
}

fn folder() -> PathBuf {
    root().join("tests/language/diagnostics")
}

fn cases() -> Vec<Case> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder()).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            found.push(Case { name, blocks: blocks(&path), expected: path.join(EXPECTED) });
        } else if let Some(stem) = name.strip_suffix(".flow") {
            let blocks = vec![Block { path: "main.flow".into(), text: read(&path) }];
            found.push(Case { name: stem.into(), blocks, expected: folder().join(format!("{stem}.{EXPECTED}")) });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// The files of a project, settings first.
fn blocks(project: &Path) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for path in files(project) {
        let name = path.strip_prefix(project).unwrap().to_string_lossy().replace('\\', "/");
        if name == "flow.toml" || name.ends_with(".flow") || name.starts_with("templates/") {
            blocks.push(Block { text: read(&path), path: name });
        }
    }
    blocks.sort_by_key(|block| block.path != "flow.toml");
    blocks
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()
}

/// Makes a case from the page of each code that has none.
fn seed() {
    let known: BTreeSet<Code> = cases().iter().filter_map(Case::code).collect();
    for code in Code::ALL.iter().filter(|code| !known.contains(code)) {
        let Some(page) = explain::page(*code) else { continue };
        let case = folder().join(format!("{code}_{}", code.slug()));
        for block in page.wrong {
            let path = case.join(&block.path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, block.text).unwrap();
        }
    }
}

fn render(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let view = View::new(sources);
    let drawn = miette::miette(view, diagnostics, miette::Style::default());
    format!("{drawn}\n{}", plain::plain(view, diagnostics))
}

fn difference(known: &str, actual: &str) -> String {
    let mut text = String::new();
    for change in similar::TextDiff::from_lines(known, actual).iter_all_changes() {
        let _ = write!(text, "{}{change}", change.tag());
    }
    text
}
