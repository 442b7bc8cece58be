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
use crate::driver::{Arriving, Decided, Observer, Side};
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

/// Keeps a few numbers of each contact: under one program, or under two of one shape.
#[derive(Debug)]
pub(crate) struct Marker {
    /// Under the program after, or the only one.
    pub(crate) own: Marks,
    /// Under the program before, for those who were ever different there.
    pub(crate) before: Option<Marks>,
    /// The event of the label is being taken, at this instant.
    labelling: Option<Timestamp>,
}

/// What is kept of contacts under one program.
#[derive(Debug)]
pub(crate) struct Marks {
    pub(crate) course: Arc<Course>,
    pub(crate) people: FxHashMap<ContactNumber, Person>,
    pub(crate) pressure: Pressure,
}

impl Marks {
    fn new(course: &Arc<Course>) -> Self {
        Self { course: Arc::clone(course), people: FxHashMap::default(), pressure: Pressure::new() }
    }

    fn person(&mut self, contact: ContactNumber) -> &mut Person {
        self.people.entry(contact).or_default()
    }

    fn mark(&mut self, contact: ContactNumber, fact: Option<FactNumber>, at: Timestamp) {
        if let Some(fact) = fact {
            self.person(contact).mark(fact, 1, at.0);
        }
    }

    /// A message was sent; a week that is over by that is handed back.
    fn sent(&mut self, contact: ContactNumber, channel: Option<u32>, at: Timestamp) -> Option<Week> {
        let local = jiff::Timestamp::from_millisecond(at.0).map_or(0, |at| self.course.zone.to_offset(at).seconds());
        let days = at.0.saturating_add(i64::from(local) * 1_000).div_euclid(DAY_MS);
        let week = i32::try_from((days + DAYS_BEFORE_MONDAY).div_euclid(7)).unwrap_or(i32::MAX);
        self.person(contact).sent(channel?, week)
    }

    fn band(&mut self, contact: ContactNumber, decision: &Decision) {
        let DecisionKind::Band { score, from, to: Some(to), .. } = decision.kind else { return };
        let course = Arc::clone(&self.course);
        let probe = course.label.iter().flat_map(|label| &label.probes).position(|probe| probe.score == score);
        if let Some(probe) = probe {
            let labelled = self.person(contact).label.get_or_insert_default();
            labelled.reached(probe, (from.map(usize::from), to.into()), decision.at.0);
            return;
        }
        // Whoever jumps over a band has reached it, too.
        let lowest = from.map_or(0, |from| from.saturating_add(1));
        for band in lowest..=to {
            self.mark(contact, course.numbers.band(score, band), decision.at);
        }
    }

