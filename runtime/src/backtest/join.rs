//! The contacts of all partitions at the end: of both programs side by side, then added up.

use std::collections::BTreeMap;
use std::sync::Arc;

use flow_graph::Timestamp;
use flow_graph::expr::ScorePart;
use flow_machine::{Contact, View};

use super::facts::{Facts, Names};
use super::keeper::{Course, Marker, Marks, Pressure};
use super::label::Labels;
use super::outcome::{Standing, Sum};
use super::person::Person;
use super::{Backtest, Way};
use crate::driver::Counts;
use crate::identity::ContactNumber;
use crate::parallel::work::{Lane, Worker};

/// Bars of a score below and above all others.
const FARTHEST_BAR: f64 = 60.0;

/// What all contacts come to.
pub(super) struct Totals {
    pub(super) sum: Sum,
    /// Before and after.
    pub(super) sides: [SideTotal; 2],
    /// Where the clock stood.
    pub(super) end: Timestamp,
}

/// What is added up of one program alone.
#[derive(Default)]
pub(super) struct SideTotal {
    pub(super) counts: Counts,
    pub(super) pressure: Pressure,
    pub(super) labels: Option<Labels>,
}

/// What is looked for in contacts.
#[derive(Clone, Copy)]
struct Look<'a> {
    way: Way,
    facts: &'a Facts,
    scores: &'a [(String, f64)],
    end: Timestamp,
    /// A score may have another value under each program though the contact is the same.
    valued: bool,
}

/// What comes of one partition.
struct Part {
    sum: Sum,
    /// By lane.
    sides: Vec<SideTotal>,
    /// Its contacts, where those of the other program are elsewhere.
    alone: Vec<(Arc<str>, Standing)>,
}

/// All contacts of all passes. What was kept of them is gone then.
pub(super) fn all(backtest: &mut Backtest) -> Totals {
    let end = backtest.ran.iter().map(|ran| ran.now).max().unwrap_or(Timestamp::FIRST_VALID);
    let valued = backtest.twins.as_ref().is_some_and(|twins| twins.scores_differ());
    let look = Look { way: backtest.way, facts: &backtest.facts, scores: &backtest.scores, end, valued };
    let mut totals = Totals { sum: look.sum(), sides: [SideTotal::default(), SideTotal::default()], end };
    let mut apart: [Vec<(Arc<str>, Standing)>; 2] = [Vec::new(), Vec::new()];
    for (pass, ran) in backtest.ran.iter_mut().enumerate() {
        for (number, side) in totals.sides.iter_mut().enumerate() {
            if look.way != Way::Apart || number == pass {
                side.counts.add(ran.counts);
            }
        }
        let workers = std::mem::take(&mut ran.workers);
        let parts: Vec<Part> = std::thread::scope(|scope| {
            let threads = workers.into_iter().map(|worker| scope.spawn(move || look.part(worker)));
            let threads: Vec<_> = threads.collect();
            // A thread that panics takes the run with it: that is a mistake of ours.
            threads.into_iter().map(|it| it.join().unwrap_or_else(|why| std::panic::resume_unwind(why))).collect()
        });
        for Part { sum, sides, alone } in parts {
            totals.sum.absorb(sum);
            apart.iter_mut().skip(pass).take(1).for_each(|side| side.reserve(alone.len()));
            if let Some(side) = apart.get_mut(pass) {
                side.extend(alone);
            }
            for (lane, side) in sides.into_iter().enumerate() {
                let of = |number: usize| match look.way {
                    Way::Same => true,
                    Way::Together | Way::Twins => number == lane,
                    Way::Apart => number == pass,
                };
                let chosen = totals.sides.iter_mut().enumerate().filter(|(number, _)| of(*number));
                chosen.for_each(|(_, total)| total.absorb(&side));
            }
        }
    }
    let [base, head] = apart;
    by_id(base, head, &mut totals.sum);
    totals
}

impl SideTotal {
    fn absorb(&mut self, other: &Self) {
        self.counts.add(other.counts);
        for (key, count) in &other.pressure {
            *self.pressure.entry(*key).or_default() += count;
        }
        match (&mut self.labels, &other.labels) {
            (Some(own), Some(theirs)) => own.absorb(theirs.clone()),
            (own @ None, theirs) => own.clone_from(theirs),
            (Some(_), None) => {}
        }
    }
}

