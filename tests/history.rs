//! An example project with what came in: for tests that drive the daemon's shard.

use std::sync::Arc;

use flow_daemon::shard::Release;
use flow_machine::Engine;
use flow_runtime::Inputs;
use flow_runtime::ingest::{Catalog, Format, Incoming, Read};

use crate::{lines, project, root};

/// An example as a release, and the calls of a text of JSON Lines that can be used.
///
/// # Errors
/// What is wrong with the example.
pub fn of(example: &str, text: &str) -> Result<(Release, Vec<Incoming>), String> {
    let sources = project(&root().join("examples").join(example));
    let compilation = flow_compiler::compile(&sources);
    let program = Arc::new(compilation.program.ok_or_else(|| lines(&sources, &compilation.diagnostics))?);
    let engine = Engine::new(Arc::clone(&program)).map_err(|error| error.to_string())?;
    let catalog = Arc::new(Catalog::new(&Arc::new(engine)));
    let inputs = Inputs::new(catalog, text.as_bytes(), "events", 0, &Format::Segment).map_err(|it| it.to_string())?;
    let inputs = inputs.filter_map(|read| if let Ok(Read::Incoming(it)) = read { Some(*it) } else { None }).collect();
    Ok((Release { program, who: "test".to_owned(), commit: None }, inputs))
}

/// The same with the events that stand beside it.
///
/// # Errors
/// As above; or that it has none.
pub fn own(example: &str) -> Result<(Release, Vec<Incoming>), String> {
    let file = root().join("examples").join(example).join("events.jsonl");
    let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    of(example, &text)
}
