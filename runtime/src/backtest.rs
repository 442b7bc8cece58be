//! Two programs over the same history: what becomes of contacts under one and under the other.
//!
//! ```text
//!                              ┌→ partition of the program before ─→ marks ─┐
//! inputs → who, when → batches │                                            ├→ differences
//!                              └→ partition of the program after  ─→ marks ─┘
//! ```
//!
//! * An input is read once, and it is said once whom it speaks of and when it arrives; then both programs take it, one
//!   after the other, while it is at hand. Where events or fields are not the same in both, what is read is another
//!   thing for each: the history goes by twice.
//! * No decision is kept. What is kept of a contact is how often what became of it, and when first ([`person`]): so the
//!   memory hangs on the number of contacts.
//! * Where both programs mean the same, one is run for both. Where they are of one shape, which most changes leave as
//!   it is, a contact is held and computed once for as long as both do the same with it ([`flow_machine::twins`]).
//! * Contacts have nothing to do with each other, and all that is added up may be added in any order: the same comes of
//!   any number of partitions.

pub mod facts;
mod join;
mod keeper;
pub mod label;
pub mod outcome;
mod person;
pub mod stories;

use std::io::BufRead;
use std::sync::Arc;

use flow_graph::program::{Event, Field, Score, StepKind};
use flow_graph::{Program, Timestamp, canonical};
use flow_machine::engine::EngineError;
use flow_machine::{Engine, Twins};
use jiff::tz::TimeZone;

use crate::driver::beside::Beside;
use crate::driver::{Counts, Options};
use crate::identity::People;
use crate::ingest::Catalog;
use crate::parallel::work::{Lane, Worker};
use crate::parallel::{Driven, Plan, Source, Unreadable, Watch, drive};
use crate::render::Renderer;
use facts::{Facts, Names, Numbering, Which};
use join::Totals;
use keeper::{Course, Marker};
use label::{Label, Watched};
use outcome::{Outcome, ScoreSpread};

/// What a backtest is told beside the two programs.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// What arrives later is not taken, and the clock stops here.
    pub until: Option<Timestamp>,
    /// Contacts may turn out to be one.
    pub merges: bool,
    /// Put all inputs into the order of their arrival first.
    pub sort: bool,
    /// How many partitions there are, at least one.
    pub jobs: usize,
    /// What scores are held against.
    pub label: Option<Label>,
}

/// How both programs go over the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// One for both: they differ in what messages say, or in nothing.
    Same,
    /// Both at once, a contact once for as long as both do the same with it.
    Twins,
    /// Both at once.
    Together,
    /// One after the other.
    Apart,
}

/// Two programs, and what has come of them so far.
#[derive(Debug)]
pub struct Backtest {
    setup: Setup,
    way: Way,
    same: bool,
    facts: Facts,
    channels: Vec<String>,
    scores: Vec<(String, f64)>,
    base: Arc<Course>,
    head: Arc<Course>,
    twins: Option<Arc<Twins>>,
    ran: Vec<Ran>,
    first: Option<Timestamp>,
}

/// What came of one pass.
struct Ran {
    workers: Vec<Worker<Marker>>,
    counts: Counts,
    now: Timestamp,
    people: People,
}

impl std::fmt::Debug for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ran").field("now", &self.now).finish_non_exhaustive()
    }
}

