//! Deliveries that come late, too late, or in another order.

use std::sync::Arc;

use flow_graph::Timestamp;
use flow_graph::program::Program;
use flow_machine::{Event, time};
use jiff::tz::TimeZone;

use super::super::script::{Beat, Script, What};
use super::Rerun;
use super::figures::Figures;
use super::repeated::arriving;
use crate::ingest::Incoming;

const ARRIVAL: &str = "what an event sets off hangs on when it arrives";
const ORDER: &str = "figures and scores are functions of the events, whatever the order in which they come";
const LATE: &str = "an event older than `late_after` corrects figures, scores and segments";
const APART: &str = "what happens to one contact changes nothing for another";
/// How late everything is.
const DELAY_MS: i64 = 1_000;
/// A zone's clocks may show another day by so much.
const ZONES_MS: i64 = 27 * 3_600_000;
/// So many single events are moved at most.
const AT_MOST: usize = 4;

/// At most two reruns of the whole test, and eight of a single event.
pub(super) fn reruns<'c>(program: &Program, script: &Script<'c>) -> Vec<Rerun<'c>> {
    let figures = Figures::new(program);
    let mut reruns: Vec<Rerun<'c>> = Vec::new();
    reruns.extend(delayed(&figures, script));
    reruns.extend(apart(script));
    reruns.extend(reversed(&figures, program, script));
    let movable: Vec<usize> = (0..script.beats.len()).filter(|at| movable(&figures, program, script, *at)).collect();
    let overtaken = movable.iter().filter_map(|at| overtaken(&figures, script, *at));
    reruns.extend(some(overtaken.collect(), AT_MOST));
    let late = movable.iter().filter_map(|at| late(&figures, program, script, *at));
    reruns.extend(some(late.collect(), AT_MOST));
    reruns
}

/// So many of them, evenly spread.
pub(super) fn some<T>(items: Vec<T>, at_most: usize) -> Vec<T> {
    let (all, at_most) = (items.len(), at_most.max(1));
    if all <= at_most {
        return items;
    }
    let chosen = |number: &usize| (0..at_most).any(|pick| pick * (all - 1) / (at_most - 1).max(1) == *number);
    items.into_iter().enumerate().filter(|(number, _)| chosen(number)).map(|(_, item)| item).collect()
}

/// Every event happened a second before it arrives. One whose age counts is left as it is.
fn delayed<'c>(figures: &Figures<'_>, script: &Script<'c>) -> Option<Rerun<'c>> {
    let mut changed = script.clone();
    let mut any = false;
    for beat in &mut changed.beats {
        let What::Feed(_, incoming) = &mut beat.what else { continue };
        let now = beat.at == incoming.time;
        let Some(event) = incoming.event.clone().filter(|event| now && !figures.ages(event.kind)) else { continue };
        incoming.time = incoming.time.plus(-DELAY_MS);
        incoming.event = Some(Arc::new(Event { time: incoming.time, ..Event::clone(&event) }));
        any = true;
    }
    let words = "every event arrives a second after it happened".to_owned();
    any.then(|| Rerun::new("delayed", words, ARRIVAL, changed).exact())
}

/// The lines of one instant, contact by contact, the last contact first.
fn apart<'c>(script: &Script<'c>) -> Option<Rerun<'c>> {
    let meets = |incoming: &Incoming| incoming.who.previous.is_some() || incoming.who.anonymous.is_some();
    if script.beats.iter().any(|beat| matches!(&beat.what, What::Feed(_, incoming) if meets(incoming))) {
        return None;
    }
    let mut changed = script.clone();
    let who = |beat: &Beat<'_>| match beat.what {
        What::Feed(contact, _) | What::Look(contact, _) => contact,
        What::Pass => u16::MAX,
    };
    for instant in changed.beats.chunk_by_mut(|a, b| a.at == b.at) {
        instant.sort_by_key(|beat| std::cmp::Reverse(who(beat)));
    }
    let same = changed.beats.iter().zip(&script.beats).all(|(a, b)| a.line == b.line && who(a) == who(b));
    let words = "of contacts that do something at one instant the last goes first".to_owned();
    (!same).then(|| Rerun::new("contacts apart", words, APART, changed).exact())
}

/// What arrives at one instant arrives the other way round.
fn reversed<'c>(figures: &Figures<'_>, program: &Program, script: &Script<'c>) -> Option<Rerun<'c>> {
    let free: Vec<bool> = (0..script.beats.len()).map(|at| movable(figures, program, script, at)).collect();
    let mut changed = script.clone();
    let mut any = false;
    let mut begin = 0;
    while begin < free.len() {
        let (Some(first), Some(rest)) = (script.beats.get(begin), script.beats.get(begin..)) else { break };
        let same = rest.iter().zip(free.iter().skip(begin)).take_while(|(beat, free)| **free && beat.at == first.at);
        let length = same.count();
        if length > 1
            && let Some(group) = changed.beats.get_mut(begin..begin + length)
        {
            group.reverse();
            any = true;
        }
        begin += length.max(1);
    }
    changed.beats.iter_mut().for_each(|beat| figures.only(beat));
    let any = any && looks(&changed.beats);
    let words = "what arrives at one instant arrives the other way round".to_owned();
    any.then(|| Rerun::new("reversed", words, ORDER, changed))
}

