//! A whole call as bytes: who, when, what is known from now on, what happened. Numbers of events and fields are those
//! of the program that it was read with.

use std::sync::Arc;

use flow_graph::{Id, Timestamp};

use super::codec::{Reader, Writer};
use crate::ingest::{Incoming, Origin, Who};

/// Which parts of a call are there.
const USER: u8 = 1;
const ANONYMOUS: u8 = 1 << 1;
const PREVIOUS: u8 = 1 << 2;
const EVENT: u8 = 1 << 3;
const ZONE: u8 = 1 << 4;

/// Adds a call that is taken at an instant.
pub fn write(bytes: &mut Vec<u8>, at: Timestamp, incoming: &Incoming) {
    let Incoming { who, time, id, event, changes, zone, arrival: _, origin: _ } = incoming;
    let mut writer = Writer::new(bytes);
    let there = |is: bool, bit: u8| if is { bit } else { 0 };
    writer.byte(
        there(who.user.is_some(), USER)
            | there(who.anonymous.is_some(), ANONYMOUS)
            | there(who.previous.is_some(), PREVIOUS)
            | there(event.is_some(), EVENT)
            | there(zone.is_some(), ZONE),
    );
    [&who.user, &who.anonymous, &who.previous].into_iter().flatten().for_each(|id| writer.text(id));
    writer.unsigned(changes.len() as u64);
    for (field, value) in changes {
        writer.unsigned(field.index() as u64);
        writer.value(value);
    }
    if let Some(zone) = zone {
        writer.value(zone);
    }
    match event {
        Some(event) => writer.event(at, event),
        None => {
            writer.text(id);
            writer.signed(time.0.wrapping_sub(at.0));
        }
    }
}

/// Reads what was written so, and how many bytes it took; `None` where it is damaged.
#[must_use]
pub fn read(bytes: &[u8], at: Timestamp) -> Option<(Incoming, usize)> {
    let mut reader = Reader::new(bytes);
    let there = reader.byte()?;
    let mut id = |bit: u8| (there & bit > 0).then(|| reader.text().ok_or(())).transpose().ok();
    let who = Who { user: id(USER)?, anonymous: id(ANONYMOUS)?, previous: id(PREVIOUS)?, alone: false };
    let count = reader.count()?;
    let mut changes = Vec::new();
    for _ in 0..count {
        changes.push((Id::new(u32::try_from(reader.unsigned()?).ok()?), reader.value()?));
    }
    let zone = if there & ZONE > 0 { Some(reader.value()?) } else { None };
    let (id, time, event) = if there & EVENT > 0 {
        let event = Arc::new(reader.event(at)?);
        (Arc::clone(&event.id), event.time, Some(event))
    } else {
        (reader.text()?, Timestamp(reader.signed()?.wrapping_add(at.0)), None)
    };
    let taken = bytes.len() - reader.left();
    Some((Incoming { who, arrival: Some(at), time, id, event, changes, zone, origin: Origin::default() }, taken))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flow_graph::Value;
    use flow_machine::Event;

    #[test]
    fn what_is_written_is_read_and_half_of_it_is_not() {
        let text = |text: &str| Some(Arc::<str>::from(text));
        let at = Timestamp(1_772_323_200_000);
        let event = Event {
            kind: Id::new(9),
            id: Arc::from("m1"),
            time: Timestamp(at.0 - 5_000),
            values: [Value::text("x"), Value::Missing].into(),
            meta: None,
        };
        let bare = Incoming {
            who: Who { user: text("u"), anonymous: None, previous: text("p"), alone: false },
            arrival: Some(at),
            time: Timestamp(at.0 - 7),
            id: Arc::from("m2"),
            event: None,
            changes: Vec::new(),
            zone: None,
            origin: Origin::default(),
        };
        let full = Incoming {
            who: Who { user: None, anonymous: text("a"), previous: None, alone: false },
            id: Arc::clone(&event.id),
            time: event.time,
            event: Some(Arc::new(event)),
            changes: vec![(Id::new(3), Value::Money(-1)), (Id::new(200), Value::Missing)],
            zone: Some(Value::text("Asia/Tokyo")),
            ..bare.clone()
        };
        for incoming in [bare, full] {
            let mut bytes = Vec::new();
            write(&mut bytes, at, &incoming);
            let length = bytes.len();
            for cut in 0..length {
                assert_eq!(read(&bytes[..cut], at), None, "{cut} of {length}");
            }
            bytes.push(7);
            assert_eq!(read(&bytes, at), Some((incoming, length)));
        }
    }
}
