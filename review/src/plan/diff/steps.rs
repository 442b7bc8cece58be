//! The steps of a sequence, by their identity.

use std::collections::BTreeSet;

use flow_compiler::prove::Around;
use flow_graph::program::sequence::SplitArm;
use flow_graph::program::{Program, RetiredThen, Sequence, Step, StepId, StepKind, Trigger, WaitUntil};
use flow_graph::words::Scope;
use flow_graph::{Expr, Words};

use super::triggers::Listed;
use super::{Diff, Length, percent};
use crate::plan::code::Code;
use crate::plan::meaning::Relation;

/// A step of before, and the same step of after.
#[derive(Clone, Copy)]
struct Same<'p> {
    before: &'p Step,
    after: &'p Step,
}

impl<'p> Diff<'p> {
    pub(super) fn steps(&mut self, a: &'p Sequence, b: &'p Sequence) {
        let find = |id: &str| b.steps.iter().find(|step| step.id == id);
        let mut kept: Vec<Same<'p>> = Vec::new();
        for before in &a.steps {
            match find(&before.id) {
                Some(after) => kept.push(Same { before, after }),
                None => self.gone(a, before),
            }
        }
        let ids: BTreeSet<&str> = a.steps.iter().map(|step| step.id.as_str()).collect();
        for step in b.steps.iter().filter(|step| !ids.contains(step.id.as_str())) {
            let side = (step_words(self.new, step), Some(&step.at));
            let says = format!("there is a new step `{}`{}", short(&step.id), within(step));
            self.push(Code::StepAdded, Some(&part(step)), says, (None, Some(side)));
        }
        let moved = self.order(&kept, b);
        let both: BTreeSet<&str> = kept.iter().map(|same| same.after.id.as_str()).collect();
        for same in &kept {
            self.step(same, (a, b));
            self.ways(same);
            if !moved {
                self.leads(same, (a, b), &both);
            }
        }
    }

    fn gone(&mut self, sequence: &Sequence, step: &Step) {
        let side = (step_words(self.old, step), Some(&step.at));
        let address = format!("sequence.{}.step.", sequence.name);
        let clause = self.new.retired.iter().find(|it| {
            let name = it.address.strip_prefix(&address);
            name.is_some_and(|name| step.label.as_deref() == Some(name) || name == step.id)
        });
        let then = match clause.map(|it| &it.then) {
            Some(RetiredThen::Exit) => "; whoever waits there leaves",
            Some(RetiredThen::ContinueAt(_)) => "; whoever waits there goes on elsewhere",
            None => "",
        };
        let says = format!("the step `{}`{} is gone{then}", short(&step.id), within(step));
        self.push(Code::StepRemoved, Some(&part(step)), says, (Some(side), None));
    }

