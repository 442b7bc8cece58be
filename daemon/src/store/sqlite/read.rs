//! What a start reads, and what is asked while the daemon runs.

use std::collections::BTreeSet;
use std::sync::Arc;

use flow_graph::Timestamp;
use flow_runtime::driver::Counts;
use flow_runtime::identity::News;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use super::super::{Act, Deployed, Kept, Mark, Queued, Reject, State, StoreError};
use super::write::number;
use super::{Reader, erase};
use crate::erasure::Erasure;
use crate::http::keys::{Key, Purpose};
use crate::log::{Block, Place};

/// Most bytes of blocks that are read at once.
const AT_ONCE: usize = 4 << 20;

/// What is there.
pub(super) fn load(connection: &Connection) -> rusqlite::Result<Kept> {
    let mut states = connection.prepare("SELECT number, upto, place, state FROM contacts ORDER BY number")?;
    let states = states
        .query_map([], |row| {
            Ok(State { number: row.get(0)?, upto: place(row.get(1)?), place: place(row.get(2)?), contact: row.get(3)? })
        })?
        .collect::<rusqlite::Result<_>>()?;
    let end = "SELECT start + length(bytes) FROM log ORDER BY start DESC LIMIT 1";
    let end: Option<i64> = connection.query_row(end, [], |row| row.get(0)).optional()?;
    let (programs, mark) = (programs(connection)?, mark(connection)?);
    let erased = Arc::new(erase::tombstones(connection)?);
    Ok(Kept { programs, mark, states, end: end.map_or(0, place), erased })
}

/// What is kept of a program, in the order in which it is read.
const PROGRAM: &str = "number, at, who, sources_commit, fingerprint, program";

fn programs(connection: &Connection) -> rusqlite::Result<Vec<Deployed>> {
    let mut statement = connection.prepare(&format!("SELECT {PROGRAM} FROM programs ORDER BY number"))?;
    statement.query_map([], read_program)?.collect()
}

/// The one that took over last.
pub(super) fn last_program(connection: &Connection) -> rusqlite::Result<Option<Deployed>> {
    let sql = format!("SELECT {PROGRAM} FROM programs ORDER BY number DESC LIMIT 1");
    connection.query_row(&sql, [], read_program).optional()
}

fn read_program(row: &rusqlite::Row<'_>) -> rusqlite::Result<Deployed> {
    Ok(Deployed {
        number: row.get(0)?,
        at: Timestamp(row.get(1)?),
        who: row.get(2)?,
        commit: row.get(3)?,
        fingerprint: row.get(4)?,
        program: row.get(5)?,
    })
}

fn mark(connection: &Connection) -> rusqlite::Result<Option<Mark>> {
    let mut statement = connection.prepare("SELECT news FROM people ORDER BY number")?;
    let mut news: Vec<News> = Vec::new();
    for bytes in statement.query_map([], |row| row.get::<_, Vec<u8>>(0))? {
        news.extend(postcard::from_bytes::<Vec<News>>(&bytes?).map_err(damaged)?);
    }
    let Some(upto) = meta::<i64>(connection, "upto")? else { return Ok(None) };
    let counts: Option<String> = meta(connection, "counts")?;
    Ok(Some(Mark {
        upto: place(upto),
        program: meta(connection, "program")?.unwrap_or_default(),
        now: Timestamp(meta(connection, "now")?.unwrap_or_default()),
        counts: counts.map(|text| parse::<Counts>(&text)).transpose()?.unwrap_or_default(),
        tally: meta(connection, "tally")?.unwrap_or_default(),
        news,
    }))
}

pub(super) fn meta<T: rusqlite::types::FromSql>(connection: &Connection, key: &str) -> rusqlite::Result<Option<T>> {
    connection.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0)).optional()
}

/// The blocks from a place on.
pub(super) fn blocks(connection: &Connection, from: Place) -> rusqlite::Result<Vec<Block>> {
    let first: Option<i64> = connection
        .query_row("SELECT max(start) FROM log WHERE start <= ?1", [number(from)], |row| row.get(0))
        .optional()?
        .flatten();
    let sql = "SELECT start, at, program, bytes FROM log WHERE start >= ?1 ORDER BY start";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([first.unwrap_or_else(|| number(from))])?;
    let (mut blocks, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let block = read_block(row)?;
        if block.end() <= from {
            continue;
        }
        bytes += block.bytes.len();
        blocks.push(block);
        if bytes >= AT_ONCE {
            break;
        }
    }
    Ok(blocks)
}

