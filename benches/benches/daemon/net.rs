//! Batches of a hundred over HTTP, each durable before it is answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use flow_benches::{Span, shop_events_in};

use crate::client::Client;
use crate::world::{Running, Takes, contacts, rates, shop};

const ROUNDS: usize = 3;
const TOGETHER: usize = 100;
/// Connections, each with one request under way.
const CLIENTS: usize = 16;

pub(crate) fn run() {
    let (contacts, events) = (contacts(), contacts());
    let text = shop_events_in(contacts, events, 9, Span::now());
    let lines: Vec<&str> = text.lines().collect();
    let bodies: Vec<String> =
        lines.chunks(TOGETHER).map(|calls| format!(r#"{{"batch":[{}]}}"#, calls.join(","))).collect();
    let round = |_: usize| {
        let folder = tempfile::tempdir().unwrap();
        let daemon = Running::start(&folder.path().join("flow.db"), shop(), Arc::new(Takes::default()));
        let next = AtomicUsize::new(0);
        let begun = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..CLIENTS {
                scope.spawn(|| {
                    let mut client = Client::new(daemon.address);
                    while let Some(body) = bodies.get(next.fetch_add(1, Ordering::Relaxed)) {
                        client.send(body);
                    }
                });
            }
        });
        let rate = events as f64 / begun.elapsed().as_secs_f64();
        daemon.stop();
        rate
    };
    let name = format!("HTTP, batches of {TOGETHER}, {contacts} contacts, {CLIENTS} connections");
    rates(&name, (0..ROUNDS).map(round).collect());
}
