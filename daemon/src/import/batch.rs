//! Rows on their way to a daemon that runs: read here, by the names of the program that runs there.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flow_graph::{Program, Timestamp};
use flow_runtime::Incoming;
use flow_runtime::ingest::Rejection;
use flow_runtime::log::input;
use serde::{Deserialize, Serialize};

/// Rows that are sent together.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Batch {
    /// The fingerprint of the program by whose names the rows were read.
    pub fingerprint: String,
    /// Calls, as the log has them, in base64.
    calls: String,
    /// What could not be used.
    pub rejects: Vec<Rejection>,
}

/// Instants are written as how far they are from one; here it is always the same.
const AT: Timestamp = Timestamp(0);

impl Batch {
    /// Packs rows.
    #[must_use]
    pub fn new(fingerprint: &str, calls: &[Incoming], rejects: Vec<Rejection>) -> Self {
        let mut bytes = Vec::new();
        calls.iter().for_each(|call| input::write(&mut bytes, AT, call));
        Self { fingerprint: fingerprint.to_owned(), calls: BASE64_STANDARD.encode(bytes), rejects }
    }

    /// The calls in it; none where they are damaged, or are not those of a program.
    #[must_use]
    pub fn calls(&self, program: &Program) -> Option<Vec<Incoming>> {
        let bytes = BASE64_STANDARD.decode(&self.calls).ok()?;
        let (mut rest, mut calls) = (bytes.as_slice(), Vec::new());
        while !rest.is_empty() {
            let (call, taken) = input::read(rest, AT)?;
            rest = rest.get(taken..)?;
            fits(&call, program).then_some(())?;
            calls.push(call);
        }
        Some(calls)
    }
}

/// A call has only numbers that a program has.
fn fits(call: &Incoming, program: &Program) -> bool {
    let known = call.event.as_ref().is_none_or(|event| {
        program.events.get(event.kind).is_some_and(|known| known.fields.len() == event.values.len())
    });
    known && call.changes.iter().all(|(field, _)| program.fields.get(*field).is_some())
}
