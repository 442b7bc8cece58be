//! What a sequence makes begin in the same turn.

use std::collections::{BTreeSet, VecDeque};

use flow_graph::expr::CompareOp;
use flow_graph::program::{Again, Event, Segment, Sequence, SetAction, Step, StepId, StepKind, Trigger};
use flow_graph::{Expr, Id, Value};

use super::{Links, Proofs, Written};
use crate::prove::{Answer, Around};

/// A step that begins a run of another sequence in the same turn.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) from: Id<Sequence>,
    pub(super) step: StepId,
    pub(super) to: Id<Sequence>,
    pub(super) how: How,
    /// `` `a` emits `x`, which begins `b` ``
    pub(super) words: String,
}

/// How it does so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    Emit(Id<Event>),
    Enroll,
    Entered(Id<Segment>),
    Left(Id<Segment>),
}

impl Link {
    /// Whether it hangs on values that a step writes.
    pub(super) fn by_value(&self) -> bool {
        match self.how {
            How::Emit(_) | How::Enroll => false,
            How::Entered(_) | How::Left(_) => true,
        }
    }
}

impl Proofs<'_> {
    /// For each sequence, what it begins before its first wait.
    pub(super) fn causes(&self) -> Links {
        self.program.sequences.enumerate().map(|(id, sequence)| (id, self.causes_of(id, sequence))).collect()
    }

    fn causes_of(&self, from: Id<Sequence>, sequence: &Sequence) -> Vec<Link> {
        let mut found = Vec::new();
        let name = self.check.names.name(from);
        let first = unconditional(sequence);
        for step in at_once(&sequence.steps) {
            let Some(it) = sequence.steps.get(usize::from(step)) else { continue };
            if sequence.key.is_none() && !ends_at_once(&sequence.steps, it.next) {
                continue; // the run stays under way, and a second one cannot begin
            }
            let mut link = |to: Id<Sequence>, how: How, words: String| found.push(Link { from, step, to, how, words });
            match &it.kind {
                StepKind::Enroll(to) if self.begins_again(*to) => {
                    let words = format!("`{name}` enrolls in `{}`", self.check.names.name(*to));
                    link(*to, How::Enroll, words);
                }
                StepKind::Emit { event, fields } if !self.is_duplicate(*event, fields) => {
                    for (to, other) in self.program.sequences.enumerate() {
                        if self.begins_again(to) && other.enter.iter().any(|it| self.may_enter(it, *event, fields)) {
                            let (event, other) = (self.check.names.name(*event), self.check.names.name(to));
                            link(
                                to,
                                How::Emit(event_of(it)),
                                format!("`{name}` emits `{event}`, which begins `{other}`"),
                            );
                        }
                    }
                }
                StepKind::Set(action) if first.contains(&step) => {
                    for (to, how) in self.by_set(action) {
                        let words = self.words_of_set(name, action, how, to);
                        link(to, how, words);
                    }
                }
                StepKind::Enroll(_)
                | StepKind::Emit { .. }
                | StepKind::Set(_)
                | StepKind::Wait(_)
                | StepKind::WaitUntil(_)
                | StepKind::WaitFor { .. }
                | StepKind::Send(_)
                | StepKind::Choose { .. }
                | StepKind::Split { .. }
                | StepKind::Call { .. }
                | StepKind::Notify { .. }
                | StepKind::Exit => {}
            }
        }
        found
    }

    /// Whether one turn can begin two runs of a sequence.
    fn begins_again(&self, id: Id<Sequence>) -> bool {
        self.program.sequences.get(id).is_some_and(|sequence| match sequence.again {
            Again::Always => true,
            Again::Once | Again::After(_) => sequence.key.is_some(),
        })
    }

    /// Whether an event that is made again has the same unique value again, and is dropped.
    fn is_duplicate(&self, event: Id<Event>, fields: &[(u16, Expr)]) -> bool {
        let same = |value: &Expr| matches!(value, Expr::Const(_) | Expr::Trigger(_) | Expr::Key);
        let unique = |slot: u16| self.program.events.get(event).and_then(|it| it.fields.get(usize::from(slot)));
        fields.iter().any(|(slot, value)| unique(*slot).is_some_and(|field| field.unique) && same(value))
    }

    /// Whether an event with these values can begin a run.
    fn may_enter(&self, trigger: &Trigger, event: Id<Event>, fields: &[(u16, Expr)]) -> bool {
        let Trigger::Event { event: awaited, filter } = trigger else { return false };
        if *awaited != event {
            return false;
        }
        let Some(filter) = filter else { return true };
        let slots = self.program.events.get(event).map_or(0, |it| it.fields.len());
        let mut known: Vec<(Expr, bool)> = vec![(filter.clone(), true)];
        for slot in 0..u16::try_from(slots).unwrap_or(u16::MAX) {
            let this = || Box::new(Expr::This(slot));
            match fields.iter().find(|(given, _)| *given == slot) {
                None => known.push((Expr::Known(this()), false)),
                Some((_, Expr::Const(value))) if value.is_known() => {
                    let value = Box::new(Expr::Const(value.clone()));
                    known.push((Expr::Compare { op: CompareOp::Equal, left: this(), right: value }, true));
                }
                Some(_) => {}
            }
        }
        let known: Vec<(&Expr, bool)> = known.iter().map(|(expr, holds)| (expr, *holds)).collect();
        let around = Around { event: Some(event), remembered: true, even_days: false };
        self.prover.all_can_hold(&known, around) != Answer::No
    }

    /// What a `set` can begin: who is in a segment that reads the field may change.
    fn by_set(&self, action: &SetAction) -> Vec<(Id<Sequence>, How)> {
        let Some((field, value)) = written(action) else { return Vec::new() };
        let written = Written::from([(field, value)]);
        let mut found = Vec::new();
        for (to, sequence) in self.program.sequences.enumerate().filter(|(id, _)| self.begins_again(*id)) {
            for trigger in &sequence.enter {
                let (how, enters) = match trigger {
                    Trigger::EnteredSegment(id) => (How::Entered(*id), true),
                    Trigger::LeftSegment(id) => (How::Left(*id), false),
                    Trigger::Event { .. } | Trigger::BecomesBand { .. } | Trigger::EnteredStage { .. } => continue,
                };
                let (How::Entered(id) | How::Left(id)) = how else { continue };
                let Some(segment) = self.program.segments.get(id) else { continue };
                let Some(after) = self.with(&segment.condition, &written) else { continue };
                let changes = self.with(&segment.condition, &Written::new()).is_some_and(|before| before != after);
                if changes && self.prover.all_can_hold(&[(&after, enters)], Around::default()) != Answer::No {
                    found.push((to, how));
                }
            }
        }
        found
    }

    fn words_of_set(&self, name: &str, action: &SetAction, how: How, to: Id<Sequence>) -> String {
        let field = written(action).map(|(field, _)| self.check.names.name(field)).unwrap_or_default();
        let to = self.check.names.name(to);
        match how {
            How::Entered(id) => {
                format!("`{name}` sets `{field}`, which enters `{}` and begins `{to}`", self.check.names.name(id))
            }
            How::Left(id) => {
                format!("`{name}` sets `{field}`, which leaves `{}` and begins `{to}`", self.check.names.name(id))
            }
            How::Emit(_) | How::Enroll => String::new(),
        }
    }

    /// What every run of a sequence writes before anything that takes time or has branches; none when a value is no
    /// constant.
    pub(super) fn writes_first(&self, id: Id<Sequence>) -> Option<Written> {
        let sequence = self.program.sequences.get(id)?;
        let mut all = Written::new();
        for step in unconditional(sequence) {
            if let Some(StepKind::Set(action)) = sequence.steps.get(usize::from(step)).map(|step| &step.kind) {
                match action {
                    SetAction::Consent(..) => {}
                    SetAction::To(..) | SetAction::Clear(_) => all.extend([written(action)?]),
                    SetAction::Add(..) | SetAction::Remove(..) => return None,
                }
            }
        }
        Some(all)
    }
}

