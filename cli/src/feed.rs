//! Files of events into the driver, one after the other or in the order of time.

use std::sync::Arc;

use flow_runtime::driver::{Driver, Observer};
use flow_runtime::ingest::{Catalog, Incoming, Inputs, MappingError, Read, Rejection};

use crate::failure::Failure;
use crate::input::Source;
use crate::progress::Progress;

/// How the inputs of a run are taken.
pub(crate) struct Feed<'a> {
    /// Names on the wire.
    pub(crate) catalog: &'a Arc<Catalog>,
    /// In the order of time, whatever the order in the files.
    pub(crate) sort: bool,
    /// How far it is.
    pub(crate) progress: &'a mut Progress,
}

/// What was read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Fed {
    /// Inputs that could be used.
    pub(crate) inputs: u64,
    /// Bytes of the files.
    pub(crate) bytes: u64,
}

impl Feed<'_> {
    /// Feeds all files to the driver; rows that cannot be used go to `reject` at once, in the order of the files.
    pub(crate) fn all(
        &mut self,
        sources: Vec<Source>,
        driver: &mut Driver,
        observer: &mut impl Observer,
        mut reject: impl FnMut(Rejection) -> Result<(), Failure>,
    ) -> Result<Fed, Failure> {
        let mut fed = Fed::default();
        let mut waiting: Vec<Incoming> = Vec::new();
        for (number, source) in (0..).zip(sources) {
            let name = source.name.clone();
            let before = fed.bytes;
            let unreadable = |error: std::io::Error| unreadable(&name, &error);
            let mut inputs = Inputs::new(Arc::clone(self.catalog), source.reader, &name, number, &source.format)
                .map_err(unreadable)?;
            while let Some(read) = inputs.next() {
                match read.map_err(unreadable)? {
                    Read::Rejected(rejection) => reject(rejection)?,
                    Read::Incoming(incoming) => {
                        fed.inputs += 1;
                        if self.sort {
                            waiting.push(*incoming);
                        } else {
                            driver.feed(&incoming, observer);
                        }
                    }
                }
                fed.bytes = before + inputs.bytes();
                self.progress.step(fed.bytes, fed.inputs);
            }
        }
        // Of one instant the order of the files stands.
        waiting.sort_by_key(Incoming::arrives);
        for incoming in &waiting {
            driver.feed(incoming, observer);
            self.progress.step(fed.bytes, fed.inputs);
        }
        driver.finish(observer);
        Ok(fed)
    }
}

fn unreadable(name: &str, error: &std::io::Error) -> Failure {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<MappingError>()) {
        Some(mapping) => Failure::new(format!("`{name}` does not fit its mapping: {mapping}"))
            .help("the mapping is `[import.NAME]` in `flow.toml`"),
        None => Failure::new(format!("cannot read `{name}`: {error}")),
    }
}
