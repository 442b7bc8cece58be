//! The journey of a contact under the numbers of a new program.

use std::sync::Arc;

use flow_graph::program::{Earlier, Lifecycle, Sequence, StepId, StepKind};
use flow_graph::{Id, Timestamp, Value};
use smallvec::SmallVec;
use thin_vec::ThinVec;

use super::names::{Names, by_name};
use super::place::Carried;
use super::steps;
use crate::contact::journey::{Begun, Clock, Consents, Entry, Exposure, Journey, Run, Sent};
use crate::contact::small;
use crate::input::Event;

/// All of a journey but its runs.
pub(crate) fn journey(names: &Names<'_>, old: &Journey) -> Journey {
    let topic = |&(topic, granted, at): &_| Some((names.topic(topic)?, granted, at));
    let sent = |sent: &Sent| Some(Sent { channel: names.channel(sent.channel)?, at: sent.at });
    let entry = |entry: &Entry| {
        let sequence = names.sequence(entry.sequence)?;
        Some(Entry { sequence, key: key(names, entry.sequence, sequence, entry.key.as_ref()), at: entry.at })
    };
    let mut begun = Begun {
        holds: holds(names, old),
        runs: ThinVec::new(),
        entries: ThinVec::new(),
        begun: ThinVec::new(),
        next_serial: old.next_serial,
        sent: old.sent.iter().filter_map(sent).collect(),
        consents: Consents {
            words: old.consents.words.iter().filter_map(topic).collect(),
            suppressed: old.consents.suppressed.clone(),
        },
        exposures: old.exposures.iter().map(|exposure| renamed(names, exposure)).collect(),
        clocks: old.clocks.iter().filter_map(|clock| self::clock(names, clock)).collect(),
    };
    // Several sequences may be one now: the latest entry counts, and the highest number.
    for Entry { sequence, key, at } in old.entries.iter().filter_map(entry) {
        begun.note_entry(sequence, key.as_ref(), at);
    }
    for (sequence, number) in old.begun.iter().filter_map(|begun| Some((names.sequence(begun.0)?, begun.1))) {
        raise(&mut begun.begun, sequence, number);
    }
    let mut journey = Journey::default().with(begun);
    (journey.stages, journey.follow, journey.moved) = (stages(names, old), old.follow, old.moved);
    journey
}

fn raise(begun: &mut ThinVec<(Id<Sequence>, u32)>, sequence: Id<Sequence>, number: u32) {
    match begun.iter_mut().find(|known| known.0 == sequence) {
        Some(known) => known.1 = known.1.max(number),
        None => small::push(begun, (sequence, number)),
    }
}

/// A message is known by the name of its sequence and the number of its run, and leaves once. So under a name that a
/// sequence did not have before, runs get numbers that no run of the contact ever had: there may have been a sequence
/// of that name in an earlier program.
pub(crate) fn number(names: &Names<'_>, journey: &mut Journey, runs: &mut [Carried]) {
    if journey.next_serial == 0 {
        return;
    }
    let mut highest = journey.begun.iter().map(|begun| begun.1).fold(journey.next_serial, u32::max);
    let mut raised: Vec<Id<Sequence>> = Vec::new();
    for (id, sequence) in names.new.sequences.enumerate() {
        let before = by_name(&names.old.sequences, &sequence.name, |it| &it.name);
        if before.and_then(|before| names.sequence(before)) != Some(id) {
            raised.push(id);
        }
    }
    for Carried { run, from, .. } in runs {
        let before = names.old.version(from.0.0, from.0.1).map(|sequence| &sequence.name);
        let after = names.new.sequences.get(run.sequence).map(|sequence| &sequence.name);
        if before != after {
            highest = highest.saturating_add(1);
            run.number = highest;
            raised.push(run.sequence);
        }
    }
    raised.into_iter().for_each(|sequence| raise(&mut journey.begun, sequence, highest));
}

/// A run at its place in the new program.
pub(crate) fn run(names: &Names<'_>, run: &Run, sequence: Id<Sequence>, step: StepId) -> Run {
    let new = names.new.sequences.get(sequence);
    let place = |id: StepId| {
        let known = names.old.version(run.sequence, run.version)?.steps.get(usize::from(id))?;
        steps::find_same(new?, known).map(|found| found.0)
    };
    let seen = |&(id, branch): &(StepId, u16)| {
        let id = place(id)?;
        let kind = &new?.steps.get(usize::from(id))?.kind;
        let StepKind::WaitFor { branches, .. } = kind else { return None };
        (usize::from(branch) < branches.len()).then_some((id, branch))
    };
    Run {
        sequence,
        version: None,
        step,
        key: key(names, run.sequence, sequence, run.key.as_ref()),
        trigger: carried(names, run.trigger.as_ref()),
        visited: run.visited.iter().filter_map(|id| if *id == run.step { Some(step) } else { place(*id) }).collect(),
        seen: run.seen.iter().filter_map(seen).collect(),
        ..run.clone()
    }
}

