//! Flow text to diagnostics and a graph.
//!
//! `text → chunks → syntax tree → model (resolved, typed) → graph`. Pure: files, time and settings are handed in.
//! A user's mistake is a value: every stage returns its best result and pushes what it finds into one sink.

mod check;
pub mod country;
pub mod diagnostic;
pub mod explain;
pub mod fix;
pub mod format;
pub mod keywords;
pub mod names;
pub mod prove;
pub mod render;
pub mod settings;
pub mod source;
pub mod suggest;
pub mod syntax;
mod template;

use flow_graph::Program;
use flow_graph::testcase::TestCase;

use diagnostic::{Diagnostic, Sink};
use names::References;
use source::{FileId, FileKind, Sources};
use syntax::tree::File;

/// What a project was found to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Compilation {
    /// Everything there is to say, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// The program; none when there is an error.
    pub program: Option<Program>,
    /// The tests; none when there is an error.
    pub tests: Vec<TestCase>,
    /// Where names are declared and used.
    pub references: References,
}

/// Compiles a project: `flow.toml`, all `.flow` files and the templates.
#[must_use]
pub fn compile(sources: &Sources) -> Compilation {
    compile_with(sources, Proofs::Wanted)
}

/// The same without what is proved of it: a program in which something can never happen, or goes round for ever, still
/// runs. That is how the example of a loop is played, and how proofs are compared with what the machine does.
#[must_use]
pub fn compile_unproved(sources: &Sources) -> Compilation {
    compile_with(sources, Proofs::LeftOut)
}

/// Whether a sound program is looked at by the prover too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proofs {
    /// It is.
    Wanted,
    /// It is not, which halves the work once the files are read.
    LeftOut,
}

/// One `.flow` file read by itself: its tree, and what there is to say of its text alone. It depends on nothing but the
/// text and the number of the file, so whoever edits one file of many keeps the others.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// What it says.
    pub tree: File,
    /// What is wrong with the text.
    found: Vec<Diagnostic>,
}

/// Reads one `.flow` file.
#[must_use]
pub fn parse(file: FileId, text: &str) -> Parsed {
    let mut sink = Sink::default();
    let tree = syntax::parse(file, text, &mut sink);
    Parsed { tree, found: sink.into_found() }
}

/// What an editor wants to know of a project, sound or not.
#[derive(Debug, Clone)]
pub struct Analysis {
    /// Everything there is to say, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// The program: with an error in it, it has an entry for each declared name, and of what is wrong nothing else is
    /// to be relied on.
    pub program: Program,
    /// No error was found: the program may be run.
    pub sound: bool,
    /// The tests, those that could be read.
    pub tests: Vec<TestCase>,
    /// Where names are declared and used.
    pub references: References,
}

/// Checks a project whose `.flow` files have been read one by one: all of them, in the order of their numbers.
#[must_use]
pub fn analyse<'p>(sources: &Sources, parsed: impl IntoIterator<Item = &'p Parsed>, proofs: Proofs) -> Analysis {
    let mut sink = Sink::default();
    let mut files = Vec::new();
    for parsed in parsed {
        parsed.found.iter().cloned().for_each(|diagnostic| sink.push(diagnostic));
        files.push(&parsed.tree);
    }
    let settings = settings::read(sources, &mut sink);
    let (checked, sink) = check::check(sources, &files, &settings, sink, proofs);
    let sound = !sink.has_errors();
    let mut diagnostics = sink.finish();
    diagnostics.iter_mut().for_each(|diagnostic| diagnostic.on_characters(sources));
    let check::Checked { program, tests, references } = checked;
    Analysis { diagnostics, program, sound, tests, references }
}

fn compile_with(sources: &Sources, proofs: Proofs) -> Compilation {
    let flow = sources.iter().filter(|(_, file)| file.kind == FileKind::Flow);
    let parsed: Vec<Parsed> = flow.map(|(id, file)| parse(id, &file.text)).collect();
    let Analysis { diagnostics, program, sound, tests, references } = analyse(sources, &parsed, proofs);
    let tests = if sound { tests } else { Vec::new() };
    Compilation { diagnostics, program: sound.then_some(program), tests, references }
}