/// The block that holds a place.
pub(super) fn block(connection: &Connection, place: Place) -> rusqlite::Result<Option<Block>> {
    let sql = "SELECT start, at, program, bytes FROM log WHERE start <= ?1 ORDER BY start DESC LIMIT 1";
    let mut statement = connection.prepare_cached(sql)?;
    let block = statement.query_row([number(place)], read_block).optional()?;
    Ok(block.filter(|block| place < block.end()))
}

fn read_block(row: &rusqlite::Row<'_>) -> rusqlite::Result<Block> {
    Ok(Block { start: place(row.get(0)?), at: Timestamp(row.get(1)?), program: row.get(2)?, bytes: row.get(3)? })
}

/// Deliveries that are due.
pub(super) fn due(
    connection: &Connection,
    until: Timestamp,
    most: usize,
    without: &[i64],
) -> rusqlite::Result<Vec<Queued>> {
    let sql = "SELECT id, delivery, attempts FROM deliveries WHERE next_at <= ?1 ORDER BY next_at, id";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([until.0])?;
    let mut due = Vec::new();
    while due.len() < most
        && let Some(row) = rows.next()?
    {
        let id = row.get(0)?;
        if !without.contains(&id) {
            let delivery: String = row.get(1)?;
            due.push(Queued { id, delivery: parse(&delivery)?, attempts: row.get(2)? });
        }
    }
    Ok(due)
}

/// The keys of all deliveries, and the instant before which some were thrown away, if any were.
pub(super) fn keys_of_deliveries(connection: &Connection) -> rusqlite::Result<(BTreeSet<String>, Option<i64>)> {
    let mut statement = connection.prepare("SELECT key FROM deliveries")?;
    let keys = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok((keys, meta(connection, "deliveries_since")?))
}

/// A delivery as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its number.
    pub id: i64,
    /// Its identity.
    pub key: String,
    /// The id of the contact.
    pub contact: String,
    /// When it was decided.
    #[serde(serialize_with = "crate::text::instant")]
    pub at: Timestamp,
    /// `message`, `call` or `notice`.
    pub kind: String,
    /// What of: the message, `connector.action`, the team.
    pub name: String,
    /// `due`, `left` or `dead`.
    pub state: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next.
    #[serde(serialize_with = "crate::text::maybe")]
    pub next_at: Option<Timestamp>,
    /// When it was tried last.
    #[serde(serialize_with = "crate::text::maybe")]
    pub settled_at: Option<Timestamp>,
    /// What went wrong last.
    pub why: Option<String>,
    /// What the other side calls it.
    pub reference: Option<String>,
}

/// The columns of a row, in the order in which it is read.
const ROW: &str = "id, key, contact, at, kind, name, state, attempts, next_at, settled_at, why, reference";

impl Row {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            key: row.get(1)?,
            contact: row.get(2)?,
            at: Timestamp(row.get(3)?),
            kind: row.get(4)?,
            name: row.get(5)?,
            state: row.get(6)?,
            attempts: row.get(7)?,
            next_at: row.get::<_, Option<i64>>(8)?.map(Timestamp),
            settled_at: row.get::<_, Option<i64>>(9)?.map(Timestamp),
            why: row.get(10)?,
            reference: row.get(11)?,
        })
    }
}

/// Which rows are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Only those before this number; the newest come first.
    pub before: Option<i64>,
    /// Most of them.
    pub most: u32,
}

/// A program that has run, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ran {
    /// Its number.
    pub number: u32,
    /// When it took over.
    #[serde(serialize_with = "crate::text::instant")]
    pub at: Timestamp,
    /// Who had it take over.
    pub who: String,
    /// The commit of its sources, where that is known.
    pub commit: Option<String>,
    /// Its fingerprint.
    pub fingerprint: String,
}

