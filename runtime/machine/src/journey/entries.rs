//! Entries: what begins runs.
//!
//! Decisions where the language is silent:
//! * An event in which the key is missing begins no run: nobody could say which one it is.
//! * `unless` and `exit when` that hold on entry keep the contact out; it is not recorded and `once` is not used up.
//! * One trigger of a sequence begins one run at most per signal.

use std::sync::Arc;

use flow_graph::program::{Again, Sequence};
use flow_graph::{Id, Value};

use super::runs;
use crate::engine::Engine;
use crate::input::Event;
use crate::trace::Point;
use crate::turn::{Scope, Signal, Turn};

/// Begins the runs that a batch of signals asks for.
pub(crate) fn settle(turn: &mut Turn<'_>, batch: &[Signal]) {
    let program = turn.program();
    for signal in batch {
        let plan = if let Signal::Event(event) = signal { turn.engine.plan(event.kind) } else { None };
        match plan {
            Some(plan) => plan.enters.iter().for_each(|id| offer(turn, *id, signal)),
            None => program.sequences.ids().for_each(|id| offer(turn, id, signal)),
        }
    }
}

/// Begins a run if the signal asks for it.
fn offer(turn: &mut Turn<'_>, id: Id<Sequence>, signal: &Signal) {
    let Some(sequence) = turn.program().sequences.get(id) else { return };
    turn.before_offer(id, signal);
    if asks(turn, turn.engine, (id, sequence), signal) {
        turn.cause = signal.cause();
        enter(turn, id, sequence, signal.event().cloned());
    }
}

/// Begins a run unless something speaks against it.
pub(crate) fn enter(turn: &mut Turn<'_>, id: Id<Sequence>, sequence: &Sequence, trigger: Option<Arc<Event>>) {
    let key = match &sequence.key {
        None => None,
        Some(slots) => match trigger.as_deref().and_then(|event| key(slots, event)) {
            Some(key) => Some(key),
            None => return,
        },
    };
    let journey = &turn.contact.journey;
    if journey.runs.iter().any(|run| run.sequence == id && run.key == key) {
        return;
    }
    let last = journey.last_entry(id, key.as_ref());
    let free = match (sequence.again, last) {
        (Again::Always, _) | (Again::Once | Again::After(_), None) => true,
        (Again::Once, Some(_)) => false,
        (Again::After(span), Some(last)) => turn.add(last, span) <= turn.now,
    };
    let scope = Scope { this: None, trigger: trigger.as_deref(), key: key.as_ref() };
    let refused = |condition: &Option<_>| condition.as_ref().is_some_and(|condition| turn.holds(condition, scope));
    if !free {
        return;
    }
    if refused(&sequence.unless) {
        return turn.note(Point::Unless(id));
    }
    if refused(&sequence.exit_when) {
        return turn.note(Point::ExitWhen(id));
    }
    note(turn, id, sequence.again, key.as_ref());
    runs::begin(turn, id, key, trigger);
}

/// Whether a signal begins a run, by a program.
pub(crate) fn asks(
    turn: &Turn<'_>,
    engine: &Engine,
    (id, sequence): (Id<Sequence>, &Sequence),
    signal: &Signal,
) -> bool {
    if let Signal::Enroll { sequence, .. } = signal {
        return *sequence == id;
    }
    let scope = Scope { trigger: signal.event().map(Arc::as_ref), ..Scope::default() };
    sequence.enter.iter().any(|trigger| turn.fires_under(engine, trigger, signal, scope))
}

fn key(slots: &[(Id<flow_graph::program::Event>, u16)], event: &Event) -> Option<Value> {
    let slot = slots.iter().find(|slot| slot.0 == event.kind)?.1;
    event.values.get(usize::from(slot)).filter(|key| key.is_known()).cloned()
}

/// Remembers the entry for as long as `once` or `again after` looks back.
fn note(turn: &mut Turn<'_>, id: Id<Sequence>, again: Again, key: Option<&Value>) {
    let now = turn.now;
    if let Again::After(span) = again {
        let mut entries = std::mem::take(&mut turn.contact.journey.entries);
        entries.retain(|entry| entry.sequence != id || turn.add(entry.at, span) > now);
        turn.contact.journey.entries = entries;
    }
    if again != Again::Always {
        turn.contact.journey.note_entry(id, key, now);
    }
}
