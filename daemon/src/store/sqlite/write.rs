//! One commit is one transaction.

use rusqlite::{CachedStatement, Connection, params};
use serde::Serialize;

use super::super::{Act, Commit, Deployed, Fate, Mark, Reject, Settled, State};
use super::erase;
use crate::delivery::Delivery;
use crate::http::keys::{Key, KeyChange};
use crate::log::Block;

const MARK: &str =
    "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";

/// Keeps all of a commit or nothing.
pub(super) fn commit(connection: &mut Connection, commit: &Commit) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    each(
        &transaction,
        "INSERT INTO log (start, at, program, bytes) VALUES (?1, ?2, ?3, ?4)",
        &commit.blocks,
        |statement, it| block(statement, it),
    )?;
    let deliver = "INSERT INTO deliveries (key, contact, at, kind, name, delivery, state, next_at, why)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (key) DO NOTHING";
    each(&transaction, deliver, &commit.deliveries, |statement, it| delivery(statement, it, None))?;
    each(&transaction, deliver, &commit.failures, |statement, (it, why)| delivery(statement, it, Some(why)))?;
    let reject_ = "INSERT INTO rejects (at, source, scope, reason, detail, raw) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    each(&transaction, reject_, &commit.rejects, reject)?;
    let replay = "UPDATE rejects SET replayed_at = unixepoch('subsec') * 1000 WHERE id = ?1";
    each(&transaction, replay, &commit.replayed, |statement, id| statement.execute([id]))?;
    let settle = "UPDATE deliveries SET state = ?2, attempts = ?3, next_at = ?4, settled_at = ?5, why = ?6,
                  reference = coalesce(?7, reference) WHERE id = ?1";
    each(&transaction, settle, &commit.settled, settled)?;
    let keep = "INSERT INTO contacts (number, upto, place, state) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (number) DO UPDATE SET upto = excluded.upto, place = excluded.place, state = excluded.state";
    each(&transaction, keep, &commit.states, state)?;
    if let Some(kept) = &commit.mark {
        mark(&transaction, kept)?;
    }
    let deploy = "INSERT INTO programs (number, at, who, sources_commit, fingerprint, program)
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    each(&transaction, deploy, commit.program.as_slice(), program)?;
    each(&transaction, "INSERT INTO acts (at, who, what, detail) VALUES (?1, ?2, ?3, ?4)", &commit.acts, act)?;
    commit.keys.iter().try_for_each(|change| key(&transaction, change))?;
    if let Some(fingerprint) = &commit.folder {
        transaction.prepare_cached(MARK)?.execute(params!["folder", fingerprint])?;
    }
    // Last of all: what this commit says of somebody who is erased goes, too.
    commit.erasures.iter().try_for_each(|erasure| erase::rows(&transaction, erasure))?;
    transaction.commit()
}

fn each<T>(
    connection: &Connection,
    sql: &str,
    rows: &[T],
    mut write: impl FnMut(&mut CachedStatement<'_>, &T) -> rusqlite::Result<usize>,
) -> rusqlite::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut statement = connection.prepare_cached(sql)?;
    rows.iter().try_for_each(|row| write(&mut statement, row).map(drop))
}

fn block(statement: &mut CachedStatement<'_>, block: &Block) -> rusqlite::Result<usize> {
    statement.execute(params![number(block.start), block.at.0, block.program, block.bytes])
}

fn delivery(statement: &mut CachedStatement<'_>, it: &Delivery, dead: Option<&String>) -> rusqlite::Result<usize> {
    let (kind, name) = it.what.named();
    let (state, next) = match dead {
        None => ("due", Some(it.at.0)),
        Some(_) => ("dead", None),
    };
    statement.execute(params![it.key, it.contact, it.at.0, kind, name, json(it), state, next, dead])
}

fn reject(statement: &mut CachedStatement<'_>, it: &Reject) -> rusqlite::Result<usize> {
    let Reject { at, source, scope, reason, detail, raw, .. } = it;
    statement.execute(params![at.0, source, word(scope), reason.code(), detail, raw])
}

fn settled(statement: &mut CachedStatement<'_>, it: &Settled) -> rusqlite::Result<usize> {
    let (state, next, why, reference) = match &it.fate {
        Fate::Left { reference } => ("left", None, None, reference.as_ref()),
        Fate::Again { next, why } => ("due", Some(next.0), Some(why), None),
        Fate::Dead { why } => ("dead", None, Some(why), None),
    };
    statement.execute(params![it.id, state, it.attempts, next, it.at.0, why, reference])
}

fn state(statement: &mut CachedStatement<'_>, it: &State) -> rusqlite::Result<usize> {
    statement.execute(params![it.number, number(it.upto), number(it.place), it.contact])
}

fn mark(connection: &Connection, mark: &Mark) -> rusqlite::Result<()> {
    if !mark.news.is_empty() {
        let news = postcard::to_stdvec(&mark.news).unwrap_or_default();
        connection.prepare_cached("INSERT INTO people (news) VALUES (?1)")?.execute([news])?;
    }
    let mut write = connection.prepare_cached(MARK)?;
    write.execute(params!["upto", number(mark.upto)])?;
    write.execute(params!["program", mark.program])?;
    write.execute(params!["now", mark.now.0])?;
    write.execute(params!["counts", json(&mark.counts)])?;
    write.execute(params!["tally", mark.tally])?;
    Ok(())
}

fn program(statement: &mut CachedStatement<'_>, it: &Deployed) -> rusqlite::Result<usize> {
    statement.execute(params![it.number, it.at.0, it.who, it.commit, it.fingerprint, it.program])
}

pub(super) fn key(connection: &Connection, change: &KeyChange) -> rusqlite::Result<()> {
    let written = match change {
        KeyChange::Added(Key { purpose, name, hash, since, until }) => {
            let sql = "INSERT INTO keys (hash, purpose, name, at, until) VALUES (?1, ?2, ?3, ?4, ?5)";
            let (at, until) = (since.map_or(0, |at| at.0), until.map(|at| at.0));
            connection.execute(sql, params![hash.as_slice(), purpose.word(), name, at, until])
        }
        KeyChange::Until(hash, until) => {
            connection.execute("UPDATE keys SET until = ?2 WHERE hash = ?1", params![hash.as_slice(), until.0])
        }
    };
    written.map(drop)
}

fn act(statement: &mut CachedStatement<'_>, it: &Act) -> rusqlite::Result<usize> {
    statement.execute(params![it.at.0, it.who, it.what, it.detail])
}

/// SQLite has signed numbers; no log is ever as long as the largest.
pub(super) fn number(place: u64) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// A value that is written as one word.
pub(super) fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|it| it.as_str().map(ToOwned::to_owned)).unwrap_or_default()
}
