//! What is true of every contact between two steps. Cheap: tests and the simulator ask after each step.

use flow_graph::Timestamp;
use flow_graph::program::{Sequence, StepKind};

use crate::contact::Contact;
use crate::contact::journey::{Doing, Run};
use crate::engine::Engine;

/// What is not as it must be, in words; empty when all is well.
#[must_use]
pub fn check(engine: &Engine, contact: &Contact) -> Vec<String> {
    let mut wrong = Vec::new();
    let journey = &contact.journey;
    for (position, run) in journey.runs.iter().enumerate() {
        let others = journey.runs.iter().skip(position + 1);
        for other in others {
            if other.sequence == run.sequence && other.key == run.key {
                wrong.push(format!("runs {} and {} have the same key", run.serial, other.serial));
            }
            if other.serial == run.serial {
                wrong.push(format!("two runs have the number {}", run.serial));
            }
        }
        if run.serial >= journey.next_serial {
            wrong.push(format!("run {} has a number still to be given", run.serial));
        }
        match engine.program().version(run.sequence, run.version) {
            Some(sequence) => wrong.extend(of_run(contact, run, sequence)),
            None => wrong.push(format!("run {} is of no sequence", run.serial)),
        }
    }
    if let Some(wake) = journey.wake.filter(|wake| *wake <= contact.now) {
        wrong.push(format!("woken at {wake}, which is over at {}", contact.now));
    }
    wrong.extend(of_stages(engine, contact));
    wrong.extend(of_rest(engine, contact));
    wrong
}

fn of_run(contact: &Contact, run: &Run, sequence: &Sequence) -> Option<String> {
    let name = &sequence.name;
    let Some(step) = sequence.steps.get(usize::from(run.step)) else {
        return Some(format!("a run of {name} stands at step {}, which is not there", run.step));
    };
    let waits = matches!(step.kind, StepKind::Wait(_) | StepKind::WaitUntil(_) | StepKind::WaitFor { .. });
    let sends = matches!(step.kind, StepKind::Send(_));
    let fits = match run.doing {
        Doing::Moving => false,
        Doing::Waiting { until: None } => matches!(step.kind, StepKind::WaitFor { limit: None, .. }),
        Doing::Waiting { until: Some(_) } => waits,
        Doing::Sending(sending) => sends && sending.held.is_some(),
    };
    if !fits {
        return Some(format!("a run of {name} does {:?} at `{}`", run.doing, step.text));
    }
    let due = run.due().filter(|due| *due < Timestamp::MAX)?;
    if due <= contact.now {
        return Some(format!("a run of {name} was due at {due} at `{}`", step.text));
    }
    if contact.journey.wake.is_none_or(|wake| wake > due) {
        return Some(format!("a run of {name} has no wake at {due} for `{}`", step.text));
    }
    None
}

fn of_stages(engine: &Engine, contact: &Contact) -> Vec<String> {
    let lifecycles = &engine.program().lifecycles;
    let journey = &contact.journey;
    let mut wrong = Vec::new();
    if journey.stages.len() != lifecycles.len() {
        wrong.push(format!("{} stages for {} lifecycles", journey.stages.len(), lifecycles.len()));
    }
    for (lifecycle, (stage, _)) in lifecycles.iter().zip(&journey.stages) {
        if usize::from(*stage) >= lifecycle.stages.len() {
            wrong.push(format!("stage {stage} of {} is not there", lifecycle.name));
        }
    }
    for (id, position, since) in &journey.holds {
        let transition = lifecycles.get(*id).and_then(|it| it.transitions.get(usize::from(*position)));
        if transition.is_none_or(|it| !it.from.contains(&journey.stage(*id))) || *since > contact.now {
            wrong.push(format!("a condition of transition {position} is followed for nothing"));
        }
    }
    wrong
}

fn of_rest(engine: &Engine, contact: &Contact) -> Vec<String> {
    let journey = &contact.journey;
    let mut wrong = Vec::new();
    for (position, clock) in journey.clocks.iter().enumerate() {
        if engine.program().slas.get(clock.sla).is_none() {
            wrong.push("a clock is of no service level".to_owned());
        }
        if journey.clocks.iter().skip(position + 1).any(|other| other.sla == clock.sla) {
            wrong.push("a service level has two clocks".to_owned());
        }
    }
    for (position, exposure) in journey.exposures.iter().enumerate() {
        if !(0.0..1.0).contains(&exposure.point) {
            wrong.push(format!("the point {} of {} is no share", exposure.point, exposure.salt));
        }
        if journey.exposures.iter().skip(position + 1).any(|other| other.salt == exposure.salt) {
            wrong.push(format!("{} has two points", exposure.salt));
        }
    }
    wrong.extend(journey.sent.iter().filter(|sent| sent.at > contact.now).map(|_| "sent in the future".to_owned()));
    wrong
}
