//! Calls that come in by themselves instead of in a file: one, or a batch of them, each judged for itself.

use flow_graph::Timestamp;
use serde_json::value::RawValue;

use super::catalog::Catalog;
use super::segment::{Door, Gather, How, Reader};
use super::{Incoming, Reason, Refusal, Scope};

/// Reads requests; it may be used for many.
#[derive(Debug, Default)]
pub struct Requests {
    reader: Reader,
}

/// What the calls of a request give, with the number of each in its batch.
#[derive(Debug, Default)]
struct Harvest {
    incoming: Vec<(u32, Incoming)>,
    refusals: Vec<(u32, Refusal)>,
}

impl Gather for Harvest {
    fn accept(&mut self, number: u32, incoming: Incoming) {
        self.incoming.push((number, incoming));
    }

    fn refuse(&mut self, number: u32, refusal: Refusal) {
        self.refusals.push((number, refusal));
    }
}

/// What a request says.
#[derive(Debug, Default, PartialEq)]
pub struct Request {
    /// Calls that can be used, with their numbers in the batch, from 0.
    pub accepted: Vec<(u32, Incoming)>,
    /// Calls that cannot, and values of calls that cannot.
    pub refused: Vec<Refused>,
}

/// A call, or a value of one, that is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The number of the call in its batch, from 0.
    pub number: u32,
    /// What is lost.
    pub scope: Scope,
    /// Why, as a stable word.
    pub reason: Reason,
    /// Why, for people.
    pub detail: String,
    /// The call as it came.
    pub raw: String,
}

impl Requests {
    /// Reads the body of a request that came in at an instant. `kind` is the type of a call that does not say one.
    ///
    /// The time of a call is that of its `timestamp`, put right by how wrong the clock of its sender is (`sentAt`
    /// against the instant of arrival); without one, the instant of arrival.
    #[must_use]
    pub fn read(&mut self, catalog: &Catalog, kind: Option<&str>, body: &[u8], received: Timestamp) -> Request {
        let Ok(text) = std::str::from_utf8(body) else {
            let refusal = Refusal::call(Reason::NotUtf8, "the body is not UTF-8");
            return Request {
                accepted: Vec::new(),
                refused: vec![refused(0, refusal, &String::from_utf8_lossy(body))],
            };
        };
        let door = Door { kind, received };
        let mut harvest = Harvest::default();
        self.reader.line(How { catalog, door: Some(door), joining: None, only: None }, text, &mut harvest);
        let Harvest { incoming: accepted, refusals } = harvest;
        // Looked for only where something is refused: to find where each call stands takes as long as to read it.
        let calls = if refusals.is_empty() { None } else { calls(text) };
        let raw = |number: u32| {
            let call = calls.as_ref().and_then(|calls| calls.get(usize::try_from(number).ok()?));
            call.map_or(text, |call| call.get())
        };
        let refused = refusals.into_iter().map(|(number, it)| refused(number, it, raw(number))).collect();
        Request { accepted, refused }
    }
}

fn refused(number: u32, refusal: Refusal, raw: &str) -> Refused {
    Refused { number, scope: refusal.scope, reason: refusal.reason, detail: refusal.detail, raw: raw.to_owned() }
}

/// The calls of a batch as they were sent.
fn calls(text: &str) -> Option<Vec<Box<RawValue>>> {
    #[derive(serde::Deserialize)]
    struct Batch {
        batch: Vec<Box<RawValue>>,
    }
    serde_json::from_str::<Batch>(text).ok().map(|batch| batch.batch)
}
