//! What is counted of contacts on which a change is tried.

use std::collections::BTreeMap;

use flow_graph::program::{Connector, Lifecycle, Message, Program, Segment, Sequence, StepId, Team};
use flow_graph::{Id, Timestamp};
use flow_machine::adopt::{Change, Fate as Became, Fated, Moves, Rehearsed, Renewed, Version, WhyIdle};
use flow_machine::{DecisionKind, Transition};

use super::SAMPLE;
use super::people::{
    Enrolled, Fate, IdleClause, Leaves, Membership, People, Place, PlaceFate, Sampled, StageChange, Stranding,
};
use crate::driver::deploy::{Left, left_behind, place};

/// A step of the old program.
type Step = (Version, StepId);
/// Where a run goes on, in the new program.
type Target = Option<(Id<Sequence>, StepId)>;

/// What is counted.
#[derive(Debug, Default)]
pub(super) struct Tally {
    contacts: u64,
    runs: Moves,
    fates: BTreeMap<(Step, Fate, Target), Group>,
    enrolled: BTreeMap<Id<Sequence>, Counted>,
    entered: BTreeMap<Id<Segment>, Counted>,
    left: BTreeMap<Id<Segment>, Counted>,
    stages: BTreeMap<(Id<Lifecycle>, Option<u16>, u16), Counted>,
    messages: BTreeMap<Id<Message>, Counted>,
    calls: BTreeMap<(Id<Connector>, String), Counted>,
    notices: BTreeMap<Id<Team>, Counted>,
}

/// Runs of which the same becomes.
#[derive(Debug, Default)]
struct Group {
    runs: u64,
    at_once: u64,
    sample: Vec<Sampled>,
}

/// How many, and some of them.
#[derive(Debug, Default)]
struct Counted {
    count: u64,
    sample: Vec<String>,
}

impl Counted {
    fn add(&mut self, contact: &str) {
        self.count += 1;
        if self.sample.len() < SAMPLE && self.sample.last().is_none_or(|last| last != contact) {
            self.sample.push(contact.to_owned());
        }
    }
}

impl Group {
    fn add(&mut self, contact: &str, wait: Option<Renewed>) {
        self.runs += 1;
        self.at_once += u64::from(wait.is_some_and(|wait| wait.at_once));
        if self.sample.len() < SAMPLE {
            let at = |at: Option<Timestamp>| at.filter(|at| *at < Timestamp::MAX).map(|at| at.to_string());
            let (before, after) = (at(wait.and_then(|wait| wait.before)), at(wait.and_then(|wait| wait.after)));
            self.sample.push(Sampled { contact: contact.to_owned(), before, after });
        }
    }
}

impl Tally {
    /// Counts what became of a contact; the new program did this with it at once.
    pub(super) fn add(&mut self, rehearsed: &Rehearsed, after: &Transition) {
        let Rehearsed { adopted, stranded, .. } = rehearsed;
        let contact = &adopted.contact.id;
        self.contacts += 1;
        self.runs.add(adopted.moves());
        for &Fated { version, step, fate, wait } in &adopted.fates {
            let (fate, target) = match fate {
                Became::Stayed => (Fate::Stays, None),
                Became::Recomputed => (Fate::Recomputed, None),
                Became::Moved { sequence, step } => (Fate::Moves, Some((sequence, step))),
                Became::Finishing => (Fate::Finishes, None),
                Became::Exited => (Fate::Exits, None),
            };
            self.fates.entry(((version, step), fate, target)).or_default().add(contact, wait);
        }
        for found in stranded {
            let place = ((found.version, found.step), Fate::Stranded, None);
            self.fates.entry(place).or_default().add(contact, None);
        }
        for sequence in &adopted.enrolled {
            self.enrolled.entry(*sequence).or_default().add(contact);
        }
        for decision in &after.decisions {
            self.decided(contact, &decision.kind);
        }
    }

    fn decided(&mut self, contact: &str, decided: &DecisionKind) {
        match decided {
            DecisionKind::EnteredSegment(segment) => self.entered.entry(*segment).or_default().add(contact),
            DecisionKind::LeftSegment(segment) => self.left.entry(*segment).or_default().add(contact),
            DecisionKind::Stage { lifecycle, from, to } => {
                self.stages.entry((*lifecycle, *from, *to)).or_default().add(contact);
            }
            DecisionKind::Send(send) => self.messages.entry(send.message).or_default().add(contact),
            DecisionKind::Call { connector, action, .. } => {
                self.calls.entry((*connector, action.clone())).or_default().add(contact);
            }
            DecisionKind::Notify { team, .. } => self.notices.entry(*team).or_default().add(contact),
            DecisionKind::Held { .. }
            | DecisionKind::Dropped { .. }
            | DecisionKind::Set { .. }
            | DecisionKind::SetConsent { .. }
            | DecisionKind::Emit(_)
            | DecisionKind::Band { .. }
            | DecisionKind::Enrolled { .. }
            | DecisionKind::Exited { .. }
            | DecisionKind::Goal { .. }
            | DecisionKind::Split { .. }
            | DecisionKind::SlaStarted { .. }
            | DecisionKind::SlaMet { .. }
            | DecisionKind::SlaReminded { .. }
            | DecisionKind::SlaBreached { .. } => {}
        }
    }

