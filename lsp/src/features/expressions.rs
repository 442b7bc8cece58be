//! All expressions of an item with their parts, and the references to events among them.

use flow_compiler::source::Span;
use flow_compiler::syntax::tree::expr::{EventRef, Expr, ExprKind};
use flow_compiler::syntax::tree::lifecycle::TransitionCause;
use flow_compiler::syntax::tree::score::ScoreRuleKind;
use flow_compiler::syntax::tree::sequence::SequenceItem;
use flow_compiler::syntax::tree::step::{Argument, MomentValue, Set, Step, StepKind, WaitUntil};
use flow_compiler::syntax::tree::test::{Expectation, TestEvent, TestField, TestItem, TestStep};
use flow_compiler::syntax::tree::trigger::{Trigger, TriggerKind};
use flow_compiler::syntax::tree::{Item, ItemKind};

/// Tells the place of each expression, of each of its parts, of each event that is waited for and of each step.
pub fn spans(item: &Item, tell: &mut dyn FnMut(Span)) {
    let mut walk = Walk { tell };
    match &item.kind {
        ItemKind::Segment(segment) => segment.condition.iter().for_each(|expr| walk.expr(expr)),
        ItemKind::Score(score) => {
            for rule in &score.rules {
                (walk.tell)(rule.span);
                match &rule.kind {
                    ScoreRuleKind::When(expr) => walk.expr(expr),
                    ScoreRuleKind::On { event, .. } => walk.event(event),
                }
            }
            score.bands.iter().flat_map(|bands| &bands.value).for_each(|band| (walk.tell)(band.span));
        }
        ItemKind::Lifecycle(lifecycle) => {
            for transition in &lifecycle.transitions {
                (walk.tell)(transition.span);
                match &transition.cause {
                    TransitionCause::When { condition, .. } => walk.expr(condition),
                    TransitionCause::On(triggers) => walk.triggers(triggers),
                }
            }
        }
        ItemKind::Sequence(sequence) => walk.sequence(sequence),
        ItemKind::Sla(sla) => {
            sla.per.iter().chain(&sla.pause).for_each(|expr| walk.expr(expr));
            sla.start.iter().for_each(|start| walk.triggers(&start.value));
            for met in &sla.met {
                (walk.tell)(met.span);
                walk.triggers(&met.triggers);
            }
            for remind in &sla.reminders {
                (walk.tell)(remind.span);
                walk.steps(&remind.actions);
            }
            sla.breach.iter().for_each(|steps| walk.steps(steps));
        }
        ItemKind::Test(test) => walk.test(test),
        ItemKind::Contact(contact) => contact.fields.iter().for_each(|field| (walk.tell)(field.span)),
        ItemKind::Event(event) => event.fields.iter().for_each(|field| (walk.tell)(field.span)),
        ItemKind::Limits(limits) => limits.caps.iter().for_each(|cap| (walk.tell)(cap.span)),
        ItemKind::Moved(moved) => [&moved.from, &moved.to].into_iter().for_each(|it| (walk.tell)(it.span)),
        ItemKind::Retired(retired) => (walk.tell)(retired.address.span),
        ItemKind::Enum(_)
        | ItemKind::Topic(_)
        | ItemKind::Message(_)
        | ItemKind::Calendar(_)
        | ItemKind::Team(_)
        | ItemKind::Broken { .. } => {}
    }
}

struct Walk<'t> {
    tell: &'t mut dyn FnMut(Span),
}

