//! Sequences: what begins and ends a run, and what each step leads to.

use super::{Build, How, Node, Sight};
use crate::Id;
use crate::program::{Sequence, SetAction, Step, StepId, StepKind, Trigger, WaitUntil};

impl Build<'_> {
    pub(super) fn sequence(&mut self, id: Id<Sequence>, sequence: &Sequence) {
        self.node(Node::Sequence(id));
        self.node(Node::End(id));
        self.entry(id, sequence);
        let first = if sequence.steps.is_empty() { Node::End(id) } else { Node::Step(id, 0) };
        self.causes(Node::Sequence(id), first, How::Then);
        for (number, step) in (0..).zip(&sequence.steps) {
            self.node(Node::Step(id, number));
            self.step((id, number), sequence, step);
        }
    }

    /// What begins a run, what ends it, and what both look at.
    pub(super) fn entry(&mut self, id: Id<Sequence>, sequence: &Sequence) {
        let (begin, end) = (Node::Sequence(id), Node::End(id));
        for trigger in &sequence.enter {
            let source = self.trigger(trigger, begin, Some(sequence));
            self.causes(source, begin, How::Enters);
        }
        for (event, slot) in sequence.key.iter().flatten() {
            self.reads(begin, Node::EventField(*event, *slot));
        }
        let run = Sight { this: None, run: Some(sequence) };
        self.exprs(begin, sequence.unless.iter().chain(&sequence.exit_when), run);
        for trigger in sequence.goal.iter().flat_map(|goal| &goal.triggers) {
            let source = self.trigger(trigger, end, Some(sequence));
            self.causes(source, end, How::Reaches);
        }
        for (trigger, _) in &sequence.exit_on {
            let source = self.trigger(trigger, end, Some(sequence));
            self.causes(source, end, How::Exits);
        }
    }

    /// The steps of an earlier definition have no nodes of their own: what they do, the sequence does.
    pub(super) fn earlier(&mut self, id: Id<Sequence>, sequence: &Sequence) {
        for step in &sequence.steps {
            self.act(Node::Sequence(id), &step.kind, Some(sequence));
            if let StepKind::WaitFor { branches, .. } = &step.kind {
                for trigger in branches.iter().flat_map(|(triggers, _)| triggers) {
                    let source = self.trigger(trigger, Node::Sequence(id), Some(sequence));
                    self.later(source, Node::Sequence(id), How::Continues);
                }
            }
        }
    }

    fn step(&mut self, (id, number): (Id<Sequence>, StepId), sequence: &Sequence, step: &Step) {
        let node = Node::Step(id, number);
        let place = |step: Option<StepId>| step.map_or(Node::End(id), |step| Node::Step(id, step));
        self.act(node, &step.kind, Some(sequence));
        match &step.kind {
            StepKind::Wait(_) => self.later(node, place(step.next), How::Then),
            StepKind::WaitFor { limit: _, since_entry: _, branches, timeout } => {
                for (triggers, target) in branches {
                    self.later(node, place(*target), How::Branches);
                    self.continues(triggers, (node, place(*target)), sequence);
                }
                self.later(node, place(*timeout), How::Branches);
            }
            StepKind::Choose { arms, otherwise } => {
                for target in arms.iter().map(|(_, target)| *target).chain([*otherwise]) {
                    self.causes(node, place(target), How::Branches);
                }
            }
            StepKind::Split { salt: _, arms } => {
                for arm in arms {
                    self.causes(node, place(arm.target), How::Branches);
                }
            }
            StepKind::Exit => self.causes(node, Node::End(id), How::Then),
            // A time of day may be now, and a message may leave at once.
            StepKind::WaitUntil(_)
            | StepKind::Send(_)
            | StepKind::Set(_)
            | StepKind::Call { .. }
            | StepKind::Notify { .. }
            | StepKind::Emit { .. }
            | StepKind::Enroll(_) => self.causes(node, place(step.next), How::Then),
        }
    }

    fn continues(&mut self, triggers: &[Trigger], (wait, target): (Node, Node), sequence: &Sequence) {
        for trigger in triggers {
            let source = self.trigger(trigger, wait, Some(sequence));
            self.later(source, target, How::Continues);
        }
    }

    /// What a step reads and does beside going on; also what a service level does.
    pub(super) fn act(&mut self, node: Node, kind: &StepKind, run: Option<&Sequence>) {
        let sight = Sight { this: None, run };
        match kind {
            StepKind::Wait(_) | StepKind::WaitFor { .. } | StepKind::Split { .. } | StepKind::Exit => {}
            StepKind::WaitUntil(until) => match until {
                WaitUntil::Clock { days: _, window: _, single: _ } => {}
                WaitUntil::Moment { value, at: _, otherwise_exit: _ } => self.exprs(node, [value], sight),
            },
            StepKind::Send(message) => self.causes(node, Node::Message(*message), How::Sends),
            StepKind::Choose { arms, otherwise: _ } => self.exprs(node, arms.iter().map(|(when, _)| when), sight),
            StepKind::Set(action) => self.set(node, action, sight),
            StepKind::Call { connector, action: _, arguments } => {
                self.causes(node, Node::Connector(*connector), How::Calls);
                self.exprs(node, arguments.iter().map(|argument| &argument.value), sight);
            }
            StepKind::Notify { team, text } => {
                self.causes(node, Node::Team(*team), How::Notifies);
                self.template(node, text, run.as_slice());
            }
            StepKind::Emit { event, fields } => {
                self.causes(node, Node::Event(*event), How::Emits);
                self.exprs(node, fields.iter().map(|(_, value)| value), sight);
            }
            StepKind::Enroll(sequence) => self.causes(node, Node::Sequence(*sequence), How::Enrolls),
        }
    }

    fn set(&mut self, node: Node, action: &SetAction, sight: Sight<'_>) {
        match action {
            SetAction::To(field, value) | SetAction::Add(field, value) | SetAction::Remove(field, value) => {
                self.causes(node, Node::Field(*field), How::Writes);
                self.exprs(node, [value], sight);
            }
            SetAction::Clear(field) => self.causes(node, Node::Field(*field), How::Writes),
            SetAction::Consent(topic, _) => self.causes(node, Node::Topic(*topic), How::Consents),
        }
    }
}
