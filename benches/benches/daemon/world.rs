//! What all parts share: a project, a daemon in this process, a courier that takes note.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use flow_compiler::source::Sources;
use flow_daemon::delivery::{Delivery, Outcome};
use flow_daemon::http::Limits;
use flow_daemon::http::keys::{Keys, hash};
use flow_daemon::outbox::{Courier, Patience};
use flow_daemon::serve::{Daemon, Settings};
use flow_daemon::shard::Release;
use flow_tests::{project, root};
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub(crate) const WRITE_KEY: &str = "write_for_benches";

/// How many contacts there are.
pub(crate) fn contacts() -> u64 {
    std::env::var("FLOW_CONTACTS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000)
}

pub(crate) fn shop() -> Release {
    release(&project(&root().join("examples/shop")))
}

pub(crate) fn release(sources: &Sources) -> Release {
    let program = Arc::new(flow_compiler::compile(sources).program.unwrap());
    Release { program, who: "bench".to_owned(), commit: None }
}

/// A daemon in this process, at a port of its own.
pub(crate) struct Running {
    pub(crate) address: std::net::SocketAddr,
    stop: watch::Sender<bool>,
    ended: JoinHandle<()>,
    runtime: Runtime,
}

impl Running {
    pub(crate) fn start<C: Courier>(store: &Path, release: Release, courier: Arc<C>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let settings = Settings {
            listen: "127.0.0.1:0".parse().unwrap(),
            store: store.to_owned(),
            keys: Keys {
                write: vec![("bench".to_owned(), hash(WRITE_KEY))],
                admin: vec![("bench".to_owned(), hash("admin"))],
            },
            limits: Limits { body_bytes: 4 << 20, batch: 1_000, patience: Duration::from_secs(30), per_second: 0 },
            patience: Patience::default(),
            ways: None,
            retention: flow_daemon::store::sqlite::Retention::default(),
            links: None,
            reports: None,
            pace: None,
        };
        let daemon = runtime.block_on(Daemon::start(settings, release, Arc::new(|why: &str| panic!("{why}")))).unwrap();
        let address = daemon.started.address;
        let (stop, stopped) = watch::channel(false);
        let ended = runtime.spawn(daemon.run(courier, stopped));
        Self { address, stop, ended, runtime }
    }

    pub(crate) fn stop(self) {
        self.stop.send(true).unwrap();
        self.runtime.block_on(self.ended).unwrap();
    }
}

/// Takes everything and counts it.
#[derive(Default)]
pub(crate) struct Takes(AtomicU64);

impl Takes {
    pub(crate) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Courier for Takes {
    async fn deliver(&self, _: &Delivery) -> Outcome {
        self.0.fetch_add(1, Ordering::Relaxed);
        Outcome::Delivered { reference: None, answer: None }
    }
}

/// The middle, the 99th in a hundred, and the last of some durations, in milliseconds.
pub(crate) fn spread(mut all: Vec<f64>) -> (f64, f64, f64) {
    all.sort_by(f64::total_cmp);
    let at = |part: usize| all.get((all.len().saturating_sub(1)) * part / 1_000).copied().unwrap_or_default();
    (at(500), at(990), at(1_000))
}

/// The middle of some figures, with the least and the largest.
pub(crate) fn median(mut all: Vec<f64>) -> (f64, f64, f64) {
    all.sort_by(f64::total_cmp);
    (all[all.len() / 2], all[0], all[all.len() - 1])
}

/// Prints a rate by the clock on the wall.
#[expect(clippy::print_stdout, reason = "a bench is a program that prints figures")]
pub(crate) fn rates(name: &str, rates: Vec<f64>) {
    let runs = rates.len();
    let (middle, least, most) = median(rates);
    println!("{name:<56} {middle:>12.0} events/s   (min {least:.0}, max {most:.0}, {runs} runs)");
}

/// Prints some figures in one line.
#[expect(clippy::print_stdout, reason = "a bench is a program that prints figures")]
pub(crate) fn line(name: &str, figures: &str) {
    println!("{name:<56} {figures}");
}
