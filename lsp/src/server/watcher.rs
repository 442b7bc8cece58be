//! The thread that looks for problems after each change: always in the newest state, and in no project twice.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, SendError, Sender, unbounded};

use super::handlers::diagnostics;
use super::pool::{Done, Problems};
use super::world::World;
use crate::host::Host;

type Look = (Arc<World>, Arc<dyn Host>);

/// The thread.
pub(crate) struct Watcher {
    looks: Sender<Look>,
}

impl Watcher {
    /// Starts it; it ends when this is dropped.
    pub(crate) fn start(done: Sender<Done>) -> Self {
        let (looks, waiting) = unbounded();
        // Without the thread there are no problems to be seen, and all else still works.
        drop(std::thread::Builder::new().name("problems".to_owned()).spawn(move || watch(&waiting, &done)));
        Self { looks }
    }

    /// Looks into what has changed.
    pub(crate) fn look(&self, world: Arc<World>, host: Arc<dyn Host>) {
        let _ = self.looks.send((world, host));
    }
}

/// So long nobody types before who reads whom is worked out too, which is asked for next.
const STILL: Duration = Duration::from_millis(150);

fn watch(waiting: &Receiver<Look>, done: &Sender<Done>) {
    let mut seen: BTreeMap<PathBuf, u64> = BTreeMap::new();
    while let Ok(mut look) = waiting.recv() {
        loop {
            // Of what has changed meanwhile only the end matters.
            look = waiting.try_iter().last().unwrap_or(look);
            if problems(&look, &mut seen, waiting, done).is_err() {
                return;
            }
            match waiting.recv_timeout(STILL) {
                Ok(next) => look = next,
                Err(_) => break,
            }
        }
        for project in look.0.projects.values() {
            let _ = catch_unwind(AssertUnwindSafe(|| project.snapshot.graph().nodes().next()));
        }
    }
}

/// Looks into each project that has changed; an error when nobody hears it any more.
fn problems(
    (world, host): &Look,
    seen: &mut BTreeMap<PathBuf, u64>,
    waiting: &Receiver<Look>,
    done: &Sender<Done>,
) -> Result<(), SendError<Done>> {
    seen.retain(|root, _| world.projects.contains_key(root));
    for (root, project) in &world.projects {
        if seen.get(root) == Some(&project.revision) {
            continue;
        }
        let found = catch_unwind(AssertUnwindSafe(|| diagnostics::of_project(world, root, project, &**host)));
        seen.insert(root.clone(), project.revision);
        let Ok(files) = found else { continue };
        done.send(Done::Problems(Problems { root: root.clone(), revision: project.revision, files }))?;
        // A newer state is there: it counts more than the other projects of this one.
        if !waiting.is_empty() {
            break;
        }
    }
    Ok(())
}