impl Backtest {
    /// Makes both programs ready.
    ///
    /// # Errors
    /// When one of them holds what no compiler writes.
    pub fn new(base: &Program, head: &Program, setup: Setup) -> Result<Self, EngineError> {
        let mut way = way(base, head);
        let same = canonical::fingerprint_of(base) == canonical::fingerprint_of(head);
        let (before, after) = (Names { moved: &head.moved }, Names { moved: &[] });
        let mut facts = Facts::default();
        let numbers_of =
            |facts: &mut Facts, which, program, names: &Names<'_>| Numbering { facts, which, program, names }.numbers();
        // The order of the program after comes first.
        let head_numbers = numbers_of(&mut facts, Which::Head, head, &after);
        let base_numbers = numbers_of(&mut facts, Which::Base, base, &before);
        let mut channels: Vec<String> = Vec::new();
        for channel in head.channels.iter().chain(base.channels.iter()) {
            if !channels.contains(&channel.name) {
                channels.push(channel.name.clone());
            }
        }
        let scores = scales(base, head, &before);
        let course = |program: &Program, numbers, names: &Names<'_>| {
            let (moved, scores) = (names.moved.to_vec(), program.scores.len());
            let plain = Arc::new(Engine::new(Arc::new(program.clone()))?);
            let (engine, label) = match &setup.label {
                None => (Arc::clone(&plain), None),
                Some(label) => {
                    let (with, label) = watch(program, label, (base, head), names);
                    (Arc::new(Engine::new(Arc::new(with))?), Some(label))
                }
            };
            let channels = program.messages.iter().map(|message| {
                let name = program.channels.get(message.channel).map_or("", |channel| &channel.name);
                (0..).zip(&channels).find(|(_, known)| *known == name).map_or(0, |(number, _)| number)
            });
            let channels = channels.collect();
            let zone = TimeZone::get(&program.project.timezone).unwrap_or(TimeZone::UTC);
            Ok(Arc::new(Course { engine, plain, numbers, channels, zone, label, moved, scores }))
        };
        let base = course(base, base_numbers, &before)?;
        let head = course(head, head_numbers, &after)?;
        let twins = if way == Way::Together { twins(&base, &head)? } else { None };
        if twins.is_some() {
            way = Way::Twins;
        }
        Ok(Self { setup, way, same, facts, channels, scores, base, head, twins, ran: Vec::new(), first: None })
    }

    /// How often the history has to go by: once, or twice where both programs do not read the same.
    #[must_use]
    pub fn passes(&self) -> usize {
        if self.way == Way::Apart { 2 } else { 1 }
    }

    /// Both programs mean the same.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.same
    }

    /// Lets the history go by, once.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn pass<R: BufRead>(&mut self, sources: Vec<Source<R>>, watch: &mut impl Watch) -> Result<(), Unreadable> {
        let courses: Vec<&Arc<Course>> = match (self.way, self.ran.len()) {
            (Way::Together, _) => vec![&self.base, &self.head],
            (Way::Same | Way::Twins, _) | (Way::Apart, 1..) => vec![&self.head],
            (Way::Apart, 0) => vec![&self.base],
        };
        let Some(first) = courses.first() else { return Ok(()) };
        let plan = self.plan(&first.engine);
        let renderers: Vec<_> = courses.iter().map(|course| Renderer::shared(&course.engine)).collect();
        let old = Renderer::shared(&self.base.engine);
        let worker = || {
            if let (Some(twins), Some(renderer)) = (&self.twins, renderers.first()) {
                let beside = Beside::new(Arc::clone(twins), Arc::clone(&old));
                let marker = Marker::of_twins(&self.base, &self.head);
                return Worker::new(vec![Lane::of_twins(beside, renderer, plan.options, marker)]);
            }
            let lane = |(course, renderer): (&&Arc<Course>, &Arc<Renderer>)| {
                Lane::new(&course.engine, renderer, plan.options, Marker::new(course))
            };
            Worker::new(courses.iter().zip(&renderers).map(lane).collect())
        };
        let workers = (0..self.setup.jobs.max(1)).map(|_| worker()).collect();
        let Driven { workers, counts, now, people, first } = drive(&plan, sources, watch, workers)?;
        self.first = self.first.or(first);
        self.ran.push(Ran { workers, counts, now, people });
        Ok(())
    }

    fn plan(&self, engine: &Arc<Engine>) -> Plan {
        Plan {
            engine: Arc::clone(engine),
            catalog: Arc::new(Catalog::new(engine)),
            options: Options { until: self.setup.until, merges: self.setup.merges, deploys: false },
            sort: self.setup.sort,
            jobs: self.setup.jobs.max(1),
        }
    }

    /// What came of all passes.
    #[must_use]
    pub fn outcome(&mut self) -> Outcome {
        let totals = join::all(self);
        let Totals { sum, sides: [base, head], end } = totals;
        Outcome {
            facts: self.facts.all().to_vec(),
            differences: sum.differences,
            pressure: outcome::pressure(&self.channels, &base.pressure, &head.pressure),
            scores: spreads(&self.scores, sum.scores),
            labels: base.labels.zip(head.labels),
            contacts: sum.contacts,
            affected: sum.affected,
            counts: (base.counts, head.counts),
            span: (self.first.map_or(end.0, |first| first.0), end.0),
            same: self.same,
        }
    }
}

