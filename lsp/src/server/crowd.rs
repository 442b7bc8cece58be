//! The thread that notices when people have moved: then lines above declarations are asked for again.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};

use super::pool::Done;
use super::world::{Project, World};
use crate::host::{Host, People};

/// How often it is looked.
const PAUSE: Duration = Duration::from_secs(2);

type Look = (Arc<World>, Arc<dyn Host>);

/// The thread.
pub(crate) struct Crowd {
    looks: Sender<Look>,
}

impl Crowd {
    /// Starts it; it ends when this is dropped.
    pub(crate) fn start(done: Sender<Done>) -> Self {
        let (looks, waiting) = unbounded();
        // Without the thread the numbers are those of the last edit.
        drop(std::thread::Builder::new().name("people".to_owned()).spawn(move || watch(&waiting, &done)));
        Self { looks }
    }

    /// Looks at these projects from now on.
    pub(crate) fn look(&self, world: Arc<World>, host: Arc<dyn Host>) {
        let _ = self.looks.send((world, host));
    }
}

fn watch(waiting: &Receiver<Look>, done: &Sender<Done>) {
    let mut latest: Option<Look> = None;
    let mut told = BTreeMap::new();
    loop {
        match waiting.recv_timeout(PAUSE) {
            Ok(look) => latest = Some(waiting.try_iter().last().unwrap_or(look)),
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                let Some((world, host)) = &latest else { continue };
                let counted = catch_unwind(AssertUnwindSafe(|| counted(world, &**host)));
                let Ok(now) = counted else { continue };
                if now != told && done.send(Done::Moved).is_err() {
                    return;
                }
                told = now;
            }
        }
    }
}

/// How many people are where, in the projects of which it is known.
fn counted(world: &World, host: &dyn Host) -> BTreeMap<PathBuf, People> {
    let name = |project: &Project| project.snapshot.analysis().program.project.name.clone();
    let people = world.projects.iter().map(|(root, project)| (root, host.people(&name(project))));
    people.filter_map(|(root, people)| Some((root.clone(), people?))).collect()
}
