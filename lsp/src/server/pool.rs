//! The threads that work answers out.

use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crossbeam_channel::{Receiver, Sender, unbounded};
use gen_lsp_types::Diagnostic;
use lsp_server::RequestId;
use serde_json::Value;

use super::routes::Route;
use super::view::{Refusal, View};
use super::world::World;
use crate::host::Host;

/// Something that was worked out.
pub(crate) enum Done {
    /// An answer.
    Answer {
        /// To which request.
        id: RequestId,
        /// What it is.
        result: Result<Value, Refusal>,
    },
    /// The problems of a project.
    Problems(Problems),
    /// People are elsewhere than when it was looked last.
    Moved,
}

/// The problems of a project.
pub(crate) struct Problems {
    /// Its folder.
    pub(crate) root: PathBuf,
    /// Which state of it.
    pub(crate) revision: u64,
    /// What there is to say of each file; an empty list for one of which there is nothing.
    pub(crate) files: BTreeMap<PathBuf, Vec<Diagnostic>>,
}

/// A request with all that its answer depends on.
pub(crate) struct Job {
    pub(crate) id: RequestId,
    pub(crate) method: &'static str,
    pub(crate) params: Value,
    pub(crate) cancelled: Arc<AtomicBool>,
    pub(crate) world: Arc<World>,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) routes: Arc<HashMap<&'static str, Route>>,
}

/// The threads.
pub(crate) struct Pool {
    jobs: Sender<Job>,
}

impl Pool {
    /// Starts some threads; they end when the pool is dropped.
    pub(crate) fn start(threads: usize, done: &Sender<Done>) -> Self {
        let (jobs, waiting) = unbounded::<Job>();
        for number in 0..threads {
            let (waiting, done): (Receiver<Job>, Sender<Done>) = (waiting.clone(), done.clone());
            let work = move || {
                for job in waiting {
                    let (id, result) = (job.id.clone(), answer(&job));
                    if done.send(Done::Answer { id, result }).is_err() {
                        return;
                    }
                }
            };
            // Without threads there is no server, and the client is told so by its silence.
            drop(std::thread::Builder::new().name(format!("answers-{number}")).spawn(work));
        }
        Self { jobs }
    }

    /// Hands a request to the next thread that is free.
    pub(crate) fn work(&self, job: Job) {
        // All threads are gone only when the server ends.
        let _ = self.jobs.send(job);
    }
}

/// A mistake of ours in one request is an answer, not the end.
fn answer(job: &Job) -> Result<Value, Refusal> {
    let view = View { world: &job.world, host: &*job.host, cancelled: &job.cancelled };
    view.alive()?;
    let route = job.routes.get(job.method).ok_or(Refusal::Cancelled)?;
    let result = catch_unwind(AssertUnwindSafe(|| (route.answer)(&view, job.params.clone()))).unwrap_or_else(|_| {
        Err(Refusal::Impossible(format!("`{}` failed; this is a mistake of the server", job.method)))
    })?;
    view.alive()?;
    Ok(result)
}
