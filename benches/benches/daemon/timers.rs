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
  wait 100s
  send ping
}
"#;

/// From an event to its message: so long that the daemon is up again by then.
const WAIT_MS: u64 = 100_000;
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
    let mut text = String::new();
    for number in 0..count {
        let _ = writeln!(
            text,
            r#"{{"messageId":"m{number}","timestamp":"{}","userId":"u{number}","type":"track","event":"began","properties":{{}},"context":{{"traits":{{"email":"u{number}@x.example"}}}}}}"#,
            rfc3339(now_ms())
        );
    }
    std::fs::write(&file, text).unwrap();
    let release = release(&texts(&[("main.flow", PROJECT)]));
    let mut import = Import::open(&store, &release, Arc::new(|why: &str| panic!("{why}"))).unwrap();
    let reader = BufReader::with_capacity(1 << 20, File::open(&file).unwrap());
    let reads = Inputs::new(Arc::clone(import.catalog()), reader, "events.jsonl", 0, &Format::Segment).unwrap();
    // They come within a minute, so their timers end within one.
    let begun = Instant::now();
    for (read, number) in reads.zip(0..) {
        if number % 1_000 == 0 {
            let due = begun + Duration::from_millis(number * MINUTE_MS / count);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        import.take(read.unwrap()).unwrap();
    }
    let took = begun.elapsed();
    import.finish().unwrap();
    let notes = Arc::new(Notes::default());
    let daemon = Running::start(&store, release, Arc::clone(&notes));
    let up = begun.elapsed();
    let until = begun + Duration::from_millis(WAIT_MS + MINUTE_MS) + Duration::from_secs(120);
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
             they came within {:.0} s, the daemon was up {:.0} s before the first",
            took.as_secs_f64(),
            Duration::from_millis(WAIT_MS).saturating_sub(up).as_secs_f64()
        ),
    );
}

fn now_ms() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}
