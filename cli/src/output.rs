//! Files that a command writes: JSON Lines, one record each.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::failure::Failure;
use crate::terminal;

/// What is kept before it is written.
const BUFFER_BYTES: usize = 1 << 18;

/// A file of records. The first error is kept and told at the end; nothing is written after it.
pub(crate) struct Output {
    path: PathBuf,
    writer: BufWriter<Box<dyn Write + Send>>,
    broken: Option<io::Error>,
}

impl Output {
    /// Creates a file, or takes standard output for `-`.
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        let writer: Box<dyn Write + Send> = if path == Path::new("-") {
            terminal::raw()
        } else {
            Box::new(File::create(path).map_err(|error| Failure::file("write", path, &error))?)
        };
        Ok(Self { path: path.to_owned(), writer: BufWriter::with_capacity(BUFFER_BYTES, writer), broken: None })
    }

    /// Adds a line.
    pub(crate) fn record(&mut self, record: &impl Serialize) {
        if self.broken.is_some() {
            return;
        }
        let written = serde_json::to_writer(&mut self.writer, record).map_err(io::Error::from);
        self.broken = written.and_then(|()| self.writer.write_all(b"\n")).err();
    }

    /// Adds lines as they are.
    pub(crate) fn lines(&mut self, lines: &[u8]) {
        if self.broken.is_none() {
            self.broken = self.writer.write_all(lines).err();
        }
    }

    /// Writes what is kept. A reader that has gone away is no failure.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        let broken = self.broken.take().or_else(|| self.writer.flush().err());
        match broken {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::file("write", &self.path, &error)),
            Some(_) | None => Ok(()),
        }
    }
}
