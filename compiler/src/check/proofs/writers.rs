//! Two steps that write one field at one instant, so that one of them is for nothing.

use flow_graph::program::{Field, Sequence, SetAction, StepId, StepKind};
use flow_graph::{Expr, Id};

use super::Proofs;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// A step that every run takes as it begins: in which sequence, which, what it writes.
type First<'p> = (Id<Sequence>, StepId, Id<Field>, &'p Expr);

impl Proofs<'_> {
    pub(super) fn writers(&mut self) {
        let mut firsts: Vec<First<'_>> = Vec::new();
        for (id, sequence) in self.program.sequences.enumerate() {
            self.overwritten(id, sequence);
            firsts.extend(at_once(sequence).into_iter().map(|(step, field, value)| (id, step, field, value)));
        }
        let mut told: Vec<(Id<Sequence>, Id<Field>)> = Vec::new();
        for (position, one) in firsts.iter().enumerate() {
            for other in firsts.iter().skip(position + 1) {
                let differ = one.0 != other.0 && one.2 == other.2 && one.3 != other.3;
                if differ && !told.contains(&(other.0, other.2)) && self.begin_together(one.0, other.0) {
                    told.push((other.0, other.2));
                    self.two_writers(one, other);
                }
            }
        }
    }

    /// A step whose value another one replaces before anybody can read it.
    fn overwritten(&mut self, id: Id<Sequence>, sequence: &Sequence) {
        for (number, step) in (0_u16..).zip(&sequence.steps) {
            let StepKind::Set(SetAction::To(field, _)) = &step.kind else { continue };
            let Some(next) = step.next else { continue };
            let Some(StepKind::Set(SetAction::To(again, value))) =
                sequence.steps.get(usize::from(next)).map(|step| &step.kind)
            else {
                continue;
            };
            let mut reads = false;
            value.walk(&mut |part| reads |= *part == Expr::Field(*field));
            let (Some(at), Some(second)) = (self.place(id, number), self.place(id, next)) else { continue };
            if field == again && !reads {
                let name = self.check.names.name(*field);
                let message = format!("this value of `{name}` is overwritten at once");
                let wrong = Diagnostic::new(Code::TwoWriters, at, message).label(second, "overwritten here");
                self.report(wrong.help("keep one of the two steps, or put a wait between them"));
            }
        }
    }

    /// Whether two sequences always begin at one instant: by the same trigger, and nobody is kept out of one of them.
    fn begin_together(&self, one: Id<Sequence>, other: Id<Sequence>) -> bool {
        let (Some(one), Some(other)) = (self.program.sequences.get(one), self.program.sequences.get(other)) else {
            return false;
        };
        let open =
            |it: &Sequence| it.unless.is_none() && it.exit_when.is_none() && it.key == one.key && it.again == one.again;
        let same = |a: &Sequence, b: &Sequence| {
            !a.enter.is_empty() && a.enter.iter().all(|first| b.enter.iter().any(|second| self.covers(second, first)))
        };
        open(one) && open(other) && same(one, other) && same(other, one)
    }

    fn two_writers(&mut self, one: &First<'_>, other: &First<'_>) {
        let (Some(first), Some(second)) = (self.place(one.0, one.1), self.place(other.0, other.1)) else { return };
        let field = self.check.names.name(one.2);
        let (a, b) = (self.check.names.name(one.0), self.check.names.name(other.0));
        let message = format!("`{a}` and `{b}` write `{field}` at the same instant, each something else");
        let wrong = Diagnostic::new(Code::TwoWriters, second, message).label(first, "the other one");
        self.report(
            wrong.help("which value stays hangs on the names of the sequences: write the field in one of them"),
        );
    }

    fn place(&self, sequence: Id<Sequence>, step: StepId) -> Option<Span> {
        self.check.flow.places.get(&(sequence, step)).copied()
    }
}

/// The constants that every run writes as it begins, before anything that takes time or has branches.
fn at_once(sequence: &Sequence) -> Vec<(StepId, Id<Field>, &Expr)> {
    let mut found = Vec::new();
    let mut next = Some(0);
    for _ in 0..sequence.steps.len() {
        let Some((number, step)) = next.and_then(|id: StepId| Some((id, sequence.steps.get(usize::from(id))?))) else {
            break;
        };
        match &step.kind {
            StepKind::Set(SetAction::To(field, value)) if matches!(value, Expr::Const(_)) => {
                found.push((number, *field, value));
            }
            StepKind::Set(_)
            | StepKind::Call { .. }
            | StepKind::Notify { .. }
            | StepKind::Emit { .. }
            | StepKind::Enroll(_) => {}
            StepKind::Wait(_)
            | StepKind::WaitUntil(_)
            | StepKind::WaitFor { .. }
            | StepKind::Send(_)
            | StepKind::Choose { .. }
            | StepKind::Split { .. }
            | StepKind::Exit => break,
        }
        next = step.next;
    }
    found
}