impl Reader {
    /// The programs that have run, the latest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn programs(&self, page: &Page) -> Result<Vec<Ran>, StoreError> {
        let sql = "SELECT number, at, who, sources_commit, fingerprint FROM programs
                   WHERE number < ?1 ORDER BY number DESC LIMIT ?2";
        self.ask(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map(params![page.before.unwrap_or(i64::MAX), page.most], |row| {
                let (number, at) = (row.get(0)?, Timestamp(row.get(1)?));
                Ok(Ran { number, at, who: row.get(2)?, commit: row.get(3)?, fingerprint: row.get(4)? })
            })?;
            rows.collect()
        })
    }

    /// All programs that have run with what they mean, in their order.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn deployed(&self) -> Result<Vec<Deployed>, StoreError> {
        self.ask(programs)
    }

    /// Deliveries, of one state or one contact where that is asked for, the newest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn deliveries(&self, state: Option<&str>, contact: Option<&str>, page: &Page) -> Result<Vec<Row>, StoreError> {
        let mut sql = format!("SELECT {ROW} FROM deliveries WHERE id < ?1");
        let mut values = vec![Value::from(page.before.unwrap_or(i64::MAX))];
        for (column, wanted) in [("state", state), ("contact", contact)] {
            if let Some(wanted) = wanted {
                values.push(Value::from(wanted.to_owned()));
                sql.push_str(&format!(" AND {column} = ?{}", values.len()));
            }
        }
        sql.push_str(&format!(" ORDER BY id DESC LIMIT {}", page.most));
        self.ask(|connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params_from_iter(values), Row::read)?;
            rows.collect()
        })
    }

    /// Deliveries to somebody, with what left; and what was refused that speaks of them.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn all_of(&self, person: &Erasure) -> Result<(Vec<Json>, Vec<Reject>), StoreError> {
        let sql = "SELECT delivery, state, attempts, settled_at, why FROM deliveries WHERE contact = ?1 ORDER BY id";
        let deliveries = self.ask(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let mut all = Vec::new();
            for id in &person.ids {
                let rows = statement.query_map([id], |row| {
                    let (delivery, settled): (String, Option<i64>) = (row.get(0)?, row.get(3)?);
                    let (state, attempts): (String, u32) = (row.get(1)?, row.get(2)?);
                    let settled = settled.map(|at| Timestamp(at).to_string());
                    let why: Option<String> = row.get(4)?;
                    let delivery: Json = parse(&delivery)?;
                    Ok(json!({ "delivery": delivery, "state": state, "attempts": attempts, "settled_at": settled, "why": why }))
                })?;
                all.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
            }
            Ok(all)
        })?;
        let (mut rejects, mut before) = (Vec::new(), None);
        loop {
            let page = self.rejects(None, &Page { before, most: 1_000 })?;
            let Some(last) = page.last() else { return Ok((deliveries, rejects)) };
            before = Some(last.id);
            rejects.extend(page.into_iter().filter(|reject| person.is_in(&reject.raw)));
        }
    }

    /// A delivery by its key.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn delivery(&self, key: &str) -> Result<Option<Row>, StoreError> {
        let sql = format!("SELECT {ROW} FROM deliveries WHERE key = ?1");
        self.ask(|connection| connection.prepare_cached(&sql)?.query_row([key], Row::read).optional())
    }

    /// A delivery by its number.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn delivery_of(&self, id: i64) -> Result<Option<Row>, StoreError> {
        let sql = format!("SELECT {ROW} FROM deliveries WHERE id = ?1");
        self.ask(|connection| connection.prepare_cached(&sql)?.query_row([id], Row::read).optional())
    }

    /// What was refused and not taken since, the newest first; for one reason where that is asked for.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn rejects(&self, reason: Option<&str>, page: &Page) -> Result<Vec<Reject>, StoreError> {
        let sql = "SELECT id, at, source, scope, reason, detail, raw FROM rejects
                   WHERE id < ?1 AND replayed_at IS NULL AND (?3 IS NULL OR reason = ?3) ORDER BY id DESC LIMIT ?2";
        self.ask(|connection| {
            let values = params![page.before.unwrap_or(i64::MAX), page.most, reason];
            connection.prepare_cached(sql)?.query_map(values, read_reject)?.collect()
        })
    }

    /// Whole calls that were refused and not taken since, behind a number, in the order in which they came; for one
    /// reason where that is asked for.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn rejected_calls(&self, reason: Option<&str>, after: i64, most: u32) -> Result<Vec<Reject>, StoreError> {
        let sql = "SELECT id, at, source, scope, reason, detail, raw FROM rejects
                   WHERE id > ?1 AND replayed_at IS NULL AND scope = 'call' AND (?3 IS NULL OR reason = ?3)
                   ORDER BY id LIMIT ?2";
        self.ask(|connection| {
            connection.prepare_cached(sql)?.query_map(params![after, most, reason], read_reject)?.collect()
        })
    }

    /// Administrative acts, the newest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn acts(&self, page: &Page) -> Result<Vec<Act>, StoreError> {
        let sql = "SELECT at, who, what, detail FROM acts WHERE id < ?1 ORDER BY id DESC LIMIT ?2";
        self.ask(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map(params![page.before.unwrap_or(i64::MAX), page.most], |row| {
                Ok(Act { at: Timestamp(row.get(0)?), who: row.get(1)?, what: row.get(2)?, detail: row.get(3)? })
            })?;
            rows.collect()
        })
    }

    /// How much was refused and not taken since: what is lost (`call` or `value`), why, how often.
    ///
    /// # Errors
    /// When it cannot be counted.
    pub fn open_reject_counts(&self) -> Result<Vec<(String, String, u64)>, StoreError> {
        self.reject_counts_where("WHERE replayed_at IS NULL")
    }

    /// How much was refused: what is lost (`call` or `value`), why, how often.
    ///
    /// # Errors
    /// When it cannot be counted.
    pub fn reject_counts(&self) -> Result<Vec<(String, String, u64)>, StoreError> {
        self.reject_counts_where("")
    }

    fn reject_counts_where(&self, which: &str) -> Result<Vec<(String, String, u64)>, StoreError> {
        let sql = format!(
            "SELECT scope, reason, count(*) FROM rejects {which} GROUP BY scope, reason ORDER BY scope, reason"
        );
        self.ask(|connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, place(row.get(2)?))))?;
            rows.collect()
        })
    }

    /// The blocks from a place on, as [`crate::store::Store::blocks`] reads them.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn blocks(&self, from: Place) -> Result<Vec<Block>, StoreError> {
        self.ask(|connection| blocks(connection, from))
    }

    /// How many deliveries there are: of which kind, of what, of which state. All of them are looked at.
    ///
    /// # Errors
    /// When they cannot be counted.
    pub fn deliveries_by_name(&self) -> Result<Vec<(String, String, String, u64)>, StoreError> {
        let sql = "SELECT kind, name, state, count(*) FROM deliveries GROUP BY kind, name, state";
        self.ask(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let rows =
                statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, place(row.get(3)?))))?;
            rows.collect()
        })
    }

    /// How many deliveries are due, and how many were given up: those that an index knows.
    ///
    /// # Errors
    /// When they cannot be counted.
    pub fn delivery_counts(&self) -> Result<Vec<(&'static str, u64)>, StoreError> {
        let ways = [("due", "next_at IS NOT NULL"), ("dead", "state = 'dead'")];
        let count = |connection: &Connection, (state, which): (&'static str, &str)| {
            let sql = format!("SELECT count(*) FROM deliveries WHERE {which}");
            connection.prepare_cached(&sql)?.query_row([], |row| Ok((state, place(row.get(0)?))))
        };
        self.ask(|connection| ways.into_iter().map(|way| count(connection, way)).collect())
    }

    /// For how long the oldest delivery has been due, in milliseconds; 0: none is.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn oldest_due(&self, now: Timestamp) -> Result<u64, StoreError> {
        let sql = "SELECT min(next_at) FROM deliveries WHERE next_at IS NOT NULL";
        let oldest: Option<i64> =
            self.ask(|connection| connection.prepare_cached(sql)?.query_row([], |row| row.get(0)))?;
        Ok(oldest.map_or(0, |oldest| place(now.since(Timestamp(oldest)))))
    }
}