/// The constant that a step writes.
fn written(action: &SetAction) -> Option<(Id<flow_graph::program::Field>, Value)> {
    match action {
        SetAction::To(field, Expr::Const(value)) => Some((*field, value.clone())),
        SetAction::Clear(field) => Some((*field, Value::Missing)),
        SetAction::To(..) | SetAction::Add(..) | SetAction::Remove(..) | SetAction::Consent(..) => None,
    }
}

fn event_of(step: &Step) -> Id<Event> {
    if let StepKind::Emit { event, .. } = step.kind { event } else { Id::new(0) }
}

/// The steps that every run takes in the turn in which it begins.
fn unconditional(sequence: &Sequence) -> Vec<StepId> {
    let mut found = Vec::new();
    let mut next = Some(0);
    for _ in 0..sequence.steps.len() {
        let Some((id, step)) = next.and_then(|id: StepId| Some((id, sequence.steps.get(usize::from(id))?))) else {
            break;
        };
        match &step.kind {
            StepKind::Set(_)
            | StepKind::Call { .. }
            | StepKind::Notify { .. }
            | StepKind::Emit { .. }
            | StepKind::Enroll(_) => found.push(id),
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

/// The steps that a run can come to without time passing, from its first one on.
fn at_once(steps: &[Step]) -> BTreeSet<StepId> {
    reach(steps, Some(0)).0
}

/// Whether a run can end without time passing from a step on.
fn ends_at_once(steps: &[Step], from: Option<StepId>) -> bool {
    reach(steps, from).1
}

/// The steps that a run can come to without time passing, and whether it can come to its end.
fn reach(steps: &[Step], from: Option<StepId>) -> (BTreeSet<StepId>, bool) {
    let mut seen = BTreeSet::new();
    let mut ends = false;
    let mut open: VecDeque<Option<StepId>> = VecDeque::from([from]);
    while let Some(next) = open.pop_front() {
        let Some((id, step)) = next.and_then(|id| Some((id, steps.get(usize::from(id))?))) else {
            ends = true;
            continue;
        };
        if !seen.insert(id) {
            continue;
        }
        match &step.kind {
            StepKind::Wait(_) | StepKind::WaitFor { .. } => {}
            StepKind::Exit => ends = true,
            StepKind::Choose { arms, otherwise } => {
                open.extend(arms.iter().map(|(_, target)| *target));
                open.push_back(*otherwise);
            }
            StepKind::Split { arms, .. } => open.extend(arms.iter().map(|arm| arm.target)),
            // A time of day may be now, and a message may leave at once.
            StepKind::WaitUntil(_)
            | StepKind::Send(_)
            | StepKind::Set(_)
            | StepKind::Call { .. }
            | StepKind::Notify { .. }
            | StepKind::Emit { .. }
            | StepKind::Enroll(_) => open.push_back(step.next),
        }
    }
    (seen, ends)
}
