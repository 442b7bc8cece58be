//! What one partition keeps of its contacts under one program while a history goes by.

use std::collections::BTreeMap;
use std::sync::Arc;

use flow_graph::Timestamp;
use flow_graph::program::Moved;
use flow_machine::decision::Outcome;
use flow_machine::{Decision, DecisionKind, Engine};
use jiff::tz::TimeZone;
use rustc_hash::FxHashMap;

use super::facts::{FactNumber, Numbers, RunPart, SlaPart};
use super::label::Watched;
use super::person::{Person, Week};
use crate::driver::{Arriving, Decided, Observer};
use crate::identity::ContactNumber;
use crate::parallel::work::Keeper;

const DAY_MS: i64 = 86_400_000;
/// 1970 began on a Thursday, and weeks begin on Mondays.
const DAYS_BEFORE_MONDAY: i64 = 3;

/// How many weeks of contacts had how many messages: by channel and number of messages.
pub(crate) type Pressure = BTreeMap<(u32, u32), u64>;

/// What all partitions know of one program.
#[derive(Debug)]
pub(crate) struct Course {
    /// What is run: where there is a label, with scores that are watched.
    pub(crate) engine: Arc<Engine>,
    /// The program as it was given.
    pub(crate) plain: Arc<Engine>,
    pub(crate) numbers: Numbers,
    /// By message: the number of its channel.
    pub(crate) channels: Vec<u32>,
    pub(crate) zone: TimeZone,
    pub(crate) label: Option<Watched>,
    /// Where names of this program went in the other one.
    pub(crate) moved: Vec<Moved>,
    /// How many scores the project has: those behind them are watched for the label.
    pub(crate) scores: usize,
}

/// Keeps a few numbers of each contact.
#[derive(Debug)]
pub(crate) struct Marker {
    pub(crate) course: Arc<Course>,
    pub(crate) people: FxHashMap<ContactNumber, Person>,
    pub(crate) pressure: Pressure,
    /// The event of the label is being taken, at this instant.
    labelling: Option<Timestamp>,
}

impl Marker {
    pub(crate) fn new(course: &Arc<Course>) -> Self {
        Self { course: Arc::clone(course), people: FxHashMap::default(), pressure: Pressure::new(), labelling: None }
    }

    fn mark(&mut self, contact: ContactNumber, fact: Option<FactNumber>, at: Timestamp) {
        if let Some(fact) = fact {
            self.people.entry(contact).or_default().mark(fact, 1, at.0);
        }
    }

    fn sent(&mut self, contact: ContactNumber, channel: Option<u32>, at: Timestamp) {
        let Some(channel) = channel else { return };
        let local = jiff::Timestamp::from_millisecond(at.0).map_or(0, |at| self.course.zone.to_offset(at).seconds());
        let days = at.0.saturating_add(i64::from(local) * 1_000).div_euclid(DAY_MS);
        let week = i32::try_from((days + DAYS_BEFORE_MONDAY).div_euclid(7)).unwrap_or(i32::MAX);
        if let Some(over) = self.people.entry(contact).or_default().sent(channel, week) {
            count(&mut self.pressure, over);
        }
    }

    fn band(&mut self, contact: ContactNumber, decision: &Decision) {
        let DecisionKind::Band { score, from, to: Some(to), .. } = decision.kind else { return };
        let course = Arc::clone(&self.course);
        let probe = course.label.iter().flat_map(|label| &label.probes).position(|probe| probe.score == score);
        if let Some(probe) = probe {
            let labelled = self.people.entry(contact).or_default().label.get_or_insert_default();
            labelled.reached(probe, (from.map(usize::from), to.into()), decision.at.0);
            return;
        }
        // Whoever jumps over a band has reached it, too.
        let lowest = from.map_or(0, |from| from.saturating_add(1));
        for band in lowest..=to {
            self.mark(contact, course.numbers.band(score, band), decision.at);
        }
    }

    fn take_over(&mut self, contact: ContactNumber, other: Person) {
        let pressure = &mut self.pressure;
        self.people.entry(contact).or_default().join(other, |week| count(pressure, week));
    }

