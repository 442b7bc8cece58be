//! What is done to a store beside running it: looked through, made small, copied.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use flow_graph::Timestamp;
use rusqlite::{Connection, OpenFlags, params};
use serde::Serialize;

use super::super::{Commit, Deployed, Kept, Queued, Store, StoreError};
use super::{BUSY, Reader, SqliteStore, read, schema, wrong};
use crate::log::{Block, Blocks, Kind, Place, entries};
use crate::shard::Shard;

/// Most mistakes of one kind that are told.
const MOST: usize = 20;

/// For how long what is kept; none: for good. What states need is kept in any case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retention {
    /// The log, in milliseconds. What is gone of it is known in states and figures alone.
    pub log: Option<i64>,
    /// Deliveries that have left or were given up.
    pub deliveries: Option<i64>,
    /// What was refused.
    pub rejects: Option<i64>,
}

/// What was thrown away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// Blocks of the log.
    pub blocks: usize,
    /// Deliveries.
    pub deliveries: usize,
    /// Rejects.
    pub rejects: usize,
}

impl Dropped {
    /// Nothing was.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a store was found to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Contacts, without those that became part of others.
    pub contacts: u64,
    /// Entries of the log.
    pub entries: u64,
    /// Bytes of the log.
    pub log_bytes: u64,
    /// Deliveries.
    pub deliveries: u64,
    /// All of the log was run again; else only what came after the last states, because its beginning was thrown away, or somebody was erased.
    pub replayed: bool,
    /// What is wrong with it, in sentences; nothing, where it is well.
    pub wrong: Vec<String>,
}

/// Throws away what is older than it has to be kept, of so many rows of a kind that are there longest: no more are looked
/// at, since whoever commits waits for it.
///
/// A block of the log goes where all states are behind it. The last one stays: it says where the log goes on.
pub(super) fn drop_old(
    connection: &mut Connection,
    retention: &Retention,
    now: Timestamp,
    most: u32,
) -> rusqlite::Result<Dropped> {
    let transaction = connection.transaction()?;
    let mut dropped = Dropped::default();
    let before = |length: i64| now.plus(-length).0;
    if let Some(length) = retention.log {
        let sql = "DELETE FROM log WHERE start IN (
                     SELECT start FROM log
                     WHERE at < ?1 AND start < (SELECT max(start) FROM log)
                       AND start + length(bytes) <= (SELECT value FROM meta WHERE key = 'upto')
                     ORDER BY start LIMIT ?2)";
        dropped.blocks = transaction.prepare_cached(sql)?.execute(params![before(length), most])?;
    }
    if let Some(length) = retention.deliveries {
        let sql = "DELETE FROM deliveries WHERE id IN (
                     SELECT id FROM (SELECT id, at, next_at FROM deliveries ORDER BY id LIMIT ?2)
                     WHERE next_at IS NULL AND at < ?1)";
        dropped.deliveries = transaction.prepare_cached(sql)?.execute(params![before(length), most])?;
        if dropped.deliveries > 0 {
            let sql = "INSERT INTO meta (key, value) VALUES ('deliveries_since', ?1)
                       ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value)";
            transaction.prepare_cached(sql)?.execute([before(length)])?;
        }
    }
    if let Some(length) = retention.rejects {
        let sql = "DELETE FROM rejects WHERE id IN (
                     SELECT id FROM (SELECT id, at FROM rejects ORDER BY id LIMIT ?2) WHERE at < ?1)";
        dropped.rejects = transaction.prepare_cached(sql)?.execute(params![before(length), most])?;
    }
    transaction.commit()?;
    Ok(dropped)
}

impl SqliteStore {
    /// Throws away what is older than it has to be kept, and gives the room back to the system. The daemon has to be
    /// stopped.
    ///
    /// # Errors
    /// When it cannot be written, or there is no room for the copy that this takes.
    pub fn compact(&mut self, retention: &Retention, now: Timestamp) -> Result<Dropped, StoreError> {
        let all =
            drop_old(&mut self.connection, retention, now, u32::MAX).map_err(|error| wrong(&self.path, &error))?;
        let made_small = self.connection.execute_batch("VACUUM").and_then(|()| empty_wal(&self.connection));
        made_small.map_err(|error| wrong(&self.path, &error))?;
        Ok(all)
    }
}

