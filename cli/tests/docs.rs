//! `flow docs` from end to end: the pages of an example, opened from the disk in a headless Chromium, which
//! `tests/services/install.sh` provides. Nothing is asked for but files, nothing is wrong, the search finds, and the
//! pages can be read: wide and narrow, light and dark, with the keyboard.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn flow(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_flow")).args(words).current_dir(root()).env("NO_COLOR", "1").output().unwrap()
}

/// One page of each part, by which the others are made too, and those that stand alone.
fn one_of_each(pages: Vec<String>) -> Vec<String> {
    let mut parts = std::collections::BTreeMap::new();
    for page in pages {
        let part = page.split('/').next().unwrap().to_owned();
        let whole = |page: &String| !page.ends_with("/index.html");
        if whole(&page) || !parts.contains_key(&part) {
            parts.insert(part, page);
        }
    }
    parts.into_values().collect()
}

/// The pages of a folder, those of the language apart.
fn pages(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().chain(fs::read_dir(folder).unwrap().flat_map(|entry| {
        let path = entry.unwrap().path();
        let inside = path.is_dir() && path.file_name().is_some_and(|name| name != "language");
        inside.then(|| fs::read_dir(path).unwrap()).into_iter().flatten()
    })) {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "html") {
            found.push(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
        }
    }
    found.sort();
    found
}

#[test]
fn a_browser_reads_them() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("site");
    let made = flow(&["docs", "examples/saas", "--out", folder.to_str().unwrap()]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let installed = Command::new("bash").arg(root().join("tests/services/install.sh")).output().unwrap();
    assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));
    let mut paths = pages(&folder);
    assert!(paths.len() > 35, "only {} pages: {paths:?}", paths.len());
    paths = one_of_each(paths);
    assert!(paths.len() > 10, "only {paths:?}");
    paths.push("sequences/index.html".to_owned());
    paths.extend(["index", "field", "test", "F2001", "F2052"].map(|name| format!("language/{name}.html")));
    let browser = root().join("cli/tests/site/browser.py");
    let looked = Command::new("python3")
        .arg(browser)
        .arg(&folder)
        .args(["video", "sequences/video_program.html"])
        .args(&paths)
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&looked.stdout), String::from_utf8_lossy(&looked.stderr));
    assert!(looked.status.success() && said.trim().is_empty(), "{said}");
}

#[test]
fn what_is_gone_has_no_page_and_other_things_stay() {
    let scratch = tempfile::tempdir().unwrap();
    let out = scratch.path().join("site");
    let out = out.to_str().unwrap();
    assert!(flow(&["docs", "examples/shop", "--out", out]).status.success());
    assert!(Path::new(out).join("segments/tea_lovers.html").exists());
    assert!(flow(&["docs", "examples/saas", "--out", out]).status.success());
    assert!(!Path::new(out).join("segments/tea_lovers.html").exists(), "a page of something that is gone");
    assert!(Path::new(out).join("segments/customers.html").exists());

    let other = scratch.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("index.html"), "mine").unwrap();
    let refused = flow(&["docs", "examples/shop", "--out", other.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(fs::read_to_string(other.join("index.html")).unwrap(), "mine");

    let wrong = flow(&["docs", "examples/mistakes", "--out", scratch.path().join("none").to_str().unwrap()]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(!scratch.path().join("none").exists());
}
