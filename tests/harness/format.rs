//! Any text through the formatter: it fails on nothing, loses nothing, and has nothing to do a second time.

#![expect(clippy::panic, reason = "a check of tests; a finding is a panic")]

use flow_compiler::diagnostic::Sink;
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
    assert_eq!((broken(&before), said), (broken(&after), said_after), "other mistakes");
}

/// All that is no space.
fn visible(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_whitespace() && *c != '\u{feff}').collect()
}

fn read(text: &str) -> (File, usize) {
    let mut sink = Sink::default();
    let file = parse(FileId(0), text, &mut sink);
    (file, sink.finish().len())
}
