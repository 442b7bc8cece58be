//! The definition of a sequence: its steps by their identity.

use serde_json::{Map, Value as Json, json};

use super::items::Form;
use crate::program::sequence::SplitArm;
use crate::program::{Again, Goal, Sequence, Step, StepId, StepKind};

/// The definition of a sequence.
pub(super) fn definition(form: Form<'_>, sequence: &Sequence) -> Json {
    let Sequence {
        name: _,
        doc: _,
        enter,
        key,
        unless,
        exit_when,
        again,
        goal,
        exit_on,
        holdout,
        in_flight_finish,
        enroll_existing,
        steps,
        at: _,
        enter_at: _,
    } = sequence;
    let key = key.as_ref().map(|slots| {
        let part =
            |(event, slot): &(_, u16)| format!("{}.{}", form.words.event_name(*event), form.words.slot(*event, *slot));
        slots.iter().map(part).collect::<Vec<_>>()
    });
    let goal = goal.as_ref().map(|Goal { triggers, within, at: _ }| {
        json!({ "on": form.triggers(triggers), "within": within.map(|within| within.to_string()) })
    });
    json!({
        "enter": form.triggers(enter),
        "key": key,
        "unless": form.some(unless.as_ref()),
        "exit_when": form.some(exit_when.as_ref()),
        "again": match again {
            Again::Once => json!("once"),
            Again::Always => json!("always"),
            Again::After(span) => json!({ "after": span.to_string() }),
        },
        "goal": goal,
        "exit_on": form.triggers(exit_on.iter().map(|(trigger, _)| trigger)),
        "holdout": holdout,
        "in_flight_finish": in_flight_finish,
        "enroll_existing": enroll_existing,
        "steps": steps.iter().map(|step| self::step(form, steps, step)).collect::<Vec<_>>(),
    })
}

fn step(form: Form<'_>, steps: &[Step], step: &Step) -> Json {
    let Step { id, label, kind, next, text: _, at: _, ways: _ } = step;
    let place = |target: Option<StepId>| target.and_then(|target| steps.get(usize::from(target))).map(|step| &step.id);
    let mut form_of_step = Map::new();
    form_of_step.insert("id".to_owned(), json!(id));
    form_of_step.insert("label".to_owned(), json!(label));
    form_of_step.insert("do".to_owned(), json!(form.words.step(kind)));
    form_of_step.insert("next".to_owned(), json!(place(*next)));
    match kind {
        StepKind::WaitFor { limit: _, since_entry: _, branches, timeout } => {
            let branch = |(on, target): &(Vec<_>, _)| json!({ "on": form.triggers(on), "then": place(*target) });
            form_of_step.insert("branches".to_owned(), branches.iter().map(branch).collect());
            form_of_step.insert("timeout".to_owned(), json!(place(*timeout)));
        }
        StepKind::Choose { arms, otherwise } => {
            let arm = |(when, target): &(_, _)| json!({ "when": form.expr(when), "then": place(*target) });
            form_of_step.insert("branches".to_owned(), arms.iter().map(arm).collect());
            form_of_step.insert("otherwise".to_owned(), json!(place(*otherwise)));
        }
        StepKind::Split { salt: _, arms } => {
            let arm = |SplitArm { name, share, target }: &SplitArm| json!({ "name": name, "share": share, "then": place(*target) });
            form_of_step.insert("branches".to_owned(), arms.iter().map(arm).collect());
        }
        StepKind::Wait(_)
        | StepKind::WaitUntil(_)
        | StepKind::Send(_)
        | StepKind::Set(_)
        | StepKind::Call { .. }
        | StepKind::Notify { .. }
        | StepKind::Emit { .. }
        | StepKind::Enroll(_)
        | StepKind::Exit => {}
    }
    Json::Object(form_of_step)
}
