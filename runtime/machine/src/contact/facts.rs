//! What is known of a contact and what follows from it without a will: attributes, behaviours, scores, segments.
//!
//! Here is how it is kept; how it is taken in stands in [`crate::facts`], how it is derived in [`crate::derive`].

pub mod figure;
pub mod hits;
pub mod seen;

use flow_graph::program::{Field, Score, Segment};
use flow_graph::{Id, Timestamp, Value};
use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

use super::Contact;
use super::memory::Found;
use super::small::{Bits, Sparse};
use crate::engine::Engine;
use crate::time::{Zone, zones};
use figure::Figure;
use hits::Hits;
use seen::Seen;

/// Attributes, behaviours, scores, segments. What was never heard of takes no room.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The values of the contact's fields that ever had one, with when each became true.
    fields: Sparse<(Timestamp, Value)>,
    /// Message ids and unique values.
    pub(crate) seen: Seen,
    /// The states of behaviours that counted an event.
    pub(crate) figures: Sparse<Figure>,
    /// The states of hit rules that were hit, by [`Engine::rule`].
    pub(crate) hits: Sparse<Hits>,
    /// The band of each score.
    pub(crate) bands: ThinVec<Option<u16>>,
    /// Which segments the contact is in.
    pub(crate) members: Bits,
}

impl Facts {
    /// Nothing known.
    #[must_use]
    pub fn new(engine: &Engine) -> Self {
        let mut bands = ThinVec::new();
        if !engine.program().scores.is_empty() {
            bands.reserve_exact(engine.program().scores.len());
            bands.resize(engine.program().scores.len(), None);
        }
        Self { bands, ..Self::default() }
    }

    /// The values of the first so many fields of the contact, by slot.
    #[must_use]
    pub fn fields(&self, count: usize) -> Box<[Value]> {
        (0..count).map(|slot| self.fields.get(slot).map_or(Value::Missing, |known| known.1.clone())).collect()
    }

    /// How many fields ever had a value.
    pub(crate) fn known(&self) -> usize {
        self.fields.len()
    }

    /// The value of a field.
    #[must_use]
    #[inline]
    pub fn field(&self, field: Id<Field>) -> &Value {
        self.fields.get(field.index()).map_or(&Value::Missing, |known| &known.1)
    }

    /// When the value of a field became true; before all time when it never had one.
    #[must_use]
    pub fn field_time(&self, field: Id<Field>) -> Timestamp {
        self.fields.get(field.index()).map_or(Timestamp::MIN, |known| known.0)
    }

    /// Whether the contact is in a segment, as it was last derived.
    #[must_use]
    #[inline]
    pub fn in_segment(&self, segment: Id<Segment>) -> bool {
        self.members.has(segment.index())
    }

    /// The band of a score, as it was last derived; none below the first.
    #[must_use]
    pub fn band(&self, score: Id<Score>) -> Option<u16> {
        self.bands.get(score.index()).copied().flatten()
    }

    /// Writes a field of the program unless it has a newer value. What hangs on the zone is the caller's business.
    pub(crate) fn write(&mut self, field: Id<Field>, value: Value, time: Timestamp) {
        let Some(known) = self.fields.get_or(field.index(), || (Timestamp::MIN, Value::Missing)) else { return };
        if time >= known.0 {
            *known = (time, value);
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
