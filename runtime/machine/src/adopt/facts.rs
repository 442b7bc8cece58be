//! The facts of a contact under the numbers of a new program.

use std::sync::Arc;

use flow_graph::Timestamp;
use flow_graph::program::{Behaviour, HitRule};

use super::names::Names;
use crate::contact::facts::figure::Figure;
use crate::contact::facts::hits::Hits;
use crate::contact::{Contact, Facts};
use crate::engine::Engine;
use crate::facts::recount;
use crate::input::Event;

/// Carries facts over; what is new or has changed is computed from the log, if there is one.
pub(crate) fn carry(
    (old, engine): (&Engine, &Engine),
    names: &Names<'_>,
    from: &Contact,
    to: &mut Contact,
    log: Option<&[(Timestamp, Arc<Event>)]>,
) {
    for (old, field) in names.old.fields.enumerate() {
        let Some(new) = names.field(old) else { continue };
        let Some(known) = names.new.fields.get(new) else { continue };
        let since = from.facts.field_time(old);
        if since > Timestamp::MIN {
            let value = names.value(&field.ty, &known.ty, from.facts.field(old));
            Facts::set_field(engine, to, new, value, since);
        }
    }
    if let Some(log) = log {
        let carried: Vec<_> =
            log.iter().filter_map(|(arrival, event)| Some((*arrival, names.carried(event)?))).collect();
        Facts::rebuild(engine, to, &carried);
    }
    to.facts.seen = from.facts.seen.clone();
    figures((old, engine), names, from, to);
    if from.zone(old) != to.zone(engine) {
        recount(engine, to);
    }
    derived(names, from, to);
}

/// Whether anything is new or has changed, and is to be computed from the log.
pub(crate) fn reads_log((before, after): (&Engine, &Engine), names: &Names<'_>) -> bool {
    let known = |new: &Behaviour| names.old.behaviours.iter().any(|old| same_behaviour(names, old, new));
    if !names.new.behaviours.iter().all(known) {
        return true;
    }
    let numbered = same_numbers(names);
    let mut kept: Vec<_> = rules(before, after, names, numbered).map(|(_, number, _)| number).collect();
    kept.sort_unstable();
    kept.dedup();
    names.new.scores.iter().map(|score| score.hits.len()).sum::<usize>() > kept.len()
}

/// Behaviours and score rules that are as they were keep their state.
fn figures((before, after): (&Engine, &Engine), names: &Names<'_>, from: &Contact, to: &mut Contact) {
    for (old, behaviour) in names.old.behaviours.enumerate() {
        let same = names.new.behaviours.enumerate().find(|(_, new)| same_behaviour(names, behaviour, new));
        let Some((new, behaviour)) = same else { continue };
        let state = from.facts.figures.get(old.index()).cloned();
        to.facts.figures.set(new.index(), state.unwrap_or_else(|| Figure::new(behaviour)));
    }
    for (before, after, rule) in rules(before, after, names, same_numbers(names)) {
        let state = before.and_then(|number| from.facts.hits.get(number)).cloned();
        to.facts.hits.set(after, state.unwrap_or_else(|| Hits::new(rule)));
    }
}

/// Rules of scores that are as they were: their numbers before and now.
fn rules<'p>(
    before: &'p Engine,
    after: &'p Engine,
    names: &'p Names<'p>,
    numbered: bool,
) -> impl Iterator<Item = (Option<usize>, usize, &'p HitRule)> {
    names.old.scores.enumerate().flat_map(move |(old, score)| {
        let known = names.score(old).and_then(|new| Some((new, names.new.scores.get(new)?)));
        score.hits.iter().enumerate().filter_map(move |(position, rule)| {
            let (new, known) = known?;
            let same = known.hits.iter().position(|new| numbered && same_rule(rule, new))?;
            Some((before.rule(old, position), after.rule(new, same)?, known.hits.get(same)?))
        })
    })
}

/// Bands and segments as they were: what is different now is a change.
fn derived(names: &Names<'_>, from: &Contact, to: &mut Contact) {
    for id in names.old.segments.ids() {
        if let Some(new) = names.segment(id) {
            to.facts.members.set(new.index(), from.facts.in_segment(id));
        }
    }
    for id in names.old.scores.ids() {
        let Some(new) = names.score(id) else { continue };
        let band = from.facts.band(id).and_then(|band| names.band(id, band));
        if let Some(slot) = to.facts.bands.get_mut(new.index()) {
            *slot = band;
        }
    }
}

fn same_behaviour(names: &Names<'_>, old: &Behaviour, new: &Behaviour) -> bool {
    old.text == new.text
        && same_measure(names, old, new)
        && old.reach == new.reach
        && names.event(old.event) == Some(new.event)
}

/// The field that is measured may have another number now.
fn same_measure(names: &Names<'_>, old: &Behaviour, new: &Behaviour) -> bool {
    let field = |program: &flow_graph::Program, of: &Behaviour| {
        let slot = crate::eval::figure::slot(of.measure)?;
        let field = program.events.get(of.event)?.fields.get(usize::from(slot))?;
        Some((field.name.clone(), field.ty.clone()))
    };
    let same = match (field(names.old, old), field(names.new, new)) {
        (Some((before, from)), Some((after, to))) => before == after && names.same_type(&from, &to),
        (before, after) => before == after,
    };
    same && std::mem::discriminant(&old.measure) == std::mem::discriminant(&new.measure)
}

fn same_rule(old: &HitRule, new: &HitRule) -> bool {
    HitRule { at: new.at, ..old.clone() } == *new
}

/// Whether fields and events have the same numbers in both, so that filters can be compared as they are.
fn same_numbers(names: &Names<'_>) -> bool {
    let (old, new) = (names.old, names.new);
    let enums = old.enums.iter().eq(&new.enums);
    let fields = old.fields.iter().map(|it| (&it.name, &it.ty)).eq(new.fields.iter().map(|it| (&it.name, &it.ty)));
    let slots = |event: &flow_graph::program::Event| -> Vec<_> {
        event.fields.iter().map(|field| (field.name.clone(), field.ty.clone())).collect()
    };
    let events =
        old.events.iter().map(|it| (&it.name, slots(it))).eq(new.events.iter().map(|it| (&it.name, slots(it))));
    enums && fields && events
}
