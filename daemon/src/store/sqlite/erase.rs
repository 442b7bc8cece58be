//! People are taken out of a store: rows, pages, and what is left in the file of pages that were used before.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use flow_runtime::identity::News;
use memchr::memmem::Finder;
use rusqlite::{Connection, OptionalExtension, params};

use super::write::number;
use super::{read, upkeep};
use crate::erasure::Erasure;
use crate::log::{Place, erase};

/// How much of a file is looked through at once.
const AT_ONCE: usize = 1 << 20;

/// Takes somebody out of every table, within a transaction in which the states of today are written already.
pub(super) fn rows(connection: &Connection, erasure: &Erasure) -> rusqlite::Result<()> {
    log(connection, erasure)?;
    people(connection, erasure)?;
    for id in &erasure.ids {
        connection.execute("DELETE FROM deliveries WHERE contact = ?1", [id])?;
    }
    rejects(connection, erasure)?;
    let sql = "INSERT INTO tombstones (hash, at) VALUES (?1, unixepoch() * 1000) ON CONFLICT (hash) DO NOTHING";
    for tombstone in &erasure.tombstones {
        connection.execute(sql, [tombstone.as_slice()])?;
    }
    Ok(())
}

/// Writes over the entries of the log; a block at a time.
fn log(connection: &Connection, erasure: &Erasure) -> rusqlite::Result<()> {
    let mut places = erasure.places.clone();
    places.sort_unstable();
    let mut places: &[Place] = &places;
    while let Some((first, _)) = places.split_first() {
        let block = read::block(connection, *first)?;
        let end = block.as_ref().map_or(*first + 1, crate::log::Block::end);
        let (here, rest) = places.split_at(places.partition_point(|place| *place < end));
        places = rest;
        let Some(mut block) = block else { continue };
        here.iter().for_each(|place| erase(&mut block.bytes, block.start, *place));
        let sql = "UPDATE log SET bytes = ?2 WHERE start = ?1";
        connection.prepare_cached(sql)?.execute(params![number(block.start), block.bytes])?;
    }
    Ok(())
}

/// Takes the ids out of what became known of who is who.
fn people(connection: &Connection, erasure: &Erasure) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("SELECT number, news FROM people")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (number, bytes): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
        let mut news: Vec<News> = postcard::from_bytes(&bytes).map_err(read::damaged)?;
        let before = news.len();
        erasure.of_news(&mut news);
        if news.len() < before {
            let bytes = postcard::to_stdvec(&news).unwrap_or_default();
            connection.execute("UPDATE people SET news = ?2 WHERE number = ?1", params![number, bytes])?;
        }
    }
    Ok(())
}

fn rejects(connection: &Connection, erasure: &Erasure) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("SELECT id, raw, detail FROM rejects")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, raw, detail): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if erasure.is_in(&raw) || erasure.is_in(&detail) {
            connection.execute("DELETE FROM rejects WHERE id = ?1", [id])?;
        }
    }
    Ok(())
}

/// Who was erased, and the salt.
pub(super) fn tombstones(connection: &Connection) -> rusqlite::Result<crate::erasure::Erased> {
    let salt: Option<Vec<u8>> =
        connection.query_row("SELECT value FROM meta WHERE key = 'erasure_salt'", [], |row| row.get(0)).optional()?;
    let salt = salt.and_then(|salt| salt.try_into().ok()).unwrap_or_default();
    let mut statement = connection.prepare("SELECT hash FROM tombstones")?;
    let hashes = statement.query_map([], |row| row.get::<_, [u8; 32]>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(crate::erasure::Erased::new(salt, hashes))
}

/// Brings what was written into the file, empties the write-ahead log, and looks whether anything of those who were
/// erased is still to be found: in a page, pieces of what stood there before may be left. Then all of it is written anew.
pub(super) fn files(connection: &Connection, path: &Path, erasures: &[Erasure]) -> rusqlite::Result<()> {
    upkeep::empty_wal(connection)?;
    let words: Vec<_> = erasures.iter().flat_map(Erasure::words).map(|word| Finder::new(word.as_bytes())).collect();
    // A file that cannot be read is treated as one that has something in it.
    if holds(path, &words).unwrap_or(true) {
        connection.execute_batch("VACUUM")?;
        upkeep::empty_wal(connection)?;
    }
    Ok(())
}

/// Whether a file holds one of some words.
fn holds(path: &Path, words: &[Finder<'_>]) -> std::io::Result<bool> {
    let longest = words.iter().map(|word| word.needle().len()).max().unwrap_or(0);
    let mut file = File::open(path)?;
    let (mut buffer, mut kept) = (vec![0; AT_ONCE + longest], 0);
    loop {
        let Some(room) = buffer.get_mut(kept..) else { return Ok(false) };
        let count = file.read(room)?;
        if count == 0 {
            return Ok(false);
        }
        let filled = kept + count;
        let Some(seen) = buffer.get(..filled) else { return Ok(false) };
        if words.iter().any(|word| word.find(seen).is_some()) {
            return Ok(true);
        }
        // A word may begin at the end of this piece.
        let from = filled.saturating_sub(longest);
        buffer.copy_within(from..filled, 0);
        kept = filled - from;
    }
}
