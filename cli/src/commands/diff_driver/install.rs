//! `flow diff-driver --install`: tells git to show `.flow` files by it.

use std::path::Path;
use std::process::Command;

use crate::failure::{Exit, Failure};
use crate::git::Repository;
use crate::project;
use crate::terminal::{DIM, Terminal};

/// What git calls the driver.
const LINE: &str = "*.flow diff=flow";
/// What is set: for `git diff`, for hunks of `git log -p` and `git show`, and for `git diff --word-diff`.
const SETTINGS: &[(&str, &str)] = &[
    ("diff.flow.command", "flow diff-driver"),
    ("diff.flow.xfuncname", "^([a-z][^{]*)"),
    ("diff.flow.wordRegex", r#""[^"]*"|[A-Za-z0-9_.]+%?|[^[:space:]]"#),
];

pub(super) fn install(everywhere: bool, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let here = Path::new(".");
    if !everywhere && Repository::of(here)?.is_none() {
        return Err(Failure::new("this folder is in no git repository")
            .help("go into one, or set it for all of yours with `flow diff-driver --install --global`"));
    }
    let scope = if everywhere { "--global" } else { "--local" };
    for (key, value) in SETTINGS {
        let output = Command::new("git").args(["config", scope, key, value]).output();
        let output = output.map_err(|error| Failure::new(format!("`git` cannot be run: {error}")))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(Failure::new(format!("git cannot set `{key}`: {said}")));
        }
    }
    let whose = if everywhere { "your git configuration" } else { "the configuration of this repository" };
    let mut text = format!("{whose} has\n");
    SETTINGS.iter().for_each(|(key, value)| text.push_str(&format!("  {key:<20}  {value}\n")));
    let root = project::root(None).ok();
    // Projects below this folder are meant as well.
    let root = root.or_else(|| (!everywhere).then(|| here.to_path_buf()));
    if let Some(root) = root {
        text.push_str(&attributes(&root)?);
    }
    text.push_str(
        &terminal.paint(DIM, "`git diff` names the items of a change now; `git log -p --ext-diff` does, too\n"),
    );
    terminal.say(&text);
    Ok(Exit::Done)
}

/// Names the driver in the attributes of a project, where nothing does.
fn attributes(root: &Path) -> Result<String, Failure> {
    let path = root.join(".gitattributes");
    let shown = path.strip_prefix("./").unwrap_or(&path).display().to_string();
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    if known.lines().any(|line| line.starts_with("*.flow ") && line.contains("diff=")) {
        return Ok(format!("{shown} names it already\n"));
    }
    let gap = if known.is_empty() || known.ends_with('\n') { "" } else { "\n" };
    std::fs::write(&path, format!("{known}{gap}{LINE}\n")).map_err(|error| Failure::file("write", &path, &error))?;
    Ok(format!("{shown} has `{LINE}`: commit it\n"))
}
