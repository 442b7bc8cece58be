//! Which places of a program took part, and how often: what `flow test --coverage` reports. Off unless asked for.
//!
//! Most places are known from the decisions and need no trace of their own. Only what leaves no decision is noted on
//! the way, by [`Turn::note`](crate::turn::Turn::note). Conditions of `when` rules are looked at once a step has ended.

use std::collections::BTreeMap;

use flow_graph::Id;
use flow_graph::program::{Event as EventType, Lifecycle, Message, Score, Segment, Sequence, Sla, StepId, Trigger};

use crate::contact::Contact;
use crate::decision::{Cause, Decision, DecisionKind, ExitReason, Gate, Outcome, Transition};
use crate::engine::Engine;
use crate::eval::View;
use crate::input::{Event, Input};

/// How often each place took part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// By place.
    pub counts: BTreeMap<Point, u64>,
}

/// A place of a program. Numbers are positions in the lists of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Point {
    /// A run came to a step.
    Step(Id<Sequence>, StepId),
    /// A way was taken behind a step: an arm of `choose` or `split`, a branch of a wait. One behind the last is
    /// `otherwise`, or the end of the limit; of `wait until` 0 is the moment and 1 its `else`.
    Way(Id<Sequence>, StepId, u16),
    /// A run began because of a trigger.
    Enter(Id<Sequence>, u16),
    /// `unless` kept somebody out, or ended a run.
    Unless(Id<Sequence>),
    /// `exit when` kept somebody out, or ended a run.
    ExitWhen(Id<Sequence>),
    /// A trigger reached the goal.
    Goal(Id<Sequence>, u16),
    /// A trigger of `exit on` ended a run.
    ExitOn(Id<Sequence>, u16),
    /// A transition fired.
    Transition(Id<Lifecycle>, u16),
    /// The condition of a `when` rule held.
    Fit(Id<Score>, u16),
    /// An event counted for an `on` rule.
    Hit(Id<Score>, u16),
    /// A score reached a band.
    Band(Id<Score>, u16),
    /// A segment was entered.
    Entered(Id<Segment>),
    /// A segment was left.
    Left(Id<Segment>),
    /// A clock started.
    SlaStarted(Id<Sla>),
    /// It was met in time.
    SlaMet(Id<Sla>),
    /// It was met after the breach.
    SlaMetLate(Id<Sla>),
    /// A reminder was due.
    SlaReminded(Id<Sla>, u16),
    /// The time ran out.
    SlaBreached(Id<Sla>),
    /// A message left.
    Sent(Id<Message>),
    /// A gate held it.
    Held(Id<Message>, Gate),
    /// A gate dropped it.
    Dropped(Id<Message>, Gate),
}

/// The score rules that an input would count for, were it no duplicate; asked before its turn.
pub(crate) fn counted(engine: &Engine, contact: &Contact, input: &Input) -> Trace {
    let mut trace = Trace::default();
    if let Input::Event(event) = input {
        trace.hits(engine, contact, event);
    }
    trace
}

/// Adds to the trace what a step decided, and what its input counted for.
pub(crate) fn look(engine: &Engine, contact: &Contact, counted: Trace, out: &mut Transition) {
    let Transition { decisions, outcome, trace: Some(trace), .. } = out else { return };
    if *outcome != Outcome::Duplicate {
        counted.counts.into_keys().for_each(|point| trace.note(point));
    }
    trace.look(engine, contact, decisions);
}

impl Trace {
    /// A place took part.
    pub fn note(&mut self, point: Point) {
        let count = self.counts.entry(point).or_default();
        *count = count.saturating_add(1);
    }

    /// Notes what decisions tell, and what holds of the contact after them.
    fn look(&mut self, engine: &Engine, contact: &Contact, decisions: &[Decision]) {
        for decision in decisions {
            self.decided(engine, decision);
            if let DecisionKind::Emit(event) = &decision.kind {
                self.hits(engine, contact, event);
            }
        }
        let view = View::new(engine, contact, contact.now);
        for (id, score) in engine.program().scores.enumerate() {
            for (position, rule) in (0_u16..).zip(&score.fit) {
                if view.holds(&rule.when) {
                    self.note(Point::Fit(id, position));
                }
            }
        }
    }

