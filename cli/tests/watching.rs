//! `--watch` as a real process: it runs again after a change, lives through a broken project, and ends on Ctrl-C.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]
#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

/// Longer than any run takes, also on a busy machine; a test that waits for so long has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process that is watched line by line, and that does not outlive its test.
struct Watched {
    child: Child,
    lines: Receiver<String>,
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Watched {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 2>&1", env!("CARGO_BIN_EXE_flow")])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// Reads up to a line with a word in it; all lines on the way.
    fn until(&self, word: &str) -> String {
        let end = Instant::now() + PATIENCE;
        let mut seen = String::new();
        while let Ok(line) = self.lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
            seen.push_str(&line);
            seen.push('\n');
            if line.contains(word) {
                return seen;
            }
        }
        panic!("`{word}` did not come; seen:\n{seen}");
    }

    /// Ctrl-C.
    fn interrupt(mut self) -> ExitStatus {
        Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("it does not end");
    }
}

fn copy(project: &str, to: &Path) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/projects").join(project);
    for name in ["flow.toml", "main.flow"] {
        fs::copy(from.join(name), to.join(name)).unwrap();
    }
}

#[test]
fn tests_run_again_after_each_change() {
    let folder = tempfile::tempdir().unwrap();
    copy("right", folder.path());
    let main = folder.path().join("main.flow");
    let right = fs::read_to_string(&main).unwrap();
    let watched = Watched::start(&["test", folder.path().to_str().unwrap(), "--watch"]);
    let seen = watched.until("waiting for changes");
    assert!(seen.contains("1 test passed"), "{seen}");

    fs::write(&main, right.replace("wait 1h", "wait 9h")).unwrap();
    let seen = watched.until("waiting for changes");
    assert!(seen.contains("main.flow has changed") && seen.contains("1 of 1 test failed"), "{seen}");
    assert!(!seen.contains('\u{1b}'), "no terminal, no clearing: {seen:?}");

    fs::write(&main, "segment broken {").unwrap();
    let seen = watched.until("waiting for changes");
    assert!(seen.contains("F1010"), "{seen}");

    fs::remove_file(folder.path().join("flow.toml")).unwrap();
    watched.until("waiting for changes");
    copy("right", folder.path());
    let seen = watched.until("waiting for changes");
    assert!(seen.contains("1 test passed"), "{seen}");
    assert_eq!(watched.interrupt().code(), Some(0));
}

#[test]
fn a_check_is_watched_too_and_ends_with_the_code_of_the_last_run() {
    let folder = tempfile::tempdir().unwrap();
    copy("right", folder.path());
    let watched = Watched::start(&["check", folder.path().to_str().unwrap(), "--watch"]);
    watched.until("no problems");
    watched.until("waiting for changes");
    fs::create_dir(folder.path().join("more")).unwrap();
    // A new folder is watched from when it is seen: the file in it is written until it is.
    let end = Instant::now() + PATIENCE;
    let mut seen = String::new();
    while !seen.contains("waiting") && Instant::now() < end {
        fs::write(folder.path().join("more/more.flow"), "segment empty { nothing }").unwrap();
        std::thread::sleep(Duration::from_millis(200));
        seen.extend(watched.lines.try_iter());
    }
    assert!(seen.contains("F2001"), "{seen}");
    assert_eq!(watched.interrupt().code(), Some(1));
}
