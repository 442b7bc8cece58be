//! Blocks of JSON Lines become inputs and rejections.

use std::sync::Arc;

use super::blocks::{Block, Row};
use super::catalog::Catalog;
use super::json::Document;
use super::{Harvest, Incoming, Origin, Reason, Refusal, Rejection, segment};

/// Takes what is read.
pub(crate) trait Sink {
    /// An input.
    fn accept(&mut self, incoming: Incoming);

    /// An input, or a value of one, that is not used.
    fn reject(&mut self, rejection: Rejection);
}

/// Reads the calls of one file.
#[derive(Debug)]
pub(crate) struct Calls {
    catalog: Arc<Catalog>,
    file: Arc<str>,
    number: u32,
    document: Document,
    harvest: Harvest,
}

impl Calls {
    pub(crate) fn new(catalog: Arc<Catalog>, file: Arc<str>, number: u32) -> Self {
        Self { catalog, file, number, document: Document::default(), harvest: Harvest::default() }
    }

    /// Reads all lines of a block.
    pub(crate) fn read(&mut self, block: &Block, sink: &mut impl Sink) {
        for row in block.rows() {
            self.row(row, sink);
        }
    }

    fn row(&mut self, row: Row<'_>, sink: &mut impl Sink) {
        if row.too_long {
            return self.reject(row, Refusal::call(Reason::LineTooLong, "longer than a line may be"), sink);
        }
        if row.bytes.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        let Some(text) = row.text else {
            return self.reject(row, Refusal::call(Reason::NotUtf8, "the line is not UTF-8"), sink);
        };
        segment::read(&self.catalog, &mut self.document, text, &mut self.harvest);
        let origin = Origin { file: self.number, line: row.number };
        for incoming in self.harvest.incoming.drain(..) {
            sink.accept(Incoming { origin, ..incoming });
        }
        for refusal in std::mem::take(&mut self.harvest.refusals) {
            self.reject(row, refusal, sink);
        }
    }

    fn reject(&self, row: Row<'_>, refusal: Refusal, sink: &mut impl Sink) {
        sink.reject(refusal.into_rejection(&self.file, row.number, row.bytes));
    }
}
