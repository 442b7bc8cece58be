//! What the API says of one contact: where it stands, what happened, and why.

use std::collections::BTreeMap;

use flow_graph::{Timestamp, Value};
use flow_machine::decision::Outcome;
use flow_runtime::driver::Turn;
use flow_runtime::identity::ContactNumber;
use flow_runtime::record::Kind as RecordKind;
use flow_runtime::{Decided, Incoming, Record, values};
use serde::Serialize;
use serde_json::Value as Json;

use crate::log::{Entry, Kind};
use crate::shard::Shard;

/// Where a contact stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// The id by which it goes.
    pub id: String,
    /// Up to when everything due has happened.
    #[serde(serialize_with = "crate::text::instant")]
    pub at: Timestamp,
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

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moment {
    /// When.
    #[serde(serialize_with = "crate::text::instant")]
    pub at: Timestamp,
    /// What and why, in a line for people.
    pub line: String,
    /// It, where it was decided; else it came in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<Record>,
}

/// Where a contact stands, by one of its ids.
#[must_use]
pub fn contact(shard: &Shard, id: &str) -> Option<Standing> {
    let contact = shard.contact(shard.find(id)?)?;
    let engine = shard.engine();
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
        fields: program.fields.enumerate().filter_map(known).collect(),
        segments: segments.map(|(_, segment)| segment.name.clone()).collect(),
        stages: stages.collect(),
        sequences: runs.collect(),
        next: contact.journey.next_wake(),
    })
}

/// What happened to a contact and why, the latest first; of one message where that is asked for.
#[must_use]
pub fn moments(shard: &Shard, id: &str, message: Option<&str>, most: usize) -> Option<Vec<Moment>> {
    let number = shard.find(id)?;
    let moments = shard.history(number).filter_map(|(entry, program)| moment(shard, number, entry, program));
    let wanted = |moment: &Moment| match (message, &moment.decision) {
        (None, _) => true,
        (Some(message), Some(record)) => {
            matches!(record.kind, RecordKind::Send | RecordKind::Held | RecordKind::Dropped) && record.name == message
        }
        (Some(_), None) => false,
    };
    Some(moments.filter(wanted).take(most).collect())
}

fn moment(shard: &Shard, number: ContactNumber, entry: Entry, program: u32) -> Option<Moment> {
    let engine = shard.lineage().engine(program)?;
    match entry.kind {
        Kind::Input { at, incoming, became } => {
            Some(Moment { at, line: came_in(engine.program(), &incoming, became), decision: None })
        }
        Kind::Decision(decision) => {
            let at = decision.at;
            let turn = Turn { at, input: false, number: number.into() };
            let id = &shard.contact(entry.contact)?.id;
            let decided = Decided { turn, contact: entry.contact, id, decision: *decision, content: None };
            let record = Record::new(engine.program(), &decided);
            Some(Moment { at, line: record.line(), decision: Some(record) })
        }
        Kind::United(_) => None,
    }
}

fn came_in(program: &flow_graph::Program, incoming: &Incoming, became: Outcome) -> String {
    let event = incoming.event.as_ref().and_then(|event| program.events.get(event.kind));
    let fields: Vec<_> =
        incoming.changes.iter().filter_map(|(id, _)| Some(program.fields.get(*id)?.name.as_str())).collect();
    let what = match (event, fields.is_empty()) {
        (Some(event), _) => event.name.as_str(),
        (None, false) => &fields.join(", "),
        (None, true) => "a call",
    };
    match (became, event, fields.is_empty()) {
        (Outcome::Duplicate, _, _) => format!("{what} came in again: a repetition counts for nothing"),
        (Outcome::Late, Some(_), _) => format!("{what} came in too late to begin anything"),
        (Outcome::Accepted, Some(_), _) => format!("{what} came in"),
        (Outcome::Accepted | Outcome::Late, None, false) => format!("{what} became known"),
        (Outcome::Accepted | Outcome::Late, None, true) => format!("{what} came in that says nothing new"),
    }
}
