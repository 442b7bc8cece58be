//! What the fuzz targets have found or kept, as an ordinary test: each file of `fuzz/corpus/` through the same checks.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use flow_tests::harness::{format, machine, request, text};
use flow_tests::{files, root};

#[test]
fn parse() {
    replay("parse", text::compiles);
}

/// The formatter has no corpus of its own: it takes the texts that the parser has one of.
#[test]
fn format() {
    replay("parse", format::formats);
}

#[test]
fn machine() {
    replay("machine", machine::drives);
}

#[test]
fn request() {
    replay("request", request::takes);
}

/// A corpus is for every checkout: small.
#[test]
fn the_corpus_is_small() {
    let found = files(&root().join("fuzz/corpus"));
    let bytes: u64 = found.iter().map(|path| path.metadata().unwrap().len()).sum();
    assert!(found.len() <= 900 && bytes <= 600_000, "{} files, {bytes} bytes: `cargo fuzz cmin`", found.len());
}

fn replay(target: &str, check: fn(&[u8])) {
    let mut wrong = Vec::new();
    let found = files(&root().join("fuzz/corpus").join(target));
    for path in &found {
        let bytes = std::fs::read(path).unwrap();
        if catch_unwind(AssertUnwindSafe(|| check(&bytes))).is_err() {
            wrong.push(path.display().to_string());
        }
    }
    assert!(wrong.is_empty(), "these no longer pass:\n{}", wrong.join("\n"));
    assert!(!found.is_empty(), "there is no corpus of `{target}`");
}