    /// Weeks that are not over count as they are.
    pub(crate) fn finish(&mut self) {
        for person in self.people.values_mut() {
            person.weeks.drain(..).for_each(|week| count(&mut self.pressure, week));
        }
    }
}

fn count(pressure: &mut Pressure, week: Week) {
    *pressure.entry((week.channel, week.count)).or_default() += 1;
}

impl Observer for Marker {
    fn decided(&mut self, decided: Decided<'_>) {
        let (contact, decision) = (decided.contact, &decided.decision);
        let at = decision.at;
        let course = Arc::clone(&self.course);
        let numbers = &course.numbers;
        let fact = match &decision.kind {
            DecisionKind::Send(send) => {
                self.sent(contact, course.channels.get(send.message.index()).copied(), at);
                numbers.sent(send.message)
            }
            DecisionKind::Held { send, gate, .. } => numbers.held(send.message, *gate),
            DecisionKind::Dropped { send, gate } => numbers.dropped(send.message, *gate),
            DecisionKind::EnteredSegment(segment) => numbers.segment(*segment),
            DecisionKind::Stage { lifecycle, to, .. } => numbers.stage(*lifecycle, *to),
            DecisionKind::Band { .. } => {
                self.band(contact, decision);
                None
            }
            DecisionKind::Enrolled { sequence, holdout, .. } => {
                numbers.run(*sequence, if *holdout { RunPart::HeldOut } else { RunPart::Entered })
            }
            DecisionKind::Exited { sequence, reason, .. } => numbers.exit(*sequence, *reason),
            DecisionKind::Goal { sequence, converted, .. } => {
                let counts = numbers.run(*sequence, RunPart::Converted).filter(|_| *converted);
                self.mark(contact, counts, at);
                numbers.run(*sequence, RunPart::Goal)
            }
            DecisionKind::SlaStarted { sla, .. } => numbers.sla(*sla, SlaPart::Started),
            DecisionKind::SlaMet { sla, late, .. } => numbers.sla(*sla, SlaPart::Met).filter(|_| !late),
            DecisionKind::SlaBreached { sla, .. } => numbers.sla(*sla, SlaPart::Breached),
            DecisionKind::Call { connector, .. } => numbers.call(connector.index()),
            DecisionKind::Notify { team, .. } => numbers.notice(team.index()),
            DecisionKind::Set { .. }
            | DecisionKind::SetConsent { .. }
            | DecisionKind::Emit(_)
            | DecisionKind::LeftSegment(_)
            | DecisionKind::Split { .. }
            | DecisionKind::SlaReminded { .. } => None,
        };
        self.mark(contact, fact, at);
    }

    fn arriving(&mut self, arriving: Arriving<'_>) {
        for other in arriving.merged {
            if let Some(other) = self.people.remove(other) {
                self.take_over(arriving.contact, other);
            }
        }
        self.labelling = None;
        if self.course.label.is_some() {
            let person = self.people.entry(arriving.contact).or_default();
            person.label.get_or_insert_default().seen.get_or_insert(arriving.at.0);
        }
        if let (Some(label), Some(event)) = (&self.course.label, &arriving.incoming.event)
            && label.event == Some(event.kind)
        {
            self.labelling = Some(arriving.at);
        }
    }

    fn taken(&mut self, contact: ContactNumber, outcome: Outcome) {
        // A repetition has happened before; so has what comes late, and nobody could be told of it in time.
        if let Some(at) = self.labelling.take()
            && outcome == Outcome::Accepted
        {
            let within = self.course.label.as_ref().and_then(|label| label.within_ms);
            self.people.entry(contact).or_default().label.get_or_insert_default().happens(at.0, within);
        }
    }

    fn wants_content(&self) -> bool {
        false
    }
}

impl Keeper for Marker {
    type Luggage = Person;

    fn go(&mut self, contact: ContactNumber) -> Person {
        self.people.remove(&contact).unwrap_or_default()
    }

    fn come(&mut self, contact: ContactNumber, person: Person) {
        self.people.insert(contact, person);
    }
}
