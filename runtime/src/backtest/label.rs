//! What happened later to those who had a score: an event as the truth that scores are held against.
//!
//! For a threshold, a contact counts from the instant at which its score reached it first. It is a hit where the event
//! arrives after that instant, within a time if one is given; what came before or with it counts for nothing, so a
//! score cannot know what it is to foretell. Whoever reached the threshold too late for that time to be over at the
//! end of the history is left out.
//!
//! When a score reaches a threshold is found by the machine itself: each score is in the program once more, with
//! thresholds for bands, and nothing reads it.

use flow_graph::program::{Band, Derived, Event, Score};
use flow_graph::{Id, Program};
use serde::Serialize;

/// How many thresholds there are at most, those of bands among them.
pub const THRESHOLDS: usize = 48;
/// How many stand at equal distances.
const STEPS: u32 = 24;

/// What scores are held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The name of the event.
    pub event: String,
    /// How soon after a threshold was reached it has to come, in milliseconds; none: whenever.
    pub within_ms: Option<i64>,
}

/// One score whose thresholds are watched.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Probe {
    pub(crate) name: String,
    /// The score of the program with the thresholds.
    pub(crate) score: Id<Score>,
    pub(crate) thresholds: Vec<f64>,
    /// The bands that the program has, and from where each is reached.
    pub(crate) bands: Vec<(String, f64)>,
}

/// The label in the numbers of one program.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Watched {
    pub(crate) event: Option<Id<Event>>,
    pub(crate) within_ms: Option<i64>,
    pub(crate) probes: Vec<Probe>,
}

/// What is kept of one contact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Labelled {
    /// When the contact was seen first.
    pub(crate) seen: Option<i64>,
    /// The event has come since.
    pub(crate) happened: bool,
    /// It has come soon enough after the contact was seen first.
    pub(crate) soon: bool,
    /// Score by score.
    pub(crate) scores: Vec<Reached>,
}

/// How far one score has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reached {
    /// When each threshold was reached first, from the lowest to the highest that was.
    pub(crate) first: Vec<i64>,
    /// Of which of them the event came later.
    pub(crate) hit: u64,
}

/// What a threshold came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct AtThreshold {
    /// The threshold.
    pub threshold: f64,
    /// Contacts that reached it, with all the time that the event may take.
    pub reached: u64,
    /// Of them: those to whom the event came later.
    pub hits: u64,
    /// Contacts that reached it too late to be judged.
    pub too_late: u64,
}

/// What the thresholds of a score came to.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ScoreLabels {
    /// The score.
    pub score: String,
    /// Its thresholds, rising.
    pub thresholds: Vec<AtThreshold>,
    /// Its bands, and from where each is reached.
    pub bands: Vec<(String, f64)>,
}

/// What the label came to under one program.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Labels {
    /// Contacts in all.
    pub contacts: u64,
    /// Contacts to whom the event came after they were first seen.
    pub happened: u64,
    /// Contacts as if all reached a threshold when they were first seen: what thresholds are compared with.
    pub all: AtThreshold,
    /// Score by score.
    pub scores: Vec<ScoreLabels>,
}

/// The thresholds at which a score is looked at in both programs: those of its bands, and a scale up to a quarter
/// above the highest.
pub(crate) fn scale<'s>(scores: impl Iterator<Item = &'s Score>) -> Vec<f64> {
    let mut thresholds: Vec<f64> = Vec::new();
    for score in scores {
        thresholds.extend(score.bands.iter().map(|band| band.from));
    }
    let top = thresholds.iter().copied().fold(0.0_f64, f64::max);
    if top > 0.0 {
        let step = nice(top * 1.25 / f64::from(STEPS));
        thresholds.extend((1..=STEPS).map(|number| f64::from(number) * step));
    }
    thresholds.retain(|threshold| threshold.is_finite());
    thresholds.sort_by(f64::total_cmp);
    thresholds.dedup();
    thresholds.truncate(THRESHOLDS);
    thresholds
}

/// A step that people can read: 1, 2, 2.5 or 5 times a power of ten, no smaller than this one.
pub(crate) fn nice(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let found = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|times| times * power).find(|nice| *nice >= step);
    found.unwrap_or(step)
}

/// The program with each score that has bands once more, and the scores so added with their thresholds.
pub(crate) fn probed(
    program: &Program,
    scales: &[(String, Vec<f64>)],
    called: impl Fn(&str) -> String,
) -> (Program, Vec<Probe>) {
    let mut with = program.clone();
    let mut probes = Vec::new();
    for (name, thresholds) in scales {
        let Some(score) = program.scores.iter().find(|score| called(&score.name) == *name) else { continue };
        let band =
            |threshold: &f64| Band { name: threshold.to_string(), from: *threshold, until: *threshold, at: score.at };
        let probe = Score { bands: thresholds.iter().map(band).collect(), ..score.clone() };
        let id = with.scores.push(probe);
        with.order.push(Derived::Score(id));
        let bands = score.bands.iter().map(|band| (band.name.clone(), band.from)).collect();
        probes.push(Probe { name: name.clone(), score: id, thresholds: thresholds.clone(), bands });
    }
    (with, probes)
}

