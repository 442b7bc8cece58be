//! The thread that looks for problems after each change: always in the newest state, and in no project twice.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, unbounded};

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

fn watch(waiting: &Receiver<Look>, done: &Sender<Done>) {
    let mut seen: BTreeMap<PathBuf, u64> = BTreeMap::new();
    while let Ok(first) = waiting.recv() {
        // Of what has changed meanwhile only the end matters.
        let (world, host) = waiting.try_iter().last().unwrap_or(first);
        seen.retain(|root, _| world.projects.contains_key(root));
        for (root, project) in &world.projects {
            if seen.get(root) == Some(&project.revision) {
                continue;
            }
            let found = catch_unwind(AssertUnwindSafe(|| diagnostics::of_project(&world, root, project, &*host)));
            seen.insert(root.clone(), project.revision);
            let Ok(files) = found else { continue };
            let problems = Problems { root: root.clone(), revision: project.revision, files };
            if done.send(Done::Problems(problems)).is_err() {
                return;
            }
            // Who reads whom is asked for next, and need not be waited for then.
            if waiting.is_empty() {
                let _ = catch_unwind(AssertUnwindSafe(|| project.snapshot.graph().nodes().next()));
            }
            // A newer state is there: it counts more than the other projects of this one.
            if !waiting.is_empty() {
                break;
            }
        }
    }
}
