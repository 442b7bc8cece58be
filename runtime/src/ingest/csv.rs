//! Rows of a table: each is one event, through a mapping of columns to fields.

use std::sync::Arc;

use flow_graph::program::Event as EventType;
use flow_graph::{Id, Timestamp, Value};
use flow_machine::Event;

use super::catalog::{Catalog, absent};
use super::{Incoming, MAX_ID_BYTES, Origin, Reason, Refusal, Who, moment};

/// How a row becomes an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// Name of the event.
    pub event: String,
    /// The column that says who.
    pub contact: String,
    /// The column that says when; a date alone is midnight in the project's zone.
    pub time: String,
    /// The column of the message id. Without one it is made of the row and its line, so that the same file read
    /// twice gives duplicates and equal rows of one file do not.
    pub id: Option<String>,
    /// Field of the event, column.
    pub fields: Vec<(String, String)>,
    /// What stands between two columns.
    pub delimiter: u8,
}

/// Why a mapping does not fit the program or the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MappingError {
    /// No event of this name.
    UnknownEvent(String),
    /// The event has no such field.
    UnknownField(String),
    /// A field that must be there has no column.
    UnmappedField(String),
    /// The file has no such column.
    MissingColumn(String),
    /// The file has no line of column names.
    NoHeader,
}

impl std::fmt::Display for MappingError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnknownEvent(name) => write!(f, "there is no event `{name}`"),
            Self::UnknownField(name) => write!(f, "the event has no field `{name}`"),
            Self::UnmappedField(name) => write!(f, "the field `{name}` must be there and has no column"),
            Self::MissingColumn(name) => write!(f, "the file has no column `{name}`"),
            Self::NoHeader => f.write_str("the file does not begin with the names of its columns"),
        }
    }
}

impl std::error::Error for MappingError {}

/// A mapping bound to the columns of one file.
#[derive(Debug)]
pub(crate) struct Table {
    event: Id<EventType>,
    contact: usize,
    time: usize,
    id: Option<usize>,
    /// The column of each slot.
    slots: Vec<Option<usize>>,
    width: usize,
    /// How it is bound to the program that takes over, and when.
    later: Option<(Timestamp, Box<Table>)>,
}

impl Table {
    pub(crate) fn new(catalog: &Catalog, mapping: &Mapping, header: &[String]) -> Result<Self, MappingError> {
        let column = |name: &String| {
            let found = header.iter().position(|cell| cell.trim() == name);
            found.ok_or_else(|| MappingError::MissingColumn(name.clone()))
        };
        let events = &catalog.program().events;
        let (event, kind) = events
            .enumerate()
            .find(|(_, event)| event.name == mapping.event)
            .ok_or_else(|| MappingError::UnknownEvent(mapping.event.clone()))?;
        let unknown = mapping.fields.iter().find(|(name, _)| !kind.fields.iter().any(|field| field.name == *name));
        if let Some((name, _)) = unknown {
            return Err(MappingError::UnknownField(name.clone()));
        }
        let mut slots = Vec::with_capacity(kind.fields.len());
        for field in &kind.fields {
            let mapped = mapping.fields.iter().find(|(name, _)| *name == field.name);
            if mapped.is_none() && absent(event, field).is_err() {
                return Err(MappingError::UnmappedField(field.name.clone()));
            }
            slots.push(mapped.map(|(_, name)| column(name)).transpose()?);
        }
        Ok(Self {
            event,
            contact: column(&mapping.contact)?,
            time: column(&mapping.time)?,
            id: mapping.id.as_ref().map(column).transpose()?,
            slots,
            width: header.len(),
            later: match catalog.later() {
                Some((from, later)) => Some((from, Box::new(Self::new(later, mapping, header)?))),
                None => None,
            },
        })
    }

    /// One row. `raw` is its text as it stands in the file.
    pub(crate) fn row(&self, catalog: &Catalog, row: &[String], raw: &str, line: u32) -> Result<Incoming, Refusal> {
        if row.len() != self.width {
            let detail = format!("{} columns instead of {}", row.len(), self.width);
            return Err(Refusal::call(Reason::ColumnCount, detail));
        }
        let cell = |column: usize| row.get(column).map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
        let user = cell(self.contact).ok_or_else(|| Refusal::call(Reason::MissingContact, "no contact"))?;
        let time = cell(self.time).ok_or_else(|| Refusal::call(Reason::MissingTime, "no time"))?;
        let time = moment::instant(time, catalog.zone())
            .ok_or_else(|| Refusal::call(Reason::InvalidTime, "the time cannot be read"))?;
        let (table, catalog) = self.at(catalog, time);
        let id: Arc<str> = match self.id.map(cell) {
            None => Arc::from(format!("row-{:016x}-{line}", fingerprint(raw))),
            Some(id) => Arc::from(id.unwrap_or_default()),
        };
        if user.len() > MAX_ID_BYTES || id.len() > MAX_ID_BYTES {
            return Err(Refusal::call(Reason::InvalidId, format!("an id is longer than {MAX_ID_BYTES} bytes")));
        }
        let values = table.values(catalog, cell)?;
        let event = Event { kind: table.event, id: Arc::clone(&id), time, values: values.into(), meta: None };
        Ok(Incoming {
            who: Who { user: Some(Arc::from(user)), anonymous: None, previous: None, alone: false },
            arrival: None,
            time,
            id,
            event: Some(Arc::new(event)),
            changes: Vec::new(),
            zone: None,
            origin: Origin::default(),
        })
    }

