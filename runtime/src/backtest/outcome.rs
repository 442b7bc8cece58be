//! Both programs' contacts side by side: what is different, in counts, with a few contacts for each difference.

use std::sync::Arc;

use serde::Serialize;

use super::facts::{Fact, FactNumber};
use super::keeper::Pressure;
use super::label::Labels;
use super::person::{Mark, Person};
use crate::driver::Counts;

/// How many contacts stand for a difference.
const SAMPLES: usize = 5;

/// What a backtest came to.
#[derive(Debug)]
pub struct Outcome {
    /// The facts of both programs.
    pub facts: Vec<Fact>,
    /// By fact.
    pub differences: Vec<Difference>,
    /// How many messages contacts had in a week.
    pub pressure: Vec<ChannelPressure>,
    /// How scores are spread at the end.
    pub scores: Vec<ScoreSpread>,
    /// What the label came to, before and after.
    pub labels: Option<(Labels, Labels)>,
    /// Contacts at the end, before and after.
    pub contacts: (u64, u64),
    /// Contacts with any difference.
    pub affected: u64,
    /// Inputs and turns, before and after.
    pub counts: (Counts, Counts),
    /// When the first input arrived, and where the clock stood at the end; milliseconds since 1970.
    pub span: (i64, i64),
    /// Both programs decide the same by what they say: one was run for both.
    pub same: bool,
}

/// What became of contacts under both programs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// How often before.
    pub base: u64,
    /// How often after.
    pub head: u64,
    /// Contacts before.
    pub base_contacts: u64,
    /// Contacts after.
    pub head_contacts: u64,
    /// Contacts to whom it happens now and did not.
    pub gained: u64,
    /// Contacts to whom it happened and does not now.
    pub lost: u64,
    /// Contacts to whom it happens more often, those who gained it among them.
    pub more: u64,
    /// Contacts to whom it happens less often, those who lost it among them.
    pub fewer: u64,
    /// Contacts to whom it happened more than once, before.
    pub base_again: u64,
    /// Contacts to whom it happens more than once, after.
    pub head_again: u64,
    /// Contacts to whom it happens first at an earlier time.
    pub earlier: u64,
    /// Contacts to whom it happens first at a later time.
    pub later: u64,
    /// A few who have more of it.
    pub sample_more: Sample,
    /// A few who have less of it.
    pub sample_fewer: Sample,
    /// A few to whom it happens as often, but at another time.
    pub sample_moved: Sample,
}

/// A few contacts: those whose ids have the lowest hashes, so that it does not matter in which order they come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sample(Vec<(u64, Arc<str>)>);

/// How many messages contacts had by a channel in a week.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ChannelPressure {
    /// The channel.
    pub channel: String,
    /// By number of messages, from 1: in how many weeks of contacts, before and after.
    pub weeks: Vec<(u32, u64, u64)>,
}

/// How a score is spread over the contacts at the end.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ScoreSpread {
    /// The score.
    pub score: String,
    /// The width of a bar.
    pub width: f64,
    /// By the number of the bar (0 begins at 0): how many contacts, before and after.
    pub bars: Vec<(i64, u64, u64)>,
}

/// What all of a part of the contacts comes to.
#[derive(Debug, Default)]
pub(crate) struct Sum {
    pub(crate) differences: Vec<Difference>,
    pub(crate) scores: Vec<Bars>,
    pub(crate) contacts: (u64, u64),
    pub(crate) affected: u64,
}

/// Bars by their numbers.
pub(crate) type Bars = std::collections::BTreeMap<i64, (u64, u64)>;

/// A contact at the end, under one program.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    pub(crate) person: Person,
    /// Score by score of both programs: its bar.
    pub(crate) bars: Vec<Option<i64>>,
}

impl Sample {
    pub(crate) fn add(&mut self, id: &Arc<str>) {
        let hash = hash(id);
        let place = self.0.partition_point(|(known, other)| (*known, &**other) < (hash, id));
        if place < SAMPLES {
            self.0.insert(place, (hash, Arc::clone(id)));
            self.0.truncate(SAMPLES);
        }
    }

    fn absorb(&mut self, other: &Self) {
        other.0.iter().for_each(|(_, id)| self.add(id));
    }

    /// Their ids.
    pub fn ids(&self) -> impl Iterator<Item = &Arc<str>> {
        self.0.iter().map(|(_, id)| id)
    }
}

