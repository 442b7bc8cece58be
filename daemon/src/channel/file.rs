//! `file`: appends one JSON object a line (`docs/delivery.md` documents the form).
//!
//! A delivery counts as handed over when its line is on the disk: each line is synced (`fdatasync`) before the answer,
//! and lines that wait at the same time share one sync. What was written in part is taken back; a line that a crash
//! has cut is closed when the file is opened, so it stands alone and is no JSON. After a crash between the sync and the
//! note of it in the store, the line is written again: a reader tells it by its `key`.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use crate::channel::settings::{ChannelSettings, SettingError};
use crate::channel::{Channel, Sending, form};
use crate::delivery::{Delivery, Outcome};

/// The channel.
pub(crate) struct Lines {
    from: Option<String>,
    inner: Arc<Inner>,
}

struct Inner {
    file: Mutex<File>,
    waiting: Mutex<Vec<Waiting>>,
}

struct Waiting {
    line: String,
    done: oneshot::Sender<Result<(), String>>,
}

impl Lines {
    /// Opens the file, or makes it.
    pub(crate) fn open(settings: &ChannelSettings, folder: &Path) -> Result<Self, SettingError> {
        let path = settings.path.clone().unwrap_or_else(|| PathBuf::from(format!("{}.jsonl", settings.name)));
        let file = open(&folder.join(path)).map_err(|error| {
            let section = format!("channels.{}", settings.name);
            let what = format!("names a file that cannot be written ({})", error.kind());
            SettingError::new(&section, "path", &what, "write the path of a file in a folder that is there")
        })?;
        let inner = Inner { file: Mutex::new(file), waiting: Mutex::default() };
        Ok(Self { from: settings.from.clone(), inner: Arc::new(inner) })
    }
}

impl Channel for Lines {
    fn send<'a>(&'a self, delivery: &'a Delivery) -> Sending<'a> {
        Box::pin(async move {
            let line = form::line(delivery, self.from.as_deref()) + "\n";
            let (done, answer) = oneshot::channel();
            lock(&self.inner.waiting).push(Waiting { line, done });
            let inner = Arc::clone(&self.inner);
            // Who comes first writes for all that wait; who finds nothing left has been written for.
            drop(tokio::task::spawn_blocking(move || inner.write()));
            match answer.await {
                Ok(Ok(())) => Outcome::Delivered { reference: None, answer: None },
                Ok(Err(why)) => Outcome::later(why),
                Err(_) => Outcome::later("the file was closed"),
            }
        })
    }
}

impl Inner {
    fn write(&self) {
        let mut file = lock(&self.file);
        let all = std::mem::take(&mut *lock(&self.waiting));
        if all.is_empty() {
            return;
        }
        let text: String = all.iter().map(|one| one.line.as_str()).collect();
        let result = append(&mut file, &text).map_err(|error| format!("the file cannot be written: {}", error.kind()));
        for one in all {
            // Who asked may be gone.
            let _ = one.done.send(result.clone());
        }
    }
}

/// All of it and on the disk, or nothing of it.
fn append(file: &mut File, text: &str) -> std::io::Result<()> {
    let before = file.seek(SeekFrom::End(0))?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_data());
    if written.is_err() {
        file.set_len(before)?;
    }
    written
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    if file.seek(SeekFrom::End(0))? > 0 {
        file.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
        }
    }
    Ok(file)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
