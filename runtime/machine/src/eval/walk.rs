//! All expressions of a program.

use flow_graph::Expr;
use flow_graph::program::{Cause, Lifecycle, Program, Score, Sequence, SetAction, Sla, StepKind, Trigger, WaitUntil};

/// Visits each expression of a program, and each one inside of it.
pub fn each_expr(program: &Program, visit: &mut dyn FnMut(&Expr)) {
    program.behaviours.iter().filter_map(|one| one.filter.as_ref()).for_each(|filter| within(filter, visit));
    program.scores.iter().for_each(|score| of_score(score, visit));
    program.segments.iter().for_each(|segment| within(&segment.condition, visit));
    program.lifecycles.iter().for_each(|lifecycle| of_lifecycle(lifecycle, visit));
    program.versions().for_each(|sequence| of_sequence(sequence, visit));
    program.slas.iter().for_each(|sla| of_sla(sla, visit));
}

/// Visits each expression of a score.
pub(crate) fn of_score(score: &Score, visit: &mut dyn FnMut(&Expr)) {
    score.fit.iter().for_each(|rule| within(&rule.when, visit));
    score.hits.iter().filter_map(|rule| rule.filter.as_ref()).for_each(|filter| within(filter, visit));
}

/// Visits each expression of a lifecycle.
pub(crate) fn of_lifecycle(lifecycle: &Lifecycle, visit: &mut dyn FnMut(&Expr)) {
    for transition in &lifecycle.transitions {
        match &transition.cause {
            Cause::When { condition, .. } => within(condition, visit),
            Cause::On(triggers) => of_triggers(triggers, visit),
        }
    }
}

/// Visits each expression of a sequence.
pub(crate) fn of_sequence(sequence: &Sequence, visit: &mut dyn FnMut(&Expr)) {
    of_triggers(&sequence.enter, visit);
    sequence.unless.iter().chain(&sequence.exit_when).for_each(|condition| within(condition, visit));
    sequence.goal.iter().for_each(|goal| of_triggers(&goal.triggers, visit));
    sequence.exit_on.iter().filter_map(|(trigger, _)| filter(trigger)).for_each(|filter| within(filter, visit));
    sequence.steps.iter().for_each(|step| of_step(&step.kind, visit));
}

/// Visits each expression of a service level.
pub(crate) fn of_sla(sla: &Sla, visit: &mut dyn FnMut(&Expr)) {
    sla.per.iter().chain(&sla.pause).for_each(|expr| within(expr, visit));
    of_triggers(&sla.start, visit);
    of_triggers(&sla.met, visit);
    let actions = sla.reminders.iter().flat_map(|reminder| &reminder.actions).chain(&sla.breach);
    actions.for_each(|(action, _)| of_step(action, visit));
}

/// Visits an expression, and each one inside of it.
pub(crate) fn within(expr: &Expr, visit: &mut dyn FnMut(&Expr)) {
    expr.walk(&mut |part| visit(part));
}

fn of_triggers(triggers: &[Trigger], visit: &mut dyn FnMut(&Expr)) {
    triggers.iter().filter_map(filter).for_each(|filter| within(filter, visit));
}

fn filter(trigger: &Trigger) -> Option<&Expr> {
    match trigger {
        Trigger::Event { filter, .. } => filter.as_ref(),
        Trigger::EnteredSegment(_)
        | Trigger::LeftSegment(_)
        | Trigger::BecomesBand { .. }
        | Trigger::EnteredStage { .. } => None,
    }
}

fn of_step(step: &StepKind, visit: &mut dyn FnMut(&Expr)) {
    match step {
        StepKind::WaitUntil(WaitUntil::Moment { value, .. }) => within(value, visit),
        StepKind::WaitFor { branches, .. } => {
            branches.iter().for_each(|(triggers, _)| of_triggers(triggers, visit));
        }
        StepKind::Choose { arms, .. } => arms.iter().for_each(|(condition, _)| within(condition, visit)),
        StepKind::Set(SetAction::To(_, value) | SetAction::Add(_, value) | SetAction::Remove(_, value)) => {
            within(value, visit);
        }
        StepKind::Call { arguments, .. } => arguments.iter().for_each(|argument| within(&argument.value, visit)),
        StepKind::Emit { fields, .. } => fields.iter().for_each(|(_, value)| within(value, visit)),
        StepKind::Wait(_)
        | StepKind::WaitUntil(WaitUntil::Clock { .. })
        | StepKind::Send(_)
        | StepKind::Split { .. }
        | StepKind::Set(SetAction::Clear(_) | SetAction::Consent(..))
        | StepKind::Notify { .. }
        | StepKind::Enroll(_)
        | StepKind::Exit => {}
    }
}