impl Labelled {
    /// A score has come from one threshold to a higher one. Where it stood without ever having come there, it stood
    /// from the beginning.
    pub(crate) fn reached(&mut self, probe: usize, (from, to): (Option<usize>, usize), at: i64) {
        if let Some(from) = from {
            self.stood(probe, from);
        }
        if self.scores.len() <= probe {
            self.scores.resize(probe + 1, Reached::default());
        }
        if let Some(score) = self.scores.get_mut(probe)
            && score.first.len() <= to
        {
            score.first.resize(to + 1, at);
        }
    }

    /// A score stands at a threshold.
    pub(crate) fn stood(&mut self, probe: usize, at: usize) {
        let Some(seen) = self.seen else { return };
        if self.scores.len() <= probe {
            self.scores.resize(probe + 1, Reached::default());
        }
        if let Some(score) = self.scores.get_mut(probe) {
            while score.first.len() <= at {
                score.hit |= u64::from(self.soon) << score.first.len().min(63);
                score.first.push(seen);
            }
        }
    }

    /// The event comes.
    pub(crate) fn happens(&mut self, at: i64, within_ms: Option<i64>) {
        let Some(seen) = self.seen.filter(|seen| *seen < at) else { return };
        self.happened = true;
        self.soon |= within_ms.is_none_or(|within| at.saturating_sub(seen) <= within);
        for score in &mut self.scores {
            for (bit, first) in (0..64_u32).zip(&score.first) {
                let soon = within_ms.is_none_or(|within| at.saturating_sub(*first) <= within);
                if *first < at && soon {
                    score.hit |= 1 << bit;
                }
            }
        }
    }

    /// Two contacts turn out to be one: whatever was reached first counts.
    pub(crate) fn join(&mut self, other: Self) {
        self.happened |= other.happened;
        self.soon |= other.soon;
        self.seen = [self.seen, other.seen].into_iter().flatten().min();
        if self.scores.len() < other.scores.len() {
            self.scores.resize(other.scores.len(), Reached::default());
        }
        for (own, theirs) in self.scores.iter_mut().zip(other.scores) {
            own.hit |= theirs.hit;
            for (own, theirs) in own.first.iter_mut().zip(&theirs.first) {
                *own = (*own).min(*theirs);
            }
            let more = theirs.first.get(own.first.len()..).unwrap_or_default();
            own.first.extend(more);
        }
    }
}

impl AtThreshold {
    fn absorb(&mut self, other: Self) {
        self.reached += other.reached;
        self.hits += other.hits;
        self.too_late += other.too_late;
    }
}

impl Labels {
    pub(crate) fn new(watched: &Watched) -> Self {
        let score = |probe: &Probe| ScoreLabels {
            score: probe.name.clone(),
            thresholds: probe
                .thresholds
                .iter()
                .map(|&threshold| AtThreshold { threshold, ..AtThreshold::default() })
                .collect(),
            bands: probe.bands.clone(),
        };
        Self {
            contacts: 0,
            happened: 0,
            all: AtThreshold::default(),
            scores: watched.probes.iter().map(score).collect(),
        }
    }

    /// Adds a contact at the end of the history.
    pub(crate) fn add(&mut self, labelled: Option<&Labelled>, within_ms: Option<i64>, end: i64) {
        self.contacts += 1;
        let Some(labelled) = labelled else { return };
        self.happened += u64::from(labelled.happened);
        let judge = |at: &mut AtThreshold, first: i64, hit: bool| {
            if !hit && within_ms.is_some_and(|within| first.saturating_add(within) > end) {
                at.too_late += 1;
            } else {
                at.reached += 1;
                at.hits += u64::from(hit);
            }
        };
        judge(&mut self.all, labelled.seen.unwrap_or(end), labelled.soon);
        for (score, reached) in self.scores.iter_mut().zip(&labelled.scores) {
            for ((bit, first), at) in (0..64_u32).zip(&reached.first).zip(&mut score.thresholds) {
                judge(at, *first, reached.hit & (1 << bit) != 0);
            }
        }
    }

    pub(crate) fn absorb(&mut self, other: Self) {
        self.contacts += other.contacts;
        self.happened += other.happened;
        self.all.absorb(other.all);
        for (own, theirs) in self.scores.iter_mut().zip(other.scores) {
            for (own, theirs) in own.thresholds.iter_mut().zip(theirs.thresholds) {
                own.absorb(theirs);
            }
        }
    }
}