/// A run in the old version of its sequence, which the new program has under a number of its own.
pub(crate) fn finishing(names: &Names<'_>, run: &Run, sequence: Id<Sequence>, version: Id<Earlier>) -> Run {
    Run { sequence, version: Some(version), trigger: carried(names, run.trigger.as_ref()), ..run.clone() }
}

/// Lifecycles that the old program did not have.
pub(crate) fn new_lifecycles(names: &Names<'_>) -> Vec<Id<Lifecycle>> {
    let known: Vec<_> = names.old.lifecycles.ids().filter_map(|id| names.lifecycle(id)).collect();
    names.new.lifecycles.ids().filter(|id| !known.contains(id)).collect()
}

fn stages(names: &Names<'_>, old: &Journey) -> SmallVec<[(u16, Timestamp); 1]> {
    let mut stages: SmallVec<[_; 1]> = names.new.lifecycles.iter().map(|it| (it.start, Timestamp::MIN)).collect();
    for id in names.old.lifecycles.ids() {
        let Some(new_id) = names.lifecycle(id) else { continue };
        let (Some(new), Some(slot)) = (names.new.lifecycles.get(new_id), stages.get_mut(new_id.index())) else {
            continue;
        };
        let since = old.stage_since(id).unwrap_or(Timestamp::MIN);
        let upto = (0..=old.stage(id)).rev();
        *slot = (upto.into_iter().find_map(|stage| names.stage(id, stage)).unwrap_or(new.start), since);
    }
    stages
}

/// `for` clocks go on where the transition is written as before.
fn holds(names: &Names<'_>, old: &Journey) -> ThinVec<(Id<Lifecycle>, u16, Timestamp)> {
    let hold = |&(id, position, since): &(Id<Lifecycle>, u16, Timestamp)| {
        let text = &names.old.lifecycles.get(id)?.transitions.get(usize::from(position))?.text;
        let new = names.lifecycle(id)?;
        let transitions = &names.new.lifecycles.get(new)?.transitions;
        let same = (0_u16..).zip(transitions).find(|(_, transition)| transition.text == *text);
        same.map(|(position, _)| (new, position, since))
    };
    old.holds.iter().filter_map(hold).collect()
}

fn clock(names: &Names<'_>, clock: &Clock) -> Option<Clock> {
    Some(Clock { sla: names.sla(clock.sla)?, trigger: carried(names, clock.trigger.as_ref()), ..clock.clone() })
}

fn carried(names: &Names<'_>, event: Option<&Arc<Event>>) -> Option<Arc<Event>> {
    event.and_then(|event| names.carried(event))
}

/// The salt begins with the name of the sequence: the point follows it.
fn renamed(names: &Names<'_>, exposure: &Exposure) -> Exposure {
    let salt = exposure.salt.split_once('.').and_then(|(sequence, rest)| {
        let old = by_name(&names.old.sequences, sequence, |it| &it.name)?;
        let new = names.new.sequences.get(names.sequence(old)?)?;
        Some(Arc::from(format!("{}.{rest}", new.name)))
    });
    Exposure { salt: salt.unwrap_or_else(|| exposure.salt.clone()), ..exposure.clone() }
}

/// A key follows the type of the field that it is taken from.
fn key(names: &Names<'_>, old: Id<Sequence>, new: Id<Sequence>, key: Option<&Value>) -> Option<Value> {
    names.new.sequences.get(new)?.key.as_ref()?;
    let ty = |program: &'_ flow_graph::Program, id: Id<Sequence>| {
        let &(event, slot) = program.sequences.get(id)?.key.as_ref()?.first()?;
        program.events.get(event)?.fields.get(usize::from(slot)).map(|field| field.ty.clone())
    };
    match (ty(names.old, old), ty(names.new, new), key) {
        (Some(before), Some(after), Some(key)) => Some(names.value(&before, &after, key)),
        (_, _, key) => key.cloned(),
    }
}
