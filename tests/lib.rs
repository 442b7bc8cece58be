//! Helpers that several test files share.

pub mod harness;
pub mod history;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flow_compiler::diagnostic::Diagnostic;
use flow_compiler::source::{FileKind, Sources};

/// The folder of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// All files below a folder of the repository, in the order of their paths, without what is built or hidden.
#[must_use]
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if path.is_dir() {
                if !name.starts_with('.') && !matches!(name.as_ref(), "target" | "node_modules") {
                    open.push(path);
                }
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A `flow.toml` for texts that bring none.
pub const SETTINGS: &str = r#"[project]
name = "test"
language = 1
timezone = "Europe/Berlin"
currency = "EUR"

[channels.email]
kind = "smtp"
url = "env:SMTP_URL"
from = "Acme <hello@acme.example>"

[connectors.crm]
kind = "http"
url = "env:CRM_URL"
secret = "env:CRM_SECRET"
"#;

/// The sources of a project's folder: its settings, its `.flow` files, its templates.
#[must_use]
pub fn project(folder: &Path) -> Sources {
    let mut sources = Sources::default();
    for path in files(folder) {
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let kind = match name.as_str() {
            "flow.toml" => FileKind::Settings,
            _ if name.ends_with(".flow") => FileKind::Flow,
            _ if name.starts_with("templates/") => FileKind::Template,
            _ => continue,
        };
        sources.add(name, kind, std::fs::read_to_string(&path).unwrap_or_default());
    }
    sources
}

/// A project of the default settings and some texts, as `(path, text)`.
#[must_use]
pub fn texts(files: &[(&str, &str)]) -> Sources {
    let mut sources = Sources::default();
    if files.iter().all(|(path, _)| *path != "flow.toml") {
        sources.add("flow.toml", FileKind::Settings, SETTINGS);
    }
    for (path, text) in files {
        let kind = match *path {
            "flow.toml" => FileKind::Settings,
            _ if path.ends_with(".flow") => FileKind::Flow,
            _ => FileKind::Template,
        };
        sources.add(*path, kind, *text);
    }
    sources
}

/// What was found, a line each: `path:line: F1001 message`.
#[must_use]
pub fn lines(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let line = |d: &Diagnostic| {
        let (path, line) = (sources.path(d.primary.span.file), sources.line(d.primary.span));
        format!("{path}:{line}: {} {}", d.code, d.message)
    };
    diagnostics.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Compares a text with its golden file; with `UPDATE_EXPECT=1` the file is written instead.
///
/// # Errors
/// What differs, as a unified diff.
pub fn golden(path: &Path, actual: &str) -> Result<(), String> {
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    if expected == actual {
        return Ok(());
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        return std::fs::write(path, actual).map_err(|error| format!("{}: {error}", path.display()));
    }
    let diff = similar::TextDiff::from_lines(expected.as_str(), actual);
    let shown = diff.unified_diff().header("expected", "actual").to_string();
    Err(format!("{}\n{shown}\nUPDATE_EXPECT=1 writes what is there now; read it before you commit", path.display()))
}

/// The fenced blocks of a Markdown text: the words behind the fence, the line on which it starts, and the text.
#[must_use]
pub fn blocks(text: &str) -> Vec<(String, usize, String)> {
    let mut found = Vec::new();
    let mut open: Option<(String, usize, String)> = None;
    for (number, line) in text.lines().enumerate() {
        let fence = line.trim_start().strip_prefix("```");
        match (&mut open, fence) {
            (None, Some(words)) => open = Some((words.trim().to_owned(), number + 1, String::new())),
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some((_, _, block)), None) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

/// The folder with what tests run that is written in other languages, and the Python of it; installed when it is not
/// there yet.
///
/// # Errors
/// What could not be installed is on the standard error output.
pub fn services(scratch: &str) -> Result<(PathBuf, PathBuf), String> {
    let folder = Path::new(scratch).parent().unwrap_or(Path::new(scratch)).join("services");
    let script = root().join("tests/services/install.sh");
    let done = Command::new("bash").arg(script).arg(&folder).stderr(Stdio::inherit()).output();
    match done {
        Ok(done) if done.status.success() => {
            let python = PathBuf::from(String::from_utf8_lossy(&done.stdout).trim());
            Ok((folder, python))
        }
        Ok(_) => Err("what this test needs could not be installed: see above".to_owned()),
        Err(error) => Err(format!("bash: {error}")),
    }
}