    /// Whether steps that are still there come in another order among themselves.
    fn order(&mut self, kept: &[Same<'p>], b: &Sequence) -> bool {
        let mut last: Option<usize> = None;
        let mut moved = false;
        for same in kept {
            let at = b.steps.iter().position(|step| step.id == same.after.id);
            if at < last {
                moved = true;
                let side = |program, step: &'p Step| Some((step_words(program, step), Some(&step.at)));
                let sides = (side(self.old, same.before), side(self.new, same.after));
                let says = format!("`{}` comes earlier among the other steps", short(&same.after.id));
                self.push(Code::StepMoved, Some(&part(same.after)), says, sides);
            } else {
                last = at;
            }
        }
        moved
    }

    /// What a step does.
    fn step(&mut self, same: &Same<'p>, (a, b): (&Sequence, &Sequence)) {
        let (was, is) = (&same.before.kind, &same.after.kind);
        let exact = |program, kind| Words::exact(program).step(kind);
        let differs = exact(self.old, &same.before.kind) != exact(self.new, is);
        let sides = (
            Some((step_words(self.old, same.before), Some(&same.before.at))),
            Some((step_words(self.new, same.after), Some(&same.after.at))),
        );
        let part = part(same.after);
        let name = short(&same.after.id);
        if differs {
            let (code, says) = other_step(was, is, name);
            self.push(code, Some(&part), says, sides);
        }
        if same.before.label != same.after.label {
            let label = |step: &Step| step.label.as_ref().map_or("no label".to_owned(), |it| format!("step {it}"));
            let sides = (Some((label(same.before), Some(&a.at))), Some((label(same.after), Some(&b.at))));
            self.push(Code::InFlight, Some(&part), "the step has another label", sides);
        }
    }

    /// Where a step parts.
    fn ways(&mut self, same: &Same<'p>) {
        match (&same.before.kind, &same.after.kind) {
            (StepKind::Choose { arms: was, .. }, StepKind::Choose { arms: is, .. }) => self.arms(same, was, is),
            (StepKind::Split { arms: was, .. }, StepKind::Split { arms: is, .. }) => self.shares(same, was, is),
            (StepKind::WaitFor { branches: was, .. }, StepKind::WaitFor { branches: is, .. }) => {
                let list = Listed { clause: "on", does: &format!("continues from `{}`", short(&same.after.id)) };
                let placed = |all: &'p [(Vec<Trigger>, Option<StepId>)], step: &'p Step| {
                    let ways = step.ways.iter().map(|way| &way.at).chain(std::iter::repeat(&step.at));
                    let triggers =
                        all.iter().zip(ways).flat_map(|((triggers, _), at)| triggers.iter().map(move |it| (it, at)));
                    triggers.collect::<Vec<_>>()
                };
                self.triggers(list, &placed(was, same.before), &placed(is, same.after));
            }
            _ => {}
        }
    }

    /// Where a step leads, past what came or went: that is told by itself, and so is another order.
    fn leads(&mut self, same: &Same<'p>, (a, b): (&Sequence, &Sequence), both: &BTreeSet<&str>) {
        let before = targets(a, same.before).into_iter().map(|to| settled(a, to, both));
        let after = targets(b, same.after).into_iter().map(|to| settled(b, to, both));
        if let Some((was, is)) = before.zip(after).find(|(was, is)| was != is) {
            self.leads_elsewhere(same, (was, is));
        }
    }

    fn leads_elsewhere(&mut self, same: &Same<'p>, (was, is): (Option<String>, Option<String>)) {
        let words = |to: &Option<String>| to.as_deref().map_or("the end".to_owned(), |to| format!("`{}`", short(to)));
        let says = format!("`{}` leads to {} instead of {}", short(&same.after.id), words(&is), words(&was));
        let side = |program, step: &'p Step| Some((step_words(program, step), Some(&step.at)));
        let sides = (side(self.old, same.before), side(self.new, same.after));
        self.push(Code::PathChanged, Some(&part(same.after)), says, sides);
    }

    /// Conditions of a `choose`, by their order.
    fn arms(&mut self, same: &Same<'p>, was: &[(Expr, Option<StepId>)], is: &[(Expr, Option<StepId>)]) {
        let part = part(same.after);
        let at = |step: &'p Step, arm: usize| step.ways.get(arm).map_or(&step.at, |way| &way.at);
        for arm in 0..was.len().max(is.len()) {
            let before =
                was.get(arm).map(|(when, _)| (format!("when {}", self.words_before(when)), Some(at(same.before, arm))));
            let after =
                is.get(arm).map(|(when, _)| (format!("when {}", self.words_after(when)), Some(at(same.after, arm))));
            match (was.get(arm), is.get(arm)) {
                (Some((was, _)), Some((is, _))) if !self.same(was, is) => {
                    let around = Around::default();
                    let meaning = self.meaning(Some(was), Some(is), around);
                    let says = match meaning.relation {
                        Relation::Wider => "more take this way",
                        Relation::Narrower => "fewer take this way",
                        Relation::Disjoint => "others take this way: nobody of before",
                        Relation::Same => "it is written anew, and exactly the same take this way",
                        Relation::Different | Relation::Unproved => "others may take this way",
                    };
                    self.tell(
                        meaning.relation.code(),
                        Some(&part),
                        says.to_owned(),
                        (before, after),
                        meaning.witnesses,
                    );
                }
                (None, Some(_)) => self.push(Code::TriggerAdded, Some(&part), "there is a new way", (before, after)),
                (Some(_), None) => self.push(Code::TriggerRemoved, Some(&part), "a way is gone", (before, after)),
                _ => {}
            }
        }
    }

    fn shares(&mut self, same: &Same<'p>, was: &[SplitArm], is: &[SplitArm]) {
        let words = |arms: &[SplitArm]| {
            arms.iter().map(|arm| format!("{} {}", percent(arm.share), arm.name)).collect::<Vec<_>>().join(", ")
        };
        if words(was) != words(is) {
            let sides = (Some((words(was), Some(&same.before.at))), Some((words(is), Some(&same.after.at))));
            let says = "other shares take its arms: those at the borders change theirs";
            self.push(Code::SplitShares, Some(&part(same.after)), says, sides);
        }
    }
}

/// The first step that both sequences have, from a step on.
fn settled(sequence: &Sequence, mut to: Option<String>, both: &BTreeSet<&str>) -> Option<String> {
    for _ in &sequence.steps {
        let id = to.as_ref()?;
        if both.contains(id.as_str()) {
            break;
        }
        let step = sequence.steps.iter().find(|step| step.id == *id)?;
        to = step.next.and_then(|next| sequence.steps.get(usize::from(next))).map(|next| next.id.clone());
    }
    to
}

/// The steps that a step leads to, by identity; none is the end.
fn targets(sequence: &Sequence, step: &Step) -> Vec<Option<String>> {
    let id = |target: Option<StepId>| {
        target.and_then(|target| sequence.steps.get(usize::from(target))).map(|step| step.id.clone())
    };
    match &step.kind {
        StepKind::WaitFor { branches, timeout, .. } => {
            branches.iter().map(|(_, to)| id(*to)).chain([id(*timeout), id(step.next)]).collect()
        }
        StepKind::Choose { arms, otherwise } => {
            arms.iter().map(|(_, to)| id(*to)).chain([id(*otherwise), id(step.next)]).collect()
        }
        StepKind::Split { arms, .. } => arms.iter().map(|arm| id(arm.target)).chain([id(step.next)]).collect(),
        StepKind::Wait(_)
        | StepKind::WaitUntil(_)
        | StepKind::Send(_)
        | StepKind::Set(_)
        | StepKind::Call { .. }
        | StepKind::Notify { .. }
        | StepKind::Emit { .. }
        | StepKind::Enroll(_)
        | StepKind::Exit => vec![id(step.next)],
    }
}

/// What two steps with the same identity do differently.
fn other_step(was: &StepKind, is: &StepKind, name: &str) -> (Code, String) {
    match (was, is) {
        (StepKind::Wait(a), StepKind::Wait(b)) => {
            let length = Length::of(*a, *b);
            (length.code(), format!("the wait is {}", length.word()))
        }
        (StepKind::WaitFor { limit: was, .. }, StepKind::WaitFor { limit: is, .. }) => {
            let length = Length::of_limits(*was, *is);
            (length.code(), format!("how long it waits is {}", length.word()))
        }
        (StepKind::WaitUntil(WaitUntil::Clock { .. }), StepKind::WaitUntil(WaitUntil::Clock { .. })) => {
            (Code::TimeChanged, "it waits for another time of day".to_owned())
        }
        (StepKind::WaitUntil(_), StepKind::WaitUntil(_)) => {
            (Code::TimeChanged, "it waits for another moment".to_owned())
        }
        (StepKind::Send(_), StepKind::Send(_)) => (Code::MessageOther, format!("`{name}` sends another message")),
        (StepKind::Split { .. }, StepKind::Split { .. }) => {
            let says = "everybody is dealt to its arms anew, since the split has another name";
            (Code::SplitDealtAnew, says.to_owned())
        }
        (StepKind::Notify { .. }, StepKind::Notify { .. }) => {
            (Code::MessageText, "the notice reads differently, or goes to another team".to_owned())
        }
        (was, is) if std::mem::discriminant(was) != std::mem::discriminant(is) => {
            (Code::StepReplaced, format!("`{name}` is another kind of step"))
        }
        _ => (Code::ActionChanged, format!("`{name}` does something else")),
    }
}

/// A step in full, as the language has it.
fn step_words(program: &Program, step: &Step) -> String {
    let line = in_full(program, &step.kind);
    step.label.as_ref().map_or(line.clone(), |label| format!("step {label}: {line}"))
}

/// What a step does, with its texts and values.
pub(super) fn in_full(program: &Program, kind: &StepKind) -> String {
    let words = Words::plain(program);
    let value = |expr: &Expr| words.expr(expr, Scope::default());
    let line = words.step(kind);
    let listed = |all: Vec<String>| {
        if all.is_empty() { line.clone() } else { format!("{line} {{ {} }}", all.join("  ")) }
    };
    if let StepKind::Notify { text, .. } = kind {
        return format!("{line} {}", flow_graph::words::quoted(text));
    }
    if let StepKind::Call { arguments, .. } = kind {
        return listed(arguments.iter().map(|it| format!("{}: {}", it.name, value(&it.value))).collect());
    }
    if let StepKind::Emit { event, fields } = kind {
        let field = |(slot, it): &(u16, Expr)| format!("{}: {}", words.slot(*event, *slot), value(it));
        return listed(fields.iter().map(field).collect());
    }
    line
}

/// The identity without the path of the blocks around.
fn short(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

/// The blocks around a step, where there are some.
fn within(step: &Step) -> String {
    step.id.rsplit_once('/').map_or(String::new(), |(path, _)| format!(" inside `{}`", path.replace('/', " › ")))
}

fn part(step: &Step) -> String {
    format!("step {}", step.id)
}
