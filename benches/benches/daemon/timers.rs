//! As many timers as there are contacts, all due within one minute, each of which sends a message.

use std::fmt::Write as _;
use std::fs::File;
use std::io::BufReader;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use flow_benches::rfc3339;
use flow_daemon::delivery::{Delivery, Outcome};
use flow_daemon::import::Import;
use flow_daemon::outbox::Courier;
use flow_runtime::Inputs;
use flow_runtime::ingest::Format;
use flow_tests::texts;

use crate::world::{Running, contacts, line, release, spread};

const PROJECT: &str = r#"contact { email: email? }
event began { }
topic service { consent none  transactional }
message ping { channel email  topic service  subject "Now"  body "It is time." }
sequence later {
  enter on began
  wait 10m
  send ping
}
"#;

const WAIT_MS: u64 = 600_000;
const MINUTE_MS: u64 = 60_000;

/// Notes how late each message is.
#[derive(Default)]
struct Notes {
    late_ms: Mutex<Vec<f64>>,
}

impl Courier for Notes {
    async fn deliver(&self, delivery: &Delivery) -> Outcome {
        let late = i64::try_from(now_ms()).unwrap() - delivery.at.0;
        self.late_ms.lock().unwrap().push(late as f64);
        Outcome::Delivered { reference: None, answer: None }
    }
}

pub(crate) fn run() {
    let folder = tempfile::tempdir().unwrap();
    let (store, file) = (folder.path().join("flow.db"), folder.path().join("events.jsonl"));
    let count = contacts();
    // So long that all of it has been taken and the daemon is up.
    let first = now_ms() + 15_000 + count / 30;
    let mut text = String::new();
    for number in 0..count {
        let time = rfc3339(first - WAIT_MS + number * MINUTE_MS / count);
        let _ = writeln!(
            text,
            r#"{{"messageId":"m{number}","timestamp":"{time}","userId":"u{number}","type":"track","event":"began","properties":{{}},"context":{{"traits":{{"email":"u{number}@x.example"}}}}}}"#
        );
    }
    std::fs::write(&file, text).unwrap();
    let release = release(&texts(&[("main.flow", PROJECT)]));
    let mut import = Import::open(&store, &release, Arc::new(|why: &str| panic!("{why}"))).unwrap();
    let reader = BufReader::with_capacity(1 << 20, File::open(&file).unwrap());
    for read in Inputs::new(Arc::clone(import.catalog()), reader, "events.jsonl", 0, &Format::Segment).unwrap() {
        import.take("events.jsonl", read.unwrap()).unwrap();
    }
    import.finish().unwrap();
    let notes = Arc::new(Notes::default());
    let daemon = Running::start(&store, release, Arc::clone(&notes));
    let ready = first.saturating_sub(now_ms());
    let until = Instant::now() + Duration::from_millis(ready + MINUTE_MS) + Duration::from_secs(120);
    while notes.late_ms.lock().unwrap().len() < usize::try_from(count).unwrap() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(100));
    }
    let all = notes.late_ms.lock().unwrap().clone();
    daemon.stop();
    let over = all.iter().filter(|late| **late > 1_000.0).count();
    let (there, (middle, most, last)) = (all.len(), spread(all));
    line(
        &format!("timers, {count} in a minute, to the channel"),
        &format!(
            "late by p50 {middle:.0} ms, p99 {most:.0} ms, most {last:.0} ms; {over} of {there} by more than 1 s; \
             up {ready} ms before the first"
        ),
    );
}

fn now_ms() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}
