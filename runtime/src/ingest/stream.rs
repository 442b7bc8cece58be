//! A file as a stream of inputs and rejections.

use std::collections::VecDeque;
use std::io::{self, BufRead};
use std::sync::Arc;

use super::blocks::{Block, Blocks};
use super::calls::{Calls, File, Sink};
use super::catalog::Catalog;
use super::csv::{Cutter, Mapping, MappingError, Table};
use super::lines::{Line, Lines};
use super::prepared::{Dictionary, Unpacker, next_block};
use super::{Incoming, Origin, Reason, Refusal, Rejection};

/// Most lines that one row of a table may take.
const MAX_ROW_LINES: usize = 100;

/// What a file looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// JSON Lines in Segment's shape.
    Segment,
    /// CSV with a line of column names.
    Csv(Mapping),
    /// A prepared log, which stands at its first block.
    Prepared(Arc<Dictionary>),
}

/// What was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Read {
    /// An input.
    Incoming(Box<Incoming>),
    /// An input, or a value of one, that is not used.
    Rejected(Rejection),
}

/// The inputs of one file, in its order.
#[derive(Debug)]
pub struct Inputs<R> {
    source: Source<R>,
    ready: Ready,
}

#[derive(Debug)]
enum Source<R> {
    Calls { file: File, blocks: Blocks<R>, block: Block, calls: Box<Calls> },
    Rows(Box<Rows<R>>),
    Prepared { file: File, reader: R, dictionary: Arc<Dictionary>, block: Vec<u8>, unpacker: Box<Unpacker>, bytes: u64 },
}

#[derive(Debug, Default)]
struct Ready(VecDeque<Read>);

impl Sink for Ready {
    fn accept(&mut self, incoming: Incoming) {
        self.0.push_back(Read::Incoming(Box::new(incoming)));
    }

    fn reject(&mut self, rejection: Rejection) {
        self.0.push_back(Read::Rejected(rejection));
    }
}

impl<R: BufRead> Inputs<R> {
    /// Begins to read a file; `number` counts the files of a run. Of a table the first line is read at once.
    ///
    /// # Errors
    /// When the file cannot be read, and when a mapping does not fit it: an [`io::Error`] with a [`MappingError`]
    /// inside.
    pub fn new(catalog: Arc<Catalog>, reader: R, file: &str, number: u32, format: &Format) -> io::Result<Self> {
        let file = File { name: Arc::from(file), number, joining: None };
        let source = match format {
            Format::Segment => Source::Calls {
                blocks: Blocks::new(reader),
                block: Block::default(),
                calls: Box::new(Calls::new(catalog, None)),
                file,
            },
            Format::Csv(mapping) => Source::Rows(Box::new(Rows::new(catalog, reader, file, mapping)?)),
            Format::Prepared(dictionary) => Source::Prepared {
                file,
                reader,
                dictionary: Arc::clone(dictionary),
                block: Vec::new(),
                unpacker: Box::new(Unpacker::new(catalog, None)),
                bytes: 0,
            },
        };
        Ok(Self { source, ready: Ready::default() })
    }

    /// How many bytes have been read so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        match &self.source {
            Source::Calls { blocks, .. } => blocks.bytes(),
            Source::Rows(rows) => rows.bytes(),
            Source::Prepared { bytes, .. } => *bytes,
        }
    }

    /// Reads on; `false` at the end of the file.
    fn more(&mut self) -> io::Result<bool> {
        match &mut self.source {
            Source::Calls { file, blocks, block, calls } => {
                let more = blocks.next(block)?;
                if more {
                    calls.read(file, block, &mut self.ready);
                }
                Ok(more)
            }
            Source::Rows(rows) => rows.next(&mut self.ready),
            Source::Prepared { file, reader, dictionary, block, unpacker, bytes } => {
                let more = next_block(reader, block)?;
                if more {
                    *bytes += block.len() as u64;
                    unpacker.read(dictionary, file, block, &mut self.ready);
                }
                Ok(more)
            }
        }
    }
}