/// FNV-1a with 64 bits (G. Fowler, L. C. Noll, K.-P. Vo), and its bits mixed at the end: ids often differ in nothing
/// but their last digit.
fn hash(id: &str) -> u64 {
    let folded = id
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let mixed = (folded ^ (folded >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed ^ (mixed >> 33)
}

impl Sum {
    pub(crate) fn new(facts: usize, scores: usize) -> Self {
        Self {
            differences: vec![Difference::default(); facts],
            scores: vec![Bars::default(); scores],
            ..Self::default()
        }
    }

    /// Adds a contact as it is under both programs.
    pub(crate) fn pair(&mut self, id: &Arc<str>, base: Option<&Standing>, head: Option<&Standing>) {
        self.contacts.0 += u64::from(base.is_some());
        self.contacts.1 += u64::from(head.is_some());
        for (bar, counts) in bars(base).iter().zip(&mut self.scores) {
            bar.iter().for_each(|bar| counts.entry(*bar).or_default().0 += 1);
        }
        for (bar, counts) in bars(head).iter().zip(&mut self.scores) {
            bar.iter().for_each(|bar| counts.entry(*bar).or_default().1 += 1);
        }
        let mut differs = false;
        let (mut before, mut after) = (marks(base).iter().copied().peekable(), marks(head).iter().copied().peekable());
        loop {
            let next = match (before.peek(), after.peek()) {
                (Some(base), Some(head)) => base.fact.min(head.fact),
                (Some(one), None) | (None, Some(one)) => one.fact,
                (None, None) => break,
            };
            let base = before.next_if(|mark| mark.fact == next);
            let head = after.next_if(|mark| mark.fact == next);
            differs |= self.fact(id, next, base, head);
        }
        self.affected += u64::from(differs);
    }

    /// Adds what one fact is to a contact; whether it differs.
    fn fact(&mut self, id: &Arc<str>, fact: FactNumber, base: Option<Mark>, head: Option<Mark>) -> bool {
        let Some(sum) = usize::try_from(fact).ok().and_then(|at| self.differences.get_mut(at)) else { return false };
        let (before, after) = (base.map_or(0, |mark| mark.count), head.map_or(0, |mark| mark.count));
        sum.base += u64::from(before);
        sum.head += u64::from(after);
        sum.base_contacts += u64::from(before > 0);
        sum.head_contacts += u64::from(after > 0);
        sum.base_again += u64::from(before > 1);
        sum.head_again += u64::from(after > 1);
        sum.gained += u64::from(before == 0);
        sum.lost += u64::from(after == 0);
        match after.cmp(&before) {
            std::cmp::Ordering::Greater => {
                sum.more += 1;
                sum.sample_more.add(id);
            }
            std::cmp::Ordering::Less => {
                sum.fewer += 1;
                sum.sample_fewer.add(id);
            }
            std::cmp::Ordering::Equal => {}
        }
        let Some((base, head)) = base.zip(head) else { return true };
        sum.earlier += u64::from(head.first < base.first);
        sum.later += u64::from(head.first > base.first);
        if before == after && head.first != base.first {
            sum.sample_moved.add(id);
        }
        base != head
    }

    pub(crate) fn absorb(&mut self, other: Self) {
        self.contacts.0 += other.contacts.0;
        self.contacts.1 += other.contacts.1;
        self.affected += other.affected;
        for (own, theirs) in self.scores.iter_mut().zip(other.scores) {
            for (bar, (base, head)) in theirs {
                let counts = own.entry(bar).or_default();
                *counts = (counts.0 + base, counts.1 + head);
            }
        }
        for (own, theirs) in self.differences.iter_mut().zip(other.differences) {
            own.absorb(&theirs);
        }
    }
}

fn bars(side: Option<&Standing>) -> &[Option<i64>] {
    side.map_or(&[], |it| &it.bars)
}

fn marks(side: Option<&Standing>) -> &[Mark] {
    side.map_or(&[], |it| &it.person.marks)
}

impl Difference {
    fn absorb(&mut self, other: &Self) {
        self.base += other.base;
        self.head += other.head;
        self.base_contacts += other.base_contacts;
        self.head_contacts += other.head_contacts;
        self.gained += other.gained;
        self.lost += other.lost;
        self.more += other.more;
        self.fewer += other.fewer;
        self.base_again += other.base_again;
        self.head_again += other.head_again;
        self.earlier += other.earlier;
        self.later += other.later;
        self.sample_more.absorb(&other.sample_more);
        self.sample_fewer.absorb(&other.sample_fewer);
        self.sample_moved.absorb(&other.sample_moved);
    }

    /// Nothing is different.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.more == 0 && self.fewer == 0 && self.earlier == 0 && self.later == 0
    }
}

/// Pressure of both programs, by channel.
pub(crate) fn pressure(channels: &[String], base: &Pressure, head: &Pressure) -> Vec<ChannelPressure> {
    let of = |(number, channel): (u32, &String)| {
        let most = base.keys().chain(head.keys()).filter(|key| key.0 == number).map(|key| key.1).max().unwrap_or(0);
        let weeks = (1..=most).map(|messages| {
            let key = (number, messages);
            (messages, base.get(&key).copied().unwrap_or(0), head.get(&key).copied().unwrap_or(0))
        });
        ChannelPressure { channel: channel.clone(), weeks: weeks.filter(|week| week.1 + week.2 > 0).collect() }
    };
    (0..).zip(channels).map(of).filter(|channel| !channel.weeks.is_empty()).collect()
}
