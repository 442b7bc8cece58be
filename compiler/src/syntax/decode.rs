//! Bytes to text, for whoever reads files.

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::{FileId, Span};

/// The text of a file. Each stretch of bytes that is not UTF-8 is reported once and replaced by spaces, so that the
/// rest of the file can be read and every position stays true.
///
/// A byte order mark stays: positions count it, and it is white space to the parser.
///
/// A file in UTF-16 is read as what it is, and one that is no text at all as nothing: either is one mistake.
pub fn decode(bytes: &[u8], file: FileId, sink: &mut Sink) -> String {
    let start = Span::new(file, 0, 0);
    let mut whole = |message: String, help: &str| {
        sink.push(Diagnostic::new(Code::BadCharacter, start, message).help(help));
    };
    if let Some((name, text)) = wide(bytes) {
        whole(format!("this file is written in {name}"), "save it as UTF-8");
        return text;
    }
    let mut text = String::with_capacity(bytes.len());
    for part in bytes.utf8_chunks() {
        text.push_str(part.valid());
        let bad = part.invalid();
        if bad.is_empty() {
            continue;
        }
        if bytes.contains(&0) {
            whole("this file is not text".to_owned(), "a project holds text in UTF-8; move other files out of it");
            return String::new();
        }
        let at = text.len();
        let span = Span::new(file, offset(at), offset(at + bad.len()));
        let hex: Vec<_> = bad.iter().map(|byte| format!("{byte:02X}")).collect();
        let (bytes_are, hex) = (if bad.len() == 1 { "byte" } else { "bytes" }, hex.join(" "));
        let are = if bad.len() == 1 { "is" } else { "are" };
        let message = format!("the {bytes_are} {hex} {are} not UTF-8");
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

/// The text of a file in UTF-16 or UTF-32, with the name of its encoding. It is known by its byte order mark, or by
/// every other byte of its first eight being zero.
fn wide(bytes: &[u8]) -> Option<(&'static str, String)> {
    let zero = |positions: [usize; 4]| positions.iter().all(|&at| bytes.get(at) == Some(&0));
    let letters = |positions: [usize; 4]| positions.iter().all(|&at| bytes.get(at).is_some_and(|byte| *byte != 0));
    let (even, odd) = ([0, 2, 4, 6], [1, 3, 5, 7]);
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE\0\0") {
        let number = |four: &[u8]| <[u8; 4]>::try_from(four).ok().map(u32::from_le_bytes);
        let letters = rest.chunks(4).map(|four| number(four).and_then(char::from_u32).unwrap_or(' '));
        return Some(("UTF-32", letters.collect()));
    }
    let pair: fn([u8; 2]) -> u16 = if bytes.starts_with(b"\xFF\xFE") || (letters(even) && zero(odd)) {
        u16::from_le_bytes
    } else if bytes.starts_with(b"\xFE\xFF") || (zero(even) && letters(odd)) {
        u16::from_be_bytes
    } else {
        return None;
    };
    let units = bytes.chunks(2).map(|two| <[u8; 2]>::try_from(two).map_or(u16::from(b' '), pair));
    Some(("UTF-16", char::decode_utf16(units).map(|letter| letter.unwrap_or(' ')).collect()))
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
        assert_eq!((found[0].primary.span.start, found[0].message.as_str()), (4, "the byte FF is not UTF-8"));
    }

    #[test]
    fn wide_letters_are_read_and_what_is_no_text_is_not() {
        let decoded = |bytes: &[u8]| {
            let mut sink = Sink::default();
            let text = decode(bytes, FileId(0), &mut sink);
            (text, sink.finish().iter().map(|d| d.message.clone()).collect::<Vec<_>>())
        };
        let little: Vec<u8> = "\u{feff}event é\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "event é\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let said = vec!["this file is written in UTF-16".to_owned()];
        assert_eq!(decoded(&little), ("\u{feff}event é\n".to_owned(), said.clone()));
        assert_eq!(decoded(&big), ("event é\n".to_owned(), said));
        assert_eq!(decoded(b"\x89PNG\r\n\0\0"), (String::new(), vec!["this file is not text".to_owned()]));
        assert_eq!(decoded(b"a\0b"), ("a\0b".to_owned(), vec![]));
    }
}
