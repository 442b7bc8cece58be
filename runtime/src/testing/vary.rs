//! Reruns of a test under what real life does to events, and what must not change it: `flow test --vary`.
//!
//! Each variation rests on a promise of the language (`grammar/README.md`, section 16), and looks only at what that
//! promise covers: at everything, or at *figures* alone, which are functions of the events whatever their order.
//! Variations are made from the script of the test, without chance, and their number is bounded.

mod calendar;
mod figures;
mod merged;
mod order;
mod repeated;

use std::collections::BTreeMap;

use flow_graph::program::Program;
use flow_graph::testcase::{Action, Expectation, TestCase};
use serde::Serialize;

use super::run::Run;
use super::script::{Script, What};
use super::{Bench, Failure};
use crate::timeline::Entry;

/// A way in which a test was rerun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Variation {
    /// Its name: `repeated`, `delayed`, …
    pub name: &'static str,
    /// What was changed.
    pub words: String,
    /// The line of the test where, if it is one line.
    pub line: Option<u32>,
    /// The promise that the test relies on.
    pub promise: &'static str,
}

/// A rerun in which something else was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deviation {
    /// What was changed.
    pub variation: Variation,
    /// What was found instead.
    pub failure: Box<Failure>,
    /// The word that declares, behind `varies`, that this may differ.
    pub varies: &'static str,
}

/// A test that was rerun.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Varied {
    /// How often, by the name of the variation.
    pub reruns: BTreeMap<&'static str, usize>,
    /// The reruns in which something else was found.
    pub deviations: Vec<Deviation>,
}

/// A rerun: how, and the scripts of which one has to hold. They are the readings that the test leaves open.
struct Rerun<'c> {
    variation: Variation,
    readings: Vec<Script<'c>>,
    /// Every single decision has to be the same, at the same instant.
    exact: bool,
}

impl<'c> Rerun<'c> {
    fn new(name: &'static str, words: String, promise: &'static str, script: Script<'c>) -> Self {
        Self { variation: Variation { name, words, line: None, promise }, readings: vec![script], exact: false }
    }

    fn exact(mut self) -> Self {
        self.exact = true;
        self
    }

    fn at(mut self, line: Option<u32>) -> Self {
        self.variation.line = line;
        self
    }
}

impl Varied {
    /// How often in all.
    #[must_use]
    pub fn count(&self) -> usize {
        self.reruns.values().sum()
    }

    fn add(&mut self, rerun: &Rerun<'_>, deviation: Option<Deviation>) {
        *self.reruns.entry(rerun.variation.name).or_default() += 1;
        self.deviations.extend(deviation);
    }
}

impl Bench {
    /// Reruns a test that holds. What it declares by `varies` is not looked at.
    #[must_use]
    pub fn vary(&self, case: &TestCase) -> Varied {
        let declared = declared(case);
        let script = Script::new(&declared, &self.zone);
        let program = self.engine.program();
        let mut varied = Varied::default();
        for rerun in reruns(program, &script) {
            varied.add(&rerun, self.rerun(&rerun));
        }
        for shift in calendar::shifts(program, &script, &self.zone) {
            let cases = shift.cases(&script);
            let Some(rerun) = shift.rerun(self, &cases) else { continue };
            varied.add(&rerun, self.rerun(&rerun));
        }
        varied
    }

    /// What was decided otherwise in those reruns of a test that may not change a single decision: nothing, unless the
    /// machine breaks a promise. Each as the name of the variation, `+` or `-`, the instant and the decision.
    #[must_use]
    pub fn broken_promises(&self, case: &TestCase) -> Vec<String> {
        let script = Script::new(case, &self.zone);
        let expected = self.decisions(&script);
        let mut broken = Vec::new();
        for rerun in reruns(self.engine.program(), &script).filter(|rerun| rerun.exact) {
            for decided in rerun.readings.iter().map(|script| self.decisions(script)) {
                let (name, all) = (rerun.variation.name, |lines: &[String], line: &String| lines.contains(line));
                let lost = expected.iter().filter(|line| !all(&decided, line)).map(|line| format!("{name} - {line}"));
                let new = decided.iter().filter(|line| !all(&expected, line)).map(|line| format!("{name} + {line}"));
                broken.extend(lost.chain(new));
                if decided.len() != expected.len() {
                    broken.push(format!("{name}: {} decisions instead of {}", decided.len(), expected.len()));
                }
            }
        }
        broken
    }

    /// All that is decided in a script, whoever it is about.
    fn decisions(&self, script: &Script<'_>) -> Vec<String> {
        let mut run = Run::new(self);
        let mut script = script.clone();
        for beat in script.beats.iter_mut().filter(|beat| matches!(beat.what, What::Look(..))) {
            beat.what = What::Pass;
        }
        let nothing = run.play(&script);
        debug_assert_eq!(nothing, None, "nothing is looked at");
        let moments = run.timeline.entries().iter().map(Entry::moment).filter(|moment| !moment.input);
        moments.map(|moment| format!("{} {}", moment.at, moment.line)).collect()
    }

    /// The first reading counts where none holds.
    fn rerun(&self, rerun: &Rerun<'_>) -> Option<Deviation> {
        let mut first = None;
        for script in &rerun.readings {
            let failure = Run::new(self).play(script)?;
            let line = failure.line;
            first.get_or_insert((failure, word(script, line)));
        }
        let (failure, varies) = first?;
        Some(Deviation { variation: rerun.variation.clone(), failure, varies })
    }
}

/// All reruns but those of the calendar.
fn reruns<'c>(program: &Program, script: &Script<'c>) -> impl Iterator<Item = Rerun<'c>> {
    let repeated = repeated::reruns(program, script).into_iter();
    repeated.chain(order::reruns(program, script)).chain(merged::reruns(program, script))
}

/// The test with only that which may not differ: of a message whose timing may vary, its instant is left out.
fn declared(case: &TestCase) -> TestCase {
    let may = |word: &str| case.varies.iter().any(|declared| declared == word);
    let mut case = case.clone();
    for line in &mut case.lines {
        let Action::Expect { expectation, .. } = &mut line.what else { continue };
        if may(kind(expectation)) {
            line.what = Action::Nothing;
        } else if let Expectation::Sent { at, .. } = expectation
            && may("timing")
        {
            *at = None;
        }
    }
    case
}

/// The word of what was looked at in a line.
fn word(script: &Script<'_>, line: u32) -> &'static str {
    let here = script.beats.iter().find_map(|beat| match &beat.what {
        What::Look(_, expectation) if script.line(beat).is_some_and(|it| it.line == line) => Some(*expectation),
        What::Look(..) | What::Feed(..) | What::Pass => None,
    });
    here.map_or("fields", |expectation| {
        let timing = matches!(expectation, Expectation::Sent { at: Some(_), times: None, .. });
        if timing { "timing" } else { kind(expectation) }
    })
}

/// The word that declares that an expectation may differ; one of [`flow_graph::testcase::VARIES`].
fn kind(expectation: &Expectation) -> &'static str {
    match expectation {
        Expectation::Sent { .. } => "sent",
        Expectation::Held { .. } => "held",
        Expectation::Dropped { .. } => "dropped",
        Expectation::InSegment { .. } => "segment",
        Expectation::Score { .. } => "score",
        Expectation::Band { .. } => "band",
        Expectation::Stage { .. } => "stage",
        Expectation::InSequence { .. } => "sequence",
        Expectation::AtStep { .. } => "step",
        Expectation::Condition(_) => "fields",
        Expectation::Sla { .. } => "sla",
        Expectation::Called { .. } => "called",
        Expectation::Notified { .. } => "notified",
    }
}
