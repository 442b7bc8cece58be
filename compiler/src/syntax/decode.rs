//! Bytes to text, for whoever reads files.

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::{FileId, Span};

/// The text of a file. Each stretch of bytes that is not UTF-8 is reported once and replaced by spaces, so that the
/// rest of the file can be read and every position stays true.
///
/// A byte order mark stays: positions count it, and it is white space to the parser.
pub fn decode(bytes: &[u8], file: FileId, sink: &mut Sink) -> String {
    let mut text = String::with_capacity(bytes.len());
    for part in bytes.utf8_chunks() {
        text.push_str(part.valid());
        let bad = part.invalid();
        if bad.is_empty() {
            continue;
        }
        let at = text.len();
        let span = Span::new(file, offset(at), offset(at + bad.len()));
        let line = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = text.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        let hex: Vec<_> = bad.iter().map(|byte| format!("{byte:02X}")).collect();
        let message = format!("line {line}, column {column}: the bytes {} are not UTF-8", hex.join(" "));
        sink.push(Diagnostic::new(Code::BadCharacter, span, message).help("save the file as UTF-8"));
        text.extend(std::iter::repeat_n(' ', bad.len()));
        // One bad encoding has thousands of bad letters: the first says it.
        if let Some(rest) = bytes.get(text.len()..) {
            for part in rest.utf8_chunks() {
                text.push_str(part.valid());
                text.extend(std::iter::repeat_n(' ', part.invalid().len()));
            }
        }
        break;
    }
    text
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_bytes_are_named_with_their_place_and_become_spaces() {
        let mut sink = Sink::default();
        assert_eq!(decode(b"ab\nc\xFFd\xFE", FileId(0), &mut sink), "ab\nc d ");
        let found = sink.finish();
        assert_eq!(found.len(), 1);
        assert!(found[0].message.contains("line 2, column 2"));
    }
}
