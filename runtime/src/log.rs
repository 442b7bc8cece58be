//! The events of contacts with the instants of their arrival: what a merge, or a new program, computes anew from.
//!
//! All that a driver has seen is kept here for as long as it runs, so it is kept small: each event is encoded behind
//! the one before it, whosever it is, and knows where the one before it of the same contact stands. A contact keeps
//! no more than where its latest one is; to unite two logs takes one entry, whatever their length.

mod codec;
pub mod input;

use std::sync::Arc;

use flow_graph::Timestamp;
use flow_machine::Event;

use codec::{Reader, Writer};

/// How much is allocated at once.
const CHUNK_BYTES: usize = 1 << 20;
/// Marks an entry that unites two logs.
const UNITED: u8 = 1;
/// Marks an event.
const EVENT: u8 = 0;

/// The log of one contact: where its latest entry stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Log(Option<Place>);

/// A chunk, and the place in it from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    chunk: u32,
    at: std::num::NonZeroU32,
}

/// An event with the instant of its arrival.
pub type Entry = (Timestamp, Arc<Event>);

/// The logs of many contacts.
#[derive(Debug, Default)]
pub struct Logs {
    chunks: Vec<Vec<u8>>,
}

impl Logs {
    /// Adds what has arrived now. A contact's events are added in the order of arrival.
    pub fn push(&mut self, log: &mut Log, at: Timestamp, event: &Event) {
        let before = *log;
        *log = self.write(|writer| {
            writer.place(before.0.map(|place| (place.chunk, place.at.get())));
            writer.byte(EVENT);
            writer.instant(at);
            writer.event(at, event);
        });
    }

    /// The events of both in the order of arrival; of one instant the first one's come first.
    #[must_use]
    pub fn united(&mut self, first: Log, second: Log) -> Log {
        if first.0.is_none() || second.0.is_none() {
            return if first.0.is_none() { second } else { first };
        }
        self.write(|writer| {
            writer.place(first.0.map(|place| (place.chunk, place.at.get())));
            writer.byte(UNITED);
            writer.place(second.0.map(|place| (place.chunk, place.at.get())));
        })
    }

    /// The events of a contact in the order of arrival, those that its program emitted too.
    #[must_use]
    pub fn entries(&self, log: Log) -> Vec<Entry> {
        // From the latest to the first: of a union the second log is behind all of the first.
        let mut backwards = Vec::new();
        let mut open: Vec<Place> = log.0.into_iter().collect();
        while let Some(place) = open.pop() {
            let Some(mut reader) = self.reader(place) else { continue };
            let before = reader.place().and_then(placed);
            open.extend(before);
            if reader.byte() == Some(UNITED) {
                open.extend(reader.place().and_then(placed));
            } else if let Some(at) = reader.instant() {
                backwards.extend(reader.event(at).map(|event| (at, Arc::new(event))));
            }
        }
        backwards.reverse();
        backwards.sort_by_key(|&(at, _)| at);
        backwards
    }

    /// Bytes that are allocated.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.chunks.iter().map(Vec::capacity).sum()
    }

    fn write(&mut self, fill: impl FnOnce(&mut Writer<'_>)) -> Log {
        let full = self.chunks.last().is_none_or(|chunk| chunk.len() + chunk.len() / 8 >= CHUNK_BYTES);
        if full {
            self.chunks.push(Vec::with_capacity(CHUNK_BYTES));
        }
        let chunk = u32::try_from(self.chunks.len().saturating_sub(1)).unwrap_or(u32::MAX);
        let Some(bytes) = self.chunks.last_mut() else { return Log::default() };
        let at = u32::try_from(bytes.len() + 1).ok().and_then(std::num::NonZeroU32::new);
        fill(&mut Writer::new(bytes));
        Log(at.map(|at| Place { chunk, at }))
    }

    fn reader(&self, place: Place) -> Option<Reader<'_>> {
        let chunk = self.chunks.get(usize::try_from(place.chunk).ok()?)?;
        Some(Reader::new(chunk.get(usize::try_from(place.at.get() - 1).ok()?..)?))
    }
}

fn placed((chunk, at): (u32, u32)) -> Option<Place> {
    Some(Place { chunk, at: std::num::NonZeroU32::new(at)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use flow_graph::{Id, Value};
    use flow_machine::input::Meta;

    fn event(number: i64) -> Event {
        let values = [
            Value::Missing,
            Value::Bool(number % 2 == 0),
            Value::Int(number),
            Value::Number(0.1 * 3.0),
            Value::Money(i64::MIN),
            Value::text("Grüße"),
            Value::Enum(u16::MAX),
            Value::Date(jiff::civil::date(-9999, 12, 31)),
            Value::Instant(Timestamp(-number)),
            Value::Duration(i64::MAX),
            Value::set(vec![Value::text("b"), Value::set(vec![]), Value::Int(7)]),
        ];
        let text = |text: &str| Some(Arc::from(text));
        let meta = Meta { utm: [text("a"), None, text(""), None, None], page: [None, None, None, text("z")] };
        let metas = [None, Some(Box::new(Meta::default())), Some(Box::new(meta))];
        Event {
            kind: Id::new(u32::try_from(number).unwrap()),
            id: Arc::from(format!("m{number}")),
            time: Timestamp(1_772_323_200_000 - number * 7),
            values: values[..usize::try_from(number).unwrap() % 12].into(),
            meta: metas[usize::try_from(number).unwrap() % 3].clone(),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let mut logs = Logs::default();
        let mut log = Log::default();
        for number in 0..300 {
            logs.push(&mut log, Timestamp(1_772_323_200_000 + number), &event(number));
        }
        let read = logs.entries(log);
        assert_eq!(read.len(), 300);
        for (number, (at, read)) in (0..).zip(read) {
            assert_eq!((at.0, &*read), (1_772_323_200_000 + number, &event(number)));
        }
        assert!(logs.entries(Log::default()).is_empty());
    }

    #[test]
    fn logs_are_united_in_the_order_of_arrival() {
        // Lists that are sorted at each union are the measure.
        let mut logs = Logs::default();
        let mut all: Vec<(Log, Vec<(i64, i64)>)> = vec![(Log::default(), Vec::new()); 6];
        let mut seed = 5_u64;
        let mut random = move |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(seed >> 33).unwrap() % below
        };
        for number in 0..60_000_i64 {
            let (own, at) = (random(6), number / 5);
            if random(500) > 0 {
                logs.push(&mut all[own].0, Timestamp(at), &event(number % 900));
                all[own].1.push((at, number % 900));
                continue;
            }
            let other = std::mem::take(&mut all[(own + 1) % 6]);
            all[own].0 = logs.united(all[own].0, other.0);
            all[own].1.extend(other.1);
            all[own].1.sort_by_key(|entry| entry.0);
        }
        assert!(logs.chunks.len() > 1, "several chunks: {}", logs.bytes());
        for (log, expected) in &all {
            let kinds =
                logs.entries(*log).into_iter().map(|(at, event)| (at.0, i64::try_from(event.kind.index()).unwrap()));
            assert!(kinds.eq(expected.iter().copied()), "{} entries", expected.len());
        }
    }
}
