//! The flow chart of a sequence: who enters, what each step leads to, how a run ends.

use std::collections::BTreeSet;

use super::{Direction, Form, Line, Look, Picture, Shape};
use crate::program::sequence::SplitArm;
use crate::program::{Again, Program, Sequence, Step, StepId, StepKind};
use crate::words::Scope;
use crate::{Id, Words};

/// The chart with some steps that stand out.
pub(super) fn steps(program: &Program, id: Id<Sequence>, strong: &BTreeSet<StepId>) -> Picture {
    let mut picture = chart(program, id);
    // The sequence itself is the first box, its steps are the next ones.
    for (at, shape) in picture.boxes.iter_mut().enumerate() {
        let step = at.checked_sub(1).and_then(|at| StepId::try_from(at).ok());
        shape.strong = step.is_some_and(|step| strong.contains(&step));
    }
    picture
}

pub(super) fn chart(program: &Program, id: Id<Sequence>) -> Picture {
    let Some(sequence) = program.sequences.get(id) else { return Picture::new(String::new(), Direction::Down) };
    let mut picture = Picture::new(format!("sequence {}", sequence.name), Direction::Down);
    let words = Words::plain(program);
    let begin = Shape::new(Look::Sequence, "sequence", &sequence.name).form(Form::Pill);
    let begin = picture.add(begin.lines(entry(words, sequence)).strong());
    let steps: Vec<usize> = sequence.steps.iter().map(|step| picture.add(shape(program, step))).collect();
    let end = picture.add(Shape::new(Look::Sequence, "", "end").form(Form::Pill));
    let place = |step: Option<StepId>| step.and_then(|step| steps.get(usize::from(step)).copied()).unwrap_or(end);
    picture.arrow(begin, place((!steps.is_empty()).then_some(0)), "", Line::Causes);
    for (step, at) in sequence.steps.iter().zip(&steps) {
        for (target, label) in ways(words, step) {
            picture.arrow(*at, place(target), label, Line::Causes);
        }
    }
    ends(&mut picture, words, sequence, end);
    picture
}

/// Who enters, and under which conditions.
fn entry(words: Words<'_>, sequence: &Sequence) -> Vec<String> {
    let mut lines: Vec<String> =
        sequence.enter.iter().map(|trigger| format!("on {}", words.trigger(trigger))).collect();
    if let Some((event, slot)) = sequence.key.iter().flatten().next() {
        lines.push(format!("one run per {}", words.slot(*event, *slot)));
    }
    if let Some(unless) = &sequence.unless {
        lines.push(format!("unless {}", words.expr(unless, Scope::default())));
    }
    lines.push(match sequence.again {
        Again::Once => "once".to_owned(),
        Again::Always => "again and again".to_owned(),
        Again::After(span) => format!("again after {span}"),
    });
    if let Some(holdout) = sequence.holdout {
        lines.push(format!("holdout {}", percent(holdout)));
    }
    lines
}

fn shape(program: &Program, step: &Step) -> Shape {
    let words = Words::plain(program);
    let line = words.step(&step.kind);
    let (verb, name) = line.split_once(' ').unwrap_or((line.as_str(), ""));
    let label = step.label.as_ref().map(|label| format!("step {label}"));
    let card = |look| Shape::new(look, verb, name);
    let shape = match &step.kind {
        StepKind::Wait(_) | StepKind::WaitUntil(_) => card(Look::Step),
        StepKind::WaitFor { limit, .. } => {
            let title = limit.map_or("until it happens".to_owned(), |limit| format!("up to {limit}"));
            Shape::new(Look::Step, "wait", title).form(Form::Fork)
        }
        StepKind::Send(id) => {
            let subject = program.messages.get(*id).and_then(|message| message.subject.as_ref());
            card(Look::Message).lines(subject.map(|subject| format!("“{subject}”")))
        }
        StepKind::Choose { .. } => Shape::new(Look::Step, "", "choose").form(Form::Fork),
        StepKind::Split { .. } => card(Look::Step).form(Form::Fork),
        StepKind::Set(_) => card(Look::Contact),
        StepKind::Call { arguments, .. } => {
            let value = |expr| words.expr(expr, Scope::default());
            card(Look::Outside)
                .lines(arguments.iter().map(|argument| format!("{}: {}", argument.name, value(&argument.value))))
        }
        StepKind::Notify { text, .. } => card(Look::Outside).lines([format!("“{text}”")]),
        StepKind::Emit { .. } => card(Look::Event),
        StepKind::Enroll(_) => card(Look::Sequence),
        StepKind::Exit => Shape::new(Look::Step, "", "exit"),
    };
    shape.lines(label)
}

/// Where a step leads, and what is written at the way.
fn ways(words: Words<'_>, step: &Step) -> Vec<(Option<StepId>, String)> {
    match &step.kind {
        StepKind::WaitFor { limit, since_entry: _, branches, timeout } => {
            let mut ways: Vec<(Option<StepId>, String)> =
                branches.iter().map(|(triggers, target)| (*target, words.triggers(triggers))).collect();
            if let Some(limit) = limit {
                ways.push((*timeout, format!("after {limit}")));
            }
            ways
        }
        StepKind::Choose { arms, otherwise } => {
            let arm = |(when, target): &(_, _)| (*target, words.expr(when, Scope::default()));
            arms.iter().map(arm).chain([(*otherwise, "otherwise".to_owned())]).collect()
        }
        StepKind::Split { salt: _, arms } => {
            let arm = |SplitArm { name, share, target }: &SplitArm| (*target, format!("{} {name}", percent(*share)));
            arms.iter().map(arm).collect()
        }
        StepKind::Exit => vec![(None, String::new())],
        StepKind::Wait(_)
        | StepKind::WaitUntil(_)
        | StepKind::Send(_)
        | StepKind::Set(_)
        | StepKind::Call { .. }
        | StepKind::Notify { .. }
        | StepKind::Emit { .. }
        | StepKind::Enroll(_) => vec![(step.next, String::new())],
    }
}

/// The goal and the exits, which end a run wherever it stands.
fn ends(picture: &mut Picture, words: Words<'_>, sequence: &Sequence, end: usize) {
    if let Some(goal) = &sequence.goal {
        let lines = goal.triggers.iter().map(|trigger| words.trigger(trigger));
        let within = goal.within.map(|within| format!("within {within}"));
        let goal = Shape::new(Look::Event, "at any time", "goal").lines(lines.chain(within));
        let goal = picture.add(goal);
        picture.arrow(goal, end, "", Line::Ends);
    }
    let exits = sequence.exit_on.iter().map(|(trigger, _)| words.trigger(trigger));
    let when = sequence.exit_when.iter().map(|when| format!("when {}", words.expr(when, Scope::default())));
    let lines: Vec<String> = exits.chain(when).collect();
    if !lines.is_empty() {
        let exit = picture.add(Shape::new(Look::Event, "at any time", "exit").lines(lines));
        picture.arrow(exit, end, "", Line::Ends);
    }
}

/// A share as an author writes it.
pub(super) fn percent(share: f64) -> String {
    let percent = (share * 1e8).round() / 1e6;
    format!("{percent}%")
}
