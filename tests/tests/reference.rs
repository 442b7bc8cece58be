//! What the documents show is true: each `flow` block of the reference and of the README compiles.

#![allow(clippy::expect_used, reason = "a test may panic")]

use flow_tests::{blocks, lines, root, texts};

#[test]
fn the_reference_compiles() {
    let reference = read("grammar/README.md");
    let prelude = read("grammar/prelude.flow");
    let mut wrong = Vec::new();
    let mut compiled = 0;
    for (words, line, block) in blocks(&reference) {
        let sources = match words.as_str() {
            "flow" => texts(&[("prelude.flow", &prelude), ("block.flow", &block)]),
            "flow alone" => texts(&[("block.flow", &block)]),
            _ => continue,
        };
        compiled += 1;
        let found: Vec<_> = flow_compiler::compile(&sources).diagnostics;
        // The prelude declares more than one block uses, and a block shows one thing and not what hangs on it.
        let serious: Vec<_> = found.into_iter().filter(|d| !d.code.number().starts_with("F9")).collect();
        if !serious.is_empty() {
            wrong.push(format!("grammar/README.md, block at line {line}:\n{}", lines(&sources, &serious)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(compiled > 20, "only {compiled} blocks were found");
}

#[test]
fn the_readme_compiles() {
    let prelude = read("grammar/prelude.flow");
    let readme = read("README.md");
    let (_, _, block) = blocks(&readme).into_iter().find(|(words, _, _)| words == "flow").expect("a screenful of flow");
    // The block brings its own `score lead`, which the prelude has too for the reference.
    let names = ["score lead", "segment pricing_watchers", "sequence cart_recovery"];
    let rest = without_items(&prelude, &names);
    let sources = texts(&[("prelude.flow", &rest), ("readme.flow", &block)]);
    let found = flow_compiler::compile(&sources).diagnostics;
    let serious: Vec<_> = found.into_iter().filter(|d| !d.code.number().starts_with("F9")).collect();
    assert!(serious.is_empty(), "{}", lines(&sources, &serious));
}

/// The text without the items that begin with one of these words.
fn without_items(text: &str, heads: &[&str]) -> String {
    let mut kept = String::new();
    let mut skipping = false;
    for line in text.lines() {
        if !line.starts_with([' ', '}', '/']) && !line.is_empty() {
            skipping = heads.iter().any(|head| line.starts_with(&format!("{head} ")));
        }
        if !skipping {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).expect("a file of the repository")
}