    /// Notes a decision; a week that is over by it is handed back.
    fn decided(&mut self, contact: ContactNumber, decision: &Decision) -> Option<Week> {
        let at = decision.at;
        let course = Arc::clone(&self.course);
        let numbers = &course.numbers;
        let mut over = None;
        let fact = match &decision.kind {
            DecisionKind::Send(send) => {
                over = self.sent(contact, course.channels.get(send.message.index()).copied(), at);
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
        over
    }

    /// Another contact turns out to be the same; weeks that are over by that are handed back.
    fn take_over(&mut self, contact: ContactNumber, other: Person) -> Vec<Week> {
        let mut over = Vec::new();
        self.person(contact).join(other, |week| over.push(week));
        over
    }

    fn count(&mut self, week: Week) {
        *self.pressure.entry((week.channel, week.count)).or_default() += 1;
    }

    fn seen(&mut self, contact: ContactNumber, at: Timestamp) {
        if self.course.label.is_some() {
            self.person(contact).label.get_or_insert_default().seen.get_or_insert(at.0);
        }
    }

    fn labelled(&mut self, contact: ContactNumber, at: Timestamp) {
        let within = self.course.label.as_ref().and_then(|label| label.within_ms);
        self.person(contact).label.get_or_insert_default().happens(at.0, within);
    }
}

impl Marker {
    pub(crate) fn new(course: &Arc<Course>) -> Self {
        Self { own: Marks::new(course), before: None, labelling: None }
    }

    /// Under two programs of one shape.
    pub(crate) fn of_twins(base: &Arc<Course>, head: &Arc<Course>) -> Self {
        Self { before: Some(Marks::new(base)), ..Self::new(head) }
    }

    /// A contact under the program before, if it was ever different there.
    fn before(&mut self, contact: ContactNumber) -> Option<&mut Marks> {
        self.before.as_mut().filter(|before| before.people.contains_key(&contact))
    }

    /// One contact becomes part of another one: where either was ever different, under each program by itself.
    fn merge(&mut self, contact: ContactNumber, other: ContactNumber) {
        if self.before(other).is_some() {
            self.part(contact);
        }
        if self.before(contact).is_some() {
            self.part(other);
        }
        if let Some(before) = &mut self.before
            && let Some(theirs) = before.people.remove(&other)
        {
            before.take_over(contact, theirs).into_iter().for_each(|week| before.count(week));
        }
        if let Some(theirs) = self.own.people.remove(&other) {
            for week in self.own.take_over(contact, theirs) {
                self.count(contact, week);
            }
        }
    }

    /// From now on a contact is kept under each program by itself.
    fn part(&mut self, contact: ContactNumber) {
        if let Some(before) = &mut self.before {
            before.people.entry(contact).or_insert_with(|| self.own.person(contact).clone());
        }
    }

    /// Counts a week under the program after, and under the one before for who is the same there.
    fn count(&mut self, contact: ContactNumber, week: Week) {
        self.own.count(week);
        if let Some(before) = self.before.as_mut().filter(|before| !before.people.contains_key(&contact)) {
            before.count(week);
        }
    }

    /// Weeks that are not over count as they are; nothing more comes.
    pub(crate) fn finish(&mut self) {
        let weeks = |marks: &mut Marks| -> Vec<(ContactNumber, Week)> {
            let people = marks.people.iter_mut();
            people.flat_map(|(contact, person)| person.weeks.drain(..).map(|week| (*contact, week))).collect()
        };
        for (contact, week) in weeks(&mut self.own) {
            self.count(contact, week);
        }
        if let Some(before) = &mut self.before {
            weeks(before).into_iter().for_each(|(_, week)| before.count(week));
        }
    }
}

impl Observer for Marker {
    fn decided(&mut self, decided: Decided<'_>) {
        let (contact, decision) = (decided.contact, &decided.decision);
        if decided.side != Side::Base
            && let Some(week) = self.own.decided(contact, decision)
        {
            self.count(contact, week);
        }
        if decided.side != Side::Head
            && let Some(before) = self.before(contact)
            && let Some(week) = before.decided(contact, decision)
        {
            before.count(week);
        }
    }

    fn arriving(&mut self, arriving: Arriving<'_>) {
        let contact = arriving.contact;
        arriving.merged.iter().for_each(|other| self.merge(contact, *other));
        self.own.seen(contact, arriving.at);
        self.before(contact).into_iter().for_each(|before| before.seen(contact, arriving.at));
        let event = arriving.incoming.event.as_ref().map(|event| event.kind);
        let label = self.own.course.label.as_ref().and_then(|label| label.event);
        self.labelling = event.zip(label).filter(|(event, label)| event == label).map(|_| arriving.at);
    }

    fn taken(&mut self, contact: ContactNumber, outcome: Outcome) {
        // A repetition has happened before; so has what comes late, and nobody could be told of it in time.
        if let Some(at) = self.labelling.filter(|_| outcome == Outcome::Accepted) {
            self.own.labelled(contact, at);
        }
    }

    fn taken_before(&mut self, contact: ContactNumber, outcome: Outcome) {
        if let Some(at) = self.labelling.filter(|_| outcome == Outcome::Accepted) {
            self.before(contact).into_iter().for_each(|before| before.labelled(contact, at));
        }
    }

    fn parted(&mut self, contact: ContactNumber) {
        self.part(contact);
    }

    fn wants_content(&self) -> bool {
        false
    }
}

impl Keeper for Marker {
    type Luggage = (Person, Option<Person>);

    fn go(&mut self, contact: ContactNumber) -> Self::Luggage {
        let before = self.before.as_mut().and_then(|before| before.people.remove(&contact));
        (self.own.people.remove(&contact).unwrap_or_default(), before)
    }

    fn come(&mut self, contact: ContactNumber, (person, different): Self::Luggage) {
        self.own.people.insert(contact, person);
        if let Some((before, different)) = self.before.as_mut().zip(different) {
            before.people.insert(contact, different);
        }
    }
}
