//! What is kept of one contact under one program: a few numbers, however many events there are.

use smallvec::SmallVec;

use super::facts::FactNumber;

/// How often something became of a contact, and when first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) fact: FactNumber,
    pub(crate) count: u32,
    /// When first, in milliseconds since 1970.
    pub(crate) first: i64,
}

/// Messages by one channel in the week that was looked at last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Week {
    pub(crate) channel: u32,
    pub(crate) week: i32,
    pub(crate) count: u32,
}

/// What is kept of one contact under one program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Person {
    /// In the order of the facts.
    pub(crate) marks: Vec<Mark>,
    pub(crate) weeks: SmallVec<[Week; 1]>,
    pub(crate) label: Option<Box<super::label::Labelled>>,
}

impl Person {
    /// Something became of the contact.
    pub(crate) fn mark(&mut self, fact: FactNumber, count: u32, at: i64) {
        match self.marks.binary_search_by_key(&fact, |mark| mark.fact) {
            Ok(place) => {
                if let Some(mark) = self.marks.get_mut(place) {
                    mark.count = mark.count.saturating_add(count);
                    mark.first = mark.first.min(at);
                }
            }
            Err(place) => {
                if self.marks.len() == self.marks.capacity() {
                    // Most contacts have few: twice as much as before would be too much for a million.
                    self.marks.reserve_exact(4.max(self.marks.len() / 4));
                }
                self.marks.insert(place, Mark { fact, count, first: at });
            }
        }
    }

    /// A message left by a channel in a week; what the week before came to, if this is another one.
    pub(crate) fn sent(&mut self, channel: u32, week: i32) -> Option<Week> {
        let now = Week { channel, week, count: 1 };
        let Some(last) = self.weeks.iter_mut().find(|it| it.channel == channel) else {
            self.weeks.push(now);
            return None;
        };
        if last.week == week {
            last.count += 1;
            return None;
        }
        Some(std::mem::replace(last, now))
    }

    /// Another contact turns out to be the same; weeks that are over by that are handed on.
    pub(crate) fn join(&mut self, other: Self, mut over: impl FnMut(Week)) {
        other.marks.iter().for_each(|mark| self.mark(mark.fact, mark.count, mark.first));
        for theirs in other.weeks {
            match self.weeks.iter_mut().find(|it| it.channel == theirs.channel) {
                None => self.weeks.push(theirs),
                Some(own) if own.week == theirs.week => own.count += theirs.count,
                Some(own) if own.week < theirs.week => over(std::mem::replace(own, theirs)),
                Some(_) => over(theirs),
            }
        }
        match (&mut self.label, other.label) {
            (Some(own), Some(theirs)) => own.join(*theirs),
            (own @ None, theirs) => *own = theirs,
            (Some(_), None) => {}
        }
    }
}
