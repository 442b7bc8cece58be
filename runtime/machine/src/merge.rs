//! Two contacts become one.
//!
//! * Consent and suppression: the stricter. A word against a topic outweighs any word for it; no word is no word.
//! * Attributes: the newest; behaviours and scores: computed anew from the events of both, without duplicates.
//! * Runs of one sequence with the same key: the older stays, the other exits. All others go on where they stand.
//! * Caps: united. Entries that `once` and `again after` look back to: united, the latest counts.
//! * Splits and holdouts: the earliest exposure counts for all runs from now on.
//! * Stages: the further one by order stays. Service levels: of two open clocks the older stays; an open one stays
//!   before one that is over.
//! * Nothing is triggered: changes are recorded with the merge as their cause. As after a late event, a `when`
//!   transition that holds now fires at the next ordinary turn.
//!
//! Decisions where the language is silent:
//! * What was still due for the contact that is merged in happens first, in its own name.
//! * When the contact that stays has had no turn yet, it takes over the other's place as it is. When neither has had
//!   one, nothing is merged: there is nothing known of either.
//! * `for` clocks of the contact whose stage stays go on; those of the other are dropped.

use flow_graph::Timestamp;
use thin_vec::ThinVec;

use crate::contact::journey::{Begun, Clock, Consents, Exposure, Journey, Run};
use crate::contact::{Contact, Facts};
use crate::decision::{Cause, ExitReason, Transition};
use crate::engine::Engine;
use crate::input::Merge;
use crate::journey::hash;
use crate::journey::runs::{self, Ending};
use crate::step;
use crate::turn::Turn;

/// Merges another contact into this one.
pub(crate) fn merge(engine: &Engine, contact: &mut Contact, merge: Merge, now: Timestamp, out: &mut Transition) {
    let Merge { mut other, log } = merge;
    step::catch_up(engine, &mut other, now, out);
    if !contact.born && !other.born {
        contact.now = now;
        return;
    }
    let mut turn = Turn::new(engine, contact, now, out);
    turn.silent = true;
    turn.cause = Cause::Merge;
    turn.origin = Cause::Merge;
    if !turn.contact.born && other.born {
        turn.contact.born = true;
        turn.contact.facts.bands.clone_from(&other.facts.bands);
        turn.contact.facts.members.clone_from(&other.facts.members);
        let journey = std::mem::replace(&mut other.journey, Journey::new(engine));
        turn.contact.journey = journey;
    } else if other.born {
        stages(&mut turn, &other);
        join(&mut turn, other.journey.into_begun());
    }
    let zone = turn.contact.zone(engine);
    Facts::merge(engine, turn.contact, &other.facts, &log);
    turn.changed(zone);
    turn.finish();
}

/// The further stage stays.
fn stages(turn: &mut Turn<'_>, other: &Contact) {
    for (id, lifecycle) in turn.program().lifecycles.enumerate() {
        let (own, theirs) = (turn.contact.journey.stage(id), other.journey.stage(id));
        if theirs <= own {
            continue;
        }
        crate::journey::lifecycle::enter(turn, id, Some(own), theirs, lifecycle.at);
        let journey = &mut turn.contact.journey;
        journey.holds.retain(|hold| hold.0 != id);
        journey.holds.extend(other.journey.holds.iter().filter(|hold| hold.0 == id).copied());
        if let (Some(stage), Some(since)) = (journey.stages.get_mut(id.index()), other.journey.stage_since(id)) {
            stage.1 = since;
        }
    }
}

fn join(turn: &mut Turn<'_>, other: Begun) {
    let journey: &mut Begun = &mut turn.contact.journey;
    consents(&mut journey.consents, &other.consents);
    for exposure in other.exposures {
        expose(&mut journey.exposures, exposure);
    }
    for entry in &other.entries {
        journey.note_entry(entry.sequence, entry.key.as_ref(), entry.at);
    }
    journey.sent.extend(other.sent);
    journey.sent.sort_by_key(|sent| sent.at);
    for clock in other.clocks {
        match journey.clocks.iter_mut().find(|own| own.sla == clock.sla) {
            None => journey.clocks.push(clock),
            Some(own) => {
                let number = own.number.max(clock.number);
                let rank = |clock: &Clock| {
                    // Open before over; of two open ones the older, of two that are over the younger.
                    let over = !clock.is_open();
                    (over, if over { -clock.started.0.max(-i64::MAX) } else { clock.started.0 })
                };
                if rank(&clock) < rank(own) {
                    *own = clock;
                }
                own.number = number;
            }
        }
    }
    take_runs(turn, other.runs);
}

/// Runs of both; of two with the same key the older stays.
fn take_runs(turn: &mut Turn<'_>, runs: ThinVec<Run>) {
    for mut run in runs {
        let journey = &mut turn.contact.journey;
        run.serial = journey.next_serial;
        journey.next_serial = journey.next_serial.saturating_add(1);
        let own = journey.runs.iter().find(|own| own.sequence == run.sequence && own.key == run.key);
        let ends = own.map(|own| if run.entered < own.entered { own.serial } else { run.serial });
        let sequence = run.sequence;
        journey.runs.push(run);
        let at = turn.program().sequences.get(sequence).map(|sequence| sequence.at);
        if let Some((serial, at)) = ends.zip(at) {
            runs::end(turn, serial, Ending::Exit { reason: ExitReason::Merged, at });
        }
    }
    turn.contact.journey.runs.sort_by_key(|run| run.entered);
    for (id, sequence) in turn.program().sequences.enumerate() {
        let Some(share) = sequence.holdout.filter(|_| turn.contact.journey.in_sequence(id)) else { continue };
        let Some(salt) = turn.engine.holdout(id) else { continue };
        let holdout = hash::point(turn, salt) < share;
        turn.contact.journey.runs.iter_mut().filter(|run| run.sequence == id).for_each(|run| run.holdout = holdout);
    }
}

fn consents(own: &mut Consents, other: &Consents) {
    for &(topic, granted, at) in &other.words {
        match own.words.iter_mut().find(|word| word.0 == topic) {
            None => own.words.push((topic, granted, at)),
            Some(word) if word.1 == granted => word.2 = word.2.max(at),
            Some(word) => {
                if word.1 {
                    word.2 = at;
                }
                word.1 = false;
            }
        }
    }
    other.suppressed.iter().for_each(|address| own.suppress(address));
}

fn expose(own: &mut ThinVec<Exposure>, other: Exposure) {
    match own.iter_mut().find(|known| known.salt == other.salt) {
        None => own.push(other),
        Some(known) if other.at < known.at => *known = other,
        Some(_) => {}
    }
}
