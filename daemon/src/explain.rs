//! What the API says of one contact: where it stands, what happened, and why; and why the rest was not sent.

use std::collections::BTreeMap;

use flow_graph::{Program, Timestamp, Value};
use flow_machine::{Contact, Engine, View};
use flow_runtime::driver::Side;
use flow_runtime::driver::Turn;
use flow_runtime::ingest::Incoming;
use flow_runtime::record::Kind as RecordKind;
use flow_runtime::story::{self, Came, NotSent};
use flow_runtime::{Decided, Record, timeline, values};
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::log::{Entry, History, Kind, Place, Recent};
use crate::shard::Shard;
use crate::shard::lineage::Lineage;

/// Most entries of the log that are read for one story, the latest ones.
const ENTRIES: usize = 20_000;

/// What is known of a contact, taken out of the shard: however long it is read, nobody else waits.
#[derive(Debug)]
pub struct Known {
    contact: Contact,
    place: Place,
    recent: Recent,
    lineage: Lineage,
    now: Timestamp,
}

/// Where a contact stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// The id by which it goes.
    pub id: String,
    /// Up to when everything due has happened.
    #[serde(serialize_with = "crate::text::instant")]
    pub at: Timestamp,
    /// Its zone, else that of the project. Instants stand in UTC all the same.
    pub zone: String,
    /// What is known of it.
    pub fields: BTreeMap<String, Json>,
    /// The segments it is in.
    pub segments: Vec<String>,
    /// Its stage in each lifecycle.
    pub stages: BTreeMap<String, String>,
    /// Sequences that it is in, each with the step at which it stands.
    pub sequences: Vec<Run>,
    /// When something can change by itself.
    #[serde(serialize_with = "crate::text::maybe")]
    pub next: Option<Timestamp>,
    /// The same for people, a line each: stages, scores, segments, sequences, consents.
    pub standing: Vec<String>,
}

/// A run of a sequence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Run {
    /// The sequence.
    pub sequence: String,
    /// The step, as it is written.
    pub step: String,
    /// Since when it stands there.
    #[serde(serialize_with = "crate::text::instant")]
    pub since: Timestamp,
    /// It is held out: never messaged.
    pub holdout: bool,
}

/// What happened to a contact.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Story {
    /// The id by which it goes.
    pub contact: String,
    /// Its zone, else that of the project. Instants stand in UTC all the same.
    pub zone: String,
    /// Where the story ends.
    #[serde(serialize_with = "crate::text::instant")]
    pub until: Timestamp,
    /// What happened and why, the latest first.
    pub moments: Vec<Moment>,
    /// Messages that were never sent, with what stood in the way.
    pub not_sent: Vec<NotSent>,
    /// All that there is was looked at; else only the latest of it.
    pub complete: bool,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moment {
    /// When.
    #[serde(serialize_with = "crate::text::instant")]
    pub at: Timestamp,
    /// It came in; else it was decided.
    pub input: bool,
    /// What and why, in a line for people.
    pub line: String,
    /// It, where it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<Record>,
}

impl Known {
    /// What a shard knows of a contact, by one of its ids; none where nobody has it.
    #[must_use]
    pub fn of(shard: &Shard, id: &str) -> Option<Self> {
        let number = shard.find(id)?;
        Some(Self {
            contact: shard.contact(number)?.clone(),
            place: shard.place(number),
            recent: shard.recent(),
            lineage: shard.lineage().clone(),
            now: shard.now(),
        })
    }

    /// The names of all messages of the program that runs.
    #[must_use]
    pub fn messages(&self) -> Vec<String> {
        let messages = self.lineage.last().map(|engine| engine.program().messages.iter());
        messages.into_iter().flatten().map(|message| message.name.clone()).collect()
    }

    /// Where it stands.
    #[must_use]
    pub fn standing(&self) -> Option<Standing> {
        let contact = &self.contact;
        let engine = self.lineage.last()?;
        let program = engine.program();
        let known = |(id, field): (_, &flow_graph::program::Field)| {
            let value: &Value = contact.facts.field(id);
            value.is_known().then(|| (field.name.clone(), values::json(program, Some(&field.ty), value)))
        };
        let segments = program.segments.enumerate().filter(|(id, _)| contact.facts.in_segment(*id));
        let stages = program.lifecycles.enumerate().filter_map(|(id, lifecycle)| {
            let stage = lifecycle.stages.get(usize::from(contact.journey.stage(id)))?;
            Some((lifecycle.name.clone(), stage.clone()))
        });
        let runs = contact.journey.runs().iter().filter_map(|run| {
            let sequence = program.version(run.sequence, run.version)?;
            let step = sequence.steps.get(usize::from(run.step)).map_or_else(String::new, |step| step.text.clone());
            Some(Run { sequence: sequence.name.clone(), step, since: run.since, holdout: run.holdout })
        });
        Some(Standing {
            id: contact.id.to_string(),
            at: contact.now,
            zone: self.zone(engine),
            fields: program.fields.enumerate().filter_map(known).collect(),
            segments: segments.map(|(_, segment)| segment.name.clone()).collect(),
            stages: stages.collect(),
            sequences: runs.collect(),
            next: contact.journey.next_wake(),
            standing: story::standing(engine, contact, self.now),
        })
    }

