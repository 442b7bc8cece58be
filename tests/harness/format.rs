//! Any text through the formatter: it fails on nothing, loses nothing, and has nothing to do a second time.

#![expect(clippy::panic, reason = "a check of tests; a finding is a panic")]

use flow_compiler::diagnostic::{Code, Sink};
use flow_compiler::format::{format, same};
use flow_compiler::source::FileId;
use flow_compiler::syntax::{decode, parse, tree::File};

/// Formats the bytes as a text and looks at what comes of it.
///
/// # Panics
/// When something is not as it has to be: that is a finding.
pub fn formats(bytes: &[u8]) {
    let text = decode(bytes, FileId(0), &mut Sink::default());
    let formatted = format(&text).unwrap_or_else(|mismatch| panic!("{mismatch} at {}", mismatch.at));
    let once = formatted.text();
    if let Err(mismatch) = same(&text, &once) {
        panic!("{mismatch} at {}:\n{once}", mismatch.at);
    }
    let again = format(&once).unwrap_or_else(|mismatch| panic!("the second time: {mismatch} at {}", mismatch.at));
    assert_eq!(again.text(), once, "the second time it looks otherwise");
    assert_eq!(visible(&once), visible(&text), "other words");
    let (before, said) = read(&text);
    let (after, said_after) = read(&once);
    assert_eq!(before.items.len(), after.items.len(), "other items");
    let broken = |file: &File| file.items.iter().filter(|item| item.broken).count();
    assert_eq!(broken(&before), broken(&after), "other items that cannot be read");
    assert_eq!(said, said_after, "other mistakes");
    for range in &formatted.broken {
        let item = text.get(range.clone()).unwrap_or_else(|| panic!("a broken item between characters: {range:?}"));
        assert!(once.contains(item), "an item that cannot be read is another one: {item}");
    }
}

/// All that is no space. Not even characters that cannot be seen may get lost: they may stand in comments.
fn visible(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, ' ' | '\t' | '\r' | '\n')).collect()
}

/// The tree, and what is said in order. A carriage return alone is mended where it is no part of a broken item.
fn read(text: &str) -> (File, Vec<(Code, String)>) {
    let mut sink = Sink::default();
    let file = parse(FileId(0), text, &mut sink);
    let said = sink.finish().into_iter().map(|found| (found.code, found.message));
    let kept = said.filter(|(_, message)| message != "a line ends with a carriage return alone (U+000D)");
    (file, kept.collect())
}