/// Copies a store to a file that is not there yet, as it is at one moment. A daemon may run with it meanwhile.
///
/// # Errors
/// When the store cannot be read, or the file cannot be written or is there already.
pub fn backup(path: &Path, to: &Path) -> Result<(), StoreError> {
    if to.exists() {
        return Err(StoreError::new(format!("`{}` is there already", to.display())).help("name a file that is not"));
    }
    let connection = open_to_read(path)?;
    let target = to.to_str().ok_or_else(|| StoreError::new(format!("`{}` is no name of a file", to.display())))?;
    // The copy is made under another name: what stands under its own is whole.
    let partial = format!("{target}.partial");
    let written = connection.execute("VACUUM INTO ?1", [&partial]).map_err(|error| wrong(to, &error));
    let named = written.and_then(|_| {
        let durable = std::fs::File::open(&partial).and_then(|file| file.sync_all());
        let named = durable.and_then(|()| std::fs::rename(&partial, to));
        let cannot = |error: std::io::Error| crate::text::plain(&error.to_string());
        named.map_err(|error| StoreError::new(format!("cannot write `{}`: {}", to.display(), cannot(error))))
    });
    if named.is_err() {
        // It may not be there at all.
        let _ = std::fs::remove_file(&partial);
    }
    named
}

/// Looks through all of a store: its pages, its log, and whether its log makes its states and what has left. A daemon
/// may run with it meanwhile: it is looked at as it is at one moment.
///
/// # Errors
/// When it cannot be opened at all.
pub fn check(path: &Path) -> Result<Checked, StoreError> {
    let connection = open_to_read(path)?;
    let failed = |error: &rusqlite::Error| wrong(path, error);
    connection.execute_batch("BEGIN").map_err(|error| failed(&error))?;
    let mut checked = Checked::default();
    pages(&connection, &mut checked).map_err(|error| failed(&error))?;
    if !checked.wrong.is_empty() {
        return Ok(checked);
    }
    let gone = connection.query_row("SELECT count(*) FROM tombstones", [], |row| row.get::<_, i64>(0));
    let gone = gone.map_err(|error| failed(&error))?;
    let mut store = Snapshot { path, connection };
    let reader = Arc::new(Reader::open(path)?);
    let first = log(&mut store, &mut checked)?;
    match Shard::restore(&mut store, Arc::clone(&reader) as _) {
        Ok(Some(shard)) => {
            checked.contacts = shard.summary().contacts;
            // Of those who were erased not even their numbers come out of the log.
            if first <= 1 && gone == 0 {
                checked.replayed = true;
                let replayed = replay(&mut store, &shard, reader, &mut checked);
                checked.wrong.extend(replayed.err().map(|error| error.message));
            }
        }
        Ok(None) => {}
        Err(error) => checked.wrong.push(error.message),
    }
    Ok(checked)
}

/// The program that ran last with a store; none where none has. A daemon may run with it meanwhile.
///
/// # Errors
/// When it cannot be read.
pub fn program_of(path: &Path) -> Result<Option<Deployed>, StoreError> {
    let connection = open_to_read(path)?;
    read::last_program(&connection).map_err(|error| wrong(path, &error))
}

/// Reads all contacts of a store as they are at one moment. Nothing is written, and a daemon may run with it meanwhile;
/// it holds about as much memory as a daemon with as many contacts.
///
/// # Errors
/// When it cannot be read, or nothing has ever run there.
pub fn stand(path: &Path) -> Result<Shard, StoreError> {
    let connection = open_to_read(path)?;
    connection.execute_batch("BEGIN").map_err(|error| wrong(path, &error))?;
    let mut store = Snapshot { path, connection };
    let blocks = Arc::new(Reader::open(path)?);
    let shard = Shard::restore(&mut store, blocks)?;
    shard.ok_or_else(|| StoreError::new(format!("no program has ever run with `{}`", path.display())))
}

/// Brings all that was written into the file, and leaves nothing in the write-ahead log.
pub(super) fn empty_wal(connection: &Connection) -> rusqlite::Result<()> {
    let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0))?;
    match busy {
        false => Ok(()),
        true => Err(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY), None)),
    }
}