    /// What it came to, in names.
    pub(super) fn people(self, change: &Change, at: Timestamp) -> People {
        let (old, new) = (change.before().program(), change.engine().program());
        let stranded = self.stranded(change);
        let Self { contacts, runs, fates, enrolled, entered, left, stages, messages, calls, notices } = self;
        let enrolled = enrolled.into_iter().map(|(id, Counted { count, sample })| Enrolled {
            sequence: name(new.sequences.get(id).map(|it| &it.name)),
            contacts: count,
            sample,
        });
        let stages = stages.into_iter().filter_map(|((id, from, to), Counted { count, sample })| {
            let lifecycle = new.lifecycles.get(id)?;
            let stage = |stage: u16| lifecycle.stages.get(usize::from(stage)).cloned();
            let (lifecycle, from) = (lifecycle.name.clone(), from.and_then(stage));
            Some(StageChange { lifecycle, from, to: stage(to)?, contacts: count, sample })
        });
        let leaves = |kind: &str, name: String, Counted { count, sample }: Counted| Leaves {
            kind: kind.to_owned(),
            name,
            count,
            sample,
        };
        let messages = messages
            .into_iter()
            .map(|(id, some)| leaves("message", name(new.messages.get(id).map(|it| &it.name)), some));
        let calls = calls.into_iter().map(|((id, action), some)| {
            leaves("call", format!("{}.{action}", name(new.connectors.get(id).map(|it| &it.name))), some)
        });
        let notices =
            notices.into_iter().map(|(id, some)| leaves("notice", name(new.teams.get(id).map(|it| &it.name)), some));
        People {
            at: at.to_string(),
            contacts,
            runs,
            places: places(fates, old, new),
            enrolled: enrolled.collect(),
            segments: segments(entered, left, new),
            stages: stages.collect(),
            leaves: messages.chain(calls).chain(notices).collect(),
            stranded,
            idle: idle(change),
        }
    }

    /// Where somebody would be stranded, or could be.
    fn stranded(&self, change: &Change) -> Vec<Stranding> {
        let here = |step: &Step| self.fates.get(&(*step, Fate::Stranded, None));
        let people = |step: &Step| here(step).map_or(0, |group| group.runs);
        let found = left_behind(change.before().program(), &change.stranded(), people);
        found
            .into_iter()
            .map(|(left, steps)| {
                let (message, help) = (left.message(), left.help());
                let sample = steps.iter().filter_map(here).flat_map(|group| &group.sample);
                let sample = sample.take(SAMPLE).map(|sampled| sampled.contact.clone()).collect();
                let Left { sequence, step, file, line, people, why: _, clauses } = left;
                Stranding { sequence, step, file, line, people, sample, message, help, clauses }
            })
            .collect()
    }
}

fn places(fates: BTreeMap<(Step, Fate, Target), Group>, old: &Program, new: &Program) -> Vec<Place> {
    let mut places: Vec<(Step, Place)> = Vec::new();
    for (((version, position), fate, target), Group { runs, at_once, sample }) in fates {
        let Some((sequence, step)) = step_of(old, version, position) else { continue };
        let to = target.and_then(|(sequence, step)| step_of(new, (sequence, None), step));
        let fate = PlaceFate {
            fate,
            runs,
            at_once,
            sequence: to.map(|(sequence, _)| sequence.name.clone()),
            step: to.map(|(_, step)| step.text.clone()),
            sample,
        };
        if places.last().is_none_or(|(last, _)| *last != (version, position)) {
            let (file, line) = place(old, step.at);
            let (sequence, step) = (sequence.name.clone(), step.text.clone());
            let earlier = version.1.is_some();
            places
                .push(((version, position), Place { sequence, earlier, step, file, line, runs: 0, fates: Vec::new() }));
        }
        if let Some((_, place)) = places.last_mut() {
            place.runs += runs;
            place.fates.push(fate);
        }
    }
    places.into_iter().map(|(_, place)| place).collect()
}

fn step_of(program: &Program, version: Version, step: StepId) -> Option<(&Sequence, &flow_graph::program::Step)> {
    let sequence = program.version(version.0, version.1)?;
    Some((sequence, sequence.steps.get(usize::from(step))?))
}

fn segments(
    mut entered: BTreeMap<Id<Segment>, Counted>,
    mut left: BTreeMap<Id<Segment>, Counted>,
    new: &Program,
) -> Vec<Membership> {
    let both = |(id, segment): (Id<Segment>, &Segment)| {
        let (entered, left) = (entered.remove(&id), left.remove(&id));
        (entered.is_some() || left.is_some()).then_some(())?;
        let (entered, left) = (entered.unwrap_or_default(), left.unwrap_or_default());
        Some(Membership {
            segment: segment.name.clone(),
            entered: entered.count,
            left: left.count,
            entered_sample: entered.sample,
            left_sample: left.sample,
        })
    };
    let mut all: Vec<_> = new.segments.enumerate().filter_map(both).collect();
    all.sort_by(|one, other| one.segment.cmp(&other.segment));
    all
}

fn idle(change: &Change) -> Vec<IdleClause> {
    let words = |idle: flow_machine::adopt::Idle| {
        let (file, line) = place(change.engine().program(), idle.at);
        let address = &idle.address;
        let clause = match &idle.to {
            Some(to) => format!("moved {address} to {to}"),
            None => format!("retired {address}"),
        };
        let message = match idle.why {
            WhyIdle::Absent => format!("the program that runs has no `{address}`, so the clause does nothing"),
            WhyIdle::Kept => format!("`{address}` is still there, so the clause does nothing"),
        };
        IdleClause { clause, file, line, message }
    };
    change.idle().into_iter().map(words).collect()
}

fn name(name: Option<&String>) -> String {
    name.cloned().unwrap_or_default()
}
