//! The command from end to end, as people use it: each `console` block of `tests/cmd/*.md` is a case.
//!
//! A block holds `$ command` lines, each with all that the command writes (both streams) and, when it is not 0, its
//! exit code as `? 2`. Commands run in `sh` in the repository's folder; `$TMP` is an empty folder of the file. Figures
//! that differ from run to run are written as `[..]`. `UPDATE_EXPECT=1` rewrites the files.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn commands() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<PathBuf> =
        fs::read_dir(here.join("tests/cmd")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut wrong = Vec::new();
    for path in files {
        let known = fs::read_to_string(&path).unwrap();
        let actual = replay(&known, here.parent().unwrap());
        if actual == known {
            continue;
        }
        if update {
            fs::write(&path, &actual).unwrap();
        } else {
            wrong.push(format!("{}:\n{}", path.display(), difference(&known, &actual)));
        }
    }
    assert!(wrong.is_empty(), "UPDATE_EXPECT=1 rewrites\n{}", wrong.join("\n"));
}

/// The document with what the commands write today.
fn replay(document: &str, root: &Path) -> String {
    let scratch = tempfile::tempdir().unwrap();
    let mut out = String::new();
    let mut inside = false;
    for line in document.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        }
        match line.strip_prefix("$ ") {
            Some(command) if inside => out.push_str(&run(command, root, scratch.path())),
            _ if inside && line != "```console" => {}
            _ => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    out
}

fn run(command: &str, root: &Path, scratch: &Path) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_flow"));
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .current_dir(root)
        .env_clear()
        .env("PATH", format!("{}:{path}", binary.parent().unwrap().display()))
        .env("TMP", scratch)
        .env("LANG", "C.UTF-8")
        .output()
        .unwrap();
    let written = String::from_utf8(output.stdout).unwrap().replace(&*scratch.to_string_lossy(), "$TMP");
    let mut text = format!("$ {command}\n");
    for line in written.lines() {
        text.push_str(&steady(line));
        text.push('\n');
    }
    match output.status.code() {
        Some(0) => {}
        Some(code) => text.push_str(&format!("? {code}\n")),
        None => text.push_str("? killed\n"),
    }
    text
}

/// A line without the time that this run took and its rate: ` in 85 ms, 2,000 events/s` is ` in [..]`.
fn steady(line: &str) -> String {
    let figure = |word: Option<&&str>| word.is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    let words: Vec<&str> = line.split(' ').collect();
    let mut out: Vec<&str> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        out.push(words[at]);
        let unit = words.get(at + 2).map(|unit| unit.trim_end_matches(','));
        if words[at] == "in" && figure(words.get(at + 1)) && matches!(unit, Some("ms" | "s")) {
            out.push("[..]");
            let rate = words.get(at + 4).is_some_and(|word| word.starts_with("events/s"));
            at += if rate { 4 } else { 2 };
        }
        at += 1;
    }
    out.join(" ")
}

fn difference(known: &str, actual: &str) -> String {
    similar::TextDiff::from_lines(known, actual)
        .iter_all_changes()
        .filter(|change| change.tag() != similar::ChangeTag::Equal)
        .map(|change| format!("{}{change}", change.tag()))
        .collect()
}
