//! What reports read of the log: the same however often they read, while it grows, and where some of it is gone.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::sync::Arc;
use std::time::Duration;

use flow_daemon::figures::counted::Counted;
use flow_daemon::shard::Shard;
use flow_daemon::store::Store;
use flow_daemon::store::sqlite::{Reader, SqliteStore};
use flow_tests::history;

const ALWAYS: Duration = Duration::from_secs(3_600);

/// All that was counted, in words.
fn words(counted: &Counted) -> String {
    format!("{} {:?} {:?} {:?}", counted.upto, counted.stages, counted.weeks, counted.messages)
}

#[test]
fn the_log_is_counted_the_same_however_often_it_is_read() {
    let (release, inputs) = history::own("shop").unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::open(&scratch.path().join("s.db")).unwrap();
    let reader = Reader::open(store.path()).unwrap();
    let mut shard = Shard::new(&release, inputs[0].arrives(), Arc::new(reader.clone())).unwrap();
    store.commit(&shard.commit(0)).unwrap();
    let mut often = Counted::default();
    for (number, input) in inputs.into_iter().enumerate() {
        let now = shard.now().max(input.arrives());
        while !shard.pass(now) {}
        shard.take(input, now);
        // Sometimes before it is kept, sometimes behind it.
        if number % 3 == 0 {
            often.go_on(&reader, &shard.recent(), shard.lineage(), ALWAYS).unwrap();
        }
        if number % 5 == 0 {
            store.commit(&shard.commit(0)).unwrap();
        }
    }
    let (recent, lineage) = (shard.recent(), shard.lineage());
    often.go_on(&reader, &recent, lineage, ALWAYS).unwrap();
    let mut once = Counted::default();
    once.go_on(&reader, &recent, lineage, ALWAYS).unwrap();
    assert_eq!(words(&often), words(&once));
    assert!(once.upto == recent.end() && once.stages[0][0].people > 10, "{once:?}");

    // Most of the log is gone: what is left is counted, and that is all.
    let empty = SqliteStore::open(&scratch.path().join("empty.db")).unwrap();
    let mut rest = Counted::default();
    rest.go_on(&Reader::open(empty.path()).unwrap(), &recent, lineage, ALWAYS).unwrap();
    assert_eq!(rest.upto, recent.end(), "nobody waits for what does not come back");
    assert!(rest.stages[0][0].people <= once.stages[0][0].people);
}
