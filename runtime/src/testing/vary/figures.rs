//! What is a function of the events, whatever their order: figures, scores, segments over them, attributes.
//!
//! Not among them is what hangs on the way there: bands with their hysteresis, stages, runs, and whatever a step writes.

use std::collections::BTreeSet;

use flow_graph::program::{Event, Field, Measure, Program, Reach, Score, Segment, SetAction, StepKind};
use flow_graph::testcase::Expectation;
use flow_graph::{Expr, Id};

use super::super::script::{Beat, What};

/// What a program makes of events alone.
pub(super) struct Figures<'p> {
    program: &'p Program,
    /// Fields that a step or a service level writes.
    written: BTreeSet<Id<Field>>,
    /// Events that a step or a service level makes.
    made: BTreeSet<Id<Event>>,
}

impl<'p> Figures<'p> {
    pub(super) fn new(program: &'p Program) -> Self {
        let mut figures = Self { program, written: BTreeSet::new(), made: BTreeSet::new() };
        let steps = program.sequences.iter().flat_map(|sequence| &sequence.steps).map(|step| &step.kind);
        let slas = program.slas.iter().flat_map(|sla| {
            let reminders = sla.reminders.iter().flat_map(|reminder| &reminder.actions);
            reminders.chain(&sla.breach).map(|(action, _)| action)
        });
        for kind in steps.chain(slas) {
            match kind {
                StepKind::Set(
                    SetAction::To(field, _)
                    | SetAction::Add(field, _)
                    | SetAction::Remove(field, _)
                    | SetAction::Clear(field),
                ) => drop(figures.written.insert(*field)),
                StepKind::Emit { event, .. } => drop(figures.made.insert(*event)),
                StepKind::Set(SetAction::Consent(..))
                | StepKind::Wait(_)
                | StepKind::WaitUntil(_)
                | StepKind::WaitFor { .. }
                | StepKind::Send(_)
                | StepKind::Choose { .. }
                | StepKind::Split { .. }
                | StepKind::Call { .. }
                | StepKind::Notify { .. }
                | StepKind::Enroll(_)
                | StepKind::Exit => {}
            }
        }
        figures
    }

    /// Whether an expectation looks at figures alone.
    pub(super) fn covers(&self, expectation: &Expectation) -> bool {
        match expectation {
            Expectation::InSegment { segment, .. } => self.segment(*segment),
            Expectation::Score { score, .. } => self.score(*score),
            Expectation::Condition(condition) => self.is_figure(condition),
            Expectation::Sent { .. }
            | Expectation::Held { .. }
            | Expectation::Dropped { .. }
            | Expectation::Band { .. }
            | Expectation::Stage { .. }
            | Expectation::InSequence { .. }
            | Expectation::AtStep { .. }
            | Expectation::Sla { .. }
            | Expectation::Called { .. }
            | Expectation::Notified { .. } => false,
        }
    }

    /// A beat that looks at something else only lets the time pass.
    pub(super) fn only<'c>(&self, beat: &mut Beat<'c>) {
        if let What::Look(_, expectation) = &beat.what
            && !self.covers(expectation)
        {
            beat.what = What::Pass;
        }
    }

    /// Whether any `where` that counts events looks at the contact, as it is when they arrive.
    pub(super) fn looks_at_the_contact(&self, event: Option<Id<Event>>) -> bool {
        let behaviours = self.program.behaviours.iter().map(|it| (it.event, it.filter.as_ref()));
        let hits = self.program.scores.iter().flat_map(|score| &score.hits).map(|it| (it.event, it.filter.as_ref()));
        let mut filters = behaviours.chain(hits).filter(|it| event.is_none_or(|event| event == it.0));
        filters.any(|(_, filter)| filter.is_some_and(|filter| reads(filter, &|expr| matches!(expr, Expr::Field(_)))))
    }

    /// Whether an event counts for something that its age changes: a score that fades or is capped in a window, a
    /// figure of the last days, the time since the last one.
    pub(super) fn ages(&self, event: Id<Event>) -> bool {
        let mut hits = self.program.scores.iter().flat_map(|score| &score.hits);
        let mut behaviours = self.program.behaviours.iter();
        hits.any(|rule| rule.event == event && (rule.half_life_ms.is_some() || rule.cap.is_some()))
            || behaviours.any(|it| {
                let timed = matches!(it.measure, Measure::FirstTime | Measure::LastTime);
                it.event == event && (timed || matches!(it.reach, Reach::Last(_)))
            })
    }

    fn segment(&self, id: Id<Segment>) -> bool {
        self.program.segments.get(id).is_some_and(|segment| self.is_figure(&segment.condition))
    }

    fn score(&self, id: Id<Score>) -> bool {
        let Some(score) = self.program.scores.get(id) else { return false };
        score.fit.iter().all(|rule| self.is_figure(&rule.when)) && score.hits.iter().all(|it| self.is_outside(it.event))
    }

    /// What reads what never runs in a circle, so this ends.
    fn is_figure(&self, expr: &Expr) -> bool {
        !reads(expr, &|part| match part {
            Expr::Field(field) => self.written.contains(field),
            Expr::Behaviour(id) | Expr::SinceLast { behaviour: id, .. } => {
                !self.program.behaviours.get(*id).is_some_and(|behaviour| self.is_outside(behaviour.event))
            }
            Expr::Score { score, .. } => !self.score(*score),
            Expr::InSegment(segment) => !self.segment(*segment),
            Expr::InBand { .. } | Expr::InStage { .. } | Expr::InSequence(_) => true,
            Expr::Const(_)
            | Expr::This(_)
            | Expr::ThisMeta(_)
            | Expr::Trigger(_)
            | Expr::TriggerMeta(_)
            | Expr::Key
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
            | Expr::If { .. }
            | Expr::Template(_) => false,
        })
    }

    fn is_outside(&self, event: Id<Event>) -> bool {
        !self.made.contains(&event)
    }
}

fn reads(expr: &Expr, wanted: &dyn Fn(&Expr) -> bool) -> bool {
    let mut found = false;
    expr.walk(&mut |part| found |= wanted(part));
    found
}
