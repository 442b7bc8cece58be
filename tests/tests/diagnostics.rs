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

use flow_compiler::diagnostic::{Code, Diagnostic, Severity};
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
fn faults(diagnostic: &Diagnostic) -> Vec<String> {
    let mut faults = Vec::new();
    let message = &diagnostic.message;
    if !message.starts_with(|c: char| c.is_lowercase() || c == '`' || c.is_ascii_digit()) {
        faults.push("the message starts with a capital letter".to_owned());
    }
    if message.chars().count() > 100 {
        faults.push("the message is longer than 100 characters".to_owned());
    }
    faults.extend(of_text("the message", message));
    for label in diagnostic.labels.iter().chain([&diagnostic.primary]) {
        faults.extend(of_text("a label", &label.text));
        if label.text.chars().count() > 80 {
            faults.push(format!("the label `{}` is longer than 80 characters", label.text));
        }
    }
    match &diagnostic.help {
        // A help may show lines to write; its first one is read aloud.
        Some(help) => faults.extend(of_text("the help", help.lines().next().unwrap_or_default())),
        None if diagnostic.severity() == Severity::Error => faults.push("there is no help".to_owned()),
        None => {}
    }
    for fix in &diagnostic.fixes {
        faults.extend(of_text("a fix", &fix.title));
    }
    faults
}

/// What is wrong with one text: it is to be read aloud by somebody who writes campaigns.
fn of_text(which: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if text.ends_with(['.', '!']) || text.ends_with(|c: char| c.is_whitespace()) {
        faults.push(format!("{which} ends with a stop"));
    }
    if text.contains('\n') || text.split('`').step_by(2).any(|own| own.contains("  ")) {
        faults.push(format!("{which} has a line break or a double space"));
    }
    if text.matches('`').count() % 2 == 1 {
        faults.push(format!("{which} has a backtick without its other one"));
    }
    // The author's own words, in backticks, may be any.
    let own: Vec<&str> = text.split('`').step_by(2).collect();
    let mut words = own.iter().flat_map(|part| part.split(|c: char| !c.is_alphanumeric() && c != '_'));
    if let Some(word) = words.find(|word| JARGON.contains(word)) {
        faults.push(format!("{which} says {word}"));
    }
    if let Some(phrase) = PHRASES.iter().find(|phrase| own.iter().any(|part| part.contains(**phrase))) {
        faults.push(format!("{which} says {phrase}"));
    }
    faults
}

/// Words of Rust and of those who write compilers.
#[rustfmt::skip]
const JARGON: &[&str] = &[
    "Option", "Vec", "String", "str", "usize", "u32", "i64", "f64", "None", "Some", "Box", "Arc", "Result", "tokens",
    "parse", "parser", "parsed", "lexer", "AST", "ident", "identifier", "expr", "operand", "operands", "variant", "struct",
    "null", "nil", "EOF", "undefined", "boolean", "integer", "array", "rvalue", "lvalue", "char", "scope",
    "invalid", "illegal", "unexpected", "Unexpected", "please", "oops", "sorry",
];
/// The same, in more than one word.
const PHRASES: &[&str] =
    &["expected one of", "end of input", "end of file", "syntax error", "type error", "failed to", "you must"];

/// A page tells what happens and why, shows it wrong and right, and fits on a screen or two.
#[test]
fn pages_have_a_shape() {
    let mut wrong = Vec::new();
    for code in Code::ALL {
        let path = root().join(format!("compiler/explain/{code}.md"));
        let text = read(&path);
        let mut fault = |what: &str| wrong.push(format!("{code}: {what}"));
        if !text.starts_with(&format!("# {code} {}\n\n", code.slug())) {
            fault("does not begin with its number and name");
        }
        let sections: Vec<&str> = text.lines().filter(|line| line.starts_with("## ")).collect();
        if sections != ["## Wrong", "## Right"] {
            fault("has other sections than Wrong and Right");
        }
        if text.lines().count() > 90 {
            fault("is longer than 90 lines");
        }
        let prose: String = text
            .split("\n## ")
            .next()
            .unwrap_or_default()
            .lines()
            .skip(2)
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        if text.split("```").step_by(2).flat_map(str::lines).any(|line| line.chars().count() > 160) {
            fault("has a line longer than 160 characters");
        }
        let words = prose.split_whitespace().count();
        if !(10..=160).contains(&words) {
            fault(&format!("explains in {words} words"));
        }
        let sentences = prose.split(['.', ':', ';']).map(|sentence| sentence.split_whitespace().count()).max();
        if sentences.is_some_and(|words| words > 45) {
            fault("has a sentence of more than 45 words");
        }
        if !prose.trim_end().ends_with(['.', ':']) {
            fault("its words do not end with a stop");
        }
        wrong.extend(
            of_text("the page", prose.trim_end_matches(['.', ' '])).into_iter().map(|f| format!("{code}: {f}")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
