//! `flow` in git: what `git diff` shows, the hook, and the job that reviews a change, each in a real repository.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a test may panic"
)]
#![cfg(unix)]

#[path = "git/driver.rs"]
mod driver;
#[path = "git/hook.rs"]
mod hook;
#[path = "git/hosts.rs"]
mod hosts;
#[path = "git/job.rs"]
mod job;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const SETTINGS: &str = r#"[project]
name = "lamp"
language = 1
timezone = "Europe/Berlin"

[channels.email]
kind = "console"
"#;

const WORLD: &str = r#"contact {
  email: email?
}

event signed_up as "Signed Up" {
  plan: text?
}

topic news { consent opt_in }

message hello {
  channel email
  topic news
  subject "Hello"
  body "Welcome."
}

message later {
  channel email
  topic news
  subject "Still there?"
  body "Are you?"
}

/// Whoever is new.
sequence welcome {
  enter on signed_up
  send hello
  wait up to 2 days {
    on clicked(hello) {
      send later
    }
    timeout {
      exit
    }
  }
}
"#;

/// A repository with a project in `shop`, whose `flow` is the one that is tested.
struct Repository {
    folder: TempDir,
    bin: TempDir,
}

impl Repository {
    fn new() -> Self {
        let repository = Self { folder: tempfile::tempdir().unwrap(), bin: tempfile::tempdir().unwrap() };
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_flow"), repository.bin.path().join("flow")).unwrap();
        repository.git(&["init", "-q", "-b", "main"]);
        repository.write("shop/flow.toml", SETTINGS);
        repository.write("shop/world.flow", WORLD);
        repository.write("shop/.gitattributes", "*.flow diff=flow\n");
        repository.commit("a project");
        repository
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes the world with something else in it.
    fn change(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.at("shop/world.flow")).unwrap();
        assert!(text.contains(from), "no `{from}` in {text}");
        self.write("shop/world.flow", &text.replacen(from, to, 1));
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--no-verify", "-m", message]);
    }

    /// A program in the repository, with the tested `flow` on its path and nobody's settings of git.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.path());
        let path = format!("{}:{}", self.bin.path().display(), std::env::var("PATH").unwrap());
        command.env("PATH", path).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Ana").env(format!("GIT_{who}_EMAIL"), "ana@acme.example");
        }
        // The job in which this test runs is another one.
        for variable in ["GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "CI_MERGE_REQUEST_IID", "COLUMNS"] {
            command.env_remove(variable);
        }
        command
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = self.command("git").args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    }
}

/// Both streams.
fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A file of `packaging/`.
fn packaging(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("packaging").join(path)
}

fn executable(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