    /// Notes the score rules that an event counts for.
    fn hits(&mut self, engine: &Engine, contact: &Contact, event: &Event) {
        let view = View::new(engine, contact, contact.now).with_this(event);
        for (id, score) in engine.program().scores.enumerate() {
            for (position, rule) in (0_u16..).zip(&score.hits) {
                if rule.event == event.kind && rule.filter.as_ref().is_none_or(|filter| view.holds(filter)) {
                    self.note(Point::Hit(id, position));
                }
            }
        }
    }

    fn decided(&mut self, engine: &Engine, decision: &Decision) {
        let cause = &decision.why.cause;
        let point = match &decision.kind {
            DecisionKind::Send(send) => Point::Sent(send.message),
            DecisionKind::Held { send, gate, .. } => Point::Held(send.message, *gate),
            DecisionKind::Dropped { send, gate } => Point::Dropped(send.message, *gate),
            DecisionKind::EnteredSegment(id) => Point::Entered(*id),
            DecisionKind::LeftSegment(id) => Point::Left(*id),
            DecisionKind::Band { score, to: Some(to), .. } => Point::Band(*score, *to),
            DecisionKind::SlaStarted { sla, .. } => Point::SlaStarted(*sla),
            DecisionKind::SlaMet { sla, late: false, .. } => Point::SlaMet(*sla),
            DecisionKind::SlaMet { sla, late: true, .. } => Point::SlaMetLate(*sla),
            DecisionKind::SlaReminded { sla, reminder, .. } => Point::SlaReminded(*sla, *reminder),
            DecisionKind::SlaBreached { sla, .. } => Point::SlaBreached(*sla),
            DecisionKind::Exited { sequence, reason: ExitReason::Unless, .. } => Point::Unless(*sequence),
            DecisionKind::Exited { sequence, reason: ExitReason::ExitWhen, .. } => Point::ExitWhen(*sequence),
            DecisionKind::Enrolled { sequence, .. } => {
                let Some(it) = engine.program().sequences.get(*sequence) else { return };
                return self.triggered(&it.enter, cause, |position| Point::Enter(*sequence, position));
            }
            DecisionKind::Goal { sequence, .. } => {
                let Some(it) = engine.program().sequences.get(*sequence) else { return };
                let triggers = it.goal.as_ref().map(|goal| goal.triggers.as_slice()).unwrap_or_default();
                return self.triggered(triggers, cause, |position| Point::Goal(*sequence, position));
            }
            DecisionKind::Exited { sequence, reason: ExitReason::ExitOn, .. } => {
                let Some(it) = engine.program().sequences.get(*sequence) else { return };
                let here = it.exit_on.iter().map(|(trigger, at)| (trigger, *at == decision.why.at));
                for (position, (trigger, here)) in (0_u16..).zip(here) {
                    if here && fits(trigger, cause) {
                        self.note(Point::ExitOn(*sequence, position));
                    }
                }
                return;
            }
            DecisionKind::Band { to: None, .. }
            | DecisionKind::Exited { .. }
            | DecisionKind::Call { .. }
            | DecisionKind::Notify { .. }
            | DecisionKind::Set { .. }
            | DecisionKind::SetConsent { .. }
            | DecisionKind::Emit(_)
            | DecisionKind::Stage { .. }
            | DecisionKind::Split { .. } => return,
        };
        self.note(point);
    }

    fn triggered(&mut self, triggers: &[Trigger], cause: &Cause, point: impl Fn(u16) -> Point) {
        for (position, trigger) in (0_u16..).zip(triggers) {
            if fits(trigger, cause) {
                self.note(point(position));
            }
        }
    }
}

/// Whether a trigger speaks of what was the cause. Of two that differ in their `where` alone both do.
fn fits(trigger: &Trigger, cause: &Cause) -> bool {
    let of = |wanted: Id<EventType>| matches!(cause, Cause::Event(event) if event.kind == wanted);
    match trigger {
        Trigger::Event { event, .. } => of(*event),
        Trigger::EnteredSegment(segment) => *cause == Cause::EnteredSegment(*segment),
        Trigger::LeftSegment(segment) => *cause == Cause::LeftSegment(*segment),
        Trigger::BecomesBand { score, band } => *cause == Cause::Band(*score, *band),
        Trigger::EnteredStage { lifecycle, stage } => *cause == Cause::Stage(*lifecycle, *stage),
    }
}
