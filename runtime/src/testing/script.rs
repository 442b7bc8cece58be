//! A test as a script: what arrives when, and what is looked at when. The clock is worked out beforehand, so that a
//! script can be changed beat by beat.

use std::sync::Arc;

use flow_graph::testcase::{Action, Expectation, MergeFrom, TestCase, TestLine, When};
use flow_graph::{Timestamp, Value};
use flow_machine::{Event, time};
use jiff::tz::TimeZone;

use super::START;
use crate::ingest::{Incoming, Origin, Who};

/// All that a test does, in order; the instants never go back.
#[derive(Debug, Clone)]
pub(super) struct Script<'c> {
    /// The test.
    pub(super) case: &'c TestCase,
    /// What happens.
    pub(super) beats: Vec<Beat<'c>>,
}

/// One thing that a test does.
#[derive(Debug, Clone)]
pub(super) struct Beat<'c> {
    /// When.
    pub(super) at: Timestamp,
    /// Position of its line in the test; none where the contacts are introduced.
    pub(super) line: Option<usize>,
    /// What.
    pub(super) what: What<'c>,
}

/// What a beat does.
#[derive(Debug, Clone)]
pub(super) enum What<'c> {
    /// The clock moves up to here.
    Pass,
    /// Something arrives, said by a contact of the test or one of its devices.
    Feed(u16, Box<Incoming>),
    /// Something must be so.
    Look(u16, &'c Expectation),
}

impl<'c> Script<'c> {
    /// The script of a test as it is written. A contact is known by its name from the first instant on.
    pub(super) fn new(case: &'c TestCase, zone: &TimeZone) -> Self {
        let mut now = match case.lines.first().map(|line| line.when) {
            Some(When::At(at)) => at,
            Some(When::Now | When::After(_)) | None => START,
        };
        let mut beats = Vec::new();
        for (number, contact) in (0_u16..).zip(&case.contacts) {
            let incoming = Incoming { changes: contact.fields.clone(), ..says(case, number, now, now) };
            beats.push(Beat { at: now, line: None, what: What::Feed(number, Box::new(incoming)) });
        }
        for (position, line) in case.lines.iter().enumerate() {
            now = match line.when {
                When::Now => now,
                When::At(at) => at.max(now),
                When::After(span) => time::add(zone, now, span),
            };
            beats.push(Beat { at: now, line: Some(position), what: what(case, line, now, zone) });
        }
        Self { case, beats }
    }

    /// The line of a beat.
    pub(super) fn line(&self, beat: &Beat<'_>) -> Option<&'c TestLine> {
        self.case.lines.get(beat.line?)
    }
}

fn what<'c>(case: &TestCase, line: &'c TestLine, now: Timestamp, zone: &TimeZone) -> What<'c> {
    match &line.what {
        Action::Nothing => What::Pass,
        Action::Event { contact, event, values, id, ago, anonymous } => {
            let time = ago.map_or(now, |ago| time::subtract(zone, now, ago));
            let id: Arc<str> = Arc::from(id.as_deref().unwrap_or_default());
            let mut incoming = says(case, *contact, now, time);
            if let Some(anonymous) = anonymous {
                incoming.who = Who { anonymous: Some(Arc::from(anonymous.as_str())), ..Who::default() };
            }
            let values: Box<[Value]> = values.as_slice().into();
            let event = Event { kind: *event, id: Arc::clone(&id), time, values, meta: None };
            What::Feed(*contact, Box::new(Incoming { id, event: Some(Arc::new(event)), ..incoming }))
        }
        Action::Sets { contact, fields, ago } => {
            let time = ago.map_or(now, |ago| time::subtract(zone, now, ago));
            let incoming = says(case, *contact, now, time);
            What::Feed(*contact, Box::new(Incoming { changes: fields.clone(), ..incoming }))
        }
        Action::Merge { from, into } => {
            let previous = match from {
                MergeFrom::Anonymous(id) => id,
                MergeFrom::Contact(contact) => name(case, *contact),
            };
            let mut incoming = says(case, *into, now, now);
            incoming.who.previous = Some(Arc::from(previous));
            What::Feed(*into, Box::new(incoming))
        }
        Action::Expect { contact, expectation } => What::Look(*contact, expectation),
    }
}

/// An input of a contact that says nothing yet.
pub(super) fn says(case: &TestCase, contact: u16, arrival: Timestamp, time: Timestamp) -> Incoming {
    Incoming {
        who: Who { user: Some(Arc::from(name(case, contact))), ..Who::default() },
        arrival: Some(arrival),
        time,
        id: Arc::from(""),
        event: None,
        changes: Vec::new(),
        zone: None,
        origin: Origin::default(),
    }
}

/// The name of a contact of a test, which is its id.
pub(super) fn name(case: &TestCase, contact: u16) -> &str {
    case.contacts.get(usize::from(contact)).map_or("?", |contact| &contact.name)
}