fn open_to_read(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let failed = |error: &rusqlite::Error| wrong(path, error);
    let connection = Connection::open_with_flags(path, flags).map_err(|error| failed(&error))?;
    connection.busy_timeout(BUSY).map_err(|error| failed(&error))?;
    schema::known(&connection).map_err(|error| error.into_store(path))?;
    Ok(connection)
}

/// What SQLite says of its pages, tables and indexes.
fn pages(connection: &Connection, checked: &mut Checked) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(&format!("PRAGMA integrity_check({MOST})"))?;
    for line in statement.query_map([], |row| row.get::<_, String>(0))? {
        match line? {
            well if well == "ok" => {}
            line => checked.wrong.push(format!("a page or an index is damaged: {line}")),
        }
    }
    if checked.wrong.is_empty() {
        checked.deliveries =
            connection.query_row("SELECT count(*) FROM deliveries", [], |row| row.get::<_, i64>(0))?.unsigned_abs();
    }
    Ok(())
}

/// Reads all of the log; where it begins.
fn log(store: &mut Snapshot<'_>, checked: &mut Checked) -> Result<Place, StoreError> {
    let (mut first, mut next) = (None, 0);
    loop {
        let blocks = store.blocks(next)?;
        if blocks.is_empty() || checked.wrong.len() >= MOST {
            return Ok(first.unwrap_or(1));
        }
        for block in &blocks {
            if first.is_some() && block.start != next {
                checked
                    .wrong
                    .push(format!("the log has a gap: a block ends at {next}, the next begins at {}", block.start));
            }
            first.get_or_insert(block.start);
            next = block.end();
            checked.log_bytes += block.bytes.len() as u64;
            let mut end = block.start;
            for entry in entries(&block.bytes, block.start) {
                checked.entries += 1;
                end = entry.end;
                let theirs = if let Kind::United(theirs) = entry.kind { theirs } else { 0 };
                if entry.before.max(theirs) >= entry.place {
                    checked.wrong.push(format!("the entry at {} follows one that is behind it", entry.place));
                }
            }
            if end != next {
                checked.wrong.push(format!("the log cannot be read at {end}"));
            }
        }
    }
}

fn replay(
    store: &mut Snapshot<'_>,
    shard: &Shard,
    reader: Arc<dyn Blocks>,
    checked: &mut Checked,
) -> Result<(), StoreError> {
    let replayed = shard.replay(store, reader)?;
    for (number, why) in replayed.wrong.iter().take(MOST) {
        checked.wrong.push(format!("contact {number}: {why}"));
    }
    if replayed.wrong.len() > MOST {
        checked.wrong.push(format!("and {} contacts more", replayed.wrong.len() - MOST));
    }
    let (keys, since) = read::keys_of_deliveries(&store.connection).map_err(|error| wrong(store.path, &error))?;
    let missing: BTreeSet<_> = replayed.keys.difference(&keys).collect();
    // Some were thrown away on purpose.
    if since.is_none() && !missing.is_empty() {
        checked.wrong.push(format!("{} deliveries were decided and are not there", missing.len()));
    }
    let extra = keys.difference(&replayed.keys).count();
    if extra > 0 {
        checked.wrong.push(format!("{extra} deliveries are there and were never decided"));
    }
    Ok(())
}

/// A store as it is at one moment, to be read.
struct Snapshot<'p> {
    path: &'p Path,
    connection: Connection,
}

impl Store for Snapshot<'_> {
    fn commit(&mut self, _commit: &Commit) -> Result<(), StoreError> {
        Err(StoreError::new("this store is only looked at"))
    }

    fn load(&mut self) -> Result<Kept, StoreError> {
        read::load(&self.connection).map_err(|error| wrong(self.path, &error))
    }

    fn blocks(&mut self, from: Place) -> Result<Vec<Block>, StoreError> {
        read::blocks(&self.connection, from).map_err(|error| wrong(self.path, &error))
    }

    fn due(&mut self, until: Timestamp, most: usize, without: &[i64]) -> Result<Vec<Queued>, StoreError> {
        read::due(&self.connection, until, most, without).map_err(|error| wrong(self.path, &error))
    }
}
