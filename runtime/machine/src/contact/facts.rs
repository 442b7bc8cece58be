//! What is known of a contact and what follows from it without a will: attributes, behaviours, scores, segments.
//!
//! Here is how it is kept; how it is taken in stands in [`crate::facts`], how it is derived in [`crate::derive`].

pub mod figure;
pub mod hits;
pub mod seen;

use flow_graph::program::{Field, Score, Segment};
use flow_graph::{Id, Timestamp, Value};
use serde::{Deserialize, Serialize};

use super::Contact;
use super::memory::Found;
use crate::engine::Engine;
use crate::time::{Zone, zones};
use figure::Figure;
use hits::Hits;
use seen::Seen;

/// Attributes, behaviours, scores, segments.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The values of the contact's fields, by slot.
    fields: Vec<Value>,
    /// When each became true.
    since: Vec<Timestamp>,
    /// Message ids and unique values.
    pub(crate) seen: Seen,
    /// One state for each behaviour.
    pub(crate) figures: Vec<Figure>,
    /// For each score, one state for each hit rule.
    pub(crate) hits: Vec<Vec<Hits>>,
    /// The band of each score.
    pub(crate) bands: Vec<Option<u16>>,
    /// Which segments the contact is in.
    pub(crate) members: Vec<bool>,
}

impl Facts {
    /// Nothing known.
    #[must_use]
    pub fn new(engine: &Engine) -> Self {
        let program = engine.program();
        let fields = program.fields.len();
        Self {
            fields: vec![Value::Missing; fields],
            since: vec![Timestamp::MIN; fields],
            seen: Seen::default(),
            figures: program.behaviours.iter().map(Figure::new).collect(),
            hits: program.scores.iter().map(|score| score.hits.iter().map(Hits::new).collect()).collect(),
            bands: vec![None; program.scores.len()],
            members: vec![false; program.segments.len()],
        }
    }

    /// The values of the contact's fields, by slot.
    #[must_use]
    pub fn fields(&self) -> &[Value] {
        &self.fields
    }

    /// The value of a field.
    #[must_use]
    pub fn field(&self, field: Id<Field>) -> &Value {
        self.fields.get(field.index()).unwrap_or(&Value::Missing)
    }

    /// When the value of a field became true; before all time when it never had one.
    #[must_use]
    pub fn field_time(&self, field: Id<Field>) -> Timestamp {
        self.since.get(field.index()).copied().unwrap_or(Timestamp::MIN)
    }

    /// Whether the contact is in a segment, as it was last derived.
    #[must_use]
    pub fn in_segment(&self, segment: Id<Segment>) -> bool {
        self.members.get(segment.index()).copied().unwrap_or(false)
    }

    /// The band of a score, as it was last derived; none below the first.
    #[must_use]
    pub fn band(&self, score: Id<Score>) -> Option<u16> {
        self.bands.get(score.index()).copied().flatten()
    }

    /// Writes a field unless it has a newer value. What hangs on the zone is the caller's business.
    pub(crate) fn write(&mut self, field: Id<Field>, value: Value, time: Timestamp) {
        let (Some(slot), Some(since)) = (self.fields.get_mut(field.index()), self.since.get_mut(field.index())) else {
            return;
        };
        if time >= *since {
            *slot = value;
            *since = time;
        }
    }
}

impl Contact {
    /// Its zone: the field of type `timezone` when that holds a valid one, else the project's.
    #[must_use]
    pub fn zone(&self, engine: &Engine) -> &'static Zone {
        let zone = match self.memory.zone {
            Found::Unknown => look_up(&self.facts, engine),
            known @ (Found::Project | Found::Own(_)) => known,
        };
        match zone {
            Found::Own(position) => zones::at(position).unwrap_or(engine.zone()),
            Found::Project | Found::Unknown => engine.zone(),
        }
    }

    /// Looks up its zone, so that reading it later costs nothing.
    pub(crate) fn find_zone(&mut self, engine: &Engine) {
        self.memory.zone = look_up(&self.facts, engine);
    }
}

fn look_up(facts: &Facts, engine: &Engine) -> Found {
    let field = engine.program().zone_field.map(|field| facts.field(field));
    let Some(Value::Text(name)) = field else { return Found::Project };
    let position = zones::position(name).filter(|&position| zones::at(position).is_some());
    position.map_or(Found::Project, Found::Own)
}
