//! Where a contact stands, and why messages were never sent to it.

use std::collections::{BTreeMap, BTreeSet};

use flow_graph::program::{Message, Program, Sequence, Step, StepKind, Trigger};
use flow_graph::{Expr, Id, Timestamp};
use flow_machine::contact::journey::Run;
use flow_machine::{Contact, Engine, View};
use serde::{Deserialize, Serialize};

use super::parting::{Trace, parting};
use crate::record::{Kind, Record};
use crate::testing::Place;

/// A message that was never sent to a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotSent {
    /// Its name.
    pub message: String,
    /// What stood in the way, for each sequence that sends it.
    pub ways: Vec<Way>,
}

/// What stood in the way of a message in one sequence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// The sequence.
    pub sequence: String,
    /// What stood in the way.
    pub reason: String,
    /// The line responsible.
    pub at: Option<Place>,
}

/// How often each event came, by the number of the event.
pub type Came = BTreeMap<usize, u64>;

/// Where a contact stands, a line each.
#[must_use]
pub fn standing(engine: &Engine, contact: &Contact, now: Timestamp) -> Vec<String> {
    let program = engine.program();
    let view = View::new(engine, contact, now);
    let mut lines = Vec::new();
    for (id, lifecycle) in program.lifecycles.enumerate() {
        let stage = lifecycle.stages.get(usize::from(contact.journey.stage(id))).map_or("?", String::as_str);
        lines.push(format!("stage {} is {stage}", lifecycle.name));
    }
    for (id, score) in program.scores.enumerate() {
        let value = view.score(id, flow_graph::expr::ScorePart::Total);
        let band = flow_machine::decision::band(&score.bands, contact.facts.band(id));
        lines.push(match band {
            Some(band) => format!("score {} is {value:.2}: {}", score.name, band.name),
            None => format!("score {} is {value:.2}", score.name),
        });
    }
    let segments: Vec<_> = program
        .segments
        .enumerate()
        .filter(|(id, _)| contact.facts.in_segment(*id))
        .map(|(_, segment)| segment.name.as_str())
        .collect();
    if !segments.is_empty() {
        lines.push(format!("in segment {}", segments.join(", ")));
    }
    for run in contact.journey.runs() {
        if let Some(sequence) = program.version(run.sequence, run.version) {
            lines.push(format!("in sequence {}, {}", sequence.name, place_in(sequence, run)));
        }
    }
    for (id, topic) in program.topics.enumerate() {
        if let Some(said) = contact.journey.consents().word(id) {
            lines.push(format!("consent to {} {}", topic.name, if said { "granted" } else { "withdrawn" }));
        }
    }
    lines
}

/// Messages that were never sent; `records` in the order in which they were decided.
#[must_use]
pub fn not_sent(view: View<'_>, came: &Came, records: &[&Record]) -> Vec<NotSent> {
    let program = view.engine.program();
    let sent: BTreeSet<_> =
        records.iter().filter(|record| record.kind == Kind::Send).map(|record| record.name.as_str()).collect();
    let look = Look { program, view, came, records };
    let missing = program.messages.enumerate().filter(|(_, message)| !sent.contains(message.name.as_str()));
    missing
        .map(|(id, message)| {
            let senders = program.sequences.enumerate().filter(|(_, sequence)| sends(sequence, id).next().is_some());
            let ways = senders.map(|(number, sequence)| look.way(number, sequence, id, message)).collect();
            NotSent { message: message.name.clone(), ways }
        })
        .collect()
}

struct Look<'a> {
    program: &'a Program,
    view: View<'a>,
    came: &'a Came,
    records: &'a [&'a Record],
}

