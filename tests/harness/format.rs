//! Any text through the formatter: it leaves alone or lays out, loses nothing, and has nothing to do a second time.

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
    let formatted = match format(&text) {
        Ok(formatted) => formatted,
        // Of an item that cannot be read it may be unclear where it ends: a text with one may be left alone as a whole.
        Err(_) if read(&text).1 > 0 => return,
        Err(mismatch) => panic!("{mismatch} at {}", mismatch.at),
    };
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
    assert_eq!(broken(&before), broken(&after), "other broken items");
    // Two items on one line, one of them broken, are told apart better on two: then there may be more to say.
    // A carriage return alone is a mistake that laying out mends.
    assert!(said_after <= said || broken(&before) > 0, "new mistakes");
}

/// All that is no space.
fn visible(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{feff}').collect()
}

fn read(text: &str) -> (File, usize) {
    let mut sink = Sink::default();
    let file = parse(FileId(0), text, &mut sink);
    (file, sink.finish().len())
}