    /// What happened, no more than so many moments, and what did not; of one message where that is asked for.
    #[must_use]
    pub fn story(&self, message: Option<&str>, most: usize) -> Option<Story> {
        let engine = self.lineage.last()?;
        let (mut moments, mut came, mut looked) = (Vec::new(), Came::new(), 0);
        for (entry, program) in History::new(self.place, &self.recent).take(ENTRIES) {
            looked += 1;
            if let Kind::Input { incoming, .. } = &entry.kind
                && let Some(event) = incoming.event.clone().and_then(|event| self.lineage.current(event, program))
            {
                *came.entry(event.kind.index()).or_default() += 1;
            }
            moments.extend(self.moment(entry, program));
        }
        let records: Vec<&Record> = moments.iter().rev().filter_map(|moment| moment.decision.as_ref()).collect();
        let mut not_sent = story::not_sent(View::new(engine, &self.contact, self.now), &came, &records);
        if let Some(message) = message {
            moments.retain(|moment| concerns(moment, message));
            not_sent.retain(|not_sent| not_sent.message == message);
        }
        let complete = looked < ENTRIES && moments.len() <= most;
        moments.truncate(most);
        let (contact, zone) = (self.contact.id.to_string(), self.zone(engine));
        Some(Story { contact, zone, until: self.now, moments, not_sent, complete })
    }

    /// All that the log has of it, the first first, with every value that came in or was decided.
    #[must_use]
    pub fn all(&self) -> Vec<Json> {
        let entries = History::new(self.place, &self.recent).filter_map(|(entry, number)| {
            let program = self.lineage.engine(number)?.program();
            match &entry.kind {
                Kind::Input { at, incoming, .. } => Some(as_json(program, incoming, *at)),
                Kind::Decision(_) => serde_json::to_value(self.moment(entry, number)?).ok(),
                Kind::United(_) | Kind::Gone => None,
            }
        });
        let mut all: Vec<Json> = entries.collect();
        all.reverse();
        all
    }

    fn zone(&self, engine: &Engine) -> String {
        self.contact.zone(engine).iana_name().unwrap_or("UTC").to_owned()
    }

    fn moment(&self, entry: Entry, program: u32) -> Option<Moment> {
        let program = self.lineage.engine(program)?.program();
        match entry.kind {
            Kind::Input { at, incoming, became } => {
                Some(Moment { at, input: true, line: came_in(program, &incoming, at, became), decision: None })
            }
            Kind::Decision(decision) => {
                let (at, contact) = (decision.at, entry.contact);
                let turn = Turn { at, input: false, number: contact.into() };
                let decided = Decided {
                    side: Side::Both,
                    turn,
                    contact,
                    id: &self.contact.id,
                    decision: *decision,
                    content: None,
                };
                let record = Record::new(program, &decided);
                Some(Moment { at, input: false, line: record.line(), decision: Some(record) })
            }
            Kind::United(_) | Kind::Gone => None,
        }
    }
}

fn came_in(program: &Program, incoming: &Incoming, at: Timestamp, became: flow_machine::decision::Outcome) -> String {
    timeline::words(program, incoming, at, false) + timeline::aside(became)
}

/// An input with all that it says.
fn as_json(program: &Program, incoming: &Incoming, at: Timestamp) -> Json {
    let event = incoming.event.as_ref().and_then(|event| {
        let known = program.events.get(event.kind)?;
        let value = |(field, value): (&flow_graph::program::Field, &Value)| {
            (field.name.clone(), values::json(program, Some(&field.ty), value))
        };
        let fields: serde_json::Map<_, _> = known.fields.iter().zip(&event.values).map(value).collect();
        Some(json!({ "name": known.name, "fields": fields }))
    });
    let change = |(id, value): &(_, Value)| {
        let field = program.fields.get(*id)?;
        Some((field.name.clone(), values::json(program, Some(&field.ty), value)))
    };
    let changes: serde_json::Map<_, _> = incoming.changes.iter().filter_map(change).collect();
    let who = &incoming.who;
    json!({
        "at": at.to_string(), "input": true, "time": incoming.time.to_string(), "message_id": incoming.id.as_ref(),
        "user_id": who.user, "anonymous_id": who.anonymous, "previous_id": who.previous,
        "event": event, "known": changes,
    })
}

/// It was sent, or was not.
fn concerns(moment: &Moment, message: &str) -> bool {
    moment.decision.as_ref().is_some_and(|record| {
        matches!(record.kind, RecordKind::Send | RecordKind::Held | RecordKind::Dropped) && record.name == message
    })
}
