//! Runs a command again whenever a file of its project changes: `--watch`.
//!
//! A broken project is told like any other result, and the watch goes on. It ends on Ctrl-C, with the code of the last
//! run, or when nobody reads its output any more.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use notify::{EventKind, RecursiveMode, Watcher};

use crate::failure::{Exit, Failure};
use crate::project;
use crate::terminal::{DIM, Terminal};

/// An editor writes a file in several strokes: nothing is run before they are over.
const CALM: Duration = Duration::from_millis(80);
/// Nor later than this after the first.
const PATIENCE: Duration = Duration::from_secs(1);

/// What ends the waiting.
enum Change {
    /// A file of the project has changed.
    File(PathBuf),
    /// Ctrl-C.
    Stop,
}

/// Runs now, and again after each change, until Ctrl-C.
pub(crate) fn watch(
    dir: Option<&Path>,
    terminal: &mut Terminal,
    mut run: impl FnMut(&mut Terminal) -> Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    // It is watched before the first run, so that no change is missed.
    let changes = Changes::of(dir)?;
    loop {
        let exit = run(terminal).unwrap_or_else(|failure| {
            terminal.complain(&failure);
            Exit::Unusable
        });
        let waiting = format!("waiting for changes in `{}`; Ctrl-C ends", changes.folder.display());
        terminal.note(&format!("{}\n", terminal.paint(DIM, &waiting)));
        let changed = if terminal.is_closed() { None } else { changes.next() };
        let Some(changed) = changed else { return Ok(exit) };
        terminal.clear();
        let what = terminal.paint(DIM, &format!("{} has changed", changed.display()));
        terminal.note(&format!("\n{what}\n"));
    }
}

/// The changes of a project's files, until Ctrl-C or a signal to end.
pub(crate) struct Changes {
    folder: PathBuf,
    changes: Receiver<Change>,
    _watcher: notify::RecommendedWatcher,
}

impl Changes {
    /// Those of the project that holds a folder (default: this one).
    pub(crate) fn of(dir: Option<&Path>) -> Result<Self, Failure> {
        let folder = project::root(dir)?;
        let cannot = |why: String| Failure::new(format!("cannot watch `{}`: {why}", folder.display()));
        let root = std::fs::canonicalize(&folder).map_err(|error| Failure::file("read", &folder, &error))?;
        let (sender, changes) = mpsc::channel();
        let stop = sender.clone();
        ctrlc::set_handler(move || drop(stop.send(Change::Stop))).map_err(|error| cannot(error.to_string()))?;
        let base = root.clone();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            for path in event.iter().flat_map(|event| touched(event, &base)) {
                let _ = sender.send(Change::File(path));
            }
        })
        .map_err(|error| cannot(error.to_string()))?;
        watcher.watch(&root, RecursiveMode::Recursive).map_err(|error| cannot(error.to_string()))?;
        Ok(Self { folder, changes, _watcher: watcher })
    }

    /// The first file of the next burst of changes, once it is over; none at the end.
    pub(crate) fn next(&self) -> Option<PathBuf> {
        next(&self.changes)
    }
}

/// The first file of the next burst of changes, once it is over; none at the end.
fn next(changes: &Receiver<Change>) -> Option<PathBuf> {
    let Ok(Change::File(first)) = changes.recv() else { return None };
    let latest = Instant::now() + PATIENCE;
    loop {
        match changes.recv_timeout(CALM.min(latest.saturating_duration_since(Instant::now()))) {
            Ok(Change::File(_)) => {}
            Ok(Change::Stop) | Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) => return Some(first),
        }
    }
}

/// The files of the project that an event speaks of, from its folder.
fn touched(event: &notify::Event, root: &Path) -> Vec<PathBuf> {
    if matches!(event.kind, EventKind::Access(_)) {
        return Vec::new();
    }
    let inside = event.paths.iter().filter_map(|path| path.strip_prefix(root).ok());
    inside.filter(|path| project::belongs(path)).map(Path::to_path_buf).collect()
}

#[cfg(test)]
mod tests {
    use notify::event::{AccessKind, CreateKind, ModifyKind};

    use super::*;

    #[test]
    fn only_files_of_the_project_count() {
        let event = |kind, path: &str| notify::Event::new(kind).add_path(Path::new("/p").join(path));
        let changed = EventKind::Modify(ModifyKind::Any);
        let seen = |event: &notify::Event| !touched(event, Path::new("/p")).is_empty();
        assert!(seen(&event(changed, "main.flow")));
        assert!(seen(&event(EventKind::Create(CreateKind::File), "deep/er/more.flow")));
        assert!(seen(&event(changed, "flow.toml")));
        assert!(seen(&event(changed, "templates/hello.html")));
        assert!(!seen(&event(EventKind::Access(AccessKind::Any), "main.flow")));
        assert!(!seen(&event(changed, "target/main.flow")));
        assert!(!seen(&event(changed, ".git/main.flow")));
        assert!(!seen(&event(changed, "notes.txt")));
        assert!(!seen(&event(changed, "templates/.hello.html.swp")));
        assert!(!seen(&notify::Event::new(changed).add_path("/elsewhere/main.flow".into())));
    }

    #[test]
    fn a_burst_is_one_change_and_stop_ends_it() {
        let (sender, changes) = mpsc::channel();
        for name in ["a.flow", "b.flow", "a.flow"] {
            sender.send(Change::File(name.into())).ok();
        }
        assert_eq!(next(&changes), Some("a.flow".into()));
        sender.send(Change::File("c.flow".into())).ok();
        sender.send(Change::Stop).ok();
        assert_eq!(next(&changes), None);
    }
}
