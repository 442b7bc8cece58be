//! The store of the daemon: one SQLite file, which anybody can open and look into.
//!
//! WAL with `synchronous=FULL`: what a commit returns from is on the disk. One connection writes; readers have their
//! own and see whole commits. The file is held by one process: a second one is refused.

mod behind;
mod erase;
mod read;
mod schema;
mod upkeep;
mod write;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use flow_graph::Timestamp;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{Commit, Kept, Queued, Store, StoreError};
use crate::clock::Clock;
use crate::erasure::Erasure;
use crate::http::keys::{Key, KeyChange};
use crate::log::{Block, Blocks, Place};
use crate::text::plain;
use behind::Behind;
pub use read::{Page, Row};
pub use upkeep::{Checked, Dropped, Retention, backup, check, program_of, stand};

/// How long a reader waits for a lock.
const BUSY: Duration = Duration::from_secs(5);

/// How long between two looks whether something is old enough to be thrown away.
const TIDY: Duration = Duration::from_secs(60);
/// Rows of each kind that are thrown away at once: so few that no commit waits long for it.
const AT_ONCE: u32 = 500;

/// What is thrown away when it is old.
#[derive(Debug)]
struct Tidy {
    retention: Retention,
    clock: Clock,
    /// When nothing was found that is old enough.
    last: Option<Instant>,
}

/// The store of the daemon.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    behind: Behind,
    connection: Connection,
    tidy: Option<Tidy>,
    /// Who was erased and may still be found in the files.
    gone: Vec<Erasure>,
    /// Held as long as the store is open, so that no other process opens it.
    _lock: std::fs::File,
}

impl SqliteStore {
    /// Opens a store, and makes it where there is none.
    ///
    /// # Errors
    /// When another process has it, when it cannot be read or written, when it is damaged, when it is newer than this
    /// program.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let lock = lock(path)?;
        let connection = Connection::open(path).map_err(|error| wrong(path, &error))?;
        prepare(&connection).map_err(|error| wrong(path, &error))?;
        schema::bring_forward(&connection).map_err(|error| error.into_store(path))?;
        let behind = Behind::start(path).map_err(|error| wrong(path, &error))?;
        // What was thrown away before a crash is not left beside it. Somebody who makes a copy may be in the way.
        let _ = upkeep::empty_wal(&connection);
        Ok(Self { path: path.to_owned(), behind, connection, tidy: None, gone: Vec::new(), _lock: lock })
    }

    /// From now on what is older is thrown away, little by little.
    pub fn keep_for(&mut self, retention: Retention, clock: Clock) {
        self.tidy = Some(Tidy { retention, clock, last: None });
    }

    /// Throws something away that is old enough, from time to time.
    fn tidy(&mut self) {
        let Some(Tidy { retention, clock, last }) = &mut self.tidy else { return };
        if last.is_some_and(|last| last.elapsed() < TIDY) {
            return;
        }
        let dropped = upkeep::drop_old(&mut self.connection, retention, clock.now(), AT_ONCE);
        // Where there is more it goes with the next commits. What cannot be thrown away now is the next time: whatever
        // stands in its way stands in the way of commits, too.
        let more = dropped.is_ok_and(|dropped| !dropped.is_empty());
        *last = (!more).then(Instant::now);
    }

    /// Its file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Who may do what.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn keys(&self) -> Result<Vec<Key>, StoreError> {
        read::keys(&self.connection).map_err(|error| self.wrong(&error))
    }

    /// The fingerprint of the program that the folder of the daemon held when it was looked at last.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn folder(&self) -> Result<Option<String>, StoreError> {
        read::meta(&self.connection, "folder").map_err(|error| self.wrong(&error))
    }

    /// Keeps the hash of a key, before anybody else writes.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub fn add_key(&self, key: Key) -> Result<(), StoreError> {
        write::key(&self.connection, &KeyChange::Added(key)).map_err(|error| self.wrong(&error))
    }

    fn wrong(&self, error: &rusqlite::Error) -> StoreError {
        wrong(&self.path, error)
    }
}

impl Store for SqliteStore {
    fn commit(&mut self, commit: &Commit) -> Result<(), StoreError> {
        self.behind.before(&self.connection);
        write::commit(&mut self.connection, commit).map_err(|error| wrong(&self.path, &error))?;
        self.behind.after();
        self.gone.extend(commit.erasures.iter().cloned());
        // It is kept: what cannot be done to the files now, because somebody reads them, is done with the next commit.
        if !self.gone.is_empty() && erase::files(&self.connection, &self.path, &self.gone).is_ok() {
            self.gone.clear();
        }
        self.tidy();
        Ok(())
    }

