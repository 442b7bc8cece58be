//! What an expression reads.

use crate::program::{Behaviour, Event, Field, Lifecycle, Score, Segment, Sequence};
use crate::{Expr, Id};

/// One thing that an expression reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use<'e> {
    /// A field of the contact.
    Field(Id<Field>),
    /// A field of the event that is being looked at, by its slot.
    This(u16),
    /// What every event has, of the event that is being looked at.
    ThisMeta,
    /// A field of the event that began the run: for each event that can begin it, the slot there.
    Trigger(&'e [(Id<Event>, u16)]),
    /// What every event has, of the event that began the run.
    TriggerMeta,
    /// The key of the run.
    Key,
    /// A figure over events.
    Behaviour(Id<Behaviour>),
    /// A score or a part of it.
    Score(Id<Score>),
    /// A band.
    Band(Id<Score>, u16),
    /// A segment.
    Segment(Id<Segment>),
    /// A stage, or that and all later ones.
    Stage(Id<Lifecycle>, u16, bool),
    /// Whether a run of a sequence is under way.
    Sequence(Id<Sequence>),
    /// The values of a text with gaps.
    Template(&'e str),
}

/// Visits all that an expression reads, as often as it does.
pub fn uses<'e>(expr: &'e Expr, visit: &mut impl FnMut(Use<'e>)) {
    expr.walk(&mut |part| {
        let found = match part {
            Expr::Field(id) => Use::Field(*id),
            Expr::This(slot) => Use::This(*slot),
            Expr::ThisMeta(_) => Use::ThisMeta,
            Expr::Trigger(slots) => Use::Trigger(slots),
            Expr::TriggerMeta(_) => Use::TriggerMeta,
            Expr::Key => Use::Key,
            Expr::Behaviour(id) | Expr::SinceLast { behaviour: id, .. } => Use::Behaviour(*id),
            Expr::Score { score, .. } => Use::Score(*score),
            Expr::InBand { score, band } => Use::Band(*score, *band),
            Expr::InSegment(id) => Use::Segment(*id),
            Expr::InStage { lifecycle, stage, at_least } => Use::Stage(*lifecycle, *stage, *at_least),
            Expr::InSequence(id) => Use::Sequence(*id),
            Expr::Template(text) => Use::Template(text),
            Expr::Const(_)
            | Expr::Not(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Compare { .. }
            | Expr::OneOf { .. }
            | Expr::TextTest { .. }
            | Expr::Matches { .. }
            | Expr::Contains { .. }
            | Expr::Arith { .. }
            | Expr::Shift { .. }
            | Expr::Default { .. }
            | Expr::Known(_)
            | Expr::If { .. } => return,
        };
        visit(found);
    });
}
