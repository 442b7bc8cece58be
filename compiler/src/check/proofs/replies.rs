//! Waits for an answer to a message that nobody has got by then: it is sent behind the wait, or in another branch.

use std::collections::BTreeSet;

use flow_graph::expr::CompareOp;
use flow_graph::program::{Again, Message, Sequence, Step, StepId, StepKind, Trigger, builtin};
use flow_graph::{Expr, Id, Value};

use super::Proofs;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

impl Proofs<'_> {
    pub(super) fn replies(&mut self) {
        for wait in &self.check.asked.waits {
            let Some(sequence) = self.program.sequences.get(wait.sequence) else { continue };
            // Who was here before may answer what was sent then.
            if sequence.again != Again::Once || sequence.key.is_some() {
                continue;
            }
            let before = steps_before(&sequence.steps, wait.step);
            for branch in &wait.branches {
                let of: Vec<Option<Id<Message>>> = branch.triggers.iter().map(|it| self.answers(it)).collect();
                let unsent = |message: &Id<Message>| {
                    let senders = self.check.flow.sends.get(message);
                    senders.is_some_and(|all| all.iter().all(|(by, _)| *by == wait.sequence))
                        && !before.iter().any(|step| sends(&sequence.steps, *step) == Some(*message))
                };
                let messages: Option<Vec<Id<Message>>> = of.into_iter().collect();
                if let Some(messages) = messages
                    && messages.iter().all(unsent)
                    && let Some(message) = messages.first()
                {
                    self.not_sent_yet(wait.sequence, sequence, branch.at, *message);
                }
            }
        }
    }

    fn not_sent_yet(&mut self, id: Id<Sequence>, sequence: &Sequence, at: Span, message: Id<Message>) {
        let name = self.check.names.name(message);
        let text = format!("nobody has got `{name}` yet when this waits for an answer to it");
        let mut wrong = Diagnostic::new(Code::NotSentYet, at, text);
        for step in (0_u16..).zip(&sequence.steps).map(|(step, _)| step) {
            if sends(&sequence.steps, step) == Some(message)
                && let Some(place) = self.check.flow.places.get(&(id, step))
            {
                wrong = wrong.label(*place, "it is sent here, and nowhere else");
            }
        }
        self.report(wrong.help("wait for an answer to a message that was sent before, or send it first"));
    }

    /// The one message that an event has to be about.
    fn answers(&self, trigger: &Trigger) -> Option<Id<Message>> {
        let Trigger::Event { event, filter: Some(filter) } = trigger else { return None };
        if event.index() >= builtin::UNSUBSCRIBED.index() {
            return None;
        }
        let name = of_message(filter)?;
        self.program.messages.enumerate().find(|(_, message)| *message.name == *name).map(|(id, _)| id)
    }
}

/// The name of the message that a filter asks for.
fn of_message(filter: &Expr) -> Option<std::sync::Arc<str>> {
    if let Expr::And(parts) = filter {
        return parts.iter().find_map(of_message);
    }
    let Expr::Compare { op: CompareOp::Equal, left, right } = filter else { return None };
    match (&**left, &**right) {
        (Expr::This(builtin::MESSAGE), Expr::Const(Value::Text(name))) => Some(name.clone()),
        _ => None,
    }
}

fn sends(steps: &[Step], step: StepId) -> Option<Id<Message>> {
    let StepKind::Send(message) = steps.get(usize::from(step))?.kind else { return None };
    Some(message)
}

/// The steps from which a run can come to one.
fn steps_before(steps: &[Step], to: StepId) -> BTreeSet<StepId> {
    let mut before = BTreeSet::from([to]);
    // Steps lead forward in the text, so one look from the end to the beginning is enough.
    for (id, step) in (0_u16..).zip(steps).collect::<Vec<_>>().into_iter().rev() {
        let mut next: Vec<Option<StepId>> = vec![step.next];
        if let StepKind::WaitFor { branches, timeout, .. } = &step.kind {
            next.extend(branches.iter().map(|(_, target)| *target).chain([*timeout]));
        } else if let StepKind::Choose { arms, otherwise } = &step.kind {
            next.extend(arms.iter().map(|(_, target)| *target).chain([*otherwise]));
        } else if let StepKind::Split { arms, .. } = &step.kind {
            next.extend(arms.iter().map(|arm| arm.target));
        }
        if next.into_iter().flatten().any(|next| before.contains(&next)) {
            before.insert(id);
        }
    }
    before.remove(&to);
    before
}
