//! Tidiness as a ratchet: sizes, first lines, stray notes, dead links. Old excess is listed with its size and may
//! only shrink.

#![allow(clippy::expect_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use flow_tests::{files, root};

/// Lines of a source file, tests at its end not counted.
const FILE_LINES_MAX: usize = 500;
/// Lines of a leaf: one step kind, gate, command, renderer.
const LEAF_LINES_MAX: usize = 250;
/// Folders in which each file is a leaf.
const LEAVES: &[&str] = &["runtime/machine/src/journey/steps", "runtime/machine/src/gates", "cli/src/commands"];

/// Files over their limit, with the size that they have: may shrink, never grow; new ones are split instead.
const TOO_LONG: &[(&str, usize)] = &[];

#[test]
fn files_are_short() {
    let listed: BTreeMap<&str, usize> = TOO_LONG.iter().copied().collect();
    let mut wrong = Vec::new();
    for path in sources() {
        let name = relative(&path);
        let lines = code_lines(&read(&path));
        let limit = if LEAVES.iter().any(|leaf| name.starts_with(leaf)) { LEAF_LINES_MAX } else { FILE_LINES_MAX };
        match listed.get(name.as_str()) {
            Some(&size) if lines > size => {
                wrong.push(format!("{name}: {lines} lines, it had {size}: it may only shrink"));
            }
            Some(&size) if lines < size => {
                wrong.push(format!("{name}: {lines} lines, less than the {size} listed: lower the figure in TOO_LONG"));
            }
            None if lines > limit => wrong.push(format!("{name}: {lines} lines, the limit is {limit}: split it")),
            Some(_) | None => {}
        }
    }
    for (name, _) in TOO_LONG {
        if !root().join(name).exists() {
            wrong.push(format!("{name} is listed in TOO_LONG and is gone"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_say_what_they_are_for() {
    let silent: Vec<_> =
        sources().into_iter().filter(|path| !read(path).starts_with("//! ")).map(|path| relative(&path)).collect();
    assert!(silent.is_empty(), "these files do not begin with a `//! ` line:\n{}", silent.join("\n"));
}

#[test]
fn no_stray_notes() {
    // The words are put together here so that this file does not find itself.
    let words =
        [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX"), concat!("todo", "!("), concat!("dbg", "!(")];
    let mut found = Vec::new();
    for path in sources() {
        for (number, line) in read(&path).lines().enumerate() {
            if words.iter().any(|word| line.contains(word)) {
                found.push(format!("{}:{}: {}", relative(&path), number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "notes that nobody will find again:\n{}", found.join("\n"));
}

#[test]
fn no_dead_files() {
    let mut dead = Vec::new();
    for path in sources() {
        let name = relative(&path);
        let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default().to_owned();
        let is_root = matches!(stem.as_str(), "lib" | "main" | "build") || !name.contains("/src/");
        if is_root {
            continue;
        }
        let folder = path.parent().expect("a folder");
        let parents =
            [folder.with_extension("rs"), folder.join("lib.rs"), folder.join("main.rs"), folder.join("mod.rs")];
        let declared = parents.iter().any(|parent| {
            let text = read(parent);
            text.lines().any(|line| {
                let line = line.trim();
                line.ends_with(&format!("mod {stem};"))
            })
        });
        if !declared {
            dead.push(name);
        }
    }
    assert!(dead.is_empty(), "no `mod` line leads to these files:\n{}", dead.join("\n"));
}

#[test]
fn miette_and_pest_stay_in_their_file() {
    for (word, home) in [("use miette::", "compiler/src/render/miette.rs"), ("pest_derive", "compiler/src/syntax/")] {
        let strays: Vec<_> = sources()
            .into_iter()
            .filter(|path| !relative(path).starts_with(home) && !relative(path).starts_with("tests/"))
            .filter(|path| read(path).contains(word))
            .map(|path| relative(&path))
            .collect();
        assert!(strays.is_empty(), "`{word}` is imported outside {home}: {strays:?}");
    }
}

#[test]
fn documents_name_only_what_exists() {
    let mut broken = Vec::new();
    for path in files(&root()).into_iter().filter(|path| path.extension().is_some_and(|e| e == "md")) {
        let folder = path.parent().expect("a folder");
        for link in links(&read(&path)) {
            let target = link.split('#').next().unwrap_or_default();
            if !target.is_empty() && !target.contains("://") && !folder.join(target).exists() {
                broken.push(format!("{}: {link}", relative(&path)));
            }
        }
    }
    for document in ["README.md", "ARCHITECTURE.md"] {
        for word in code_words(&read(&root().join(document))) {
            let looks_like_path = word.contains('/') && !word.contains([' ', '<', '*', '{', ':', '$']);
            let own =
                ["compiler/", "runtime/", "cli/", "tests/", "grammar/", "examples/", "lsp/", "editors/", "benches/"];
            if looks_like_path && own.iter().any(|o| word.starts_with(o)) && !root().join(&word).exists() {
                broken.push(format!("{document}: `{word}`"));
            }
        }
    }
    assert!(broken.is_empty(), "these places are named and do not exist:\n{}", broken.join("\n"));
}

#[test]
fn no_secret_and_no_host_is_written_down() {
    let patterns = [
        concat!("-----BEGIN ", "PRIVATE"),
        concat!("AK", "IA"),
        concat!("sk_", "live_"),
        concat!("registry = \"", "http"),
    ];
    let mut found = Vec::new();
    for path in files(&root()) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        for pattern in patterns {
            if text.contains(pattern) {
                found.push(format!("{}: {pattern}", relative(&path)));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The Rust files of the repository.
fn sources() -> Vec<PathBuf> {
    files(&root()).into_iter().filter(|path| path.extension().is_some_and(|e| e == "rs")).collect()
}

/// Lines up to the tests at the end of the file.
fn code_lines(text: &str) -> usize {
    text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).count()
}

/// Targets of `[text](target)`.
fn links(text: &str) -> Vec<String> {
    text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).map(str::to_owned).collect()
}

/// What stands between single backticks.
fn code_words(text: &str) -> Vec<String> {
    text.lines()
        .scan(false, |fenced, line| {
            if line.trim_start().starts_with("```") {
                *fenced = !*fenced;
            }
            Some(if *fenced { "" } else { line })
        })
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .map(str::to_owned)
        .collect()
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}