fn read_reject(row: &rusqlite::Row<'_>) -> rusqlite::Result<Reject> {
    Ok(Reject {
        id: row.get(0)?,
        at: Timestamp(row.get(1)?),
        source: row.get(2)?,
        scope: of_word(&row.get::<_, String>(3)?)?,
        reason: of_word(&row.get::<_, String>(4)?)?,
        detail: row.get(5)?,
        raw: row.get(6)?,
    })
}

/// Who may do what, the oldest key first.
pub(super) fn keys(connection: &Connection) -> rusqlite::Result<Vec<Key>> {
    let mut statement = connection.prepare("SELECT purpose, name, hash, at, until FROM keys ORDER BY at, name")?;
    let keys = statement.query_map([], |row| {
        let purpose: String = row.get(0)?;
        let purpose = if purpose == "write" { Purpose::Write } else { Purpose::Admin };
        let (since, until) = (Some(Timestamp(row.get(3)?)), row.get::<_, Option<i64>>(4)?.map(Timestamp));
        Ok(Key { purpose, name: row.get(1)?, hash: row.get(2)?, since, until })
    })?;
    keys.collect()
}

/// A number that SQLite keeps signed.
fn place(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn of_word<T: DeserializeOwned>(word: &str) -> rusqlite::Result<T> {
    serde_json::from_value(serde_json::Value::from(word)).map_err(damaged)
}

fn parse<T: DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(damaged)
}

pub(super) fn damaged(error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Blob, Box::new(error))
}

impl Reader {
    /// Deliveries that are due; see [`crate::store::Store::due`].
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn due(&self, until: Timestamp, most: usize, without: &[i64]) -> Result<Vec<Queued>, StoreError> {
        self.ask(|connection| due(connection, until, most, without))
    }
}
