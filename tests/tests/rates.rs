//! A way by which only so many may leave in a time: no more do, all of them do, and nobody else waits for them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use flow_daemon::clock::Clock;
use flow_daemon::delivery::{Delivery, Outcome, What};
use flow_daemon::outbox::{Courier, Outbox, Patience, Queue};
use flow_daemon::service::ByHand;
use flow_daemon::shard::{Release, Shard};
use flow_daemon::store::memory::MemoryStore;
use flow_daemon::store::{Commit, Queued, Store};
use flow_graph::Timestamp;
use flow_tests::{lines, texts};

const BEGIN: Timestamp = Timestamp(1_780_000_000_000);
/// What waits at the way that is limited: more than is read at once.
const MANY: usize = 1_500;

struct Ways {
    clock: Clock,
    left: Arc<Mutex<Vec<(String, Timestamp)>>>,
}

impl Courier for Ways {
    async fn deliver(&self, delivery: &Delivery) -> Outcome {
        self.left.lock().unwrap().push((delivery.key.clone(), self.clock.now()));
        tokio::time::sleep(Duration::from_millis(3)).await;
        Outcome::Delivered { reference: None, answer: None }
    }

    fn rate(&self, delivery: &Delivery) -> Option<(String, f64)> {
        let What::Call { connector, .. } = &delivery.what else { return None };
        (connector == "slow").then(|| ("connectors.slow".to_owned(), 20.0))
    }
}

struct Memory(MemoryStore);

impl Queue for Memory {
    async fn due(&self, until: Timestamp, most: usize, without: Vec<i64>) -> Vec<Queued> {
        self.0.clone().due(until, most, &without).unwrap()
    }
}

fn delivery(way: &str, number: usize) -> Delivery {
    let what = What::Call { connector: way.to_owned(), action: "x".to_owned(), arguments: serde_json::Map::new() };
    Delivery { key: format!("{way}-{number}"), contact: "ana".to_owned(), at: BEGIN, what }
}

async fn run() -> Vec<(String, Timestamp)> {
    let sources = texts(&[("a.flow", "contact { email: email? }\nevent seen as \"Seen\" { }\n")]);
    let compilation = flow_compiler::compile(&sources);
    let program = Arc::new(compilation.program.ok_or_else(|| lines(&sources, &compilation.diagnostics)).unwrap());
    let release = Release { program, who: "test".to_owned(), commit: None };
    let (clock, mut store) = (Clock::fast(BEGIN, 1.0), MemoryStore::default());
    let shard = Shard::new(&release, BEGIN, Arc::new(store.clone())).unwrap();
    let news = Arc::default();
    let mut hands =
        ByHand::new(shard, Box::new(store.clone()), clock.clone(), Arc::clone(&news), Arc::new(|_: &str| ()));
    // The others stand behind all of them.
    let all = (0..MANY).map(|n| delivery("slow", n)).chain((0..50).map(|n| delivery("fast", n)));
    store.commit(&Commit { deliveries: all.collect(), ..Commit::default() }).unwrap();
    let left: Arc<Mutex<Vec<_>>> = Arc::default();
    let courier = Arc::new(Ways { clock: clock.clone(), left: Arc::clone(&left) });
    let (queue, door) = (Memory(store), hands.door().clone());
    let outbox = Outbox { courier, queue, door, clock, news, patience: Patience::default() };
    let outbox = tokio::spawn(outbox.run());
    while left.lock().unwrap().len() < MANY + 50 {
        hands.shard_goes_on();
        hands.store_goes_on();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    outbox.abort();
    left.lock().unwrap().clone()
}

#[test]
fn no_more_leave_than_may_and_nobody_else_waits() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let limit = Duration::from_secs(300);
    let left = runtime.block_on(async { tokio::time::timeout(limit, run()).await }).unwrap();
    let of = |way: &str| {
        let mine = left.iter().filter(|(key, _)| key.starts_with(way));
        mine.map(|(_, at)| at.0 - BEGIN.0).collect::<Vec<_>>()
    };
    let (slow, fast) = (of("slow"), of("fast"));
    assert_eq!((slow.len(), fast.len()), (MANY, 50), "each of them once");
    assert!(fast.iter().all(|at| *at < 3_000), "nobody else waits: {fast:?}");
    // Twenty a second; a second's worth at once, and one second between two looks.
    for from in &slow {
        let within = slow.iter().filter(|at| (*from..*from + 5_000).contains(at)).count();
        assert!(within <= 20 * 5 + 20 + 20, "{within} within five seconds from {from}");
    }
    let last = slow.last().unwrap();
    assert!((70_000..85_000).contains(last), "all of them after {last} ms");
}
