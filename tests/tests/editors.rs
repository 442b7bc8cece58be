//! Packages for editors: their lists of words come from the compiler's table, and what they make of a text agrees with
//! the compiler.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

#[path = "editors/corpus.rs"]
mod corpus;
#[path = "editors/textmate.rs"]
mod textmate;
#[path = "editors/tree_sitter.rs"]
mod tree_sitter;
#[path = "editors/vim.rs"]
mod vim;
#[path = "editors/vscode.rs"]
mod vscode;
#[path = "editors/words.rs"]
mod words;

use std::io::Write as _;
use std::process::{Command, Stdio};

use flow_tests::{golden, root};
use serde_json::Value;

/// Runs a script that is asked by its standard input and answers on its standard output.
fn ask(command: &mut Command, asked: &Value) -> Value {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(asked.to_string().as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "{command:?} has failed: see above");
    serde_json::from_slice(&done.stdout).unwrap()
}

#[test]
fn lists_of_words_are_made_from_the_table() {
    let editors = root().join("editors");
    let mut wrong = Vec::new();
    for made in words::MADE {
        let template = std::fs::read_to_string(editors.join(made.template)).unwrap();
        std::fs::create_dir_all(editors.join(made.file).parent().unwrap()).unwrap();
        wrong.extend(golden(&editors.join(made.file), &words::fill(&template, made.renames)).err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_template_makes_something() {
    let names = std::fs::read_dir(root().join("editors/templates")).unwrap();
    let unused: Vec<_> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| words::MADE.iter().all(|made| made.template != format!("templates/{name}")))
        .collect();
    assert!(unused.is_empty(), "no file is made of {unused:?}");
}
