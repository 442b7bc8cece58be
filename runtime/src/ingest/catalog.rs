//! Which name on the wire is which event and which field.

use std::sync::Arc;

use flow_graph::program::{Event as EventType, Field, Program, Wire, builtin};
use flow_graph::{Id, Timestamp, Value};
use flow_machine::Engine;
use jiff::tz::TimeZone;
use rustc_hash::FxHashMap;

use super::convert::Converter;
use super::segment::layout::Verb;
use super::{Reason, Refusal};

/// Which name on the wire is which event and which field; made once for a program.
#[derive(Debug, Clone)]
pub struct Catalog {
    engine: Arc<Engine>,
    zone: TimeZone,
    track: FxHashMap<String, Id<EventType>>,
    page: Option<Id<EventType>>,
    screen: Option<Id<EventType>>,
    group: Option<Id<EventType>>,
    /// The names of the program that takes over, and when.
    later: Option<(Timestamp, Arc<Catalog>)>,
}

impl Catalog {
    /// The names of a program. A zone that does not exist stands for UTC; the compiler lets none through.
    #[must_use]
    pub fn new(engine: &Arc<Engine>) -> Self {
        let program = engine.program();
        let mut catalog = Self {
            zone: TimeZone::get(&program.project.timezone).unwrap_or(TimeZone::UTC),
            track: FxHashMap::default(),
            page: None,
            screen: None,
            group: None,
            later: None,
            engine: Arc::clone(engine),
        };
        for (id, event) in program.events.enumerate() {
            match &event.wire {
                Wire::Track(name) => {
                    catalog.track.insert(name.clone(), id);
                }
                Wire::BuiltIn => {
                    catalog.track.insert(event.name.clone(), id);
                }
                Wire::Page => catalog.page = Some(id),
                Wire::Screen => catalog.screen = Some(id),
                Wire::Group => catalog.group = Some(id),
            }
        }
        catalog
    }

    /// These names up to an instant, others from then on.
    #[must_use]
    pub fn until(mut self, at: Timestamp, later: Arc<Self>) -> Self {
        self.later = Some((at, later));
        self
    }

    /// The names for what arrives at an instant.
    pub(crate) fn at(&self, arrives: Timestamp) -> &Self {
        match &self.later {
            Some((from, later)) if arrives >= *from => later.at(arrives),
            Some(_) | None => self,
        }
    }

    /// The names that follow these, and when.
    pub(crate) fn later(&self) -> Option<(Timestamp, &Self)> {
        self.later.as_ref().map(|(from, later)| (*from, later.as_ref()))
    }

    /// The program behind it.
    #[must_use]
    pub fn program(&self) -> &Program {
        self.engine.program()
    }

    /// The zone of the project.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    pub(crate) fn converter(&self) -> Converter<'_> {
        Converter { program: self.program(), zone: &self.zone }
    }

    pub(crate) fn track(&self, name: &str) -> Result<Id<EventType>, Refusal> {
        self.track.get(name).copied().ok_or_else(|| {
            let shown: String = name.chars().take(80).collect();
            Refusal::call(Reason::UnknownEvent, format!("no event arrives as `{shown}`"))
        })
    }

    pub(super) fn of_call(&self, verb: Verb) -> Result<Id<EventType>, Refusal> {
        let event = match verb {
            Verb::Page => self.page,
            Verb::Screen => self.screen,
            Verb::Group => self.group,
            Verb::Track | Verb::Identify | Verb::Alias => None,
        };
        let no_event = || format!("no event arrives as a {} call", verb.name());
        event.ok_or_else(|| Refusal::call(Reason::UnknownEvent, no_event()))
    }
}

/// The value of a slot that the input does not fill: allowed to be missing, empty, or a reason to refuse the call.
pub(crate) fn absent(event: Id<EventType>, field: &Field) -> Result<Value, Refusal> {
    let built_in = event.index() < builtin::NAMES.len();
    if built_in || field.optional || matches!(field.ty, flow_graph::Type::Set(_)) {
        return Ok(Value::Missing);
    }
    Err(Refusal::call(Reason::MissingField, format!("`{}` is missing", field.wire)))
}
