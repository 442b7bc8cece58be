//! The journal of a daemon: a file of JSON Lines that others read on.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use flow_daemon::journal::{Line, Sink};

use crate::failure::Failure;

/// Opens it to write behind what is there: whoever turns such files over may empty this one meanwhile.
pub(super) fn open(path: &Path) -> Result<Sink, Failure> {
    let opened = File::options().create(true).append(true).open(path);
    let file = opened.map_err(|error| {
        Failure::new(format!("cannot write the journal `{}`: {error}", path.display()))
            .help("its folder has to be there, and writable for who runs the daemon")
    })?;
    let file = Mutex::new(file);
    Ok(Arc::new(move |line: &Line| {
        let mut text = serde_json::to_vec(line).unwrap_or_default();
        text.push(b'\n');
        // In one piece, so that lines stay whole. A disk that takes no line does not keep the daemon from its work.
        let _ = file.lock().unwrap_or_else(PoisonError::into_inner).write_all(&text);
    }))
}
