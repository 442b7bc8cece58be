//! A program made ready to run: regular expressions compiled, zones looked up, what hangs on what.

pub(crate) mod plan;

use std::sync::Arc;

use flow_graph::program::{Calendar, Cause, Derived, Event as EventType, HitRule, Lifecycle, Score, Segment, Sequence};
use flow_graph::{Expr, Id, Program};
use regex::Regex;
use rustc_hash::FxHashMap;

use crate::eval::{Condition, timed, walk};
use crate::journey::hash;
use crate::time::working::Hours;
use crate::time::{Zone, zone};
use plan::{EventPlan, Readers};

/// A program made ready to run. Cheap to share, never changed.
#[derive(Debug)]
pub struct Engine {
    program: Arc<Program>,
    zone: &'static Zone,
    calendars: Vec<Hours>,
    patterns: FxHashMap<String, Regex>,
    /// By event: what it can change.
    plans: Vec<EventPlan>,
    /// What can change when nothing but time passes.
    timed: Vec<Derived>,
    readers: Readers,
    /// The conditions of segments.
    segments: Vec<Condition>,
    /// By lifecycle: the conditions of its transitions.
    transitions: Vec<Vec<Option<Condition>>>,
    /// All hit rules, score by score.
    rules: Vec<(Id<Score>, usize)>,
    /// By score: the number of its first rule.
    first_rules: Vec<usize>,
    /// By sequence: the salt of its holdout.
    holdouts: Vec<Arc<str>>,
}

impl Engine {
    /// Makes a program ready.
    ///
    /// # Errors
    /// When it holds what no compiler writes: an unknown zone, a regular expression that does not compile.
    pub fn new(program: Arc<Program>) -> Result<Self, EngineError> {
        let name = &program.project.timezone;
        let zone = zone(name).ok_or_else(|| EngineError(format!("unknown zone `{name}`")))?;
        let calendars = program.calendars.iter().map(|calendar| {
            Hours::new(calendar).ok_or_else(|| EngineError(format!("unknown zone `{}`", calendar.zone)))
        });
        let calendars = calendars.collect::<Result<_, _>>()?;
        let patterns = patterns(&program)?;
        let timed = timed::derived(&program);
        let plans = plan::of_events(&program, &timed);
        let readers = Readers::new(&program, &timed);
        let rules: Vec<_> = program
            .scores
            .enumerate()
            .flat_map(|(id, score)| (0..score.hits.len()).map(move |position| (id, position)))
            .collect();
        let first = |id: Id<Score>| rules.partition_point(|rule| rule.0 < id);
        let first_rules = program.scores.ids().map(first).collect();
        let holdouts = program.sequences.iter().map(|it| Arc::from(hash::holdout_salt(it))).collect();
        let segments = program.segments.iter().map(|it| Condition::new(&program, &it.condition)).collect();
        let transitions = conditions(&program);
        Ok(Self {
            program,
            zone,
            calendars,
            patterns,
            plans,
            timed,
            readers,
            segments,
            transitions,
            rules,
            first_rules,
            holdouts,
        })
    }

    /// Looks at all that one of two programs would look at, which have the same order.
    pub(crate) fn look_as(&mut self, other: &Self) {
        let order = &self.program.order;
        self.timed = plan::united(&self.timed, &other.timed, order);
        self.readers.unite(&other.readers, order);
        for (own, theirs) in self.plans.iter_mut().zip(&other.plans) {
            own.unite(theirs, order, &self.timed);
        }
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The project's zone.
    #[must_use]
    pub fn zone(&self) -> &'static Zone {
        self.zone
    }

    /// A calendar.
    #[must_use]
    pub fn calendar(&self, calendar: Id<Calendar>) -> Option<&Hours> {
        self.calendars.get(calendar.index())
    }

    /// The regular expression of a pattern of the program, anchored at both ends.
    pub(crate) fn pattern(&self, pattern: &str) -> Option<&Regex> {
        self.patterns.get(pattern)
    }

    /// What an event can change; none for an event that is not of this program.
    pub(crate) fn plan(&self, event: Id<EventType>) -> Option<&EventPlan> {
        self.plans.get(event.index())
    }

    /// Scores with bands and segments that can change when nothing but time passes.
    pub(crate) fn timed(&self) -> &[Derived] {
        &self.timed
    }

    /// The number of a hit rule among those of all scores.
    pub(crate) fn rule(&self, score: Id<Score>, position: usize) -> Option<usize> {
        self.first_rules.get(score.index()).map(|first| first + position)
    }

    /// The hit rule of a number.
    pub(crate) fn rule_at(&self, number: usize) -> Option<&HitRule> {
        let &(score, position) = self.rules.get(number)?;
        self.program.scores.get(score)?.hits.get(position)
    }

    /// The salt of the holdout of a sequence.
    pub(crate) fn holdout(&self, sequence: Id<Sequence>) -> Option<&Arc<str>> {
        self.holdouts.get(sequence.index())
    }

    /// What hangs on what is no event.
    pub(crate) fn readers(&self) -> &Readers {
        &self.readers
    }

    /// The condition of a segment.
    pub(crate) fn segment(&self, segment: Id<Segment>) -> Option<&Condition> {
        self.segments.get(segment.index())
    }

    /// The condition of a transition, if it has one.
    pub(crate) fn transition(&self, lifecycle: Id<Lifecycle>, position: u16) -> Option<&Condition> {
        self.transitions.get(lifecycle.index())?.get(usize::from(position))?.as_ref()
    }
}

fn conditions(program: &Program) -> Vec<Vec<Option<Condition>>> {
    let condition = |cause: &Cause| match cause {
        Cause::When { condition, .. } => Some(Condition::new(program, condition)),
        Cause::On(_) => None,
    };
    let of = |lifecycle: &Lifecycle| lifecycle.transitions.iter().map(|it| condition(&it.cause)).collect();
    program.lifecycles.iter().map(of).collect()
}

/// Compiles each pattern alone first: what is no expression by itself must not become one by its anchors.
fn patterns(program: &Program) -> Result<FxHashMap<String, Regex>, EngineError> {
    let mut patterns = FxHashMap::default();
    let mut wrong = None;
    walk::each_expr(program, &mut |expr| {
        if let Expr::Matches { pattern, .. } = expr {
            // The line break ends a comment in a pattern that allows them.
            let anchored = || Regex::new(&format!(r"\A(?:{pattern})\z"));
            let commented = |_| Regex::new(&format!("\\A(?:{pattern}\n)\\z"));
            match Regex::new(pattern).and_then(|_| anchored().or_else(commented)) {
                Ok(regex) => {
                    patterns.insert(pattern.clone(), regex);
                }
                Err(error) => wrong = Some(EngineError(format!("pattern `{pattern}`: {error}"))),
            }
        }
    });
    wrong.map_or(Ok(patterns), Err)
}

/// Why a program cannot be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineError(pub String);

impl std::fmt::Display for EngineError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for EngineError {}
