//! How many people are where: asked of a daemon now and then, never while an editor waits.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use flow_lsp::host::People;
use serde_json::Value as Json;

use crate::args::remote::ToArgs;
use crate::commands::serve::settings::variable;
use crate::remote::Daemon;

/// How old an answer may be.
const FRESH: Duration = Duration::from_secs(15);

/// What was heard of a daemon last.
#[derive(Default)]
pub(super) struct Asked {
    last: Arc<Mutex<Last>>,
}

#[derive(Default)]
struct Last {
    /// The project that the daemon runs, and who is where.
    heard: Option<(String, People)>,
    at: Option<Instant>,
    asking: bool,
}

impl Asked {
    /// Who is where, as it was heard last, if the daemon runs the project of that name. Begins to ask again when that is
    /// some time ago. Without `FLOW_ADMIN_TOKEN` no daemon is asked at all.
    pub(super) fn of(&self, name: &str) -> Option<People> {
        variable("FLOW_ADMIN_TOKEN")?;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if !last.asking && last.at.is_none_or(|at| at.elapsed() > FRESH) {
            last.asking = true;
            let shared = self.last.clone();
            std::thread::spawn(move || {
                let heard = ask();
                let mut last = shared.lock().unwrap_or_else(PoisonError::into_inner);
                *last = Last { heard, at: Some(Instant::now()), asking: false };
            });
        }
        let (project, people) = last.heard.as_ref()?;
        (name == project).then(|| people.clone())
    }
}

/// Asks; nothing when there is no daemon, or none that is understood.
fn ask() -> Option<(String, People)> {
    let daemon = Daemon::of(&ToArgs { to: None }).ok()?;
    let answer = daemon.get(&["reports"], &[]).ok()?;
    let report = answer.get("report")?;
    Some((report.get("project")?.as_str()?.to_owned(), people(report)))
}

/// Reads the counts out of a report.
fn people(report: &Json) -> People {
    let list = |name: &str| report.get(name).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let text = |entry: &Json, key: &str| entry.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    let number = |entry: &Json, key: &str| entry.get(key).and_then(Json::as_u64).unwrap_or(0);
    let mut people = People::default();
    for segment in list("segments") {
        people.segments.insert(text(segment, "name"), number(segment, "contacts"));
    }
    for sequence in list("sequences") {
        let name = text(sequence, "sequence");
        let steps = sequence.get("steps").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        people.sequences.insert(name.clone(), steps.iter().map(|step| number(step, "runs")).sum());
        for step in steps {
            people.steps.insert(format!("{name}.{}", text(step, "step")), number(step, "runs"));
        }
    }
    for lifecycle in list("lifecycles") {
        let name = text(lifecycle, "lifecycle");
        let stages = lifecycle.get("stages").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        for stage in stages {
            people.stages.insert(format!("{name}.{}", text(stage, "stage")), number(stage, "contacts"));
        }
    }
    people
}
