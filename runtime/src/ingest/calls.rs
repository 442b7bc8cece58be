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

/// A file that is read.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) name: Arc<str>,
    /// Its number among the files of a run.
    pub(crate) number: u32,
}

/// Reads calls.
#[derive(Debug)]
pub(crate) struct Calls {
    catalog: Arc<Catalog>,
    document: Document,
    harvest: Harvest,
}

impl Calls {
    pub(crate) fn new(catalog: Arc<Catalog>) -> Self {
        Self { catalog, document: Document::default(), harvest: Harvest::default() }
    }

    /// Reads all lines of a block.
    pub(crate) fn read(&mut self, file: &File, block: &Block, sink: &mut impl Sink) {
        for row in block.rows() {
            self.row(file, row, sink);
        }
    }

    fn row(&mut self, file: &File, row: Row<'_>, sink: &mut impl Sink) {
        let mut reject = |refusal: Refusal| sink.reject(refusal.into_rejection(&file.name, row.number, row.bytes));
        if row.too_long {
            return reject(Refusal::call(Reason::LineTooLong, "longer than a line may be"));
        }
        if row.bytes.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        let Some(text) = row.text else {
            return reject(Refusal::call(Reason::NotUtf8, "the line is not UTF-8"));
        };
        segment::read(&self.catalog, &mut self.document, text, &mut self.harvest);
        self.harvest.refusals.drain(..).for_each(|(_, refusal)| reject(refusal));
        let origin = Origin { file: file.number, line: row.number };
        for (_, incoming) in self.harvest.incoming.drain(..) {
            sink.accept(Incoming { origin, ..incoming });
        }
    }
}
