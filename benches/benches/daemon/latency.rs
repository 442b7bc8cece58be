//! From an event to what leaves because of it, while events come at a steady rate whatever is answered: a request that
//! waits makes all behind it late, and that counts.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use flow_benches::Span;
use flow_daemon::delivery::{Delivery, Outcome, What};
use flow_daemon::outbox::Courier;

use crate::client::Client;
use crate::import;
use crate::world::{Running, contacts, line, shop, spread};

/// Events in a second.
const RATE: u64 = 10_000;
/// Events of one request; one of them has an effect: an order is thanked for.
const TOGETHER: u64 = 10;
const SECONDS: u64 = 20;
const CLIENTS: u64 = 8;

/// Notes when each order was thanked for.
#[derive(Default)]
struct Notes {
    thanked: Mutex<Vec<(u64, Instant)>>,
}

impl Courier for Notes {
    async fn deliver(&self, delivery: &Delivery) -> Outcome {
        let now = Instant::now();
        if let What::Message(message) = &delivery.what
            && let Some(number) = message.subject.as_deref().and_then(|text| text.strip_prefix("Your order o"))
        {
            self.thanked.lock().unwrap().push((number.parse().unwrap(), now));
        }
        Outcome::Delivered { reference: None, answer: None }
    }
}

pub(crate) fn run() {
    let folder = tempfile::tempdir().unwrap();
    let (store, file) = (folder.path().join("flow.db"), folder.path().join("events.jsonl"));
    import::write(&file, contacts(), contacts(), Span::MARCH);
    import::into(&store, &file).finish().unwrap();
    let notes = Arc::new(Notes::default());
    let daemon = Running::start(&store, shop(), Arc::clone(&notes));
    let (requests, next) = (RATE / TOGETHER * SECONDS, AtomicU64::new(0));
    let every = Duration::from_secs(1).mul_f64(TOGETHER as f64 / RATE as f64);
    let begun = Instant::now() + Duration::from_millis(100);
    let due = |number: u64| begun + every.mul_f64(number as f64);
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut client = Client::new(daemon.address);
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= requests {
                        return;
                    }
                    let body = body(number);
                    std::thread::sleep(due(number).saturating_duration_since(Instant::now()));
                    client.send(&body);
                }
            });
        }
    });
    let sent = begun.elapsed().as_secs_f64();
    let until = Instant::now() + Duration::from_secs(30);
    while notes.thanked.lock().unwrap().len() < usize::try_from(requests).unwrap() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(20));
    }
    daemon.stop();
    let thanked = notes.thanked.lock().unwrap();
    let (middle, most, last) = spread(
        thanked.iter().map(|(number, at)| at.saturating_duration_since(due(*number)).as_secs_f64() * 1e3).collect(),
    );
    let rate = (requests * TOGETHER) as f64 / sent;
    line(
        &format!("event to channel, {rate:.0} events/s, {} contacts", contacts()),
        &format!("p50 {middle:.1} ms, p99 {most:.1} ms, most {last:.1} ms; {} of {requests} effects", thanked.len()),
    );
}

/// Some views, and an order of somebody who can be written to.
fn body(number: u64) -> String {
    let contact = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) % contacts();
    let views: String = (1..TOGETHER)
        .map(|view| {
            let other = (contact + view * 1_009) % contacts();
            let properties = format!(r#"{{"path":"/shelf/{view}","title":"Shelf"}}"#);
            format!(
                r#"{{"messageId":"v{number}-{view}","userId":"u{other}","type":"page","properties":{properties}}},"#
            )
        })
        .collect();
    let order = format!(
        r#"{{"messageId":"o{number}","userId":"u{contact}","type":"track","event":"Order Completed","properties":{{"order_id":"o{number}","revenue":12.50}},"context":{{"traits":{{"email":"u{contact}@x.example"}}}}}}"#
    );
    format!(r#"{{"batch":[{views}{order}]}}"#)
}
