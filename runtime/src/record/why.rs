//! Why something was decided, in words and with the line of the program.

use flow_graph::Timestamp;
use flow_graph::program::Program;
use flow_machine::decision::{Cause, Item, Why};
use serde::Serialize;

use super::name;

/// Why something was decided.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reason {
    /// The item: `sequence cart_recovery`.
    pub item: String,
    /// Its file.
    pub file: String,
    /// The line responsible.
    pub line: u32,
    /// What set it off: the name of an event, `time`, `attributes`, `entered segment x`, …
    pub cause: String,
    /// The message id of that event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    /// When that event happened.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text")]
    pub event_time: Option<Timestamp>,
}

impl Reason {
    pub(super) fn new(program: &Program, why: &Why) -> Self {
        let file = program.files.get(why.at.file).map_or_else(|| "?".to_owned(), |file| file.path.clone());
        let event = if let Cause::Event(event) = &why.cause { Some(event) } else { None };
        Self {
            item: item(program, why.item),
            file,
            line: why.at.line,
            cause: cause(program, &why.cause),
            event_id: event.filter(|event| !event.id.is_empty()).map(|event| event.id.to_string()),
            event_time: event.map(|event| event.time),
        }
    }
}

fn item(program: &Program, item: Item) -> String {
    match item {
        Item::Segment(id) => format!("segment {}", name(&program.segments, id, |x| &x.name)),
        Item::Score(id) => format!("score {}", name(&program.scores, id, |x| &x.name)),
        Item::Lifecycle(id) => format!("lifecycle {}", name(&program.lifecycles, id, |x| &x.name)),
        Item::Sequence(id) => format!("sequence {}", name(&program.sequences, id, |x| &x.name)),
        Item::Sla(id) => format!("sla {}", name(&program.slas, id, |x| &x.name)),
        Item::Limits => "limits".to_owned(),
        Item::Topic(id) => format!("topic {}", name(&program.topics, id, |x| &x.name)),
        Item::Message(id) => format!("message {}", name(&program.messages, id, |x| &x.name)),
    }
}

fn cause(program: &Program, cause: &Cause) -> String {
    match cause {
        Cause::Event(event) => name(&program.events, event.kind, |x| &x.name),
        Cause::Attributes => "attributes".to_owned(),
        Cause::Time => "time".to_owned(),
        Cause::EnteredSegment(id) => format!("entered segment {}", name(&program.segments, *id, |x| &x.name)),
        Cause::LeftSegment(id) => format!("left segment {}", name(&program.segments, *id, |x| &x.name)),
        Cause::Band(id, band) => {
            let score = program.scores.get(*id);
            let band = score.and_then(|score| score.bands.get(usize::from(*band))).map_or("?", |band| &band.name);
            format!("{} becomes {band}", score.map_or("?", |score| &score.name))
        }
        Cause::Stage(id, stage) => {
            let lifecycle = program.lifecycles.get(*id);
            let stage = lifecycle.and_then(|l| l.stages.get(usize::from(*stage))).map_or("?", String::as_str);
            format!("entered stage {}.{stage}", lifecycle.map_or("?", |l| &l.name))
        }
        Cause::Enrolled(id) => format!("enrolled by {}", name(&program.sequences, *id, |x| &x.name)),
        Cause::Merge => "merge".to_owned(),
        Cause::Program => "program".to_owned(),
        Cause::Created => "first seen".to_owned(),
    }
}

#[expect(clippy::ref_option, reason = "the form that serde asks for")]
fn as_text<S: serde::Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serializer.collect_str(at),
        None => serializer.serialize_none(),
    }
}
