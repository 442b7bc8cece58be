//! What the daemon is compared with: the plain design, one transaction of SQLite for each event, which reads the state
//! of a contact, changes it, and writes it and the event; and the same with PostgreSQL, where it is installed. They
//! decide nothing.

use std::process::Command;
use std::time::Instant;

use flow_benches::{Span, shop_events_in};
use flow_tests::root;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};

use crate::world::rates;

const ROUNDS: usize = 3;
/// So few that it ends.
const EVENTS: u64 = 10_000;

pub(crate) fn run() {
    let text = shop_events_in(EVENTS / 2, EVENTS, 7, Span::now());
    let round = |_: usize| {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Connection::open(folder.path().join("naive.db")).unwrap();
        store.pragma_update(None, "journal_mode", "wal").unwrap();
        store.pragma_update(None, "synchronous", "full").unwrap();
        store
            .execute_batch(
                "CREATE TABLE events (id TEXT PRIMARY KEY, contact TEXT, event TEXT) WITHOUT ROWID;
                 CREATE TABLE contacts (id TEXT PRIMARY KEY, state TEXT) WITHOUT ROWID;",
            )
            .unwrap();
        let begun = Instant::now();
        text.lines().for_each(|line| take(&mut store, line).unwrap());
        EVENTS as f64 / begun.elapsed().as_secs_f64()
    };
    rates("one SQLite transaction for each event", (0..ROUNDS).map(round).collect());
    let script = root().join("benches/benches/daemon/postgres.sh");
    let said = Command::new("bash").arg(script).output().unwrap().stdout;
    for (clients, rate) in String::from_utf8(said).unwrap().lines().filter_map(|line| line.split_once(' ')) {
        rates(&format!("one PostgreSQL transaction for each event, {clients} clients"), vec![rate.parse().unwrap()]);
    }
}

fn take(store: &mut Connection, line: &str) -> rusqlite::Result<()> {
    let event: Value = serde_json::from_str(line).unwrap();
    let (id, contact) = (event["messageId"].as_str(), event["userId"].as_str());
    let name = event["event"].as_str().or(event["type"].as_str()).unwrap();
    let transaction = store.transaction()?;
    let new = transaction
        .prepare_cached("INSERT INTO events VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?
        .execute(params![id, contact, line])?;
    if new == 1 {
        let state: Option<String> = transaction
            .prepare_cached("SELECT state FROM contacts WHERE id = ?1")?
            .query_row([contact], |row| row.get(0))
            .optional()?;
        let mut state = state.map_or_else(|| json!({}), |text| serde_json::from_str(&text).unwrap());
        state[name] = json!(state[name].as_u64().unwrap_or(0) + 1);
        state["last"] = event["timestamp"].clone();
        transaction
            .prepare_cached(
                "INSERT INTO contacts VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET state = excluded.state",
            )?
            .execute(params![contact, state.to_string()])?;
    }
    transaction.commit()
}
