//! All expressions of a program.

use flow_graph::Expr;
use flow_graph::program::{Cause, Program, SetAction, StepKind, Trigger, WaitUntil};

/// Visits each expression of a program, and each one inside of it.
pub fn each_expr(program: &Program, visit: &mut dyn FnMut(&Expr)) {
    let mut visit = |expr: &Expr| expr.walk(&mut |part| visit(part));
    program.behaviours.iter().filter_map(|one| one.filter.as_ref()).for_each(&mut visit);
    for score in &program.scores {
        score.fit.iter().map(|rule| &rule.when).for_each(&mut visit);
        score.hits.iter().filter_map(|rule| rule.filter.as_ref()).for_each(&mut visit);
    }
    program.segments.iter().map(|segment| &segment.condition).for_each(&mut visit);
    for transition in program.lifecycles.iter().flat_map(|lifecycle| &lifecycle.transitions) {
        match &transition.cause {
            Cause::When { condition, .. } => visit(condition),
            Cause::On(triggers) => of_triggers(triggers, &mut visit),
        }
    }
    for sequence in program.versions() {
        of_triggers(&sequence.enter, &mut visit);
        sequence.unless.iter().chain(&sequence.exit_when).for_each(&mut visit);
        sequence.goal.iter().for_each(|goal| of_triggers(&goal.triggers, &mut visit));
        sequence.exit_on.iter().filter_map(|(trigger, _)| filter(trigger)).for_each(&mut visit);
        sequence.steps.iter().for_each(|step| of_step(&step.kind, &mut visit));
    }
    for sla in &program.slas {
        sla.per.iter().chain(&sla.pause).for_each(&mut visit);
        of_triggers(&sla.start, &mut visit);
        of_triggers(&sla.met, &mut visit);
        let actions = sla.reminders.iter().flat_map(|reminder| &reminder.actions).chain(&sla.breach);
        actions.for_each(|(action, _)| of_step(action, &mut visit));
    }
}

fn of_triggers(triggers: &[Trigger], visit: &mut dyn FnMut(&Expr)) {
    triggers.iter().filter_map(filter).for_each(visit);
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
        StepKind::WaitUntil(WaitUntil::Moment { value, .. }) => visit(value),
        StepKind::WaitFor { branches, .. } => {
            branches.iter().for_each(|(triggers, _)| of_triggers(triggers, visit));
        }
        StepKind::Choose { arms, .. } => arms.iter().for_each(|(condition, _)| visit(condition)),
        StepKind::Set(SetAction::To(_, value) | SetAction::Add(_, value) | SetAction::Remove(_, value)) => visit(value),
        StepKind::Call { arguments, .. } => arguments.iter().for_each(|argument| visit(&argument.value)),
        StepKind::Emit { fields, .. } => fields.iter().for_each(|(_, value)| visit(value)),
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