    fn load(&mut self) -> Result<Kept, StoreError> {
        read::load(&self.connection).map_err(|error| self.wrong(&error))
    }

    fn blocks(&mut self, from: Place) -> Result<Vec<Block>, StoreError> {
        read::blocks(&self.connection, from).map_err(|error| self.wrong(&error))
    }

    fn due(&mut self, until: Timestamp, most: usize, without: &[i64]) -> Result<Vec<Queued>, StoreError> {
        read::due(&self.connection, until, most, without).map_err(|error| self.wrong(&error))
    }
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    // 8 MB: whenever pages were balanced, SQLite looks at each page of its cache at the end of the transaction, so a
    // large one makes each commit slow. The system has the file in its own cache.
    connection.pragma_update(None, "cache_size", -8_192)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    // What is thrown away is written over.
    connection.pragma_update(None, "secure_delete", "on")?;
    // What is in the write-ahead log is copied beside: [`behind`].
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// Reads a store while a [`SqliteStore`] writes it, from any thread.
#[derive(Debug, Clone)]
pub struct Reader {
    path: PathBuf,
    connection: Arc<Mutex<Connection>>,
}

impl Reader {
    /// Opens a store to read.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|error| wrong(path, &error))?;
        connection.busy_timeout(BUSY).map_err(|error| wrong(path, &error))?;
        Ok(Self { path: path.to_owned(), connection: Arc::new(Mutex::new(connection)) })
    }

    /// How long the file is, with its write-ahead log.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let mut log = self.path.clone().into_os_string();
        log.push("-wal");
        let length = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
        length(&self.path) + length(Path::new(&log))
    }

    /// Asks something.
    ///
    /// # Errors
    /// When it cannot be read.
    fn ask<R>(&self, question: impl FnOnce(&Connection) -> rusqlite::Result<R>) -> Result<R, StoreError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        question(&connection).map_err(|error| wrong(&self.path, &error))
    }
}

impl Blocks for Reader {
    fn block(&self, place: Place) -> Option<Arc<Block>> {
        self.ask(|connection| read::block(connection, place)).ok().flatten().map(Arc::new)
    }
}

/// Takes the file beside a store that says that somebody has it.
fn lock(path: &Path) -> Result<std::fs::File, StoreError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push("-lock");
    let beside = PathBuf::from(beside);
    let file = std::fs::OpenOptions::new().create(true).write(true).truncate(false).open(&beside);
    let file = file.map_err(|error| {
        StoreError::new(format!("cannot write `{}`: {}", beside.display(), plain(&error.to_string())))
            .help("the folder of the store has to be writable for who runs the daemon")
    })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            Err(StoreError::new(format!("another process has the store `{}` open", path.display()))
                .help("stop the other daemon first, or give this one a store of its own with `--store FILE`"))
        }
        Err(std::fs::TryLockError::Error(error)) => {
            Err(StoreError::new(format!("cannot lock `{}`: {}", beside.display(), plain(&error.to_string()))))
        }
    }
}

/// What went wrong, for people.
fn wrong(path: &Path, error: &rusqlite::Error) -> StoreError {
    let store = path.display();
    let code = error.sqlite_error_code();
    if code == Some(ErrorCode::DiskFull) {
        return StoreError::new(format!("the disk is full: nothing more can be kept in `{store}`"))
            .help("make room; what was acknowledged is kept, and what was not is sent again by its sender");
    }
    if matches!(code, Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied)) {
        return StoreError::new(format!("the store `{store}` cannot be written"))
            .help("give whoever runs the daemon the right to write the file and its folder");
    }
    if code == Some(ErrorCode::CannotOpen) {
        return StoreError::new(format!("the store `{store}` cannot be opened")).help("its folder has to be there");
    }
    if code == Some(ErrorCode::NotADatabase) {
        return StoreError::new(format!("`{store}` is no store of Flowline"))
            .help("name another file with `--store FILE`");
    }
    if code == Some(ErrorCode::DatabaseCorrupt) {
        return StoreError::damaged(&format!("`{store}` has pages that cannot be read"));
    }
    StoreError::new(format!("the store `{store}` cannot be used: {}", plain(&error.to_string())))
}
