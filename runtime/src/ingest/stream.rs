//! A file as a stream of inputs and rejections.

use std::collections::VecDeque;
use std::io::{self, BufRead};
use std::sync::Arc;

use super::catalog::Catalog;
use super::csv::{Cutter, Mapping, MappingError, Table};
use super::lines::{Line, Lines};
use super::{Harvest, Incoming, Origin, Reason, Refusal, Rejection, segment};

/// Most lines that one row of a table may take.
const MAX_ROW_LINES: usize = 100;

/// What a file looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// JSON Lines in Segment's shape.
    Segment,
    /// CSV with a line of column names.
    Csv(Mapping),
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
    catalog: Arc<Catalog>,
    lines: Lines<R>,
    file: Arc<str>,
    number: u32,
    table: Option<(Table, Cutter)>,
    ready: VecDeque<Read>,
    /// Lines that were read ahead while a row seemed to go on.
    ahead: VecDeque<Line>,
}

impl<R: BufRead> Inputs<R> {
    /// Begins to read a file; `number` counts the files of a run. Of a table the first line is read at once.
    ///
    /// # Errors
    /// When the file cannot be read, and when a mapping does not fit it: an [`io::Error`] with a [`MappingError`]
    /// inside.
    pub fn new(catalog: Arc<Catalog>, reader: R, file: &str, number: u32, format: &Format) -> io::Result<Self> {
        let mut lines = Lines::new(reader);
        let table = match format {
            Format::Segment => None,
            Format::Csv(mapping) => Some(header(&catalog, &mut lines, mapping)?),
        };
        Ok(Self {
            catalog,
            lines,
            file: Arc::from(file),
            number,
            table,
            ready: VecDeque::new(),
            ahead: VecDeque::new(),
        })
    }

    /// How many bytes have been read so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.lines.bytes()
    }

    fn line(&mut self) -> io::Result<Option<Line>> {
        match self.ahead.pop_front() {
            Some(line) => Ok(Some(line)),
            None => self.lines.next(),
        }
    }

    fn take(&mut self, line: &Line) -> io::Result<()> {
        if line.too_long {
            self.reject(line, Refusal::call(Reason::LineTooLong, "longer than a line may be"));
            return Ok(());
        }
        if line.bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        match self.table.take() {
            None => self.take_call(line),
            Some((table, mut cutter)) => {
                let done = self.take_row(&table, &mut cutter, line);
                self.table = Some((table, cutter));
                done?;
            }
        }
        Ok(())
    }

    fn take_call(&mut self, line: &Line) {
        let Ok(text) = std::str::from_utf8(&line.bytes) else {
            return self.reject(line, Refusal::call(Reason::NotUtf8, "the line is not UTF-8"));
        };
        let mut harvest = Harvest::default();
        segment::read(&self.catalog, text, &mut harvest);
        for incoming in harvest.incoming {
            self.accept(line.number, incoming);
        }
        for refusal in harvest.refusals {
            self.reject(line, refusal);
        }
    }

    fn take_row(&mut self, table: &Table, cutter: &mut Cutter, first: &Line) -> io::Result<()> {
        let mut record = first.bytes.clone();
        let mut further = VecDeque::new();
        let cells = loop {
            if let Some(cells) = cutter.split(&record) {
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
                    self.reject(first, refusal);
                    return Ok(());
                }
            }
        };
        let row: Result<Vec<_>, _> = cells.into_iter().map(String::from_utf8).collect();
        let (Ok(row), Ok(raw)) = (row, std::str::from_utf8(&record)) else {
            self.reject(first, Refusal::call(Reason::NotUtf8, "the row is not UTF-8"));
            return Ok(());
        };
        match table.row(&self.catalog, &row, raw, first.number) {
            Ok(incoming) => self.accept(first.number, incoming),
            Err(refusal) => self.reject(&Line { bytes: record, ..*first }, refusal),
        }
        Ok(())
    }

    fn accept(&mut self, line: u32, incoming: Incoming) {
        let origin = Origin { file: self.number, line };
        self.ready.push_back(Read::Incoming(Box::new(Incoming { origin, ..incoming })));
    }

    fn reject(&mut self, line: &Line, refusal: Refusal) {
        self.ready.push_back(Read::Rejected(Rejection {
            file: Arc::clone(&self.file),
            line: line.number,
            scope: refusal.scope,
            reason: refusal.reason,
            detail: refusal.detail,
            raw: String::from_utf8_lossy(&line.bytes).into_owned(),
        }));
    }
}

impl<R: BufRead> Iterator for Inputs<R> {
    type Item = io::Result<Read>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(read) = self.ready.pop_front() {
                return Some(Ok(read));
            }
            match self.line() {
                Ok(Some(line)) => {
                    if let Err(error) = self.take(&line) {
                        return Some(Err(error));
                    }
                }
                Ok(None) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
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
