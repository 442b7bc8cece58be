//! How a run begins: with which events, with which key, and from which other sequences.

use flow_graph::program::{Event, Sequence, Trigger};
use flow_graph::{Expr, Id, Type};

use super::{Check, Run};
use crate::check::Ty;
use crate::check::logic::facts;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Name, Span};
use crate::syntax::tree::sequence::SequenceItem;
use crate::syntax::tree::step::{Step, StepKind};
use crate::syntax::tree::{Item, ItemKind};
use crate::template::Entry;

impl Check<'_> {
    /// Finds every `enroll in`, before any sequence is checked: what it enrolls in then has no event.
    pub(super) fn find_enrolments(&mut self) {
        let mut found = Vec::new();
        for (_, item) in self.names.items::<Sequence>() {
            if let ItemKind::Sequence(tree) = &item.kind {
                enrolments(&tree.steps, &mut found);
            }
        }
        for name in found {
            if let Some(id) = self.names.number::<Sequence>(&name.value) {
                self.flow.enrolled.entry(id).or_default().push(name.span);
            }
        }
    }

    pub(super) fn run_of(
        &mut self,
        id: Id<Sequence>,
        item: &Item,
        tree: &SequenceItem,
        sequence: &mut Sequence,
    ) -> Run {
        let mut run = Run::default();
        let written = tree.enter.first().map_or(&[][..], |enter| enter.value.as_slice());
        run.open = item.broken || written.len() != sequence.enter.len();
        let name = tree.name.value.clone();
        for (trigger, tree) in sequence.enter.iter().zip(written) {
            let event = if let Trigger::Event { event, .. } = trigger { Some(*event) } else { None };
            run.entries.push(Entry { event, at: tree.span, sequence: name.clone() });
        }
        let enrolled = self.flow.enrolled.get(&id).cloned().unwrap_or_default();
        run.entries.extend(enrolled.iter().map(|at| Entry { event: None, at: *at, sequence: name.clone() }));
        if run.entries.is_empty() && !run.open {
            let message = format!("nobody can enter the sequence `{name}`");
            let wrong = Diagnostic::new(Code::SequenceEntry, tree.name.span, message);
            self.report(wrong.help("add `enter on EVENT`, or let another sequence `enroll in` it"));
            run.open = true;
        }
        let broken = |event| self.names.entry::<Event>(event).is_some_and(|entry| entry.broken);
        run.open |= run.entries.iter().filter_map(|entry| entry.event).any(broken);
        run.scope.without_event = run.entries.iter().any(|entry| entry.event.is_none());
        run.scope.events = run.entries.iter().filter_map(|entry| entry.event).collect();
        run.scope.events.sort_unstable();
        run.scope.events.dedup();
        if let Some(key) = self.once("key", &tree.key, |key| key.span) {
            sequence.key = self.key(key, (&mut run, &sequence.enter), &enrolled);
        }
        run
    }

    /// The field of each event that can begin a run which is the key of the run.
    fn key(
        &mut self,
        key: &Name,
        (run, enter): (&mut Run, &[Trigger]),
        enrolled: &[Span],
    ) -> Option<Vec<(Id<Event>, u16)>> {
        for entry in run.entries.iter().filter(|entry| entry.event.is_none()) {
            let message = format!("there is no event here, so the key `{}` has no value", key.value);
            let wrong = Diagnostic::new(Code::SequenceEntry, entry.at, message).label(key.span, "the key");
            let help = if enrolled.contains(&entry.at) {
                "let an event begin the run: `emit` one, and `enter on` it"
            } else {
                "remove `key`, or enter on an event that has the field"
            };
            self.sink.push(wrong.help(help));
        }
        let mut slots = Vec::new();
        let mut first: Option<(Type, Id<Event>)> = None;
        for event in run.scope.events.clone() {
            let Some(slot) = self.find_member(event, key) else {
                run.open = true;
                continue;
            };
            slots.push((event, slot));
            let field = self.program.events.get(event).and_then(|event| event.fields.get(usize::from(slot)));
            let Some((ty, optional)) = field.map(|field| (field.ty.clone(), field.optional)) else { continue };
            if optional {
                self.key_is_there(key, (event, slot), enter);
            }
            match &first {
                None => first = Some((ty, event)),
                Some((before, other)) if *before != ty => {
                    let message = format!(
                        "the key `{}` has one type in `{}` and another in `{}`",
                        key.value,
                        self.names.name(*other),
                        self.names.name(event)
                    );
                    let mut wrong = Diagnostic::new(Code::SequenceEntry, key.span, message);
                    for (event, slot) in &slots {
                        if let Some(declared) = self.names.member_declared(*event, *slot) {
                            wrong = wrong.label(declared, "declared here");
                        }
                    }
                    self.report(wrong.help("give both fields one type"));
                }
                Some(_) => {}
            }
        }
        run.key = first.map(|(ty, _)| ty);
        run.scope.key = Some(run.key.clone().map_or(Ty::Error, Ty::Of));
        Some(slots)
    }
}

impl Check<'_> {
    /// Without a key nobody could tell one run from another, so each event that begins one must have it.
    fn key_is_there(&mut self, key: &Name, (event, slot): (Id<Event>, u16), enter: &[Trigger]) {
        let asked = |trigger: &Trigger| match trigger {
            Trigger::Event { event: by, filter } if *by == event => {
                filter.as_ref().is_some_and(|filter| facts(filter, true).contains(&Expr::This(slot)))
            }
            Trigger::Event { .. }
            | Trigger::EnteredSegment(_)
            | Trigger::LeftSegment(_)
            | Trigger::BecomesBand { .. }
            | Trigger::EnteredStage { .. } => true,
        };
        if enter.iter().all(asked) {
            return;
        }
        let (key, name) = (key, self.names.name(event).to_owned());
        let message = format!("the key `{}` may be missing in `{name}`, and each run needs one", key.value);
        let mut wrong = Diagnostic::new(Code::SequenceEntry, key.span, message);
        if let Some(declared) = self.names.member_declared(event, slot) {
            wrong = wrong.label(declared, "declared here with `?`");
        }
        self.report(
            wrong.help(format!("begin runs only where it is there: `enter on {name} where {} is known`", key.value)),
        );
    }
}

fn enrolments<'t>(steps: &'t [Step], found: &mut Vec<&'t Name>) {
    for step in steps {
        if let StepKind::Enroll(name) = &step.kind {
            found.push(name);
        }
        for block in step.kind.blocks() {
            enrolments(&block.steps, found);
        }
    }
}
