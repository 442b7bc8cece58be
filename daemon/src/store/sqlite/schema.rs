//! The tables, and how an older store becomes one of today.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use super::super::{STORE_VERSION, StoreError};

/// What each version added to the one before it. A change of a table is one more entry, never a change of an old one.
const STEPS: &[&str] = &[include_str!("schema/1.sql"), include_str!("schema/2.sql"), include_str!("schema/3.sql")];

/// Why a store cannot be brought forward.
#[derive(Debug)]
pub(super) enum Wrong {
    /// It was written by a later program.
    Newer(u32),
    /// It was written by an earlier program, and is only looked at.
    Older(u32),
    /// It has tables of somebody else.
    Foreign,
    /// It cannot be read or written.
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for Wrong {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl Wrong {
    pub(super) fn into_store(self, path: &Path) -> StoreError {
        let store = path.display();
        match self {
            Self::Newer(version) => StoreError::new(format!(
                "the store `{store}` has version {version}, and this `flow` knows versions up to {STORE_VERSION}"
            ))
            .help("use the `flow` that wrote it, or a later one"),
            Self::Older(version) => StoreError::new(format!(
                "the store `{store}` has version {version}, and this `flow` looks at version {STORE_VERSION} alone"
            ))
            .help("a start of the daemon brings it forward"),
            Self::Foreign => StoreError::new(format!("`{store}` is a database of something else"))
                .help("name another file with `--store FILE`"),
            Self::Sqlite(error) => super::wrong(path, &error),
        }
    }
}

/// Makes the tables of an empty store, and adds to an older one what it lacks: all of it or nothing.
pub(super) fn bring_forward(connection: &Connection) -> Result<(), Wrong> {
    let transaction = connection.unchecked_transaction()?;
    let count = "SELECT count(*) FROM sqlite_schema WHERE type = 'table'";
    let tables: i64 = transaction.query_row(count, [], |row| row.get(0))?;
    let version = match tables {
        0 => 0,
        _ => version(&transaction)?.ok_or(Wrong::Foreign)?,
    };
    if version > STORE_VERSION {
        return Err(Wrong::Newer(version));
    }
    for step in STEPS.iter().skip(usize::try_from(version).unwrap_or(0)) {
        transaction.execute_batch(step)?;
    }
    if version < STORE_VERSION {
        let write = "INSERT INTO meta (key, value) VALUES ('store_version', ?1)
                     ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        transaction.execute(write, [STORE_VERSION])?;
    }
    Ok(transaction.commit()?)
}

/// Whether a store has the tables of today; one that is older is brought forward by whoever may write it.
pub(super) fn known(connection: &Connection) -> Result<(), Wrong> {
    match version(connection)?.ok_or(Wrong::Foreign)? {
        newer if newer > STORE_VERSION => Err(Wrong::Newer(newer)),
        older if older < STORE_VERSION => Err(Wrong::Older(older)),
        _ => Ok(()),
    }
}

fn version(connection: &Connection) -> rusqlite::Result<Option<u32>> {
    let there = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'";
    let there: Option<i64> = connection.query_row(there, [], |row| row.get(0)).optional()?;
    if there.is_none() {
        return Ok(None);
    }
    connection.query_row("SELECT value FROM meta WHERE key = 'store_version'", [], |row| row.get(0)).optional()
}
