//! The language server as real clients drive it: the library that VS Code's client is made of, and Neovim.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::let_underscore_must_use,
    reason = "a test may panic"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

/// No client takes longer than this for all that it does.
const PATIENCE: Duration = Duration::from_secs(60);

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// The folder with what is installed for tests.
fn services() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("services");
    let script = repository().join("tests/services/install.sh");
    let done = Command::new("bash").arg(script).arg(&folder).stdout(Stdio::null()).stderr(Stdio::inherit()).status();
    assert!(done.unwrap().success(), "the clients that this test needs could not be installed: see above");
    folder
}

/// A copy of an example that may be changed, in a folder whose name an address has to spell in another way.
fn example(name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("mein Geschäft #1");
    let from = repository().join("examples").join(name);
    let mut open = vec![PathBuf::new()];
    while let Some(folder) = open.pop() {
        std::fs::create_dir_all(copy.join(&folder)).unwrap();
        for entry in std::fs::read_dir(from.join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = folder.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                open.push(path);
            } else {
                std::fs::copy(entry.path(), copy.join(path)).unwrap();
            }
        }
    }
    (folder, copy)
}

/// Runs a client to its end; what it says is shown when something is not as it should be.
fn drive(client: &mut Command) {
    let log = tempfile::tempfile().unwrap();
    client.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log.try_clone().unwrap());
    let mut child = client.spawn().unwrap();
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break Some(status);
        }
        if began.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            break None;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    if status.is_none_or(|status| !status.success()) {
        let mut said = String::new();
        let mut log = log;
        std::io::Seek::rewind(&mut log).unwrap();
        std::io::Read::read_to_string(&mut log, &mut said).unwrap();
        panic!("{}\n{said}", if status.is_none() { "the client does not end" } else { "the client has failed" });
    }
}

fn protocol(encoding: &str, pulls: bool) {
    let (_folder, project) = example("shop");
    let asked = json!({
        "flow": env!("CARGO_BIN_EXE_flow"),
        "project": project,
        "encoding": encoding,
        "pulls": pulls,
    });
    let mut client = Command::new("node");
    client.arg(repository().join("cli/tests/lsp_clients/protocol.cjs")).arg(asked.to_string());
    drive(client.env("NODE_PATH", services().join("vscode/node_modules")));
}

#[test]
fn a_client_that_counts_bytes_and_asks_for_problems() {
    protocol("utf-8", true);
}

#[test]
fn a_client_that_counts_utf_16_and_is_told_of_problems() {
    protocol("utf-16", false);
}

#[test]
fn neovim() {
    services();
    let (_folder, project) = example("shop");
    let mut client = Command::new("nvim");
    client.args(["--headless", "--clean", "--cmd"]);
    client.arg(format!("set runtimepath^={}", repository().join("editors/neovim").display()));
    client.args(["--cmd", &format!("let g:flow_path = '{}'", env!("CARGO_BIN_EXE_flow"))]);
    client.args(["-c", &format!("luafile {}", repository().join("cli/tests/lsp_clients/neovim.lua").display())]);
    drive(client.current_dir(&project).env("XDG_STATE_HOME", project.join(".state")));
}

/// The extension as it is packaged, without VS Code around it.
#[test]
fn the_extension_of_vs_code() {
    let (folder, project) = example("shop");
    let modules = services().join("vscode/node_modules");
    let bundle = folder.path().join("extension.js");
    let mut esbuild = Command::new(modules.join(".bin/esbuild"));
    esbuild.arg(repository().join("editors/vscode/src/extension.ts")).arg(format!("--outfile={}", bundle.display()));
    esbuild.args(["--bundle", "--platform=node", "--format=cjs", "--external:vscode", "--log-level=error"]);
    drive(esbuild.env("NODE_PATH", &modules));
    let asked = json!({ "flow": env!("CARGO_BIN_EXE_flow"), "project": project, "bundle": bundle });
    let mut client = Command::new("node");
    client.arg(repository().join("cli/tests/lsp_clients/vscode.cjs")).arg(asked.to_string());
    drive(&mut client);
}