/// An input arrives only after the next one of its contact.
fn overtaken<'c>(figures: &Figures<'_>, script: &Script<'c>, at: usize) -> Option<Rerun<'c>> {
    let beat = script.beats.get(at)?;
    let What::Feed(contact, _) = beat.what else { return None };
    let next = |beat: &&Beat<'_>| matches!(beat.what, What::Feed(other, _) if other == contact);
    let behind = script.beats.iter().skip(at + 1).position(|beat| next(&beat))? + at + 1;
    let arrival = script.beats.get(behind)?.at;
    held_back(figures, script, (at, behind), arrival, ("out of order", "arrives after the next one", ORDER))
}

/// An input arrives when it is too old to trigger anything.
fn late<'c>(figures: &Figures<'_>, program: &Program, script: &Script<'c>, at: usize) -> Option<Rerun<'c>> {
    let beat = script.beats.get(at)?;
    let What::Feed(_, incoming) = &beat.what else { return None };
    let zone = TimeZone::get(&program.project.timezone).unwrap_or(TimeZone::UTC);
    let arrival = time::add(&zone, incoming.time, program.project.late_after).plus(ZONES_MS).max(beat.at);
    let behind = script.beats.iter().rposition(|beat| beat.at <= arrival)?;
    held_back(figures, script, (at, behind), arrival, ("too late", "arrives after `late_after`", LATE))
}

/// Moves a beat behind another one. Nothing is looked at between, and figures alone behind.
fn held_back<'c>(
    figures: &Figures<'_>,
    script: &Script<'c>,
    (from, behind): (usize, usize),
    arrival: Timestamp,
    (name, words, promise): (&'static str, &str, &'static str),
) -> Option<Rerun<'c>> {
    let moved = script.beats.get(from)?.clone();
    let line = script.line(&moved)?;
    let mut beats = Vec::new();
    for (position, beat) in script.beats.iter().enumerate() {
        let mut beat = beat.clone();
        if position > behind {
            figures.only(&mut beat);
        } else if position > from && matches!(beat.what, What::Look(..)) {
            beat.what = What::Pass;
        }
        if position != from {
            beats.push(beat);
        }
        if position == behind {
            beats.push(arriving(moved.clone(), arrival));
        }
    }
    if !beats.get(behind..).is_some_and(looks) {
        return None;
    }
    let words = format!("line {} {words}", line.line);
    Some(Rerun::new(name, words, promise, Script { beats, ..*script }).at(Some(line.line)))
}

fn looks(beats: &[Beat<'_>]) -> bool {
    beats.iter().any(|beat| matches!(beat.what, What::Look(..)))
}

/// Whether figures are the same wherever an input arrives: no other one is its duplicate or happens at the same time in
/// its stead, and nothing that counts it looks at the contact.
fn movable(figures: &Figures<'_>, program: &Program, script: &Script<'_>, at: usize) -> bool {
    let Some(Beat { line: Some(_), what: What::Feed(contact, incoming), .. }) = script.beats.get(at) else {
        return false;
    };
    if incoming.who.previous.is_some()
        || incoming.event.as_ref().is_some_and(|it| figures.looks_at_the_contact(Some(it.kind)))
    {
        return false;
    }
    script.beats.iter().enumerate().all(|(position, beat)| {
        let What::Feed(other, it) = &beat.what else { return true };
        let rival = other == contact && rivals(incoming, it) || twins(program, incoming, it);
        position == at || !rival
    })
}

/// Of two at the same time the one that arrives later counts as the last.
fn rivals(one: &Incoming, other: &Incoming) -> bool {
    let same_event = one.event.as_ref().zip(other.event.as_ref()).is_some_and(|(a, b)| a.kind == b.kind);
    let same_field = one.changes.iter().any(|(field, _)| other.changes.iter().any(|(it, _)| it == field));
    one.time == other.time && (same_event || same_field)
}

/// Of two with the same id or the same unique value the one that arrives first counts.
fn twins(program: &Program, one: &Incoming, other: &Incoming) -> bool {
    let same_id = !one.id.is_empty() && one.id == other.id;
    let same_value =
        one.event.as_ref().zip(other.event.as_ref()).filter(|(a, b)| a.kind == b.kind).is_some_and(|(a, b)| {
            let fields = program.events.get(a.kind).map(|event| event.fields.as_slice()).unwrap_or_default();
            let mut values = fields.iter().zip(a.values.iter().zip(&b.values));
            values.any(|(field, (a, b))| field.unique && a.is_known() && a.order(b).is_eq())
        });
    same_id || same_value
}
