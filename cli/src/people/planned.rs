//! What a program would do to everybody, as a daemon says it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use flow_daemon::deploys::Progress;
use flow_daemon::plans::{NoStanding, over_store};
use flow_graph::Program;
use flow_graph::canonical::fingerprint_of;
use flow_review::people::People;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Reason, text};
use crate::commands::serve::refuse::unusable;
use crate::failure::Failure;
use crate::layout::{number, plural};
use crate::remote::Daemon;
use crate::terminal::{DIM, RED, Terminal};

/// How often it is asked how far it is.
const PAUSE: Duration = Duration::from_millis(500);

/// What a program would do to everybody.
#[derive(Debug, Deserialize)]
pub(crate) struct Planned {
    /// It is another one than the one that runs.
    pub(crate) changed: bool,
    /// With what it is deployed as it was planned; none where it would be refused.
    pub(crate) token: Option<String>,
    /// What becomes of everybody; none where it runs already, or cannot run.
    pub(crate) people: Option<People>,
    /// Why it would be refused, beside who would be stranded.
    #[serde(default)]
    pub(crate) reasons: Vec<Reason>,
}

#[derive(Debug, Deserialize)]
struct Answer {
    plan: Come,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Come {
    To(Box<Planned>),
    UnderWay { under_way: bool, carried: Option<Carried> },
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Carried {
    contacts: u64,
    of: u64,
}

impl Planned {
    /// Asks a daemon, and waits until it has looked at everybody.
    pub(crate) fn by_daemon(daemon: &Daemon, program: &Program, terminal: &mut Terminal) -> Result<Self, Failure> {
        let fingerprint = fingerprint_of(program);
        let mut answer: Json = daemon.post(&["deploys", "plan"], &[], Some(&json!({ "program": program })))?;
        let mut far = Far::default();
        loop {
            match daemon.understand::<Answer>(answer)?.plan {
                Come::To(planned) => return Ok(*planned),
                Come::UnderWay { under_way: true, carried } => {
                    carried.into_iter().for_each(|Carried { contacts, of }| far.tell(contacts, of, terminal));
                }
                // The daemon was started again meanwhile.
                Come::UnderWay { under_way: false, .. } => {
                    return Err(Failure::new("the daemon has lost the plan on its way").help("plan again"));
                }
            }
            std::thread::sleep(PAUSE);
            answer = daemon.get(&["deploys", "plan"], &[("fingerprint", fingerprint.clone())])?;
        }
    }

    /// Looks at everybody in a store, as it stands there.
    pub(crate) fn over_store(path: &Path, program: &Program, terminal: &mut Terminal) -> Result<Self, Failure> {
        let progress = Arc::new(Progress::default());
        let mut far = Far::default();
        let outcome = std::thread::scope(|scope| {
            let work = scope.spawn(|| over_store(path, program, &progress));
            while !work.is_finished() {
                std::thread::sleep(PAUSE / 10);
                if let Some(carried) = progress.carried() {
                    far.tell(carried.contacts, carried.of, terminal);
                }
            }
            work.join()
        });
        let planned = match outcome {
            Ok(Ok(planned)) => planned,
            Ok(Err(NoStanding::Store(error))) => return Err(unusable(error)),
            Ok(Err(NoStanding::Unusable(error))) => return Err(Failure::new(error)),
            Err(_) => return Err(Failure::new(format!("the people in `{}` cannot be looked at", path.display()))),
        };
        let token = planned.token().map(|token| token.to_string());
        Ok(Self { changed: planned.people.is_some(), token, people: planned.people, reasons: Vec::new() })
    }

    /// What becomes of whom, and why it would be refused.
    pub(crate) fn text(&self, terminal: &Terminal) -> String {
        let mut said = self.people.as_ref().map(|people| text(people, terminal)).unwrap_or_default();
        if !self.reasons.is_empty() {
            said.push_str(&format!("\n{}: the program would be refused\n", terminal.paint(RED.bold(), "error")));
            self.reasons.iter().for_each(|reason| said.push_str(&reason.text(terminal)));
        }
        said
    }
}

/// How far it is, told each tenth of the way where that takes its time.
#[derive(Debug, Default)]
struct Far {
    told: u64,
}

impl Far {
    fn tell(&mut self, done: u64, of: u64, terminal: &mut Terminal) {
        let tenths = done.saturating_mul(10).checked_div(of).unwrap_or(0);
        if of >= 100_000 && tenths > self.told {
            self.told = tenths;
            let words = format!("{} of {} looked at\n", number(done), plural(of, "contact"));
            terminal.note(&terminal.paint(DIM, &words));
        }
    }
}
