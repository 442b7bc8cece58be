//! Lines of a file, each with its number and never longer than the limit.

use std::io::{self, BufRead};

use super::MAX_LINE_BYTES;
use super::blocks::KEPT_BYTES;

/// Reads lines.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    reader: R,
    line: u32,
    bytes: u64,
}

/// One line without its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// From 1.
    pub(crate) number: u32,
    pub(crate) bytes: Vec<u8>,
    /// Only its beginning is here.
    pub(crate) too_long: bool,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, line: 0, bytes: 0 }
    }

    /// How many bytes have been read.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The next line; `None` at the end. A byte order mark at the beginning of the file is not part of it.
    pub(crate) fn next(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        let mut too_long = false;
        let mut any = false;
        loop {
            let buffer = match self.reader.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if buffer.is_empty() {
                break;
            }
            any = true;
            let end = memchr::memchr(b'\n', buffer);
            let taken = end.map_or(buffer.len(), |end| end + 1);
            let part = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or_default();
            if bytes.len() + part.len() > MAX_LINE_BYTES {
                too_long = true;
                bytes.truncate(KEPT_BYTES);
            }
            if too_long {
                let room = KEPT_BYTES.saturating_sub(bytes.len());
                bytes.extend(part.iter().take(room));
            } else {
                bytes.extend_from_slice(part);
            }
            self.reader.consume(taken);
            self.bytes = self.bytes.saturating_add(u64::try_from(taken).unwrap_or(0));
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        self.line = self.line.saturating_add(1);
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        if self.line == 1 && bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        Ok(Some(Line { number: self.line, bytes, too_long }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_marks_and_limits() {
        let long = "x".repeat(MAX_LINE_BYTES + 1);
        let text = format!("\u{feff}a\r\n\nb\n{long}\nlast");
        let mut lines = Lines::new(io::BufReader::with_capacity(7, text.as_bytes()));
        let mut seen = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            seen.push((line.number, line.bytes.len(), line.too_long));
        }
        assert_eq!(seen, [(1, 1, false), (2, 0, false), (3, 1, false), (4, KEPT_BYTES, true), (5, 4, false)]);
        assert_eq!(lines.bytes(), text.len() as u64);
    }
}
