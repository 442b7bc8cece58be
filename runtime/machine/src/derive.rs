//! What follows from the facts: bands of scores and membership of segments, in the order of what reads what.

pub mod band;
pub(crate) mod crossing;
pub(crate) mod score;

use flow_graph::expr::ScorePart;
use flow_graph::program::{Derived, Score, Segment};
use flow_graph::{Id, Timestamp};

use crate::contact::Contact;
use crate::contact::memory::Found;
use crate::engine::Engine;
use crate::eval::View;

/// Something derived has changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change {
    /// A score is in another band.
    Band {
        /// Which score.
        score: Id<Score>,
        /// Before: none below the first band.
        from: Option<u16>,
        /// Now.
        to: Option<u16>,
        /// The score.
        value: f64,
    },
    /// The contact is in a segment from now on.
    Entered(Id<Segment>),
    /// The contact is not in a segment any more.
    Left(Id<Segment>),
}

/// Derives everything anew and says what has changed, in the program's order: each reads what was derived just
/// before.
pub fn refresh(engine: &Engine, contact: &mut Contact, now: Timestamp) -> Vec<Change> {
    refresh_some(engine, contact, now, &engine.program().order)
}

/// The same for some of them, in the program's order; what the others read has not changed.
pub(crate) fn refresh_some(engine: &Engine, contact: &mut Contact, now: Timestamp, which: &[Derived]) -> Vec<Change> {
    let mut changes = Vec::new();
    if matches!(contact.memory.zone, Found::Unknown) {
        contact.find_zone(engine);
    }
    for derived in which {
        changes.extend(refresh_one(engine, contact, now, *derived));
    }
    changes
}

/// The same for one of them.
#[inline]
pub(crate) fn refresh_one(engine: &Engine, contact: &mut Contact, now: Timestamp, derived: Derived) -> Option<Change> {
    match derived {
        Derived::Score(id) => refresh_score(engine, contact, now, id),
        Derived::Segment(id) => refresh_segment(engine, contact, now, id),
    }
}

/// What a program would derive now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The band of a score.
    Band(Option<u16>),
    /// Whether the contact is in a segment.
    Member(bool),
}

/// What would be derived now; nothing is changed.
pub(crate) fn verdict(engine: &Engine, contact: &Contact, now: Timestamp, derived: Derived) -> Verdict {
    let view = View::new(engine, contact, now);
    match derived {
        Derived::Segment(id) => Verdict::Member(engine.segment(id).is_some_and(|condition| condition.holds(&view))),
        Derived::Score(id) => {
            let bands = engine.program().scores.get(id).map_or(&[][..], |score| &score.bands);
            Verdict::Band(band::after(bands, contact.facts.band(id), view.score(id, ScorePart::Total)))
        }
    }
}

/// The earliest instant after now at which something derived can change when nothing arrives; what was derived has to
/// be fresh. Never later than it does change, now and then earlier.
#[must_use]
pub fn next_change(engine: &Engine, contact: &Contact, now: Timestamp) -> Option<Timestamp> {
    let view = View::new(engine, contact, now);
    engine.timed().iter().filter_map(|derived| next_of(&view, *derived)).min()
}

/// The same for one of them.
pub(crate) fn next_of(view: &View<'_>, derived: Derived) -> Option<Timestamp> {
    match derived {
        Derived::Score(id) => band::next(view, id),
        Derived::Segment(id) => view.engine.segment(id)?.next(view),
    }
}

fn refresh_score(engine: &Engine, contact: &mut Contact, now: Timestamp, id: Id<Score>) -> Option<Change> {
    let score = engine.program().scores.get(id)?;
    if score.bands.is_empty() {
        return None;
    }
    let value = View::new(engine, contact, now).score(id, ScorePart::Total);
    let slot = contact.facts.bands.get_mut(id.index())?;
    let from = *slot;
    let to = band::after(&score.bands, from, value);
    *slot = to;
    (from != to).then_some(Change::Band { score: id, from, to, value })
}

fn refresh_segment(engine: &Engine, contact: &mut Contact, now: Timestamp, id: Id<Segment>) -> Option<Change> {
    let holds = engine.segment(id)?.holds(&View::new(engine, contact, now));
    if contact.facts.in_segment(id) == holds {
        return None;
    }
    contact.facts.members.set(id.index(), holds);
    Some(if holds { Change::Entered(id) } else { Change::Left(id) })
}