/// Both programs side by side, if they are of one shape and what is counted of both has the same numbers.
fn twins(base: &Course, head: &Course) -> Result<Option<Arc<Twins>>, EngineError> {
    let alike = base.numbers == head.numbers && base.channels == head.channels && base.label == head.label;
    if !alike {
        return Ok(None);
    }
    Ok(Twins::new(base.engine.program(), head.engine.program())?.map(Arc::new))
}

/// Whether one pass is enough, and one program.
fn way(base: &Program, head: &Program) -> Way {
    if !reads_alike(base, head) {
        Way::Apart
    } else if canonical::fingerprint_of(&wordless(base)) == canonical::fingerprint_of(&wordless(head)) {
        Way::Same
    } else {
        Way::Together
    }
}

/// The program without what its messages and notices say: nothing is decided by that.
fn wordless(program: &Program) -> Program {
    let mut program = program.clone();
    program.templates.clear();
    for message in program.messages.iter_mut() {
        (message.subject, message.body_file, message.text) = (None, None, None);
        message.body.clear();
    }
    let steps = program.sequences.iter_mut().flat_map(|it| &mut it.steps).map(|step| &mut step.kind);
    for kind in steps {
        if let StepKind::Notify { text, .. } = kind {
            text.clear();
        }
    }
    program
}

/// Whether a line of a file gives the same input under both programs, number by number.
fn reads_alike(base: &Program, head: &Program) -> bool {
    let field = |field: &Field| Field { unique: false, ..field.clone() };
    let fields = |program: &Program| program.fields.iter().map(field).collect::<Vec<_>>();
    let event =
        |event: &Event| (event.name.clone(), event.wire.clone(), event.fields.iter().map(field).collect::<Vec<_>>());
    let events = |program: &Program| program.events.iter().map(event).collect::<Vec<_>>();
    let (before, after) = (&base.project, &head.project);
    before.timezone == after.timezone
        && (&before.currency, before.currency_digits) == (&after.currency, after.currency_digits)
        && base.zone_field == head.zone_field
        && base.enums == head.enums
        && fields(base) == fields(head)
        && events(base) == events(head)
}

/// The scores of both programs by the names of the program after, and how wide a bar of each is.
fn scales(base: &Program, head: &Program, names: &Names<'_>) -> Vec<(String, f64)> {
    let old = base.scores.iter().map(|score| (names.item("score", &score.name), score));
    let new = head.scores.iter().map(|score| (score.name.clone(), score));
    let mut found: Vec<(String, f64)> = Vec::new();
    for (name, score) in new.chain(old) {
        let width = bar_width(score);
        match found.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = known.max(width),
            None => found.push((name, width)),
        }
    }
    found
}

/// About twenty bars up to a little above the highest band.
fn bar_width(score: &Score) -> f64 {
    let top = score.bands.last().map(|band| band.from * 1.25);
    let top = top.or(score.range.map(|(_, high)| high)).filter(|top| *top > 0.0 && top.is_finite());
    label::nice(top.unwrap_or(100.0) / 20.0)
}

fn watch(
    program: &Program,
    label: &Label,
    (base, head): (&Program, &Program),
    names: &Names<'_>,
) -> (Program, Watched) {
    let before = Names { moved: &head.moved };
    let scores: Vec<(String, Vec<f64>)> = scales(base, head, &before)
        .into_iter()
        .filter_map(|(name, _)| {
            let old = base.scores.iter().filter(|score| before.item("score", &score.name) == name);
            let new = head.scores.iter().filter(|score| score.name == name);
            let thresholds = label::scale(old.chain(new));
            (!thresholds.is_empty()).then_some((name, thresholds))
        })
        .collect();
    let (with, probes) = label::probed(program, &scores, |name| names.item("score", name));
    let event = program.events.enumerate().find(|(_, event)| names.item("event", &event.name) == label.event);
    (with, Watched { event: event.map(|(id, _)| id), within_ms: label.within_ms, probes })
}

fn spreads(scores: &[(String, f64)], bars: Vec<outcome::Bars>) -> Vec<ScoreSpread> {
    let spread = |((name, width), bars): (&(String, f64), outcome::Bars)| ScoreSpread {
        score: name.clone(),
        width: *width,
        bars: bars.into_iter().map(|(bar, (base, head))| (bar, base, head)).collect(),
    };
    scores.iter().zip(bars).map(spread).collect()
}
