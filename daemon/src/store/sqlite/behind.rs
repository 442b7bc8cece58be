//! What stands in the write-ahead log is copied into the file beside whoever writes, so that no commit waits for it.
//!
//! A copy that lets others go on (`PASSIVE`) is never quite done while more is written, and the log would only grow. So
//! after a large one the writer copies the little that has come since, and the log begins anew.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;

/// From one look to the next.
const LOOK: Duration = Duration::from_millis(250);
/// Pages from which on the log is to begin anew.
const LARGE: i64 = 4_000;

/// Copies, beside whoever writes.
#[derive(Debug)]
pub(super) struct Behind {
    shared: Arc<Shared>,
    /// Dropped when it is over.
    over: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    /// Something was committed since the last copy.
    news: AtomicBool,
    /// The writer is to copy the rest.
    rest: AtomicBool,
}

impl Behind {
    /// # Errors
    /// When the file cannot be opened once more, or the system has no more threads.
    pub(super) fn start(path: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "synchronous", "full")?;
        let shared = Arc::new(Shared::default());
        let (over, end) = sync_channel(0);
        let its = Arc::clone(&shared);
        let run = move || {
            while end.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
                // What cannot be copied now is copied later; that the disk does not take it is told by whoever commits.
                if its.news.swap(false, Ordering::AcqRel)
                    && let Ok(pages) = copy(&connection)
                    && pages > LARGE
                {
                    its.rest.store(true, Ordering::Release);
                }
            }
        };
        let thread = std::thread::Builder::new().name("store-behind".to_owned()).spawn(run);
        let thread = thread.map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        Ok(Self { shared, over: Some(over), thread: Some(thread) })
    }

    /// Before a commit of whoever writes.
    pub(super) fn before(&self, connection: &Connection) {
        if self.shared.rest.swap(false, Ordering::AcqRel) {
            // The commit says what is wrong with the disk, if anything is.
            let _ = copy(connection);
        }
    }

    /// After one.
    pub(super) fn after(&self) {
        self.shared.news.store(true, Ordering::Release);
    }
}

impl Drop for Behind {
    fn drop(&mut self) {
        drop(self.over.take());
        if let Some(thread) = self.thread.take() {
            // A thread that has panicked has said so.
            let _ = thread.join();
        }
    }
}

/// Copies as much as it can without keeping anybody waiting; how many pages the log has.
fn copy(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(1))
}
