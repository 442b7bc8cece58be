//! Places of the protocol: lines from 0, columns in the units that both sides agreed on, and byte offsets.
//!
//! The protocol ends a line at `\n`, `\r\n` and `\r` alone; the compiler's lines end at `\n` only, so they are not used here.

use gen_lsp_types::{Position, Range};

/// In which units a column is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Encoding {
    /// Bytes.
    Utf8,
    /// Code units of UTF-16, which every client knows.
    #[default]
    Utf16,
}

/// The lines of a text.
#[derive(Debug)]
pub(crate) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
    encoding: Encoding,
}

impl<'a> Lines<'a> {
    /// Finds the lines of a text.
    pub(crate) fn new(text: &'a str, encoding: Encoding) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            let ends = *byte == b'\n' || *byte == b'\r' && bytes.get(at + 1) != Some(&b'\n');
            if ends {
                starts.push(at + 1);
            }
        }
        Self { text, starts, encoding }
    }

    /// The byte offset of a place. One behind the end of its line is the end of the line, one inside a character the
    /// start of it, one behind the last line the end of the text.
    pub(crate) fn offset(&self, position: Position) -> u32 {
        let line = usize::try_from(position.line).unwrap_or(usize::MAX);
        let Some(&start) = self.starts.get(line) else { return clamp(self.text.len()) };
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        let content = self.text.get(start..end).unwrap_or("").trim_end_matches(['\n', '\r']);
        let wanted = usize::try_from(position.character).unwrap_or(usize::MAX);
        let mut units = 0;
        for (at, c) in content.char_indices() {
            units += self.width(c);
            if units > wanted {
                return clamp(start + at);
            }
        }
        clamp(start + content.len())
    }

    /// The place of a byte offset.
    pub(crate) fn position(&self, offset: u32) -> Position {
        let mut at = usize::try_from(offset).unwrap_or(usize::MAX).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= at).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let before = self.text.get(start..at).unwrap_or("");
        let character = match self.encoding {
            Encoding::Utf8 => before.len(),
            Encoding::Utf16 if before.is_ascii() => before.len(),
            Encoding::Utf16 => before.chars().map(|c| self.width(c)).sum(),
        };
        Position::new(clamp(line), clamp(character))
    }

    /// The range between two byte offsets.
    pub(crate) fn range(&self, start: u32, end: u32) -> Range {
        Range::new(self.position(start), self.position(end))
    }

    fn width(&self, c: char) -> usize {
        match self.encoding {
            Encoding::Utf8 => c.len_utf8(),
            Encoding::Utf16 => c.len_utf16(),
        }
    }
}

fn clamp(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Encoding, Lines};
    use gen_lsp_types::Position;

    const TEXT: &str = "a\u{1F600}b\r\ne\u{301}x\ry\n\u{FEFF}z";

    #[test]
    fn places_go_there_and_back() {
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            let lines = Lines::new(TEXT, encoding);
            for (at, _) in TEXT.char_indices().chain([(TEXT.len(), ' ')]) {
                let inside_of_an_end =
                    TEXT.as_bytes().get(at) == Some(&b'\n') && TEXT.as_bytes().get(at - 1) == Some(&b'\r');
                let offset = u32::try_from(at).unwrap();
                if !inside_of_an_end {
                    assert_eq!(lines.offset(lines.position(offset)), offset, "{encoding:?} {at}");
                }
            }
        }
    }

    #[test]
    fn columns_are_counted_in_units() {
        let b = u32::try_from(TEXT.find('b').unwrap()).unwrap();
        assert_eq!(Lines::new(TEXT, Encoding::Utf16).position(b), Position::new(0, 3));
        assert_eq!(Lines::new(TEXT, Encoding::Utf8).position(b), Position::new(0, 5));
        let x = u32::try_from(TEXT.find('x').unwrap()).unwrap();
        assert_eq!(Lines::new(TEXT, Encoding::Utf16).position(x), Position::new(1, 2));
        let y = u32::try_from(TEXT.find('y').unwrap()).unwrap();
        assert_eq!(Lines::new(TEXT, Encoding::Utf8).position(y), Position::new(2, 0));
    }

    #[test]
    fn a_place_outside_of_the_text_is_its_nearest_end() {
        let lines = Lines::new(TEXT, Encoding::Utf16);
        assert_eq!(lines.offset(Position::new(0, 99)), 6);
        assert_eq!(lines.offset(Position::new(99, 0)) as usize, TEXT.len());
        // Between the two halves of an emoji.
        assert_eq!(lines.offset(Position::new(0, 2)), 1);
    }
}