    /// Columns and names for what arrives at an instant.
    fn at<'t>(&'t self, catalog: &'t Catalog, arrives: Timestamp) -> (&'t Self, &'t Catalog) {
        match (&self.later, catalog.later()) {
            (Some((from, table)), Some((_, later))) if arrives >= *from => table.at(later, arrives),
            (Some(_) | None, _) => (self, catalog),
        }
    }

    fn values<'r>(&self, catalog: &Catalog, cell: impl Fn(usize) -> Option<&'r str>) -> Result<Vec<Value>, Refusal> {
        let fields = catalog.program().events.get(self.event).map_or(&[][..], |kind| &kind.fields);
        let slots = fields.iter().zip(&self.slots);
        slots
            .map(|(field, column)| match column.and_then(&cell) {
                None => absent(self.event, field),
                Some(text) => catalog.converter().cell(field, text),
            })
            .collect()
    }
}

/// Cuts records into cells. To make it costs as much as to cut hundreds of records, so it is made once for a file.
#[derive(Debug)]
pub(crate) struct Cutter {
    reader: csv_core::Reader,
    delimiter: u8,
    output: Vec<u8>,
    ends: Vec<usize>,
}

impl Cutter {
    pub(crate) fn new(delimiter: u8) -> Self {
        let reader = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Self { reader, delimiter, output: Vec::new(), ends: Vec::new() }
    }

    /// Cuts one record. `None`: a quotation mark is open, the record goes on in the next line.
    pub(crate) fn split(&mut self, record: &[u8]) -> Option<Vec<Vec<u8>>> {
        self.reader.reset();
        self.output.resize(record.len() + 1, 0);
        self.ends.resize(record.len() + 2, 0);
        let (mut taken, mut written, mut cells) = (0, 0, 0);
        loop {
            // An empty input tells the reader that nothing follows.
            let input = record.get(taken..).unwrap_or_default();
            let (result, ate, wrote, ended) = self.reader.read_record(
                input,
                self.output.get_mut(written..).unwrap_or_default(),
                self.ends.get_mut(cells..).unwrap_or_default(),
            );
            taken += ate;
            written += wrote;
            cells += ended;
            match result {
                csv_core::ReadRecordResult::InputEmpty if !input.is_empty() => {}
                csv_core::ReadRecordResult::InputEmpty
                | csv_core::ReadRecordResult::Record
                | csv_core::ReadRecordResult::End => break,
                csv_core::ReadRecordResult::OutputFull | csv_core::ReadRecordResult::OutputEndsFull => return None,
            }
        }
        if open_quote(record, self.delimiter) {
            return None;
        }
        let mut start = 0;
        let mut row = Vec::with_capacity(cells);
        for &end in self.ends.get(..cells).unwrap_or_default() {
            row.push(self.output.get(start..end).unwrap_or_default().to_vec());
            start = end;
        }
        Some(row)
    }
}

/// Whether a quoted cell is still open at the end of the record. A quotation mark in the middle of a cell that does
/// not begin with one is a sign like any other.
fn open_quote(record: &[u8], delimiter: u8) -> bool {
    let (mut quoted, mut fresh) = (false, true);
    for &byte in record {
        if quoted {
            quoted = byte != b'"';
            // A doubled mark closes and opens again at once.
            fresh = !quoted;
        } else if byte == b'"' && fresh {
            quoted = true;
        } else {
            fresh = byte == delimiter;
        }
    }
    quoted
}

/// FNV-1a: small, and the same everywhere and for ever.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(record: &str) -> Option<Vec<String>> {
        let row = Cutter::new(b',').split(record.as_bytes())?;
        Some(row.into_iter().map(|cell| String::from_utf8(cell).unwrap()).collect())
    }

    #[test]
    fn records_are_cut() {
        assert_eq!(cells("a,b,,d").unwrap(), ["a", "b", "", "d"]);
        assert_eq!(cells(r#""a,1","say ""hi""",c"#).unwrap(), ["a,1", "say \"hi\"", "c"]);
        assert_eq!(cells("5\" pipe,b").unwrap(), ["5\" pipe", "b"]);
        assert_eq!(cells("\"a\nb\",c").unwrap(), ["a\nb", "c"]);
        assert_eq!(cells("\"a,b"), None);
        assert_eq!(cells("a,").unwrap(), ["a", ""]);
    }
}
