//! The threads of the daemon while its store has trouble: who comes is told at once, what was acknowledged stays, and
//! when the trouble is over all goes on.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use flow_daemon::clock::Clock;
use flow_daemon::log::Place;
use flow_daemon::service::{Closed, Service};
use flow_daemon::shard::{Release, Shard};
use flow_daemon::store::memory::MemoryStore;
use flow_daemon::store::{Commit, Kept, Queued, Store, StoreError};
use flow_graph::Timestamp;
use flow_machine::Engine;
use flow_runtime::Incoming;
use flow_runtime::ingest::Catalog;
use flow_runtime::ingest::request::Requests;
use flow_tests::{lines, texts};

/// A store whose disk may be full.
struct Full {
    inner: MemoryStore,
    full: Arc<AtomicBool>,
}

impl Store for Full {
    fn commit(&mut self, commit: &Commit) -> Result<(), StoreError> {
        match self.full.load(Ordering::SeqCst) {
            true => Err(StoreError::new("the disk is full")),
            false => self.inner.commit(commit),
        }
    }

    fn load(&mut self) -> Result<Kept, StoreError> {
        self.inner.load()
    }

    fn blocks(&mut self, from: Place) -> Result<Vec<flow_daemon::log::Block>, StoreError> {
        self.inner.blocks(from)
    }

    fn due(&mut self, until: Timestamp, most: usize, without: &[i64]) -> Result<Vec<Queued>, StoreError> {
        self.inner.due(until, most, without)
    }
}

struct World {
    service: Service,
    store: MemoryStore,
    full: Arc<AtomicBool>,
    told: Arc<Mutex<Vec<String>>>,
    catalog: Catalog,
}

fn world() -> World {
    let sources = texts(&[("a.flow", "contact { email: email? }\nevent seen as \"Seen\" { }\n")]);
    let compilation = flow_compiler::compile(&sources);
    let program = Arc::new(compilation.program.ok_or_else(|| lines(&sources, &compilation.diagnostics)).unwrap());
    let catalog = Catalog::new(&Arc::new(Engine::new(Arc::clone(&program)).unwrap()));
    let store = MemoryStore::default();
    let release = Release { program, who: "test".to_owned(), commit: None };
    let shard = Shard::new(&release, Clock::real().now(), Arc::new(store.clone())).unwrap();
    let (full, told): (Arc<AtomicBool>, Arc<Mutex<Vec<String>>>) = (Arc::default(), Arc::default());
    let ears = Arc::clone(&told);
    let trouble = Arc::new(move |message: &str| ears.lock().unwrap().push(message.to_owned()));
    let kept = Box::new(Full { inner: store.clone(), full: Arc::clone(&full) });
    let service = Service::start(shard, kept, Clock::real(), Arc::default(), trouble).unwrap();
    World { service, store, full, told, catalog }
}

impl World {
    fn call(&self, user: &str) -> Vec<Incoming> {
        let body = format!(r#"{{"type":"track","event":"Seen","userId":"{user}","messageId":"m-{user}"}}"#);
        let request = Requests::default().read(&self.catalog, None, body.as_bytes(), Clock::real().now());
        assert!(request.refused.is_empty(), "{:?}", request.refused);
        request.accepted.into_iter().map(|(_, call)| call).collect()
    }

    async fn take(&self, user: &str) -> Result<(), Closed> {
        self.service.door().take(1, self.call(user), Vec::new()).await
    }

    /// Whom a later start knows.
    fn knows(&self, user: &str) -> bool {
        let mut store = self.store.fork();
        let blocks = Arc::new(store.clone());
        Shard::restore(&mut store, blocks).unwrap().is_some_and(|shard| shard.find(user).is_some())
    }
}

#[tokio::test]
async fn a_full_disk_is_told_and_forgotten() {
    let world = world();
    world.take("ana").await.unwrap();
    assert!(world.knows("ana"));
    world.full.store(true, Ordering::SeqCst);
    let full = || Err(Closed::Unkept("the disk is full".to_owned()));
    assert_eq!(world.take("bob").await, full());
    let begun = Instant::now();
    for _ in 0..50 {
        assert_eq!(world.take("eve").await, full(), "who comes later need not wait");
    }
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert_eq!(*world.told.lock().unwrap(), ["the disk is full"], "told once");
    assert!(!world.knows("bob"));

    world.full.store(false, Ordering::SeqCst);
    while world.take("bob").await.is_err() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let counts = world.service.door().look(Shard::counts).await.unwrap();
    assert_eq!((counts.inputs, counts.duplicates), (3, 1), "sent again, it counts once");
    assert!(world.knows("bob") && !world.knows("eve"));
}

#[tokio::test]
async fn a_daemon_with_a_full_disk_stops() {
    let world = world();
    world.take("ana").await.unwrap();
    world.full.store(true, Ordering::SeqCst);
    assert!(world.take("bob").await.is_err());
    let World { service, store, .. } = world;
    let begun = Instant::now();
    tokio::task::spawn_blocking(move || service.stop()).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(10));
    let mut store = store.fork();
    let blocks = Arc::new(store.clone());
    let shard = Shard::restore(&mut store, blocks).unwrap().unwrap();
    assert!(shard.find("ana").is_some() && shard.find("bob").is_none());
}
