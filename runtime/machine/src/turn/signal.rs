//! What happens within a turn and can set something off, and what it sets off.

use std::sync::Arc;

use flow_graph::program::{Lifecycle, Score, Segment, Sequence, Trigger};
use flow_graph::{Id, Value};

use super::Turn;
use crate::contact::journey::Run;
use crate::decision::Cause;
use crate::engine::Engine;
use crate::input::Event;

/// Something that happens within a turn and can set something off.
#[derive(Debug, Clone)]
pub(crate) enum Signal {
    /// An event was made by the turn; it is taken as an input before it sets anything off.
    Emitted(Arc<Event>),
    /// An event.
    Event(Arc<Event>),
    /// A segment was entered.
    Entered(Id<Segment>),
    /// A segment was left.
    Left(Id<Segment>),
    /// A score reached a band.
    Band(Id<Score>, u16),
    /// A stage was entered.
    Stage(Id<Lifecycle>, u16),
    /// A run begins another sequence.
    Enroll {
        /// Which.
        sequence: Id<Sequence>,
        /// By which.
        by: Id<Sequence>,
        /// The event that began the enrolling run.
        trigger: Option<Arc<Event>>,
    },
}

impl Signal {
    /// As the cause of a decision.
    pub(crate) fn cause(&self) -> Cause {
        match self {
            Self::Emitted(event) | Self::Event(event) => Cause::Event(Arc::clone(event)),
            Self::Entered(segment) => Cause::EnteredSegment(*segment),
            Self::Left(segment) => Cause::LeftSegment(*segment),
            Self::Band(score, band) => Cause::Band(*score, *band),
            Self::Stage(lifecycle, stage) => Cause::Stage(*lifecycle, *stage),
            Self::Enroll { by, .. } => Cause::Enrolled(*by),
        }
    }

    /// The event in it.
    pub(crate) fn event(&self) -> Option<&Arc<Event>> {
        match self {
            Self::Emitted(event) | Self::Event(event) => Some(event),
            Self::Enroll { trigger, .. } => trigger.as_ref(),
            Self::Entered(_) | Self::Left(_) | Self::Band(..) | Self::Stage(..) => None,
        }
    }
}

/// What an expression may look at beside the contact.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Scope<'s> {
    /// The event that is being looked at.
    pub(crate) this: Option<&'s Event>,
    /// The event that began the run.
    pub(crate) trigger: Option<&'s Event>,
    /// The key of the run.
    pub(crate) key: Option<&'s Value>,
}

impl<'s> Scope<'s> {
    /// What a run can look at.
    pub(crate) fn of(run: &'s Run) -> Self {
        Self { this: None, trigger: run.trigger.as_deref(), key: run.key.as_ref() }
    }
}

impl Turn<'_> {
    /// Whether a goal, an exit or a wait may look at a signal.
    pub(crate) fn concerns_runs(&self, signal: &Signal) -> bool {
        match signal {
            Signal::Event(event) => self.engine.plan(event.kind).is_none_or(|plan| plan.concerns_runs),
            Signal::Enroll { .. } => false,
            Signal::Emitted(_) | Signal::Entered(_) | Signal::Left(_) | Signal::Band(..) | Signal::Stage(..) => true,
        }
    }

    /// Whether a signal sets a trigger off.
    pub(crate) fn fires(&self, trigger: &Trigger, signal: &Signal, scope: Scope<'_>) -> bool {
        self.fires_under(self.engine, trigger, signal, scope)
    }

    /// The same by a program.
    pub(crate) fn fires_under(&self, engine: &Engine, trigger: &Trigger, signal: &Signal, scope: Scope<'_>) -> bool {
        match (trigger, signal) {
            (Trigger::Event { event, filter }, Signal::Event(happened)) => {
                *event == happened.kind
                    && filter
                        .as_ref()
                        .is_none_or(|filter| self.view(engine, Scope { this: Some(happened), ..scope }).holds(filter))
            }
            (Trigger::EnteredSegment(wanted), Signal::Entered(segment))
            | (Trigger::LeftSegment(wanted), Signal::Left(segment)) => wanted == segment,
            (Trigger::BecomesBand { score, band }, Signal::Band(changed, reached)) => {
                score == changed && band == reached
            }
            (Trigger::EnteredStage { lifecycle, stage }, Signal::Stage(moved, entered)) => {
                lifecycle == moved && stage == entered
            }
            (
                Trigger::Event { .. }
                | Trigger::EnteredSegment(_)
                | Trigger::LeftSegment(_)
                | Trigger::BecomesBand { .. }
                | Trigger::EnteredStage { .. },
                _,
            ) => false,
        }
    }

    /// The first of several triggers that a signal sets off.
    pub(crate) fn fires_any(&self, triggers: &[Trigger], signal: &Signal, scope: Scope<'_>) -> bool {
        triggers.iter().any(|trigger| self.fires(trigger, signal, scope))
    }
}
