//! `flow init`: every template with every kind of answer is a project that passes check, fmt and test; nothing that is
//! there is written over; the questions, asked on a terminal.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]
#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const TEMPLATES: [&str; 3] = ["shop", "saas", "newsletter"];

fn flow(folder: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flow"));
    command.args(words).current_dir(folder).env("NO_COLOR", "1").env("TZ", "Europe/Lisbon").output().unwrap()
}

fn good(folder: &Path, words: &[&str]) -> String {
    let output = flow(folder, words);
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "flow {words:?}: {said}");
    said
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// All files below a folder, by their paths in it.
fn files(folder: &Path) -> BTreeSet<String> {
    let (mut found, mut open) = (BTreeSet::new(), vec![folder.to_owned()]);
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found
}

#[test]
fn every_template_is_right_wherever_it_is_used() {
    let scratch = tempfile::tempdir().unwrap();
    let answers = [
        ("plain", "Europe/Berlin", "EUR"),
        ("A \"quoted\" # name \\", "America/New_York", "USD"),
        ("Šárka & søn", "Pacific/Auckland", "JPY"),
        ("x", "asia/kolkata", "inr"),
        ("y", "UTC", "TND"),
    ];
    for template in TEMPLATES {
        for (number, (name, zone, currency)) in answers.iter().enumerate() {
            let folder = format!("{template}{number}");
            let words = ["init", &folder, "--template", template, "--name", name, "--zone", zone];
            let words: Vec<&str> = words.into_iter().chain(["--currency", currency]).collect();
            good(scratch.path(), &words);
            let project = scratch.path().join(&folder);
            good(&project, &["check", "--deny-warnings"]);
            good(&project, &["fmt", "--check"]);
            good(&project, &["test"]);
            let settings = fs::read_to_string(project.join("flow.toml")).unwrap();
            assert!(settings.contains(&format!("currency = \"{}\"", currency.to_uppercase())), "{settings}");
        }
        let project = scratch.path().join(format!("{template}0"));
        good(&project, &["test", "--vary"]);
        let mut kept: BTreeSet<String> = files(&here().join("templates").join(template));
        kept.extend([".gitignore", ".gitattributes"].map(ToOwned::to_owned));
        assert_eq!(files(&project), kept, "what is written is what is kept in the tree");
        // Nothing is lost on the way, but for what was answered.
        let text = |folder: &Path, path: &str| fs::read_to_string(folder.join(path)).unwrap();
        for path in kept.iter().filter(|path| !path.starts_with(".git") && *path != "flow.toml") {
            assert_eq!(text(&project, path), text(&here().join("templates").join(template), path), "{path}");
        }
    }
}

#[test]
fn nothing_is_written_over() {
    let scratch = tempfile::tempdir().unwrap();
    fs::write(scratch.path().join("README.md"), "mine").unwrap();
    let said = good(scratch.path(), &["init", "--template", "shop"]);
    assert!(said.contains("README.md") && said.contains("left as it is"), "{said}");
    assert_eq!(fs::read_to_string(scratch.path().join("README.md")).unwrap(), "mine");
    let settings = fs::read_to_string(scratch.path().join("flow.toml")).unwrap();
    assert!(settings.contains("timezone = \"Europe/Lisbon\""), "{settings}");

    let again = flow(scratch.path(), &["init", "--template", "saas"]);
    assert_eq!(again.status.code(), Some(2));
    let other = scratch.path().join("other");
    fs::create_dir_all(&other).unwrap();
    fs::write(other.join("tests.flow"), "// mine").unwrap();
    let refused = flow(&other, &["init", "--template", "newsletter"]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(files(&other), BTreeSet::from(["tests.flow".to_owned()]), "all or nothing");
}

/// A terminal, by the pseudo-terminal of Python's own library.
#[test]
fn three_questions_on_a_terminal() {
    let scratch = tempfile::tempdir().unwrap();
    let script = r"
import os, pty, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], [sys.argv[1], 'init', 'letters'])
said = b''
for question, answer in zip(sys.argv[2::2], sys.argv[3::2]):
    while question.encode() not in said:
        said += os.read(fd, 4096)
    said = b''
    os.write(fd, answer.encode() + b'\n')
try:
    while data := os.read(fd, 4096):
        said += data
except OSError:
    pass
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status))
";
    let answers = [
        ("Template [newsletter]", "sass"),
        ("did you mean `saas`?", "newsletter"),
        ("Name [letters]", "Letters to all"),
        ("Zone [Europe/Lisbon]", "Berlin"),
        ("did you mean `Europe/Berlin`?", "Europe/Berlin"),
    ];
    let words = answers.iter().flat_map(|(question, answer)| [*question, *answer]);
    let output = Command::new("python3")
        .args(["-c", script, env!("CARGO_BIN_EXE_flow")])
        .args(words)
        .current_dir(scratch.path())
        .env("NO_COLOR", "1")
        .env("TZ", "Europe/Lisbon")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let settings = fs::read_to_string(scratch.path().join("letters/flow.toml")).unwrap();
    for line in ["name = \"Letters to all\"", "timezone = \"Europe/Berlin\"", "currency = \"EUR\""] {
        assert!(settings.contains(line), "{settings}");
    }
    good(&scratch.path().join("letters"), &["test"]);
}

#[test]
fn completions_and_manuals_can_be_read() {
    let scratch = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = good(scratch.path(), &["completions", shell]);
        assert!(script.contains("explain") && script.contains("deny-warnings"), "{shell}");
        let path = scratch.path().join(format!("flow.{shell}"));
        fs::write(&path, script).unwrap();
        if matches!(shell, "bash" | "zsh" | "fish") && has(shell) {
            let read = Command::new(shell).arg("-n").arg(&path).output().unwrap();
            assert!(read.status.success(), "{shell}: {}", String::from_utf8_lossy(&read.stderr));
        }
    }
    // The shell itself completes: `flow exp` is `flow explain`.
    let ask = "source flow.bash; COMP_WORDS=(flow exp); COMP_CWORD=1; _flow flow exp flow; echo \"${COMPREPLY[*]}\"";
    let said = Command::new("bash").args(["-c", ask]).current_dir(scratch.path()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&said.stdout).trim(), "explain");

    let said = good(scratch.path(), &["man", "--out", "man"]);
    let pages = files(&scratch.path().join("man"));
    assert!(said.starts_with(&format!("{} pages", pages.len())) && pages.contains("flow-check.1"), "{said} {pages:?}");
    if has("groff") {
        for page in pages {
            let path = scratch.path().join("man").join(&page);
            let read =
                Command::new("groff").args(["-Kutf8", "-man", "-ww", "-Tutf8", "-z"]).arg(&path).output().unwrap();
            let wrong = String::from_utf8_lossy(&read.stderr).into_owned();
            assert!(read.status.success() && wrong.is_empty(), "{page}: {wrong}");
        }
    }
}

fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}
