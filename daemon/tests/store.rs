//! What every store promises, asked of each of them; and what a file does that a memory does not.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::path::Path;
use std::sync::Arc;

use flow_daemon::clock::Clock;
use flow_daemon::delivery::{Delivery, What};
use flow_daemon::http::keys::{Key, KeyChange, Purpose, hash};
use flow_daemon::log::{Block, Blocks};
use flow_daemon::store::memory::MemoryStore;
use flow_daemon::store::sqlite::{Page, Reader, Retention, SqliteStore, check};
use flow_daemon::store::{Commit, Deployed, Fate, Mark, Reject, STORE_VERSION, Settled, State, Store};
use flow_graph::Timestamp;
use flow_runtime::driver::Counts;
use flow_runtime::identity::News;
use flow_runtime::ingest::{Reason, Scope};

fn block(start: u64, length: usize) -> Arc<Block> {
    let bytes = (0..length).map(|n| u8::try_from(n % 251).unwrap()).collect();
    Arc::new(Block { start, at: Timestamp(i64::try_from(start).unwrap()), program: 1, bytes })
}

fn delivery(key: &str, at: i64) -> Delivery {
    let what = What::Call { connector: "crm".into(), action: "x".into(), arguments: serde_json::Map::new() };
    Delivery { key: key.into(), contact: "ana".into(), at: Timestamp(at), what }
}

fn state(number: u32, upto: u64) -> State {
    State { number, upto, place: upto - 1, contact: vec![u8::try_from(number).unwrap(); 3] }
}

fn mark(upto: u64, news: Vec<News>) -> Mark {
    Mark { upto, program: 1, now: Timestamp(9), counts: Counts::default(), tally: vec![1, 2], news }
}

