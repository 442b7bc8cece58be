//! `--save-tests`: what shows a change, as tests of the language. A test is written when it passes on what is planned
//! and, where both sides have files, fails on what it is compared with.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use flow_compiler::compile_unproved;
use flow_compiler::format::format;
use flow_compiler::source::{FileKind, Sources};
use flow_machine::Engine;
use flow_review::plan::Plan;
use flow_runtime::testing::Bench;

use crate::failure::Failure;
use crate::layout::plural;
use crate::project::Project;
use crate::terminal::Terminal;

/// The name of the file while the tests are tried.
const TRIED: &str = "tests of a plan.flow";

/// Writes the tests, and says how many there are.
pub(super) fn save(
    path: &Path,
    plan: &Plan,
    (base, head): (Option<&Project>, Option<&Project>),
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let head = head.ok_or_else(|| {
        Failure::new("no test can be written for a side without files")
            .help("compare with a folder or a revision on the right")
    })?;
    if path.exists() {
        return Err(Failure::new(format!("`{}` is there already", path.display()))
            .help("tests are written to a new file: name another one"));
    }
    let mut kept: Vec<String> = Vec::new();
    let mut passed_over = 0_u64;
    for witness in plan.changes.iter().flat_map(|change| &change.witnesses) {
        let shows = witness.test.as_ref().map(|test| numbered(test, kept.len())).filter(|test| {
            passes(head, test) == Some(true) && base.is_none_or(|base| passes(base, test) != Some(true))
        });
        match shows {
            Some(test) => kept.push(test),
            None => passed_over += 1,
        }
    }
    let words = plural(kept.len() as u64, "test");
    if !kept.is_empty() {
        let text =
            format!("// What changes, shown by somebody: written by `flow plan --save-tests`.\n\n{}", kept.join("\n"));
        let text = format(&text).map_or_else(|_| text.clone(), |laid_out| laid_out.text());
        fs::write(path, text).map_err(|error| Failure::file("write", path, &error))?;
    }
    let rest = match passed_over {
        0 => String::new(),
        1 => "; for 1 witness none can be written".to_owned(),
        n => format!("; for {n} witnesses none can be written"),
    };
    terminal.note(&format!("{words} written to {}{rest}\n", path.display()));
    Ok(())
}

/// Names of tests are unique.
fn numbered(test: &str, number: usize) -> String {
    test.replacen("since this change\"", &format!("since this change, {}\"", number + 1), 1)
}

/// Whether a test passes in a project; nothing where it is none there.
fn passes(project: &Project, test: &str) -> Option<bool> {
    let mut sources = Sources::default();
    for (_, file) in project.sources.iter() {
        sources.add(file.path.clone(), file.kind, file.text.clone());
    }
    sources.add(TRIED, FileKind::Flow, test);
    let compilation = compile_unproved(&sources);
    let case = compilation.tests.into_iter().find(|case| case.file == TRIED)?;
    let engine = Engine::new(Arc::new(compilation.program?)).ok()?;
    Some(Bench::new(Arc::new(engine)).run(&case).is_none())
}
