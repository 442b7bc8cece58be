//! Flow text to diagnostics and a graph.
//!
//! `text → chunks → syntax tree → model (resolved, typed) → graph`. Pure: files, time and settings are handed in.
//! A user's mistake is a value: every stage returns its best result and pushes what it finds into one sink.

mod check;
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
use source::{FileKind, Sources};
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
pub(crate) enum Proofs {
    Wanted,
    LeftOut,
}

fn compile_with(sources: &Sources, proofs: Proofs) -> Compilation {
    let mut sink = Sink::default();
    let flow = sources.iter().filter(|(_, file)| file.kind == FileKind::Flow);
    let files: Vec<_> = flow.map(|(id, file)| syntax::parse(id, &file.text, &mut sink)).collect();
    check_files(sources, &files, sink, proofs)
}

fn check_files(sources: &Sources, files: &[File], mut sink: Sink, proofs: Proofs) -> Compilation {
    let settings = settings::read(sources, &mut sink);
    let (checked, sink) = check::check(sources, files, &settings, sink, proofs);
    let sound = !sink.has_errors();
    let mut diagnostics = sink.finish();
    diagnostics.iter_mut().for_each(|diagnostic| diagnostic.on_characters(sources));
    Compilation {
        diagnostics,
        program: sound.then_some(checked.program),
        tests: if sound { checked.tests } else { Vec::new() },
        references: checked.references,
    }
}