impl Look<'_> {
    fn way(&self, number: Id<Sequence>, sequence: &Sequence, id: Id<Message>, message: &Message) -> Way {
        let (reason, at) = self
            .stopped(sequence, message)
            .or_else(|| self.under_way(number, sequence, id))
            .or_else(|| self.ended(sequence, id))
            .unwrap_or_else(|| self.never_began(sequence));
        Way { sequence: sequence.name.clone(), reason, at }
    }

    /// It was about to be sent.
    fn stopped(&self, sequence: &Sequence, message: &Message) -> Option<(String, Option<Place>)> {
        let latest = self.records.iter().rev().find(|record| {
            matches!(record.kind, Kind::Held | Kind::Dropped)
                && record.name == message.name
                && record.text("sequence") == sequence.name
        })?;
        let reason = if latest.kind == Kind::Held {
            format!("held by {} since {} until {}", latest.text("gate"), latest.at, latest.text("until"))
        } else {
            format!("dropped by {} at {}", latest.text("gate"), latest.at)
        };
        Some((reason, Some(said(latest))))
    }

    fn under_way(
        &self,
        number: Id<Sequence>,
        sequence: &Sequence,
        message: Id<Message>,
    ) -> Option<(String, Option<Place>)> {
        let run = self.view.contact.journey.runs().iter().rev().find(|run| run.sequence == number)?;
        let step = sequence.steps.get(usize::from(run.step))?;
        let ahead = sends(sequence, message).any(|(position, _)| position > usize::from(run.step));
        let reason = if run.holdout {
            "the run is held out".to_owned()
        } else if ahead {
            format!("not yet: the run is {}", place_in(sequence, run))
        } else {
            format!("the run went another way and is {}", place_in(sequence, run))
        };
        Some((reason, self.place(step.at)))
    }

    fn ended(&self, sequence: &Sequence, message: Id<Message>) -> Option<(String, Option<Place>)> {
        let latest = self
            .records
            .iter()
            .rev()
            .find(|record| matches!(record.kind, Kind::Exited | Kind::Goal) && record.name == sequence.name)?;
        if matches!(latest.text("reason"), "finished" | "exit_step")
            && let Some(step) = parting(sequence, message, &Trace::of(sequence, self.records, latest))
        {
            let at = step.text.trim_end_matches(['{', ' ']);
            return Some((format!("another way was taken at `{at}`; over at {}", latest.at), self.place(step.at)));
        }
        Some((format!("{} at {}", latest.what(), latest.at), Some(said(latest))))
    }

    fn never_began(&self, sequence: &Sequence) -> (String, Option<Place>) {
        let at = self.place(sequence.enter_at);
        if !self.could_begin(sequence) {
            return (format!("no run began: it begins at {}", self.beginnings(sequence)), at);
        }
        for (word, condition) in [("unless", &sequence.unless), ("exit when", &sequence.exit_when)] {
            if condition.as_ref().is_some_and(|condition| self.view.holds(condition)) {
                return (format!("no run began: nobody is let in while `{word}` holds, as it does"), at);
            }
        }
        (
            self.kept_out(sequence)
                .unwrap_or_else(|| format!("no run began: it begins at {}", self.beginnings(sequence))),
            at,
        )
    }

    /// Whether something came that can begin a run; of what comes from within that is not known.
    fn could_begin(&self, sequence: &Sequence) -> bool {
        sequence.enter.iter().any(|trigger| match trigger {
            Trigger::Event { event, .. } => self.came.contains_key(&event.index()),
            Trigger::EnteredSegment(_)
            | Trigger::LeftSegment(_)
            | Trigger::BecomesBand { .. }
            | Trigger::EnteredStage { .. } => true,
        })
    }

    /// What begins a run, in words.
    fn beginnings(&self, sequence: &Sequence) -> String {
        let triggers: Vec<_> = sequence.enter.iter().map(|trigger| self.trigger(trigger)).collect();
        let enrolls = self.program.sequences.iter().filter(|other| {
            let enrolls = |step: &Step| {
                matches!(&step.kind, StepKind::Enroll(id)
                    if self.program.sequences.get(*id).is_some_and(|s| s.name == sequence.name))
            };
            other.steps.iter().any(enrolls)
        });
        let mut causes = triggers;
        causes.extend(enrolls.map(|other| format!("`enroll in {}` of {}", sequence.name, other.name)));
        causes.join(" or ")
    }

    /// The event that begins a run came, and yet none began.
    fn kept_out(&self, sequence: &Sequence) -> Option<String> {
        sequence.enter.iter().find_map(|trigger| {
            let Trigger::Event { event, filter } = trigger else { return None };
            let times = *self.came.get(&event.index())?;
            let name = self.program.events.get(*event).map_or("?", |event| &event.name);
            let times = if times == 1 { "once".to_owned() } else { format!("{times} times") };
            let condition = if filter.is_some() { ", its `where` did not hold" } else { "" };
            Some(format!("no run began: {name} came {times}, but it was late{condition}, or `unless` held then"))
        })
    }

    fn trigger(&self, trigger: &Trigger) -> String {
        let program = self.program;
        match trigger {
            Trigger::Event { event, filter } => {
                let name = program.events.get(*event).map_or("?", |event| &event.name);
                match filter {
                    None => name.to_owned(),
                    Some(filter) => format!("{name} where a condition holds{}", derived(program, filter)),
                }
            }
            Trigger::EnteredSegment(id) => {
                format!("entered segment {}", program.segments.get(*id).map_or("?", |segment| &segment.name))
            }
            Trigger::LeftSegment(id) => {
                format!("left segment {}", program.segments.get(*id).map_or("?", |segment| &segment.name))
            }
            Trigger::BecomesBand { score, band } => {
                let score = program.scores.get(*score);
                let band = score.and_then(|score| score.bands.get(usize::from(*band))).map_or("?", |band| &band.name);
                format!("{} becomes {band}", score.map_or("?", |score| &score.name))
            }
            Trigger::EnteredStage { lifecycle, stage } => {
                let lifecycle = program.lifecycles.get(*lifecycle);
                let stage = lifecycle.and_then(|l| l.stages.get(usize::from(*stage))).map_or("?", String::as_str);
                format!("entered stage {}.{stage}", lifecycle.map_or("?", |l| &l.name))
            }
        }
    }

    fn place(&self, at: flow_graph::program::Location) -> Option<Place> {
        Some(Place { file: self.program.files.get(at.file)?.path.clone(), line: at.line })
    }
}

/// What of the contact a condition of a trigger asks for.
fn derived(program: &Program, filter: &Expr) -> String {
    let mut names = BTreeSet::new();
    filter.walk(&mut |expr| {
        if let Expr::Field(id) = expr {
            names.extend(program.fields.get(*id).map(|field| field.name.clone()));
        } else if let Expr::InSegment(id) = expr {
            names.extend(program.segments.get(*id).map(|segment| format!("segment {}", segment.name)));
        }
    });
    if names.is_empty() { String::new() } else { format!(" on {}", Vec::from_iter(names).join(", ")) }
}

fn sends(sequence: &Sequence, message: Id<Message>) -> impl Iterator<Item = (usize, &Step)> {
    sequence.steps.iter().enumerate().filter(move |(_, step)| step.kind == StepKind::Send(message))
}

fn place_in(sequence: &Sequence, run: &Run) -> String {
    let step = sequence.steps.get(usize::from(run.step)).map_or("?", |step| &step.text);
    match run.due() {
        Some(until) => format!("at `{step}` until {until}"),
        None => format!("at `{step}`"),
    }
}

fn said(record: &Record) -> Place {
    Place { file: record.why.file.clone(), line: record.why.line }
}
