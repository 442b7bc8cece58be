//! The state of a behaviour: as little as gives the exact figure at every instant, in whatever order events arrive.

use flow_graph::program::{Behaviour, Measure, Reach};
use flow_graph::{Span, Timestamp, Value};
use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

use crate::time::{self, Clocks as _, Zone};

/// The state of a behaviour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// How many events, ever.
    Count(i64),
    /// Sum and number of values, ever.
    Sum(Option<Box<Sum>>),
    /// One event stands for all, ever: its time and its value.
    One(Option<Box<(Timestamp, Value)>>),
    /// One event stands for all, ever, and its time is all that counts; [`Timestamp::MIN`] before the first.
    At(Timestamp),
    /// Different values, ever, sorted.
    Distinct(ThinVec<Value>),
    /// The time of the one event of a window.
    Time(Timestamp),
    /// Times of the events of a window, by time and then arrival.
    Times(ThinVec<Timestamp>),
    /// Time and value of the one event of a window.
    Value(Box<(Timestamp, Value)>),
    /// Times and values of the events of a window, by time and then arrival.
    Values(ThinVec<(Timestamp, Value)>),
}

/// A sum on the way: whole numbers and fractions apart, so that whole ones stay exact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Sum {
    /// Ints, money, durations.
    pub(crate) whole: i128,
    /// Numbers.
    pub(crate) fraction: f64,
    /// Of how many.
    pub(crate) count: i64,
}

impl Figure {
    /// Of no event.
    #[must_use]
    pub(crate) fn new(behaviour: &Behaviour) -> Self {
        match (behaviour.reach, behaviour.measure) {
            (Reach::Ever, Measure::Count) => Self::Count(0),
            (Reach::Ever, Measure::Sum(_) | Measure::Avg(_)) => Self::Sum(None),
            (Reach::Ever, Measure::Min(_) | Measure::Max(_) | Measure::First(_) | Measure::Last(_)) => Self::One(None),
            (Reach::Ever, Measure::FirstTime | Measure::LastTime) => Self::At(Timestamp::MIN),
            (Reach::Ever, Measure::Distinct(_)) => Self::Distinct(ThinVec::new()),
            (Reach::Last(_), Measure::Count | Measure::FirstTime | Measure::LastTime) => Self::Times(ThinVec::new()),
            (
                Reach::Last(_),
                Measure::Sum(_)
                | Measure::Min(_)
                | Measure::Max(_)
                | Measure::Avg(_)
                | Measure::First(_)
                | Measure::Last(_)
                | Measure::Distinct(_),
            ) => Self::Values(ThinVec::new()),
        }
    }
}

impl Figure {
    /// The times of the events of a window; none of another figure.
    pub(crate) fn times(&self) -> &[Timestamp] {
        match self {
            Self::Time(at) => std::slice::from_ref(at),
            Self::Times(times) => times,
            Self::Count(_)
            | Self::Sum(_)
            | Self::One(_)
            | Self::At(_)
            | Self::Distinct(_)
            | Self::Value(_)
            | Self::Values(_) => &[],
        }
    }

    /// Times and values of the events of a window; none of another figure.
    pub(crate) fn values(&self) -> &[(Timestamp, Value)] {
        match self {
            Self::Value(one) => std::slice::from_ref(&**one),
            Self::Values(values) => values,
            Self::Count(_)
            | Self::Sum(_)
            | Self::One(_)
            | Self::At(_)
            | Self::Distinct(_)
            | Self::Time(_)
            | Self::Times(_) => &[],
        }
    }
}

/// A window that looks back from now: which events are inside.
///
/// Calendar spans do not keep the order: of two events the earlier may leave later (the ends of months, clock
/// changes). So nothing is decided by position but what holds in every zone; the rest is asked for one by one.
#[derive(Clone, Copy)]
pub(crate) struct Window<'a> {
    pub(crate) zone: &'a Zone,
    pub(crate) span: Span,
    pub(crate) now: Timestamp,
}

impl Window<'_> {
    /// The entries inside, in their order.
    pub(crate) fn inside<E>(
        self,
        entries: &[E],
        at: impl Fn(&E) -> Timestamp + Copy,
    ) -> impl DoubleEndedIterator<Item = &E> {
        let (least, most) = time::bounds(self.span);
        // Mostly there are none, or all are inside by far: then no border is to be worked out.
        let all = entries.first().is_none_or(|first| self.now < at(first).plus(least));
        let border = if all { None } else { self.border() };
        let (gone, sure) = match border {
            _ if all => (0, 0),
            Some(border) => {
                let gone = entries.partition_point(|entry| at(entry) <= border);
                (gone, gone)
            }
            None => {
                let gone = entries.partition_point(|entry| at(entry).plus(most) <= self.now);
                (gone, entries.partition_point(|entry| at(entry).plus(least) <= self.now).max(gone))
            }
        };
        let (first, rest) = entries.split_at(sure);
        let asked = first.get(gone..).unwrap_or_default();
        asked.iter().filter(move |entry| self.now < time::add(self.zone, at(entry), self.span)).chain(rest)
    }

    /// The latest time of an event that is outside, where there is such a border.
    fn border(self) -> Option<Timestamp> {
        match self.span {
            Span::Elapsed(ms) => Some(self.now.plus(-ms)),
            Span::Calendar { months: 0, days: 0 } => Some(self.now),
            Span::Calendar { months: 0, days } => {
                self.zone.shifts()?.days_before(self.now, i64::from(days).saturating_mul(time::DAY_MS))
            }
            Span::Calendar { .. } => None,
        }
    }

    /// The earliest instant at which one of the entries leaves.
    pub(crate) fn next_leave<E>(self, entries: &[E], at: impl Fn(&E) -> Timestamp + Copy) -> Option<Timestamp> {
        let (least, _) = time::bounds(self.span);
        let mut next: Option<Timestamp> = None;
        for entry in self.inside(entries, at) {
            if next.is_some_and(|next| next <= at(entry).plus(least)) {
                break;
            }
            let leaves = time::add(self.zone, at(entry), self.span);
            if next.is_none() && self.keeps_order(at(entry), leaves) {
                return Some(leaves);
            }
            next = Some(next.map_or(leaves, |next| next.min(leaves)));
        }
        next
    }

    /// Whether no later event leaves before one that leaves at an instant.
    fn keeps_order(self, at: Timestamp, leaves: Timestamp) -> bool {
        match self.span {
            Span::Elapsed(_) | Span::Calendar { months: 0, days: 0 } => true,
            Span::Calendar { months: 0, .. } => self.zone.shifts().is_some_and(|shifts| shifts.keeps_order(at, leaves)),
            Span::Calendar { .. } => false,
        }
    }

    /// Forgets entries that are outside for good, whatever the zone will be.
    pub(crate) fn forget<E>(self, entries: &mut ThinVec<E>, at: impl Fn(&E) -> Timestamp) {
        let (_, most) = time::bounds(self.span);
        let gone = entries.partition_point(|entry| at(entry).plus(most) <= self.now);
        if gone > 0 {
            entries.drain(..gone);
        }
    }
}
