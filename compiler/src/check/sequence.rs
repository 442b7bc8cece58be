//! Sequences: who enters, what ends a run, and the steps between.

mod action;
mod block;
mod path;
mod run;
mod wait;
mod ways;

use std::collections::BTreeMap;

use flow_graph::program::{Again, Goal, Message, Sequence, StepId, Trigger};
use flow_graph::{Id, Type};

use super::proofs::{Later, Place};
use super::{Check, RunScope, Scope};
use crate::diagnostic::{Code, Diagnostic};
use crate::prove::Around;
use crate::source::{Span, Spanned};
use crate::syntax::tree::sequence::{Again as AgainTree, SequenceItem};
use crate::syntax::tree::{Item, ItemKind};
use crate::template::Entry;

/// What later checks want to know about sequences.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    /// How the runs of each sequence begin.
    pub(super) runs: BTreeMap<Id<Sequence>, Run>,
    /// Who sends each message, and where.
    pub(super) sends: BTreeMap<Id<Message>, Vec<(Id<Sequence>, Span)>>,
    /// The sequence at hand could not be read in full.
    pub(super) broken: bool,
    /// Where `enroll in` each sequence stands.
    pub(super) enrolled: BTreeMap<Id<Sequence>, Vec<Span>>,
    /// Where each step stands.
    pub(super) places: BTreeMap<(Id<Sequence>, StepId), Span>,
    /// A sequence could not be read in full: who sends what is not known for certain.
    pub(super) unsure: bool,
}

/// How the runs of a sequence begin.
#[derive(Debug, Clone, Default)]
pub(super) struct Run {
    /// For expressions.
    pub(super) scope: RunScope,
    /// For templates.
    pub(super) entries: Vec<Entry>,
    /// The type of the key.
    pub(super) key: Option<Type>,
    /// A trigger was wrong: nothing is said about the event.
    pub(super) open: bool,
}

impl Check<'_> {
    pub(super) fn sequences(&mut self) {
        self.find_enrolments();
        for (id, item) in self.names.items::<Sequence>() {
            self.flow.unsure |= item.broken;
            self.flow.broken = item.broken;
            let sequence = if let ItemKind::Sequence(tree) = &item.kind {
                self.sequence(id, item, tree)
            } else {
                self.flow.unsure = true;
                self.empty_sequence(item)
            };
            self.program.sequences.push(sequence);
        }
    }

    fn empty_sequence(&self, item: &Item) -> Sequence {
        let (name, span) = item.kind.name().map_or((String::new(), item.span), |n| (n.value.clone(), n.span));
        let at = self.location(span);
        Sequence {
            name,
            doc: item.doc.clone(),
            enter: Vec::new(),
            key: None,
            unless: None,
            exit_when: None,
            again: Again::Once,
            goal: None,
            exit_on: Vec::new(),
            holdout: None,
            in_flight_finish: false,
            enroll_existing: false,
            steps: Vec::new(),
            at,
            enter_at: at,
        }
    }

    fn sequence(&mut self, id: Id<Sequence>, item: &Item, tree: &SequenceItem) -> Sequence {
        let mut sequence = self.empty_sequence(item);
        if let Some(enter) = self.once("enter", &tree.enter, |enter| enter.span) {
            sequence.enter = self.triggers(&Scope::contact(), &enter.value);
            self.asked.entries.insert(id, enter.span);
            sequence.enter_at = self.location(enter.span);
        }
        let run = self.run_of(id, item, tree, &mut sequence);
        let scope = if run.open { Scope::of_some_run() } else { Scope::of_run(run.scope.clone()) };
        self.flow.runs.insert(id, run);
        if let Some(unless) = self.once("unless", &tree.unless, |unless| unless.span) {
            let condition = self.condition(&scope, unless);
            self.ask(
                Place::Unless,
                unless.span,
                &condition,
                Around { event: None, remembered: true, even_days: false },
            );
            sequence.unless = Some(condition);
        }
        if let Some(exit) = self.once("exit when", &tree.exit_when, |exit| exit.span) {
            let condition = self.condition(&scope, exit);
            self.ask(
                Place::ExitWhen,
                exit.span,
                &condition,
                Around { event: None, remembered: true, even_days: false },
            );
            sequence.exit_when = Some(condition);
        }
        if let Some(again) = self.once("again", &tree.again, |again| again.span) {
            sequence.again = self.again(again);
        }
        self.goal_and_exits(&scope, tree, &mut sequence);
        if let Some(holdout) = self.once("holdout", &tree.holdout, |holdout| holdout.span) {
            sequence.holdout = Some(self.share(holdout, "a holdout"));
        }
        sequence.in_flight_finish = tree.in_flight_finish.is_some();
        if let Some(span) = tree.enroll_existing {
            self.enroll_existing(span, &sequence.enter);
            sequence.enroll_existing = true;
        }
        if tree.steps.is_empty() && !item.broken {
            self.lacks(&tree.name, "sequence", "step", "send MESSAGE");
        }
        sequence.steps = self.steps(id, &tree.name.value, &scope, &tree.steps);
        sequence
    }

    fn again(&mut self, tree: &Spanned<AgainTree>) -> Again {
        match tree.value {
            AgainTree::Once => Again::Once,
            AgainTree::Always => Again::Always,
            AgainTree::After(duration) => Again::After(self.positive(&Spanned::new(duration, tree.span), "a pause")),
        }
    }

    fn goal_and_exits(&mut self, scope: &Scope, tree: &SequenceItem, sequence: &mut Sequence) {
        if let Some(goal) = self.once("goal", &tree.goal, |goal| goal.span) {
            let triggers = self.triggers(scope, &goal.triggers);
            self.ask_later(Later::Goal, &goal.triggers, &triggers);
            let within = goal.within.as_ref().map(|within| self.positive(within, "a goal"));
            let at = self.location(goal.span);
            sequence.goal = Some(Goal { triggers, within, at });
        }
        if let Some(exit) = self.once("exit on", &tree.exit_on, |exit| exit.span) {
            for trigger in &exit.value {
                let at = self.location(trigger.span);
                let found = self.trigger(scope, trigger);
                self.ask_later(Later::Exit, std::slice::from_ref(trigger), found.as_slice());
                sequence.exit_on.extend(found.map(|trigger| (trigger, at)));
            }
        }
    }

    fn enroll_existing(&mut self, span: Span, enter: &[Trigger]) {
        let lasting = enter.iter().any(|trigger| match trigger {
            Trigger::EnteredSegment(_) | Trigger::EnteredStage { .. } => true,
            Trigger::Event { .. } | Trigger::LeftSegment(_) | Trigger::BecomesBand { .. } => false,
        });
        if !lasting && !enter.is_empty() {
            let message = "nobody is inside an event, so there is nobody to enroll";
            let wrong = Diagnostic::new(Code::SequenceEntry, span, message);
            self.report(wrong.help("`enroll existing` needs `enter on entered segment …` or `entered stage …`"));
        }
    }
}

#[cfg(test)]
mod tests;