/// What each store promises.
fn contract(store: &mut dyn Store, blocks: &dyn Blocks) {
    let nothing = store.load().unwrap();
    assert!(nothing.programs.is_empty() && nothing.mark.is_none() && nothing.states.is_empty() && nothing.end == 0);
    assert!(store.blocks(1).unwrap().is_empty());

    let program = Deployed {
        number: 1,
        at: Timestamp(1),
        who: "me".into(),
        commit: None,
        fingerprint: "f".into(),
        program: "{}".into(),
    };
    let first = Commit {
        blocks: vec![block(1, 100), block(101, 50)],
        deliveries: vec![delivery("b", 20), delivery("a", 10), delivery("c", 30)],
        failures: vec![(delivery("d", 5), "no template".into())],
        states: vec![state(1, 151), state(0, 151)],
        mark: Some(mark(151, vec![News::Contact { known: true }, News::User("u".into(), 0)])),
        program: Some(program.clone()),
        ..Commit::default()
    };
    store.commit(&first).unwrap();
    // A key that is known says nothing new, a state and a mark replace the one before.
    let second = Commit {
        blocks: vec![block(151, 7)],
        deliveries: vec![delivery("a", 99)],
        states: vec![state(1, 158)],
        mark: Some(mark(158, vec![News::Merged(1, 0)])),
        ..Commit::default()
    };
    store.commit(&second).unwrap();

    let kept = store.load().unwrap();
    assert_eq!(kept.end, 158);
    assert_eq!(kept.programs, [program]);
    assert_eq!(kept.states, [state(0, 151), state(1, 158)]);
    let last = kept.mark.unwrap();
    assert_eq!((last.upto, last.now, last.tally), (158, Timestamp(9), vec![1, 2]));
    assert_eq!(last.news, [News::Contact { known: true }, News::User("u".into(), 0), News::Merged(1, 0)]);

    let all = [block(1, 100), block(101, 50), block(151, 7)].map(|block| (*block).clone());
    assert_eq!(store.blocks(1).unwrap(), all);
    assert_eq!(store.blocks(120).unwrap(), all[1..], "the block that holds the place comes too");
    assert!(store.blocks(158).unwrap().is_empty());
    assert_eq!(blocks.block(100).as_deref(), Some(&all[0]));
    assert_eq!(blocks.block(101).as_deref(), Some(&all[1]));
    assert_eq!(blocks.block(158), None);

    let due = |store: &mut dyn Store, until, most, without: &[i64]| {
        let due = store.due(Timestamp(until), most, without).unwrap();
        due.into_iter().map(|queued| (queued.id, queued.delivery.key, queued.attempts)).collect::<Vec<_>>()
    };
    let keys = |rows: &[(i64, String, u32)]| rows.iter().map(|row| row.1.clone()).collect::<Vec<_>>();
    assert_eq!(keys(&due(store, 30, 9, &[])), ["a", "b", "c"], "the longest due first, what failed never");
    assert_eq!(keys(&due(store, 29, 9, &[])), ["a", "b"]);
    let a = due(store, 30, 1, &[])[0].0;
    assert_eq!(keys(&due(store, 30, 2, &[a])), ["b", "c"]);
    let b = due(store, 30, 1, &[a])[0].0;
    let settle = |id, attempts, fate| Settled { id, attempts, at: Timestamp(40), fate };
    let left = Fate::Left { reference: Some("r".into()) };
    let again = Fate::Again { next: Timestamp(500), why: "busy".into() };
    let settled = vec![settle(a, 1, left), settle(b, 1, again)];
    store.commit(&Commit { settled, ..Commit::default() }).unwrap();
    assert_eq!(keys(&due(store, 499, 9, &[])), ["c"]);
    assert_eq!(due(store, 500, 9, &[])[1], (b, "b".into(), 1));
    let dead = vec![settle(b, 2, Fate::Dead { why: "gone".into() })];
    store.commit(&Commit { settled: dead, ..Commit::default() }).unwrap();
    assert_eq!(keys(&due(store, 9_000, 9, &[])), ["c"]);
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn memory_keeps_the_contract() {
    let store = MemoryStore::default();
    contract(&mut store.clone(), &store);
}

#[test]
fn sqlite_keeps_the_contract() {
    let folder = folder();
    let path = folder.path().join("s.db");
    let mut store = SqliteStore::open(&path).unwrap();
    let reader = Reader::open(&path).unwrap();
    contract(&mut store, &reader);
    let page = Page { before: None, most: 10 };
    let rows = reader.deliveries(None, Some("ana"), &page).unwrap();
    assert_eq!(rows.iter().map(|row| &*row.state).collect::<Vec<_>>(), ["dead", "due", "left", "dead"]);
    assert_eq!(reader.deliveries(Some("dead"), None, &page).unwrap()[0].why.as_deref(), Some("no template"));
    drop(store);
    let kept = SqliteStore::open(&path).unwrap().load().unwrap();
    assert_eq!((kept.end, kept.states.len()), (158, 2), "it is there after the file was closed");
}

#[test]
fn what_was_refused_is_read_back() {
    let folder = folder();
    let path = folder.path().join("s.db");
    let mut store = SqliteStore::open(&path).unwrap();
    for reason in Reason::ALL {
        let (source, detail, raw) = ("http".to_owned(), "d'\"\u{0}".to_owned(), "{ü".to_owned());
        let reject = Reject { id: 0, at: Timestamp(3), source, scope: Scope::Call, reason, detail, raw };
        store.commit(&Commit { rejects: vec![reject], ..Commit::default() }).unwrap();
    }
    let rejects = Reader::open(&path).unwrap().rejects(None, &Page { before: Some(4), most: 2 }).unwrap();
    assert_eq!(rejects.iter().map(|reject| reject.reason).collect::<Vec<_>>(), [Reason::ALL[2], Reason::ALL[1]]);
    assert_eq!((rejects[0].id, &*rejects[0].detail), (3, "d'\"\u{0}"));

    store.commit(&Commit { replayed: vec![2, 3, 99], ..Commit::default() }).unwrap();
    let reader = Reader::open(&path).unwrap();
    let all = Page { before: None, most: 1_000 };
    assert_eq!(reader.rejects(None, &all).unwrap().len(), Reason::ALL.len() - 2, "what was taken is refused no more");
    let calls = reader.rejected_calls(None, 1, 2).unwrap();
    assert_eq!(calls.iter().map(|reject| reject.id).collect::<Vec<_>>(), [4, 5], "in the order in which they came");
    assert_eq!(reader.rejects(Some(Reason::ALL[6].code()), &all).unwrap()[0].reason, Reason::ALL[6]);
    assert_eq!(reader.reject_counts().unwrap().len(), reader.open_reject_counts().unwrap().len() + 2);
}

#[test]
fn keys_are_read_back_with_what_became_of_them() {
    let folder = folder();
    let path = folder.path().join("s.db");
    let mut store = SqliteStore::open(&path).unwrap();
    let key = |purpose, name: &str, since| {
        let hash = hash(name);
        Key { purpose, name: name.to_owned(), hash, since: Some(Timestamp(since)), until: None }
    };
    let (first, second) = (key(Purpose::Admin, "first", 1), key(Purpose::Write, "second", 2));
    store.add_key(first.clone()).unwrap();
    let keys = vec![KeyChange::Added(second.clone()), KeyChange::Until(first.hash, Timestamp(9))];
    store.commit(&Commit { keys, ..Commit::default() }).unwrap();
    drop(store);
    let ended = Key { until: Some(Timestamp(9)), ..first };
    assert_eq!(SqliteStore::open(&path).unwrap().keys().unwrap(), [ended, second]);
}

/// A store as each earlier version made it, with a key in it.
#[test]
fn an_older_store_is_brought_forward() {
    const OLDER: [&str; 2] =
        [include_str!("../src/store/sqlite/schema/1.sql"), include_str!("../src/store/sqlite/schema/2.sql")];
    let folder = folder();
    for version in 1..=OLDER.len() {
        let path = folder.path().join(format!("{version}.db"));
        let connection = rusqlite::Connection::open(&path).unwrap();
        OLDER[..version].iter().for_each(|step| connection.execute_batch(step).unwrap());
        connection.execute("INSERT INTO meta (key, value) VALUES ('store_version', ?1)", [version]).unwrap();
        let insert = "INSERT INTO keys (hash, purpose, name, at) VALUES (?1, 'write', 'old', 7)";
        connection.execute(insert, [hash("old").as_slice()]).unwrap();
        drop(connection);
        let keys = SqliteStore::open(&path).unwrap().keys().unwrap();
        assert_eq!((keys[0].purpose, keys[0].hash, keys[0].until), (Purpose::Write, hash("old"), None), "{version}");
        let connection = rusqlite::Connection::open(&path).unwrap();
        let now = "SELECT value FROM meta WHERE key = 'store_version'";
        assert_eq!(connection.query_row(now, [], |row| row.get::<_, u32>(0)).unwrap(), STORE_VERSION);
    }
    assert_eq!(OLDER.len() + 1, usize::try_from(STORE_VERSION).unwrap(), "each version before this one is tried");
}

fn refused(path: &Path) -> String {
    let error = SqliteStore::open(path).map(drop).unwrap_err();
    format!("{}; {}", error.message, error.help.unwrap_or_default())
}

#[test]
fn a_file_that_cannot_be_the_store_is_refused() {
    let folder = folder();
    let path = folder.path().join("s.db");
    let held = SqliteStore::open(&path).unwrap();
    assert!(refused(&path).contains("another process has the store"), "{}", refused(&path));
    drop(held);

    let write = |sql: &str| rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    write(&format!("UPDATE meta SET value = {} WHERE key = 'store_version'", STORE_VERSION + 1));
    assert!(refused(&path).contains("knows versions up to"), "{}", refused(&path));
    write("DROP TABLE meta");
    assert!(refused(&path).contains("a database of something else"), "{}", refused(&path));

    std::fs::write(&path, "something else altogether, and long enough to be looked at as a page of a database")
        .unwrap();
    assert!(refused(&path).contains("is no store of Flowline"), "{}", refused(&path));
    assert!(refused(&folder.path().join("nowhere/s.db")).contains("cannot write"), "a folder that is not there");
}

#[test]
fn a_damaged_page_is_told() {
    let folder = folder();
    let path = folder.path().join("s.db");
    let mut store = SqliteStore::open(&path).unwrap();
    let blocks = vec![block(1, 200_000)];
    store
        .commit(&Commit { blocks, states: (0..2_000).map(|n| state(n % 200, 9)).collect(), ..Commit::default() })
        .unwrap();
    drop(store);
    let mut bytes = std::fs::read(&path).unwrap();
    // The header stays: what is behind the first pages is not what was written.
    let from = 4_096 * 3;
    bytes[from..].iter_mut().for_each(|byte| *byte = 0xa5);
    std::fs::write(&path, bytes).unwrap();
    let read = SqliteStore::open(&path).and_then(|mut store| store.load().map(drop));
    let error = read.unwrap_err();
    assert!(error.message.contains("damaged"), "{}", error.message);
}

#[test]
fn what_is_kept_for_a_time_goes_when_it_is_over() {
    let folder = folder();
    let path = folder.path().join("s.db");
    let mut store = SqliteStore::open(&path).unwrap();
    let reader = Reader::open(&path).unwrap();
    let day = 86_400_000;
    let clock = Clock::fast(Timestamp(400 * day), 1.0);
    let at = |day_: i64, start| {
        let block = Block { at: Timestamp(day_ * day), ..(*block(start, 10)).clone() };
        Commit { blocks: vec![Arc::new(block)], ..Commit::default() }
    };
    let deliveries = vec![delivery("left", 300 * day), delivery("due", 300 * day), delivery("new", 399 * day)];
    store.commit(&Commit { deliveries, ..at(300, 1) }).unwrap();
    let id = |key| reader.delivery(key).unwrap().map(|row| row.id);
    let left =
        |key| Settled { id: id(key).unwrap(), attempts: 1, at: Timestamp(1), fate: Fate::Left { reference: None } };
    // The states are behind the first two blocks alone.
    store.commit(&Commit { mark: Some(mark(21, Vec::new())), ..at(301, 11) }).unwrap();
    store.commit(&at(302, 21)).unwrap();
    store.commit(&Commit { settled: vec![left("left"), left("new")], ..at(399, 31) }).unwrap();
    store.keep_for(Retention { log: Some(30 * day), deliveries: Some(60 * day), rejects: None }, clock);
    store.commit(&at(399, 41)).unwrap();
    let starts = |store: &mut SqliteStore| store.blocks(1).unwrap().iter().map(|block| block.start).collect::<Vec<_>>();
    assert_eq!(starts(&mut store), [21, 31, 41], "what no state has stays, however old");
    assert_eq!((id("left"), id("due").is_some(), id("new").is_some()), (None, true, true), "what is due stays");
    assert_eq!(store.load().unwrap().end, 51);
}

#[test]
fn a_store_of_an_earlier_version_is_brought_forward() {
    let folder = folder();
    let path = folder.path().join("s.db");
    let earlier = rusqlite::Connection::open(&path).unwrap();
    earlier.execute_batch(include_str!("../src/store/sqlite/schema/1.sql")).unwrap();
    earlier
        .execute_batch(
            "INSERT INTO meta (key, value) VALUES ('store_version', 1), ('upto', 11), ('program', 1), ('now', 7);
             INSERT INTO log (start, at, program, bytes) VALUES (1, 7, 1, zeroblob(10));
             INSERT INTO contacts (number, upto, place, state) VALUES (0, 11, 1, x'0102');",
        )
        .unwrap();
    drop(earlier);
    let why = check(&path).map(drop).unwrap_err();
    assert!(why.message.contains("looks at version") && why.help.is_some(), "who only looks changes nothing: {why}");
    for _ in 0..2 {
        let mut store = SqliteStore::open(&path).unwrap();
        let kept = store.load().unwrap();
        assert_eq!((kept.end, kept.states.len(), kept.mark.unwrap().now), (11, 1, Timestamp(7)));
        assert!(kept.erased.is_empty());
    }
    let read = rusqlite::Connection::open(&path).unwrap();
    let value = |key: &str| read.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0));
    assert_eq!(value("store_version").map(|version: u32| version), Ok(STORE_VERSION));
    let salt: Vec<u8> =
        read.query_row("SELECT value FROM meta WHERE key = 'erasure_salt'", [], |row| row.get(0)).unwrap();
    assert!(salt.len() == 32 && salt.iter().any(|byte| *byte > 0));
}
