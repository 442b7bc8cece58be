//! Whole lines of a file in large blocks, so that what holds for all of them is looked at once.

use std::io::{self, BufRead};

use super::MAX_LINE_BYTES;

/// How much of a line that is too long is kept to show it.
pub(super) const KEPT_BYTES: usize = 200;

/// How much of a file is a block, if its lines are not longer: so much that what is done once for a block does not
/// count, and so little that all that comes of it is near at hand.
const BLOCK_BYTES: usize = 1 << 16;

/// Reads blocks.
#[derive(Debug)]
pub(crate) struct Blocks<R> {
    reader: R,
    /// Of the next block, from 1.
    line: u32,
    bytes: u64,
    /// The beginning of a line that is not all there yet.
    begun: Vec<u8>,
}

/// Lines that stand behind each other, as they stand in the file.
#[derive(Debug, Default)]
pub(crate) struct Block {
    bytes: Vec<u8>,
    /// The number of its first line, from 1.
    first: u32,
    /// It is the beginning of one line that is too long.
    cut: bool,
}

/// One line without its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row<'b> {
    /// From 1.
    pub(crate) number: u32,
    pub(crate) bytes: &'b [u8],
    /// The same, where it is UTF-8.
    pub(crate) text: Option<&'b str>,
    /// Only its beginning is here.
    pub(crate) too_long: bool,
}

impl<R: BufRead> Blocks<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, line: 1, bytes: 0, begun: Vec::new() }
    }

    /// How many bytes have been read.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many lines have been read.
    pub(crate) fn lines(&self) -> usize {
        usize::try_from(self.line.saturating_sub(1)).unwrap_or(usize::MAX)
    }

    /// Fills a block with the next lines; `false` at the end of the file. A byte order mark at the beginning of the
    /// file is not part of it.
    pub(crate) fn next(&mut self, block: &mut Block) -> io::Result<bool> {
        block.bytes.clear();
        block.bytes.append(&mut self.begun);
        (block.first, block.cut) = (self.line, false);
        loop {
            let buffer = match self.reader.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if buffer.is_empty() {
                break;
            }
            let buffer = buffer.get(..BLOCK_BYTES).unwrap_or(buffer);
            let taken = buffer.len();
            let whole = memchr::memrchr(b'\n', buffer).map(|end| end + 1);
            // Of a line that is too long only its beginning is read before its end is found.
            let part = if block.cut { memchr::memchr(b'\n', buffer).map(|end| end + 1) } else { whole };
            let (now, later) = buffer.split_at_checked(part.unwrap_or(taken)).unwrap_or_default();
            if block.cut {
                let taken = now.len();
                self.reader.consume(taken);
                self.bytes = self.bytes.saturating_add(u64::try_from(taken).unwrap_or(0));
                if part.is_some() {
                    break;
                }
                continue;
            }
            block.bytes.extend_from_slice(now);
            self.begun.extend_from_slice(later);
            self.reader.consume(taken);
            self.bytes = self.bytes.saturating_add(u64::try_from(taken).unwrap_or(0));
            if part.is_some() {
                break;
            }
            if block.bytes.len() > MAX_LINE_BYTES {
                block.bytes.truncate(KEPT_BYTES);
                block.cut = true;
            }
        }
        self.begin(block);
        Ok(!block.bytes.is_empty())
    }

    fn begin(&mut self, block: &mut Block) {
        let ends = memchr::memchr_iter(b'\n', &block.bytes).count();
        let lines = if block.cut { 1 } else { u32::try_from(ends).unwrap_or(u32::MAX) };
        let rest = !block.cut && block.bytes.last().is_some_and(|byte| *byte != b'\n');
        self.line = self.line.saturating_add(lines).saturating_add(rest.into());
        if block.first == 1 && block.bytes.starts_with(b"\xef\xbb\xbf") {
            block.bytes.drain(..3);
        }
    }
}

impl Block {
    /// All of it.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its lines.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let text = std::str::from_utf8(&self.bytes).ok();
        let ends = memchr::memchr_iter(b'\n', &self.bytes).chain([self.bytes.len()]);
        let mut start = 0;
        let parts = ends.filter_map(move |end| {
            let part = (start..end, start < self.bytes.len());
            start = end + 1;
            part.1.then_some(part.0)
        });
        (self.first..).zip(parts).map(move |(number, part)| {
            let bytes = self.bytes.get(part.clone()).unwrap_or_default();
            let too_long = self.cut || bytes.len() > MAX_LINE_BYTES;
            let shown = if too_long { bytes.get(..KEPT_BYTES).unwrap_or(bytes) } else { bytes };
            let bytes = shown.strip_suffix(b"\r").unwrap_or(shown);
            let text = match text {
                Some(text) => text.get(part.start..part.start + bytes.len()),
                None => std::str::from_utf8(bytes).ok(),
            };
            Row { number, bytes, text, too_long }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::lines::Lines;

    /// Lines read one by one are the measure.
    #[test]
    fn blocks_have_the_lines_of_the_file() {
        let long = "x".repeat(MAX_LINE_BYTES + 1);
        let fits = "y".repeat(MAX_LINE_BYTES);
        let texts: [Vec<u8>; 9] = [
            b"".to_vec(),
            b"\n".to_vec(),
            b"\xef\xbb\xbf".to_vec(),
            b"\xef\xbb\xbfa\r\n\nb\r\n\r\nlast".to_vec(),
            b"a\xff\nb\n\xef\xbb\xbfc\n\n".to_vec(),
            format!("{long}\nb\n{long}\n{fits}\nc\n").into_bytes(),
            format!("a\n{fits}\r\nb\n{long}").into_bytes(),
            format!("\u{feff}{long}").into_bytes(),
            format!("ö{}ö\nü\n", "é".repeat(200_000)).into_bytes(),
        ];
        for text in &texts {
            for size in [1, 7, 4096, 1 << 18, 1 << 22] {
                if size < 4096 && text.len() > 100_000 {
                    continue;
                }
                let mut lines = Lines::new(io::BufReader::with_capacity(size, text.as_slice()));
                let mut expected = Vec::new();
                while let Some(line) = lines.next().unwrap() {
                    expected.push((line.number, line.bytes, line.too_long));
                }
                let mut blocks = Blocks::new(io::BufReader::with_capacity(size, text.as_slice()));
                let mut block = Block::default();
                let mut found = Vec::new();
                while blocks.next(&mut block).unwrap() {
                    for row in block.rows() {
                        assert_eq!(row.text, std::str::from_utf8(row.bytes).ok());
                        found.push((row.number, row.bytes.to_vec(), row.too_long));
                    }
                }
                // A file of a mark alone has a line, which says nothing.
                expected.retain(|line| line.0 != 1 || text.len() != 3);
                assert!(found == expected, "{} bytes in steps of {size}", text.len());
                assert_eq!(blocks.bytes(), text.len() as u64);
            }
        }
    }
}