impl Walk<'_> {
    fn expr(&mut self, expr: &Expr) {
        (self.tell)(expr.span);
        match &expr.kind {
            ExprKind::List(all) => all.iter().for_each(|part| self.expr(part)),
            ExprKind::Not(inner) | ExprKind::Negate(inner) => self.expr(inner),
            ExprKind::Binary { left, right, .. } => [left, right].into_iter().for_each(|part| self.expr(part)),
            ExprKind::In { value, list, .. } => [value, list].into_iter().for_each(|part| self.expr(part)),
            ExprKind::Matches { value, .. } | ExprKind::Known { value, .. } => self.expr(value),
            ExprKind::If { condition, then, otherwise } => {
                [condition, then, otherwise].into_iter().for_each(|part| self.expr(part));
            }
            ExprKind::Aggregate { event, .. } | ExprKind::Did { event, .. } | ExprKind::TimeSinceLast(event) => {
                self.event(event);
            }
            ExprKind::Path(names) => {
                if let [first, .., last] = names.as_slice() {
                    (self.tell)(first.span.to(last.span));
                }
            }
            ExprKind::Literal(_)
            | ExprKind::InSegment(_)
            | ExprKind::Score { .. }
            | ExprKind::IsBand { .. }
            | ExprKind::Stage { .. }
            | ExprKind::InSequence(_) => {}
        }
    }

    fn event(&mut self, event: &EventRef) {
        (self.tell)(event.span);
        event.filter.iter().for_each(|filter| self.expr(filter));
    }

    fn triggers(&mut self, triggers: &[Trigger]) {
        for trigger in triggers {
            (self.tell)(trigger.span);
            match &trigger.kind {
                TriggerKind::Event(event) => self.event(event),
                TriggerKind::EnteredSegment(_)
                | TriggerKind::LeftSegment(_)
                | TriggerKind::BecomesBand { .. }
                | TriggerKind::EnteredStage { .. } => {}
            }
        }
    }

    fn sequence(&mut self, sequence: &SequenceItem) {
        sequence.enter.iter().chain(&sequence.exit_on).for_each(|clause| self.triggers(&clause.value));
        sequence.unless.iter().chain(&sequence.exit_when).for_each(|expr| self.expr(expr));
        for goal in &sequence.goal {
            (self.tell)(goal.span);
            self.triggers(&goal.triggers);
        }
        self.steps(&sequence.steps);
    }

    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            (self.tell)(step.span);
            match &step.kind {
                StepKind::WaitUntil(WaitUntil::Moment { value: MomentValue::Expr(expr), .. }) => self.expr(expr),
                StepKind::WaitFor(wait) => wait.branches.iter().for_each(|branch| self.triggers(&branch.triggers)),
                StepKind::Choose(choose) => choose.arms.iter().for_each(|(when, _)| self.expr(when)),
                StepKind::Set(Set::To { value, .. } | Set::Member { value, .. }) => self.expr(value),
                StepKind::Call(call) => self.arguments(&call.fields),
                StepKind::Emit(emit) => self.arguments(&emit.fields),
                StepKind::Set(Set::Clear { .. } | Set::Consent { .. })
                | StepKind::Wait(_)
                | StepKind::WaitUntil(_)
                | StepKind::Send(_)
                | StepKind::Split(_)
                | StepKind::Notify(_)
                | StepKind::Enroll(_)
                | StepKind::Exit => {}
            }
            step.kind.blocks().into_iter().for_each(|block| self.steps(&block.steps));
        }
    }

    fn arguments(&mut self, arguments: &[Argument]) {
        for argument in arguments {
            (self.tell)(argument.name.span.to(argument.value.span));
            self.expr(&argument.value);
        }
    }

    fn fields(&mut self, fields: &[TestField]) {
        for field in fields {
            (self.tell)(field.name.span.to(field.value.span));
            self.expr(&field.value);
        }
    }

    fn test(&mut self, test: &TestItem) {
        for contact in &test.contacts {
            (self.tell)(contact.span);
            self.fields(&contact.fields);
        }
        for line in &test.lines {
            (self.tell)(line.span);
            match &line.what {
                Some(TestStep::Does { event: TestEvent::Does { fields, .. }, .. } | TestStep::Sets { fields, .. }) => {
                    self.fields(fields);
                }
                Some(TestStep::Expect { expectation, .. }) => {
                    (self.tell)(expectation.span);
                    if let Expectation::Condition(expr) = &expectation.value {
                        self.expr(expr);
                    }
                }
                Some(TestStep::Does { .. } | TestStep::Merge { .. }) | None => {}
            }
        }
    }
}
