//! Lifecycles: stages, transitions, expected velocity.

use flow_graph::program::{Cause, Expect, Lifecycle, Transition};
use flow_graph::{Id, Span as Length};

use super::proofs::Place;
use super::{Check, Scope};
use crate::diagnostic::{Code, Diagnostic};
use crate::prove::Around;
use crate::source::{Name, Span, Spanned};
use crate::syntax::tree::expr::Duration;
use crate::syntax::tree::lifecycle::{FromStages, LifecycleItem, TransitionCause, TransitionClause};
use crate::syntax::tree::{Item, ItemKind};

impl Check<'_> {
    pub(super) fn lifecycles(&mut self) {
        for (id, item) in self.names.items::<Lifecycle>() {
            let entry = self.names.entry(id);
            let stages = entry.map(|e| e.members.iter().map(|m| m.name.clone()).collect()).unwrap_or_default();
            let mut lifecycle = Lifecycle {
                name: self.names.name(id).to_owned(),
                doc: item.doc.clone(),
                stages,
                start: 0,
                transitions: Vec::new(),
                expects: Vec::new(),
                at: self.location(item.span),
            };
            if let ItemKind::Lifecycle(it) = &item.kind {
                self.lifecycle(&mut lifecycle, id, (it, item));
            }
            self.program.lifecycles.push(lifecycle);
        }
    }

    fn lifecycle(&mut self, lifecycle: &mut Lifecycle, id: Id<Lifecycle>, (it, item): (&LifecycleItem, &Item)) {
        self.once("stages", &it.stages, |stages| stages.span);
        if lifecycle.stages.is_empty() && !item.broken {
            let message = format!("the lifecycle `{}` has no stages", lifecycle.name);
            let wrong = Diagnostic::new(Code::Empty, it.name.span, message);
            self.report(wrong.help("write them in their order: `stages lead, customer`"));
            return;
        }
        match self.once("start", &it.start, |start| start.span).cloned() {
            Some(start) => lifecycle.start = self.find_member(id, &start).unwrap_or(0),
            None if !item.broken => {
                let message = format!("it is not said where everybody starts in `{}`", lifecycle.name);
                let wrong = Diagnostic::new(Code::LifecycleShape, it.name.span, message);
                let first = lifecycle.stages.first().cloned().unwrap_or_default();
                self.report(wrong.help(format!("add `start {first}`")));
            }
            None => {}
        }
        let mut places: Vec<Span> = Vec::new();
        for clause in &it.transitions {
            let Some(transition) = self.transition(id, clause, lifecycle.stages.len()) else { continue };
            let same = |other: &Transition| {
                (&other.from, other.to, &other.cause) == (&transition.from, transition.to, &transition.cause)
            };
            if let Some(first) = lifecycle.transitions.iter().position(same).and_then(|i| places.get(i)) {
                let wrong = Diagnostic::new(Code::LifecycleShape, clause.span, "this transition stands here twice");
                self.report(wrong.label(*first, "it stands here first").help("remove one of the two"));
            }
            lifecycle.transitions.push(transition);
            places.push(clause.span);
        }
        self.asked.transitions.insert(id, places);
        for expect in &it.expects {
            let (from, to) = (self.find_member(id, &expect.from), self.find_member(id, &expect.to));
            let within = self.spanned(&expect.within);
            let (Some(from), Some(to)) = (from, to) else { continue };
            if from == to {
                self.same_stage(&expect.to, expect.span);
            }
            let at = self.location(expect.span);
            self.asked.expects.entry(id).or_default().push(expect.span);
            lifecycle.expects.push(Expect { from, to, within, at });
        }
    }

    fn transition(&mut self, id: Id<Lifecycle>, clause: &TransitionClause, stages: usize) -> Option<Transition> {
        let to = self.find_member(id, &clause.to);
        let named = match &clause.from {
            FromStages::Any(_) => None,
            FromStages::Named(names) => Some(self.stages_before(id, names)),
        };
        let cause = self.cause(&clause.cause);
        let to = to?;
        let from = match named {
            None => (0..u16::try_from(stages).unwrap_or(u16::MAX)).filter(|stage| *stage != to).collect(),
            Some(from) => {
                let from = from?;
                if from.contains(&to) {
                    self.same_stage(&clause.to, clause.span);
                }
                from
            }
        };
        let (text, at) = (self.text(clause.span), self.location(clause.span));
        Some(Transition { from, to, cause, text, at })
    }

    fn stages_before(&mut self, id: Id<Lifecycle>, names: &[Name]) -> Option<Vec<u16>> {
        let mut from = Vec::new();
        let mut sound = true;
        for name in names {
            match self.find_member(id, name) {
                Some(stage) if from.contains(&stage) => {
                    let message = format!("`{}` stands twice before the arrow", name.value);
                    self.report(Diagnostic::new(Code::LifecycleShape, name.span, message).help("name it once"));
                }
                Some(stage) => from.push(stage),
                None => sound = false,
            }
        }
        from.sort_unstable();
        sound.then_some(from)
    }

    fn cause(&mut self, cause: &TransitionCause) -> Cause {
        match cause {
            TransitionCause::When { condition, hold } => {
                let (tree, condition) = (condition, self.condition(&Scope::contact(), condition));
                self.ask(Place::Transition(hold.is_some()), tree.span, &condition, Around::default());
                let hold = hold.as_ref().and_then(|hold| self.hold(hold));
                Cause::When { condition, hold }
            }
            TransitionCause::On(triggers) => Cause::On(self.triggers(&Scope::contact(), triggers)),
        }
    }

    fn hold(&mut self, hold: &Spanned<Duration>) -> Option<Length> {
        let length = self.spanned(hold);
        if length.nominal_ms() == 0 {
            let wrong =
                Diagnostic::new(Code::LifecycleShape, hold.span, "a condition that holds for no time is no condition");
            self.report(wrong.help("leave out `for …`"));
            return None;
        }
        Some(length)
    }

    fn same_stage(&mut self, to: &Name, span: Span) {
        let message = format!("this leads from `{0}` to `{0}`", to.value);
        let wrong = Diagnostic::new(Code::LifecycleShape, span, message);
        self.report(wrong.help("a stage is entered from another one; name the other one"));
    }
}
