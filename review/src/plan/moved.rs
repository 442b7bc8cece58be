//! A program under the names that a later one has for its things, as `moved` clauses say.
//!
//! Numbers stay as they are, so an id of the program is an id of the renamed one.

use flow_graph::Expr;
use flow_graph::Program;
use flow_graph::program::{Cause, Moved, Sequence, StepKind, Trigger, builtin};
use flow_graph::{Id, Value};

/// The program with the names of a later one.
pub(crate) fn renamed(program: &Program, moved: &[Moved]) -> Program {
    let mut named = program.clone();
    // Parts first: their addresses begin with the old name of the item.
    for clause in moved {
        part(&mut named, clause);
    }
    for clause in moved {
        item(&mut named, clause);
    }
    named
}

fn part(program: &mut Program, Moved { from, to, at: _ }: &Moved) {
    let mut parts = from.splitn(4, '.');
    let (Some(kind), Some(name), Some(_), Some(old)) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return;
    };
    let Some(new) = to.splitn(4, '.').nth(3) else { return };
    match kind {
        "sequence" => {
            let of = |it: &&mut Sequence| it.name == name;
            if let Some(sequence) = program.sequences.iter_mut().find(of) {
                relabel(sequence, old, new);
            }
        }
        "lifecycle" => {
            let stages = program.lifecycles.iter_mut().filter(|it| it.name == name).flat_map(|it| &mut it.stages);
            stages.filter(|stage| *stage == old).for_each(|stage| new.clone_into(stage));
        }
        "score" => {
            let bands = program.scores.iter_mut().filter(|it| it.name == name).flat_map(|it| &mut it.bands);
            bands.filter(|band| band.name == old).for_each(|band| new.clone_into(&mut band.name));
        }
        _ => {}
    }
}

/// A step gets another label. What its block holds is known by its path, of which the label is a part.
fn relabel(sequence: &mut Sequence, old: &str, new: &str) {
    let called = |id: &str, label: Option<&str>| {
        let words = id.split(|sign: char| !sign.is_alphanumeric() && sign != '_').filter(|word| !word.is_empty());
        label.map_or_else(|| id == old || words.collect::<Vec<_>>().join("_") == old, |label| label == old)
    };
    let Some(id) =
        sequence.steps.iter().find(|step| called(&step.id, step.label.as_deref())).map(|step| step.id.clone())
    else {
        return;
    };
    for step in &mut sequence.steps {
        if step.id == id {
            new.clone_into(&mut step.id);
            step.label = Some(new.to_owned());
        } else if let Some(rest) = step.id.strip_prefix(&id).filter(|rest| rest.starts_with('/')) {
            step.id = format!("{new}{rest}");
        }
    }
}

fn item(program: &mut Program, Moved { from, to, at: _ }: &Moved) {
    let (Some((kind, old)), Some((_, new))) = (from.split_once('.'), to.split_once('.')) else { return };
    if old.contains('.') {
        return;
    }
    match kind {
        "segment" => {
            program.segments.iter_mut().filter(|it| it.name == old).for_each(|it| new.clone_into(&mut it.name));
        }
        "score" => program.scores.iter_mut().filter(|it| it.name == old).for_each(|it| new.clone_into(&mut it.name)),
        "lifecycle" => {
            program.lifecycles.iter_mut().filter(|it| it.name == old).for_each(|it| new.clone_into(&mut it.name));
        }
        "sla" => program.slas.iter_mut().filter(|it| it.name == old).for_each(|it| new.clone_into(&mut it.name)),
        "message" => {
            program.messages.iter_mut().filter(|it| it.name == old).for_each(|it| new.clone_into(&mut it.name));
            rename_steps(program, &format!("send {old}"), &format!("send {new}"));
            reports_of(program, old, new);
        }
        "sequence" => {
            program.sequences.iter_mut().filter(|it| it.name == old).for_each(|it| new.clone_into(&mut it.name));
            rename_steps(program, &format!("enroll in {old}"), &format!("enroll in {new}"));
            let prefix = format!("{old}.");
            for step in program.sequences.iter_mut().flat_map(|it| &mut it.steps) {
                if let StepKind::Split { salt, .. } = &mut step.kind
                    && let Some(rest) = salt.strip_prefix(&prefix)
                {
                    *salt = format!("{new}.{rest}");
                }
            }
        }
        _ => {}
    }
}

/// Steps without a label are known by what they name.
fn rename_steps(program: &mut Program, old: &str, new: &str) {
    for step in program.sequences.iter_mut().flat_map(|it| &mut it.steps) {
        let (path, own) = step.id.rsplit_once('/').map_or(("", step.id.as_str()), |(path, own)| (path, own));
        let (own, again) = own.split_once('#').map_or((own, None), |(own, again)| (own, Some(again)));
        if step.label.is_none() && own == old {
            let again = again.map_or(String::new(), |again| format!("#{again}"));
            step.id = if path.is_empty() { format!("{new}{again}") } else { format!("{path}/{new}{again}") };
        }
    }
}

/// Events of channels name their message.
fn reports_of(program: &mut Program, old: &str, new: &str) {
    let rename = |event: Id<flow_graph::program::Event>, filter: &mut Expr| {
        if event.index() >= builtin::NAMES.len() {
            return;
        }
        filter.walk_mut(&mut |part| {
            if let Expr::Compare { left, right, .. } = part
                && **left == Expr::This(builtin::MESSAGE)
                && let Expr::Const(Value::Text(text)) = &mut **right
                && &**text == old
            {
                *text = new.into();
            }
        });
    };
    for behaviour in program.behaviours.iter_mut() {
        if let Some(filter) = &mut behaviour.filter {
            rename(behaviour.event, filter);
        }
    }
    for hit in program.scores.iter_mut().flat_map(|score| &mut score.hits) {
        if let Some(filter) = &mut hit.filter {
            rename(hit.event, filter);
        }
    }
    for trigger in triggers(program) {
        if let Trigger::Event { event, filter: Some(filter) } = trigger {
            rename(*event, filter);
        }
    }
}

fn triggers(program: &mut Program) -> Vec<&mut Trigger> {
    let mut all: Vec<&mut Trigger> = Vec::new();
    for sequence in program.sequences.iter_mut() {
        all.extend(&mut sequence.enter);
        all.extend(sequence.goal.iter_mut().flat_map(|goal| &mut goal.triggers));
        all.extend(sequence.exit_on.iter_mut().map(|(trigger, _)| trigger));
        for step in &mut sequence.steps {
            if let StepKind::WaitFor { branches, .. } = &mut step.kind {
                all.extend(branches.iter_mut().flat_map(|(triggers, _)| triggers));
            }
        }
    }
    for transition in program.lifecycles.iter_mut().flat_map(|it| &mut it.transitions) {
        if let Cause::On(triggers) = &mut transition.cause {
            all.extend(triggers);
        }
    }
    for sla in program.slas.iter_mut() {
        all.extend(sla.start.iter_mut().chain(&mut sla.met));
    }
    all
}
