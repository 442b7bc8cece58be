//! Which places of a program its tests have reached, and which not.
//!
//! A place is what a test can reach or miss: a step, a way behind it, a trigger, a transition, a rule of a score, a band,
//! entering and leaving a segment, an outcome of a service level, a message, a limit. How often each took part is told
//! by the machine ([`flow_machine::trace`]).

mod lcov;
mod spots;

use std::collections::BTreeMap;

use flow_graph::program::{Location, Program};
use flow_machine::{Point, Trace};

use super::Place;
pub use lcov::lcov;

/// What tests have reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    counts: BTreeMap<Point, u64>,
}

/// The kinds of places, in the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SpotKind {
    /// A step.
    Step,
    /// A way behind a step.
    Branch,
    /// What begins or ends a run.
    Trigger,
    /// A transition.
    Transition,
    /// A rule of a score.
    Rule,
    /// A band of a score.
    Band,
    /// Entering and leaving a segment.
    Segment,
    /// What becomes of a clock.
    ServiceLevel,
    /// A message.
    Message,
    /// A limit, or a consent.
    Gate,
}

/// A place with what was seen of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// Where it stands.
    pub place: Place,
    /// What it is.
    pub kind: SpotKind,
    /// The item that it belongs to, as `sequence welcome`.
    pub item: String,
    /// The line of that item.
    pub item_line: u32,
    /// As it was written, where the program knows that.
    pub text: Option<String>,
    /// What to say of it when nobody reached it: `never taken`.
    pub missing: &'static str,
    /// It is one of several outcomes of its line.
    pub branch: bool,
    /// How often it took part.
    pub count: u64,
}

impl SpotKind {
    /// All of them, in order.
    pub const ALL: [Self; 10] = [
        Self::Step,
        Self::Branch,
        Self::Trigger,
        Self::Transition,
        Self::Rule,
        Self::Band,
        Self::Segment,
        Self::ServiceLevel,
        Self::Message,
        Self::Gate,
    ];

    /// As people read it, of several.
    #[must_use]
    pub fn plural(self) -> &'static str {
        match self {
            Self::Step => "steps",
            Self::Branch => "branches",
            Self::Trigger => "triggers",
            Self::Transition => "transitions",
            Self::Rule => "score rules",
            Self::Band => "bands",
            Self::Segment => "segments",
            Self::ServiceLevel => "service levels",
            Self::Message => "messages",
            Self::Gate => "gates",
        }
    }
}

impl Coverage {
    /// Adds what one run has reached.
    pub fn add(&mut self, trace: &Trace) {
        for (point, count) in &trace.counts {
            let sum = self.counts.entry(*point).or_default();
            *sum = sum.saturating_add(*count);
        }
    }

    /// Adds what others have reached.
    pub fn unite(&mut self, other: &Self) {
        for (point, count) in &other.counts {
            let sum = self.counts.entry(*point).or_default();
            *sum = sum.saturating_add(*count);
        }
    }

    /// How often any of these points took part.
    #[must_use]
    pub fn count(&self, points: &[Point]) -> u64 {
        points.iter().filter_map(|point| self.counts.get(point)).fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// All points that took part.
    pub fn points(&self) -> impl Iterator<Item = &Point> {
        self.counts.keys()
    }

    /// All places of a program by file and line, with what was seen of each.
    #[must_use]
    pub fn spots(&self, program: &Program) -> Vec<Spot> {
        let mut spots = spots::all(program, self);
        spots.sort_by(|a, b| (&a.place, a.kind).cmp(&(&b.place, b.kind)));
        spots
    }
}

/// A line of the program.
pub(super) fn place(program: &Program, at: Location) -> Place {
    let file = program.files.get(at.file).map(|file| file.path.clone()).unwrap_or_default();
    Place { file, line: at.line }
}
