//! What everybody in a simulated run shares: the clock, chance, the projects, the door of the daemon that is up.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use flow_daemon::clock::Clock;
use flow_daemon::service::Door;
use flow_daemon::shard::Release;
use flow_graph::Timestamp;
use flow_machine::Engine;
use flow_runtime::Incoming;
use flow_runtime::ingest::Catalog;
use flow_runtime::ingest::request::Requests;
use flow_tests::{lines, texts};

/// So many times faster than that of the runtime goes the clock of the daemon.
pub(crate) const PACE: f64 = 600.0;
/// When it begins.
pub(crate) const BEGIN: Timestamp = Timestamp(1_780_000_000_000);

pub(crate) const HOUR: i64 = 3_600_000;

const SETTINGS: &str = r#"[project]
name = "sim"
language = 1
timezone = "Europe/Berlin"
late_after = "10 days"
duplicates_within = "30 days"

[channels.email]
kind = "console"
"#;

const FLOW: &str = r#"contact { email: email?  plan: text? }
event signed_up as "Signed Up" { plan: text? }
event bought as "Bought" { order: text }
topic service { consent none  transactional }
message hello  { channel email  topic service  subject "Hello"  body "Welcome." }
message later  { channel email  topic service  subject "Still there?"  body "Are you?" }
message thanks { channel email  topic service  subject "Thanks"  body "For {{ event.order }}." }
message vip    { channel email  topic service  subject "Again"  body "You are back." }
segment regulars { count(bought in last 3 days) >= 2 }
sequence welcome { enter on signed_up  send hello  wait 2h  send later }
sequence orders  { enter on bought  key order  again  wait 30m  send thanks }
sequence regular { enter on entered segment regulars  again  wait 1h  send vip }
"#;

/// The other program: it counts something more, and says something else.
fn other() -> String {
    let more = "segment buyers { count(bought ever) >= 1 }\n";
    format!("{}{more}", FLOW.replace("You are back.", "Welcome back."))
}

fn release(text: &str) -> Release {
    let sources = texts(&[("flow.toml", SETTINGS), ("a.flow", text)]);
    let compilation = flow_compiler::compile(&sources);
    let program = Arc::new(compilation.program.ok_or_else(|| lines(&sources, &compilation.diagnostics)).unwrap());
    Release { program, who: "simulation".to_owned(), commit: None }
}

/// Chance that is the same for the same seed.
#[derive(Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    /// A number below another one (splitmix64).
    pub(crate) fn below(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) % below.max(1)
    }
}

/// What everybody shares.
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) releases: [Release; 2],
    catalog: Catalog,
    chance: Mutex<Chance>,
    door: Mutex<Option<Door>>,
    calm: Mutex<bool>,
    /// What must never happen and did; a task of its own cannot end the run.
    wrong: Mutex<Option<String>>,
    pub(crate) speaks: bool,
}

impl World {
    pub(crate) fn new(seed: u64) -> Arc<Self> {
        let releases = [release(FLOW), release(&other())];
        let catalog = Catalog::new(&Arc::new(Engine::new(Arc::clone(&releases[0].program)).unwrap()));
        Arc::new(Self {
            clock: Clock::fast(BEGIN, PACE),
            releases,
            catalog,
            chance: Mutex::new(Chance(seed)),
            door: Mutex::new(None),
            calm: Mutex::new(false),
            wrong: Mutex::new(None),
            speaks: std::env::var_os("FLOW_SEED").is_some(),
        })
    }

    #[expect(clippy::print_stdout, reason = "whoever asks for one seed wants to see it")]
    pub(crate) fn say(&self, what: impl FnOnce() -> String) {
        if self.speaks {
            println!("{} {}", self.clock.now(), what());
        }
    }

    /// This has to hold, else the run ends at its next step.
    pub(crate) fn must(&self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.wrong.lock().unwrap().get_or_insert_with(what);
        }
    }

    /// Ends the run where something must not have happened.
    pub(crate) fn look(&self) {
        let wrong = self.wrong.lock().unwrap().take();
        assert!(wrong.is_none(), "{}", wrong.unwrap_or_default());
    }

    pub(crate) fn below(&self, below: u64) -> u64 {
        self.chance.lock().unwrap().below(below)
    }

    /// In so many of a hundred cases; never any more when all is calm.
    pub(crate) fn fails(&self, percent: u64) -> bool {
        self.below(100) < percent && !self.is_calm()
    }

    pub(crate) fn is_calm(&self) -> bool {
        *self.calm.lock().unwrap()
    }

    /// From now on nothing fails.
    pub(crate) fn calm_down(&self) {
        *self.calm.lock().unwrap() = true;
    }

    pub(crate) fn door(&self) -> Option<Door> {
        self.door.lock().unwrap().clone()
    }

    pub(crate) fn set_door(&self, door: Option<Door>) {
        *self.door.lock().unwrap() = door;
    }

    /// Waits for so many milliseconds at most, of the runtime's time; for at least one.
    pub(crate) async fn pause(&self, most: u64) {
        let length = 1 + self.below(most);
        tokio::time::sleep(Duration::from_millis(length)).await;
    }

    pub(crate) fn call(&self, body: &str) -> Incoming {
        let request = Requests::default().read(&self.catalog, None, body.as_bytes(), self.clock.now());
        assert!(request.refused.is_empty(), "{:?}", request.refused);
        request.accepted.into_iter().next().unwrap().1
    }
}