impl Look<'_> {
    fn sum(&self) -> Sum {
        Sum::new(self.facts.all().len(), self.scores.len())
    }

    fn part(&self, worker: Worker<Marker>) -> Part {
        let mut part = Part { sum: self.sum(), sides: Vec::new(), alone: Vec::new() };
        let mut lanes = worker.into_lanes();
        lanes.iter_mut().for_each(|lane| lane.keeper.finish());
        let Some((head, base)) = lanes.split_last_mut() else { return part };
        if self.way == Way::Twins {
            self.twins(head, &mut part);
            return part;
        }
        part.sides.extend(base.iter_mut().map(|lane| side(lane.partition.counts(), &mut lane.keeper.own)));
        part.sides.push(side(head.partition.counts(), &mut head.keeper.own));
        for slot in 0..head.partition.slots() {
            let after = self.standing(head, slot, part.sides.last_mut());
            let before = base.first_mut().map(|base| self.standing(base, slot, part.sides.first_mut()));
            match (before, after) {
                (None, None) => {}
                (None, Some((id, after))) if self.way == Way::Apart => part.alone.push((id, after)),
                (None, Some((id, after))) => part.sum.pair(&id, Some(&after), Some(&after)),
                (Some(before), after) => {
                    let id = before.as_ref().or(after.as_ref()).map(|(id, _)| Arc::clone(id));
                    let (before, after) = (before.map(|it| it.1), after.map(|it| it.1));
                    if let Some(id) = id {
                        part.sum.pair(&id, before.as_ref(), after.as_ref());
                    }
                }
            }
        }
        part
    }

    /// Contacts that were held once for as long as both programs did the same with them.
    fn twins(&self, lane: &mut Lane<Marker>, part: &mut Part) {
        let Lane { partition, keeper } = lane;
        let Some(before) = &mut keeper.before else { return };
        part.sides.push(side(partition.counts_before(), before));
        part.sides.push(side(partition.counts(), &mut keeper.own));
        let [base, head] = part.sides.as_mut_slice() else { return };
        for slot in 0..partition.slots() {
            let Some((number, contact)) = partition.standing(slot) else { continue };
            let other = partition.other(slot);
            let after = keeper.own.people.remove(&number).unwrap_or_default();
            let different = before.people.remove(&number);
            if different.is_none() && other.is_none() && !self.valued {
                let after = self.stands(&keeper.own.course, contact, after, Some(head));
                self.label(&before.course, &after.person, Some(base));
                part.sum.pair(&contact.id, Some(&after), Some(&after));
                continue;
            }
            let was = different.unwrap_or_else(|| after.clone());
            let was = self.stands(&before.course, other.unwrap_or(contact), was, Some(base));
            let after = self.stands(&keeper.own.course, contact, after, Some(head));
            part.sum.pair(&contact.id, Some(&was), Some(&after));
        }
    }

    /// A contact at the end with all that is to be said of it; none of one that was merged into another one.
    fn standing(
        &self,
        lane: &mut Lane<Marker>,
        slot: u32,
        total: Option<&mut SideTotal>,
    ) -> Option<(Arc<str>, Standing)> {
        let (number, contact): (ContactNumber, &Contact) = lane.partition.standing(slot)?;
        let person = lane.keeper.own.people.remove(&number).unwrap_or_default();
        Some((Arc::clone(&contact.id), self.stands(&lane.keeper.own.course, contact, person, total)))
    }

    fn stands(
        &self,
        course: &Course,
        contact: &Contact,
        mut person: Person,
        total: Option<&mut SideTotal>,
    ) -> Standing {
        self.at_end(course, contact, |fact| person.mark(fact, 1, 0));
        let bars = self.bars(course, contact);
        let watched = course.label.iter().flat_map(|label| &label.probes).enumerate();
        for (number, band) in watched.filter_map(|(at, probe)| Some((at, contact.facts.band(probe.score)?))) {
            if let Some(label) = &mut person.label {
                label.stood(number, band.into());
            }
        }
        self.label(course, &person, total);
        Standing { person, bars }
    }

    fn label(&self, course: &Course, person: &Person, total: Option<&mut SideTotal>) {
        if let (Some(labels), Some(watched)) = (total.and_then(|total| total.labels.as_mut()), &course.label) {
            labels.add(person.label.as_deref(), watched.within_ms, self.end.0);
        }
    }

    fn at_end(&self, course: &Course, contact: &Contact, mut mark: impl FnMut(u32)) {
        let (program, numbers) = (course.engine.program(), &course.numbers);
        for id in program.lifecycles.ids() {
            numbers.stage_at_end(id, contact.journey.stage(id)).into_iter().for_each(&mut mark);
        }
        for id in program.segments.ids().filter(|id| contact.facts.in_segment(*id)) {
            numbers.segment_at_end(id).into_iter().for_each(&mut mark);
        }
        for id in program.scores.ids() {
            let band = contact.facts.band(id).and_then(|band| numbers.band_at_end(id, band));
            band.into_iter().for_each(&mut mark);
        }
    }

    /// In which bar each score stands.
    fn bars(&self, course: &Course, contact: &Contact) -> Vec<Option<i64>> {
        let program = course.engine.program();
        let view = View::new(&course.engine, contact, self.end);
        let names = Names { moved: &course.moved };
        let mut bars = vec![None; self.scores.len()];
        for (id, score) in program.scores.enumerate().take(course.scores) {
            let name = names.item("score", &score.name);
            let place = self.scores.iter().position(|(known, _)| *known == name);
            let Some((bar, (_, width))) = place.and_then(|at| bars.get_mut(at).zip(self.scores.get(at))) else {
                continue;
            };
            let value = (view.score(id, ScorePart::Total) / width).floor().clamp(-FARTHEST_BAR, FARTHEST_BAR);
            #[expect(clippy::cast_possible_truncation, reason = "it is no farther than the farthest bar")]
            let number = value as i64;
            *bar = Some(number);
        }
        bars
    }
}

/// What is added up of one program alone.
fn side(counts: Counts, marks: &mut Marks) -> SideTotal {
    SideTotal {
        counts,
        pressure: std::mem::take(&mut marks.pressure),
        labels: marks.course.label.as_ref().map(Labels::new),
    }
}

/// The contacts of two passes, who are the same by their ids.
fn by_id(base: Vec<(Arc<str>, Standing)>, head: Vec<(Arc<str>, Standing)>, sum: &mut Sum) {
    let mut before: BTreeMap<Arc<str>, Standing> = base.into_iter().collect();
    for (id, after) in head {
        let base = before.remove(&id);
        sum.pair(&id, base.as_ref(), Some(&after));
    }
    for (id, before) in before {
        sum.pair(&id, Some(&before), None);
    }
}
