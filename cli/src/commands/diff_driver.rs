//! `flow diff-driver`: how git shows what changed in a `.flow` file: which items, and a patch that names them.

mod install;
mod patch;
mod summary;

use std::path::Path;

use crate::args::git::DiffDriverArgs;
use crate::diff::painted;
use crate::failure::{Exit, Failure};
use crate::layout::columns;
use crate::terminal::{BOLD, Terminal};
use patch::Side;

/// Where git has nothing on one side.
const NOTHING: &str = "/dev/null";

/// A file as git hands it over on one side.
struct File {
    /// Where its content is.
    content: String,
    /// The hash of its content, or zeros where it was not stored yet.
    hash: String,
    /// Its kind, such as `100644`.
    mode: String,
}

impl File {
    fn exists(&self) -> bool {
        self.content != NOTHING
    }

    /// Its text; nothing where it is none.
    fn text(&self) -> Result<Option<String>, Failure> {
        if !self.exists() {
            return Ok(Some(String::new()));
        }
        let path = Path::new(&self.content);
        let bytes = std::fs::read(path).map_err(|error| Failure::file("read", path, &error))?;
        Ok(String::from_utf8(bytes).ok())
    }

    fn short(&self) -> &str {
        self.hash.get(..7).unwrap_or(&self.hash)
    }
}

pub(crate) fn run(args: &DiffDriverArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    if args.install {
        return install::install(args.global, terminal);
    }
    match args.words.as_slice() {
        [path] => {
            terminal.say(&format!("* Unmerged path {path}\n"));
            Ok(Exit::Done)
        }
        [path, old, old_hash, old_mode, new, new_hash, new_mode, renamed @ ..] => {
            let file = |content: &String, hash: &String, mode: &String| File {
                content: content.clone(),
                hash: hash.clone(),
                mode: mode.clone(),
            };
            let files = [file(old, old_hash, old_mode), file(new, new_hash, new_mode)];
            let to = renamed.first().unwrap_or(path);
            let text = shown(path, to, &files, terminal)?;
            terminal.say(&text);
            Ok(Exit::Done)
        }
        _ => Err(Failure::new("git hands over a file with seven words, and these are others")
            .help("`flow diff-driver --install` has git do so; then use `git diff`")),
    }
}

/// What is shown of a file; where only its mode changed, that.
fn shown(path: &str, to: &str, [old, new]: &[File; 2], terminal: &Terminal) -> Result<String, Failure> {
    let mut head = format!("diff --git a/{path} b/{to}\n");
    match (old.exists(), new.exists()) {
        (false, _) => head.push_str(&format!("new file mode {}\n", new.mode)),
        (_, false) => head.push_str(&format!("deleted file mode {}\n", old.mode)),
        (true, true) if old.mode != new.mode => {
            head.push_str(&format!("old mode {}\nnew mode {}\n", old.mode, new.mode));
        }
        (true, true) => {}
    }
    if path != to {
        head.push_str(&format!("rename from {path}\nrename to {to}\n"));
    }
    let (Some(before), Some(after)) = (old.text()?, new.text()?) else {
        return Ok(format!("{head}Binary files a/{path} and b/{to} differ\n"));
    };
    let (before, after) = (Side::new(&before), Side::new(&after));
    let hunks = patch::hunks(&before, &after, terminal.width, terminal.unicode);
    if hunks.is_empty() {
        return Ok(painted(&head, terminal));
    }
    let mode = if old.exists() && old.mode == new.mode { format!(" {}", new.mode) } else { String::new() };
    head.push_str(&format!("index {}..{}{mode}\n", old.short(), new.short()));
    let from = if old.exists() { format!("a/{path}") } else { NOTHING.to_owned() };
    let onto = if new.exists() { format!("b/{to}") } else { NOTHING.to_owned() };
    head.push_str(&format!("--- {from}\n+++ {onto}\n"));
    // Whoever applies a patch passes over what stands before it.
    let mut text = format!("{}\n", terminal.paint(BOLD, to));
    text.push_str(&columns(&summary::rows(&before, &after), terminal.width));
    Ok(text + &painted(&(head + &hunks), terminal))
}
