//! Blocks of JSON Lines become inputs and rejections.

use std::sync::Arc;

use super::blocks::{Block, Row};
use super::catalog::Catalog;
use super::segment::{Gather, How, Reader, Sieve};
use super::ties::Joining;
use super::{Incoming, Origin, Reason, Refusal, Rejection};

/// Takes what is read.
pub(crate) trait Sink {
    /// An input.
    fn accept(&mut self, incoming: Incoming);

    /// An input, or a value of one, that is not used.
    fn reject(&mut self, rejection: Rejection);
}

/// A file that is read.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) name: Arc<str>,
    /// Its number among the files of a run.
    pub(crate) number: u32,
    /// Who may turn out to be somebody else, where that is known beside what the file itself says.
    pub(crate) joining: Option<Arc<Joining>>,
}

/// Reads calls.
#[derive(Debug)]
pub(crate) struct Calls {
    catalog: Arc<Catalog>,
    only: Option<Arc<Sieve>>,
    reader: Reader,
}

/// Hands on what one line gives, with where it stood.
pub(super) struct FromLine<'l, S> {
    pub(super) file: &'l File,
    pub(super) line: u32,
    /// The line as it was.
    pub(super) raw: &'l [u8],
    pub(super) sink: &'l mut S,
}

impl<S: Sink> Gather for FromLine<'_, S> {
    fn accept(&mut self, _: u32, mut incoming: Incoming) {
        incoming.origin = Origin { file: self.file.number, line: self.line };
        self.sink.accept(incoming);
    }

    fn refuse(&mut self, _: u32, refusal: Refusal) {
        self.sink.reject(refusal.into_rejection(&self.file.name, self.line, self.raw));
    }
}

impl Calls {
    /// With a sieve, of most calls no more is read than whom they speak of, and when.
    pub(crate) fn new(catalog: Arc<Catalog>, only: Option<Arc<Sieve>>) -> Self {
        Self { catalog, only, reader: Reader::default() }
    }

    /// Reads all lines of a block.
    pub(crate) fn read(&mut self, file: &File, block: &Block, sink: &mut impl Sink) {
        for row in block.rows() {
            self.row(file, row, sink);
        }
    }

    fn row(&mut self, file: &File, row: Row<'_>, sink: &mut impl Sink) {
        let mut gather = FromLine { file, line: row.number, raw: row.bytes, sink };
        if row.too_long {
            return gather.refuse(0, Refusal::call(Reason::LineTooLong, "longer than a line may be"));
        }
        if row.bytes.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        match row.text {
            Some(text) => {
                let (joining, only) = (file.joining.as_deref(), self.only.as_deref());
                self.reader.line(How { catalog: &self.catalog, door: None, joining, only }, text, &mut gather);
            }
            None => gather.refuse(0, Refusal::call(Reason::NotUtf8, "the line is not UTF-8")),
        }
    }
}