impl<R: BufRead> Iterator for Inputs<R> {
    type Item = io::Result<Read>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(read) = self.ready.0.pop_front() {
                return Some(Ok(read));
            }
            match self.more() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// The rows of a table.
#[derive(Debug)]
pub(crate) struct Rows<R> {
    catalog: Arc<Catalog>,
    lines: Lines<R>,
    file: File,
    table: Table,
    cutter: Cutter,
    /// Lines that were read ahead while a row seemed to go on.
    ahead: VecDeque<Line>,
}

impl<R: BufRead> Rows<R> {
    pub(crate) fn new(catalog: Arc<Catalog>, reader: R, file: File, mapping: &Mapping) -> io::Result<Self> {
        let mut lines = Lines::new(reader);
        let (table, cutter) = header(&catalog, &mut lines, mapping)?;
        Ok(Self { catalog, lines, file, table, cutter, ahead: VecDeque::new() })
    }

    /// How many bytes have been read so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.lines.bytes()
    }

    /// Reads one row; `false` at the end of the file.
    pub(crate) fn next(&mut self, sink: &mut impl Sink) -> io::Result<bool> {
        let Some(line) = self.line()? else { return Ok(false) };
        if line.too_long {
            self.reject(&line, Refusal::call(Reason::LineTooLong, "longer than a line may be"), sink);
        } else if !line.bytes.iter().all(u8::is_ascii_whitespace) {
            self.row(&line, sink)?;
        }
        Ok(true)
    }

    fn line(&mut self) -> io::Result<Option<Line>> {
        match self.ahead.pop_front() {
            Some(line) => Ok(Some(line)),
            None => self.lines.next(),
        }
    }

    fn row(&mut self, first: &Line, sink: &mut impl Sink) -> io::Result<()> {
        let mut record = first.bytes.clone();
        let mut further = VecDeque::new();
        let cells = loop {
            if let Some(cells) = self.cutter.split(&record) {
                break cells;
            }
            let next = if further.len() < MAX_ROW_LINES { self.line()? } else { None };
            let fits = |line: &Line| !line.too_long && record.len() + line.bytes.len() < super::MAX_LINE_BYTES;
            match next {
                Some(line) if fits(&line) => {
                    record.push(b'\n');
                    record.extend_from_slice(&line.bytes);
                    further.push_back(line);
                }
                other => {
                    // The mark is a mistake of this line alone: the lines after it are read for themselves.
                    further.extend(other);
                    further.append(&mut self.ahead);
                    self.ahead = further;
                    let refusal = Refusal::call(Reason::UnclosedQuote, "a quotation mark is never closed");
                    self.reject(first, refusal, sink);
                    return Ok(());
                }
            }
        };
        let row: Result<Vec<_>, _> = cells.into_iter().map(String::from_utf8).collect();
        let (Ok(row), Ok(raw)) = (row, std::str::from_utf8(&record)) else {
            self.reject(first, Refusal::call(Reason::NotUtf8, "the row is not UTF-8"), sink);
            return Ok(());
        };
        match self.table.row(&self.catalog, &row, raw, first.number) {
            Ok(incoming) => {
                let origin = Origin { file: self.file.number, line: first.number };
                let mut incoming = Incoming { origin, ..incoming };
                incoming.who.alone = self.file.joining.as_ref().is_some_and(|joining| joining.alone(&incoming.who));
                sink.accept(incoming);
            }
            Err(refusal) => self.reject(&Line { bytes: record, ..*first }, refusal, sink),
        }
        Ok(())
    }

    fn reject(&self, line: &Line, refusal: Refusal, sink: &mut impl Sink) {
        sink.reject(refusal.into_rejection(&self.file.name, line.number, &line.bytes));
    }
}

fn header<R: BufRead>(catalog: &Catalog, lines: &mut Lines<R>, mapping: &Mapping) -> io::Result<(Table, Cutter)> {
    let wrong = |error: MappingError| io::Error::new(io::ErrorKind::InvalidInput, error);
    let line = lines.next()?.ok_or_else(|| wrong(MappingError::NoHeader))?;
    let mut cutter = Cutter::new(mapping.delimiter);
    let cells = cutter.split(&line.bytes).ok_or_else(|| wrong(MappingError::NoHeader))?;
    let cells: Vec<_> = cells.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
    Ok((Table::new(catalog, mapping, &cells).map_err(wrong)?, cutter))
}
