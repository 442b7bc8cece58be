//! What a daemon has taken, as a history: its calls are prepared in a file that is gone at the end.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use flow_daemon::history::calls;
use flow_runtime::ingest::prepared::Writer;
use tempfile::NamedTempFile;

use crate::commands::serve::refuse::unusable;
use crate::failure::Failure;

/// The calls of a store, or of a backup of one, prepared.
pub(super) fn prepared(store: &Path) -> Result<NamedTempFile, Failure> {
    File::open(store).map_err(|error| Failure::file("read", store, &error))?;
    let unwritable = |error: std::io::Error| Failure::new(format!("a temporary file cannot be written: {error}"));
    let file = NamedTempFile::new().map_err(unwritable)?;
    let mut writer = Writer::new(BufWriter::with_capacity(1 << 18, file.as_file())).map_err(unwritable)?;
    let (mut number, mut broken) = (0_u32, None);
    calls(store, &mut |call| {
        number = number.saturating_add(1);
        if broken.is_none() {
            broken = writer.line(call.as_bytes(), number).err();
        }
    })
    .map_err(unusable)?;
    match broken {
        Some(error) => return Err(unwritable(error)),
        None => writer.finish().map_err(unwritable)?,
    };
    if number == 0 {
        return Err(Failure::new(format!("no call has come to the store `{}`", store.display())));
    }
    Ok(file)
}
