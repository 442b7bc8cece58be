//! Runs tests of the language on the virtual clock: the same driver, the same machine, no network.
//!
//! A test begins at its first `at`; without one at [`START`]. Its contacts are known by their names from that
//! instant on. What a line does arrives at the instant where the test stands, after all that was due up to then.

pub mod coverage;
mod expect;
pub mod mutate;
mod run;
mod script;
pub mod vary;

use std::sync::Arc;

use flow_graph::Timestamp;
use flow_graph::testcase::TestCase;
use flow_machine::Engine;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use self::coverage::Coverage;
use self::run::Run;
use self::script::Script;
use crate::render::Renderer;
use crate::timeline::{Entry, Moment};

/// Where a test begins that names no instant: 2026-01-01T00:00Z.
pub const START: Timestamp = Timestamp(1_767_225_600_000);

/// Runs tests of one program; many threads may share it.
#[derive(Debug, Clone)]
pub struct Bench {
    engine: Arc<Engine>,
    renderer: Arc<Renderer>,
    zone: TimeZone,
}

/// What a test expected and did not find.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The line of the test.
    pub line: u32,
    /// That line as written.
    pub text: String,
    /// The zone of the project, in which a test is written. Instants stand in UTC all the same.
    pub zone: String,
    /// Where the test stood.
    pub at: String,
    /// What was expected.
    pub expected: String,
    /// What was found instead.
    pub actual: String,
    /// The latest that happened to the contact before.
    pub timeline: Vec<Moment>,
    /// The line of the program that is responsible, as far as it can be told.
    pub responsible: Option<Place>,
}

/// A test that was run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Played {
    /// What it expected first and did not find.
    pub failure: Option<Box<Failure>>,
    /// All that happened to its contacts, in order.
    pub timeline: Vec<Moment>,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

impl Bench {
    /// A bench for a program.
    #[must_use]
    pub fn new(engine: Arc<Engine>) -> Self {
        let renderer = Renderer::shared(&engine);
        let zone = TimeZone::get(&engine.program().project.timezone).unwrap_or(TimeZone::UTC);
        Self { engine, renderer, zone }
    }

    /// Runs one test up to its end or its first failure.
    #[must_use]
    pub fn run(&self, case: &TestCase) -> Option<Box<Failure>> {
        self.play(case).failure
    }

    /// Runs one test and keeps all that happened in it.
    #[must_use]
    pub fn play(&self, case: &TestCase) -> Played {
        let mut run = Run::new(self);
        let failure = run.play(&Script::new(case, &self.zone));
        Played { failure, timeline: run.timeline.entries().iter().map(Entry::moment).collect() }
    }

    /// Runs one test up to its end or its first failure, and says which places of the program it reached.
    #[must_use]
    pub fn cover(&self, case: &TestCase) -> (Option<Box<Failure>>, Coverage) {
        let mut run = Run::new(self);
        run.trace();
        let failure = run.play(&Script::new(case, &self.zone));
        (failure, run.coverage())
    }
}
